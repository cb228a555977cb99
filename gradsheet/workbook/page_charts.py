"""Which charts an experiment's sheet has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradsheet.table import Column
from gradsheet.workbook.charts import Series, at, curve_chart, line_chart, rows_of
from gradsheet.workbook.layout import Layout, Table

if TYPE_CHECKING:
    from gradsheet.workbook.values import Values

MOST = 4
"""Lines of weights that a chart can show."""
CURVE_DASHES = ("solid", "dash", "long_dash_dot")
CURVE_COLOURS = ("#5B6472", "#1F63B5", "#C2452D")


def charts(book: Any, layout: Layout, values: Values) -> list[Any]:
    """The charts in reading order: loss, weights, error by row, gradient and memory, stretch, collapse, schedule."""
    if not layout.experiment.trains:
        return [_curves(book, layout, values)]
    made = [
        _curve(book, layout, values),
        _loss(book, layout, values),
        _weights(book, layout, values),
        _errors(book, layout, values),
        _gradient(book, layout, values),
        _stretch(book, layout, values),
        _collapse(book, layout, values),
        _schedule(book, layout, values),
    ]
    return [chart for chart in made if chart is not None]


def _curves(book: Any, layout: Layout, values: Values) -> Any:
    """Where nothing is learnt: columns over the x cells."""
    experiment = layout.experiment
    columns = {c.name: c for c in experiment.steps}
    rows = layout.step_row(layout.warm, 0), layout.step_row(layout.passes - 1, layout.rows - 1)
    series = [
        Series(
            columns[n].title or n, rows, at(layout, "steps", n), at(layout, "steps", "x"), columns[n].role,
            values.column("steps", n), secondary=second, dash=dash, colour=colour,
        )
        for (n, second), dash, colour in zip(experiment.curves, CURVE_DASHES, CURVE_COLOURS, strict=False)
    ]  # fmt: skip
    first, second = ([s.name for s in series if s.secondary is on] for on in (False, True))
    chart = line_chart(
        book, experiment.name, experiment.title, experiment.axes[0], first[0], series,
        second_axis=", ".join(second), x_step=max(1, len(values.column("steps", "x")) // 10), log=False,
    )  # fmt: skip
    chart.set_size({"width": 760, "height": 400})
    return chart


def _span(layout: Layout) -> tuple[tuple[int, int], str, int | None]:
    """The rows of epoch 0 and what counts them; of all epochs where each has but one row."""
    if layout.rows > 1:
        return rows_of(layout, layout.warm), "row", layout.warm
    return (layout.step_row(layout.warm, 0), layout.step_row(layout.passes - 1, 0)), "epoch", None


def _epoch_rows(layout: Layout) -> tuple[int, int]:
    return layout.epoch_row(layout.warm), layout.epoch_row(layout.passes - 1)


def _epoch_series(layout: Layout, values: Values, column: Column, **more: Any) -> Series:
    found = values.column("epochs", column.name)
    return Series(
        column.title or column.name, _epoch_rows(layout), at(layout, "epochs", column.name),
        at(layout, "epochs", "epoch"), column.role, found, **{"marker": "circle", **more},
    )  # fmt: skip


def _loss(book: Any, layout: Layout, values: Values) -> Any:
    footers = layout.experiment.model.loss.footers
    looks: tuple[dict[str, str], ...] = ({}, {"dash": "dash", "colour": "#A98BD0", "marker": "square"})
    series = [_epoch_series(layout, values, c, **look) for c, look in zip(footers, looks, strict=False)]
    return line_chart(book, layout.experiment.name, "Loss by epoch", "epoch", "loss", series)


def _weights(book: Any, layout: Layout, values: Values) -> Any:
    """Every row of every epoch: the weights' whole way. Where passes are thrown away, what enters each pass."""
    if layout.experiment.model.wide:
        return None  # a chart tells nothing of so many
    weights = layout.experiment.model.weights[:MOST]
    retries = layout.experiment.optimiser.retries or layout.experiment.batch != "row"
    table: Table = "epochs" if retries else "steps"
    rows = layout.step_row(layout.warm, 0), layout.step_row(layout.passes - 1, layout.rows - 1)
    rows = _epoch_rows(layout) if retries else rows
    two, called = len(weights) == 2, layout.experiment.model.called
    dashes, colours = ("solid", "dash", "square_dot", "long_dash"), ("#1B7F4B", "#7A5195", "#0F4C81", "#B8860B")
    series = [
        Series(
            called.get(w, w), rows, at(layout, table, w), at(layout, table, "epoch"), "weights",
            values.column(table, w), secondary=two and i > 0, dash=dashes[i % 4], colour=colours[i % 4],
        )
        for i, w in enumerate(reversed(weights))
    ]  # fmt: skip
    axis, second = (weights[-1], weights[0]) if two else (", ".join(called.get(w, w) for w in weights), "")
    title = f"The weights on their way, {'pass by pass' if retries else 'row by row'}"
    return line_chart(
        book, layout.experiment.name, title, "epoch", axis, series,
        second_axis=second, x_step=0 if retries else layout.rows, log=False,
    )  # fmt: skip


