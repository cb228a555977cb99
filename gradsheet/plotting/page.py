"""A run as one HTML file that needs nothing beside it: the picture as SVG, and the table of epochs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gradsheet.engine import Trace
from gradsheet.plotting.style import Picture
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.style import INK, MUTED, ROLES, RULE

MOST_ROWS = 200
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ entry.title }}</title>
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
<h1>{{ entry.title }}</h1>
<p class="purpose">{{ entry.purpose }}</p>
<figure role="img" aria-label="{{ entry.title }}: loss, weights and errors">{{ picture }}
<figcaption>{{ entry.look_for }}</figcaption></figure>
<div class="wide"><table>
<caption>Epoch by epoch: the weights after so many epochs, and the loss of the pass that starts from them.\
{% if left_out %} The first {{ rows | length }} of {{ left_out }}.{% endif %}</caption>
<thead><tr>{% for name, title, role in columns %}<th class="{{ role }}">{{ title }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody>
</table></div>
</body>
</html>
"""


def write_page(path: Path, picture: Picture, trace: Trace, lane: int = 0) -> Path:
    """Write the page, whole or not at all; everything that is not ours is escaped."""
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(PAGE)
    entry = trace.experiment
    columns = [("epoch", "epoch", "count"), *((c.name, c.title or c.name, c.role) for c in entry.epochs)]
    columns = [c for c in columns if c[0] == "epoch" or c[0] in trace.epochs]
    table = {name: tensor[lane].tolist() for name, tensor in trace.epochs.items()}
    table["epoch"] = list(range(trace.asked + 1))
    rows = [[_shown(table[name][k]) for name, *_ in columns] for k in range(min(trace.asked + 1, MOST_ROWS))]
    svg = picture.as_bytes("svg", entry.title).decode()
    text = page.render(
        entry=entry,
        picture=Markup(svg[svg.index("<svg") :]),  # matplotlib's own, without the XML declaration
        columns=columns,
        rows=rows,
        left_out=trace.asked + 1 if trace.asked + 1 > len(rows) else 0,
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
