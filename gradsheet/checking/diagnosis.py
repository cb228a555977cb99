"""Verdicts with their mistakes: what one cell cannot tell, its column does."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cached_property
from typing import Any

from gradsheet.checking.families import family
from gradsheet.checking.feedback import FINE, Verdict
from gradsheet.checking.groups import Group
from gradsheet.checking.judge import Judge
from gradsheet.checking.naming import Namer
from gradsheet.checking.policy import same
from gradsheet.formula.cells import Error

_COMMA = re.compile(r"\s*[-+]?\d{1,3}(?:[.  ']?\d{3})*,\d+\s*%?\s*|\s*[-+]?\d*,\d+(?:[eE][-+]?\d+)?\s*")
_TYPED = "hard_coded"


class Diagnosis:
    """The verdict and the mistakes of each cell that something is said of.

    Args:
        judge: the submission.

    Attributes:
        verdicts: by the submission's cells.
        slugs: the mistakes of those that have any.
        filled: the exercise's cells that a right formula was filled to and drifted on its way: with it, one answer.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.verdicts: dict[int, Verdict] = dict(judge.verdicts)
        self.slugs: dict[int, tuple[str, ...]] = {}
        self.filled: set[int] = set()
        self._namer = Namer(judge.sheets)
        self._open = set(judge.answers)
        for group in dict.fromkeys(judge.groups.values()):
            self._formula(group)
        self._constants()
        self._drift()
        for at in judge.changed:
            self.slugs[judge.places.actual[at]] = ("given_cell_changed",)

    def _formula(self, group: Group) -> None:
        cells = [cell for cell in group.cells if self.verdicts.get(cell) in ("wrong", "fragile", "hard_coded")]
        if group.right and group.header:
            for cell in group.cells:
                if self.verdicts.get(cell) in FINE:
                    self.verdicts[cell] = "fragile"
                    self.slugs[cell] = ("header_in_range",)
            return
        if not cells or group.at not in self._open:
            return
        if any(self.verdicts[cell] == "wrong" for cell in cells):  # one formula: that it fits in a row is chance
            self.verdicts.update((cell, "wrong") for cell in cells if self.verdicts[cell] == "fragile")
        if group in self._drifts and self._tops[group].right:
            return
        if group.typed and isinstance(self.judge.values.get(group.cell), Error):
            return  # 1/0, or a word that is no name: it says so itself
        typed = group.typed or all(self.verdicts[cell] == "hard_coded" for cell in cells)
        found = (_TYPED,) if typed else self._namer.name(group)
        if found:
            for cell in cells:
                self.slugs[cell] = found

    def _constants(self) -> None:
        """Blanks, numbers and texts."""
        judge = self.judge
        begun: set[tuple[str, str]] = set()
        for at in judge.answers:
            content, cell = judge.key.contents[at], judge.places.actual[at]
            column, verdict = (content.table, family(content.column)), self.verdicts[cell]
            if cell in judge.groups:
                begun.add(column)
                continue
            value = judge.values.get(cell)
            if verdict == "missing" and column in begun:
                self.slugs[cell] = ("not_filled_down",)
            elif verdict == "unreadable" and isinstance(value, str):
                text = value.strip().lstrip("'")
                if text.startswith("="):
                    self.slugs[cell] = ("text_formula",)
                elif _COMMA.fullmatch(text):
                    self.slugs[cell] = ("decimal_comma",)
            elif verdict in ("wrong", "hard_coded") and not isinstance(value, Error):
                if verdict == "wrong" and self._is_rounded(at, value):
                    self.verdicts[cell] = "hard_coded"
                    self.slugs[cell] = ("rounded",)
                else:
                    self.slugs[cell] = (_TYPED,)

    def _is_rounded(self, at: int, value: Any) -> bool:
        """Whether a typed number is the right one with fewer digits."""
        if not isinstance(value, float):
            return False
        for meant in (self.judge.sheets.rule_value(at), self.judge.sheets.expected.get(at)):
            if isinstance(meant, float) and abs(value - meant) <= 0.01 * abs(meant):
                places = len(f"{value!r}".partition(".")[2]) if "e" not in f"{value!r}" else 12
                if same(round(meant, places), value) or same(float(f"{meant:.{_digits(value)}g}"), value):
                    return True
        return False

    @cached_property
    def _tops(self) -> dict[Group, Group]:
        """For each formula the first of the same text in its column."""
        judge = self.judge
        firsts: dict[Hashable, Group] = {}
        found: dict[Group, Group] = {}
        for group in dict.fromkeys(judge.groups.values()):
            content = judge.key.contents[group.at]
            mark = content.table, family(content.column), judge.sheets.plan.formulas[group.cell].number
            found[group] = firsts.setdefault(mark, group)
        return found

    @cached_property
    def _drifts(self) -> dict[Group, str]:
        """The formulas that are not right and read elsewhere than the first of their text, each with its mistake."""
        pairs = ((group, top) for group, top in self._tops.items() if top is not group and not group.right)
        slugs = ((group, self._moved(top, group)) for group, top in pairs)
        return {group: slug for group, slug in slugs if slug is not None}

    def _drift(self) -> None:
        """A formula that is right where it was typed and wrong where it was filled to."""
        judge = self.judge
        drifted: dict[Group, list[int]] = {}
        for at in judge.answers:
            cell = judge.places.actual[at]
            group = judge.groups.get(cell)
            slug = self._drifts.get(group) if group is not None else None
            if group is None or slug is None:
                continue
            top = self._tops[group]
            if top.right:
                self.slugs[cell] = (slug,)
                drifted.setdefault(top, []).append(cell)
                self._suspect(top, group, slug)
                if self.verdicts[top.cell] == "fragile":
                    self.filled.add(at)
            elif not self._same_fault(top, group):
                first = tuple(one for one in self.slugs.get(top.cell, ()) if one != slug)
                self.slugs[cell] = (*first, slug)
        for cells in drifted.values():
            if any(self.verdicts[cell] == "wrong" for cell in cells):  # where it fits nevertheless is chance
                self.verdicts.update((cell, "wrong") for cell in cells if self.verdicts[cell] == "fragile")

    def _same_fault(self, top: Group, group: Group) -> bool:
        return self.slugs.get(top.cell, ()) == self.slugs.get(group.cell, ()) != ()

    def _moved(self, top: Group, group: Group) -> str | None:
        """What a reference that drifted should have pointed at, as a slug."""
        key = self.judge.key
        names = {at: name for name, at in key.inputs.items()}
        places = self.judge.sheets.plan.formulas[group.cell].reads
        for was, is_, (_, first, left, _, _) in zip(top.reads, group.reads, places, strict=True):
            if was == is_:
                continue
            if first.absolute and left.absolute and isinstance(was, tuple) and was[0] == "epochs":
                return "lr_wrong_cell" if was[1] == "lr" else "reference_drift"  # it stayed where it should have moved
            if isinstance(was, tuple) and was[0] == "given" and was[1] in key.counts:
                continue
            if isinstance(was, tuple) and was[0] == "given":
                return "lr_drift" if names.get(was[1]) == "lr" else "reference_drift"
            if isinstance(was, tuple) and was[0] == "epochs" and was[1] == "lr":
                return "lr_drift"
            if isinstance(was, tuple) and isinstance(is_, tuple) and was[0] == is_[0] == "steps" and is_[2] == -1:
                return "pass_boundary"
            return "reference_drift"
        return None

    def _suspect(self, top: Group, group: Group, slug: str) -> None:
        """The cell that the drifting formula was filled from: right by itself, and not to be filled."""
        same_pass = self.judge.key.contents[top.at].number == self.judge.key.contents[group.at].number
        if not same_pass or slug == "pass_boundary":
            return
        for cell in top.cells:
            if self.verdicts[cell] in ("correct", "follow_on"):
                self.verdicts[cell] = "fragile"
                self.slugs[cell] = (slug,)


def _digits(value: float) -> int:
    """Significant digits of a number as it is written."""
    text = f"{value!r}".lower().partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")
    return max(len(text), 1)