def _curve(book: Any, layout: Layout, values: Values) -> Any:
    """How the curve moves: what each row predicted in some epochs, against the examples."""
    experiment = layout.experiment
    if not experiment.curve:
        return None
    epochs = (layout.passes - layout.warm) // layout.batches
    chosen = sorted({0, min(1, epochs - 1), min(2, epochs - 1), (epochs - 1) // 2, epochs - 1})
    x, y, pred = (at(layout, "steps", name) for name in ("x", "y", "pred"))
    rows = [(layout.step_row(layout.warm + e * layout.batches, 0), e) for e in chosen]
    count = layout.batches * layout.rows
    lines = [(f"epoch {e}", (first, first + count - 1), pred) for first, e in rows]
    points = (experiment.axes[1], (rows[0][0], rows[0][0] + count - 1), y)
    return curve_chart(
        book, experiment.name, "How the curve moves: predictions by epoch", experiment.axes, points, lines, x,
        joined=experiment.shuffle is None,
    )  # fmt: skip


def _errors(book: Any, layout: Layout, values: Values) -> Any:
    """The error of each row in the first and in the last epoch."""
    last, loss = layout.passes - 1, layout.experiment.model.loss.column
    title = loss.title[0].upper() + loss.title[1:]
    if layout.rows == 1:
        rows, count, number = _span(layout)
        found = values.column("steps", loss.name, number)
        one = Series(loss.title, rows, at(layout, "steps", loss.name), at(layout, "steps", count), "error", found)
        return line_chart(book, layout.experiment.name, f"{title} by {count}", count, loss.title, [one])
    series = [
        Series(
            f"epoch {'0' if number == layout.warm else 'last'}", rows_of(layout, number),
            at(layout, "steps", loss.name), at(layout, "steps", "row"), "error",
            values.column("steps", loss.name, number),
            dash="solid" if number == last else "dash", colour="#6D3FA6" if number == last else "#A98BD0",
        )
        for number in dict.fromkeys((layout.warm, last))
    ]  # fmt: skip
    return line_chart(book, layout.experiment.name, f"{title} by row", "row", loss.title, series, x_step=4)


def _gradient(book: Any, layout: Layout, values: Values) -> Any:
    """The last weight's gradient in epoch 0, beside what the optimiser remembers of it, or its estimate."""
    experiment = layout.experiment
    if experiment.model.wide:
        return None
    rows, count, number = _span(layout)
    w = experiment.model.weights[-1]
    columns = {c.name: c for c in experiment.steps}
    first = f"{experiment.drive.prefix}_{w}"
    others = [f"{g.prefix}_{w}" for g in experiment.gradients if g is not experiment.drive]
    if experiment.batch == "row":
        remembered = [c.name for c in experiment.optimiser.columns if c.role == "state" and "{w}" in c.name]
        others += [name.replace("{w}", w) for name in remembered]
    gradient = values.column("steps", first, number)
    usual = max(map(abs, gradient), default=1.0)
    series, second = [], ""
    for name in [first, *others][:3]:
        found = values.column("steps", name, number)
        column = columns[name]
        far = max(map(abs, found), default=0.0) > 20 * usual
        second = (column.title or name) if far else second
        estimate = column.role == "gradient" and name != first
        series.append(
            Series(
                column.title or name, rows, at(layout, "steps", name), at(layout, "steps", count),
                column.role, found, secondary=far, dash="square_dot" if estimate else "",
                colour="#F0A08F" if estimate else "",
            )
        )  # fmt: skip
    called = experiment.model.called.get(w, w)
    title = f"Gradient of {called}{' in epoch 0' if count == 'row' else ''}" + (
        ", and what is remembered of it" if len(series) > 1 and not experiment.beside else ""
    )
    return line_chart(
        book,
        experiment.name,
        title,
        count,
        columns[first].title or first,
        series,
        second_axis=second,
        x_step=4,
        log=False,
    )


def _stretch(book: Any, layout: Layout, values: Values) -> Any:
    """How much each row of epoch 0 stretches its own error; what is above 1 makes it larger."""
    experiment = layout.experiment
    if not (experiment.stretch and experiment.model.stretch):
        return None
    rows, count, number = _span(layout)
    found = values.column("steps", "stretch", number)
    series = [Series("stretch", rows, at(layout, "steps", "stretch"), at(layout, "steps", count), "error", found)]
    title = f"Stretch{' in epoch 0' if count == 'row' else ''}: above 1 a row's error grows"
    return line_chart(book, experiment.name, title, count, "lr·‖∇pred‖²", series, x_step=4)


def _collapse(book: Any, layout: Layout, values: Values) -> Any:
    """The same function in fewer weights, epoch by epoch."""
    collapse = layout.experiment.model.collapse
    if collapse is None:
        return None
    series = [
        _epoch_series(layout, values, column, dash=dash, secondary=i > 0)
        for i, (column, dash) in enumerate(zip(collapse.columns, ("solid", "dash"), strict=False))
    ]
    names = [column.title for column in collapse.columns]
    title = "What the weights amount to: one straight line"
    return line_chart(book, layout.experiment.name, title, "epoch", names[0], series, second_axis=names[1])


def _schedule(book: Any, layout: Layout, values: Values) -> Any:
    """What changes from pass to pass."""
    columns = {c.name: c for c in layout.experiment.epochs if c.role == "schedule"}
    chosen = [n for n in columns if n in ("lr", "damp")] or [n for n in columns if n.startswith("rate_")]
    if not chosen:
        return None
    dashes = ("solid", "dash")
    series = [_epoch_series(layout, values, columns[n], dash=dashes[i % 2]) for i, n in enumerate(chosen)]
    name = columns[chosen[0]].title if len(chosen) == 1 else "learning rate"
    return line_chart(book, layout.experiment.name, f"{name} from pass to pass", "epoch", name, series)
