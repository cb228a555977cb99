"""`gradsheet race`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import (
    batch_option,
    carry_option,
    data_option,
    epochs_option,
    examples,
    format_option,
    gradient_option,
    seed_option,
    set_option,
    values_of,
)
from gradsheet.cli.printing import print_json, print_rows


@main.command()
@click.argument("experiment", default="basic")
@click.option("--optimisers", default="sgd,momentum,rmsprop,adam", show_default=True, help="Who races, with commas.")
@click.option("--out", metavar="FILE.xlsx", help="Write the race as a workbook, too.")
@click.option("--plot", "picture", metavar="FILE", help="Draw .png, .svg, or .html with the table.")
@epochs_option
@set_option
@gradient_option
@carry_option
@batch_option
@seed_option
@data_option
@format_option
def race(
    experiment: str,
    optimisers: str,
    out: str | None,
    picture: str | None,
    epochs: int | None,
    settings: Sequence[str],
    gradient: str | None,
    carry: str | None,
    batch: str | None,
    seed: int | None,
    data_file: str | None,
    format_: str,
) -> None:
    """Race optimisers on the model of EXPERIMENT, from the same start."""
    import gradsheet
    from gradsheet.report.runs import race_json

    found = gradsheet.race(
        experiment,
        [name.strip() for name in optimisers.split(",") if name.strip()],
        epochs,
        gradient=gradient,
        carry=carry,
        batch=batch,
        seed=seed,
        data=examples(data_file),
        **values_of(settings),
    )
    for trace in found.traces.values():
        for note in trace.notes:
            click.echo(f"gradsheet: {note}", err=True)
    if out:
        click.echo(f"{found.export(out)} is written.", err=format_ != "table")
    if picture:
        gradsheet.plot(found, picture)
        click.echo(f"{picture} is drawn.", err=format_ != "table")
    if format_ == "json":
        print_json(race_json(found))
        return
    frame = found.to_frame().reset_index()
    finite = frame.astype(object).where(frame.notna() & (frame.abs() < float("inf")), None)
    print_rows(f"The loss of {found.entry.name}, by epoch", list(frame.columns), finite.values.tolist(), format_)
