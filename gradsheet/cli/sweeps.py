"""`gradsheet sweep`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gradsheet.cli.group import main
from gradsheet.cli.options import Asked, format_option, settings_options
from gradsheet.cli.printing import print_rows
from gradsheet.errors import GradsheetError, GradsheetWarning

SHOWN = 20


@main.command()
@click.argument("what", metavar="WORKBOOK_OR_EXPERIMENT")
@click.option("--over", multiple=True, metavar="NAME=FROM:TO:COUNT[:log]", help="An axis; several make a grid.")
@click.option("--outputs", multiple=True, metavar="NAME", help="root_sum, a@3, broke, above, fate; or cells.")
@click.option("--out", metavar="FILE", help="Write .parquet, .csv or .xlsx.")
@click.option("--plot", "picture", metavar="FILE", help="Draw .png or .svg: curves over one axis, a map over two.")
@click.option("--resume", is_flag=True, help="Go on with a sweep that was stopped.")
@click.option("--threshold", default=1e6, show_default=True, help="Of a row's loss, for above and fate.")
@click.option("--seed", default=0, show_default=True, help="For axes that are drawn; a run's own is --set seed=1.")
@click.option("--compile", "compile_", default="auto", show_default=True, help="auto, always, never: torch.compile.")
@click.option("--scheduler", metavar="ADDRESS", help="Run on a Dask cluster.")
@click.option("--device", default="cpu", show_default=True, help="cpu, or cuda where there is one.")
@settings_options
@format_option
def sweep(
    what: str,
    over: Sequence[str],
    outputs: Sequence[str],
    out: str | None,
    picture: str | None,
    resume: bool,
    threshold: float,
    seed: int,
    compile_: str,
    scheduler: str | None,
    device: str,
    asked: Asked,
    format_: str,
) -> None:
    """Run an experiment or a workbook with many settings."""
    import gradsheet
    from gradsheet.sweeping.axes import axis

    axes = [axis(text) for text in over]
    names = [name.strip() for text in outputs for name in text.split(",")]
    try:
        with _progress() as tell, _warnings_in_a_line():
            found = gradsheet.sweep(
                what, axes, names, out=out, resume=resume, inputs=asked.inputs({"seed"}), threshold=threshold,
                seed=seed, compile=compile_, scheduler=scheduler, device=device, tell=tell, **asked.keywords(),
            )  # fmt: skip
    except KeyboardInterrupt:
        kept = "what is done is kept: give the same command with --resume to go on" if out else "nothing is kept"
        raise GradsheetError(f"stopped; {kept}") from None
    if isinstance(found, Path):
        click.echo(f"{found} is written.")
    if picture:
        from gradsheet.sweeping.picture import picture as draw

        frame = _read(found) if isinstance(found, Path) else found
        columns = [name for name in frame.columns if name not in {one.name for one in axes}]
        click.echo(f"{draw(frame, axes, columns, picture, threshold)} is drawn.", err=format_ != "table")
    if not isinstance(found, Path) and not (picture and format_ == "table"):
        _print(found, what, format_)


def _print(frame: Any, what: str, format_: str) -> None:
    shown = frame if format_ != "table" else frame.head(SHOWN)
    finite = shown.astype(object).where(shown.notna() & ~shown.isin([float("inf"), float("-inf")]), None)
    if format_ == "table":
        never = [name for name in shown.columns if name.endswith(("_row", "_epoch"))]
        finite[never] = finite[never].map(lambda value: "never" if value is None else int(value))
    print_rows(f"{what}: {len(frame):,} runs", list(frame.columns), finite.values.tolist(), format_, left=("fate",))
    if len(shown) < len(frame):
        click.echo(f"The first {SHOWN} of {len(frame):,} runs; --out FILE writes them all.")


def _read(path: Path) -> Any:
    import pandas as pd

    reads: dict[str, Any] = {".parquet": pd.read_parquet, ".csv": pd.read_csv, ".xlsx": pd.read_excel}
    return reads[path.suffix.lower()](path)


@contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """On stderr, without the place in the code."""
    with warnings.catch_warnings():
        warnings.simplefilter("once", GradsheetWarning)
        warnings.showwarning = lambda message, *_, **__: click.echo(f"note: {message}", err=True)
        yield


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress("runs", *columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("runs", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
