"""Write right answers in many other ways and count what the checker has against them: false alarms.

python scripts/battery.py [EXPERIMENT…] [--pairs N] [--alone] [--verbose]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gradsheet.checking.feedback import FINE
from gradsheet.checking.spec import make
from gradsheet.experiments import catalogue
from tests.learners.variants import Battery


def main() -> int:
    """Every experiment, every column, every way; all columns at once, or each alone beside the key's others."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("experiments", nargs="*")
    options.add_argument("--pairs", type=int, default=0, help="pairs of ways for each column")
    options.add_argument("--alone", action="store_true", help="one column at a time")
    options.add_argument("--own-data", action="store_true", help="with inputs and examples of a learner's own")
    options.add_argument("--verbose", action="store_true")
    asked = options.parse_args()
    totals: Counter[str] = Counter()
    for name in asked.experiments or list(catalogue()):
        learner = "ada" if asked.own_data else ""
        battery = Battery(make(name, "level 3", learner=learner, own_data=asked.own_data))
        count = run(battery, asked.pairs, alone=asked.alone, verbose=asked.verbose)
        print(f"{name:22}", dict(count), flush=True)
        totals += count
    print(f"{'all':22}", dict(totals))
    return 1 if totals["false alarms"] else 0


def run(battery: Battery, pairs: int, *, alone: bool, verbose: bool) -> Counter[str]:
    """One exercise."""
    count: Counter[str] = Counter()
    most = {column: battery.count(column) + pairs for column in battery.columns}
    told: set[tuple[str, str]] = set()
    for number in range(max(most.values())):
        here = [column for column in battery.columns if alone and number < most[column]] or [""]
        for one in here:
            answers = {
                cell: answer
                for column in ([one] if one else battery.columns)
                for cell, answer in battery.answers(column, number).items()
            }
            against = battery.checked(answers)
            columns = {cell.column for cell in against if cell.verdict not in FINE}
            count["submissions"] += 1
            count["variants"] += 1 if one else len(battery.columns)
            count["cells"] += len(answers)
            count["false alarms"] += len(columns)
            for cell in against:
                if cell.column not in columns:
                    continue
                variant, text = answers.get(cell.cell, (None, ""))
                mark = cell.column, str(variant and variant.ways)
                if verbose and mark not in told:
                    told.add(mark)
                    print(
                        f"  {cell.column} {cell.cell} {text} {variant and variant.ways}: {cell.verdict} {cell.mistake}"
                    )
    return count


if __name__ == "__main__":
    sys.exit(main())
