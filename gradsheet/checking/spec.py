"""What an exercise is: which experiment, what is left blank, how many passes, whose; and the code that says so.

The code is one line of plain words with a checksum. It stands in the file three times, and a checker needs
nothing else: the answers follow from the catalogue.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from gradsheet.checking.families import family, spoken
from gradsheet.checking.image_layout import ImageLayout
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.experiments.few_digits import few_digits
from gradsheet.experiments.tables import ENTERS
from gradsheet.table import Column
from gradsheet.workbook.layout import Layout, Table

VERSION = 1
"""Of the exercise's format; a file that carries another one is not graded."""

EPOCHS = 2
IMAGES = 8
"""Of an exercise that has images: as many as fit under the sheet's columns as pictures."""
LONGEST = 200  # characters of the code, so that it fits a defined name
_HEAD = "gradsheet exercise"

Answer = tuple[Table, str]
"""A column that the learner fills: its table and its name."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of one learner.

    Attributes:
        name: the experiment's.
        blanks: the columns left to the learner, in reading order.
        epochs: passes over the data.
        learner: whose it is; empty where it is anyone's.
        own_data: whether inputs and data are drawn for this learner.
    """

    name: str
    blanks: tuple[Answer, ...]
    epochs: int = EPOCHS
    learner: str = ""
    own_data: bool = False

    @cached_property
    def experiment(self) -> Experiment:
        """The catalogue's entry as an exercise."""
        return entry_of(self.name)

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands on the sheet."""
        e, examples = self.experiment, len(self.experiment.data)
        kind = ImageLayout if e.model.wide else Layout
        return kind(e, e.rows(examples), self.epochs * e.batches(examples), examples=examples)

    @property
    def asked(self) -> str:
        """What is left open, in the sheet's own words."""
        e = self.experiment
        titles = {(table, c.name): c.title or c.name for table in ("steps", "epochs") for c in getattr(e, table)}
        return ", ".join(dict.fromkeys(spoken(titles[one]) for one in self.blanks))

    @property
    def rules(self) -> str:
        """A fingerprint of the experiment's formulas: another one means another edition of the catalogue."""
        e = self.experiment
        told = [f"{c.name}{c.formula}{c.first}{c.restart}" for c in (*e.steps, *e.epochs)]
        return f"{zlib.crc32('|'.join([*told, *e.inputs]).encode()) & 0xFFFF:04X}"

    @cached_property
    def code(self) -> str:
        """What the file carries: everything above and a checksum, not the answers.

        Example:
            >>> code = Exercise("momentum", (("steps", "velocity_a"),), learner="ada").code
            >>> code.partition(" | rules")[0]
            'gradsheet exercise 1 | momentum | 2 epochs | blank velocity_a'
        """
        written = spellings(self.experiment)
        blank = ",".join(dict.fromkeys(written[one] for one in self.blanks))
        for level in (1, 2, 3):
            if self.blanks == level_blanks(self.experiment, level):
                blank = f"level {level}"
        parts = [f"{_HEAD} {VERSION}", self.name, f"{self.epochs} epochs", f"blank {blank}", f"rules {self.rules}"]
        parts += ["own data"] if self.own_data else []
        parts += [f"learner {self.learner}"] if self.learner else []
        body = " | ".join(parts)
        return f"{body} | #{zlib.crc32(body.encode()) & 0xFFFFFFFF:08X}"


def read_code(text: str) -> Exercise:
    """The exercise that a code tells of.

    Raises:
        GradsheetError: it is no such code, was changed, or comes from another version; the message says which.

    Example:
        >>> code = Exercise("basic", (("steps", "new_b"),)).code
        >>> read_code(code).blanks
        (('steps', 'new_b'),)
        >>> read_code(code.replace("basic", "adam"))
        Traceback (most recent call last):
        ...
        gradsheet.errors.GradsheetError: the code of the exercise was changed: take the file as it was handed out
    """
    body, _, check = text.strip().rpartition(" | #")
    if not body.startswith(_HEAD):
        raise GradsheetError("it is no exercise of gradsheet's: hand in the workbook that you were given")
    if f"{zlib.crc32(body.encode()) & 0xFFFFFFFF:08X}" != check:
        raise GradsheetError("the code of the exercise was changed: take the file as it was handed out")
    version, name, epochs, blank, rules, *rest = body.split(" | ")
    if version != f"{_HEAD} {VERSION}":
        raise GradsheetError(
            f"it is of version {version.rpartition(' ')[2]} of the exercises, this is version {VERSION}: "
            "ask for the exercise again"
        )
    learner = next((part.partition(" ")[2] for part in rest if part.startswith("learner ")), "")
    try:
        found = make(name, blank.partition(" ")[2], int(epochs.split()[0]), learner, "own data" in rest)
    except GradsheetError:
        raise GradsheetError(
            f"it was made from a catalogue in which '{name}' is another: ask for the exercise again"
        ) from None
    if rules != f"rules {found.rules}":
        raise GradsheetError(f"the rules of '{name}' have changed since it was made: ask for the exercise again")
    return found


