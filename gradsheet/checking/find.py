"""A submission: which exercise it is, and where the exercise's cells stand in it."""

from __future__ import annotations

from collections.abc import Iterator

from gradsheet.address import letters, qualified
from gradsheet.checking.find_images import ImageFinder
from gradsheet.checking.finder import Finder, Places
from gradsheet.checking.image_layout import ImageLayout
from gradsheet.checking.instructions import NAME
from gradsheet.checking.key import Key
from gradsheet.checking.spec import Exercise, read_code
from gradsheet.checking.trees import nodes
from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import unpack
from gradsheet.formula.cells import Formula, Workbook
from gradsheet.formula.plan import Plan

_MARK = "gradsheet exercise "


def identity(book: Workbook) -> Exercise:
    """Which exercise a workbook is, by any of the three places that say so.

    Raises:
        GradsheetError: none says so, all were damaged, or they contradict one another.
    """
    codes = dict.fromkeys(_codes(book))
    found: dict[str, Exercise] = {}
    trouble: GradsheetError | None = None
    for code in codes:
        try:
            one = read_code(code)
        except GradsheetError as error:
            trouble = trouble or error
            continue
        found[one.code] = one
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise GradsheetError("it carries the codes of two exercises: hand in the workbook as it was given out")
    raise trouble or GradsheetError(
        "it is no exercise of gradsheet's (no code was found): hand in the workbook that you were given"
    )


def _codes(book: Workbook) -> Iterator[str]:
    for sheet in book.sheets.values():
        for held in sheet.cells.values():
            if isinstance(held, str) and held.startswith(_MARK):
                yield held
    named = book.names.get(NAME, "").removeprefix("=").strip().strip('"').replace('""', '"')
    if named.startswith(_MARK):
        yield named


def places(plan: Plan, key: Key) -> Places:
    """Find the tables, the inputs and the examples.

    Raises:
        GradsheetError: a header, an input or the examples are not there; the message names them.
    """
    kind = ImageFinder if isinstance(key.layout, ImageLayout) else Finder
    return kind(plan, key).find()


def formula_at(plan: Plan, sheet: str, address: str) -> str | None:
    """The formula in a cell, as its author wrote it."""
    found = plan.workbook.sheets[sheet].cells.get(address)
    return found.text if isinstance(found, Formula) else None


def lost_names(plan: Plan, found: Places, key: Key) -> dict[str | tuple[str, str], str]:
    """Names of inputs that lead to no sheet any more, and what they mean: some programs rename sheets and not names."""
    lost: dict[str | tuple[str, str], str] = {}
    for name, at in key.inputs.items():
        called = key.layout.name(name)
        defined = plan.scope.find(None, called, -1)
        if defined is not None and any(_leads_nowhere(node, plan) for node in nodes(plan.scope.meaning(defined))):
            where, row, column = unpack(found.actual[at])
            lost[called] = f"{qualified(plan.scope.sheet_names[where], '')}${letters(column)}${row}"
    return lost


def _leads_nowhere(node: s.Node, plan: Plan) -> bool:
    """Whether it is a reference to a sheet that is not there, or nothing that can be read."""
    if isinstance(node, s.CellRef | s.AreaRef):
        sheets = {name.casefold() for name in plan.scope.sheet_names}
        return node.sheet is not None and node.sheet.casefold() not in sheets
    return isinstance(node, s.Fault)
