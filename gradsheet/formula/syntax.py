"""The parts of a formula: what the parser makes and everything else reads.

References are kept relative to the cell that holds the formula wherever they have no dollar, as in R1C1
notation: one tree then serves a whole column that was filled down.
"""

from __future__ import annotations

from dataclasses import dataclass

from gradsheet.formula.cells import Error


@dataclass(frozen=True, slots=True)
class Number:
    """A number as typed."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """An error typed as such: ``#N/A``; also what a broken reference left: ``Sheet1!#REF!``."""

    error: Error


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument left empty, as the second in ``IF(A1,,2)``."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row or a column: a distance from the formula's own (``A1``), or a number from 1 on (``$A$1``)."""

    at: int
    absolute: bool

    def resolve(self, own: int) -> int:
        """The row or column that is meant in a formula whose own is `own`."""
        return self.at if self.absolute else own + self.at


@dataclass(frozen=True, slots=True)
class CellRef:
    """One cell; `sheet` is None for the formula's own."""

    sheet: str | None
    row: Place
    column: Place


@dataclass(frozen=True, slots=True)
class AreaRef:
    """A rectangle between two corners; whole columns and rows reach to the sheet's edge."""

    sheet: str | None
    top: Place
    left: Place
    bottom: Place
    right: Place


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name, or a table by itself."""

    sheet: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A name bound by LET or LAMBDA."""

    name: str


@dataclass(frozen=True, slots=True)
class Structured:
    """Part of a table: ``Sales[[#Headers],[a]:[b]]``; no table name means the one around the formula."""

    table: str | None
    items: tuple[str, ...]
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """``{1,2;3,4}``: rows of constants."""

    rows: tuple[tuple[float | str | bool | Error, ...], ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """``-x`` or ``+x``."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Percent:
    """``x%``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Single:
    """``@x``: the one value of x on the formula's own row or column."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Spill:
    """``A1#``: all cells of the dynamic array that starts there."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Infix:
    """An arithmetic operation, a comparison, ``&``, or on references ``:``, ``,`` and space."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of Excel's, a defined LAMBDA or a variable, called by name (upper case, no prefix)."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """An expression that yields a LAMBDA, applied on the spot: ``LAMBDA(x,x+1)(2)``."""

    function: Node
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Let:
    """``LET(name, value, …, body)``."""

    bindings: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Lambda:
    """``LAMBDA(x, [y], body)``; `optional` counts the bracketed parameters at the end."""

    parameters: tuple[str, ...]
    optional: int
    body: Node


Node = (
    Number
    | Text
    | Boolean
    | Fault
    | Missing
    | CellRef
    | AreaRef
    | Name
    | Variable
    | Structured
    | ArrayLiteral
    | Prefix
    | Percent
    | Single
    | Spill
    | Infix
    | Call
    | Apply
    | Let
    | Lambda
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below `node`, from left to right."""
    match node:
        case Prefix(_, x) | Percent(x) | Single(x) | Spill(x):
            return (x,)
        case Infix(_, left, right):
            return (left, right)
        case Call(_, args):
            return args
        case Apply(function, args):
            return (function, *args)
        case Let(bindings, body):
            return (*(value for _, value in bindings), body)
        case Lambda(_, _, body):
            return (body,)
        case _:
            return ()
