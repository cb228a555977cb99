"""An experiment: model × gradient × optimiser × data, and how a pass hands over to the next."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, cast, get_args

from gradsheet.errors import GradsheetError
from gradsheet.experiments import batches, tables
from gradsheet.experiments.batches import Batch
from gradsheet.experiments.data import LINE_WORDS, ROWS
from gradsheet.gradients import GRADIENTS, Gradient
from gradsheet.models import Model
from gradsheet.optimisers import Input, Optimiser
from gradsheet.table import Column

Carry = Literal["entering", "updated"]
LONGEST = 31
"""Characters that Excel allows in a sheet's name."""


@dataclass(frozen=True)
class Experiment:
    """One entry of the catalogue.

    Attributes:
        name: as on the command line, and the sheet's name.
        title: for people.
        purpose: one sentence, no jargon that the sheet does not explain.
        model: what predicts.
        optimiser: what updates.
        gradient: which gradient drives the update.
        beside: gradients shown next to it without driving anything.
        carry: what goes from a pass's end to the next one's top: the weights that *entered* the last row,
            as the course's macro copies them (so the last update is dropped), or the *updated* ones.
        warmup: passes before epoch 0, each with the names that it hands on.
        overrides: inputs whose default differs from the optimiser's.
        look_for: what the reader should see.
        try_out: what the reader should change.
        data: the training examples, (x, y), y last.
        source: where the experiment comes from.
        follows: the course sheet's experiment that a textbook variant corrects, if it is one.
        topic: what it belongs to; a topic's entries make one workbook, ``workbooks/{topic}.xlsx``.
        batch: "row", an update a row; "full", one a pass; or the number of rows of a mini-batch, each of them a pass.
        shuffle: the seed by which mini-batches are drawn anew in each epoch; in the data's order where None.
        portion: rows of a pass, where every row is an update and a pass does not go through all the data; the next one
            goes on where it stopped.
        stretch: whether lr·‖∇pred‖² of each row is shown, where the model states it.
        data_words: what the examples are, a sentence; empty for examples that the reader brought.
        axes: what x and y are called.
        axes_notes: what they are, a sentence each.
        draw: ``(seed) -> data``, where the examples are drawn.
        usual_epochs: how many are run where no one says.
        dtype: "float32" where the story is told in it; its cells are float64 like all others.
        knobs: inputs of its own, besides the rule's.
        curves: where nothing is learnt, the columns that the chart draws over x, and whether on the second axis.
        printout: what ``gradsheet run`` prints instead of a table, from the trace.
        curve: whether the predictions over x are charted against the examples.
        starts: ``(seed, weights) -> where they start``, where the starts are drawn; the input ``seed`` says by which.
        on_sheet: how many of the examples a workbook has, where all would be too many to read; 0 for all.
        in_view: whether the pixels stand in columns of the steps table, too, and not on the data sheet alone.
    """

    name: str
    title: str
    purpose: str
    model: Model
    optimiser: Optimiser
    gradient: str = "analytic"
    beside: tuple[str, ...] = ()
    carry: Carry = "entering"
    warmup: tuple[tuple[str, ...], ...] = ()
    overrides: Mapping[str, float] = field(default_factory=dict)
    look_for: str = ""
    try_out: str = ""
    data: Sequence[tuple[float, ...]] = ROWS
    source: str = ""
    follows: str = ""
    topic: str = "graddesc"
    batch: Batch = "row"
    shuffle: int | None = None
    portion: int = 0
    stretch: bool = False
    data_words: str = LINE_WORDS
    axes: tuple[str, str] = ("x", "y")
    axes_notes: tuple[str, str] = ("The input of this example.", "The output that the model should give.")
    draw: Callable[[int], tuple[tuple[float, float], ...]] | None = None
    curve: bool = False
    usual_epochs: int = 10
    dtype: Literal["float64", "float32"] = "float64"
    knobs: Mapping[str, Input] = field(default_factory=dict)
    curves: tuple[tuple[str, bool], ...] = ()
    printout: Callable[[Any], str] | None = None
    starts: Callable[[int, int], Sequence[float]] | None = None
    on_sheet: int = 0
    in_view: bool = False

    @property
    def trains(self) -> bool:
        """Whether anything is learnt; without weights, a table just computes."""
        return bool(self.model.weights)

    @property
    def drive(self) -> Gradient:
        """The gradient that drives the update."""
        return GRADIENTS[self.gradient]

    @property
    def losses(self) -> tuple[str, ...]:
        """The footers that say how good a pass was; the first is the one that is compared."""
        return tuple(c.name for c in self.model.loss.footers) if self.trains else ()

    @cached_property
    def gradients(self) -> tuple[Gradient, ...]:
        """All gradients on show, the estimates first as on the course's sheet."""
        shown = {GRADIENTS[name].prefix: GRADIENTS[name] for name in self.beside} | {self.drive.prefix: self.drive}
        return tuple(sorted(shown.values(), key=lambda g: g.prefix != "est"))

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Everything that the reader may set, with its default.

        Example:
            >>> from gradsheet.experiments import experiment
            >>> {name: i.default for name, i in experiment("basic").inputs.items()}
            {'lr': 0.0001, 'h': 0.01, 'start_b': 1.0, 'start_a': 1.0}
        """
        inputs = {**self.knobs, **self.optimiser.inputs}
        if self.trains and any(g.name == "numeric" for g in self.gradients):
            inputs["h"] = Input(0.01, "how far a weight is nudged for the estimates", low=0.0)
        for w in () if self.starts else self.model.weights:
            inputs[f"start_{w}"] = Input(1.0, f"where {self.model.called.get(w, w)} starts")
        for name, value in self.overrides.items():
            if name in inputs:
                inputs[name] = replace(inputs[name], default=value)
        return inputs

    @cached_property
    def steps(self) -> tuple[Column, ...]:
        """The columns of the steps table, in reading order."""
        return tables.steps_of(self)

    @cached_property
    def epochs(self) -> tuple[Column, ...]:
        """The columns of the epochs table: what enters a pass, what holds for it, its footers."""
        return tables.epochs_of(self)

    def entering(self, name: str, at: int) -> str:
        """The formula of an epochs column in a pass, warm-up passes counted from 0.

        In warm-up rows and in epoch 0 a column shows its `first`, unless the pass before hands it on.
        """
        column = next(c for c in self.epochs if c.name == name)
        warm = len(self.warmup)
        if not column.first or at > warm or (at and name in self._handed(at - 1)):
            return column.formula
        if at and name in tables.entering_names(self).values():
            return f"=prev({name})"  # not handed on: it stays as it entered the pass before
        return column.first

    @property
    def spans(self) -> tuple[str, ...]:
        """Names for ranges of cells, where an example is many numbers: only the layout knows where they are."""
        if not self.model.wide:
            return ()
        if self.in_view:
            return "pixels", "weights"
        weights = self.model.weights
        return "pixels", "weights", *(f"pixel_{w}" for w in weights[1:]), *(f"start_{w}" for w in weights)

    def sized(self, numbers: int) -> Experiment:
        """The same experiment for examples of so many numbers, y included.

        Raises:
            GradsheetError: the model cannot have so many.
        """
        side = math.isqrt(max(numbers - 1, 0))
        if self.model.sized is None or numbers - 1 == self.model.features:
            return self
        if side * side != numbers - 1 or side < 2:
            raise GradsheetError(
                f"{self.name}: the data has {numbers} columns: give the pixels of square images, then y"
            )
        return replace(self, model=self.model.sized(side))

    def rows(self, examples: int) -> int:
        """Rows in a pass."""
        if self.batch == "row" and self.portion:
            return min(self.portion, examples)
        return batches.rows(self.batch, examples)

    def batches(self, examples: int) -> int:
        """Passes in an epoch."""
        return batches.batches(self.batch, examples)

    def order(self, examples: int, number: int) -> Sequence[int]:
        """The examples, from 0, of a pass; warm-up passes, counted from 0 here, go through the first ones."""
        at = max(number - len(self.warmup), 0)
        if self.batch == "row" and self.portion:
            first = at * self.rows(examples)
            return [row % examples for row in range(first, first + self.rows(examples))]
        return batches.order(self.batch, self.shuffle, examples, at)

    def configured(
        self,
        gradient: str | None = None,
        carry: str | None = None,
        optimiser: str | None = None,
        batch: Batch | str | None = None,
        seed: int | None = None,
    ) -> Experiment:
        """The same experiment with another gradient, carry-over, optimiser, batch, or drawn by another seed.

        An optimiser brings its defaults, its warm-up and its carry-over from the sheet that shows it.

        Raises:
            GradsheetError: one of them is not known; the message lists what is.

        Example:
            >>> from gradsheet.experiments import experiment
            >>> experiment("two_neuron").configured(optimiser="adam").name
            'two_neuron_adam'
        """
        changed = self
        if not self.trains and any(asked is not None for asked in (gradient, carry, optimiser, batch)):
            raise GradsheetError(f"{self.name}: nothing is learnt here: leave gradient, carry, optimiser and batch out")
        if self.model.wide and batch == "row":
            raise GradsheetError(f"{self.name} reads whole images: it has no batch row; leave that out")
        if optimiser is not None:
            changed = self._driven_by(optimiser)
        if gradient is not None:
            if gradient not in GRADIENTS:
                raise GradsheetError(f"no gradient {gradient!r}: choose {', '.join(GRADIENTS)}")
            changed = replace(changed, gradient=gradient)
        if batch is not None:
            size = batches.parse_batch(batch)
            changed = replace(changed, batch=size, carry=changed.carry if size == "row" else "updated")
        if carry is not None:
            if carry not in get_args(Carry):
                raise GradsheetError(f"no carry {carry!r}: choose {' or '.join(get_args(Carry))}")
            if carry == "entering" and changed.batch != "row":
                raise GradsheetError(f"{self.name}: one update a pass cannot be dropped: choose carry updated")
            changed = replace(changed, carry=cast(Carry, carry))
        if seed is not None:
            if self.starts:
                changed = replace(changed, overrides={**changed.overrides, "seed": seed})
            elif self.draw is None:
                raise GradsheetError(f"{self.name}: nothing is drawn in it, so there is nothing to seed")
            elif not isinstance(seed, int):
                raise GradsheetError(f"{self.name}: seed is {seed!r}; give one whole number")
            else:
                changed = replace(changed, data=self.draw(seed))
        return changed

    def _driven_by(self, optimiser: str) -> Experiment:
        from gradsheet.experiments import sheet_of

        sheet = sheet_of(optimiser)
        rule = sheet.optimiser
        if rule.name == self.optimiser.name:
            return self
        name = f"{self.name}_{rule.name}"
        return replace(
            self,
            name=name if len(name) <= LONGEST else name.replace("_textbook", "_paper"),
            title=f"{self.title}: {sheet.title}",
            optimiser=rule,
            warmup=sheet.warmup,
            carry=sheet.carry if self.batch == "row" else "updated",
            overrides={n: v for n, v in self.overrides.items() if n == "h" or n.startswith("start_")},
            stretch=False,
            look_for=f"What {sheet.title} does to {self.title[0].lower()}{self.title[1:]}. {sheet.purpose}",
            try_out="A tenth of this lr, and ten times it. Then the same for another optimiser: which forgives more?",
        )

    def _handed(self, at: int) -> set[str]:
        fields = self.warmup[at]
        names = set(fields) | {f"{f}_{w}" for f in fields for w in self.model.weights}
        enters = tables.entering_names(self)
        return {enters.get(n, n) for n in names}
