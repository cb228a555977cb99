"""The catalogue: experiments by name, and the topics that they belong to.

It is filled from every module of this package that has `EXPERIMENTS` (and a `TOPIC`, where it begins one); adding an
experiment is one entry in one of them.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from gradsheet.errors import GradsheetError
from gradsheet.experiments.entry import Carry, Experiment

__all__ = ["Carry", "Experiment", "Topic", "catalogue", "experiment", "sheet_of", "topic_of", "topics"]


@dataclass(frozen=True)
class Topic:
    """What a workbook is about: the words on its sheets ``start`` and ``data``.

    Attributes:
        name: as in `Experiment.topic`; the workbook is ``workbooks/{name}.xlsx``.
        title: for people.
        subtitle: one sentence; ``{examples}`` becomes "29 examples".
        story: what every sheet does, in a few sentences; ``{examples}`` likewise.
        goal: where training should get, told only of the topic's own data.
        weights: what is learnt, in a few words.
        heading: over the comparison, epoch by epoch.
        question: that the comparison's chart answers.
        data_question: that the data's chart asks.
        data: what the examples are, in a few words.
        loss: which of the losses is compared: the first, the root of the sum, or another.
    """

    name: str
    title: str
    subtitle: str
    story: str
    goal: str
    weights: str
    heading: str
    question: str
    data_question: str
    data: str = "the examples: x goes in, y should come out"
    loss: int = 0


MIXED = Topic(
    "experiments",
    "Gradient descent, one row at a time",
    "How models learn from {examples}, and what the optimisers change.",
    "A row is one example: predict, see how wrong it was, take the gradient. Once through all of them is an epoch, and "
    "the next epoch continues below: no macros, nothing hidden but the warm-up.",
    "",
    "what is learnt: each weight has its column",
    "The experiments compared: the loss, by epoch",
    "Which gets the loss down?",
    "The examples: what goes through them?",
)


def _modules() -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda m: (m.name != "graddesc", m.name)):  # course first
        yield importlib.import_module(f"{__name__}.{found.name}")


@cache
def catalogue() -> dict[str, Experiment]:
    """Every experiment by name, in the order of the modules and of the entries in them."""
    return {entry.name: entry for module in _modules() for entry in getattr(module, "EXPERIMENTS", ())}


def topics() -> dict[str, tuple[Experiment, ...]]:
    """The catalogue by topic: what goes into one workbook.

    Example:
        >>> [e.name for e in topics()["graddesc"]][:3]
        ['basic', 'momentum', 'adagrad']
    """
    found: dict[str, tuple[Experiment, ...]] = {}
    for entry in catalogue().values():
        found[entry.topic] = (*found.get(entry.topic, ()), entry)
    return found


def topic_of(entries: Sequence[Experiment]) -> Topic:
    """The topic that these experiments share; general words where they share none.

    Example:
        >>> topic_of([experiment("basic"), experiment("adam")]).name
        'graddesc'
    """
    shared = {e.topic for e in entries}
    known = {module.TOPIC.name: module.TOPIC for module in _modules() if hasattr(module, "TOPIC")}
    return known.get(shared.pop(), MIXED) if len(shared) == 1 else MIXED


def sheet_of(optimiser: str) -> Experiment:
    """The sheet that shows an optimiser: the first entry of the catalogue that it drives.

    Raises:
        GradsheetError: there is none; the message lists them.

    Example:
        >>> sheet_of("sgd").name, sheet_of("adam").warmup[0]
        ('basic', ('square',))
    """
    sheets = {e.optimiser.name: e for e in reversed(topics()["graddesc"])}
    if optimiser not in sheets:
        raise GradsheetError(f"no optimiser {optimiser!r}: choose {', '.join(reversed(sheets))}")
    return sheets[optimiser]


def experiment(name: str | Experiment) -> Experiment:
    """Look an experiment up; ``two_neuron_adam`` is two_neuron with another optimiser than its own.

    Raises:
        GradsheetError: there is none of that name; the message gives the nearest.

    Example:
        >>> experiment("momentum").title
        'Momentum'
    """
    if isinstance(name, Experiment):
        return name
    known = catalogue()
    if not isinstance(name, str):
        raise GradsheetError(f"{name!r} is no experiment: give its name, such as 'momentum'")
    if name in known:
        return known[name]
    for entry in known.values():
        for rule in topics()["graddesc"] if name.startswith(f"{entry.name}_") else ():
            if (found := entry.configured(optimiser=rule.optimiser.name)).name == name:
                return found
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "'gradsheet list' shows them all"
    raise GradsheetError(f"no experiment {name!r}: {hint}")