def make(name: str, blank: str = "", epochs: int = EPOCHS, learner: str = "", own_data: bool = False) -> Exercise:
    """An exercise from what a teacher asks for.

    Args:
        name: an experiment of the catalogue.
        blank: columns, separated by commas, or ``level 1``, ``level 2``, ``level 3``; level 1 where empty.
        epochs: passes over the data, from 1 on.
        learner: whose it is.
        own_data: whether it has inputs and data of its own.

    Raises:
        GradsheetError: no such experiment or column, or numbers of no use.
    """
    entry = entry_of(name)
    if not 1 <= epochs <= 50:
        raise GradsheetError(f"{epochs} epochs do not make an exercise: give 1 to 50")
    if found := re.fullmatch(r"level (\d+)", blank.strip() or "level 1"):
        blanks = level_blanks(entry, int(found[1]))
    else:
        blanks = _named(entry, [one.strip() for one in blank.split(",") if one.strip()])
    who = " ".join("".join(c if c.isprintable() and c != "|" else " " for c in learner).split())
    made = Exercise(entry.name, blanks, epochs, who, own_data)
    if len(made.code) > LONGEST + 40:
        raise GradsheetError(
            f"the learner's name and the list of blanks are too long ({len(made.code)} signs): name fewer columns, "
            "or use --level"
        )
    return made


def entry_of(name: str) -> Experiment:
    """An experiment as an exercise: without its warm-up, so that it starts from given states, all of it in sight.

    Where estimates drive the update, the exact derivatives stand beside them: the chain rule is worth an exercise.
    Of images there are a few, in view, and the start weights are typed in, since there is no run to draw them.
    """
    entry = experiment(name)
    if entry.model.wide:
        knobs = {name: one for name, one in entry.knobs.items() if name != "seed"}
        entry = replace(entry, data=few_digits()[:IMAGES], in_view=True, starts=None, knobs=knobs)
    beside = entry.beside if entry.gradient != "numeric" else tuple(dict.fromkeys((*entry.beside, "analytic")))
    return replace(entry, warmup=(), beside=beside)


def columns_of(entry: Experiment) -> dict[Answer, Column]:
    """Every column that can be left blank."""
    steps: dict[Answer, Column] = {("steps", c.name): c for c in entry.steps if c.role != "data" and c.formula}
    epochs: dict[Answer, Column] = {("epochs", c.name): c for c in entry.epochs if c.formula}
    return steps | epochs


def level_blanks(entry: Experiment, level: int) -> tuple[Answer, ...]:
    """What a level leaves to the learner: 1 one column, 2 the whole update, 3 everything.

    Raises:
        GradsheetError: there is no such level.

    Example:
        >>> level_blanks(experiment("momentum"), 1)
        (('steps', 'velocity_b'),)
        >>> [name for _, name in level_blanks(experiment("momentum"), 2)]
        ['d_b', 'd_a', 'velocity_b', 'velocity_a', 'new_b', 'new_a']
    """
    known = columns_of(entry)
    steps = [key for key in known if key[0] == "steps"]
    # where a pass is a batch, the update stands in the table of passes
    updating = [key for key in known if key[0] == ("steps" if entry.batch == "row" else "epochs")]
    if level == 1:
        # the optimiser's own idea: what it remembers; where it remembers nothing, the step itself; of images: the model
        state = [k for k in updating if known[k].role == "state" and not k[1].startswith(ENTERS)]
        new = [k for k in updating if k[1].startswith("new_")]
        return tuple(((steps if entry.model.wide else state or new) or steps or list(known))[:1])
    if level == 2:
        update = ("gradient", "state", "schedule")
        both = dict.fromkeys([*steps, *updating])
        blank = [k for k in both if known[k].role in update or k[1].startswith("new_")]
        return tuple([k for k in blank if not k[1].startswith(ENTERS)] or steps or list(known))
    if level == 3:
        return tuple(known)
    raise GradsheetError(f"there is no level {level}: 1 leaves one column, 2 the whole update, 3 a blank table")


def spellings(entry: Experiment) -> dict[Answer, str]:
    """How an answer's column is written: a column of epochs that steps has, too, with its table before it.

    The columns of all pixels are one answer: ``grad_w``.
    """
    known = columns_of(entry)
    return {
        (table, name): f"epochs.{name}" if table == "epochs" and ("steps", name) in known else family(name)
        for table, name in known
    }


def _named(entry: Experiment, names: Sequence[str]) -> tuple[Answer, ...]:
    known = columns_of(entry)
    by_name: dict[str, list[Answer]] = {}
    for answer, spelt in spellings(entry).items():
        by_name.setdefault(spelt, []).append(answer)
    wanted: set[Answer] = set()
    for name in names:
        table, _, plain = name.rpartition(".")
        if name not in by_name and (cast(Table, table), plain) not in known:
            raise GradsheetError(f"{entry.name} has no column {name!r} to leave blank: choose {', '.join(by_name)}")
        wanted.update(by_name.get(name, [(cast(Table, table), plain)]))
    return tuple(answer for answer in known if answer in wanted)
