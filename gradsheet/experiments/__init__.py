"""An experiment: model × gradient × optimiser × data, and how a pass hands over to the next.

The catalogue is `CATALOGUE`, filled from every module of this package that has `EXPERIMENTS`; adding an
experiment is one entry in one of them.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Literal, cast, get_args

from gradsheet.errors import GradsheetError
from gradsheet.experiments.data import ROWS
from gradsheet.gradients import GRADIENTS, Gradient
from gradsheet.models import Model
from gradsheet.optimisers import Input, Optimiser
from gradsheet.table import Column, expand

Carry = Literal["entering", "updated"]


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
        data: the training examples, (x, y).
        source: where the experiment comes from.
        follows: the course sheet's experiment that a textbook variant corrects, if it is one.
        topic: what it belongs to; a topic's entries make one workbook, ``workbooks/{topic}.xlsx``.
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
    data: tuple[tuple[float, float], ...] = ROWS
    source: str = ""
    follows: str = ""
    topic: str = "graddesc"

    @property
    def drive(self) -> Gradient:
        """The gradient that drives the update."""
        return GRADIENTS[self.gradient]

    @cached_property
    def gradients(self) -> tuple[Gradient, ...]:
        """All gradients on show, the estimates first as on the course's sheet."""
        shown = {GRADIENTS[name].prefix: GRADIENTS[name] for name in self.beside} | {self.drive.prefix: self.drive}
        return tuple(sorted(shown.values(), key=lambda g: g.prefix != "est"))

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Everything that the reader may set, with its default.

        Example:
            >>> {name: i.default for name, i in experiment("basic").inputs.items()}
            {'lr': 0.0001, 'h': 0.01, 'start_b': 1.0, 'start_a': 1.0}
        """
        inputs = dict(self.optimiser.inputs)
        if any(g.name == "numeric" for g in self.gradients):
            inputs["h"] = Input(0.01, "how far a weight is nudged for the estimates", low=0.0)
        for w in self.model.weights:
            inputs[f"start_{w}"] = Input(1.0, f"where {w} starts")
        for name, value in self.overrides.items():
            inputs[name] = replace(inputs[name], default=value)
        return inputs

    @cached_property
    def steps(self) -> tuple[Column, ...]:
        """The columns of the steps table, in reading order."""
        columns = [
            Column("x", "", role="data", title="x", note="The input of this example."),
            Column("y", "", role="data", title="y", note="The output that the model should give."),
            *(self._entering_weights()),
            *self.model.columns,
            Column(
                "err2",
                "=(y-pred)^2",
                role="error",
                title="error²",
                note="How wrong the prediction is: the difference to y, times itself.",
            ),
        ]
        for gradient in self.gradients:
            columns += gradient.columns(self.model)
        columns += self._driven(self.optimiser.columns)
        return expand(columns, self.model.weights)

    @cached_property
    def epochs(self) -> tuple[Column, ...]:
        """The columns of the epochs table: what enters a pass, what holds for it, its footers."""
        last = "{w}" if self.carry == "entering" else "new_{w}"
        weights = Column(
            "{w}",
            f"=prev(last({last}))",
            first="=start_{w}",
            role="weights",
            note="{w} at the start of this pass: "
            + (
                "the {w} that entered the last row of the pass before (the course drops its last update)."
                if self.carry == "entering"
                else "the updated {w} of the last row of the pass before."
            ),
        )
        columns = [self._standing(weights)]
        for state in self._states():
            note = f"{state.title} at the start of this pass: as it left the last row of the pass before."
            entering = replace(state, formula=f"=prev(last({state.name}))", note=note)
            columns.append(self._standing(entering))
        columns += self._driven(self.optimiser.epoch_columns)
        columns += [
            Column(
                "root_sum",
                "=SQRT(SUM(err2))",
                role="error",
                title="root of sum",
                note="The loss as the course's sheet labels it (“rmse”): the root of the SUM of error² over the "
                "pass, before each update. It grows with the number of rows.",
            ),
            Column(
                "rmse",
                "=SQRT(AVERAGE(err2))",
                role="error",
                title="rmse",
                note="The true root mean square error of the pass: the root of the AVERAGE of error². In the "
                "units of y: how far off a prediction typically is.",
            ),
        ]
        columns += self._driven(self.optimiser.footers)
        return expand(columns, self.model.weights)

    def entering(self, name: str, at: int) -> str:
        """The formula of an epochs column in a pass, warm-up passes counted from 0.

        In warm-up rows and in epoch 0 a column shows its `first`, unless the pass before hands it on.
        """
        column = next(c for c in self.epochs if c.name == name)
        warm = len(self.warmup)
        if not column.first or at > warm or (at and name in self._handed(at - 1)):
            return column.formula
        if at and name in {c.name for c in expand(self._states(), self.model.weights)}:
            return f"=prev({name})"  # not handed on: it stays as it entered the pass before
        return column.first

    def configured(self, gradient: str | None = None, carry: str | None = None) -> Experiment:
        """The same experiment with another gradient or carry-over.

        Raises:
            GradsheetError: neither is known; the message lists what is.
        """
        changed = self
        if gradient is not None:
            if gradient not in GRADIENTS:
                raise GradsheetError(f"no gradient {gradient!r}: choose {', '.join(GRADIENTS)}")
            changed = replace(changed, gradient=gradient)
        if carry is not None:
            if carry not in get_args(Carry):
                raise GradsheetError(f"no carry {carry!r}: choose {' or '.join(get_args(Carry))}")
            changed = replace(changed, carry=cast(Carry, carry))
        return changed

    def _states(self) -> tuple[Column, ...]:
        return tuple(c for c in self.optimiser.columns if c.role == "state")

    def _entering_weights(self) -> tuple[Column, ...]:
        return (
            Column(
                "{w}",
                "=prev(new_{w})",
                role="weights",
                note="The weight {w} that this row starts from: the new {w} of the row above.",
            ),
        )

    def _driven(self, columns: tuple[Column, ...]) -> list[Column]:
        """The optimiser's grad_{w} is whatever drives it."""
        to = self.drive.prefix + "_{w}"
        return [
            replace(c, formula=c.formula.replace("grad_{w}", to), first=c.first.replace("grad_{w}", to))
            for c in columns
        ]

    def _standing(self, column: Column) -> Column:
        """Where a pass may not stand, the next one starts from where it started."""
        if not self.optimiser.retries:
            return column
        return replace(column, formula=f"=IF(prev(accepted),{column.formula[1:]},prev({column.name}))")

    def _handed(self, at: int) -> set[str]:
        fields = self.warmup[at]
        return set(fields) | {f"{f}_{w}" for f in fields for w in self.model.weights}


@cache
def catalogue() -> dict[str, Experiment]:
    """Every experiment by name, in the order of the modules and of the entries in them."""
    entries: dict[str, Experiment] = {}
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for entry in getattr(module, "EXPERIMENTS", ()):
            entries[entry.name] = entry
    return entries


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


def experiment(name: str | Experiment) -> Experiment:
    """Look an experiment up.

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
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "'gradsheet list' shows them all"
    raise GradsheetError(f"no experiment {name!r}: {hint}")
