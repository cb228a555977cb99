"""Which cells a formula reads, as far as its text tells, and an order that puts them first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gradsheet.formula import syntax as s
from gradsheet.formula.scope import Scope, Unsupported

Region = tuple[int, s.Place, s.Place, s.Place, s.Place]


def regions(node: s.Node, scope: Scope, sheet: int, row: int, column: int) -> list[Region]:
    """The references in a formula, those behind its names included: sheet, top, left, bottom, right.

    What OFFSET or a range between two calls reaches is known only when it is calculated.
    """
    found: dict[Region, None] = {}
    seen: set[tuple[int | None, str]] = set()

    def walk(node: s.Node, own: int) -> None:
        match node:
            case s.CellRef(name, r, c):
                at = _sheet(scope, name, own)
                if at is not None:
                    found[at, r, c, r, c] = None
            case s.AreaRef(name, top, left, bottom, right):
                at = _sheet(scope, name, own)
                if at is not None:
                    found[at, top, left, bottom, right] = None
            case s.Structured():
                walk(scope.region(node, sheet, row, column), own)
            case s.Name(prefix, name):
                follow(prefix, name, own)
            case s.Call(name, args):
                follow(None, name, own)
                for arg in args:
                    walk(arg, own)
            case s.Infix(":", left, right):
                walk(left, own)
                walk(right, own)
                ends = [x for x in (left, right) if isinstance(x, s.CellRef)]
                if len(ends) == 2:
                    walk(
                        s.AreaRef(ends[0].sheet, ends[0].row, ends[0].column, ends[1].row, ends[1].column),
                        own,
                    )
            case _:
                for child in s.children(node):
                    walk(child, own)

    def follow(prefix: str | None, name: str, own: int) -> None:
        key = scope.find(prefix, name, own)
        if key is not None and key not in seen:
            seen.add(key)
            walk(scope.meaning(key), own if key[0] is None else key[0])
        elif key is None and scope.table(name, own, 0, 0) is not None:
            walk(s.Structured(name, (), None, None), own)

    walk(node, sheet)
    return list(found)


def reaches_further(node: s.Node, scope: Scope, sheet: int) -> bool:
    """Whether a formula may read cells that its text does not name: by OFFSET, or a range between two calls."""
    seen: set[tuple[int | None, str]] = set()

    def walk(node: s.Node, own: int) -> bool:
        match node:
            case s.Call("OFFSET" | "INDIRECT", _):
                return True
            case s.Infix(":", left, right) if not (isinstance(left, s.CellRef) and isinstance(right, s.CellRef)):
                return True
            case s.Name(prefix, name):
                return follow(prefix, name, own)
            case s.Call(name, args):
                return follow(None, name, own) or any(walk(x, own) for x in args)
            case _:
                return any(walk(x, own) for x in s.children(node))

    def follow(prefix: str | None, name: str, own: int) -> bool:
        key = scope.find(prefix, name, own)
        if key is None or key in seen:
            return False
        seen.add(key)
        return walk(scope.meaning(key), own if key[0] is None else key[0])

    return walk(node, sheet)


def _sheet(scope: Scope, name: str | None, own: int) -> int | None:
    try:
        return scope.sheet(name, own)
    except Unsupported:
        return None


def ordered(keys: Iterable[int], precedents: Callable[[int], Iterable[int]]) -> list[int]:
    """The keys and everything that they read, precedents first; cycles are cut somewhere.

    Example:
        >>> ordered([3, 1], {3: [2], 2: [1], 1: []}.__getitem__)
        [1, 2, 3]
    """
    done: set[int] = set()
    result: list[int] = []
    for start in keys:
        if start in done:
            continue
        done.add(start)
        stack: list[tuple[int, Iterator[int]]] = [(start, iter(precedents(start)))]
        while stack:
            key, rest = stack[-1]
            for before in rest:
                if before not in done:
                    done.add(before)
                    stack.append((before, iter(precedents(before))))
                    break
            else:
                stack.pop()
                result.append(key)
    return result
