"""The sheets around the experiments: the first one, the data, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gradsheet.address import Cell, letters
from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.table import Role
from gradsheet.workbook.charts import DASHES, MARKERS, Series, line_chart, style_title
from gradsheet.workbook.layout import START
from gradsheet.workbook.style import INK, MUTED, PAPER, ROLES, RULE, Formats, number_format

if TYPE_CHECKING:
    from gradsheet.workbook.values import Checked, Values

DATA, PROOF = "data", "proof"
DATA_FIRST = Cell(6, 2)
MOST_WEIGHTS = 6
HEADER_LETTERS = 11  # that a header's line has room for
LINES = ("#1B7F4B", "#1F63B5", "#C2452D", "#6D3FA6", "#8A5A00", "#0E7C86", "#B5396F", "#22313F")
ROLE_WORDS: tuple[tuple[Role, str], ...] = (
    ("input", "yours to change: everything else follows"),
    ("data", ""),  # the topic says these two
    ("weights", ""),
    ("prediction", "what the model says with the weights of this row"),
    ("error", "how wrong that is"),
    ("gradient", "which way is uphill, and how steep"),
    ("state", "what the optimiser remembers from row to row"),
    ("schedule", "what it sets once for a whole pass"),
)


def write_start(
    book: Any,
    formats: Formats,
    topic: Topic,
    shown: Sequence[Values],
    epochs: int,
    known: bool,
    more: Sequence[tuple[str, str]] = (),
) -> None:
    """What this is, how to read it, contents, and all experiments compared epoch by epoch."""
    f, sheet = formats, book.sheet(START)
    weights = learnt(shown)
    longest = max(len(values.layout.experiment.name) for values in shown)
    _frame(sheet, [2.5, max(17, longest + 1), 52, 12, 12, 12, 12] + [10.5] * max(8, len(weights)))
    count = len(shown[0].trace.setup.x)
    examples = f"{count} example{'s' * (count != 1)}"
    goal = f"{topic.goal} " if known and topic.goal else ""
    sheet.write_string(0, 1, topic.title, f.title())
    sheet.write_string(1, 1, topic.subtitle.format(examples=examples), f.purpose())
    told = (
        f"{topic.story.format(examples=examples)}\n{goal}Change a yellow cell and watch every epoch and every chart "
        "follow. Point at a header to read its maths in words."
    )
    sheet.merge_range(2, 1, 2, 8, told, f.text(font_size=11))
    sheet.set_row(2, 78)
    used = {c.role for v in shown for c in (*v.layout.experiment.steps, *v.layout.experiment.epochs)} | {"input"}
    row = _colours(sheet, f, topic, [role for role, _ in ROLE_WORDS if role in used], 4)
    row = _contents(sheet, f, topic, shown, row + 1, epochs, [(DATA, f"The {examples}."), *more])
    if all(values.layout.experiment.trains for values in shown):
        _comparison(book, sheet, f, topic, shown, row + 1, epochs)
    sheet.activate()
    sheet.set_first_sheet()


def learnt(shown: Sequence[Values]) -> list[str]:
    """The weights that have a column in the contents: all of them, unless there are too many to read."""
    found = sorted({w for values in shown for w in values.layout.experiment.model.weights})
    return found if len(found) <= MOST_WEIGHTS else []


def _frame(sheet: Any, widths: Sequence[float]) -> None:
    sheet.hide_gridlines(2)
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    sheet.set_row(0, 32)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)


def _colours(sheet: Any, f: Formats, topic: Topic, roles: Sequence[Role], row: int) -> int:
    sheet.write_string(row, 1, "A colour is a role", f.heading())
    for i, role in enumerate(roles):
        look, words = ROLES[role], dict(ROLE_WORDS)[role]
        style = (
            f.input(align="center")
            if role == "input"
            else f(bg_color=look.colour, font_color=PAPER, bold=True, align="center")
        )
        sheet.write_string(row + 1 + i, 1, look.word, style)
        said = words or {"data": topic.data, "weights": topic.weights}[role]
        sheet.write_string(row + 1 + i, 2, said, f(indent=1))
    return row + 1 + len(roles)


def _contents(
    sheet: Any,
    f: Formats,
    topic: Topic,
    shown: Sequence[Values],
    row: int,
    epochs: int,
    around: Sequence[tuple[str, str]],
) -> int:
    head = f.header("data")
    sheet.write_string(row, 1, "Contents", f.heading())
    weights = learnt(shown)
    titles = ["sheet", "what it shows"]
    if all(values.layout.experiment.trains for values in shown):
        called = {w: c for values in shown for w, c in values.layout.experiment.model.called.items()}
        titles += ["loss at first", f"after {epochs}", *(f"{called.get(w, w)} after {epochs}" for w in weights)]
    for i, title in enumerate(titles):
        sheet.write_string(row + 1, 1 + i, title, head)
    row += 1
    for name, words in around:
        row += 1
        sheet.write_url(row, 1, f"internal:'{name}'!A1", f(font_color="#1F63B5", underline=1), name)
        sheet.write_string(row, 2, words, f() if name == DATA else f(text_wrap=True))
        sheet.set_row(row, 20 if name == DATA else 28)
    for values in shown:
        row += 1
        e = values.layout.experiment
        sheet.write_url(row, 1, f"internal:'{e.name}'!A1", f(font_color="#1F63B5", underline=1), e.name)
        sheet.write_string(row, 2, e.purpose, f(text_wrap=True))
        sheet.set_row(row, 28)
        loss = _compared(topic, values) if e.trains else ""
        cells = [(loss, 0), (loss, epochs), *((w, epochs) for w in weights)] if e.trains else []
        for i, (name, epoch) in enumerate(cells):
            if name in (*e.model.weights, loss):
                _reference(sheet, f, row, 3 + i, values, name, epoch)
    row += 1
    sheet.write_url(row, 1, f"internal:'{PROOF}'!A1", f(font_color="#1F63B5", underline=1), PROOF)
    sheet.write_string(row, 2, "That PyTorch computes the same numbers, to the last bit.", f())
    return row + 1


def _reference(sheet: Any, f: Formats, row: int, col: int, values: Values, name: str, epoch: int) -> None:
    """A live reference to a column of an experiment's epochs table."""
    value = values.after(epoch, name)
    style = f(
        num_format=number_format([value] if isinstance(value, float) else []),
        align="right",
        bottom=1,
        bottom_color=RULE,
    )
    sheet.write_formula(row, col, reference(values, name, epoch), style, value)


