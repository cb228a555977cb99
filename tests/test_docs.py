"""The documentation is true: its commands run, and every command, option and experiment is in it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import gradsheet
from gradsheet.cli import main
from gradsheet.experiments import catalogue

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
DOCS = README + "".join(p.read_text() for p in sorted((ROOT / "docs").glob("*.md")))
COMMANDS = re.findall(r"^    gradsheet (.+)$", README, re.MULTILINE)


def test_readme_has_the_two_commands_and_they_exist() -> None:
    for script in ("scripts/demo", "scripts/test"):
        assert f"    {script}" in README
        assert (ROOT / script).stat().st_mode & 0o111


def test_readme_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        words = shlex.split(command.partition("#")[0])
        if words[0] == "parity":
            words += ["--oracle", "cached"]  # the other engines have tests of their own
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, (command, result.output)


def test_readme_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    pytest.importorskip("ironcalc")
    scope: dict[str, object] = {}
    exec(block, scope)
    assert getattr(scope["losses"], "shape", None) == (100_000, 2)


def test_workbooks_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/workbooks.md: values, a program, and a gradient through it."""
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "workbooks.md").read_text(), re.DOTALL)
    scope: dict[str, Any] = {}
    exec(block, scope)
    assert scope["values"]["basic!U14"] == 150.75521153771854  # the course's figure
    assert scope["rates"].grad.isfinite().all()
    assert scope["rates"].grad.abs().max() > 0


def test_every_command_and_option_is_documented() -> None:
    text = DOCS + (ROOT / "CHANGELOG.md").read_text()
    for name, command in main.commands.items():
        assert f"gradsheet {name}" in text, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, (name, option.name)


def test_every_experiment_is_in_the_readme() -> None:
    for name in catalogue():
        assert f"`{name}`" in README, name


def test_every_public_name_has_a_docstring_with_an_example() -> None:
    for name in gradsheet.__all__:
        if name.startswith("__"):
            continue
        doc = getattr(gradsheet, name).__doc__
        assert doc, name
        assert "Example" in doc, name


def test_json_examples_are_json_and_true() -> None:
    blocks = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "json.md").read_text(), re.DOTALL)
    found = [json.loads(block) for block in blocks]
    run = next(b for b in found if b.get("experiment") == "momentum")
    result = CliRunner().invoke(main, ["run", "momentum", "--epochs", "0", "--format", "json"])
    assert json.loads(result.stdout) == run


def test_links_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)
