"""The command line: one command a verb. Parse, call, print; torch is imported only where it is used."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gradsheet import __version__
from gradsheet.errors import GradsheetError

FORMATS = click.Choice(["table", "json", "csv"])
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


class Commands(click.Group):
    """Commands whose errors are one line on stderr and exit code 2, never a traceback."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and exit."""
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            code = 0
        except GradsheetError as error:
            code = _said(str(error))
        except click.ClickException as error:
            where = f"{error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
            hint = f" See '{where}'." if where else ""
            code = _said(f"{error.format_message()}{hint}")
        except (KeyboardInterrupt, click.Abort):
            code = _said("stopped.")
        except BrokenPipeError:  # the reader has seen enough
            sys.stderr.close()
            code = 0
        sys.exit(code if isinstance(code, int) else 0)


def _said(message: str) -> int:
    click.echo(f"gradsheet: {message}", err=True)
    return 2


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="gradsheet")
def main() -> None:
    """Gradient descent in a spreadsheet, equal to PyTorch to the last bit.

    Start with: gradsheet export --out graddesc.xlsx
    """


format_option = click.option("--format", "format_", type=FORMATS, default="table", help="How to print it.")
set_option = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set an input, e.g. lr=0.001.")
gradient_option = click.option(
    "--gradient", metavar="KIND", help="What drives the update: analytic, numeric, autograd."
)
carry_option = click.option(
    "--carry", metavar="WHICH", help="Weights that a pass hands on: entering (the course's way), updated."
)
epochs_option = click.option("--epochs", type=int, default=10, show_default=True, help="Passes over the data.")
data_option = click.option("--data", "data_file", metavar="FILE.csv", help="Your own examples: columns x and y.")


@main.command("list")
@format_option
def list_(format_: str) -> None:
    """Show the experiments and their inputs."""
    from gradsheet.experiments import catalogue
    from gradsheet.report.runs import catalogue_json

    entries = list(catalogue().values())
    if format_ == "json":
        _json(catalogue_json(entries))
        return
    rows = [[e.name, e.purpose, ", ".join(f"{n}={i.default:g}" for n, i in e.inputs.items())] for e in entries]
    _rows("", ["experiment", "what it shows", "inputs"], rows, format_, left=("experiment", "what it shows", "inputs"))


@main.command()
@click.argument("experiment")
@epochs_option
@set_option
@gradient_option
@carry_option
@data_option
@click.option("--device", default="cpu", show_default=True, help="cpu, or cuda where there is one.")
@click.option("--rows", is_flag=True, help="Every row of every pass instead (CSV or JSON).")
@format_option
def run(
    experiment: str,
    epochs: int,
    settings: Sequence[str],
    gradient: str | None,
    carry: str | None,
    data_file: str | None,
    device: str,
    rows: bool,
    format_: str,
) -> None:
    """Run EXPERIMENT in PyTorch and print its epochs."""
    import gradsheet
    from gradsheet.report.runs import epochs_json, run_json

    trace = gradsheet.run(
        experiment, epochs, gradient=gradient, carry=carry, data=_data(data_file), device=device, **_settings(settings)
    )
    for note in trace.notes:
        click.echo(f"gradsheet: {note}", err=True)
    if rows:
        frame = trace.to_frame().reset_index()
        if format_ == "table":
            raise GradsheetError("--rows makes a table too wide for a terminal: add --format csv or --format json")
        finite = frame.astype(object).where(frame.map(_is_finite), None)
        _rows("", list(frame.columns), finite.values.tolist(), format_)
        return
    if format_ == "json":
        _json(run_json(trace))
        return
    weights = sorted(trace.experiment.model.weights)
    entries = epochs_json(trace)
    extra = ["lr"] if "lr" in entries[0] else []
    printed = [
        [e["epoch"], *(e["weights"][w] for w in weights), e["root_sum"], e["rmse"], *(e[n] for n in extra)]
        for e in entries
    ]
    _rows(trace.experiment.title, ["epoch", *weights, "root_sum", "rmse", *extra], printed, format_)


