"""Which examples a pass goes through: all of them, or the next batch.

Mini-batches are drawn as torch's DataLoader draws them with ``drop_last``: in order, or shuffled anew in each epoch;
what does not fill a batch is left out of that epoch.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from gradsheet.errors import GradsheetError
from gradsheet.table import references

if TYPE_CHECKING:
    from gradsheet.experiments.entry import Experiment

Batch = Literal["row", "full"] | int


def parse_batch(text: Batch | str) -> Batch:
    """``row``, ``full`` or a number of rows.

    Raises:
        GradsheetError: it is none of these.

    Example:
        >>> parse_batch("full"), parse_batch("5")
        ('full', 5)
    """
    if text == "row":
        return "row"
    if text == "full":
        return "full"
    try:
        rows = int(text)
    except ValueError:
        rows = 0
    if rows < 1 or isinstance(text, bool):
        raise GradsheetError(f"batch is {text!r}: give row, full, or how many rows are in a batch")
    return rows


def check_batch(experiment: Experiment, examples: int) -> None:
    """Refuse batches that the data or the rule cannot have.

    Raises:
        GradsheetError: a batch larger than the data; a rule that sets something once for all of the data.
    """
    batch = experiment.batch
    if batch == "row":
        return
    name = experiment.optimiser.name
    read = {r.name for c in experiment.optimiser.columns if not c.restart for r in references(c.formula)}
    if read & {"x", "y", "err2"}:
        raise GradsheetError(f"{experiment.name}: {name} reads each row's own numbers: give it batch row")
    if batch == "full":
        return
    if int(batch) > examples:
        raise GradsheetError(f"{experiment.name}: a batch of {batch} rows is more than the {examples} there are")
    if experiment.optimiser.begin is not None or experiment.optimiser.close is not None:
        raise GradsheetError(
            f"{experiment.name}: {experiment.optimiser.name} sets something once a pass over all of the data: "
            "give it batch full or row"
        )


def rows(batch: Batch, examples: int) -> int:
    """Rows in a pass."""
    return examples if isinstance(batch, str) else batch


def batches(batch: Batch, examples: int) -> int:
    """Passes in an epoch.

    Example:
        >>> batches("full", 29), batches(5, 29)
        (1, 5)
    """
    return 1 if isinstance(batch, str) else examples // batch


def order(batch: Batch, shuffle: int | None, examples: int, number: int) -> Sequence[int]:
    """The examples, from 0, of a pass, warm-up passes not counted.

    Example:
        >>> order(3, None, 8, 3), order("full", None, 3, 7)
        (range(3, 6), range(0, 3))
        >>> sorted([*order(2, 1, 4, 0), *order(2, 1, 4, 1)])
        [0, 1, 2, 3]
    """
    epoch, at = divmod(number, batches(batch, examples))
    first = at * rows(batch, examples)
    last = first + rows(batch, examples)
    return range(first, last) if shuffle is None else _shuffled(shuffle, examples, epoch)[first:last]


@cache
def _shuffled(seed: int, examples: int, epoch: int) -> tuple[int, ...]:
    return tuple(random.Random(f"{seed}, epoch {epoch}").sample(range(examples), examples))
