"""The columns of an experiment's two tables, in reading order.

Where every row is an update, the optimiser's columns stand in the steps table. With full or mini batches they stand,
unchanged, in the epochs table: the gradient there is the mean of the rows' gradients, and what ``prev()`` finds is the
state that enters the pass, in columns that begin with ``in_``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gradsheet.table import Column, expand, rename

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradsheet.experiments.entry import Experiment

ENTERS = "in_"
_PREV = re.compile(r"prev\(([\w{}]+)\)")


def steps_of(experiment: Experiment) -> tuple[Column, ...]:
    """The columns of the steps table."""
    model, names = experiment.model, experiment.axes
    if not experiment.trains:
        return _table_of(experiment)
    if model.wide:
        return _of_images(experiment)
    columns = [
        *(
            Column(name, "", role="data", title=title, note=note)
            for name, title, note in zip(("x", "y"), names, experiment.axes_notes, strict=True)
        ),
        _row_weights(experiment),
        *model.columns,
        *(model.beside.columns if model.beside else ()),
        model.loss.column,
    ]
    for gradient in experiment.gradients:
        columns += gradient.columns(model)
    if experiment.stretch and model.stretch:
        columns += model.stretch.columns
    if experiment.batch == "row":
        columns += _driven(experiment, experiment.optimiser.columns)
    else:
        columns.append(_total(experiment))
        columns += _driven(experiment, (c for c in experiment.optimiser.columns if _by_row(c)))
    return expand(columns, model.weights, model.called)


def epochs_of(experiment: Experiment) -> tuple[Column, ...]:
    """The columns of the epochs table: what enters a pass, what holds for it, its footers."""
    model, rule = experiment.model, experiment.optimiser
    columns = [_standing(experiment, _pass_weights(experiment))]
    if not experiment.trains:
        columns = []
    columns += [_standing(experiment, _entering(experiment, c)) for c in states(experiment)]
    if model.collapse:
        columns += model.collapse.columns
    columns += _driven(experiment, _reading_what_enters(experiment, rule.epoch_columns))
    if experiment.batch != "row":
        columns += _means_of_pixels(experiment) if model.wide else [_mean(experiment)]
        columns += [_moved(experiment, c) for c in _driven(experiment, rule.columns) if not _by_row(c)]
    columns += model.loss.footers if experiment.trains else ()
    columns += _driven(experiment, rule.footers)
    return expand(columns, model.weights, model.called)


def _table_of(experiment: Experiment) -> tuple[Column, ...]:
    """Where nothing is learnt: the data, what is computed from it, what a rule remembers from row to row."""
    titles = zip("xy", experiment.axes, strict=True)
    data = [Column(name, "", role="data", title=title, note="A number of the data.") for name, title in titles]
    beside = experiment.model.beside
    return (*data, *(beside.columns if beside else ()), *experiment.optimiser.columns)


def states(experiment: Experiment) -> tuple[Column, ...]:
    """What the optimiser remembers."""
    return tuple(c for c in experiment.optimiser.columns if c.role == "state")


def entering_names(experiment: Experiment) -> dict[str, str]:
    """A state's column → the column of the epochs table that holds what enters a pass."""
    prefix = "" if experiment.batch == "row" else ENTERS
    return {c.name: prefix + c.name for c in expand(states(experiment), experiment.model.weights)}


def _row_weights(experiment: Experiment) -> Column:
    if experiment.batch == "row":
        note = "The weight {w} that this row starts from: the new {w} of the row above."
        return Column("{w}", "=prev(new_{w})", role="weights", note=note)
    return Column("{w}", "={w}", role="weights", note="The weight {w} of this pass: the same in all its rows.")


def _pass_weights(experiment: Experiment) -> Column:
    if experiment.batch != "row":
        note = "{w} at the start of this pass: the new {w} of the pass before."
        return Column("{w}", "=prev(new_{w})", first="=start_{w}", role="weights", note=note)
    last = "{w}" if experiment.carry == "entering" else "new_{w}"
    said = (
        "the {w} that entered the last row of the pass before (the course drops its last update)."
        if experiment.carry == "entering"
        else "the updated {w} of the last row of the pass before."
    )
    note = f"{{w}} at the start of this pass: {said}"
    return Column("{w}", f"=prev(last({last}))", first="=start_{w}", role="weights", note=note)


