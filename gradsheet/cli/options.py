"""Options that several commands share, and what they hold once parsed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
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


_NAMED = ("epochs", "gradient", "carry", "optimiser", "batch")
_OF_A_RUN = (epochs_option, set_option, gradient_option, carry_option, optimiser_option, batch_option, data_option)


@dataclass(frozen=True)
class Asked:
    """What is asked of a run, as it was typed.

    Attributes:
        settings: ``NAME=VALUE`` texts.
        data_file: of the learner's own examples.
        named: epochs, gradient, carry, optimiser, batch; the seed where it can only mean what a run draws.
    """

    settings: Sequence[str]
    data_file: str | None
    named: Mapping[str, Any]

    @property
    def anything(self) -> bool:
        """Whether a run would differ from the catalogue's by more than its epochs."""
        others = (value for name, value in self.named.items() if name != "epochs")
        return bool(self.settings) or self.data_file is not None or any(value is not None for value in others)

    def inputs(self, known: Collection[str] = ()) -> dict[str, Any]:
        """What was set; `known` are options that may be set here, because the option means something else."""
        return values_of(self.settings, known)

    def keywords(self) -> dict[str, Any]:
        """The rest, as the library calls it; examples are read."""
        return {**self.named, "data": examples(self.data_file)}


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `run`, `sweep`, `export`, `plot` and `solve` ask of a run; the command gets it as ``asked``."""
    return _gathering(command, _NAMED, _OF_A_RUN)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same and --seed, where that can only mean what a run draws."""
    return _gathering(command, (*_NAMED, "seed"), (*_OF_A_RUN, seed_option))


def _gathering(
    command: Callable[..., Any], names: Sequence[str], options: Sequence[Callable[..., Any]]
) -> Callable[..., Any]:
    @wraps(command)
    def gathered(**found: Any) -> Any:
        named = {name: found.pop(name) for name in names}
        return command(asked=Asked(found.pop("settings"), found.pop("data_file"), named), **found)

    for option in reversed(options):
        gathered = option(gathered)
    return gathered


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
