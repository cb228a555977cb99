"""From a formula's text to its tree.

    formula    = [ "=" ] expr
    expr       = concat { ( "=" | "<>" | "<" | ">" | "<=" | ">=" ) concat }
    concat     = sum { "&" sum }
    sum        = product { ( "+" | "-" ) product }
    product    = power { ( "*" | "/" ) power }
    power      = percent { "^" percent }                    left-associative: 2^3^2 is 64
    percent    = sign { "%" }
    sign       = ( "+" | "-" | "@" ) sign | inter           binds tighter than "^": -2^2 is 4
    inter      = range { SPACE range }
    range      = postfix { ":" postfix }
    postfix    = primary { "#" | "(" args ")" }
    primary    = NUMBER | STRING | BOOLEAN | ERROR | array | reference | call | "(" expr { "," expr } ")"
    call       = NAME "(" args ")"                          LET and LAMBDA bind names
    args       = [ expr ] { "," [ expr ] }
    array      = "{" row { ";" row } "}"        row = constant { "," constant }
    reference  = [ SHEET "!" ] ( CELL | COLUMNS | ROWS | NAME | ERROR ) | [ NAME ] structured
    structured = "[" … "]"                                  see `structured.py`

Commas between expressions in parentheses make a union. Spaces matter only between two references, where
they mean intersection.

Source: Microsoft, [MS-XLSX] and "Calculation operators and precedence in Excel"; E. Aivaloglou and others,
"A grammar for spreadsheet formulas evaluated on two large datasets" (2015).
"""

from __future__ import annotations

import math

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.cells import Error
from gradsheet.formula.cursor import Cursor, span, strip_prefix
from gradsheet.formula.structured import parse_structured

MAX_LENGTH = 8_192
MAX_NESTING = 64
MAX_ARGUMENTS = 255
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
_REFERENCES = (s.CellRef, s.AreaRef, s.Name, s.Structured, s.Spill, s.Call, s.Apply, s.Variable)
_LEADS = {"cell", "columns", "rows", "name", "function", "sheet", "bracket"}


def parse(text: str, row: int = 1, column: int = 1) -> s.Node:
    """The tree of a formula that stands in the given row and column.

    Raises:
        GradsheetError: where the text is no formula, or goes beyond Excel's own limits.

    Example:
        >>> parse("=-2^2")
        Infix(op='^', left=Prefix(op='-', operand=Number(value=2.0)), right=Number(value=2.0))
        >>> parse("=A3", row=4, column=1)
        CellRef(sheet=None, row=Place(at=-1, absolute=False), column=Place(at=0, absolute=False))
    """
    body = text[1:] if text.startswith("=") else text
    if len(body) > MAX_LENGTH:
        raise GradsheetError(f"a formula may have {MAX_LENGTH:,} characters, this one has {len(body):,}")
    return _Parser(body, row, column).whole()


