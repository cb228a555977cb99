"""A formula's tokens one after the other, and the smallest things that they spell: references and names."""

from __future__ import annotations

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import MAX_COLUMN, MAX_ROW, column_number
from gradsheet.formula.lexer import Token, tokenize
from gradsheet.formula.structured import parse_structured


class Cursor:
    """A place in a row of tokens."""

    def __init__(self, text: str, row: int, column: int) -> None:
        self.text, self.row, self.column = text, row, column
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0
        self.bound: list[str] = []

    # ---- tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.index]

    def fail(self, wanted: str) -> GradsheetError:
        """What to raise where something else was meant to stand."""
        found = self.token.text or "the end"
        return GradsheetError(f"formula ={self.text[:200]}: expected {wanted} but found '{found}'")

    def accept(self, *texts: str) -> str | None:
        """One of these operators, if it is next."""
        token = self.token
        if token.kind == "op" and token.text in texts:
            self.index += 1
            return token.text
        return None

    def expect(self, text: str) -> None:
        """This operator must be next."""
        if self.accept(text) is None:
            raise self.fail(f"'{text}'")

    # ---- references

    def reference(self, sheet: str | None, token: Token) -> s.Node:
        """A cell, whole rows or whole columns, relative to the formula's own cell."""
        if token.kind == "cell":
            letters, digits, column_dollar, row_dollar = token.cell
            row, column = int(digits), column_number(letters)
            if not 1 <= row <= MAX_ROW or column > MAX_COLUMN:
                return self.name(sheet, token.text)
            return s.CellRef(sheet, self.place(row, row_dollar), self.place(column, column_dollar, True))
        first, last = token.text.split(":")
        if token.kind == "rows":
            places = [self.place(int(x.lstrip("$")), x.startswith("$")) for x in (first, last)]
            return s.AreaRef(sheet, places[0], s.Place(1, True), places[1], s.Place(MAX_COLUMN, True))
        places = [self.place(column_number(x.lstrip("$")), x.startswith("$"), True) for x in (first, last)]
        return s.AreaRef(sheet, s.Place(1, True), places[0], s.Place(MAX_ROW, True), places[1])

    def place(self, number: int, dollar: bool, is_column: bool = False) -> s.Place:
        """A row or a column, as far from the formula's own as it is."""
        own = self.column if is_column else self.row
        return s.Place(number, True) if dollar else s.Place(number - own, False)

    def name(self, sheet: str | None, text: str) -> s.Node:
        """A defined name, a variable of LET or LAMBDA, or the beginning of a structured reference."""
        if self.token.kind == "bracket" and not self.token.spaced:
            bracket = self.token.text
            self.index += 1
            return parse_structured(text, bracket)
        if sheet is None and text.upper() in ("TRUE", "FALSE"):
            return s.Boolean(text.upper() == "TRUE")
        plain = strip_prefix(text)
        if plain.upper() in self.bound:
            return s.Variable(plain.upper())
        return s.Name(sheet, plain)


def strip_prefix(name: str) -> str:
    """A name without the prefixes under which files keep what older Excels do not know.

    Example:
        >>> strip_prefix("_xlfn._xlws.SORT"), strip_prefix("_xlpm.x")
        ('SORT', 'x')
    """
    while name[:6].lower() in ("_xlfn.", "_xlws.", "_xlpm.", "_xlop.", "_xludf"):
        name = name[7:] if name[:7].lower() == "_xludf." else name[6:]
    return name


def span(first: s.Node, last: s.Node) -> s.Node:
    """``first:last`` as one area where both are cells or areas known beforehand."""
    if isinstance(first, s.CellRef) and isinstance(last, s.CellRef) and last.sheet in (None, first.sheet):
        return s.AreaRef(first.sheet, first.row, first.column, last.row, last.column)
    return s.Infix(":", first, last)
