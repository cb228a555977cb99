"""Many lanes, fast: passes as straight-line code on buffers, blocks of lanes shared out over threads.

torch lets go of Python's lock while it computes, and a block is small enough for one thread; so threads that each run
blocks of their own beat threads that share every operation, above all where other programs want the processor, too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor

from gradsheet.engine.buffers import Buffered
from gradsheet.engine.compiled import LANES, CannotCompileError, Compiled
from gradsheet.engine.setup import Setup
from gradsheet.engine.written import NoRecord, Rows, Written, filled, given, write

FEWEST = 4096
"""With fewer lanes than this the work of an operation is no longer than the way to it."""

MOST_ROWS = 300
"""A pass of more rows is not written down: its code would be long, and a row's work is long enough as it is."""

Item = TypeVar("Item")
Result = TypeVar("Result")


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
        self._made: dict[Any, Buffered | None] = {}
        self._compiles: dict[int, Compiled] = {}
        self._making = threading.Lock()

    def __call__(
        self, setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any, recorder: Any, careful: bool
    ) -> Any:
        """One pass of one block."""
        arguments = (setup, examples, weights, state, held)
        made = self._code(careful, arguments)
        if made is None:
            return self._rows(*arguments, recorder, careful)
        lanes, tensors = setup.lanes, given(*arguments)
        if self._compiled and not careful and lanes <= LANES:
            try:
                outputs, fine = self._compile(made.written)(tensors, lanes)
                return filled(made.written.done, iter(outputs), lanes)._replace(fine=fine)
            except CannotCompileError:  # which has said so
                self._compiled = False
        return filled(made.written.done, iter(made(tensors, lanes)), lanes)

    def _compile(self, written: Written) -> Compiled:
        if id(written) not in self._compiles:
            self._compiles[id(written)] = Compiled(written, self._dtype)
        return self._compiles[id(written)]

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

    def _code(self, careful: bool, arguments: tuple[Any, ...]) -> Buffered | None:
        setup, examples, weights, state, held = arguments
        key = careful, held is None, len(examples)
        with self._making:
            if key not in self._made:
                try:
                    self._made[key] = Buffered(
                        write(self._rows, setup, examples, weights, state, held, careful), self._dtype
                    )
                except (NotImplementedError, AttributeError, TypeError, RuntimeError):  # stand-ins cannot follow
                    self._made[key] = None
            return self._made[key]


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