def _entering(experiment: Experiment, state: Column) -> Column:
    if experiment.batch == "row":
        note = f"{state.title} at the start of this pass: as it left the last row of the pass before."
        return replace(state, formula=f"=prev(last({state.name}))", note=note)
    note = f"{state.title} at the start of this pass: as it left the pass before."
    title = f"{state.title} enters"
    return replace(state, name=ENTERS + state.name, formula=f"=prev({state.name})", title=title, note=note)


def _total(experiment: Experiment) -> Column:
    """Running totals, since engines round the sum of a range differently."""
    grad = f"{experiment.drive.prefix}_{{w}}"
    return Column(
        "total_{w}", f"=prev(total_{{w}})+{grad}", role="gradient", title="sum de/d{w}", restart="0",
        note="The gradients of this pass so far, added up.",
    )  # fmt: skip


def _mean(experiment: Experiment) -> Column:
    grad = f"{experiment.drive.prefix}_{{w}}"
    return Column(
        "grad_{w}", f"=last(total_{{w}})/COUNT({grad})", role="gradient", title="mean de/d{w}",
        note="The gradient of this pass: the mean of its rows' gradients by {w}.",
    )  # fmt: skip


def _of_images(experiment: Experiment) -> tuple[Column, ...]:
    """Where an example is many numbers they stay on the data sheet: a row is what becomes of them."""
    model = experiment.model
    truth = Column("y", "", role="data", title=experiment.axes[1], note=experiment.axes_notes[1])
    beside = model.beside.columns if model.beside else ()
    pixels = [
        Column(f"pixel_{w}", "", role="data", title=w.removeprefix("w_").replace("_", ","), note="A pixel.")
        for w in model.weights[1:]
        if experiment.in_view
    ]
    slopes = [column for gradient in experiment.gradients for column in gradient.columns(model)]
    return (truth, *model.columns, model.loss.column, *slopes, *beside, *pixels)


def _means_of_pixels(experiment: Experiment) -> list[Column]:
    """Each weight's gradient: the rows' slopes, times its feature, averaged; the bias has none."""
    slope = experiment.drive.columns(experiment.model)[-1].name
    bias, *weights = experiment.model.weights
    note = "The gradient by {}: the average, over the images, of dloss/dpred times {}."
    means = [(bias, f"=SUM({slope})/COUNT({slope})", note.format(bias, 1))]
    means += [(w, f"=SUMPRODUCT({slope},pixel_{w})/COUNT({slope})", note.format(w, "its pixel")) for w in weights]
    return [Column(f"grad_{w}", formula, role="gradient", title=f"dloss/d{w}", note=said) for w, formula, said in means]


def _by_row(column: Column) -> bool:
    """A running total over rows, which stays with them; one of gradients moves to where the gradient is."""
    return bool(column.restart) and "grad_" not in column.formula


def _driven(experiment: Experiment, columns: Iterable[Column]) -> list[Column]:
    """The optimiser's grad_{w} is whatever drives it, its err2 the model's loss."""
    to = experiment.drive.prefix + "_{w}" if experiment.batch == "row" else "grad_{w}"
    loss = {"err2": experiment.model.loss.column.name}

    def driven(text: str) -> str:
        return rename(text.replace("grad_{w}", to), loss) if loss["err2"] != "err2" else text.replace("grad_{w}", to)

    return [replace(c, formula=driven(c.formula), first=driven(c.first)) for c in columns]


def _reading_what_enters(experiment: Experiment, columns: Iterable[Column]) -> list[Column]:
    """A schedule is set before the pass: the states that it reads are those that enter."""
    if experiment.batch == "row":
        return list(columns)
    names = {c.name: ENTERS + c.name for c in states(experiment)}
    pattern = re.compile("|".join(rf"(?<![\w{{}}]){re.escape(n)}(?![\w{{}}])" for n in names)) if names else None
    if pattern is None:
        return list(columns)
    return [replace(c, formula=pattern.sub(lambda m: names[m[0]], c.formula)) for c in columns]


def _moved(experiment: Experiment, column: Column) -> Column:
    """The optimiser's column in the epochs table: what prev() found is what enters the pass."""
    remembered = {c.name for c in states(experiment)}

    def found(match: re.Match[str]) -> str:
        if match[1] in remembered:
            return ENTERS + match[1]
        return next(c.restart for c in experiment.optimiser.columns if c.name == match[1])

    return replace(column, formula=_PREV.sub(found, column.formula), first="", restart="")


def _standing(experiment: Experiment, column: Column) -> Column:
    """Where a pass may not stand, the next one starts from where it started."""
    if not experiment.optimiser.retries:
        return column
    return replace(column, formula=f"=IF(prev(accepted),{column.formula[1:]},prev({column.name}))")
