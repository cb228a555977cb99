"""`gradsheet plot`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import examples, run_options, values_of


@main.command()
@click.argument("experiment")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: .png, .svg, or .html with the table.")
@run_options
def plot(
    experiment: str,
    out: str,
    epochs: int | None,
    settings: Sequence[str],
    gradient: str | None,
    carry: str | None,
    optimiser: str | None,
    batch: str | None,
    seed: int | None,
    data_file: str | None,
) -> None:
    """Draw a run of EXPERIMENT: loss, weights, errors, and the loss surface with the path on it."""
    import gradsheet

    gradsheet.plot(
        experiment,
        out,
        epochs=epochs,
        gradient=gradient,
        carry=carry,
        optimiser=optimiser,
        batch=batch,
        seed=seed,
        data=examples(data_file),
        **values_of(settings),
    )
    click.echo(f"{out} is written.")
