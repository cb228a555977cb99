"""Many lanes, fast: passes as straight-line code on buffers, blocks of lanes shared out over threads.

torch lets go of Python's lock while it computes, and a block is small enough for one thread; so threads that each run
blocks of their own beat threads that share every operation, above all where other programs want the processor, too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import torch
from torch import Tensor

from gradsheet.engine.buffers import Buffered
from gradsheet.engine.compiled import CannotCompileError, Compiled
from gradsheet.engine.setup import Setup
from gradsheet.engine.written import NoRecord, Rows, Written, filled, given, layout, write
from gradsheet.experiments import Experiment

FEWEST = 4096
"""With fewer lanes than this the work of an operation is no longer than the way to it."""

MOST_ROWS = 300
"""A pass of more rows is not written down: its code would be long, and a row's work is long enough as it is."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Code = TypeVar("Code")


def quick(rows: Rows, setup: Setup, compiled: bool = False) -> Quick:
    """A pass as code; the one that was written for an earlier run of the same experiment, where there was one.

    Args:
        rows: the pass in the plain way.
        setup: the lanes.
        compiled: with torch.compile, where that can be.
    """
    return _known(rows, _ById(setup.experiment), setup.start.dtype, compiled)


class _ById:
    """An experiment as a key: equal to itself only."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other._experiment is self._experiment

    def __hash__(self) -> int:
        return id(self._experiment)


@lru_cache(maxsize=16)
def _known(rows: Rows, experiment: _ById, dtype: torch.dtype, compiled: bool) -> Quick:
    return Quick(rows, dtype, compiled)


class Quick:
    """A pass as code, called as the pass itself is; where it cannot be written down it is run as it is.

    Args:
        rows: the pass in the plain way.
        dtype: of the numbers.
        compiled: with torch.compile, where that can be.
    """

    def __init__(self, rows: Rows, dtype: torch.dtype, compiled: bool = False) -> None:
        self._rows = rows
        self._dtype = dtype
        self._compiled = compiled
        self._wrote: dict[Any, Written | None] = {}
        self._buffered: dict[int, Buffered] = {}
        self._compiles: dict[int, Compiled] = {}
        self._making = threading.Lock()

    def __call__(
        self, setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any, recorder: Any, careful: bool
    ) -> Any:
        """One pass of one block."""
        arguments = (setup, examples, weights, state, held)
        lanes, tensors = setup.lanes, given(*arguments)
        written = self._write(careful, arguments, tensors)
        if written is None:
            return self._rows(*arguments, recorder, careful)
        if self._compiled and not careful:
            try:
                outputs, fine = self._made(self._compiles, Compiled, written)(tensors, lanes)
                return filled(written.done, iter(outputs), lanes)._replace(fine=fine)
            except CannotCompileError:  # which has said so
                pass
        return filled(written.done, iter(self._made(self._buffered, Buffered, written)(tensors, lanes)), lanes)

    def _made(self, made: dict[int, Code], kind: Callable[[Written, torch.dtype], Code], written: Written) -> Code:
        """The code, written once."""
        with self._making:
            if id(written) not in made:
                made[id(written)] = kind(written, self._dtype)
            return made[id(written)]

    def mended(self, done: Any, setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any) -> Any:
        """What a pass left, the lanes that left the finite numbers run again, carefully."""
        bad = torch.zeros(setup.lanes, dtype=torch.bool)
        for tensor in (done.weights, done.err2, done.grad2, *done.state, *(held or ())):
            finite = tensor.isfinite()
            bad |= ~(finite.all(0) if tensor.dim() == 2 else finite)
        at = bad.nonzero()[:, 0]

        def of(value: Any) -> Any:
            return None if value is None else type(value)(*(t[..., at] for t in value))

        pairs = [tuple(t[at] if len(t) > 1 else t for t in pair) for pair in examples]
        again = self(setup.part(at), pairs, weights[:, at], of(state), of(held), NoRecord(), True)
        return _merged(done, again, at)

    def _write(self, careful: bool, arguments: tuple[Any, ...], tensors: Mapping[str, Tensor]) -> Written | None:
        setup, examples, weights, state, held = arguments
        key = careful, held is None, len(examples), layout(tensors)
        with self._making:
            if key not in self._wrote:
                try:
                    self._wrote[key] = write(self._rows, setup, examples, weights, state, held, careful)
                except (NotImplementedError, AttributeError, TypeError, RuntimeError):  # stand-ins cannot follow
                    self._wrote[key] = None
            return self._wrote[key]


def _merged(whole: Any, part: Any, at: Tensor) -> Any:
    """A result in which some lanes are another's."""
    if isinstance(whole, Tensor):
        merged = whole.clone(memory_format=torch.contiguous_format)
        merged[..., at] = part
        return merged
    if isinstance(whole, dict):
        return {name: _merged(value, part[name], at) for name, value in whole.items()}
    if isinstance(whole, tuple):
        return type(whole)(*(_merged(a, b, at) for a, b in zip(whole, part, strict=True)))
    return whole


def suits(setup: Setup) -> bool:
    """Whether a pass of these lanes is worth writing down."""
    if setup.experiment.model.wide:
        return False  # its rows go at once as they are
    return (
        setup.experiment.trains
        and setup.lanes >= FEWEST
        and setup.start.device.type == "cpu"
        and setup.rows <= MOST_ROWS
    )


def shared_out(work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None) -> list[Result]:
    """Do all of it, in order, each on one thread, as many at once as torch may use or as are given."""
    threads = threads or torch.get_num_threads()

    def alone(item: Item) -> Result:
        with torch.no_grad():
            return work(item)

    todo = list(items)
    if threads == 1 or len(todo) == 1:
        return [alone(item) for item in todo]
    with _one_thread_each(threads), ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as ex:
        return list(ex.map(alone, todo))


@contextmanager
def _one_thread_each(before: int) -> Iterator[None]:
    try:
        yield
    finally:
        torch.set_num_threads(before)
