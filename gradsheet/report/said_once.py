"""Cells of which the same is said, said once: in the terminal, on the page, and in the annotated copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gradsheet.address import parse_cell
from gradsheet.checking.feedback import CellFeedback

MOST = 3
"""Places that are named; the rest are meant."""


def runs(cells: Sequence[CellFeedback]) -> Iterator[list[CellFeedback]]:
    """Cells of a column in a row of which the same is said, whatever the numbers."""
    for _, group in groupby(cells, key=lambda c: (c.sheet, c.column, c.verdict, c.mistake)):
        yield list(group)


def alike(cells: Sequence[CellFeedback]) -> list[list[CellFeedback]]:
    """The same, wherever they stand in the column; a formula that no one has a name for speaks for its own run."""
    found: dict[tuple[object, ...], list[CellFeedback]] = {}
    for i, run in enumerate(runs(cells)):
        one = run[0]
        named = one.mistake is not None or one.verdict in ("correct", "follow_on", "missing", "hard_coded")
        found.setdefault((one.sheet, one.column, one.verdict, one.mistake, 0 if named else i), []).extend(run)
    return list(found.values())


def where(cells: Sequence[CellFeedback]) -> str:
    """Where cells stand: neighbours as a range.

    Example:
        >>> cells = [CellFeedback("basic", at, "d_b", "wrong") for at in ("I14", "I15", "I18", "K23", "L23")]
        >>> where(cells[:2]), where(cells)
        ('I14:I15', 'I14:I15, I18, K23:L23')
    """
    parts: list[list[str]] = []
    for one in cells:
        here = parse_cell(one.cell)
        before = parse_cell(parts[-1][-1]) if parts else None
        if before and (here.row - before.row, here.column - before.column) in ((1, 0), (0, 1)):
            parts[-1] = [parts[-1][0], one.cell]
        else:
            parts.append([one.cell])
    return ", ".join(":".join(part) for part in parts[:MOST]) + " …" * (len(parts) > MOST)
