"""`gradsheet export`, `gradsheet compile` and `gradsheet parity`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import Asked, run_options
from gradsheet.cli.printing import print_json
from gradsheet.errors import GradsheetError


@main.command()
@click.argument("experiments", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="The whole catalogue: one workbook a topic.")
@click.option("--out", metavar="FILE", help="The workbook to write: graddesc.xlsx; with --all the folder: workbooks.")
@run_options
def export(
    experiments: Sequence[str],
    everything: bool,
    out: str | None,
    asked: Asked,
) -> None:
    """Write EXPERIMENTS (those of graddesc.xlsx where none is named) as one annotated workbook."""
    import gradsheet

    if everything:
        if experiments or asked.anything:
            raise GradsheetError("--all writes the catalogue as it is: leave names and settings out")
        from gradsheet.workbook.export import export_all

        for path in export_all(out or "workbooks", asked.named["epochs"]):
            click.echo(f"{path} is written.")
        return
    path = gradsheet.export(
        experiments,
        out or "graddesc.xlsx",
        **asked.keywords(),
        **asked.inputs(),
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
        print_json(found[0] if len(found) == 1 else found)
    else:
        for report in reports:
            show(*tables(report))
    if not all(report.ok for report in reports):
        sys.exit(1)
