"""Mistakes that someone wrote down who had not seen how the checker works, as they would be typed and dragged down.

In `strangers.csv`: the formula of the first row (of the table, or of each pass) where it is another, and the one that
follows, in A1 with places for rows: {r} its own, {u} the one above, {p} its pass's in the table of passes, {q} the one
above that, {f} and {l} the first and the last of its pass, {g} and {m} those next to them, {pf}, {pl} and {pm} the same
of the pass before. Where the checker does not name one yet, it says no.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from gradsheet.checking.feedback import FINE
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.layout import Content
from tests.checking.learner import Learner

with Path(__file__).with_name("strangers.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file))


def rows(learner: Learner) -> dict[int, list[int]]:
    """The rows of each pass."""
    found: dict[int, list[int]] = {}
    for content in learner.contents("y"):
        found.setdefault(content.number, []).append(content.at.row)
    return found


def spelt(text: str, content: Content, passes: dict[int, list[int]]) -> str:
    """A formula with the rows of a cell."""
    row, number, own = content.at.row, content.number, passes[content.number]
    top = passes[0][0]
    places = {"r": row, "u": row - 1, "p": top + number, "q": top + number - 1}
    places |= {"f": own[0], "g": own[0] + 1, "l": own[-1], "m": own[-1] - 1}
    if number:
        before = passes[number - 1]
        places |= {"pf": before[0], "pl": before[-1], "pm": before[-1] - 1}
    return text.format(**places)


def planted(case: dict[str, str]) -> tuple[Learner, set[str]]:
    """Who makes the mistake, and its cells."""
    learner = Learner.of(case["experiment"], "level 3")
    cells, passes = learner.contents(case["column"]), rows(learner)

    def fill(text: str, some: list[Content]) -> None:
        down = Fill(spelt(text, some[0], passes), some[0].at)
        for content in some:
            learner.put(str(content.at), down.at(content.at))

    goes, first, formula = case["goes"], case["first"], case["formula"]
    if goes == "drag":
        fill(formula, cells)
    elif goes == "once":
        fill(first, cells[:1])
        fill(formula, cells[1:])
    elif goes == "each":
        for content in cells:
            learner.put(str(content.at), spelt(first if first and content is cells[0] else formula, content, passes))
    else:
        for number in passes:
            some = [content for content in cells if content.number == number]
            fill(first or formula, some[:1] if first else some)
            if first:
                fill(formula, some[1:])
    return learner, {str(content.at) for content in cells}


@pytest.mark.parametrize("name", sorted({case["experiment"] for case in CASES}))
def test_a_strangers_mistakes_are_found_and_most_are_named(name: str) -> None:
    for case in (one for one in CASES if one["experiment"] == name):
        learner, cells = planted(case)
        wrong = [one for one in learner.checked().cells if one.verdict not in FINE]
        assert wrong, case
        assert {one.cell for one in wrong} <= cells, case
        named = Counter(one.mistake for one in wrong)
        right = sum(named[slug] for slug in case["mistakes"].split("|"))
        assert case["named"] == "no" or 2 * right > len(wrong), (case, named)


def test_most_of_them_are_named() -> None:
    assert sum(case["named"] == "yes" for case in CASES) >= 0.95 * len(CASES)
