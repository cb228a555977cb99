"""A formula's text cut into tokens, and the same text with its references made relative.

The second is the key under which a formula is parsed once for a whole column that was filled down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gradsheet.errors import GradsheetError
from gradsheet.formula.address import column_number

KEPT = 16_384  # formulas whose relative text is kept: those of a class are mostly the same in the same places
SHORT = 500  # signs; what is longer is not kept, so that no file fills the memory for those after it
_WORD = r"[A-Za-z_\\\u0080-\U0010ffff][\w.\\?\u0080-\U0010ffff]*"
_SHEET = rf"(?:'(?:[^']|'')+'|(?:\[[^\]]*\])?{_WORD}(?::{_WORD})?|\[\d+\]|[\w.]+)!"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\r\n\u00a0]+)
  | (?P<string>"(?:[^"]|"")*")
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!))
  | (?P<sheet>{_SHEET})
  | (?P<columns>\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}(?![\w.(!$]))
  | (?P<rows>\$?\d{{1,7}}:\$?\d{{1,7}}(?![\w.(!]))
  | (?P<cell>(\$?)([A-Za-z]{{1,3}})(\$?)(\d{{1,7}})(?![\w(!]|\.\w))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<function>{_WORD}\()
  | (?P<name>{_WORD})
  | (?P<op><=|>=|<>|[-+*/^&=<>%:,;(){{}}@\#])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!|\[[^\]]*\])"""
    r"""|(?<![\w.$\\])(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?![\w(!]|\.\w)"""
    r"""|(?<![\w.$\\])(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})(?![\w.(!$])"""
    r"""|(?<![\w.$\\])(\$?)(\d{1,7}):(\$?)(\d{1,7})(?![\w.(!])"""
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula; `spaced` where a space came before; `cell` are the parts of a cell's address."""

    kind: str
    text: str
    spaced: bool = False
    cell: tuple[str, str, bool, bool] = ("", "", False, False)


def tokenize(text: str) -> list[Token]:
    """The tokens of a formula without its ``=``, an end token last.

    Example:
        >>> [token.text for token in tokenize("SUM(basic!$F4:F32)^2")]
        ['SUM(', 'basic!', '$F4', ':', 'F32', ')', '^', '2', '']
    """
    tokens: list[Token] = []
    at, end, spaced = 0, len(text), False
    while at < end:
        if text[at] == "[" and (not tokens or tokens[-1].kind != "sheet"):
            external = re.match(_SHEET, text[at:])
            stop = at + external.end() if external else _closing(text, at)
            tokens.append(Token("sheet" if external else "bracket", text[at:stop], spaced))
            at, spaced = stop, False
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise GradsheetError(f"formula ={text[:200]}: character '{text[at]}' is not understood")
        kind = match.lastgroup or ""
        if match.group("cell") is not None:
            kind = "cell"
            cell = match.group(9), match.group(11), bool(match.group(8)), bool(match.group(10))
            tokens.append(Token(kind, match.group(), spaced, cell))
        elif match.group("space") is None:
            tokens.append(Token(kind, match.group(), spaced))
        spaced = match.group("space") is not None
        at = match.end()
    tokens.append(Token("end", ""))
    return tokens


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` ends; an apostrophe in it takes the next sign literally."""
    depth, at = 0, start
    while at < len(text):
        if text[at] == "'":
            at += 1
        elif text[at] == "[":
            depth += 1
        elif text[at] == "]":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise GradsheetError(f"formula ={text[:200]}: a '[' is not closed")


def relative(text: str, row: int, column: int) -> str:
    """The formula with its references as in R1C1: the same for every cell of a filled-down column.

    Example:
        >>> relative("=C4+D4*$A$1", 4, 5) == relative("=C5+D5*$A$1", 5, 5)
        True
    """
    return _relative(text, row, column) if len(text) <= SHORT else _relative.__wrapped__(text, row, column)


@lru_cache(KEPT)
def _relative(text: str, row: int, column: int) -> str:
    def turn(match: re.Match[str]) -> str:
        kept, dc, letters, dr, digits, d1, from_column, d2, to_column, d3, from_row, d4, to_row = match.groups()
        if letters is not None:
            r = digits if dr else f"[{int(digits) - row}]"
            c = column_number(letters)
            return f"R{r}C{c}" if dc else f"R{r}C[{c - column}]"
        if from_column is not None:
            ends = [(d1, column_number(from_column)), (d2, column_number(to_column))]
            return ":".join(f"C{at}" if dollar else f"C[{at - column}]" for dollar, at in ends)
        if from_row is not None:
            ends = [(d3, int(from_row)), (d4, int(to_row))]
            return ":".join(f"R{at}" if dollar else f"R[{at - row}]" for dollar, at in ends)
        return str(kept)

    return _RELATIVE.sub(turn, text)
