"""Makes `.venv` beside the project and installs the project into it, every version pinned.

PyTorch's CPU build comes from PyTorch's own index where that answers within seconds, else from what pip is
configured with. GRADSHEET_TORCH=cuda asks pip for the default build, gigabytes of CUDA included.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CONSTRAINTS = ROOT / "scripts" / "constraints.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
SECONDS = 4
OLDEST = (3, 11)


def ready(extra: str = "") -> Path:
    """The environment's python, with the project and an extra of it installed.

    What is already there is not installed again: a stamp holds what the environment was made from.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"gradsheet needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this one is {sys.version.split()[0]}.")
    stamp = VENV / f".gradsheet-{extra or 'plain'}"
    made_from = hashlib.sha256(b"".join(p.read_bytes() for p in (CONSTRAINTS, ROOT / "pyproject.toml"))).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == made_from:
        return PYTHON
    _make()
    _torch()
    wanted = f"{ROOT}[{extra}]" if extra else str(ROOT)
    _pip("install", "--constraint", str(CONSTRAINTS), "--editable", wanted)
    stamp.write_text(made_from)
    return PYTHON


def run(*arguments: str) -> int:
    """Run the environment's python from the project's root; its exit status."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, check=False).returncode


def _make() -> None:
    if PYTHON.exists():
        return
    print(f"Making {VENV.name} ...", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(
            "This Python cannot make virtual environments: install its venv module "
            f"(on Debian and Ubuntu: apt install python3-venv) and try again.\n{made.stderr}"
        )


def _torch() -> None:
    pinned = next(line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("torch=="))
    has = subprocess.run(
        [str(PYTHON), "-c", "import importlib.metadata as m; print(m.version('torch'))"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if has.stdout.partition("+")[0].strip() == pinned.removeprefix("torch=="):
        return
    print("Installing PyTorch ...", flush=True)
    if os.environ.get("GRADSHEET_TORCH") != "cuda" and _answers(CPU_INDEX):
        _pip("install", pinned, "--index-url", CPU_INDEX)
    else:
        _pip("install", pinned)


def _answers(index: str) -> bool:
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _pip(*arguments: str) -> None:
    print("Installing ...", *[a for a in arguments if "==" in a], flush=True)
    command = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("pip could not install what gradsheet needs; its own words are above.")
