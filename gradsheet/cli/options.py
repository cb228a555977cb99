"""Options that several commands share, and what they hold once parsed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import click

from gradsheet.errors import GradsheetError

FORMATS = click.Choice(["table", "json", "csv"])
OPTIONS = ("seed", "epochs", "gradient", "carry", "optimiser", "batch", "data")
"""What is no input of an experiment and has an option of its own."""
format_option = click.option("--format", "format_", type=FORMATS, default="table", help="How to print it.")
set_option = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set an input, e.g. lr=0.001.")
gradient_option = click.option(
    "--gradient", metavar="KIND", help="What drives the update: analytic, numeric, autograd."
)
carry_option = click.option(
    "--carry", metavar="WHICH", help="Weights that a pass hands on: entering (the course's way), updated."
)
optimiser_option = click.option("--optimiser", metavar="NAME", help="Another update rule: sgd, momentum, adam …")
batch_option = click.option("--batch", metavar="SIZE", help="Update the weights after each row, full pass, or N rows.")
seed_option = click.option("--seed", type=int, help="Draw anew what is drawn: examples, or start weights.")
epochs_option = click.option("--epochs", type=int, help="Passes over the data; 10 for most experiments.")
data_option = click.option(
    "--data",
    "data_file",
    metavar="FILE",
    help="Your own examples: columns x and y; for three_or_seven a folder with MNIST's files.",
)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `run`, `sweep`, `export` and `plot` ask of a run."""
    asked = (
        epochs_option, set_option, gradient_option, carry_option, optimiser_option, batch_option, data_option,
    )  # fmt: skip
    for option in reversed(asked):
        command = option(command)
    return command


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """These and --seed, where that can only mean what a run draws."""
    return settings_options(seed_option(command))


def values_of(settings: Sequence[str], known: Collection[str] = ()) -> dict[str, Any]:
    """``lr=0.001`` as a keyword.

    Args:
        settings: as typed.
        known: names of options that may be set here, because the option means something else.
    """
    out: dict[str, Any] = {}
    for one in settings:
        name, sign, text = one.partition("=")
        if not sign:
            raise GradsheetError(f"--set {one} has no value: write NAME=VALUE, such as lr=0.001")
        if name.strip() in OPTIONS and name.strip() not in known:
            raise GradsheetError(f"--set {one}: {name.strip()} is no input; write --{name.strip()} {text}")
        try:
            out[name.strip()] = float(text)
        except ValueError:
            raise GradsheetError(f"--set {one}: {text!r} is no number; write it like 0.001 or 1e-3") from None
    return out


def examples(file: str | None) -> Any:
    """The examples in a CSV file."""
    if file is None:
        return None
    import pandas as pd

    if Path(file).is_dir():
        from gradsheet.experiments.idx import read_mnist

        return read_mnist(file)
    if not Path(file).is_file():
        raise GradsheetError(f"{file}: no such file")
    try:
        return pd.read_csv(file, sep=None, engine="python")  # a comma, a semicolon or a tab between columns
    except (ValueError, OSError, csv.Error) as error:
        raise GradsheetError(f"{file} cannot be read as CSV ({error}): save it with the columns x and y") from None