def reference(values: Values, name: str, epoch: int) -> str:
    """The formula that fetches a column's value in an epoch.

    Where a pass may be run again an epoch has several rows, and the last one stands.
    """
    layout = values.layout
    sheet, column = layout.experiment.name, layout.column("epochs", name)
    if not layout.experiment.optimiser.retries:
        return f"={sheet}!{column}{layout.epoch_row(layout.warm + epoch * layout.batches)}"
    first, last = layout.epoch_row(layout.warm), layout.epoch_row(layout.passes - 1)
    epochs = f"{sheet}!${layout.column('epochs', 'epoch')}${first}:${layout.column('epochs', 'epoch')}${last}"
    row = f'COUNTIF({epochs},"<={epoch}")'  # passes are in order: the last one of this epoch
    return f"=IF(MAX({epochs})<{epoch},NA(),INDEX({sheet}!${column}${first}:${column}${last},{row}))"


def _compared(topic: Topic, values: Values) -> str:
    losses = values.layout.experiment.losses
    return losses[min(topic.loss, len(losses) - 1)]


def _comparison(
    book: Any, sheet: Any, f: Formats, topic: Topic, shown: Sequence[Values], row: int, epochs: int
) -> None:
    """Loss by epoch: a row an epoch, a column an experiment, and the chart of it."""
    sheet.write_string(row, 1, topic.heading, f.heading())
    sheet.write_string(row + 1, 2, "epoch", f(bold=True, align="right"))
    names = [values.layout.experiment.name.replace("_", " ") for values in shown]
    for col, name in enumerate(names, 3):
        sheet.write_string(row + 1, col, name, f.header("error"))
    sheet.set_row(row + 1, 16 * max(2, *(len(wrap(name, HEADER_LETTERS)) for name in names)))
    first = row + 2
    for epoch in range(epochs + 1):
        sheet.write_number(first + epoch, 2, epoch, f(align="right"))
        for col, values in enumerate(shown, 3):
            _reference(sheet, f, first + epoch, col, values, _compared(topic, values), epoch)
    rows = (first + 1, first + epochs + 1)
    series = []
    for i, values in enumerate(shown):
        found = [v for e in range(epochs + 1) if isinstance(v := values.after(e, _compared(topic, values)), float)]
        again = i // len(LINES)  # a colour used before is dashed
        series.append(
            Series(
                values.layout.experiment.name,
                rows,
                4 + i,
                3,
                "error",
                found,
                colour=LINES[i % len(LINES)],
                dash=DASHES[again],
                marker="" if again else MARKERS[i],
            )
        )
    titles = {c.title for v in shown for c in v.layout.experiment.model.loss.footers if c.name == _compared(topic, v)}
    chart = line_chart(book, START, topic.question, "epoch", titles.pop() if len(titles) == 1 else "loss", series)
    chart.set_size({"width": 860, "height": 470})
    chart.set_legend({"position": "right"})
    sheet.insert_chart(4, max(8, 6 + len(learnt(shown))), chart, {"object_position": 2})


