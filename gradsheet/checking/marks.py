"""Marks: a column is one answer, however many rows it has; a follow-on costs nothing.

A right formula whose reference drifts is one fragile answer, wherever it was filled to.

A teacher's file may say otherwise:

    [weights]            # of columns, 1 where not named
    velocity_b = 2
    [credit]             # for a cell, by its verdict, from 0 to 1
    fragile = 0.5
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gradsheet.checking.feedback import VERDICTS, Verdict
from gradsheet.errors import GradsheetError

_CREDIT: dict[Verdict, float] = {
    "correct": 1.0,
    "follow_on": 1.0,
    "fragile": 0.5,
    "hard_coded": 0.0,
    "wrong": 0.0,
    "missing": 0.0,
    "unreadable": 0.0,
}


@dataclass(frozen=True)
class Marks:
    """What is given for what.

    Attributes:
        weights: of columns by name; 1 for those that are not named.
        credit: the share that a cell earns by its verdict.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    credit: Mapping[Verdict, float] = field(default_factory=lambda: dict(_CREDIT))

    def of(self, columns: Mapping[str, Sequence[Verdict]]) -> dict[str, tuple[float, float]]:
        """What each column earns, of how much: its weight times the mean credit of its cells.

        Args:
            columns: the verdict that counts for each of their cells.

        Example:
            >>> Marks({"new_b": 2.0}).of({"new_b": ["correct"], "new_a": ["fragile", "fragile"]})
            {'new_b': (2.0, 2.0), 'new_a': (0.5, 1.0)}
        """
        found = {}
        for name, verdicts in columns.items():
            weight = self.weights.get(name, 1.0)
            share = sum(self.credit[verdict] for verdict in verdicts) / len(verdicts) if verdicts else 0.0
            found[name] = (round(weight * share, 2), weight)
        return found


def read_marks(path: str | os.PathLike[str] | None) -> Marks:
    """A teacher's file of weights.

    Raises:
        GradsheetError: it cannot be read, or says something that has no meaning here.
    """
    if path is None:
        return Marks()
    name = os.fspath(path)
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise GradsheetError(f"{name} cannot be read: give a TOML file with [weights]") from None
    except tomllib.TOMLDecodeError as error:
        raise GradsheetError(
            f"{name} is no TOML ({error}): write lines such as velocity_b = 2 under [weights]"
        ) from None
    unknown = sorted(set(told) - {"weights", "credit"})
    if unknown:
        raise GradsheetError(f"{name}: [{unknown[0]}] has no meaning here: write [weights] and [credit]")
    weights, credit = told.get("weights", {}), told.get("credit", {})
    for table, values in (("weights", weights), ("credit", credit)):
        for one, value in values.items() if isinstance(values, dict) else [(table, None)]:
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise GradsheetError(f"{name}, [{table}]: {one} must be a number from 0 on, such as {one} = 1")
    if large := [one for one, value in credit.items() if value > 1]:
        raise GradsheetError(
            f"{name}, [credit]: {large[0]} = {credit[large[0]]} is more than the whole: write 1 or less"
        )
    if wrong := sorted(set(credit) - set(VERDICTS)):
        raise GradsheetError(f"{name}, [credit]: there is no verdict {wrong[0]!r}: {', '.join(VERDICTS)}")
    return Marks(
        {one: float(value) for one, value in weights.items()},
        {**_CREDIT, **{one: float(value) for one, value in credit.items()}},
    )
