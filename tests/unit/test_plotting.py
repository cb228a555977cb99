"""Pictures show the run's own numbers, and say in words where there are none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradsheet import GradsheetError, plot, run
from gradsheet.cli import main
from gradsheet.experiments import experiment


def panel(picture: Figure, title: str) -> Axes:
    return next(axes for axes in picture.axes if axes.get_title(loc="left") == title)


def words(axes: Axes) -> str:
    return " ".join(text.get_text() for text in axes.texts)


def test_the_lines_are_the_run() -> None:
    """Figures of FACTS: 150.755 in the first pass; a starts at 1."""
    picture = run("basic", epochs=3).plot()
    loss = panel(picture, "Loss by epoch")
    assert loss.get_lines()[0].get_ydata()[0] == pytest.approx(150.75521153771854, rel=1e-15)  # type: ignore[index]
    weights = panel(picture, "The weights on their way")
    assert [line.get_label() for line in weights.get_lines()] == ["a"]
    assert len(weights.get_lines()[0].get_xdata()) == 4 * 29  # type: ignore[arg-type]
    surface = panel(picture, "The path on the loss surface (rmse)")
    assert (surface.get_xlabel(), surface.get_ylabel()) == ("a", "b")


@pytest.mark.parametrize(("name", "lr"), [("basic", 1e-2), ("momentum", 1e3), ("adam", 1e300)])
def test_an_explosion_is_drawn_and_said(name: str, lr: float, tmp_path: Path) -> None:
    """Warnings are errors here: matplotlib's scales overflow near the largest float64."""
    picture = plot(name, tmp_path / "boom.png", epochs=12, lr=lr)
    errors = panel(picture, "Error² of each row")
    assert errors.get_yscale() == ("log" if name == "basic" else "linear")  # the others have one number left
    assert re.search(r"#NUM! from epoch \d+, row \d+ on", words(errors))
    assert "leaves the map" in words(panel(picture, "The path on the loss surface (rmse)"))


def test_a_page_stands_alone_and_escapes(tmp_path: Path) -> None:
    entry = replace(experiment("momentum"), title="Fast & <loose>", look_for="<script>alert(1)</script>")
    plot(entry, tmp_path / "page.html", epochs=2)
    text = (tmp_path / "page.html").read_text()
    assert "Fast &amp; &lt;loose&gt;" in text
    assert "<script" not in text
    assert not re.search(r"""(src|href)=["'](?!#)""", text)
    svg = re.search(r"<svg.*</svg>", text, re.DOTALL)
    assert svg
    ElementTree.fromstring(svg[0])  # ours, written a moment ago
    second = run("momentum", epochs=2).epochs["root_sum"][0, 1].item()
    assert f"{second:.8g}" in text


def test_the_same_run_is_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        plot("basic", tmp_path / name, epochs=1)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_long_runs_are_drawn_by_epoch() -> None:
    picture = plot("basic", epochs=1100)
    assert not any(axes.get_title(loc="left").startswith("Error") for axes in picture.axes)


def test_a_notebook_shows_it() -> None:
    shown = run("basic", epochs=0).plot()
    assert shown._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    trace = run("basic", epochs=0)
    file = tmp_path / "file"
    file.touch()
    for wrong, says in (
        (lambda: plot("basic", tmp_path / "x.pdf"), "choose a file that ends in .png, .svg or .html"),
        (lambda: plot(trace, lane=3), "no lane 3"),
        (lambda: plot(trace, lr=1.0), "lr cannot be set any more"),
        (lambda: plot("basic", file / "x.png"), "file"),
    ):
        with pytest.raises(GradsheetError, match=says):
            wrong()  # type: ignore[no-untyped-call]
    result = CliRunner().invoke(main, ["plot", "basic", "--out", str(tmp_path / "c.svg"), "--set", "lr=2e-4"])
    assert (result.exit_code, (tmp_path / "c.svg").is_file()) == (0, True)


@pytest.mark.parametrize("settings", [{"batch": 5}, {"batch": "full"}, {"optimiser": "adam"}])
def test_batches_and_other_optimisers_are_drawn(settings: dict[str, Any]) -> None:
    """Rows stand in their epoch, however many passes it has."""
    at: Any = panel(plot("basic", epochs=2, **settings), "Error² of each row").get_lines()[0].get_xdata()
    assert 2.9 < max(at) < 3
