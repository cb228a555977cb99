"""`gradsheet plot`."""

from __future__ import annotations

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import Asked, run_options


@main.command()
@click.argument("experiment")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: .png, .svg, or .html with the table.")
@run_options
def plot(
    experiment: str,
    out: str,
    asked: Asked,
) -> None:
    """Draw a run of EXPERIMENT: loss, weights, errors, and the loss surface with the path on it."""
    import gradsheet

    gradsheet.plot(
        experiment,
        out,
        **asked.keywords(),
        **asked.inputs(),
    )
    click.echo(f"{out} is written.")
