"""Feedback as one HTML page that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from gradsheet.checking.feedback import FINE, WORDS, CellFeedback, Feedback
from gradsheet.report.feedback_book import FILLS
from gradsheet.report.said_once import alike, where

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 15px/1.45 Calibri, Carlito, "Segoe UI", sans-serif; color: #1F2937; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.7rem } h2 { margin: 2.2rem 0 .2rem; font-size: 1.25rem } .muted { color: #5B6472 }
table { border-collapse: collapse; margin: .6rem 0; width: 100% }
th { text-align: left; font-weight: 600; border-bottom: 2px solid #D7DBE0; padding: .25rem .6rem .25rem 0 }
td { border-bottom: 1px solid #D7DBE0; padding: .3rem .6rem .3rem 0; vertical-align: top }
td.n, th.n { text-align: right; white-space: nowrap; padding-right: 0 }
code { font-family: Consolas, monospace; overflow-wrap: anywhere }
.v { border-radius: .25rem; padding: .05rem .4rem; white-space: nowrap }
.strip { line-height: .8; font-size: 0 } .strip i { display: inline-block; width: 7px; height: 13px;
  margin: 0 1px 1px 0; border-radius: 1px }
@media (max-width: 40rem) { table { display: block; overflow-x: auto } body { margin: 1rem auto }
  .said th { display: none } .said td { display: block; border: 0; padding: .15rem 0 }
  .said tr { display: block; padding: .4rem 0; border-bottom: 1px solid #D7DBE0 } }
{% for verdict, colour in fills.items() %}.{{ verdict }} { background: #{{ colour }} }
{% endfor %}@media print { h2 { break-after: avoid } tr { break-inside: avoid } }
</style></head><body>
<h1>{{ title }}</h1>
<p>{% for verdict, word in words.items() %}<span class="v {{ verdict }}">{{ word }}</span> {% endfor %}</p>
{% if found|length > 1 %}
<table><tr><th>file</th><th>learner</th><th>exercise</th><th class="n">score</th></tr>
{% for one in found %}<tr><td><a href="#s{{ loop.index }}">{{ one.name }}</a></td><td>{{ one.it.learner }}</td>
<td>{{ one.it.exercise }}</td><td class="n">{% if one.it.status == "graded" %}{{ "%g"|format(one.it.score) }} of
{{ "%g"|format(one.it.max_score) }}{% else %}not graded{% endif %}</td></tr>
{% endfor %}</table>
{% endif %}
{% for one in found %}
<h2 id="s{{ loop.index }}">{{ one.it.learner or one.name }}</h2>
{% if one.it.status == "ungradable" %}<p>{{ one.name }} was not graded: {{ one.it.reason }}.</p>
{% else %}
<p class="muted">{{ one.name }}: {{ one.it.exercise }}, <b>{{ "%g"|format(one.it.score) }} of
{{ "%g"|format(one.it.max_score) }}</b>{% if one.it.reason %}. Note: {{ one.it.reason }}.{% endif %}</p>
<table><tr><th>column</th><th>its cells</th><th class="n">marks</th></tr>
{% for column, cells in one.columns %}<tr><td>{{ column }}</td><td class="strip">{% for c in cells
%}<i class="{{ c.verdict }}" title="{{ c.cell }}: {{ words[c.verdict] }}"></i>{% endfor %}</td><td class="n">{%
if column in one.it.marks %}{{ "%g of %g"|format(*one.it.marks[column]) }}{% endif %}</td></tr>
{% endfor %}</table>
{% if one.said %}<table class="said"><tr><th>cells</th><th>verdict</th><th>what is said</th></tr>
{% for cell in one.said %}<tr><td><code>{{ cell.where }}</code></td>
<td><span class="v {{ cell.verdict }}">{{ words[cell.verdict] }}</span></td>
<td>{{ cell.told }}{% if cell.formula %}<br><code>{{ cell.formula }}</code>{% endif %}</td></tr>
{% endfor %}</table>{% else %}<p>All right.</p>{% endif %}
{% endif %}
{% endfor %}
</body></html>
"""


def feedback_html(found: Sequence[Feedback], title: str = "Feedback") -> str:
    """One page for one submission or for a class.

    Args:
        found: the feedback on each.
        title: of the page.
    """
    from jinja2 import Environment, StrictUndefined

    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False).from_string(_PAGE)
    short = {verdict: word.partition(",")[0] for verdict, word in WORDS.items()}
    return page.render(title=title, fills=FILLS, words=short, found=[_shown(one) for one in found])


def _shown(one: Feedback) -> dict[str, Any]:
    columns = [(column, list(cells)) for column, cells in groupby(one.cells, key=lambda c: c.column)]
    groups = alike(one.cells)
    said = [_told(where(same), same[0]) for same in groups if same[0].verdict not in FINE]
    follow: dict[tuple[str, ...], list[list[CellFeedback]]] = {}
    for same in groups:
        if same[0].verdict == "follow_on":
            follow.setdefault(same[0].because, []).append(same)
    said += [_told(", ".join(map(where, several)), several[0][0], "") for several in follow.values()]
    return {"it": one, "name": Path(one.file).name, "columns": columns, "said": said}


def _told(where: str, cell: CellFeedback, formula: str | None = None) -> dict[str, str | None]:
    """One line of what is said: the cells first."""
    told = cell.message.partition(": ")[2]
    shown = cell.formula if formula is None else formula
    return {"where": where, "verdict": cell.verdict, "told": told[:1].upper() + told[1:], "formula": shown}