def write_data(
    book: Any,
    formats: Formats,
    topic: Topic,
    experiment: Experiment,
    points: Sequence[tuple[float, float]],
    known: bool,
) -> None:
    """The training examples, constants that the reader may change."""
    f, sheet = formats, book.sheet(DATA)
    _frame(sheet, [4, 9, 9, 4])
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(DATA_FIRST.row - 2)
    sheet.write_string(0, 1, "The data", f.title())
    said = experiment.data_words if known else f"{len(points)} of your own."
    sheet.write_string(1, 1, f"{said} All sheets read these cells: change one and everything follows.", f.purpose())
    top = DATA_FIRST.row - 2
    for i, name in enumerate(experiment.axes):
        sheet.write_string(top, DATA_FIRST.column - 1 + i, name, f.header("data"))
    for i, pair in enumerate(points):
        for j, value in enumerate(pair):
            sheet.write_number(DATA_FIRST.row - 1 + i, DATA_FIRST.column - 1 + j, value, f.input())
    sheet.freeze_panes(DATA_FIRST.row - 1, 0)
    chart = book.add_chart({"type": "scatter"})
    last = DATA_FIRST.row + len(points) - 2
    chart.add_series(
        {
            "name": experiment.axes[1],
            "categories": [DATA, DATA_FIRST.row - 1, 1, last, 1],
            "values": [DATA, DATA_FIRST.row - 1, 2, last, 2],
            "marker": {"type": "circle", "size": 6, "fill": {"color": "#1F63B5"}, "border": {"color": PAPER}},
        }
    )
    style_title(chart, topic.data_question)
    for axis, name in zip((chart.set_x_axis, chart.set_y_axis), experiment.axes, strict=True):
        axis({"name": name, "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 620, "height": 380})
    sheet.insert_chart(top, 4, chart)


def write_proof(
    book: Any, formats: Formats, checked: Sequence[Checked], versions: Sequence[tuple[str, str]], file: str
) -> None:
    """Cells compared, cells that differ, versions, and how to prove it again."""
    f, sheet = formats, book.sheet(PROOF)
    _frame(sheet, [2.5, 24, 18, 18, 60])
    sheet.write_string(0, 1, "The proof", f.title())
    said = (
        "Each number on these sheets was computed twice: by the optimiser written in PyTorch, and from the cells' "
        "formulas. Two numbers count as equal only if all 64 bits are the same."
    )
    sheet.merge_range(1, 1, 1, 4, said, f.text(font_color=MUTED, font_size=11))
    sheet.set_row(1, 34)
    titles = ["sheet", "formula cells compared", "cells that differ"]
    exploded = any(one.after for one in checked)
    if exploded:
        titles.append("after an error, from the formulas alone")
    for i, title in enumerate(titles):
        sheet.write_string(3, 1 + i, title, f.header("data"))
    sheet.set_row(3, 32)
    line = {"bottom": 1, "bottom_color": RULE}
    for i, one in enumerate(checked):
        sheet.write_url(4 + i, 1, f"internal:'{one.sheet}'!A1", f(font_color="#1F63B5", underline=1, **line), one.sheet)
        for col, count in enumerate((one.cells, one.differ, one.after)[: len(titles) - 1], 2):
            sheet.write_number(4 + i, col, count, f(num_format="#,##0", **line))
    row = 4 + len(checked)
    sheet.write_string(row, 1, "all", f(bold=True))
    for col, total in ((2, sum(c.cells for c in checked)), (3, sum(c.differ for c in checked))):
        span = f"{letters(col + 1)}5:{letters(col + 1)}{row}"
        sheet.write_formula(row, col, f"=SUM({span})", f(bold=True, num_format="#,##0"), float(total))
    row += 2
    sheet.write_string(row, 1, "Made with", f.heading())
    for i, (name, version) in enumerate(versions, 1):
        sheet.write_string(row + i, 1, name, f())
        sheet.write_string(row + i, 2, version, f())
    row += len(versions) + 2
    sheet.write_string(row, 1, "Prove it again, with spreadsheet engines that no one here wrote", f.heading())
    sheet.write_string(row + 1, 1, f"gradsheet parity {file}", f(font_name="Consolas", font_color=INK))
