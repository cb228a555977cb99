"""A parity report for the terminal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gradsheet.proof.compare import OracleResult
from gradsheet.proof.report import Report
from gradsheet.report.terminal import table

WORDS = {
    "cached": "PyTorch",
    "program": "gradsheet",
    "formulas": "formulas",
    "libreoffice": "LibreOffice",
    "ironcalc": "IronCalc",
}


MEANINGS = {
    "pow": "takes squares by the library's pow; Excel multiplies",
    "summation": "adds a range in another order, or compensates",
    "snapping": "makes a difference of nearly equal numbers 0",
    "overflow": "has another error than #NUM! beyond 1.8e308",
    "constants": "reads constants with 15 decimals",
    "library": "has a function's last bit from its own library",
    "unexplained": "nobody knows: look at the cell",
}
"""What a reason says of the engine."""


def tables(report: Report) -> list[Any]:
    """The rows of the oracles, the reasons for what differs, torch.optim, and the notes."""
    rows = [_row(name, result) for name, result in report.oracles.items()]
    columns = ["engine", "cells", "exact", "max ULP", "max rel", "first to differ", "left out"]
    verdict = "equal" if report.ok else "NOT EQUAL"
    parts: list[Any] = [
        table(
            f"{report.workbook}: {verdict}. Each engine against the values in the file:",
            columns,
            rows,
            left=("engine", "first to differ", "left out"),
        )
    ]
    reasons = _reasons(report)
    if reasons:
        columns = ["engine", "cells", "reason", "the engine"]
        parts.append(table("Why cells differ", columns, reasons, left=("engine", "reason", "the engine")))
    if report.torch:
        columns = ["experiment", "the nearest in torch.optim", "1 epoch", "10 epochs", "autograd"]
        parts.append(
            table(
                "Against torch: the largest difference of a weight, after",
                columns,
                _torch(report),
                left=columns[:2],
            )
        )
    return parts + [f"[dim]· {_escape(note)}[/dim]" for note in report.notes]


def _row(name: str, result: OracleResult) -> list[Any]:
    first = f"{result.first.sheet}!{result.first.cell}" if result.first else "none"
    left = []
    found = Counter(reason.split(" ")[0].replace("depends", "dependent") for _, reason in result.unsupported)
    left += [f"{count} {function}" for function, count in found.most_common(3)] + ["…"] * (len(found) > 3)
    if result.volatile:
        left.append(f"{result.volatile} volatile")
    rel = f"{result.max_rel:.0e}" if result.max_rel else "0"
    return [WORDS.get(name, name), f"{result.cells:,}", f"{result.exact:,}", _steps(result.max_ulp), rel, first,
            ", ".join(left) or "none"]  # fmt: skip


def _steps(ulp: int) -> str:
    return f"{ulp:,}" if ulp < 1_000_000 else f"{ulp:.0e}"


def _reasons(report: Report) -> list[list[Any]]:
    """Cells by engine and reason; those that only follow from one that differs are counted with it."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for name, result in report.oracles.items():
        for mismatch in result.mismatches:
            reason = mismatch.reason or "unexplained"
            follows = reason.startswith("follows")
            root = reason[reason.rindex("(") + 1 : -1] if follows else reason
            cells, following = counts.get((name, root), (0, 0))
            counts[name, root] = cells + 1, following + follows
    return [
        [WORDS.get(name, name), f"{cells:,}", root, _meaning(root, following)]
        for (name, root), (cells, following) in sorted(counts.items())
    ]


def _meaning(root: str, following: int) -> str:
    said = MEANINGS.get(root.partition(":")[0].partition(",")[0], "")
    return f"{said}; {following:,} follow from others" if following else said


def _torch(report: Report) -> list[list[str]]:
    """A row an experiment: torch.optim after 1 and 10 epochs, autograd after 10."""
    rows: dict[str, list[str]] = {}
    for one in report.torch:
        row = rows.setdefault(one.experiment, [one.experiment, "none", "", "", ""])
        if one.against.startswith("torch.optim."):
            row[1] = one.against.removeprefix("torch.optim.")
            row[2 if one.epochs == 1 else 3] = f"{one.largest:.0e}" if one.largest else "0"
        else:
            row[4] = f"{one.largest:.0e}" if one.largest else "0"
    return list(rows.values())


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
