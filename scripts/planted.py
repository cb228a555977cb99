"""Plant mistakes in solved exercises and see what the checker makes of them.

python scripts/planted.py [EXPERIMENT…] [--pairs N] [--verbose]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gradsheet.checking.spec import make
from gradsheet.experiments import catalogue
from tests.checking.learner import Learner
from tests.learners.planted import bad, named, pairs, plants


def main() -> None:
    """Every experiment, every column, every mistake."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("experiments", nargs="*")
    options.add_argument("--pairs", type=int, default=0, help="pairs for each experiment")
    options.add_argument("--verbose", action="store_true")
    asked = options.parse_args()
    totals: Counter[str] = Counter()
    for name in asked.experiments or list(catalogue()):
        exercise = make(name, "level 3")
        planted = list(plants(exercise))
        count: Counter[str] = Counter()
        for plant in planted:
            learner = Learner.solving(exercise)
            plant.do(learner)
            found = learner.checked()
            wrong = bad(found)
            count["planted"] += 1
            count["found"] += plant.column in wrong
            count["elsewhere"] += bool(set(wrong) - {plant.column})
            good = plant.column in wrong and named(plant, wrong[plant.column])
            count["named"] += good
            if asked.verbose and (not good or set(wrong) - {plant.column}):
                told = {c: Counter(s) for c, s in wrong.items()}
                print(f"  {name}: {plant.slug} in {plant.column} ({plant.how}): {told}")
        for one, other in pairs(planted, asked.pairs):
            learner = Learner.solving(exercise)
            one.do(learner)
            other.do(learner)
            wrong = bad(learner.checked())
            count["pairs"] += 1
            both = all(p.column in wrong and named(p, wrong[p.column]) for p in (one, other))
            count["pairs named"] += both
            count["pairs found"] += one.column in wrong and other.column in wrong
            if asked.verbose and not both:
                told = {c: Counter(s) for c, s in wrong.items()}
                print(f"  {name}: {one.slug} in {one.column}, {other.slug} in {other.column}: {told}")
        print(f"{name:18}", dict(count))
        totals += count
    print(f"{'all':18}", dict(totals))


if __name__ == "__main__":
    main()
