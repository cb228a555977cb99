"""A solution for the terminal."""

from __future__ import annotations

from typing import Any

from gradsheet.report.terminal import number, table
from gradsheet.solving.solution import Solution

MOST = 40  # changed cells that are listed


def tables(found: Solution) -> list[Any]:
    """The cell before and after, the changed cells, the starts, the notes."""
    wanted = {"minimize": "made small", "maximize": "made large", "value": f"is to show {found.aim}"}[found.goal]
    rows: list[list[Any]] = [
        ["before", _shown(found.before)],
        ["as the file has it stored", "nothing" if found.stored is None else _shown(found.stored)],
        ["after", _shown(found.after)],
    ]
    if found.gradient_norm is not None:
        rows.append(["norm of the gradient", number(found.gradient_norm, 3)])
    best = found.starts[found.winner - 1]
    rows += [["iterations", f"{best.iterations:,}"], ["points calculated", f"{found.evaluations:,}"]]
    if len(found.starts) > 1:
        own = " (the workbook's own)" if found.winner == 1 else ""
        rows.append(["best start", f"{found.winner} of {len(found.starts)}{own}"])
    rows += [["method", found.method], ["seconds", f"{found.seconds:.1f}"]]
    title = f"{found.cell} {wanted}" + (", stopped before its end" if found.interrupted else "")
    parts: list[Any] = [table(title, ["", found.cell], rows, left=("",))]
    cells = [[name, _shown(a), _shown(b)] for name, (a, b) in found.cells.items()]
    parts.append(table("", ["cell", "before", "after"], cells[:MOST], left=("cell",)))
    if len(cells) > MOST:
        parts.append(f"[dim]… and {len(cells) - MOST:,} more cells: see --format json or --out[/dim]")
    if found.conditions:
        held = [
            [c.text.replace("[", r"\["), _shown(c.value), "yes" if c.met else "NO"] for c in found.conditions[:MOST]
        ]
        parts.append(table("", ["condition", "left side", "holds"], held, left=("condition",)))
    if len(found.starts) > 1:
        starts = [
            [str(i), _shown(s.before), _shown(s.after), f"{s.iterations:,}"]
            for i, s in enumerate(found.starts, start=1)
        ]
        parts.append(table("", ["start", "before", "after", "iterations"], starts))
    return parts + [f"[dim]· {note.replace('[', chr(92) + '[')}[/dim]" for note in found.notes]


def _shown(value: Any) -> str:
    if value is None:
        return "an error"
    return repr(value) if isinstance(value, float) else str(value)
