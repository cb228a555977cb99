"""What scripts/bench runs: each contest interleaved, the median of its rounds, and the ratio."""

from __future__ import annotations

import gc
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import ironcalc
import openpyxl
import torch

import gradsheet
from gradsheet.proof.book import LIMITS, read_book
from gradsheet.proof.course import course_sheets
from gradsheet.report.terminal import show, table

ROOT = Path(__file__).resolve().parent.parent
LANES = 1000


class Contest(NamedTuple):
    """A row of the table."""

    what: str
    ours: float
    peer: str
    theirs: float


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of both, measured in turn, each once before."""
    ours(), theirs()
    gc.disable()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    gc.enable()
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def contests(path: Path) -> list[Contest]:
    """All that is measured on one workbook."""
    book = gradsheet.load(path, LIMITS)
    book.recalculate()
    peer = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    found = [_recalculation(book, peer), _loading(path)]
    if sheet := _a_sheet(path):
        found.append(_sweep(book, peer, *sheet))
    found.append(_engine())
    return found


def _recalculation(book: Any, peer: Any) -> Contest:
    ours, theirs = interleaved(book.recalculate, peer.evaluate, 40)
    return Contest("full recalculation, floats", ours, "IronCalc evaluate", theirs)


def _loading(path: Path) -> Contest:
    def load() -> None:
        gradsheet.load(path, LIMITS).recalculate()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = interleaved(load, lambda: openpyxl.load_workbook(path), 5)
    return Contest("load and first values", ours, "openpyxl, load alone", theirs)


def _a_sheet(path: Path) -> tuple[str, str, str] | None:
    """Learning rate, loss and a late weight of the first sheet that has them."""
    found = read_book(path)
    if "basic_lr" in gradsheet.load(path, LIMITS).workbook.names:
        return "basic!C7", "basic!U14", "basic!E42"
    return ("basic!F1", "basic!F33", "basic!C32") if course_sheets(found) and "basic" in found.sheets else None


def _sweep(book: Any, peer: Any, rate: str, loss: str, weight: str) -> Contest:
    rates = torch.logspace(-6, -2, LANES, dtype=torch.float64)
    program = book.program(inputs=[rate], outputs=[loss, weight])
    sheet, _, cell = rate.partition("!")
    index = [one["name"] for one in peer.get_worksheets_properties()].index(sheet)
    row, column = int("".join(filter(str.isdigit, cell))), ord(cell[0]) - 64

    def theirs() -> None:
        for one in rates[:20].tolist():
            peer.set_user_input(index, row, column, repr(one))
            peer.evaluate()

    def ours() -> None:
        program({rate: rates})

    a, b = interleaved(ours, theirs, 5)
    return Contest(f"{LANES:,} learning rates, 2 outputs", a, "IronCalc, set and evaluate", b / 20 * LANES)


def _engine() -> Contest:
    rates = torch.logspace(-6, -3, 100_000, dtype=torch.float64)
    one = interleaved(
        lambda: gradsheet.run("basic", 1, keep="epochs", lr=rates),
        lambda: [gradsheet.run("basic", 1, keep="epochs", lr=1e-4) for _ in range(10)],
        3,
    )
    return Contest("100,000 runs of 2 passes at once", one[0], "the same engine, one by one", one[1] / 10 * 100_000)


def main() -> None:
    """Print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "workbooks" / "graddesc.xlsx"
    torch.set_num_threads(2)
    rows = [[c.what, _ms(c.ours), c.peer, _ms(c.theirs), f"{c.theirs / c.ours:,.1f}"] for c in contests(path)]
    versions = ", ".join(f"{n} {version(n)}" for n in ("torch", "ironcalc", "openpyxl"))
    columns = ["what", "gradsheet ms", "peer", "peer ms", "times as fast"]
    show(
        table(path.name, columns, rows, left=("what", "peer")),
        f"gradsheet {gradsheet.__version__}, {versions}, Python {platform.python_version()}, 2 threads",
    )


def _ms(value: float) -> str:
    return f"{value * 1e3:,.3g}" if value < 100 else f"{value * 1e3:,.0f}"


if __name__ == "__main__":
    main()
