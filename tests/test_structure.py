"""The house keeps its shape: imports point one way, files stay short, nothing of the machine is in it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gradsheet"
FILES = sorted(PACKAGE.rglob("*.py"))

# A room may import from itself and from rooms that stand before it.
ORDER = [
    "errors", "address", "memory", "numerics", "table", "models", "gradients", "optimisers", "experiments", "engine",
    "formula", "workbook", "plotting", "proof", "solving", "sweeping", "checking", "report", "cli",
]  # fmt: skip


def room(path: Path) -> str:
    """The part of the package that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The rooms that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {n.split(".")[1] for n in names if n.startswith("gradsheet.")}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    for other in imports(path):
        assert ORDER.index(other) <= ORDER.index(here), f"{path.name} imports {other}"


def test_the_language_knows_neither_experiments_nor_files() -> None:
    for path in FILES:
        if room(path) == "formula":
            assert imports(path) <= {"formula", "errors", "address", "numerics"}, path.name
            assert "openpyxl" not in path.read_text(), path.name


def test_an_optimiser_or_a_model_is_one_file() -> None:
    """Nothing but the catalogue names them."""
    for kind in ("optimisers", "models"):
        for path in (PACKAGE / kind).glob("*.py"):
            if path.stem == "__init__":
                continue
            module = f"gradsheet.{kind}.{path.stem}"
            users = {room(f) for f in FILES if module in f.read_text() and f != path}
            assert users <= {kind, "experiments", "proof"}, (module, users)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_hold_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 350, "split it"


def test_nothing_of_this_machine_is_in_the_project() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0"):
        if name.endswith((".py", ".md", ".toml", ".txt")) or name.startswith(("scripts/", ".ci/")):
            text = (ROOT / name).read_text()
            assert not re.search(r"(?<![\w.])/(?:work|root|home/\w+)/", text), name
