"""Ways to write a formula otherwise: identities of school algebra and of spreadsheets, one node at a time.

They know nothing of gradsheet's rules. What a way yields equals the node for all real numbers for which the node has
a value; whether the checker sees that is the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from string import ascii_uppercase

from gradsheet.checking.trees import nodes, with_children
from gradsheet.formula import syntax as s

Way = Callable[[s.Node], Iterable[s.Node]]

WAYS: dict[str, Way] = {}

ONE, TWO, HALF = s.Number(1.0), s.Number(2.0), s.Number(0.5)
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}
_OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "<>", "<>": "="}
_TRUTHS = ("AND", "OR", "NOT")


def way(told: Way) -> Way:
    """Register a way under its name."""
    WAYS[told.__name__] = told
    return told


def infix(op: str, left: s.Node, right: s.Node) -> s.Node:
    """An operation."""
    return s.Infix(op, left, right)


def call(name: str, *args: s.Node) -> s.Node:
    """A function."""
    return s.Call(name, args)


def minus(node: s.Node) -> s.Node:
    """−node."""
    return s.Prefix("-", node)


def is_truth(node: s.Node) -> bool:
    """Whether a node is a condition."""
    return (isinstance(node, s.Infix) and node.op in _TURNED) or (isinstance(node, s.Call) and node.name in _TRUTHS)


def opposite(node: s.Node) -> s.Node:
    """A condition, turned around."""
    if isinstance(node, s.Infix) and node.op in _OPPOSITE:
        return infix(_OPPOSITE[node.op], node.left, node.right)
    return node.args[0] if isinstance(node, s.Call) and node.name == "NOT" else call("NOT", node)


def is_range(node: s.Node) -> bool:
    """Whether a node is a range of cells."""
    return isinstance(node, s.AreaRef)


# ---- sums and products


@way
def commuted(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("+" | "*" as op, a, b):
            yield infix(op, b, a)
        case s.Infix("-", a, b):
            yield infix("+", minus(b), a)


@way
def regrouped(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("+" | "*" as op, s.Infix(inner, a, b), c) if inner == op:
            yield infix(op, a, infix(op, b, c))
            yield infix(op, infix(op, a, c), b)
        case s.Infix("+" | "*" as op, a, s.Infix(inner, b, c)) if inner == op:
            yield infix(op, infix(op, a, b), c)
        case s.Infix("-", s.Infix("+", a, b), c):
            yield infix("+", infix("-", a, c), b)
            yield infix("+", a, infix("-", b, c))
        case s.Infix("+", a, s.Infix("-", b, c)) | s.Infix("+", s.Infix("-", b, c), a):
            yield infix("-", infix("+", a, b), c)
        case s.Infix("-", a, s.Infix("+", b, c)):
            yield infix("-", infix("-", a, b), c)
    match n:
        case s.Infix("/", s.Infix("*", a, b), c):
            yield infix("*", a, infix("/", b, c))
            yield infix("*", infix("/", a, c), b)
        case s.Infix("*", a, s.Infix("/", b, c)):
            yield infix("/", infix("*", a, b), c)
        case s.Infix("/", s.Infix("/", a, b), c):
            yield infix("/", a, infix("*", b, c))
            yield infix("/", infix("/", a, c), b)


@way
def signs(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("-", a, b):
            yield infix("+", a, minus(b))
            yield minus(infix("-", b, a))
            yield infix("+", a, infix("*", minus(ONE), b))
        case s.Infix("+", a, b):
            yield infix("-", a, minus(b))
        case s.Infix("*", a, b):
            yield infix("*", minus(a), minus(b))
        case s.Prefix("-", a):
            yield infix("*", minus(ONE), a)
            yield infix("-", s.Number(0.0), a)


@way
def expanded(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("*", a, s.Infix("+" | "-" as op, b, c)):
            yield infix(op, infix("*", a, b), infix("*", a, c))
        case s.Infix("*" | "/" as outer, s.Infix("+" | "-" as op, b, c), a):
            yield infix(op, infix(outer, b, a), infix(outer, c, a))
        case s.Infix("^", s.Infix("+" | "-" as op, a, b), two) if two == TWO:
            middle = infix("*", infix("*", TWO, a), b)
            yield infix("+", infix(op, infix("^", a, TWO), middle), infix("^", b, TWO))
        case s.Infix("^", s.Infix("*", a, b), two) if two == TWO:
            yield infix("*", infix("^", a, TWO), infix("^", b, TWO))


@way
def factored(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("+" | "-" as op, s.Infix("*", a, b), s.Infix("*", c, d)):
            for x, rest in ((a, b), (b, a)):
                for y, other in ((c, d), (d, c)):
                    if x == y:
                        yield infix("*", x, infix(op, rest, other))
        case s.Infix("-", a, s.Infix("*", b, c)) if a == b:
            yield infix("*", a, infix("-", ONE, c))
        case s.Infix("+" | "-" as op, s.Infix("/", a, c), s.Infix("/", b, d)) if c == d:
            yield infix("/", infix(op, a, b), c)


@way
def functions(n: s.Node) -> Iterator[s.Node]:
    if any(is_truth(x) or is_range(x) for x in (n, *s.children(n))):
        return
    match n:
        case s.Infix("*", a, b):
            yield call("PRODUCT", a, b)
            yield call("SUMPRODUCT", a, b)
        case s.Infix("+", a, b):
            yield call("SUM", a, b)
        case s.Infix("-", a, b):
            yield call("SUM", a, minus(b))
        case s.Infix("/", a, b):
            yield call("PRODUCT", a, infix("/", ONE, b))


@way
def quotients(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("/", a, b):
            yield infix("*", a, infix("/", ONE, b))
            yield infix("*", infix("/", ONE, b), a)
            yield infix("*", a, infix("^", b, minus(ONE)))
            yield infix("*", a, call("POWER", b, minus(ONE)))
            if isinstance(b, s.Number):
                yield infix("*", a, s.Number(1 / b.value)) if b.value in (2.0, 4.0) else infix("/", a, b)


@way
def multiples(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("*", two, a) | s.Infix("*", a, two) if two == TWO:
            yield infix("+", a, a)
            yield infix("/", a, HALF)
            yield infix("*", s.Percent(s.Number(200.0)), a)


# ---- powers and roots


@way
def powers(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("^", a, b):
            yield call("POWER", a, b)
            if b == TWO:
                yield infix("*", a, a)
                yield call("SUMSQ", a)
                yield call("PRODUCT", a, a)
                yield call("SUMPRODUCT", a, a)
                yield infix("^", call("ABS", a), TWO)
        case s.Infix("*", a, b) if a == b:
            yield infix("^", a, TWO)


@way
def turned_squares(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix("^", s.Infix("-", a, b), two) if two == TWO:
            yield infix("^", infix("-", b, a), TWO)
            yield call("SUMXMY2", a, b)
            yield infix("*", infix("-", a, b), infix("-", a, b))


@way
def roots(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Call("SQRT", (a,)):
            yield infix("^", a, HALF)
            yield infix("^", a, infix("/", ONE, TWO))
            yield call("POWER", a, HALF)
        case s.Infix("/", a, s.Call("SQRT", (b,))):
            yield infix("*", a, infix("^", b, minus(HALF)))
            yield infix("*", a, call("POWER", b, minus(infix("/", ONE, TWO))))
        case s.Call("EXP", (s.Prefix("-", a),)):
            yield infix("/", ONE, call("EXP", a))


# ---- conditions


@way
def conditions(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Call("IF", (c, a, b)):
            yield call("IF", opposite(c), b, a)
            yield call("IF", call("NOT", c), b, a)
            if isinstance(c, s.Infix) and c.op in _TURNED:
                yield call("IF", infix(_TURNED[c.op], c.right, c.left), a, b)
            if is_truth(c) and a == ONE and b == s.Number(0.0):
                yield infix("*", c, ONE)
                yield minus(minus(c))
            elif is_truth(c):
                yield infix("+", infix("*", c, a), infix("*", call("NOT", c), b))
        case s.Call("OR", (a, b)):
            yield call("NOT", call("AND", opposite(a), opposite(b)))
            yield call("OR", b, a)
            yield call("IF", a, s.Boolean(True), b)
        case s.Call("AND", (a, b)):
            yield call("NOT", call("OR", opposite(a), opposite(b)))
            yield call("AND", b, a)
        case s.Call("NOT", (a,)):
            yield opposite(a)
            yield call("IF", a, s.Boolean(False), s.Boolean(True))
        case s.Infix(op, a, b) if op in ("<", "<=", ">", ">="):
            yield infix(_TURNED[op], b, a)
            yield call("NOT", infix(_OPPOSITE[op], a, b))
            yield infix(op, infix("-", a, b), s.Number(0.0))


@way
def pulled_in(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Infix(op, s.Call("IF", (c, a, b)), x) if op in "+-*/":
            yield call("IF", c, infix(op, a, x), infix(op, b, x))
        case s.Infix(op, x, s.Call("IF", (c, a, b))) if op in "+-*/":
            yield call("IF", c, infix(op, x, a), infix(op, x, b))


@way
def extremes(n: s.Node) -> Iterator[s.Node]:
    zero = s.Number(0.0)
    match n:
        case s.Call("MAX", (a, b)):
            yield call("MAX", b, a)
            yield call("IF", infix(">", a, b), a, b)
            yield call("IF", infix("<=", a, b), b, a)
            yield minus(call("MIN", minus(a), minus(b)))
            if b == zero:
                yield infix("*", infix(">", a, zero), a)
                yield infix("/", infix("+", a, call("ABS", a)), TWO)
        case s.Call("IF", (s.Infix(">", a, z), b, y)) if a == b and z == y == zero:
            yield call("MAX", zero, a)
        case s.Call("MIN", (a, b)):
            yield call("MIN", b, a)
            yield call("IF", infix("<", a, b), a, b)
            yield minus(call("MAX", minus(a), minus(b)))
        case s.Call("ABS", (a,)):
            yield call("MAX", a, minus(a))
            yield call("IF", infix("<", a, zero), minus(a), a)
            yield call("SQRT", infix("^", a, TWO))
            yield infix("*", a, call("SIGN", a))


# ---- ranges


@way
def ranges(n: s.Node) -> Iterator[s.Node]:
    match n:
        case s.Call("SUM", (s.AreaRef() as a,)):
            yield call("SUMPRODUCT", a)
            yield call("SUBTOTAL", s.Number(9.0), a)
            yield infix("*", call("AVERAGE", a), call("COUNT", a))
            if a.bottom.at - a.top.at > 1 and not a.top.absolute:
                middle = (a.top.at + a.bottom.at) // 2
                one = s.AreaRef(a.sheet, a.top, a.left, s.Place(middle, False), a.right)
                other = s.AreaRef(a.sheet, s.Place(middle + 1, False), a.left, a.bottom, a.right)
                yield call("SUM", one, other)
                yield infix("+", call("SUM", one), call("SUM", other))
        case s.Call("AVERAGE", (s.AreaRef() as a,)):
            yield infix("/", call("SUM", a), call("COUNT", a))
            yield infix("/", call("SUM", a), call("ROWS", a))
            yield infix("/", call("SUM", a), s.Number(a.bottom.at - a.top.at + 1.0))
            yield infix("/", call("SUMPRODUCT", a), call("COUNTA", a))
        case s.Call("COUNT", (s.AreaRef() as a,)):
            yield call("ROWS", a)
            yield s.Number(a.bottom.at - a.top.at + 1.0)


# ---- names for parts


@way
def let(n: s.Node) -> Iterator[s.Node]:
    if isinstance(n, s.Infix | s.Call) and not any(map(is_range, s.children(n))):
        taken = {x.name for x in nodes(n) if isinstance(x, s.Variable)}
        taken |= {name for x in nodes(n) if isinstance(x, s.Let) for name, _ in x.bindings}
        name = next(one for one in (f"PART{letter}" for letter in ascii_uppercase) if one not in taken)
        below = s.children(n)
        for i, part in enumerate(below):
            if isinstance(part, s.Infix | s.Call | s.CellRef | s.Name):
                body = with_children(n, (*below[:i], s.Variable(name), *below[i + 1 :]))
                yield s.Let(((name, part),), body)
