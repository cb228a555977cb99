"""Exercises as files: a workbook each, and beside it the solved one."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gradsheet.checking.image_page import ImagePage
from gradsheet.checking.instructions import write_identity, write_instructions
from gradsheet.checking.key import Key, key_of
from gradsheet.checking.own import Points, numbers
from gradsheet.checking.page import Computed, ExercisePage, LockedFormats
from gradsheet.checking.self_check import write_self_check
from gradsheet.checking.spec import EPOCHS, Exercise, make
from gradsheet.errors import GradsheetError
from gradsheet.formula.cells import Workbook
from gradsheet.formula.evaluation import Evaluation, evaluate
from gradsheet.formula.plan import Plan
from gradsheet.workbook.exact import ExactWorkbook, whole_or_not_at_all

_LEARNER_COLUMNS = ("learner", "id", "student", "student_id", "name", "email")
MOST_ROWS = 5_000


def exercise(
    name: str,
    out: str | Path = ".",
    *,
    learner: str = "",
    learners: str | Path | Iterable[str] | None = None,
    blank: str | Sequence[str] = "",
    level: int | None = None,
    own_data: bool = False,
    epochs: int = EPOCHS,
    key: bool = False,
    self_check: bool = False,
    replace: bool = False,
    say: Callable[[Exercise], None] | None = None,
) -> list[Path]:
    """Make an exercise for a learner, or one for each of a class.

    Args:
        name: an experiment of the catalogue.
        out: the folder to write to.
        learner: whose it is; anyone's where empty.
        learners: a roster, a CSV file with a column learner, id or name; or the learners themselves.
        blank: the columns left to the learner, such as ``"d_b,new_b"``.
        level: 1 leaves one column, 2 the whole update, 3 a blank table; 1 where neither is given.
        own_data: draw inputs and data for each learner.
        epochs: passes over the data.
        key: write the solved workbook, too.
        self_check: cells turn green or red in the sheet itself.
        replace: write over files that hold something else, such as what a learner has filled in.
        say: called with each exercise before it is written.

    Returns:
        The files, in the order of the learners.

    Raises:
        GradsheetError: an unknown experiment or column, a roster without learners, a folder that cannot be written, a
            file that holds something else.

    Example:
        >>> import tempfile
        >>> [path.name for path in exercise("momentum", tempfile.mkdtemp(), learner="Ada L.", key=True)]
        ['momentum-Ada_L.xlsx', 'momentum-Ada_L.key.xlsx']
    """
    if blank and level is not None:
        raise GradsheetError("a level names its own blanks: give either the level or the columns")
    wanted = blank if isinstance(blank, str) else ",".join(blank)
    wanted = wanted or f"level {level or 1}"
    if isinstance(learners, str | Path):
        learners = roster(learners)
    who = list(learners) if learners is not None else [learner]
    made = [make(name, wanted, epochs, one, own_data) for one in who]
    if made and epochs * made[0].layout.rows > MOST_ROWS:
        raise GradsheetError(f"{epochs} epochs make a sheet of {epochs * made[0].layout.rows:,} rows: give fewer")
    folder, paths = Path(out), []
    for one, name_ in zip(made, _stems(made), strict=True):
        if say is not None:
            say(one)
        for solved in (False, True) if key else (False,):
            path = folder / f"{name_}{'.key' if solved else ''}.xlsx"
            with whole_or_not_at_all(path) as draft:
                write(one, draft, solved=solved, self_check=self_check)
                if not replace and path.exists() and path.read_bytes() != draft.read_bytes():
                    raise GradsheetError(
                        f"{path} is there and holds something else, perhaps someone's answers: "
                        "write to another folder, or replace it with --replace"
                    )
            paths.append(path)
    return paths


def write(exercise: Exercise, path: Path, *, solved: bool = False, self_check: bool = False) -> None:
    """One workbook."""
    key = key_of(exercise)
    inputs, points = numbers(exercise)
    values = key.values(inputs, points)
    title = f"{exercise.experiment.title}: {'the key' if solved else 'an exercise'}"
    book = ExactWorkbook(path, {"title": title, "subject": exercise.name, "author": "gradsheet"})
    formats = LockedFormats(book)
    write_instructions(book, formats, exercise, solved, self_check)
    shows = values if solved else _with_blanks(exercise, key, inputs, points)
    kind = ImagePage if exercise.experiment.model.wide else ExercisePage
    page = kind(book, formats, exercise, Computed(key, inputs, values), Computed(key, inputs, shows), solved=solved)
    page.write()
    if self_check:
        write_self_check(book, formats, page.sheet, exercise, key, values, solved=solved)
    page.write_examples(points)
    book.get_worksheet_by_name(exercise.layout.data[0]).protect("")
    write_identity(book, exercise)
    book.close()


def _with_blanks(exercise: Exercise, key: Key, inputs: dict[str, float], points: Points) -> Evaluation:
    """What the given cells show while the answers are blank."""
    blank, sheet = set(exercise.blanks), exercise.experiment.name
    cells = {str(c.at): c.formula for c in key.contents.values() if (c.table, c.column) not in blank}
    book = Workbook.of({sheet: cells, key.layout.data[0]: {}}, key.workbook.names)
    return evaluate(Plan(book), given=key.given(inputs, points))


def roster(path: str | Path) -> list[str]:
    """The learners in a CSV file, each once.

    Raises:
        GradsheetError: there is no such file, it is no CSV, or it has no learners.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise GradsheetError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError):
        raise GradsheetError(f"{file} cannot be read: give a CSV file in UTF-8 with a column learner") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise GradsheetError(f"{file} is empty: give it a column learner, with one learner in each row")
    mark = max(",;\t", key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=mark))
    head = [word.strip().casefold().replace(" ", "_") for word in rows[0]]
    column = next((head.index(word) for word in _LEARNER_COLUMNS if word in head), None)
    if column is None:
        raise GradsheetError(f"{file} has no column learner, id or name: its first row says {', '.join(rows[0])[:80]}")
    found = [row[column].strip() for row in rows[1:] if len(row) > column and row[column].strip()]
    if not found:
        raise GradsheetError(f"{file} has no learners under {rows[0][column]!r}: one in each row is expected")
    if twice := sorted({one for one in found if found.count(one) > 1}):
        raise GradsheetError(f"{file}: {twice[0]} stands in it twice: a learner needs a name or id of their own")
    return found


def stem(exercise: Exercise) -> str:
    """The file name of an exercise, without its ending."""
    return f"{exercise.name}-{safe(exercise.learner)}" if exercise.learner else exercise.name


def _stems(made: Sequence[Exercise]) -> list[str]:
    """File names, no two the same even where case does not count."""
    names = [stem(one) for one in made]
    folded = [name.casefold() for name in names]
    return [
        name if folded.count(name.casefold()) == 1 else f"{name}-{hashlib.sha256(one.learner.encode()).hexdigest()[:6]}"
        for name, one in zip(names, made, strict=True)
    ]


def safe(text: str) -> str:
    """A learner's name as part of a file name.

    Example:
        >>> safe("Ada Lovelace"), safe("../Zoë*?"), safe("李")
        ('Ada_Lovelace', 'Zoe', 'learner-c166')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9@.-]+", "_", plain).strip("._-")[:60]
    return kept or f"learner-{hashlib.sha256(text.encode()).hexdigest()[:4]}"
