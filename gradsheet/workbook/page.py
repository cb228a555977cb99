"""An experiment's sheet: title, model, inputs, the two tables with live formulas, what to look for, charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gradsheet.address import Cell, letters
from gradsheet.table import Column, Role
from gradsheet.workbook.charts import WIDTH
from gradsheet.workbook.equation import equation
from gradsheet.workbook.layout import MODEL, MODEL_LINES, PURPOSE, START, TITLE, Content, Layout, Table
from gradsheet.workbook.page_charts import charts
from gradsheet.workbook.style import INK, MUTED, NOTE_FILL, ROLES, RULE, Formats, fitting, number_format

if TYPE_CHECKING:
    from gradsheet.workbook.values import Shown, Values

NOTE_SIZE = {"width": 260, "height": 110, "font_size": 10}
CHART_COLUMNS, CHART_ROWS, CHART_CELLS = 2, 14, 14
WIDE, NARROW, COUNTER = 9.3, 7.5, 6.3  # widths of the steps table's columns, in characters


class Page:
    """Writes one experiment into an open workbook; the charts in `more` lead its own."""

    home, homeward = START, "← all sheets"

    def __init__(self, book: Any, formats: Formats, layout: Layout, values: Values, more: Sequence[Any] = ()) -> None:
        self.book, self.formats, self.layout, self.values, self.more = book, formats, layout, values, more
        self.experiment = layout.experiment
        self.sheet = book.sheet(self.experiment.name)
        columns = {c.name: c for c in (*self.experiment.epochs, *self.experiment.steps)}
        self.roles: dict[str, Role] = {n: c.role for n, c in columns.items()}
        self.titles = {n: c.title for n, c in columns.items()}
        self.drawn = 0

    def write(self) -> None:
        """Everything on the sheet."""
        self._set_up()
        self._head()
        self._inputs()
        self._advice()
        self._headers("steps", self._counters() + list(self.experiment.steps))
        self._headers("epochs", [self._counters()[0], *self.experiment.epochs])
        self._tables()
        self._charts()

    # --- the frame

    def _set_up(self) -> None:
        sheet, layout = self.sheet, self.layout
        sheet.hide_gridlines(2)
        sheet.set_zoom(90)
        sheet.freeze_panes(layout.body - 1, layout.names["steps", "y"])
        first, last = layout.names["epochs", "epoch"], max(layout.names.values())
        self._widths()
        sheet.set_row(TITLE - 1, 30)
        sheet.set_row(layout.header - 1, 32)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.repeat_rows(layout.band - 1, layout.header - 1)
        sheet.print_area(
            0,
            0,
            self._chart_row() + (CHART_ROWS * 3 if self.experiment.trains else 22),
            (first + CHART_CELLS if self.experiment.model.wide else max(last, first + CHART_CELLS)) - 1,
        )
        sheet.set_footer(f"&L&9{self.experiment.name}&C&9gradsheet&R&9page &P of &N")
        sheet.set_tab_color(ROLES["schedule" if self.experiment.follows else "weights"].colour)

    def _widths(self) -> None:
        """Of the columns."""
        sheet, layout = self.sheet, self.layout
        first, last = layout.names["epochs", "epoch"], max(layout.names.values())
        sheet.set_column(0, first - 2, WIDE)
        sheet.set_column(0, 1, COUNTER)
        sheet.set_column(2, 3, NARROW)
        sheet.set_column(first - 2, first - 2, 3)
        sheet.set_column(first - 1, max(last, first + CHART_CELLS) - 1, 10.5)
        sheet.set_column(first - 1, first - 1, 8)

    def _head(self) -> None:
        f, sheet, e = self.formats, self.sheet, self.experiment
        sheet.write_string(TITLE - 1, 0, e.title, f.title())
        sheet.write_string(PURPOSE - 1, 0, e.purpose, f.purpose())
        sheet.write_url(
            TITLE - 1,
            self.layout.names["steps", "y"] + 8,
            f"internal:'{self.home}'!A1",
            f(font_color=MUTED, underline=1),
            self.homeward,
        )
        if not e.trains:
            self._equations([c for c in e.steps if c.formula])
            return
        w = e.model.weights[-1]
        told = {e.model.loss.column.name, f"{e.drive.prefix}_{w}", f"grad_{w}"}
        told |= {c.name.replace("{w}", w) for c in e.optimiser.columns}
        once = [] if e.batch == "row" else e.epochs
        self._equations([*e.model.columns, *(c for c in (*e.steps, *once) if c.name in told)])

    def _pieces(self, column: Column) -> list[tuple[str, Role]]:
        return equation(column, self.roles, self.titles)

    @property
    def room(self) -> float:
        """For a line of equations: letters are narrower than digits."""
        return (len(self.experiment.steps) - 2) * WIDE * 1.2

    @property
    def asked(self) -> Mapping[str, Cell]:
        """The inputs that stand in the block over the tables."""
        return self.layout.inputs

    def _equations(self, columns: list[Column]) -> None:
        """How a row is computed, each piece in the colour of its role, on as many lines as it takes."""
        f = self.formats
        lines: list[list[Any]] = [[]]
        length = 0
        for i, pieces in enumerate(self._pieces(c) for c in columns):
            wide = sum(len(text) for text, _ in pieces) + 9
            if lines[-1] and length + wide > self.room:
                lines.append([])
                length = 0
            length += wide
            arrow = [f(font_color=MUTED), "→    " if not lines[-1] else "    →    "] if i else []
            lines[-1] += arrow
            for text, role in pieces:
                lines[-1] += [f(font_color=INK if role == "count" else ROLES[role].colour, bold=role != "count"), text]
        if any("↑" in text for column in columns for text, _ in self._pieces(column)):
            lines[-1] += [f(font_color=MUTED, italic=True), "    (↑ one row up)"]
        self.sheet.write_string(MODEL - 1, 0, "Each row:", f(font_color=MUTED))
        for i, line in enumerate(lines[:MODEL_LINES]):
            self.sheet.write_rich_string(MODEL - 1 + i, 2, *line, f(valign="vcenter"))

    def _inputs(self) -> None:
        f, sheet = self.formats, self.sheet
        for name, at in self.asked.items():
            one = self.experiment.inputs[name]
            start = name.removeprefix("start_")
            shown = name if start == name else f"start {self.experiment.model.called.get(start, start)}"
            row, col = at.row - 1, at.column - 1
            sheet.write_string(row, col - 2, shown, f(bold=True))
            sheet.write_number(row, col, self.values.input(name), f.input())
            sheet.write_string(row, col + 1, one.note, f(font_size=9, font_color=MUTED, indent=1))
            sheet.write_comment(
                row,
                col,
                f"{one.note}.\nIn formulas: {self.layout.name(name)}\nDefault: {one.default:g}",
                {**NOTE_SIZE, "height": 70},
            )
            self._validate(row, col, name)
            where = f"={self.experiment.name}!${letters(at.column)}${at.row}"
            self.book.define_name(self.layout.name(name), where)

    def _validate(self, row: int, col: int, name: str) -> None:
        one = self.experiment.inputs[name]
        if one.low is not None and one.high is not None:
            rule = {"criteria": "between", "minimum": one.low, "maximum": one.high}
            words = f"between {one.low:g} and {one.high:g}"
        elif one.low is not None:
            rule = {"criteria": ">", "value": one.low}
            words = f"above {one.low:g}"
        else:
            rule = {"criteria": "between", "minimum": -1e15, "maximum": 1e15}
            words = "a number"
        self.sheet.data_validation(
            row, col, row, col,
            {"validate": "decimal", **rule, "error_type": "warning", "error_title": f"{name}: unusual value",
             "error_message": f"{name} is usually {words}. Keep this value to see what happens."},
        )  # fmt: skip

    def _advice(self) -> None:
        """What to look for and what to try, over the epochs table."""
        f, sheet = self.formats, self.sheet
        first = self.layout.names["epochs", "epoch"] - 1
        last = max(first + 8, max(self.layout.names.values()) - 1)
        if self.experiment.model.wide:
            last = first + CHART_CELLS - 1
        box = {"bg_color": NOTE_FILL, "text_wrap": True, "valign": "top", "border": 1, "border_color": RULE}
        rows = range(1, self.layout.band - 1)
        half = 1 + (len(rows) - 1) // 2
        usual = "" if self.values.usual else " (told of the default settings)"
        for top, bottom, head, text in (
            (rows[0], half, f"Look for{usual}   ", self.experiment.look_for),
            (half + 1, rows[-1] - 1, f"Try{usual}   ", self.experiment.try_out),
        ):
            sheet.merge_range(top, first, bottom, last, "", f(**box))
            sheet.write_rich_string(top, first, f(bold=True), head, f(), text, f(**box))

    # --- the tables

    def _counters(self) -> list[Column]:
        passes = "How many passes over the data are done when this one starts."
        return [
            Column("epoch", "", role="count", title="epoch", note=passes),
            Column("row", "", role="count", title="row", note="Which example of the pass this is."),
        ]

    def _headers(self, table: Table, columns: list[Column]) -> None:
        f, sheet, layout = self.formats, self.sheet, self.layout
        row = layout.header - 1
        for column in columns:
            at = layout.names[table, column.name] - 1
            sheet.write_string(row, at, column.title or column.name, f.header(column.role))
            sheet.write_comment(row, at, self.note(table, column), NOTE_SIZE)

        word = {"steps": "example", "epochs": "pass"}[table]
        runs = [(key, list(group)) for key, group in groupby(columns, lambda c: (c.role, c.name.startswith("new_")))]
        for i, ((role, new), group) in enumerate(runs):
            first, last = (layout.names[table, c.name] - 1 for c in (group[0], group[-1]))
            if role == "count":
                sheet.write_string(row - 1, first, word, f(font_size=9, italic=True, font_color=ROLES[role].colour))
                continue
            arrow = "→ " if table == "steps" and i > 1 else ""
            text = arrow + ("new weights" if new else ROLES[role].word)
            if first == last:
                sheet.write_string(row - 1, first, text, f.band(role))
            else:
                sheet.merge_range(row - 1, first, row - 1, last, text, f.band(role))

    def _tables(self) -> None:
        layout, sheet, f = self.layout, self.sheet, self.formats
        number = {"steps": {}, "epochs": {}}  # type: dict[str, dict[str, str]]
        for table, columns in (("steps", self.experiment.steps), ("epochs", self.experiment.epochs)):
            for column in columns:
                if column.name == "accepted":
                    number[table][column.name] = '"TRUE";"TRUE";"FALSE"'  # LibreOffice shows a 1 otherwise
                    continue
                found = self.values.column(table, column.name)
                whole = column.role == "data" and all(v == int(v) for v in found)
                number[table][column.name] = "0" if whole else number_format(found)
        counter = f.cell("count", "0", font_color=MUTED)
        roles = {("epochs", c.name): c.role for c in self.experiment.epochs} | {
            ("steps", c.name): c.role for c in self.experiment.steps
        }
        for at in range(layout.passes):
            warm = at < layout.warm
            label = f'"warm-up {at + 1}"' if warm else "0"
            first = layout.epoch_cell("epoch", at)
            if at <= layout.warm:
                sheet.write_number(first.row - 1, first.column - 1, 0, f.cell("count", label, font_color=MUTED))
            for row in range(layout.rows):
                cell = Cell(layout.step_row(at, row), layout.names["steps", "row"])
                sheet.write_number(cell.row - 1, cell.column - 1, row + 1, counter)
        for content in layout.contents():
            role: Role = roles.get((content.table, content.column), "count")
            value = self.values(content)
            if role == "count":
                warm = content.number < layout.warm
                label = f'"warm-up {content.number + 1}"' if warm else "0"
                style = f.cell("count", label, font_color=MUTED)
            else:
                shown = fitting(value, number[content.table][content.column])
                style = f.cell(role, shown, **self._edge(content))
            self.write_cell(content, style, value)
        for at in range(layout.warm):
            for row in range(layout.rows):
                sheet.set_row(layout.step_row(at, row) - 1, None, None, {"level": 1, "hidden": True})
        if layout.warm:
            passes = "pass" if layout.warm == 1 else "passes"
            row = layout.step_row(0, 0) - 1 + layout.warm * layout.rows
            folded = (
                f"{layout.warm} warm-up {passes} folded away above: press + in the margin to see how it primes epoch 0."
            )
            sheet.write_string(row, 0, folded, f(italic=True, font_color=MUTED))
            sheet.set_row(row, None, None, {"collapsed": True})

    def write_cell(self, content: Content, style: Any, value: Shown) -> None:
        """One cell of a table."""
        self.sheet.write_formula(content.at.row - 1, content.at.column - 1, content.formula, style, value)

    def note(self, table: Table, column: Column) -> str:
        """What is said when the pointer rests on a header."""
        return column.note

    def _edge(self, content: Content) -> dict[str, Any]:
        """A stronger line under a pass's last row."""
        last = content.table == "steps" and content.row == self.layout.rows - 1
        return {"bottom_color": MUTED} if last else {}

    # --- the charts

    def _chart_row(self) -> int:
        return self.layout.body + self.layout.passes - self.layout.warm + 1

    def _charts(self) -> None:
        first = self.layout.names["epochs", "epoch"] - 1
        drawn = [*self.more, *charts(self.book, self.layout, self.values)]
        self.drawn = len(drawn)
        for i, chart in enumerate(drawn):
            row = self._chart_row() + (i // CHART_COLUMNS) * CHART_ROWS
            x = (i % CHART_COLUMNS) * (WIDTH + 15)
            self.sheet.insert_chart(row, first, chart, {"x_offset": x, "object_position": 2})
