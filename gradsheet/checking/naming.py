"""Which mistake a wrong formula is: the rewritten rule that it agrees with on every draw; else none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from typing import Any

from gradsheet.checking.candidates import Candidate, Candidates, Growing, by_address, candidates_of
from gradsheet.checking.cuts import path
from gradsheet.checking.draws import Across, Drawn, Side
from gradsheet.checking.families import family
from gradsheet.checking.groups import Group
from gradsheet.checking.mistakes.rule import minus
from gradsheet.checking.policy import DRAWS, LEAST, same, usable
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.trees import Function, mapped, names_in, nodes, numbers_in, once, renamed
from gradsheet.formula import syntax as s
from gradsheet.formula.scope import Unsupported
from gradsheet.table import references

_ROUNDS = ("ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC", "INT", "MROUND", "FIXED", "CEILING", "FLOOR")
_OF_ITS_OWN = {"h": "h_mismatch", "threshold": "wrong_threshold"}
"""What another number in place of an input is called."""
_CELL = (1 << 36) - 1


class Namer:
    """Names the mistakes of a submission.

    Args:
        sheets: the submission and the rules.
    """

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self._named: dict[Hashable, tuple[str, ...]] = {}

    def name(self, group: Group) -> tuple[str, ...]:
        """The mistakes in a group's formula; none where none is recognised."""
        pattern = self.sheets.plan.formulas[group.cell].number
        content = self.sheets.key.contents[group.at]
        mark = content.table, family(content.column), pattern, self.sheets.rules.codes[group.at]
        if mark not in self._named:
            self._named[mark] = self._found(group)
        return self._named[mark]

    def _found(self, group: Group) -> tuple[str, ...]:
        if group.header:
            return ("header_in_range",)
        made = candidates_of(self.sheets.rules, group.at)
        values = Growing(self.sheets.grid(number).peek(group.cell) for number, _ in made.draws)
        if not any(map(usable, values)):
            return self._unusable(group, made)
        stages: tuple[Callable[[], tuple[str, ...]], ...] = (
            lambda: self._literal(group, made, values, [()]),
            lambda: _agreeing(made.plain, values),
            lambda: self._rounded(group, made),
            lambda: self._ranges(group, made),
            lambda: self._elsewhere(group, made),
            lambda: _agreeing(made.opened, values),
            lambda: self._inlined(group, made),
            lambda: _agreeing(made.pairs, values),
            lambda: self._literal(group, made, values, made.plain),
        )
        return next((found for stage in stages if (found := stage())), ())

    # ---- numbers in the formula

    def _literal(
        self, group: Group, made: Candidates, values: Iterable[Any], bases: Iterable[Candidate | tuple[()]]
    ) -> tuple[str, ...]:
        """A number where the rule reads a cell, or a part of the rule that is made of inputs."""
        sheets = self.sheets
        own, usual = (
            Counter(n.value for n in nodes(tree) if isinstance(n, s.Number))
            for tree in (sheets.plan.formulas[group.cell].tree, made.rule.tree)
        )
        found = numbers_in(sheets.plan.formulas[group.cell].tree)
        inputs = sheets.key.inputs
        held = {sheets.given[inputs[name]] for name in names_in(made.rule.tree) if name in inputs}
        telling = (c for c in found if c in held or c not in (0.0, 2.0))
        constants = [c for c in telling if own[c] >= usual[c] + (c in usual)][:6]
        if not constants:
            return ()
        for base in bases:
            tree = base.tree if isinstance(base, Candidate) else made.rule.tree
            for part, actual in self._parts(made, tree):
                for constant in constants:
                    slug = self._literal_slug(made, part, constant, actual)
                    if slug is None:
                        continue
                    for other in self._with(tree, part, constant):
                        one = made.candidate((slug,), other, again=True)
                        if one is not None and _agrees(one.values, values):
                            return (*(base.slugs if isinstance(base, Candidate) else ()), slug)
        return ()

    def _with(self, tree: s.Node, part: s.Node, constant: float) -> Iterator[s.Node]:
        yield mapped(tree, lambda n: s.Number(constant) if n == part else None)
        if isinstance(part, s.Name) and part.name in self.sheets.key.inputs:
            # beta typed in once, and 1 − beta typed in as its own number
            whole = minus(s.Number(1.0), part)
            rest = s.Number(round(1.0 - constant, 12))
            yield mapped(
                mapped(tree, lambda n: rest if n == whole else None),
                lambda n: s.Number(constant) if n == part else None,
            )
            yield from once(tree, lambda n: [s.Number(constant)] if n == part else [])

    def _parts(self, made: Candidates, tree: s.Node) -> Iterator[tuple[s.Node, Any]]:
        """Inputs, parts made of inputs, and cells, each with what it is on this sheet."""
        sheets, inputs = self.sheets, self.sheets.key.inputs
        for name in names_in(tree):
            function = made.function(s.Name(None, name))
            if function is not None:
                yield s.Name(None, name), function(sheets.across)
        for name in names_in(tree):
            if name in inputs:
                part = minus(s.Number(1.0), s.Name(None, name))
                function = made.function(part)
                if function is not None:
                    yield part, function(sheets.across)

    def _literal_slug(self, made: Candidates, part: s.Node, constant: float, actual: Any) -> str | None:
        if not isinstance(actual, float):
            return None
        is_input = not isinstance(part, s.Name) or part.name in self.sheets.key.inputs
        near = abs(constant - actual) <= 0.05 * abs(actual)
        if isinstance(part, s.Name) and part.name == "lr":
            tenfold = any(same(constant, actual * factor) for factor in (10.0, 0.1))
            return "lr_factor_10" if tenfold else "lr_literal"
        if same(constant, actual):
            return "input_literal" if is_input else "hard_coded"
        if isinstance(part, s.Name) and part.name in _OF_ITS_OWN:
            return _OF_ITS_OWN[part.name]
        if near:
            return "rounded"
        return "input_literal" if is_input else None

    def _rounded(self, group: Group, made: Candidates) -> tuple[str, ...]:
        """The formula without its rounding is right."""
        tree = self.sheets.plan.formulas[group.cell].tree

        def bare(node: s.Node) -> s.Node | None:
            return node.args[0] if isinstance(node, s.Call) and node.name in _ROUNDS and node.args else None

        plain = mapped(tree, bare)
        if plain == tree:
            return ()
        values = list(self._of(plain, group, made))
        if _agrees(tuple(v for _, v in made.draws), values):
            return ("rounded",)
        found = _agreeing(made.plain, values)
        return (*found, "rounded") if found else ()

    def _of(self, tree: s.Node, group: Group, made: Candidates) -> Iterator[Any]:
        """Another formula in the group's cell, under the draws, one at a time: most part from the rule at once."""
        try:
            function = Function(self.sheets.plan, tree, group.cell)
        except Unsupported:
            return
        for number, _ in made.draws:
            yield function(self.sheets.grid(number))

    def _ranges(self, group: Group, made: Candidates) -> tuple[str, ...]:
        """With the rule's range in place of the learner's the formula is right."""
        if self.sheets.places.moved:
            return ()
        own = self.sheets.plan.formulas[group.cell].tree
        rule = self.sheets.key.plan.formulas[group.at].tree
        meant = [n for n in nodes(rule) if isinstance(n, s.AreaRef)]
        written = [n for n in nodes(own) if isinstance(n, s.AreaRef)]
        right = tuple(v for _, v in made.draws)
        off = dict.fromkeys(area for area in written if area not in meant)
        lost = dict.fromkeys(area for area in meant if area not in written)
        both: dict[s.Node, s.AreaRef] = dict(zip(written, meant, strict=False))
        short = [area for area in off if area in both]  # ranges that must be of one length are short together
        if len(short) > 1 and _agrees(right, self._of(mapped(own, both.get), group, made)):
            return (self._range_slug(group, short[0], both[short[0]]),)
        for area in off:
            for other in lost or dict.fromkeys(meant):
                if _agrees(right, self._of(mapped(own, lambda n: other if n == area else None), group, made)):  # noqa: B023
                    return (self._range_slug(group, area, other),)
        return ()

    def _range_slug(self, group: Group, area: s.AreaRef, meant: s.AreaRef) -> str:
        row, column = (group.cell & _CELL) >> 15, group.cell & 0x7FFF
        one, two = (
            (n.top.resolve(row), n.left.resolve(column), n.bottom.resolve(row), n.right.resolve(column))
            for n in (area, meant)
        )
        top, left, bottom, right = (abs(a - b) for a, b in zip(one, two, strict=True))
        if (left and right) or ((left or right) and (top or bottom)):
            return "wrong_range"
        if one[0] <= self.sheets.key.layout.header:
            return "header_in_range"
        return "range_off_by_one" if max(top, left, bottom, right) <= 2 else "wrong_range"

    # ---- other cells

    def _unusable(self, group: Group, made: Candidates) -> tuple[str, ...]:
        return self._ranges(group, made) or self._elsewhere(group, made)

    def _elsewhere(self, group: Group, made: Candidates) -> tuple[str, ...]:
        """The rule, with one or two of its cells replaced by others that the formula reads."""
        sheets = self.sheets
        tree = made.rule.tree
        meant: dict[str, int] = {}
        for name in names_in(tree):
            at = self._cell(made, name)
            if at is not None:
                meant[name] = at
        reads = list(dict.fromkeys(sheets.reads(group.cell)))
        if len(reads) > 12:
            return ()
        back = {cell: sheets.places.exercise.get(cell, cell & _CELL if self._own_sheet(cell) else -1) for cell in reads}
        others = {at: cell for cell, at in back.items() if at >= 0 and at not in meant.values()}
        lost = [name for name, at in meant.items() if at not in back.values()]
        candidates: list[tuple[str, s.Node]] = []
        for name in lost or meant:
            for at in others or [at for at in back.values() if at >= 0]:
                if at == meant[name]:
                    continue
                slug = "lr_wrong_cell" if name == "lr" else "wrong_reference"
                candidates.append((slug, renamed(tree, {name: by_address(at)})))
        if len(lost) == 2 and len(others) == 2:
            one, two = others
            for first, second in ((one, two), (two, one)):
                names = {lost[0]: by_address(first), lost[1]: by_address(second)}
                candidates.append(("wrong_reference", renamed(tree, names)))
        if not candidates:
            return ()
        known = {**sheets.places.exercise, **{cell: at for at, cell in others.items()}}
        actual = {**sheets.places.actual, **others}
        side, free = Side(sheets.plan, known), sheets.rules.free | set(others)
        grids = [Drawn(side, free, sheets.rules.draw, number) for number in range(DRAWS)]
        values = [grid.peek(group.cell) for grid in grids]
        for slug, other in candidates:
            function = made.function(other)
            if function is None:
                continue
            if _agrees(tuple(function(Across(sheets.key.plan, grid, actual)) for grid in grids), values):
                return (slug,)
        return ()

    def _own_sheet(self, cell: int) -> bool:
        return self.sheets.plan.scope.sheet_names[cell >> 36] == self.sheets.places.sheet

    def _cell(self, made: Candidates, name: str) -> int | None:
        """The exercise's cell that a name means, if it is one cell."""
        if name in self.sheets.key.inputs and ("steps", name) not in self.sheets.key.layout.names:
            return self.sheets.key.inputs[name]
        function = made.function(s.Name(None, name))
        if function is None or not references(f"={name}"):
            return None
        seen: list[int] = []

        class Spy(Across):
            def __missing__(self, key: int) -> Any:
                seen.append(key)
                return 1.0

        function(Spy(self.sheets.key.plan, self.sheets.values, {}))
        return seen[0] if len(seen) == 1 else None

    def _inlined(self, group: Group, made: Candidates) -> tuple[str, ...]:
        """The formula reads further back than the rule: followed there, it is the rule of a mistake."""
        sheets = self.sheets
        free = sheets.leaves(group.cell) | sheets.rules.base
        order = path(sheets.rules, group.at, free)
        if order is None:
            return ()
        mine = [sheets.places.actual[at] for at in order if at in sheets.places.actual]
        grids, values = [], []
        for number in range(LEAST + 2):
            grid = Drawn(sheets.side, free, sheets.rules.draw, number)
            for cell in mine:
                grid.read(cell)
            grids.append(Across(sheets.key.plan, grid, sheets.places.actual))
            values.append(grid.peek(group.cell))
        for one in chain(made.plain, made.opened):
            if _agrees(tuple(one.function(grid) for grid in grids), values):
                return one.slugs
        return ()


def _agreeing(candidates: Iterable[Candidate], values: Iterable[Any]) -> tuple[str, ...]:
    for one in candidates:
        if _agrees(one.values, values):
            return one.slugs
    return ()


def _agrees(meant: Iterable[Any], values: Iterable[Any]) -> bool:
    """Whether two functions are one, as far as the draws say."""
    proven = 0
    for one, other in zip(meant, values, strict=False):
        if not usable(one):
            if usable(other):
                return False
            continue
        if not same(one, other):
            return False
        proven += 1
    return proven >= LEAST // 2
