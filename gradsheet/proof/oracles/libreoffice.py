"""LibreOffice's own recalculation, read through UNO: its xlsx export would keep only 15 digits.

One call starts one office with a user profile and a pipe of its own, so that calls in a row or side by side
do not meet, and a user's open LibreOffice is not touched; it ends with the call, whatever happens.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple

from gradsheet.errors import GradsheetError
from gradsheet.proof.book import Value, read_book
from gradsheet.proof.oracles import OracleValues
from gradsheet.proof.references import functions, unknown_function
from gradsheet.proof.stripped import strip

_SESSION = Path(__file__).with_name("libreoffice_session.py")
_MAC = Path("/Applications/LibreOffice.app/Contents")
_REMEDY = "install LibreOffice and its Python bridge (Debian: libreoffice-calc and python3-uno)"

ERRORS = {
    502: "#NUM!",  # invalid argument: where Excel's function leaves its domain, as SQRT(-1) and LN(0) do
    503: "#NUM!",  # invalid floating point operation
    519: "#VALUE!",  # no value
    521: "#NULL!",  # no code or no intersection
    524: "#REF!",  # not a reference
    525: "#NAME?",  # invalid name
    532: "#DIV/0!",  # division by zero
    32767: "#N/A",  # not available
}
"""LibreOffice's codes and the Excel errors that they stand for.

**Source**: LibreOffice Help, Error Codes in LibreOffice Calc; Excel's own results for these formulas.
"""

_NAME = 525
_NOT_EVALUATED = {522: "circular reference", 523: "iteration that does not converge"}


def available() -> str | None:
    """Why LibreOffice cannot be asked, in one sentence with the remedy, or None."""
    if _office() is None:
        return f"LibreOffice is not installed: {_REMEDY}"
    if interpreter() is None:
        return f"LibreOffice is there, but no Python with its 'uno' module: {_REMEDY}"
    return None


def values(path: str | Path, cells: Collection[str] | None = None, *, timeout: float = 120.0) -> OracleValues:
    """The workbook's formulas as LibreOffice recalculates them.

    Args:
        path: the workbook; a copy without cached values is what LibreOffice gets.
        cells: the cells to give (it computes all in any case); None for every one that a formula fills.
        timeout: seconds after which the office is ended.

    Raises:
        GradsheetError: LibreOffice is missing, cannot read the file, or takes too long.
    """
    reason = available()
    if reason:
        raise GradsheetError(reason)
    book = read_book(path)
    wanted: dict[str, list[str]] = {}
    for key in book.computed:
        if cells is None or key in cells:
            sheet, _, address = key.rpartition("!")
            wanted.setdefault(sheet, []).append(address)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "stripped.xlsx"
        strip(path, copy)
        answer = _ask(Path(folder), copy, wanted, timeout, path)
    found: dict[str, Value] = {}
    unsupported: list[tuple[str, str]] = []
    for sheet, addresses in wanted.items():
        for address, value in zip(addresses, answer["values"][sheet], strict=True):
            key = f"{sheet}!{address}"
            code = value["error"] if isinstance(value, dict) else 0
            lacking = _lacking(code, value["formula"]) if code else None
            if lacking:
                unsupported.append((key, lacking))
            else:
                found[key] = ERRORS[code] if code else value
    return OracleValues(found, unsupported, "", str(answer["version"]))


def _lacking(code: int, shown: str) -> str | None:
    if code == _NAME:
        return unknown_function(shown)
    if code in ERRORS:
        return None
    return _NOT_EVALUATED.get(code) or f"{'/'.join(functions(shown)) or 'formula'}: LibreOffice error {code}"


def _ask(folder: Path, copy: Path, wanted: dict[str, list[str]], timeout: float, path: str | Path) -> Any:
    pipe = f"gradsheet-{uuid.uuid4().hex}"
    question = {
        "pipe": pipe,
        "url": copy.as_uri(),
        "seconds": min(timeout, 60.0),
        "cells": {
            sheet: [[row - 1, column - 1] for row, column in map(coordinate_to_tuple, addresses)]
            for sheet, addresses in wanted.items()
        },
    }
    with running_office(folder / "profile", pipe):
        try:
            session = subprocess.run(
                [str(interpreter()), str(_SESSION)],
                input=json.dumps(question),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise GradsheetError(f"{path}: LibreOffice gave no answer within {timeout:g} s") from late
    if session.returncode:
        last = (session.stderr.strip().splitlines() or ["no message"])[-1]
        raise GradsheetError(f"{path}: LibreOffice could not recalculate it ({last})")
    return json.loads(session.stdout)


@contextmanager
def running_office(profile: Path, pipe: str) -> Iterator[None]:
    """An office that listens at the pipe; ended with every process that it started, in any case."""
    command = [
        str(_office()),
        "--headless",
        "--invisible",
        "--nologo",
        "--nodefault",
        "--norestore",
        "--nolockcheck",
        f"--accept=pipe,name={pipe};urp;",
        f"-env:UserInstallation={profile.as_uri()}",
    ]
    office = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
        office.wait(timeout=5)  # the session has asked it to end
    except subprocess.TimeoutExpired:
        pass
    finally:
        _end(office)


def _end(office: subprocess.Popen[bytes]) -> None:
    """Kills the office's process group: ``soffice`` is a script whose children would outlive it."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(office.pid, signal.SIGKILL)
    else:
        office.kill()
    office.wait()


@cache
def _office() -> str | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    mac = _MAC / "MacOS" / "soffice"
    return found or (str(mac) if mac.exists() else None)


@cache
def interpreter() -> str | None:
    """A Python that can import uno: this one, the one LibreOffice brings along, or the system's."""
    office = _office()
    beside = Path(office).resolve().parent if office else Path()
    candidates = [
        sys.executable,
        str(beside / "python"),
        str(beside / "python.exe"),
        str(_MAC / "Resources" / "python"),
        shutil.which("python3", path=os.defpath),
        shutil.which("python3"),
    ]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            probe = subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False)
            if probe.returncode == 0:
                return candidate
    return None
