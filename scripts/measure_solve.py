"""What `scripts/bench --solve` runs: how deep the solver gets, beside least squares and hand-written torch.

The course's collab_filter.xlsx is measured where its path is given: `scripts/bench --solve collab_filter.xlsx`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import gradsheet
from gradsheet.report.terminal import show, table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
Loss = Callable[[torch.Tensor], torch.Tensor]
STARTS = 20


def torch_lbfgs(loss: Loss, start: torch.Tensor) -> tuple[float, float]:
    """torch.optim.LBFGS on a loss written by hand: where it ends, and after how many seconds."""
    began = time.perf_counter()
    weights = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS(
        [weights], max_iter=5000, max_eval=10000, tolerance_grad=1e-12, tolerance_change=0, history_size=20,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(weights)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return loss(weights).item(), time.perf_counter() - began


def titanic(path: Path) -> list[list[Any]]:
    """The made-up workbook of the Titanic's kind: a regression and two small nets."""
    from tests.solving.titanic import write

    write(path)
    book = gradsheet.load(path)
    shown, held = book.recalculate(), book.workbook.sheets["data"].cells
    rows = range(2, max(int(a[1:]) for a in held if a.startswith("A")) + 1)
    x = torch.tensor([[float(shown.get(f"data!{c}{r}", held.get(f"{c}{r}"))) for c in "IJKLMNOPQR"] for r in rows],  # type: ignore[arg-type]
                     dtype=torch.float64)  # fmt: skip
    y = torch.tensor([float(held[f"A{r}"]) for r in rows], dtype=torch.float64)  # type: ignore[arg-type]
    least = float(np.mean((x.numpy() @ np.linalg.lstsq(x.numpy(), y.numpy(), rcond=None)[0] - y.numpy()) ** 2))
    found = gradsheet.solve(path, minimize="linear!N1", by_changing="linear!B1:K1", starts=STARTS)
    worst = max(abs((s.after or np.inf) - least) / least for s in found.starts)
    made = [
        ["regression, 20 starts", found.after, least, "least squares", f"worst start {worst:.0e} off", found.seconds]
    ]
    for cell, cells in (("net!N1", "net!B1:K2"), ("mm!N1", "mm!K3:L12")):
        found = gradsheet.solve(path, minimize=cell, by_changing=cells, starts=STARTS)
        best, seconds = np.inf, 0.0
        for seed in range(STARTS):
            draw = torch.randn(20, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 0.3

            def loss(flat: torch.Tensor) -> torch.Tensor:
                return ((torch.relu(x @ flat.reshape(2, 10).T).sum(1) - y) ** 2).mean()

            value, spent = torch_lbfgs(loss, draw)
            best, seconds = min(best, value), seconds + spent
        made.append([f"{cell}, best of 20 starts", found.after, best, "torch LBFGS", f"{seconds:.1f} s", found.seconds])
    return made


def collaborative(path: str) -> list[list[Any]]:
    """The course's collaborative filtering, from the numbers that it has stored."""
    cells = gradsheet.load(path).workbook.sheets
    made = []
    for sheet, users, films, output, first in (
        ("dotprod", "BCDEF", range(19, 24), "dotprod!V41", 25),
        ("bias", "ABCDEF", range(19, 25), "bias!V42", 26),
    ):
        held = cells[sheet].cells
        columns = "HIJKLMNOPQRSTUV"
        rows = range(first, first + 15)
        u = [[float(held[f"{c}{r}"]) for c in users] for r in rows]  # type: ignore[arg-type]
        f = [[float(held[f"{c}{r}"]) for c in columns] for r in films]  # type: ignore[arg-type]
        ratings = [[held.get(f"{c}{r}") for c in columns] for r in range(2, 17)]
        there = torch.tensor([[isinstance(x, float) for x in row] for row in ratings])
        known = torch.tensor(
            [[x if isinstance(x, float) else 0.0 for x in row] for row in ratings], dtype=torch.float64
        )
        shape = (15, len(users))

        def loss(
            flat: torch.Tensor, shape: tuple[int, int] = shape, there: Any = there, known: Any = known
        ) -> torch.Tensor:
            one, other = flat[: shape[0] * shape[1]].reshape(shape), flat[shape[0] * shape[1] :].reshape(-1, 15)
            guess = one[:, -5:] @ other[-5:]
            if shape[1] == 6:
                guess = guess + one[:, :1] + other[:1]
            error: torch.Tensor = ((guess - known)[there] ** 2).mean().sqrt()
            return error

        start = torch.tensor([*(x for row in u for x in row), *(x for row in f for x in row)], dtype=torch.float64)
        value, seconds = torch_lbfgs(loss, start)
        by_changing = f"{sheet}!{users[0]}{first}:F{first + 14},H{films[0]}:V{films[-1]}"
        found = gradsheet.solve(path, minimize=output, by_changing=by_changing)
        made.append([f"{output} from {found.before:.5f}", found.after, value, "torch LBFGS", f"{seconds:.1f} s",
                     found.seconds])  # fmt: skip
    return made


def main(paths: list[str]) -> int:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        rows = titanic(Path(folder) / "titanic.xlsx")
    for path in paths:
        rows += collaborative(path)
    printed = [[a, repr(b), repr(c), d, e, f"{s:.1f}"] for a, b, c, d, e, s in rows]
    columns = ["what", "gradsheet", "peer", "who", "how", "gradsheet's seconds"]
    show(table("Solving", columns, printed, left=("what", "who", "how")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