class _Parser(Cursor):
    """One pass over the tokens, one method per line of the grammar."""

    # ---- expressions

    def whole(self) -> s.Node:
        node = self.expr()
        if self.token.kind != "end":
            raise self.fail("an operator")
        return node

    def expr(self, level: int = 0) -> s.Node:
        if level == 0:
            self.depth += 1
            if self.depth > MAX_NESTING + 1:
                raise GradsheetError(f"a formula may nest {MAX_NESTING} levels deep, this one goes deeper")
        node = self.expr(level + 1) if level + 1 < len(_LEVELS) else self.percent()
        while op := self.accept(*_LEVELS[level]):
            right = self.expr(level + 1) if level + 1 < len(_LEVELS) else self.percent()
            node = s.Infix(op, node, right)
        if level == 0:
            self.depth -= 1
        return node

    def percent(self) -> s.Node:
        node = self.sign()
        while self.accept("%"):
            node = s.Percent(node)
        return node

    def sign(self) -> s.Node:
        signs = []
        while op := self.accept("+", "-", "@"):
            signs.append(op)
        node = self.intersection()
        for op in reversed(signs):
            node = s.Single(node) if op == "@" else s.Prefix(op, node)
        return node

    def intersection(self) -> s.Node:
        node = self.range()
        while (
            isinstance(node, (*_REFERENCES, s.Infix))
            and self.token.spaced
            and (self.token.kind in _LEADS or (self.token.kind == "op" and self.token.text == "("))
        ):
            node = s.Infix(" ", node, self.range())
        return node

    def range(self) -> s.Node:
        node = self.postfix()
        while self.accept(":"):
            node = span(node, self.postfix())
        return node

    def postfix(self) -> s.Node:
        node = self.primary()
        while True:
            if self.token.kind == "op" and self.token.text == "#":
                self.index += 1
                node = s.Spill(node)
            elif (
                isinstance(node, s.Lambda | s.Apply | s.Call)
                and not self.token.spaced
                and self.token.text == "("
                and self.token.kind == "op"
            ):
                self.index += 1
                node = s.Apply(node, self.args())
            else:
                return node

    def primary(self) -> s.Node:
        token = self.token
        kind = token.kind
        self.index += 1
        match kind:
            case "number":
                return s.Number(_number(token.text))
            case "string":
                return s.Text(token.text[1:-1].replace('""', '"'))
            case "error":
                if token.text.upper() == "#REF!" and self.token.kind in _LEADS and not self.token.spaced:
                    self.primary()  # what is left of a deleted sheet's reference: #REF!A1
                return s.Fault(Error(token.text.upper()))
            case "sheet":
                return self.on_sheet(token.text[:-1])
            case "cell" | "columns" | "rows":
                return self.reference(None, token)
            case "function":
                return self.call(token.text[:-1])
            case "name":
                return self.name(None, token.text)
            case "bracket":
                return parse_structured(None, token.text)
        if kind == "op" and token.text == "(":
            self.depth += 1
            if self.depth > MAX_NESTING + 1:
                raise GradsheetError(f"a formula may nest {MAX_NESTING} levels deep, this one goes deeper")
            node = self.expr()
            while self.accept(","):
                node = s.Infix(",", node, self.expr())
            self.expect(")")
            self.depth -= 1
            return node
        if kind == "op" and token.text == "{":
            return self.array()
        self.index -= 1
        raise self.fail("a value")

    def on_sheet(self, prefix: str) -> s.Node:
        sheet = prefix[1:-1].replace("''", "'") if prefix.startswith("'") else prefix
        token = self.token
        self.index += 1
        match token.kind:
            case "cell" | "columns" | "rows":
                return self.reference(sheet, token)
            case "name":
                return self.name(sheet, token.text)
            case "error":
                return s.Fault(Error(token.text.upper()))
            case "function":
                return self.call(token.text[:-1])
        self.index -= 1
        raise self.fail(f"a reference after '{prefix}!'")

    # ---- functions

    def call(self, text: str) -> s.Node:
        name = strip_prefix(text).upper()
        if name == "LET":
            return self.let()
        if name == "LAMBDA":
            return self.function()
        args = self.args()
        match name, args:
            case ("ANCHORARRAY", (x,)):
                return s.Spill(x)
            case ("SINGLE", (x,)):
                return s.Single(x)
            case (("TRUE" | "FALSE"), ()):
                return s.Boolean(name == "TRUE")
        if name in self.bound:
            return s.Apply(s.Variable(name), args)
        return s.Call(name, args)

    def args(self) -> tuple[s.Node, ...]:
        if self.accept(")"):
            return ()
        args: list[s.Node] = []
        while True:
            token = self.token
            empty = token.kind == "op" and token.text in (",", ")")
            args.append(s.Missing() if empty else self.expr())
            if not self.accept(","):
                break
        self.expect(")")
        if len(args) > MAX_ARGUMENTS:
            raise GradsheetError(f"a function takes at most {MAX_ARGUMENTS} arguments, not {len(args)}")
        return tuple(args)

    def let(self) -> s.Node:
        bindings: list[tuple[str, s.Node]] = []
        while (name := self.binder()) is not None:
            self.expect(",")
            value = self.expr()
            self.expect(",")
            bindings.append((name, value))
            self.bound.append(name)
        body = self.expr()
        self.expect(")")
        if not bindings:
            raise self.fail("a name and its value in LET")
        del self.bound[-len(bindings) :]
        return s.Let(tuple(bindings), body)

    def binder(self) -> str | None:
        """The name before the next comma, where one stands there alone."""
        token, after = self.token, self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        if token.kind not in ("name", "cell") or after.kind != "op" or after.text != ",":
            return None
        self.index += 1
        return strip_prefix(token.text).upper()

    def function(self) -> s.Node:
        parameters: list[str] = []
        optional = 0
        while True:
            token = self.token
            if token.kind == "bracket" and self.tokens[self.index + 1].text == ",":
                self.index += 1
                parameters.append(strip_prefix(token.text[1:-1].strip()).upper())
                optional += 1
            elif (name := self.binder()) is not None:
                parameters.append(name)
            else:
                break
            self.expect(",")
        self.bound.extend(parameters)
        body = self.expr()
        self.expect(")")
        if parameters:
            del self.bound[-len(parameters) :]
        return s.Lambda(tuple(parameters), optional, body)

    # ---- constants

    def array(self) -> s.Node:
        rows: list[tuple[float | str | bool | Error, ...]] = []
        while True:
            row = [self.constant()]
            while self.accept(","):
                row.append(self.constant())
            rows.append(tuple(row))
            if not self.accept(";"):
                break
        self.expect("}")
        if len({len(row) for row in rows}) > 1:
            raise GradsheetError(f"formula ={self.text[:200]}: the rows of an array differ in length")
        return s.ArrayLiteral(tuple(rows))

    def constant(self) -> float | str | bool | Error:
        negative = False
        while op := self.accept("-", "+"):
            negative ^= op == "-"
        token = self.token
        self.index += 1
        match token.kind:
            case "number":
                return -_number(token.text) if negative else _number(token.text)
            case "string":
                return token.text[1:-1].replace('""', '"')
            case "error":
                return Error(token.text.upper())
            case "name" if token.text.upper() in ("TRUE", "FALSE"):
                return token.text.upper() == "TRUE"
        self.index -= 1
        raise self.fail("a constant")


def _number(text: str) -> float:
    value = float(text)
    if value == math.inf:
        raise GradsheetError(f"{text[:40]} is more than a number can be (the largest is 1.79E+308)")
    return value
