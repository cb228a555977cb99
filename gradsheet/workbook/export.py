"""Workbooks that Excel, LibreOffice and Google Sheets open: every formula with the value that PyTorch computed."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import gradsheet
from gradsheet.engine import Trace, run
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, Topic, experiment, topic_of, topics
from gradsheet.workbook.exact import ExactWorkbook, whole_or_not_at_all
from gradsheet.workbook.extra import extra_of
from gradsheet.workbook.front import DATA, DATA_FIRST, write_data, write_proof, write_start
from gradsheet.workbook.images import write_images
from gradsheet.workbook.layout import Layout
from gradsheet.workbook.page import Page
from gradsheet.workbook.style import Formats
from gradsheet.workbook.values import Values

MOST_FEATURES = 100
MOST_ROWS = 20_000
"""Of the steps table: a sheet that a spreadsheet still opens in seconds."""


def export(
    names: Sequence[str | Experiment] | str | Experiment = (),
    out: str | Path = "workbooks/graddesc.xlsx",
    *,
    epochs: int | None = None,
    gradient: str | None = None,
    carry: str | None = None,
    optimiser: str | None = None,
    batch: str | int | None = None,
    seed: int | None = None,
    topic: Topic | None = None,
    data: Any = None,
    **inputs: Any,
) -> Path:
    """Write experiments as one annotated workbook.

    Args:
        names: entries of the catalogue; those of the course's graddesc.xlsx where none is given.
        out: the file. It is written whole or not at all.
        epochs: how many are unrolled below one another; the usual number of the first entry where not given.
        gradient: which gradient drives the updates, as in `run`; for autograd cells have the written derivatives, which
            are the same but for last bits.
        carry: which weights a pass hands on, as in `run`.
        optimiser: which rule drives them, as in `run`.
        batch: after how many rows the weights are updated, as in `run`.
        seed: draws the examples anew, as in `run`.
        topic: the words of the shared sheets; those of the experiments' own topic where not given.
        data: training examples, (N, 2).
        **inputs: values for inputs; each applies to the experiments that have such an input.

    Returns:
        The path written.

    Raises:
        GradsheetError: an unknown name or input, or a place that cannot be written to.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "one.xlsx"
        >>> export("momentum", path, epochs=1).name
        'one.xlsx'
    """
    chosen = [names] if isinstance(names, str | Experiment) else list(names)
    entries = list({e.name: e for e in map(experiment, chosen)}.values()) or list(topics()["graddesc"])
    entries = [e.configured(gradient, carry, optimiser, batch, seed) for e in entries]
    epochs = entries[0].usual_epochs if epochs is None else epochs
    path = Path(out)
    if path.suffix.lower() != ".xlsx":
        raise GradsheetError(f"{path} does not end in .xlsx: give the workbook such a name")
    if data is None:
        _check_data(entries)
    examples = len(data) if hasattr(data, "__len__") else entries[0].on_sheet or len(entries[0].data)
    for entry in entries:
        _check_width(entry, data)
    _check(entries, inputs, epochs, max(e.rows(examples) for e in entries))
    shown = [shown_of(e, epochs, data, {n: v for n, v in inputs.items() if _has(e, n)}) for e in entries]
    with whole_or_not_at_all(path) as draft:
        _write(draft, shown, epochs, data is None, topic or topic_of(entries))
    return path


def shown_of(entry: Experiment, epochs: int, data: Any, inputs: Mapping[str, Any]) -> Values:
    """What an experiment's sheet will show.

    Args:
        entry: as it runs.
        epochs: how many.
        data: the examples; its own, as many as a sheet has room for, where None.
        inputs: values for its inputs.

    Raises:
        GradsheetError: more than one lane.
    """
    if entry.gradient == "autograd":  # which has no formulas: cells have the derivatives as they are written
        entry = replace(entry, gradient="analytic")
    on_sheet = entry.data[: entry.on_sheet] if data is None and entry.on_sheet else data
    trace = run(entry, epochs, data=on_sheet, dtype=torch.float64, **inputs)
    if trace.setup.lanes != 1:
        raise GradsheetError("a workbook shows one run: give its inputs one value each")
    return Values(layout_of(trace), trace)


def export_all(folder: str | Path = "workbooks", epochs: int | None = None) -> list[Path]:
    """Write one workbook a topic: all of the catalogue.

    Args:
        folder: where ``{topic}.xlsx`` are written.
        epochs: how many are unrolled below one another; each topic's usual number where not given.

    Raises:
        GradsheetError: a place that cannot be written to.
    """
    return [export(entries, Path(folder) / f"{name}.xlsx", epochs=epochs) for name, entries in topics().items()]


def _check_data(entries: Sequence[Experiment]) -> None:
    """All sheets of a workbook read one sheet of data."""
    for other in entries[1:]:
        if other.data != entries[0].data:
            raise GradsheetError(
                f"{entries[0].name} and {other.name} have different data, and a workbook has one sheet of it: "
                "export them one by one, or give both the same with --data"
            )


def _check_width(entry: Experiment, data: Any) -> None:
    """Before the run, which may be a long one."""
    if entry.model.wide and hasattr(data, "__len__") and len(data) and len(data[0]) - 1 > MOST_FEATURES:
        side = math.isqrt(len(data[0]) - 1)
        raise GradsheetError(
            f"{entry.name}: images of {side}×{side} pixels make a sheet of thousands of columns; run them, and "
            "export the digits of 8×8 (leave --data out)"
        )


def _has(entry: Experiment, name: str) -> bool:
    return name == "start" or name in entry.inputs


def _check(entries: Sequence[Experiment], inputs: Mapping[str, Any], epochs: int, rows: int) -> None:
    """What would be found out late, or not at all."""
    for name in inputs:
        if any(_has(e, name) for e in entries):
            continue
        if any(name.startswith(f"{n}_") for e in entries for n in e.inputs):
            raise GradsheetError(f"{name}: a workbook has one cell for all weights; 'gradsheet run' can set one alone")
        near = difflib.get_close_matches(name, {n for e in entries for n in e.inputs}, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "'gradsheet list' shows what each has"
        raise GradsheetError(f"no experiment here has an input {name!r}: {hint}")
    most = MOST_ROWS // max(rows, 1)
    if isinstance(epochs, int) and epochs > most:
        raise GradsheetError(f"{epochs:,} epochs make sheets of {epochs * rows:,} rows: at most {most:,}")


def layout_of(trace: Trace) -> Layout:
    """Where a run's cells stand."""
    setup = trace.setup
    return Layout(trace.experiment, setup.rows, trace.epoch.shape[1], (DATA, DATA_FIRST), examples=len(setup.x))


