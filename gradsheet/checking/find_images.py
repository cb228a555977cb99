"""The same for an exercise of images, where a pass is a block of lines with labels."""

from __future__ import annotations

from gradsheet.checking.finder import Finder, Header
from gradsheet.checking.image_layout import PIXEL, UNDER, ImageLayout
from gradsheet.formula.address import pack
from gradsheet.workbook.layout import Content


class ImageFinder(Finder):
    """Finds the images by their numbers, and the lines around them by what they are called."""

    layout: ImageLayout
    _epochs: Header

    def _header(self, sheet: int, table: str, after: Header | None = None) -> Header:
        if table == "steps" or after is None:
            return super()._header(sheet, table, after)
        row, steps = after
        bias = self.layout.experiment.model.weights[0]
        texts = self.texts.get(sheet, {}).get(row, {})
        usual = self.layout.names["epochs", bias]
        alone = usual if texts.get(usual) == bias else next((c for c, text in texts.items() if text == bias), None)
        found: dict[str, int | None] = {}
        for name, _ in self._titles("epochs"):
            weight = self.layout.weight(name)
            over = UNDER.get(name) or (PIXEL + weight if weight not in ("", bias) else "")
            found[name] = steps.get(over) if over else alone
        self._epochs = row, {name: column for name, column in found.items() if column is not None}
        return self._epochs

    def _epoch_rows(self, sheet: int, epochs: Header) -> list[int]:
        """The first line of each block."""
        self._lines = {line: self._called(sheet, line, epochs) for line in self.layout.lines}
        return self._lines[self.layout.above[0]]

    def _called(self, sheet: int, line: str, epochs: Header) -> list[int]:
        """The rows of a line, pass by pass: left of the bias stands what it is called."""
        layout, label = self.layout, self.layout.lines[line]
        left, right = epochs[1]["accuracy"], epochs[1][layout.experiment.model.weights[0]]
        found = [
            row
            for row, texts in sorted(self.texts.get(sheet, {}).items())
            if row > epochs[0] and any(left < column < right and text == label for column, text in texts.items())
        ]
        usual = [layout.line_row(line, number) for number in range(layout.passes)]
        return found if len(found) == layout.passes else usual

    def _epoch_place(self, content: Content, passes: list[int], epochs: Header) -> tuple[int, int]:
        return self._lines[self.layout.line(content.column)][content.number], epochs[1][content.column]

    def _input(self, name: str, sheet: int) -> int:
        weight = name.removeprefix("start_")
        if weight == name:
            return super()._input(name, sheet)
        return pack(sheet, self._lines[self.layout.line(weight)][0], self._epochs[1][weight])

    def _axes(self) -> list[str]:
        columns = {c.name: c.title for c in self.layout.experiment.steps}
        return [*(title for name, title in columns.items() if name.startswith(PIXEL)), columns["y"]]
