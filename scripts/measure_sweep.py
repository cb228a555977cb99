"""What scripts/bench runs of sweeps: a million lanes beside a loop in C, interleaved, bits compared first.

The least of all rounds counts, on the clock and of the processors' time, which other programs hardly change.

``--compiled`` measures torch.compile, too, which first takes minutes to compile.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # a thread that waits takes no processor time

import numpy as np
import torch

from gradsheet.engine.finals import finals
from gradsheet.engine.setup import prepare
from gradsheet.experiments import experiment
from gradsheet.memory import kept
from gradsheet.report.terminal import show, table

LANES, ROUNDS = 1_000_000, 60
IN_A_ROW = 3
"""Runs of each before the next one's turn: after a pause the system first puts both threads on one processor."""
BOUND = 15.0
"""Seconds for an experiment; a round that was begun is finished."""
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fopenmp", "-shared", "-fPIC")
CASES = (("basic", 1, 3e-4, "b", "a"), ("momentum", 1, 3e-4, "b", "a"), ("adam", 1, 1.0, "b", "a"),
         ("two_neuron", 2, 6e-5, "a", "d"))  # fmt: skip


def compiled_peer() -> ctypes.CDLL:
    """scripts/peer.c, compiled for the occasion."""
    if not shutil.which("gcc"):
        sys.exit("the peer is written in C: install gcc")
    library = Path(tempfile.mkdtemp()) / "peer.so"
    source = Path(__file__).with_name("peer.c")
    subprocess.run(["gcc", *FLAGS, str(source), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def pointer(array: Any) -> ctypes.c_void_p:
    """Where an array lies."""
    return ctypes.c_void_p(array.ctypes.data)


def contest(peer: ctypes.CDLL, name: str, epochs: int, high: float, *weights: str, compiled: bool) -> list[list[str]]:
    """The rows of one experiment: eager, and compiled where that is wanted."""
    rates = np.logspace(-6, np.log10(high), LANES)
    entry = experiment(name)
    x, y = (np.array(column, dtype=np.float64) for column in zip(*entry.data, strict=True))
    outs = [np.empty(LANES) for _ in range(3)]
    wanted = [("root_sum", epochs), *((w, epochs) for w in weights)]
    setup = prepare(entry, {"lr": torch.from_numpy(rates)})

    def ours(compiled: bool = False) -> dict[str, Any]:
        return finals(setup, epochs, wanted, compiled=compiled)

    def whole() -> dict[str, Any]:
        return finals(prepare(entry, {"lr": torch.from_numpy(rates)}), epochs, wanted)

    def theirs() -> None:
        getattr(peer, name)(ctypes.c_long(LANES), len(x), epochs + 1, *(pointer(a) for a in (x, y, rates, *outs)))

    kinds = {"eager": ours, "eager, inputs prepared": whole}
    kinds |= {"torch.compile": lambda: ours(True)} if compiled else {}
    with kept():
        return _rounds(name, kinds, theirs, outs)


def _rounds(
    name: str, kinds: dict[str, Callable[[], dict[str, Any]]], theirs: Callable[[], None], outs: list[Any]
) -> list[list[str]]:
    """All of them by turns, in memory that each uses again, as the peer does."""
    same = {kind: _equal(run(), theirs, outs) for kind, run in kinds.items()}
    contestants = [theirs, *kinds.values()]
    rounds: list[tuple[tuple[float, float], ...]] = []
    ends = time.perf_counter() + BOUND
    while len(rounds) < ROUNDS and (len(rounds) < 2 or time.perf_counter() < ends):
        rounds += zip(*([_cost(run) for _ in range(IN_A_ROW)] for run in contestants), strict=True)
    (wall, processor), *all_ours = [tuple(map(min, zip(*costs, strict=True))) for costs in zip(*rounds, strict=True)]
    return [
        [
            f"{name}, {kind}",
            f"{w * 1e3:.1f}",
            f"{wall * 1e3:.1f}",
            f"{w / wall:.2f}",
            f"{p / processor:.2f}",
            same[kind],
        ]
        for kind, (w, p) in zip(kinds, all_ours, strict=True)
    ]


def _equal(found: dict[str, Any], theirs: Callable[[], None], outs: list[Any]) -> str:
    """Whether all bits of the columns are the peer's."""
    theirs()
    columns = list(found.values())[: len(outs)]
    differ = sum(int((np.asarray(ours) != out).sum()) for ours, out in zip(columns, outs, strict=True))
    return "all" if not differ else f"{differ:,} differ"


def _cost(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of all processors together: the latter hardly depend on what else is running."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Print the table."""
    torch.set_num_threads(2)
    peer = compiled_peer()
    rows = [row for case in CASES for row in contest(peer, *case, compiled="--compiled" in sys.argv)]
    columns = [f"{LANES:,} learning rates", "gradsheet ms", "C ms", "times C", "in processor time", "bits equal"]
    show(table("sweeps", columns, rows, left=(columns[0],)))


if __name__ == "__main__":
    main()
