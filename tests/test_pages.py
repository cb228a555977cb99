"""The illustrated pages of docs/ hold what the code computes now, and every picture what it was drawn from."""

from __future__ import annotations

import re

import pytest

from pages.page import DOCS, Page, pages


@pytest.fixture(params=pages(), ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> Page:
    found = request.param
    assert isinstance(found, Page)
    return found


def test_a_page_is_not_stale(page: Page) -> None:
    assert page.target.read_text(encoding="utf-8") == page.text(), f"run scripts/write_pages {page.name}"
    for picture in page.pictures:
        assert page.drawn_from(picture) == page.digest(picture), f"run scripts/write_pages {page.name}"


def test_a_page_answers_first(page: Page) -> None:
    """A title that asks, and within three lines of text the answer; then pictures, each of them shown."""
    lines = [line for line in page.text().splitlines() if line]
    assert lines[0].startswith("# ")
    assert lines[0].endswith("?"), "a page's title is its question"
    first = next(i for i, line in enumerate(lines) if i and line.startswith(("!", "#", "|", "-", " ")))
    assert 1 < first <= 4, "the answer comes first, in three lines"
    shown = set(re.findall(r"!\[[^\]]+\]\(pictures/([\w-]+)\.svg\)", page.text()))
    assert shown == set(page.pictures)


def test_no_picture_is_left_over() -> None:
    wanted = {page.picture_file(picture).name for page in pages() for picture in page.pictures}
    assert {path.name for path in (DOCS / "pictures").glob("*")} == wanted
