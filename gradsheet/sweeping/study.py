"""`gradsheet.sweep`: chunk by chunk, here or on a cluster, into a frame or a file that can be gone on with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradsheet.errors import GradsheetError
from gradsheet.sweeping.axes import Axis, axis
from gradsheet.sweeping.parts import Parts, assemble, check_format
from gradsheet.sweeping.work import Work, work_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CHUNK = 1_000_000
"""Runs at a time, and in a part file: a few hundred megabytes at most."""
WORTH_COMPILING = 1e10
"""Updates (runs × passes × rows) from which the 10 to 60 s of compiling are won back: an update takes 3 to 13 ns of a
processor without it, 0.4 to 4 ns with it."""
MOST_IN_MEMORY = 50_000_000
COMPILE = ("auto", "always", "never")

Tell = Callable[[int, int], None]  # runs done, runs in all


def sweep(
    what: Any,
    over: str | Axis | Sequence[str | Axis],
    outputs: str | Sequence[str] = (),
    epochs: int | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    gradient: str | None = None,
    carry: str | None = None,
    optimiser: str | None = None,
    batch: str | int | None = None,
    data: Any = None,
    inputs: Mapping[str, float] | None = None,
    threshold: float = 1e6,
    seed: int = 0,
    compile: str = "auto",  # noqa: A002
    scheduler: str | None = None,
    device: str = "cpu",
    chunk: int = CHUNK,
    tell: Tell | None = None,
) -> pd.DataFrame | Path:
    """Run an experiment, or a workbook, with many settings.

    Args:
        what: an experiment's name, or a workbook's path.
        over: axes, such as ``"lr=1e-6:1e-2:1000:log"``; several make a grid, the last one goes fastest. For a workbook
            cells, by address or name: ``"Sheet!B1=0:1:11"``.
        outputs: columns of the epochs table (``root_sum`` where none is given; ``root_sum@3`` of epoch 3, else of the
            last one), ``broke`` and ``above`` (where a run left the finite numbers, or a row's loss reached the
            threshold, first), ``fate`` (trains, bounces, dies or explodes); for a workbook cells. Where nothing is
            learnt, columns of the rows (``average`` of the last row, ``average@3`` of row 3).
        epochs: how many; the experiment's usual number where not given.
        out: a .parquet, .csv or .xlsx file to write; results go there as they come.
        resume: go on with the sweep that was stopped.
        gradient: as in `run`; so are `carry`, `optimiser`, `batch` and `data`.
        carry: as in `run`.
        optimiser: as in `run`.
        batch: as in `run`.
        data: as in `run`.
        inputs: what is the same in all runs.
        threshold: of a row's loss, for ``above`` and ``fate``.
        seed: for axes that are drawn.
        compile: "auto" (where the work is large), "always" or "never" with torch.compile; no bit depends on it.
        scheduler: the address of a Dask scheduler, to run there.
        device: "cpu", or "cuda" where there is one.
        chunk: runs at a time.
        tell: called with the runs done and the runs in all.

    Returns:
        A frame with a row per run; where `out` is given, its path.

    Raises:
        GradsheetError: an axis, an output or a file that cannot be; an unfinished sweep, without `resume`.

    Example:
        >>> frame = sweep("basic", "lr=1e-5,1e-4", epochs=0)
        >>> frame["root_sum"].tolist()
        [249.0341030445193, 150.75521153771854]
    """
    axes = [one if isinstance(one, Axis) else axis(one) for one in ([over] if isinstance(over, str | Axis) else over)]
    names = [outputs] if isinstance(outputs, str) else list(outputs)
    options = {"gradient": gradient, "carry": carry, "optimiser": optimiser, "batch": batch}
    if compile not in COMPILE:
        raise GradsheetError(f"compile is {compile!r}: choose {', '.join(COMPILE)}")
    if epochs is not None and (not isinstance(epochs, int) or epochs < 0):
        raise GradsheetError(f"epochs is {epochs!r}; give a whole number, 0 or more")
    work = work_of(what, axes, names, epochs, options, inputs or {}, data, threshold, seed, device)
    total = len(work.grid)
    chunks = -(-total // chunk)
    compiled = compile == "always" or (compile == "auto" and _updates(work) >= WORTH_COMPILING)
    tell = tell or (lambda done, of: None)
    if out is None:
        if resume:
            raise GradsheetError("to go on with a sweep, say with which file: add --out")
        if total > MOST_IN_MEMORY:
            raise GradsheetError(f"{total:,} runs are too many for a frame: write them to a file (out, or --out)")
        held = dict(_tables(work, range(chunks), chunk, compiled, scheduler, tell, 0))
        frame: pd.DataFrame = _joined([held[k] for k in range(chunks)]).to_pandas()
        return frame
    path = Path(out)
    check_format(path, total)
    parts = Parts(path, {**work.described(), "chunk": chunk}, resume)
    left = [k for k in range(chunks) if not parts.has(k)]
    done = total - sum(min(chunk, total - k * chunk) for k in left)
    tell(done, total)
    for number, table in _tables(work, left, chunk, compiled, scheduler, tell, done):
        parts.add(number, table)
    assemble(parts.tables(chunks), path)
    parts.remove()
    return path


def _updates(work: Work) -> float:
    """How often a weight is updated in all: what compiling is weighed against."""
    if work.file:
        return 0.0
    entry, examples = work.entry, work.examples
    passes = (work.epochs + 1) * entry.batches(examples) + len(entry.warmup)
    return float(len(work.grid)) * passes * entry.rows(examples)


def _tables(
    work: Work, numbers: Sequence[int], chunk: int, compiled: bool, scheduler: str | None, tell: Tell, done: int
) -> Iterator[tuple[int, pa.Table]]:
    """The chunks' tables as they come, each with its number."""
    total = len(work.grid)
    if scheduler:
        from gradsheet.sweeping.cluster import tables

        found = tables(scheduler, work, numbers, chunk, compiled)
    else:
        found = _tables_here(work, numbers, chunk, compiled)
    for number, table in found:
        yield number, table
        done += table.num_rows
        tell(done, total)


def _tables_here(work: Work, numbers: Sequence[int], chunk: int, compiled: bool) -> Iterator[tuple[int, pa.Table]]:
    """One after the other, each in the memory of those before."""
    from gradsheet.memory import kept

    with kept():
        for number in numbers:
            yield number, table_of(work, number, chunk, compiled)


def table_of(work: Work, number: int, chunk: int, compiled: bool) -> pa.Table:
    """One chunk."""
    import pyarrow as pa

    first = number * chunk
    last = min(first + chunk, len(work.grid))
    table = pa.table(work.columns(first, last, compiled))
    for name in ("broke", "above"):
        if f"{name}_row" in table.column_names:
            table = _blank(table, name)
    return table


def _blank(table: pa.Table, name: str) -> pa.Table:
    """Where it never happened, there is no epoch and no row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    never = pc.equal(table[f"{name}_row"], 0)
    for part in (f"{name}_epoch", f"{name}_row"):
        at = table.column_names.index(part)
        table = table.set_column(at, part, pc.if_else(never, pa.scalar(None, pa.int64()), table[part]))
    return table


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(tables)
