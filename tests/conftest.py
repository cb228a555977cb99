"""What several tests need: the course's workbooks, where they lie beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COURSE = ROOT.parent / "shared" / "data" / "fastai"


@pytest.fixture(params=["course22p2", "dl1"])
def edition(request: pytest.FixtureRequest) -> Path:
    """An edition of the course's graddesc.xlsx, which the project does not contain."""
    path = COURSE / f"graddesc-{request.param}.xlsx"
    if not path.is_file():
        pytest.skip(f"the course's workbook {path.name} is not beside the project (../shared/data/fastai)")
    return path


@pytest.fixture(scope="session")
def committed() -> Path:
    """The workbook that the project ships."""
    return ROOT / "workbooks" / "graddesc.xlsx"