@main.command()
@click.argument("experiments", nargs=-1)
@click.option("--out", default="graddesc.xlsx", show_default=True, help="The workbook to write.")
@epochs_option
@set_option
@gradient_option
@carry_option
@data_option
def export(
    experiments: Sequence[str],
    out: str,
    epochs: int,
    settings: Sequence[str],
    gradient: str | None,
    carry: str | None,
    data_file: str | None,
) -> None:
    """Write EXPERIMENTS (all where none is named) as one annotated workbook."""
    import gradsheet

    path = gradsheet.export(
        experiments, out, epochs=epochs, gradient=gradient, carry=carry, data=_data(data_file), **_settings(settings)
    )
    click.echo(f"{path} is written. Open it and start with its first sheet.")


@main.command("compile")
@click.argument("workbook")
@click.option("--show", "cells", multiple=True, metavar="CELL", help="Print this cell's program, e.g. basic!N5.")
def compile_(workbook: str, cells: Sequence[str]) -> None:
    """Compile WORKBOOK's formulas; show them beside the Python that calculates them."""
    import gradsheet

    book = gradsheet.load(workbook)
    for cell in cells:
        click.echo(book.show(cell))
    if cells:
        return
    values = book.recalculate()
    click.echo(f"{workbook}: {len(values):,} cells calculated, {len(book.unsupported):,} unsupported.")
    for cell, reason in book.unsupported[:20]:
        click.echo(f"  {cell}: {reason}")


def _settings(settings: Sequence[str]) -> dict[str, Any]:
    """``lr=0.001`` as a keyword."""
    out: dict[str, Any] = {}
    for one in settings:
        name, sign, text = one.partition("=")
        if not sign:
            raise GradsheetError(f"--set {one} has no value: write NAME=VALUE, such as lr=0.001")
        try:
            out[name.strip()] = float(text)
        except ValueError:
            raise GradsheetError(f"--set {one}: {text!r} is no number; write it like 0.001 or 1e-3") from None
    return out


def _data(file: str | None) -> Any:
    """The examples in a CSV file."""
    if file is None:
        return None
    import pandas as pd

    if not Path(file).is_file():
        raise GradsheetError(f"{file}: no such file")
    try:
        return pd.read_csv(file, sep=None, engine="python")  # a comma, a semicolon or a tab between columns
    except (ValueError, OSError, csv.Error) as error:
        raise GradsheetError(f"{file} cannot be read as CSV ({error}): save it with the columns x and y") from None


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _rows(title: str, columns: Sequence[str], rows: list[Any], format_: str, left: Sequence[str] = ()) -> None:
    from gradsheet.report.terminal import csv_text, show, table

    if format_ == "csv":
        sys.stdout.write(csv_text(columns, rows))
    elif format_ == "json":
        _json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        show(table(title, columns, rows, left=left))


@main.command()
@click.argument("workbooks", nargs=-1, required=True, metavar="WORKBOOK...")
@click.option(
    "--oracle",
    "oracles",
    multiple=True,
    metavar="NAME",
    help="Ask only cached, program, formulas, libreoffice or ironcalc.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Give the formulas package every cell of long sheets (minutes)."
)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", help="How to print it.")
def parity(workbooks: Sequence[str], oracles: Sequence[str], everything: bool, format_: str) -> None:
    """Compare WORKBOOKs, cell by cell, with PyTorch and with other spreadsheet engines."""
    from rich.console import Console

    from gradsheet.proof.report import parity as compare_all
    from gradsheet.report.parity import tables
    from gradsheet.report.terminal import show

    reports = []
    with Console(stderr=True).status("") as status:
        for workbook in workbooks:

            def say(what: str, file: str = workbook) -> None:
                status.update(f"{file}: {what}")

            reports.append(compare_all(workbook, oracles=list(oracles) or None, everything=everything, say=say))
    if format_ == "json":
        found = [report.to_json() for report in reports]
        _json(found[0] if len(found) == 1 else found)
    else:
        for report in reports:
            show(*tables(report))
    if not all(report.ok for report in reports):
        sys.exit(1)
