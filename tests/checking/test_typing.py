"""Exercises filled in as learners do it, in a LibreOffice that runs: typed into a cell, and dragged down."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path

import pytest

import gradsheet
from gradsheet.checking.feedback import FINE, Feedback
from gradsheet.checking.submission import check_file
from gradsheet.proof.oracles import libreoffice
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.layout import Content
from tests.checking.learner import Learner

Typed = list[tuple[str, str, int]]
"""First cell, formula, and the row that it is dragged to (0: it is not)."""
COLUMNS = ("d_b", "d_a", "velocity_b", "velocity_a", "new_b", "new_a")


def stretches(learner: Learner, column: str) -> Typed:
    """What is typed so that a column becomes the key's."""
    found: list[tuple[Content, str, int]] = []
    for content in learner.contents(column):
        text = learner.cells[str(content.at)].text  # type: ignore[attr-defined]
        if found and Fill(found[-1][1], found[-1][0].at).at(content.at) == text:
            found[-1] = (*found[-1][:2], content.at.row)
        else:
            found.append((content, text, 0))
    return [(str(content.at), text, last) for content, text, last in found]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Feedback]:
    """What the checker says of those who fill in the same exercise, each in a way of their own."""
    if (reason := libreoffice.available()) is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("typing")
    (handed_out,) = gradsheet.exercise("momentum", folder, learner="ada", level=2)
    learner = Learner.of("momentum", "level 2", learner="ada")
    right = [one for column in COLUMNS for one in stretches(learner, column)]
    ways = {
        "right": right,
        "cell for name": [(at, text.replace("momentum_lr", "$C$7"), last) for at, text, last in right],
        "no dollar": [(at, text.replace("momentum_lr", "C7"), last) for at, text, last in right],
        "no x": [(at, text.replace("*C14", ""), last) for at, text, last in right],
        "not dragged": [(at, text, 0 if at.startswith("M") else last) for at, text, last in right],
    }
    assert all(ways["right"] != way for name, way in ways.items() if name != "right")
    pipe = f"gradsheet-{uuid.uuid4().hex}"
    jobs = [
        {"url": handed_out.as_uri(), "saved": (folder / f"{name}.xlsx").as_uri(), "sheet": "momentum", "typed": way}
        for name, way in ways.items()
    ]
    session = str(Path(libreoffice.__file__).parent)
    with libreoffice.running_office(folder / "profile", pipe):
        subprocess.run(
            [str(libreoffice.interpreter()), str(Path(__file__).with_name("typist.py"))],
            input=json.dumps({"session": session, "pipe": pipe, "jobs": jobs}),
            text=True,
            timeout=120,
            check=True,
        )
    return {name: check_file(folder / f"{name}.xlsx") for name in ways}


def said(found: Feedback) -> set[tuple[str, str, str | None]]:
    """Column, verdict and mistake of whatever is not right."""
    return {(one.column, one.verdict, one.mistake) for one in found.cells if one.verdict not in FINE}


@pytest.mark.parametrize("way", ["right", "cell for name"])
def test_what_is_typed_rightly_is_right(filled: dict[str, Feedback], way: str) -> None:
    assert filled[way].ok, [one.message for one in filled[way].cells if one.verdict != "correct"][:3]
    assert filled[way].learner == "ada"


def test_a_missing_dollar_drifts(filled: dict[str, Feedback]) -> None:
    assert {(column, mistake) for column, _, mistake in said(filled["no dollar"])} == {
        ("new_b", "lr_drift"),
        ("new_a", "lr_drift"),
    }


def test_a_missing_x_is_named_and_the_rest_follows(filled: dict[str, Feedback]) -> None:
    assert said(filled["no x"]) == {("d_a", "wrong", "missing_x")}
    followed = {one.column for one in filled["no x"].cells if one.verdict == "follow_on"}
    assert followed >= {"velocity_a", "new_a"}
    assert (filled["no x"].score, filled["no x"].max_score) == (5, 6)


def test_what_was_not_dragged_down_is_missing(filled: dict[str, Feedback]) -> None:
    assert said(filled["not dragged"]) == {("new_b", "missing", "not_filled_down")}
