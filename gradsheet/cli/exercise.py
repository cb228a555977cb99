"""`gradsheet exercise`."""

from __future__ import annotations

import click

from gradsheet.cli.group import main


@main.command()
@click.argument("experiment")
@click.option("--learner", default="", metavar="ID", help="Whose it is.")
@click.option("--learners", metavar="FILE.csv", help="A roster: one for each in its column learner, id or name.")
@click.option("--blank", default="", metavar="COLUMNS", help="What is left open, e.g. d_b,new_b.")
@click.option("--level", type=click.IntRange(1, 3), help="1: one column (the default), 2: the update, 3: everything.")
@click.option("--own-data", is_flag=True, help="Inputs and data of each learner's own.")
@click.option("--epochs", type=click.IntRange(1, 50), default=2, show_default=True, help="Passes over the data.")
@click.option("--out", default=".", show_default=True, metavar="DIR", help="The folder to write to.")
@click.option("--key", is_flag=True, help="Write the solved workbook, too: NAME.key.xlsx.")
@click.option("--replace", is_flag=True, help="Write over files that hold something else, such as answers.")
@click.option("--self-check", is_flag=True, help="Cells turn green or red in the sheet itself.")
def exercise(
    experiment: str,
    learner: str,
    learners: str | None,
    blank: str,
    level: int | None,
    own_data: bool,
    epochs: int,
    out: str,
    key: bool,
    replace: bool,
    self_check: bool,
) -> None:
    """Make an exercise of EXPERIMENT: a workbook for each learner, some of its cells left open."""
    import gradsheet
    from gradsheet.errors import GradsheetError

    if learner and learners:
        raise GradsheetError("--learner names one, --learners many: give one of them")
    made = gradsheet.exercise(
        experiment,
        out,
        learner=learner,
        learners=learners,
        blank=blank,
        level=level,
        own_data=own_data,
        epochs=epochs,
        key=key,
        self_check=self_check,
        replace=replace,
    )
    named = made[0].name if len(made) == 1 else f"{made[0].name} … {made[-1].name}"
    click.echo(f"{len(made)} workbook{'s' * (len(made) != 1)} written to {out}: {named}")
