"""Optimisers: one file each, the rule in PyTorch and, beside it, as columns.

A rule is a pure pair, `init` and `update`. Where a schedule holds something for a whole pass (a learning
rate that is annealed, AdaGrad's divisor), `first` and `begin` compute it between passes; `close` sums a pass
up and says whether it stands or is run again.

Inside, weights and gradients are (P, B): P weights, B lanes; whatever is the same for all weights is (B,).
`here` is scoped like a formula: the experiment's inputs, overlaid by the pass's constants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

Here = Any  # a namespace of tensors, one attribute per name; what is in it depends on the rule
Fields = Any  # a rule's own NamedTuple of tensors: its State, its Epoch


class Nothing(NamedTuple):
    """The state of a rule that remembers nothing."""


@dataclass(frozen=True)
class Input:
    """A number that the reader may change.

    Attributes:
        default: its value.
        note: what it does, in a few words, for the page and for ``gradsheet list``.
        low: values at or below it are unusual or impossible (validation on the page), if any.
        high: values at or above it likewise.
    """

    default: float
    note: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Optimiser:
    """An update rule in both languages.

    Attributes:
        name: as in the catalogue.
        inputs: what the reader may set.
        init: ``(weights, here) -> State`` before the first row.
        update: ``(weights, grad, state, here) -> (weights, State)``, one step.
        columns: the same as formulas: a field ``f`` of State is the columns ``f_{w}``, the weights ``new_{w}``.
        first: ``(state, here, before) -> Epoch`` in warm-up passes and in epoch 0.
        begin: ``(state, here, before, sums) -> Epoch`` at the start of each later pass.
        close: ``(epoch, sums, here) -> Footers`` at a pass's end; `begin` finds its fields in `sums`. A field
            ``accepted``, bool (B,), says whether the pass stands; where it does not, it is run again.
        epoch_columns: the fields of Epoch as columns of the epochs table.
        footers: the fields of Footers likewise.
    """

    name: str
    inputs: Mapping[str, Input]
    init: Callable[[Tensor, Here], Fields]
    update: Callable[[Tensor, Tensor, Fields, Here], tuple[Tensor, Fields]]
    columns: tuple[Column, ...]
    first: Callable[[Fields, Here, Fields], Fields] | None = None
    begin: Callable[[Fields, Here, Fields, Here], Fields] | None = None
    close: Callable[[Fields, Here, Here], Fields] | None = None
    epoch_columns: tuple[Column, ...] = ()
    footers: tuple[Column, ...] = ()

    @property
    def retries(self) -> bool:
        """Whether a pass may fail to stand."""
        return any(c.name == "accepted" for c in self.footers)


RUNNING = {
    "sum2": Column(
        "sum2_{w}",
        "=prev(sum2_{w})+grad_{w}^2",
        role="schedule",
        title="sum de/d{w}²",
        note="The squared gradients of this pass so far, added up.",
        restart="0",
    ),
    "sum_err2": Column(
        "sum_err2",
        "=prev(sum_err2)+err2",
        role="schedule",
        title="sum error²",
        note="The errors² of this pass so far, added up.",
        restart="0",
    ),
}
"""Running totals that the engine shows. A schedule reads their last cell instead of summing a range, since
spreadsheets differ in how they round the sum of a range (LibreOffice compensates, numpy adds pairwise), and what a
schedule reads comes back in every later row."""

LR = "learning rate: how far each step goes"


def beta(default: float, what: str) -> Input:
    """A decay rate between 0 and 1."""
    return Input(default, what, low=0.0, high=1.0)
