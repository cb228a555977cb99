"""Which mistake a wrong formula is: the rewritten rule that it agrees with on every draw; else none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from gradsheet.checking.candidates import Candidate, Candidates, Growing, agreeing, agrees, by_address, candidates_of
from gradsheet.checking.cuts import path
from gradsheet.checking.draws import Across, Drawn, Side
from gradsheet.checking.families import family
from gradsheet.checking.groups import Group
from gradsheet.checking.mistakes.rule import minus
from gradsheet.checking.policy import DRAWS, LEAST, same, usable
from gradsheet.checking.ranges import misplaced, tried
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.trees import mapped, names_in, nodes, numbers_in, once, renamed
from gradsheet.formula import syntax as s
from gradsheet.formula.evaluation import Evaluation
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
            lambda: agreeing(made.plain, values),
            lambda: self._rounded(group, made),
            lambda: misplaced(self.sheets, group, made),
            lambda: agreeing(made.opened, values),
            lambda: self._inlined(group, made, self._behind(group)),
            lambda: self._inlined(group, made, self._row(group)),
            lambda: self._elsewhere(group, made),
            lambda: agreeing(made.pairs, values),
            lambda: self._literal(group, made, values, made.plain),
        )
        return next((found for stage in stages if (found := stage())), ())

    # ---- numbers in the formula

    def _literal(
        self,
        group: Group,
        made: Candidates,
        values: Iterable[Any],
        bases: Iterable[Candidate | tuple[()]],
        grids: Sequence[Evaluation] = (),
    ) -> tuple[str, ...]:
        """A number where the rule reads a cell, or a part of the rule that is made of inputs; on draws of its own."""
        sheets = self.sheets
        own, usual = (
            Counter(n.value for n in nodes(tree) if isinstance(n, s.Number))
            for tree in (sheets.plan.formulas[group.cell].tree, made.rule.tree)
        )
        found = numbers_in(sheets.plan.formulas[group.cell].tree)
        inputs = sheets.key.inputs
        held = {sheets.given[inputs[name]] for name in names_in(made.rule.tree) if name in inputs}
        telling = (c for c in found if c in held or c not in (0.0, 1.0, 2.0))
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
                        if one is None:
                            continue
                        if agrees((one.function(grid) for grid in grids) if grids else one.values, values):
                            return (*(base.slugs if isinstance(base, Candidate) else ()), slug)
        return ()

    def _with(self, tree: s.Node, part: s.Node, constant: float) -> Iterator[s.Node]:
        yield mapped(tree, lambda n: s.Number(constant) if n == part else None)
        if isinstance(part, s.Name) and part.name in self.sheets.key.inputs:
            # beta typed in once, and 1 − beta typed in as its own number
            whole = minus(s.Number(1.0), part), s.Name(None, "rest")
            rest = s.Number(round(1.0 - constant, 12))
            yield mapped(
                mapped(tree, lambda n: rest if n in whole else None),
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
        values = list(tried(self.sheets, plain, group, made))
        if agrees(tuple(v for _, v in made.draws), values):
            return ("rounded",)
        found = agreeing(made.plain, values)
        return (*found, "rounded") if found else ()

    # ---- other cells

    def _unusable(self, group: Group, made: Candidates) -> tuple[str, ...]:
        return misplaced(self.sheets, group, made) or self._elsewhere(group, made)

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
                slug = "lr_wrong_cell" if name == "lr" or name.startswith("rate_") else "wrong_reference"
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
            if agrees((function(Across(sheets.key.plan, grid, actual)) for grid in grids), values):
                return (slug,)
        return ()

    def _own_sheet(self, cell: int) -> bool:
        return self.sheets.plan.scope.sheet_names[cell >> 36] == self.sheets.places.sheet

    def _cell(self, made: Candidates, name: str) -> int | None:
        """The exercise's cell that a name means, if it is one cell."""
        names = self.sheets.key.layout.names
        if name in self.sheets.key.inputs and ("steps", name) not in names and ("epochs", name) not in names:
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

    def _behind(self, group: Group) -> tuple[frozenset[int], tuple[int, ...]] | None:
        """What the formula reads is drawn, and what lies between that and its cell computes."""
        free = self.sheets.leaves(group.cell) | self.sheets.rules.base
        order = path(self.sheets.rules, group.at, free)
        return None if order is None else (free, order)

    def _row(self, group: Group) -> tuple[frozenset[int], tuple[int, ...]] | None:
        """Its row computes, from weights, memory and examples that are drawn."""
        rules, contents = self.sheets.rules, self.sheets.key.contents
        here = contents[group.at]
        if here.row is None:
            return None
        row = {
            at
            for at in rules.between
            if at != group.at
            and (contents[at].table, contents[at].number, contents[at].row) == (here.table, here.number, here.row)
        }
        order = tuple(at for at in rules.upstream(row) if at in row)
        return rules.free - row, order

    def _inlined(
        self, group: Group, made: Candidates, cut: tuple[frozenset[int], tuple[int, ...]] | None
    ) -> tuple[str, ...]:
        """The formula reads further back than the rule, or beside it: followed there, it is the rule of a mistake."""
        sheets = self.sheets
        if cut is None:
            return ()
        free, order = cut
        mine = [sheets.places.actual[at] for at in order if at in sheets.places.actual]
        grids, values = [], []
        for number in range(LEAST + 2):
            grid = Drawn(sheets.side, free, sheets.rules.draw, number)
            for cell in mine:
                grid.read(cell)
            grids.append(Across(sheets.key.plan, grid, sheets.places.actual))
            values.append(grid.peek(group.cell))
        if agrees((grid.peek(group.at) for grid in grids), values):
            return ()  # the mistake does not show in this row
        for one in chain(made.plain, made.opened):
            if agrees((one.function(grid) for grid in grids), values):
                return one.slugs
        return self._literal(group, made, values, [()], grids)
