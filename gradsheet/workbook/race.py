"""A race: several optimisers on one model, from the same start: one table, one chart, one workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradsheet
from gradsheet.engine import Trace, run
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, Topic, experiment, sheet_of
from gradsheet.workbook.export import export

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

RACERS = ("sgd", "momentum", "rmsprop", "adam")


@dataclass(frozen=True)
class Race:
    """What a race leaves.

    Attributes:
        entry: the experiment whose model and data were run.
        traces: optimiser → its run.
        settings: with what they ran, as `export` takes it.

    Example:
        >>> race("basic", ("sgd", "adam"), epochs=2)
        a race on basic over 2 epochs: sgd, adam
    """

    entry: Experiment
    traces: dict[str, Trace]
    settings: dict[str, Any]

    @property
    def loss(self) -> str:
        """The column that is compared."""
        return self.entry.losses[0]

    @property
    def title(self) -> str:
        """For people."""
        return f"A race: {self.entry.title[0].lower()}{self.entry.title[1:]}"

    def to_frame(self) -> pd.DataFrame:
        """The loss: a row an epoch, a column an optimiser.

        Example:
            >>> race("basic", ("sgd", "adam"), epochs=1).to_frame().round(1).values.tolist()
            [[150.8, 201.9], [104.7, 125.1]]
        """
        import pandas as pd

        columns = {name: trace.epochs[self.loss][0].tolist() for name, trace in self.traces.items()}
        epochs = next(iter(self.traces.values())).asked
        return pd.DataFrame(columns, index=pd.Index(range(epochs + 1), name="epoch"))

    def export(self, out: str | Path) -> Path:
        """One annotated workbook: a sheet an optimiser, and on the first one the table and the chart of all.

        Raises:
            GradsheetError: a place that cannot be written to.
        """
        entries = [
            replace(trace.experiment, purpose=sheet_of(rule).purpose) for rule, trace in self.traces.items()
        ]  # what sets the sheets apart
        topic = Topic(
            "race",
            self.title,
            f"{len(entries)} optimisers on the same model, the same {{examples}}, from the same start.",
            "Every sheet is one optimiser. A row is one example: predict, see how wrong it was, take the gradient; "
            "what differs is how the weights are changed by it. Each starts with the learning rate of its own sheet.",
            "",
            "what is learnt: the same weights on every sheet",
            "The race: the loss, by epoch",
            "Which optimiser gets the loss down?",
            "The examples",
        )
        return export(entries, out, topic=topic, **self.settings)

    def plot(self) -> Figure:
        """The loss by epoch, a line an optimiser.

        Example:
            >>> len(race("basic", ("sgd", "adam"), epochs=2).plot().axes[0].get_lines())
            2
        """
        return gradsheet.plot(self)  # by its public name, as a notebook would: pictures come after workbooks

    def __repr__(self) -> str:
        """One line."""
        epochs = next(iter(self.traces.values())).asked
        return f"a race on {self.entry.name} over {epochs} epochs: {', '.join(self.traces)}"


def race(
    name: str | Experiment = "basic",
    optimisers: Sequence[str] = RACERS,
    epochs: int | None = None,
    *,
    gradient: str | None = None,
    carry: str | None = None,
    batch: str | int | None = None,
    seed: int | None = None,
    data: Any = None,
    **inputs: Any,
) -> Race:
    """Run several optimisers on one model, from the same start.

    Args:
        name: the experiment whose model, start and data all of them get.
        optimisers: rules by name; each with the defaults and the warm-up of its own sheet.
        epochs: how many; the usual number of the experiment where not given.
        gradient: as in `run`.
        carry: which weights a pass hands on; the way of each optimiser's own sheet where not given.
        batch: as in `run`.
        seed: as in `run`.
        data: as in `run`.
        **inputs: set for every optimiser that has such an input.

    Returns:
        A `Race`: the runs, a table of the loss, and a workbook.

    Raises:
        GradsheetError: an optimiser that does not exist, none at all, or an input that none of them has.

    Example:
        >>> race("two_neuron", ("sgd", "adam"), epochs=1, lr=1e-5).to_frame()["sgd"].round(1).tolist()
        [173.1, 87.8]
    """
    entry = experiment(name).configured(gradient, None, None, batch, seed)
    if isinstance(optimisers, str) or not optimisers:
        raise GradsheetError("name the optimisers that race, at least one, such as sgd and adam")
    entries = {rule: entry.configured(optimiser=rule, carry=carry) for rule in dict.fromkeys(optimisers)}
    known = {n for e in entries.values() for n in e.inputs} | {"start"}
    for one in inputs:
        if one not in known:
            raise GradsheetError(f"no optimiser here has an input {one!r}: there are {', '.join(sorted(known))}")
    traces = {}
    for rule, each in entries.items():
        own = {n: v for n, v in inputs.items() if n == "start" or n in each.inputs}
        traces[rule] = run(each, epochs, data=data, keep="epochs", **own)
    if any(trace.setup.lanes != 1 for trace in traces.values()):
        raise GradsheetError("a race shows one run of each: give its inputs one value each")
    return Race(entry, traces, {"epochs": epochs, "data": data, **inputs})
