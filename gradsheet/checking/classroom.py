"""Many submissions: each on its own, in worker processes with limits, so that one bad file is one line."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from gradsheet.checking.feedback import Feedback
from gradsheet.checking.making import roster, stem
from gradsheet.checking.marks import Marks, read_marks
from gradsheet.checking.rules import forget
from gradsheet.checking.spec import Exercise
from gradsheet.checking.submission import check_file
from gradsheet.errors import GradsheetError

KINDS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".ods", ".numbers")
SECONDS, BYTES = 60, 2 * 2**30  # that one submission may take
FEW = 6  # files that are sooner checked than a process is started


@dataclass(frozen=True)
class Task:
    """What a worker is told: a file, the weights, whose it must be, and who is in the class."""

    path: str
    marks: Marks
    learner: str | None
    learners: tuple[str, ...] | None


def check(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    learner: str | None = None,
    learners: str | os.PathLike[str] | Sequence[str] | None = None,
    marks: str | os.PathLike[str] | Marks | None = None,
    workers: int | None = None,
    say: Callable[[int, int], None] | None = None,
) -> list[Feedback]:
    """Check submissions of exercises.

    Args:
        paths: workbooks, and folders of them.
        learner: whose they must be, where that is known.
        learners: the class, a roster file or names; a submission of anyone else is not graded.
        marks: a TOML file of weights, or what was read from one.
        workers: processes; one for each processor where not given, none for a few files.
        say: called with how many are done, of how many.

    Returns:
        The feedback on each, in the order of their names.

    Raises:
        GradsheetError: there is nothing to check, or the roster or the weights cannot be read.

    Example:
        >>> import tempfile
        >>> from gradsheet.checking.making import exercise
        >>> _, key = exercise("momentum", tempfile.mkdtemp(), key=True)
        >>> found = check(key)[0]
        >>> found.ok, found.score, found.max_score
        (True, 1.0, 1.0)
    """
    files = submissions(paths)
    weights = marks if isinstance(marks, Marks) else read_marks(marks)
    known = roster(os.fspath(learners)) if isinstance(learners, str | os.PathLike) else learners
    tasks = [Task(file, weights, learner, None if known is None else tuple(known)) for file in files]
    if len(tasks) <= FEW or workers == 0:
        found = []
        for i, task in enumerate(tasks):
            found.append(one(task))
            if say is not None:
                say(i + 1, len(tasks))
        return _twice(found)
    return _twice(_in_parallel(tasks, workers or os.cpu_count() or 1, say))


def submissions(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """The workbooks that are meant: those named, and those in folders; keys and feedback are left out there.

    Raises:
        GradsheetError: a folder holds none, or nothing was named.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    found: list[str] = []
    for path in [os.fspath(one) for one in given]:
        if not Path(path).is_dir():
            found.append(path)
            continue
        inside = sorted(str(file) for file in Path(path).rglob("*") if _handed_in(file))
        if not inside:
            raise GradsheetError(f"{path}: there are no workbooks in this folder")
        found += inside
    if not found:
        raise GradsheetError("nothing to check: name workbooks or a folder of them")
    return list(dict.fromkeys(found))


def _handed_in(file: Path) -> bool:
    name = file.name.lower()
    made = name.endswith((".key.xlsx", ".feedback.xlsx")) or name.startswith(("~$", "."))
    return file.suffix.lower() in KINDS and not made and file.is_file()


def one(task: Task) -> Feedback:
    """One submission, whatever is in it."""
    try:
        return _known(check_file(task.path, task.marks, task.learner), task.learners)
    except MemoryError:
        reason = "it takes too much memory: hand in a smaller workbook"
    except _SlowError:
        reason = f"it takes longer than {SECONDS} seconds: hand in a smaller workbook"
    except Exception as problem:  # a fault of ours must not end the class; it says so
        said = " ".join(f"{type(problem).__name__}: {problem}".split())[:160]
        reason = f"the checker failed on it ({said}): please report this"
    forget()
    return _refused(task, reason)


def _refused(task: Task, reason: str) -> Feedback:
    return Feedback(task.path, "ungradable", reason)


def _known(found: Feedback, learners: Sequence[str] | None) -> Feedback:
    """Whether the submission is of someone in the class, and in the file that it was handed out as."""
    if learners is None or found.status == "ungradable":
        return found
    names = {one.casefold() for one in learners}
    if found.learner.casefold() not in names:
        who = f"{found.learner}, who is" if found.learner else "nobody in particular, which is"
        return Feedback(found.file, "ungradable", f"it is the exercise of {who} not on the roster: hand in your own")
    file = Path(found.file).stem.casefold()
    for other in learners:
        if other.casefold() != found.learner.casefold() and file == _stem(found, other).casefold():
            reason = f"the file is called {other}'s, and it is {found.learner}'s exercise: hand in your own"
            return Feedback(found.file, "ungradable", reason)
    return found


def _stem(found: Feedback, learner: str) -> str:
    return stem(Exercise(found.exercise, (), learner=learner))


def _twice(found: list[Feedback]) -> list[Feedback]:
    """Where two files are of one learner, both say so; the teacher decides which counts."""
    first: dict[tuple[str, str], str] = {}
    out = []
    for feedback in found:
        whose = feedback.exercise, feedback.learner.casefold()
        if feedback.status == "graded" and feedback.learner:
            if whose in first:
                said = f"{feedback.learner} has handed in {Path(first[whose]).name}, too"
                feedback = replace(feedback, reason="; ".join(filter(None, (feedback.reason, said))))
            else:
                first[whose] = feedback.file
        out.append(feedback)
    return out


# ---- processes


class _SlowError(Exception):
    """The clock rang."""


def _ring(number: int, frame: FrameType | None) -> None:
    raise _SlowError


def _limited() -> None:
    """What holds in a worker, where the system knows such limits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def _timed(task: Task) -> Feedback:
    if not hasattr(signal, "setitimer"):
        return one(task)
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return one(task)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _in_parallel(tasks: Sequence[Task], workers: int, say: Callable[[int, int], None] | None) -> list[Feedback]:
    found: dict[int, Feedback] = {}
    for number, feedback in _results(tasks, min(workers, len(tasks))):
        found[number] = feedback
        if say is not None:
            say(len(found), len(tasks))
    for number, task in enumerate(tasks):
        if number in found:
            continue
        # a worker died and took its queue along: each of those left gets a process of its own
        (feedback,) = [one for _, one in _results([task], 1)] or [_refused(task, "the checker did not survive it")]
        found[number] = feedback
        if say is not None:
            say(len(found), len(tasks))
    return [found[number] for number in range(len(tasks))]


def _results(tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, Feedback]]:
    with ProcessPoolExecutor(workers, initializer=_limited) as pool:
        futures = {pool.submit(_timed, task): number for number, task in enumerate(tasks)}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                return
