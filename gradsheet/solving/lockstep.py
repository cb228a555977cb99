"""Several optimisers at once, their points calculated as lanes of one program.

An optimiser of scipy's asks for one point after another. Here each start has its own, in its own thread; when all
have asked, the points are calculated together, and everyone goes on. Who asks when does not depend on the machine,
so a solution does not either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

Ask = Callable[[Any], Any]


class _StopError(Exception):
    """Ends an optimiser from within its question."""


class _Runner:
    """One optimiser in its thread."""

    def __init__(self, number: int, task: Callable[[Ask], Any], posted: SimpleQueue[_Runner]) -> None:
        self.number = number
        self.asked: Any = None
        self.answer: Any = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = self.stopped = False
        self._posted = posted
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(task,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def reply(self, answer: Any) -> None:
        self.answer = answer
        self._answered.set()

    def stop(self) -> None:
        self.stopped = True
        self._answered.set()

    def _run(self, task: Callable[[Ask], Any]) -> None:
        try:
            self.result = task(self._ask)
        except _StopError:
            pass
        except BaseException as error:  # handed to whoever waits
            self.error = error
        self.done = True
        self._posted.put(self)

    def _ask(self, question: Any) -> Any:
        if self.stopped:
            raise _StopError
        self.asked = question
        self._answered.clear()
        self._posted.put(self)
        self._answered.wait()
        if self.stopped:
            raise _StopError
        return self.answer


def together(
    tasks: Sequence[Callable[[Ask], Any]], answer: Callable[[list[tuple[int, Any]]], list[Any]]
) -> tuple[list[Any], bool]:
    """Runs all tasks, answering their questions together.

    Args:
        tasks: each is called with a function that asks a question and returns the answer.
        answer: the answers to questions, each with its task's number.

    Returns:
        What each task returned, None for those that were stopped, and whether Ctrl-C stopped them.

    Example:
        >>> def double(ask):
        ...     return ask(1) + ask(2)
        >>> together([double, double], lambda asked: [2 * question + task for task, question in asked])
        ([6, 8], False)
    """
    posted: SimpleQueue[_Runner] = SimpleQueue()
    runners = [_Runner(i, task, posted) for i, task in enumerate(tasks)]
    interrupted = False
    try:
        for runner in runners:
            runner.start()
        active = len(runners)
        while active:
            waiting = [posted.get() for _ in range(active)]
            asking = sorted((r for r in waiting if not r.done), key=lambda r: r.number)
            failed = next((r.error for r in waiting if r.error is not None), None)
            if failed is not None:
                raise failed
            active = len(asking)
            if asking:
                for runner, found in zip(asking, answer([(r.number, r.asked) for r in asking]), strict=True):
                    runner.reply(found)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        for runner in runners:
            if not runner.done:
                runner.stop()
    return [runner.result for runner in runners], interrupted
