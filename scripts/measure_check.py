"""What `scripts/bench --check [EXPERIMENT…] [--all]` runs: checking a submission, beside openpyxl's load of its file.

In a process that has checked the key before. Every submission has one planted mistake; with --all each that
`scripts/planted.py` plants, else a sample. Each is checked for the first time, and twice again, with reading its file.
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

from gradsheet.checking.making import write
from gradsheet.checking.spec import make
from gradsheet.experiments import catalogue
from gradsheet.report.terminal import show, table
from gradsheet.workbook.read import contents

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SAMPLE = 12


def seconds(what: Callable[[], object], times: int) -> float:
    """Processor time of the fastest."""
    least = float("inf")
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        what()
        least = min(least, time.process_time() - began)
    return least


def measure(name: str, folder: Path, sample: int | None) -> tuple[list[str], list[tuple[float, float]]]:
    """A row of the table, and for each submission its first check and the fastest, as multiples of the load."""
    from tests.checking.learner import Learner
    from tests.learners.planted import plants

    exercise, path = make(name, "level 3"), folder / f"{name}.xlsx"
    write(exercise, path, solved=True)
    load, reading = seconds(lambda: openpyxl.load_workbook(path), 5), seconds(lambda: contents(path), 5)
    right = seconds(Learner.solving(exercise).checked, 3)
    planted = list(plants(exercise))
    random.Random(4).shuffle(planted)
    found, slowest = [], (0.0, "")
    for plant in planted[:sample]:
        learner = Learner.solving(exercise)
        plant.do(learner)
        first = seconds(learner.checked, 1)
        again = seconds(learner.checked, 2)
        found.append(((reading + first) / load, (reading + again) / load))
        slowest = max(slowest, (found[-1][1], f"{plant.slug} in {plant.column}"))
    again_ = sorted(again for _, again in found)
    shown = (f"{1e3 * load:.0f}", f"{(reading + right) / load:.2f}", f"{again_[len(again_) // 2]:.2f}")
    return [name, *shown, f"{slowest[0]:.2f}", slowest[1]], found


def main() -> None:
    """The table, and of all submissions how many stay below twice the load."""
    names = [one for one in sys.argv[1:] if not one.startswith("-")] or list(catalogue())
    rows, all_ = [], list[tuple[float, float]]()
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            row, found = measure(name, Path(folder), None if "--all" in sys.argv else SAMPLE)
            rows.append(row)
            all_ += found
    headers = ["experiment", "load, ms", "right", "median", "most", "where"]
    show(table("checking, as multiples of openpyxl's load", headers, rows, left=("experiment", "where")))
    for said, values in (("the first time", [one for one, _ in all_]), ("again", [two for _, two in all_])):
        values.sort()
        share, most = sum(v <= 2 for v in values) / len(values), values[-1]
        middle = values[len(values) // 2]
        print(f"{len(values)} with a mistake, {said}: median {middle:.2f}, {share:.1%} up to 2, most {most:.2f}")


if __name__ == "__main__":
    main()
