"""A workbook made ready to calculate: every formula parsed and translated once for its fill-down pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.formula import lexer, operators, references, values
from gradsheet.formula import syntax as s
from gradsheet.formula.address import a1, pack, parse_a1, parse_area, unpack
from gradsheet.formula.cells import Error, Formula, Workbook
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.parser import parse
from gradsheet.formula.precedents import Region, ordered, reaches_further, regions
from gradsheet.formula.scope import Scope, Unsupported
from gradsheet.formula.translate import Translator, functions_in

NAMESPACE: dict[str, Any] = {
    **{
        name: getattr(operators, name)
        for name in (
            "add",
            "subtract",
            "multiply",
            "divide",
            "power",
            "join",
            "negate",
            "percent",
            "equal",
            "unequal",
            "less",
            "greater",
            "at_most",
            "at_least",
        )
    },
    **{name: getattr(values, name) for name in ("Area", "Array", "Lambda", "MISSING", "corner", "cross", "spread")},
    **{name: getattr(references, name) for name in ("area", "span", "union", "intersection", "apply", "eta")},
    "Error": Error,
    "F": FUNCTIONS,
}


def _words(traced: bool) -> dict[str, Any]:
    """What the code of patterns and names calls."""
    if not traced:
        return dict(NAMESPACE)
    from gradsheet.formula.traced_operators import NAMES
    from gradsheet.formula.traced_table import TABLE

    return {**NAMESPACE, **NAMES, "F": TABLE}


@dataclass(slots=True)
class Pattern:
    """A formula as it stands in every cell of a fill-down run, on one sheet."""

    number: int
    text: str
    tree: s.Node
    array: bool
    dynamic: bool
    expression: str
    reads: list[Region]
    unsupported: str | None = None
    reaches_further: bool = False


class Plan:
    """Constants by key, the pattern of each formula cell, and what they read.

    Args:
        workbook: what a file holds.
        strict: whether a text that is no formula is an error, or a cell that cannot be calculated; without it,
            functions that we lack are not looked for elsewhere, either.
    """

    def __init__(self, workbook: Workbook, *, strict: bool = True) -> None:
        self.workbook = workbook
        self.strict = strict
        self.scope = Scope(workbook, borrows=strict)
        self.constants: dict[int, Any] = {}
        self.patterns: list[Pattern] = []
        self.formulas: dict[int, Pattern] = {}
        self.ranges: dict[int, tuple[int, int, int, int]] = {}  # of array formulas, by their first cell
        self.owners: dict[int, int] = {}  # cells that an array formula fills, to its first cell
        self.labels: dict[int, str] = {}
        self.extents: list[tuple[int, int]] = []
        self._by_text: dict[tuple[int, str, bool, bool], Pattern] = {}
        self._trees: dict[str, s.Node] = {}
        for index, sheet in enumerate(workbook.sheets.values()):
            self._read(index, sheet.cells)
        self._factories: dict[bool, Callable[..., tuple[Callable[[int, int, int], Any], ...]]] = {}
        self._named: dict[Any, Any] = {}

    # ---- reading

    def _read(self, index: int, cells: dict[str, Any]) -> None:
        bottom = right = 0
        for address, content in cells.items():
            row, column = parse_a1(address)
            key = pack(index, row, column)
            bottom, right = max(bottom, row), max(right, column)
            if isinstance(content, Formula):
                self.formulas[key] = self._pattern(content, index, row, column)
                if content.array is not None:
                    self._array(content, key, index)
            else:
                self.constants[key] = float(content) if type(content) is int else content
        self.extents.append((bottom, right))

    def _array(self, formula: Formula, key: int, index: int) -> None:
        area = parse_area(formula.array or "A1")
        self.ranges[key] = area
        top, left, bottom, right = area
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                other = pack(index, row, column)
                if other != key:
                    self.owners[other] = key

    def _pattern(self, formula: Formula, sheet: int, row: int, column: int) -> Pattern:
        text = lexer.relative(formula.text, row, column)
        is_array = formula.array is not None or formula.dynamic
        mark = text
        if "[" in formula.text and self.workbook.tables:
            table = self.scope.table(None, sheet, row, column)
            mark = f"{text}\n{table.ref if table else ''}{row if table else ''}"
        found = self._by_text.get((sheet, mark, is_array, formula.dynamic))
        if found is not None:
            return found
        tree = self._trees.get(text)
        if tree is None:
            try:
                tree = parse(formula.text, row, column)
            except GradsheetError as error:
                if not self.strict:
                    return self._broken(formula, str(error))
                where = f"{self.scope.sheet_names[sheet]}!{a1(row, column)}"
                raise GradsheetError(f"cell {where}: {error}") from None
            self._trees[text] = tree
        pattern = Pattern(len(self.patterns), formula.text, tree, is_array, formula.dynamic, "None", [])
        try:
            pattern.expression = Translator(self.scope, sheet, row, column).expression(tree, is_array, False)
        except Unsupported as reason:
            pattern.unsupported = str(reason)
        pattern.reads = regions(tree, self.scope, sheet, row, column)
        pattern.reaches_further = reaches_further(tree, self.scope, sheet)
        self.patterns.append(pattern)
        self._by_text[sheet, mark, is_array, formula.dynamic] = pattern
        return pattern

    def _broken(self, formula: Formula, reason: str) -> Pattern:
        """A formula that cannot be read: the others are calculated all the same."""
        tree = s.Fault(Error.NAME)
        pattern = Pattern(len(self.patterns), formula.text, tree, False, False, "None", [], reason)
        self.patterns.append(pattern)
        return pattern

    # ---- running

    def bind(self, v: Any, here: Any, named: Any, traced: bool = False) -> tuple[Callable[[int, int, int], Any], ...]:
        """The patterns as Python functions of a cell's key, row and column, reading from `v`.

        Args:
            v: the values by key.
            here: what tells a function where it stands.
            named: what reads a defined name.
            traced: whether they run on numbers that differ from lane to lane.
        """
        factory = self._factories.get(traced)
        if factory is None:
            lines = ["def bind(v, here, named):"]
            for pattern in self.patterns:
                lines.append(f"    def p{pattern.number}(k, r, c): return {pattern.expression}")
            lines.append(f"    return ({''.join(f'p{p.number}, ' for p in self.patterns)})")
            namespace = _words(traced)
            exec(compile("\n".join(lines), "<patterns>", "exec"), namespace)
            factory = self._factories[traced] = namespace["bind"]
        return factory(v, here, named)

    def named(self, key: tuple[int | None, str], sheet: int, traced: bool = False) -> Callable[..., Any]:
        """A defined name as a Python function of `v`, `here`, `named` and a cell."""
        found = self._named.get((key, sheet, traced))
        if found is None:
            own = sheet if key[0] is None else key[0]
            code = Translator(self.scope, own).expression(self.scope.meaning(key), True, True)
            source = f"lambda v, here, named, k, r, c: {code}"
            found = eval(compile(source, f"<name {key[1]}>", "eval"), _words(traced))
            self._named[key, sheet, traced] = found
        return found  # type: ignore[no-any-return]

    # ---- precedents

    def reads(self, key: int) -> Iterator[int]:
        """The formula cells that a formula reads, first cells standing for array formulas."""
        formulas, owners = self.formulas, self.owners
        _, row, column = unpack(key)
        for at, top, left, bottom, right in formulas[key].reads:
            r1 = top.at if top.absolute else row + top.at
            c1 = left.at if left.absolute else column + left.at
            if top is bottom and left is right:
                one = pack(at, r1, c1)
                if one in formulas:
                    yield one
                elif one in owners:
                    yield owners[one]
                continue
            r2 = bottom.at if bottom.absolute else row + bottom.at
            c2 = right.at if right.absolute else column + right.at
            yield from self.within(at, min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2))

    def constants_read(self, key: int, wanted: set[int]) -> Iterator[int]:
        """Those of the wanted cells that a formula reads and that hold no formula."""
        _, row, column = unpack(key)
        for at, top, left, bottom, right in self.formulas[key].reads:
            r1, r2 = sorted((top.resolve(row), bottom.resolve(row)))
            c1, c2 = sorted((left.resolve(column), right.resolve(column)))
            for one in wanted:
                other, r, c = unpack(one)
                if other == at and r1 <= r <= r2 and c1 <= c <= c2:
                    yield one

    def within(self, sheet: int, top: int, left: int, bottom: int, right: int) -> Iterator[int]:
        """The formula cells in a rectangle."""
        formulas, owners = self.formulas, self.owners
        last_row, last_column = self.extents[sheet]
        bottom, right = min(bottom, max(last_row, top)), min(right, max(last_column, left))
        for row in range(top, bottom + 1):
            first = pack(sheet, row, left)
            for key in range(first, first + right - left + 1):
                if key in formulas:
                    yield key
                elif key in owners:
                    yield owners[key]

    def order(self, keys: Any = None) -> list[int]:
        """Formula cells, precedents first: all of them, or what `keys` need."""
        return ordered(self.formulas if keys is None else keys, self.reads)

    def label(self, key: int) -> str:
        """A cell's address with its sheet."""
        found = self.labels.get(key)
        if found is None:
            sheet, row, column = unpack(key)
            found = self.labels[key] = f"{self.scope.sheet_names[sheet]}!{a1(row, column)}"
        return found

    def volatile(self) -> set[int]:
        """The cells whose own formula draws random numbers or reads the clock."""
        drawing = {
            p.number
            for p in self.patterns
            if any(n in FUNCTIONS and FUNCTIONS[n].volatile for n in functions_in(p.tree))
        }
        return {key for key, pattern in self.formulas.items() if pattern.number in drawing}
