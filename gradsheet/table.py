"""A column: one named formula, said once, written into every row of its table.

There are two tables. *Steps* has a row per training example; *epochs* has a row per pass: what enters it,
what holds for the whole of it, its footers. Formulas speak in names, never in cells:

========== ============================================ ==================================
written    in steps                                     in epochs
========== ============================================ ==================================
``x``      this row, else this pass's row of epochs,    this row, else the range that the
           else an input                                pass has in steps, else an input
``prev()`` one row up; in a pass's first row the cell   the row of the pass before
           that enters it
``last()``                                              the pass's last cell in steps
========== ============================================ ==================================

``{w}`` stands for each weight in turn, ``[+ f({w})]`` for a fold over them. Only the writer turns names
into A1 (`gradsheet.workbook.layout`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

Role = Literal["data", "input", "weights", "prediction", "error", "gradient", "state", "schedule", "count"]


@dataclass(frozen=True)
class Column:
    """One named formula.

    Attributes:
        name: a lower-case word; ``{w}`` in it makes one column per weight.
        formula: what stands in each row, in names.
        first: in the epochs table, what stands before training (in warm-up rows and epoch 0);
            in the steps table, what ``prev()`` finds before the very first row.
        role: what kind of quantity it is; the page gives each role its colour.
        title: the header; the name where empty.
        note: the maths in words, shown as a note on the header.
        restart: for a running total: what ``prev()`` finds in a pass's first row, instead of a cell that enters.

    Example:
        >>> Column("new_{w}", "={w}-grad_{w}*lr").name
        'new_{w}'
    """

    name: str
    formula: str
    first: str = ""
    role: Role = "state"
    title: str = ""
    note: str = ""
    restart: str = ""


class Reference(NamedTuple):
    """A name in a formula: how many rows back it looks, and whether it means a pass's last cell."""

    name: str
    back: int = 0
    last: bool = False


_TOKEN = re.compile(r"\b(prev|last)\(|\b([A-Za-z_]\w*)\b(?!\()")
_FOLD = re.compile(r"\[(.) (.*?)\]")


def expand(
    columns: Iterable[Column], weights: Sequence[str], called: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """Write out ``{w}`` and the folds over weights; titles and notes say what a weight is `called`.

    Example:
        >>> [c.formula for c in expand([Column("new_{w}", "={w}-d_{w}*lr")], ["b", "a"])]
        ['=b-d_b*lr', '=a-d_a*lr']
        >>> expand([Column("size", "=[+ SQRT(square_{w})]")], ["b", "a"])[0].formula
        '=SQRT(square_b)+SQRT(square_a)'
    """

    def unfold(text: str) -> str:
        return _FOLD.sub(lambda m: m[1].join(m[2].replace("{w}", w) for w in weights), text)

    out: list[Column] = []
    for column in columns:
        column = replace(column, formula=unfold(column.formula), first=unfold(column.first))
        if "{w}" not in column.name:
            out.append(column)
            continue
        for w in weights:
            said = (called or {}).get(w, w)
            texts = {part: getattr(column, part).replace("{w}", w) for part in ("name", "formula", "first")}
            title = column.title or ("{w}" if column.name == "{w}" and said != w else "")
            texts |= {"title": title.replace("{w}", said), "note": column.note.replace("{w}", said)}
            out.append(replace(column, **texts))
    return tuple(out)


@cache
def parts(formula: str) -> tuple[str | Reference, ...]:
    """A formula as its text and its references, in order; ``prev()`` and ``last()`` are consumed.

    Example:
        >>> parts("=prev(velocity_a)*beta")
        ('=', Reference(name='velocity_a', back=1, last=False), '*', Reference(name='beta', back=0, last=False))
    """
    return tuple(_parts(formula, 0, False))


def _parts(text: str, back: int, last: bool) -> list[str | Reference]:
    out: list[str | Reference] = []
    at = 0
    while found := _TOKEN.search(text, at):
        if found.start() > at:
            out.append(text[at : found.start()])
        if found[2]:
            word = found[2]
            out.append(word if word in ("TRUE", "FALSE") else Reference(word, back, last))
            at = found.end()
            continue
        at = _closing(text, found.end())
        inner = text[found.end() : at - 1]
        out += _parts(inner, back + (found[1] == "prev"), last or found[1] == "last")
    if at < len(text):
        out.append(text[at:])
    return out


def _closing(text: str, start: int) -> int:
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return at + 1
    raise ValueError(f"unbalanced parentheses in {text!r}")


def references(formula: str) -> tuple[Reference, ...]:
    """The names that a formula reads.

    Example:
        >>> [r.name for r in references("=b+a*x")]
        ['b', 'a', 'x']
    """
    return tuple(p for p in parts(formula) if isinstance(p, Reference))


def render(formula: str, place: Callable[[Reference], str]) -> str:
    """Replace every reference by what `place` says of it.

    Example:
        >>> render("=b+a*x", lambda r: {"b": "C4", "a": "D4", "x": "A4"}[r.name])
        '=C4+D4*A4'
    """
    return "".join(p if isinstance(p, str) else place(p) for p in parts(formula))


def rename(formula: str, names: dict[str, str]) -> str:
    """Replace names by other names or by expressions; ``prev()`` and ``last()`` stay.

    Example:
        >>> rename("=b+a*x", {"a": "(a+h)"})
        '=b+(a+h)*x'
    """
    return _TOKEN.sub(lambda m: m[0] if m[1] else names.get(m[2], m[2]), formula)
