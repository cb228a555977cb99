"""A picture as one HTML file that needs nothing beside it: as SVG, and the table of epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gradsheet.engine import Trace
from gradsheet.plotting.style import Picture
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.race import Race
from gradsheet.workbook.style import INK, MUTED, ROLES, RULE

MOST_ROWS = 200
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ told.title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: {{ ink }}; max-width: 1100px; margin: 2rem auto; padding: 0 1rem }
p.purpose, caption, figcaption { color: {{ muted }} }
.wide { overflow-x: auto }
figure { margin: 1.5rem 0 } svg { max-width: 100%; height: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; padding-bottom: .5rem }
th, td { text-align: right; padding: .25rem .8rem; border-bottom: 1px solid {{ rule }} }
th { color: white; background: {{ muted }} }
{% for role, look in roles.items() %}th.{{ role }} { background: {{ look.colour }} }
{% endfor %}</style>
</head>
<body>
<h1>{{ told.title }}</h1>
<p class="purpose">{{ told.purpose }}</p>
<figure role="img" aria-label="{{ told.title }}: {{ told.shown }}">{{ picture }}
<figcaption>{{ told.look_for }}</figcaption></figure>
<div class="wide"><table>
<caption>{{ told.table }}{% if left_out %} The first {{ rows | length }} of {{ left_out }}.{% endif %}</caption>
<thead><tr>{% for title, role in told.columns %}<th class="{{ role }}">{{ title }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table></div>
</body>
</html>
"""


@dataclass(frozen=True)
class Told:
    """What stands around a picture.

    Attributes:
        title: of the page.
        purpose: one sentence.
        shown: what the picture shows, for those who cannot see it.
        look_for: what the reader should see.
        table: what the table has.
        columns: title and role of each.
        rows: of the table.
    """

    title: str
    purpose: str
    shown: str
    look_for: str
    table: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]


def of_run(trace: Trace, lane: int = 0) -> Told:
    """A run, epoch by epoch."""
    entry = trace.experiment
    kept = [c for c in entry.epochs if c.name in trace.epochs]
    columns = [("epoch", "count"), *((c.title or c.name, c.role) for c in kept)]
    values = [range(trace.asked + 1), *(trace.epochs[c.name][lane].tolist() for c in kept)]
    return Told(
        entry.title,
        entry.purpose,
        "loss, weights and errors",
        entry.look_for,
        "Epoch by epoch: the weights after so many epochs, and the loss of the pass that starts from them.",
        columns,
        list(zip(*values, strict=True)),
    )


def of_race(race: Race) -> Told:
    """A race, epoch by epoch."""
    frame = race.to_frame()
    return Told(
        race.title,
        f"{len(race.traces)} optimisers on the same model, the same examples, from the same start.",
        "the loss by epoch, a line an optimiser",
        "Which optimiser gets the loss down?",
        "The loss, epoch by epoch.",
        [("epoch", "count"), *((str(name), "error") for name in frame.columns)],
        frame.reset_index().astype(object).values.tolist(),
    )


def write_page(path: Path, picture: Picture, told: Told) -> Path:
    """Write the page, whole or not at all; everything that is not ours is escaped."""
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(PAGE)
    rows = [[_shown(value) for value in row] for row in told.rows[:MOST_ROWS]]
    svg = picture.as_bytes("svg", told.title).decode()
    text = page.render(
        told=told,
        picture=Markup(svg[svg.index("<svg") :]),  # matplotlib's own, without the XML declaration
        rows=rows,
        left_out=len(told.rows) if len(told.rows) > len(rows) else 0,
        roles=ROLES,
        ink=INK,
        muted=MUTED,
        rule=RULE,
    )
    with whole_or_not_at_all(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return path


def _shown(value: Any) -> str:
    """A number as a person reads it; what is none as Excel shows it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and not math.isfinite(value):
        return "#NUM!"
    return f"{value:.8g}" if isinstance(value, float) else str(value)
