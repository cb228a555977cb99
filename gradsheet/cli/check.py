"""`gradsheet check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import format_option

if TYPE_CHECKING:
    from gradsheet.checking.feedback import Feedback


@main.command()
@click.argument("submissions", nargs=-1, required=True, metavar="FILE_OR_FOLDER...")
@click.option("--learner", metavar="ID", help="Whose it must be.")
@click.option("--learners", metavar="FILE.csv", help="The class: submissions of anyone else are not graded.")
@click.option("--marks", metavar="FILE.toml", help="Weights of columns, and what a verdict earns.")
@click.option("--html", metavar="FILE.html", help="Write the feedback as one HTML page, too.")
@click.option("--annotate", is_flag=True, help="Write NAME.feedback.xlsx beside each: colours, notes, a summary.")
@click.option("--annotate-to", metavar="DIR", help="The same, into a folder.")
@format_option
def check(
    submissions: Sequence[str],
    learner: str | None,
    learners: str | None,
    marks: str | None,
    html: str | None,
    annotate: bool,
    annotate_to: str | None,
    format_: str,
) -> None:
    """Check handed-in exercises: what is right, what is wrong, and what was misunderstood."""
    from rich.console import Console
    from rich.progress import Progress

    from gradsheet.checking.classroom import FEW, check
    from gradsheet.checking.classroom import submissions as named
    from gradsheet.checking.making import roster
    from gradsheet.checking.marks import read_marks
    from gradsheet.cli.printing import print_json, print_rows
    from gradsheet.report.feedback import CLASS_COLUMNS, class_rows, show_feedback

    files, weights = named(submissions), read_marks(marks)
    known = roster(learners) if learners is not None else None
    quiet = len(files) <= FEW or not sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=quiet, transient=True) as progress:
        bar = progress.add_task("checking", total=len(files))
        found = check(
            files,
            learner=learner,
            learners=known,
            marks=weights,
            say=lambda done, _: progress.update(bar, completed=done),
        )
    columns = {column for one in found for column in one.marks}
    if columns and (odd := sorted(set(weights.weights) - columns)):
        said = f"no column {odd[0]!r} is open in these exercises: {', '.join(sorted(columns))}"
        click.echo(f"note: {marks}: {said}", err=True)
    if html is not None:
        _write_page(html, found)
    if annotate or annotate_to is not None:
        _annotate(found, annotate_to)
    if format_ == "json":
        print_json([one.to_json() for one in found])
    elif format_ == "csv":
        print_rows("", CLASS_COLUMNS, class_rows(found), "csv")
    else:
        console = Console(highlight=False)
        for one in found:
            show_feedback(one, console)
        if len(found) > 1:
            graded = [one for one in found if one.status == "graded"]
            right = sum(one.ok for one in graded)
            click.echo(f"{len(found)} submissions: {len(graded)} graded, {right} of them all right.")
    if known is not None:
        here = {one.learner.casefold() for one in found if one.learner}
        if absent := [one for one in known if one.casefold() not in here]:
            click.echo(
                f"Nothing to grade from {len(absent)} on the roster: {', '.join(absent)}.", err=format_ != "table"
            )
    if all(one.status == "ungradable" for one in found):
        sys.exit(2)
    if not all(one.ok for one in found):
        sys.exit(1)


def _write_page(path: str, found: Sequence[Feedback]) -> None:
    from gradsheet.report.feedback_page import feedback_html
    from gradsheet.workbook.exact import whole_or_not_at_all

    with whole_or_not_at_all(Path(path)) as draft:
        draft.write_text(feedback_html(found), encoding="utf-8")
    click.echo(f"{path} is written.", err=True)


def _annotate(found: Sequence[Feedback], folder: str | None) -> None:
    """Each on its own: one that cannot be annotated does not keep the others from it."""
    from gradsheet.errors import GradsheetError
    from gradsheet.report.feedback_book import annotate

    count = 0
    for one in found:
        try:
            count += annotate(one, folder) is not None
        except GradsheetError as error:
            click.echo(f"gradsheet: {error}", err=True)
    click.echo(f"{count} annotated cop{'y' if count == 1 else 'ies'} written.", err=True)
