"""Runs in the interpreter that has LibreOffice's ``uno``: loads, recalculates, reads; imports no gradsheet.

A question comes as JSON on stdin: {"pipe", "url", "seconds", "cells": {sheet: [[row, column], …]}}, 0-based;
the answer goes as JSON to stdout: {"version", "values": {sheet: [value, …]}}, where a value is a number
(Python writes its shortest exact digits), text, true, false, or
{"error": LibreOffice's code, "formula": as LibreOffice shows it}.
"""

import contextlib
import json
import os
import sys
import time
from typing import Any

ERROR = 4  # com.sun.star.sheet.FormulaResult.ERROR
LOGICAL = 1024  # com.sun.star.util.NumberFormat.LOGICAL


def connect(pipe: str, seconds: float) -> Any:
    """The component context of the LibreOffice that listens at this pipe, as soon as it does."""
    import uno  # here and below: this file can be read, if not run, by a Python that has no uno
    from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def setting(name: str, value: Any) -> Any:
    """One of UNO's named values."""
    from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

    return PropertyValue(Name=name, Value=value)


def version(context: Any) -> str:
    """LibreOffice's version, as its own configuration has it."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    node = setting("nodepath", "/org.openoffice.Setup/Product")
    access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
    return str(access.getByName("ooSetupVersionAboutBox") or access.getByName("ooSetupVersion"))


def read(document: Any, sheet: Any, cells: list[list[int]]) -> list[Any]:
    """The values of these cells: one call for all numbers and texts, then one for each error and 0 or 1."""
    if not cells:
        return []
    top, left = min(row for row, _ in cells), min(column for _, column in cells)
    bottom, right = max(row for row, _ in cells), max(column for _, column in cells)
    area = sheet.getCellRangeByPosition(left, top, right, bottom)
    data = area.getDataArray()
    wrong: set[tuple[int, int]] = set()
    for r in area.queryFormulaCells(ERROR).getRangeAddresses():
        rows, columns = range(r.StartRow, r.EndRow + 1), range(r.StartColumn, r.EndColumn + 1)
        wrong.update((row, column) for row in rows for column in columns)
    formats, logical = document.getNumberFormats(), {}
    values: list[Any] = []
    for row, column in cells:
        value = data[row - top][column - left]
        if (row, column) in wrong:
            cell = sheet.getCellByPosition(column, row)
            value = {"error": cell.getError(), "formula": cell.getFormula()}
        elif value in (0.0, 1.0):  # a logical value is a number that is shown as TRUE or FALSE
            key = sheet.getCellByPosition(column, row).NumberFormat
            if key not in logical:
                logical[key] = bool(formats.getByKey(key).Type & LOGICAL)
            value = bool(value) if logical[key] else value
        values.append(value)
    return values


def main() -> None:
    """Answers the one question on stdin, and asks LibreOffice to end."""
    question = json.load(sys.stdin)
    context = connect(question["pipe"], question["seconds"])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    settings = (
        setting("Hidden", True),
        setting("ReadOnly", True),
        setting("MacroExecutionMode", 0),  # never
        setting("UpdateDocMode", 0),  # no links to other files
    )
    document = desktop.loadComponentFromURL(question["url"], "_blank", 0, settings)
    if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        raise SystemExit("LibreOffice did not open it as a spreadsheet")
    document.calculateAll()
    sheets = document.getSheets()
    values = {title: read(document, sheets.getByName(title), cells) for title, cells in question["cells"].items()}
    json.dump({"version": version(context), "values": values}, sys.stdout)
    sys.stdout.flush()
    document.close(True)
    with contextlib.suppress(Exception):  # the bridge falls with the office: that is what was asked for
        desktop.terminate()
    os._exit(0)  # at an ordinary exit, the bridge's threads sometimes crash on an office that is gone


if __name__ == "__main__":
    main()