def _write(path: Path, shown: Sequence[Values], epochs: int, known: bool, topic: Topic) -> None:
    properties = {
        "title": topic.title,
        "subject": ", ".join(v.layout.experiment.name for v in shown),
        "author": "gradsheet",
        "comments": "Formulas and PyTorch agree to the last bit: see the sheet proof.",
    }
    book = ExactWorkbook(path, properties)
    formats = Formats(book)
    extra = extra_of(topic)
    write_start(book, formats, topic, shown, epochs, known, extra.CONTENTS if extra else ())
    setup = shown[0].trace.setup
    if shown[0].layout.experiment.model.wide:
        write_images(book, formats, shown[0], known)
    else:
        write_data(book, formats, topic, shown[0].layout.experiment, setup.points(), known)  # type: ignore[arg-type]
    if extra:
        extra.write_sheets(book, formats, shown)
    for values in shown:
        Page(book, formats, values.layout, values, extra.charts(book, values) if extra else ()).write()
    write_proof(book, formats, [values.prove() for values in shown], versions(), f"{topic.name}.xlsx")
    book.close()


def versions() -> list[tuple[str, str]]:
    """What a workbook was made with."""
    names = ("torch", "XlsxWriter")
    return [("gradsheet", gradsheet.__version__), *((n, version(n).partition("+")[0]) for n in names)]
