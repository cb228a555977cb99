"""`gradsheet list` and `gradsheet run`."""

from __future__ import annotations

import math
from typing import Any

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import Asked, format_option, run_options
from gradsheet.cli.printing import print_json, print_rows
from gradsheet.errors import GradsheetError

MOST_WEIGHTS = 8
"""Columns of weights that a terminal has room for; --format json has all."""


@main.command("list")
@click.option("--mistakes", "misunderstood", is_flag=True, help="The mistakes that the checker recognises instead.")
@format_option
def list_(misunderstood: bool, format_: str) -> None:
    """Show the experiments and their inputs."""
    from gradsheet.experiments import catalogue

    if misunderstood:
        from gradsheet.checking.mistakes import mistakes

        told = [[one.slug, one.line, one.example] for one in mistakes().values()]
        print_rows("", ["mistake", "what it is", "example"], told, format_, left=("mistake", "what it is", "example"))
        return
    from gradsheet.report.runs import catalogue_json

    entries = list(catalogue().values())
    if format_ == "json":
        print_json(catalogue_json(entries))
        return
    rows = [[e.name, e.purpose, ", ".join(f"{n}={i.default:g}" for n, i in e.inputs.items())] for e in entries]
    print_rows(
        "", ["experiment", "what it shows", "inputs"], rows, format_, left=("experiment", "what it shows", "inputs")
    )


@main.command()
@click.argument("experiment")
@run_options
@click.option("--device", default="cpu", show_default=True, help="cpu, or cuda where there is one.")
@click.option("--save-weights", metavar="FILE.json", help="Keep the trained weights, for gradsheet infer.")
@click.option("--rows", is_flag=True, help="Every row of every pass instead (CSV or JSON).")
@format_option
def run(
    experiment: str,
    asked: Asked,
    device: str,
    save_weights: str | None,
    rows: bool,
    format_: str,
) -> None:
    """Run EXPERIMENT in PyTorch and print its epochs."""
    import gradsheet
    from gradsheet.report.runs import epochs_json, rows_json, run_json

    trace = gradsheet.run(
        experiment,
        device=device,
        **asked.keywords(),
        **asked.inputs(),
    )
    for note in trace.notes:
        click.echo(f"gradsheet: {note}", err=True)
    if save_weights:
        from gradsheet.report.weights import write_weights

        click.echo(f"gradsheet: {write_weights(trace, save_weights)} is written.", err=True)
    if rows:
        frame = trace.to_frame().reset_index()
        if format_ == "table":
            raise GradsheetError("--rows makes a table too wide for a terminal: add --format csv or --format json")
        finite = frame.astype(object).where(frame.map(_is_finite), None)
        print_rows("", list(frame.columns), finite.values.tolist(), format_)
        return
    if format_ == "json":
        print_json(run_json(trace))
        return
    if trace.experiment.printout and format_ == "table":
        click.echo(trace.experiment.printout(trace))
        return
    if not trace.experiment.trains:
        found = rows_json(trace)
        print_rows(trace.experiment.title, list(found[0]), [list(row.values()) for row in found], format_)
        return
    weights = sorted(trace.experiment.model.weights)
    weights = weights if len(weights) <= MOST_WEIGHTS else []
    entries = epochs_json(trace)
    extra = ["lr"] if "lr" in entries[0] else []
    named = [*trace.experiment.losses, *extra]
    printed = [[e["epoch"], *(e["weights"][w] for w in weights), *(e[n] for n in named)] for e in entries]
    print_rows(trace.experiment.title, ["epoch", *weights, *named], printed, format_)


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
