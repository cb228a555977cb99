"""`gradsheet solve`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import Asked, settings_options
from gradsheet.cli.printing import print_json

METHODS = click.Choice(["lbfgs", "adam", "lm", "annealing"])


@main.command()
@click.argument("workbook", metavar="WORKBOOK_OR_EXPERIMENT")
@click.option("--minimize", metavar="CELL", help="Make this cell small, e.g. 'linear!AA7'.")
@click.option("--maximize", metavar="[CELL]", is_flag=False, flag_value="", help="Make it large instead.")
@click.option("--target", metavar="CELL", help="The cell that is to show --value (goal seek).")
@click.option("--value", type=float, metavar="V", help="The value that it is to show.")
@click.option(
    "--by-changing",
    "changing",
    multiple=True,
    metavar="CELLS",
    help="What may change: ranges, names, commas; may be repeated. Of an experiment the weights, unless you say else.",
)
@click.option("--subject-to", "rules", multiple=True, metavar="RULE", help="A condition, e.g. 'R4:AA4>=0'.")
@click.option("--method", type=METHODS, help="lbfgs (default), adam, lm (least squares), annealing.")
@click.option("--starts", type=int, default=1, show_default=True, help="The workbook's numbers, then random ones.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random starts, and of RAND.")
@click.option("--iterations", type=int, metavar="N", help="At most, for each start.")
@click.option("--lr", type=float, default=0.05, show_default=True, help="Adam's first learning rate.")
@click.option("--out", metavar="FILE", help="Write a copy of the workbook with the solution in it.")
@settings_options
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", help="How to print it.")
def solve(
    workbook: str,
    minimize: str | None,
    maximize: str | None,
    target: str | None,
    value: float | None,
    changing: Sequence[str],
    rules: Sequence[str],
    method: str | None,
    starts: int,
    seed: int,
    iterations: int | None,
    lr: float,
    out: str | None,
    asked: Asked,
    format_: str,
) -> None:
    """Change cells of a workbook, or of an experiment's sheet, until another is small, large, or shows a value."""
    from rich.console import Console

    import gradsheet
    from gradsheet.report.solving import tables
    from gradsheet.report.terminal import show

    if maximize == "":  # --minimize CELL --maximize
        minimize, maximize = None, minimize or target
    with Console(stderr=True).status("reading the workbook") as status:
        found = gradsheet.solve(
            workbook,
            minimize=minimize,
            maximize=maximize,
            target=target,
            value=value,
            by_changing=list(changing),
            subject_to=list(rules),
            method=method,
            starts=starts,
            seed=seed,
            iterations=iterations,
            lr=lr,
            out=out,
            say=status.update,
            inputs=asked.inputs() or None,
            **asked.keywords(),
        )
    if format_ == "json":
        print_json(found.to_json())
    else:
        show(*tables(found))
        if out is not None:
            click.echo(f"{out} is written.")
    if not found.ok:
        sys.exit(1)
