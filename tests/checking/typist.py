"""Runs in the interpreter that has LibreOffice's ``uno``: types formulas into sheets, and drags them down.

A question comes as JSON on stdin: {"session": the folder of libreoffice_session.py, "pipe", "jobs": [{"url", "saved":
where to, "sheet", "typed": [[first cell, formula, last row or 0], …]}, …]}.
"""

import contextlib
import json
import sys
from typing import Any


def main() -> None:
    """Each workbook filled in, and saved as xlsx."""
    question: dict[str, Any] = json.load(sys.stdin)
    sys.path.insert(0, question["session"])
    from libreoffice_session import connect, setting  # type: ignore[import-not-found]

    context = connect(question["pipe"], 60.0)  # imports uno, which knows com.sun
    from com.sun.star.sheet.FillDirection import TO_BOTTOM  # type: ignore[import-not-found]

    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    for job in question["jobs"]:
        document = desktop.loadComponentFromURL(job["url"], "_blank", 0, (setting("Hidden", True),))
        sheet = document.Sheets.getByName(job["sheet"])
        for first, formula, last in job["typed"]:
            sheet.getCellRangeByName(first).setFormula(formula)
            if last:
                column = first.rstrip("0123456789")
                sheet.getCellRangeByName(f"{first}:{column}{last}").fillAuto(TO_BOTTOM, 1)
        document.storeToURL(job["saved"], (setting("FilterName", "Calc MS Excel 2007 XML"),))
        document.close(True)
    with contextlib.suppress(Exception):  # the bridge breaks off while the office ends
        desktop.terminate()


if __name__ == "__main__":
    main()
