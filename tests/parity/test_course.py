"""The engine against the values that Excel itself stored in the course's workbooks: 0 ULP in every modelled cell."""

from __future__ import annotations

import json
from pathlib import Path

from gradsheet import run
from gradsheet.proof.book import read_book
from gradsheet.proof.course import course_sheets
from gradsheet.proof.report import parity

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "graddesc.json").read_text())["sheets"]
SHEETS = {
    "course22p2": ["basic", "momentum", "rmsprop", "adam", "adam_ann"],
    "dl1": ["basic SGD", "momentum", "adagrad", "rmsprop", "adam", "eve", "adagrad_ann", "adam_ann"],
}
NOT_MODELLED = ["adam_ann!K34", "adam_ann!L34"]  # 1/K3 and 1/L3: nobody reads them


def test_every_optimiser_sheet_is_recognised(edition: Path) -> None:
    found = course_sheets(read_book(edition))
    assert [s.sheet for s in found] == SHEETS[edition.stem.removeprefix("graddesc-")]
    assert [cell for s in found for cell in s.left] == NOT_MODELLED


def test_engine_equals_excel_to_the_bit(edition: Path) -> None:
    report = parity(edition, oracles=[])
    cached = report.oracles["cached"]
    assert report.ok
    assert (cached.exact, cached.max_ulp, cached.mismatches) == (cached.cells, 0, ())
    assert cached.cells == {"course22p2": 1563, "dl1": 2305}[edition.stem.removeprefix("graddesc-")]


def test_sheets_are_recognised_by_labels_when_renamed(edition: Path, tmp_path: Path) -> None:
    import zipfile

    renamed = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(edition) as source, zipfile.ZipFile(renamed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = data.replace(b'name="momentum"', b'name="lesson two"')
                data = data.replace(b"momentum!", b"'lesson two'!")
            target.writestr(name, data)
    found = {s.sheet: s.experiment.name for s in course_sheets(read_book(renamed))}
    assert found["lesson two"] == "momentum"


def test_the_slip_in_adam_ann_is_kept_and_named(edition: Path) -> None:
    sheet = course_sheets(read_book(edition))[-1]
    if "dl1" not in edition.name:
        assert sheet.quirks == []
        return
    assert len(sheet.quirks) == 1
    assert sheet.quirks[0].startswith("adam_ann!J5 reads Intro!F5, a blank cell")
    trace = run(sheet.experiment, 25)
    for row in GOLDEN["graddesc-dl1/adam_ann"]["epochs"]:
        k = row["epoch"]
        found = [trace.epochs[n][0, k].item() for n in ("a", "b", "root_sum", "lr")]
        assert found == [row["slope"], row["intercept"], row["root_sum"], row["lr"]], k


def test_report_names_broken_names(edition: Path) -> None:
    notes = " ".join(parity(edition, oracles=[]).notes)
    assert "#REF!, kept): momentum!GRADTARGET" in notes
