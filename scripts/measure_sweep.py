"""What scripts/bench runs of sweeps: a million lanes beside a loop in C, interleaved, bits compared first.

``--compiled`` measures torch.compile, too, which first takes minutes to compile.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure import seconds

from gradsheet.engine.finals import finals
from gradsheet.engine.setup import prepare
from gradsheet.experiments import experiment
from gradsheet.report.terminal import show, table

LANES, ROUNDS = 1_000_000, 5
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
    setup = prepare(entry, {"lr": torch.from_numpy(rates)})
    wanted = [("root_sum", epochs), *((w, epochs) for w in weights)]

    def theirs() -> None:
        getattr(peer, name)(ctypes.c_long(LANES), len(x), epochs + 1, *(pointer(a) for a in (x, y, rates, *outs)))

    rows = []
    for kind in ("eager", "torch.compile")[: 1 + compiled]:

        def ours(how: bool = kind != "eager") -> dict[str, Any]:
            return finals(setup, epochs, wanted, compiled=how)

        found = ours()
        theirs()
        same = all(np.array_equal(found[f"{n}@{k}"].numpy(), out) for (n, k), out in zip(wanted, outs, strict=True))
        pairs = sorted((seconds(ours), seconds(theirs)) for _ in range(ROUNDS))
        a, b = (sorted(times)[ROUNDS // 2] for times in zip(*pairs, strict=True))
        rows.append(
            [f"{name}, {kind}", f"{a * 1e3:.1f}", f"{b * 1e3:.1f}", f"{a / b:.2f}", "all" if same else "NOT ALL"]
        )
    return rows


def main() -> None:
    """Print the table."""
    torch.set_num_threads(2)
    peer = compiled_peer()
    rows = [row for case in CASES for row in contest(peer, *case, compiled="--compiled" in sys.argv)]
    columns = [f"{LANES:,} learning rates", "gradsheet ms", "C ms", "times C", "bits equal"]
    show(table("sweeps", columns, rows, left=(columns[0],)))


if __name__ == "__main__":
    main()
