"""Mistakes planted in solved exercises, written by hand as learners write them.

It does not use the checker's own catalogue of rewrites: what stands here are texts, typed into cells.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradsheet.checking.domains import domains
from gradsheet.checking.feedback import Feedback
from gradsheet.checking.key import key_of
from gradsheet.checking.spec import Exercise, columns_of, spellings
from gradsheet.workbook.layout import Content
from tests.checking.learner import Learner
from tests.learners import planted_images


@dataclass(frozen=True)
class Plant:
    """One mistake in one column.

    Attributes:
        slug: how it should be called.
        column: where it is.
        how: what was typed.
        do: does it.
    """

    slug: str
    column: str
    how: str
    do: Callable[[Learner], object]


def plants(exercise: Exercise) -> Iterator[Plant]:
    """Every mistake that applies to an exercise."""
    entry = exercise.experiment
    seen: set[str] = set()
    labels = spellings(entry)
    for (table, name), column in columns_of(entry).items():
        label = labels[table, name]
        if (table, name) not in exercise.blanks or label in seen:
            continue
        seen.add(label)  # the columns of all pixels are one answer
        if entry.model.wide:
            for slug, formula in planted_images.RULES[label]:
                yield _typed(label, slug, formula, column.formula, column.first)
            for slug, how, do in planted_images.of_cells(label):
                yield Plant(slug, label, how, do)
        for slug, formula in _rules(exercise, table, name, column.formula):
            alone = exercise.layout.rows == 1 and slug == "mean_for_sum"  # the sum of one number is its mean
            if formula != column.formula and not alone:
                yield _typed(label, slug, formula, column.formula, column.first)
        yield from _cells(exercise, table, label, column.formula)


def _typed(label: str, slug: str, formula: str, right: str, first: str) -> Plant:
    """A formula in names down a column; where it has no meaning (a first row), what is right stays."""

    def do(learner: Learner) -> object:
        layout = learner.exercise.layout
        for content in learner.contents(label):
            meant = planted_images.in_names(right, content)
            if content.row is None and learner.exercise.experiment.entering(content.column, content.number) != meant:
                continue
            try:
                text = layout.spell(content, planted_images.in_names(formula, content))
            except KeyError:
                continue
            learner.put(str(content.at), text)
        return learner

    return Plant(slug, label, formula, do)


def _rules(exercise: Exercise, table: str, name: str, f: str) -> Iterator[tuple[str, str]]:
    """A column's formula as it comes out of a learner's head."""
    e = exercise.experiment
    w = next((w for w in e.model.weights if name.endswith(f"_{w}")), "")
    others = [o for o in e.model.weights if o != w]
    one = {c.name for c in (e.steps if table == "steps" else e.epochs)}
    grad = next((g for g in (f"grad_{w}", f"d_{w}", f"est_{w}") if re.search(rf"\b{g}\b", f)), "")
    if name == f"new_{w}":
        yield "sign", f.replace(f"={w}-", f"={w}+")
        if re.search(r"\blr\b", f):
            yield "lr_factor_10", re.sub(r"\blr\b", "lr*10", f)
            yield "lr_factor_10", re.sub(r"\blr\b", "(lr/10)", f)
            yield "lr_factor_10", re.sub(r"\blr\b", "(0.1*lr)", f)
        for state in ("velocity", "average", "square", "total"):
            if f"prev({state}_{w})" in f:
                yield "used_updated_state", f.replace(f"prev({state}_{w})", f"{state}_{w}")
            elif f"{state}_{w}" in f and table == "steps":
                yield "used_previous_state", f.replace(f"{state}_{w}", f"prev({state}_{w})")
        if "SQRT(" in f:
            yield "no_sqrt", f.replace("SQRT(", "(")
            if "eps" not in f:
                yield "eps_added", re.sub(r"(SQRT\([^()]*(?:\([^()]*\))?\))", r"(\1+0.00000001)", f)
                yield "eps_added", re.sub(r"SQRT\(([^()]*(?:\([^()]*\))?)\)", r"SQRT(\1+1E-8)", f)
        if f"average_{w}" in f and f"square_{w}" in f:
            both = f.replace(f"average_{w}", "§").replace(f"square_{w}", f"average_{w}").replace("§", f"square_{w}")
            yield "moments_swapped", both
            if "left1" not in f and table == "steps":
                yield (
                    "bias_corrected",
                    f.replace(f"average_{w}", f"(average_{w}/(1-beta1^row))").replace(
                        f"square_{w}", f"square_{w}/(1-POWER(beta2,row))"
                    ),
                )
                yield "bias_corrected", f.replace(f"average_{w}", f"average_{w}/(1-beta1^row)")
        if name == "new_b" and "a" in others and table == "steps":
            yield "used_updated_weight", f.replace("=b-", "=new_a-")
        if grad and grad.startswith("d_") and "lr" in f and len(e.model.columns) == 1 and others and table == "steps":
            powers = {"c": "", "b": "*x", "a": "*x^2"} if "c" in one else {"b": "", "a": "*x"}
            other = "a" if w == "b" else "b"
            terms = "+".join(f"{'new_' if each == other else ''}{each}{power}" for each, power in powers.items())
            yield "used_updated_weight", re.sub(rf"\b{grad}\b", f"2*({terms}-y){powers[w]}", f)
            yield "sign", re.sub(rf"\b{grad}\b", f"2*(y-pred){powers[w]}", f)
    if f == "=2*(pred-y)":
        yield from (("error_sign", "=2*(y-pred)"), ("missing_factor_2", "=pred-y"), ("half_factor", "=(pred-y)/2"))
        yield from (
            ("half_factor", "=0.5*(pred-y)"),
            ("missing_factor_2", "=(c+b*x+a*x^2)-y" if "c" in one else "=(b+a*x)-y")
            if one >= {"b", "a"} and len(e.model.columns) == 1
            else ("sign", "=2*(pred+y)"),
        )
        if table == "steps":
            yield "accumulated_gradient", f"=prev({name})+2*(pred-y)"
    if f == "=d_b*x":
        yield from (("missing_x", "=d_b"), ("sign", "=-d_b*x"))
        yield "accumulated_gradient", "=d_b*x+prev(d_a)"
        if len(e.model.columns) == 1:
            yield from (
                ("missing_factor_2", "=(pred-y)*x"),
                ("error_sign", "=2*(y-pred)*x"),
                ("missing_x", "=2*(pred-y)"),
            )
            yield "used_updated_weight", "=2*(new_b+a*x-y)*x"
    if f == "=d_d*c":
        yield from (
            ("chain_factor_missing", "=d_d"),
            ("chain_factor_missing", "=2*(pred-y)"),
            ("used_updated_weight", "=d_d*new_c"),
        )
    if f == "=IF(z>0,d_d*c,0)":
        yield from (("relu_mask_missing", "=d_d*c"), ("chain_factor_missing", "=IF(z>0,d_d,0)"))
    if f in ("=d_d*z", "=d_d*relu"):
        yield "chain_factor_missing", "=d_d"
        if "relu" in f:
            yield "relu_mask_missing", "=d_d*z"
    if name.startswith("est_"):
        err = f"err_{w}"
        yield from (
            ("not_divided_by_h", f"={err}-err2"),
            ("h_mismatch", f"=({err}-err2)/(2*h)"),
            ("sign", f"=(err2-{err})/h"),
        )
        yield "h_mismatch", f"=({err}-err2)/0.001"
        shifted = next(c.formula for c in e.steps if c.name == err).replace(f"({w}+h)", f"({w}-h)")
        yield "central_difference", f"=({err}-{shifted[1:]})/(2*h)"
    if name.startswith("err_"):
        yield "not_squared", "=" + f[1:].removesuffix("^2")
        yield "h_mismatch", f.replace(f"({w}+h)", f"({w}+2*h)")
        yield "h_mismatch", f.replace(f"({w}+h)", f"({w}+0.001)")
    if f == "=(y-pred)^2":
        yield from (("not_squared", "=y-pred"), ("not_squared", "=ABS(pred-y)"), ("half_factor", "=(y-pred)^2/2"))
        yield from (("sign", "=(y+pred)^2"), ("half_factor", "=0.5*(pred-y)^2"))
    if f == "=b+a*x":
        yield from (("sign", "=b-a*x"), ("missing_x", "=a+b"))
    if f in ("=c*relu+d", "=MAX(z,0)"):
        yield "relu_mask_missing", "=c*z+d" if "relu" in f else "=z"
    if re.fullmatch(r"=prev\((\w+)\)\*(beta\d?)\+\(1-\2\)\*(\w+)(\^2)?", f) or (
        name.startswith(("velocity", "average", "square")) and "*beta" in f
    ):
        beta = re.search(r"beta\d?", f)[0]  # type: ignore[index]
        yield "beta_swapped", f.replace(f"(1-{beta})", "§").replace(f"*{beta}", f"*(1-{beta})").replace("§", beta)
        yield "heavy_ball", f.replace(f"(1-{beta})*", "")
        yield "sign", f.replace(f"+(1-{beta})", f"-(1-{beta})")
        yield "sign", f.replace(f"(1-{beta})", f"(1+{beta})")
        if "square" not in name:
            yield "lr_in_velocity", f.replace(f"(1-{beta})", "lr")
            yield "lr_in_velocity", f.replace(f"(1-{beta})*", f"(1-{beta})*lr*")
        yield "state_reset", "=" + f.partition("+")[2]
        if "^2" in f:
            yield "no_square", f.replace("^2", "")
        if beta in ("beta1", "beta2"):
            yield "betas_swapped", f.replace(beta, "beta2" if beta == "beta1" else "beta1")
    if name.startswith(("sum2", "total_")) and table == "steps" and "prev(" in f:
        if "^2" in f:
            yield "no_square", f.replace("^2", "")
        yield "state_reset", "=" + f.partition("+")[2]
    if f == "=SQRT(SUM(err2))":
        yield from (("mean_for_sum", "=SQRT(AVERAGE(err2))"), ("no_sqrt", "=SUM(err2)"))
    if f == "=SQRT(AVERAGE(err2))":
        yield from (("mean_for_sum", "=SQRT(SUM(err2))"), ("no_sqrt", "=AVERAGE(err2)"))
    if name.startswith("hist_"):
        yield "no_sqrt", f.replace("SQRT(", "(")
        yield "mean_for_sum", re.sub(r"/COUNT\(\w+\)", "", f)


def _whole(exercise: Exercise, label: str) -> bool:
    """Whether a column holds nothing that could be rounded: truths, flags, counts."""
    key = key_of(exercise)
    held = domains(key)
    cells = {c.at for c in Learner.solving(exercise).contents(label)}
    return all(held[at].kind in ("truth", "flag", "count") for at, c in key.contents.items() if c.at in cells)


def _cells(exercise: Exercise, table: str, label: str, f: str) -> Iterator[Plant]:
    """What goes wrong in a spreadsheet, whatever the rule."""

    def each(change: Callable[[Learner, Content, str], object]) -> Callable[[Learner], object]:
        def do(learner: Learner) -> object:
            for content in learner.contents(label):
                text = getattr(learner.cells[str(content.at)], "text", "")
                if re.search(r"[A-Za-z]\$?\d|_", text):  # not where the rule is a number
                    learner.put(str(content.at), change(learner, content, text))
            return learner

        return do

    def value(learner: Learner, content: Content, text: str) -> object:
        return learner.shown(content)

    yield Plant("hard_coded", label, "the values", each(value))
    if not (_whole(exercise, label) or "IF(" in f):
        yield Plant("rounded", label, "ROUND", each(lambda learner, c, text: f"=ROUND({text[1:]},1)"))
    yield Plant("text_formula", label, "text", each(lambda learner, c, text: "'" + text))
    if table == "epochs":
        if exercise.layout.rows > 1 and not exercise.experiment.model.wide and ("(err2)" in f or "COUNT(" in f):
            moved = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")

            def short(learner: Learner, content: Content, text: str) -> object:
                return moved.sub(lambda m: f"{m[1]}{m[2]}:{m[3]}{int(m[4]) - 1}", text)

            def early(learner: Learner, content: Content, text: str) -> object:
                body = exercise.layout.body
                return moved.sub(lambda m: f"{m[1]}{int(m[2]) - (int(m[2]) == body)}:{m[3]}{m[4]}", text)

            yield Plant("range_off_by_one", label, "a row short", each(short))
            yield Plant("header_in_range", label, "header", each(early))
        return

    def unfinished(learner: Learner) -> object:
        cells = learner.contents(label)
        for content in cells[min(12, len(cells) // 2) :]:
            learner.put(str(content.at), None)
        return learner

    yield Plant("not_filled_down", label, "12 rows", unfinished)
    for name, at in exercise.layout.inputs.items():
        if not re.search(rf"\b{name}\b", f) or name in {c.name for c in exercise.experiment.epochs}:
            continue
        full = exercise.layout.name(name)
        if exercise.layout.rows != 29:
            continue  # too short to fill anything down

        def drifting(learner: Learner, name: str = name, at: object = at, full: str = full) -> object:
            cells = learner.contents(label)
            for first in (1, 30):  # from the second row of each pass on
                text = getattr(learner.cells[str(cells[first].at)], "text", "").replace(full, str(at))
                from gradsheet.workbook.fill import Fill

                fill = Fill(text, cells[first].at)
                for content in cells[first : first + 28]:
                    learner.put(str(content.at), fill.at(content.at))
            return learner

        yield Plant("lr_drift" if name == "lr" else "reference_drift", label, f"{name} moves", drifting)
        default = exercise.experiment.inputs[name].default

        def by_number(learner: Learner, c: Content, text: str, full: str = full, d: float = default) -> object:
            return text.replace(full, f"{d!r}")

        literal = each(by_number)
        yield Plant(
            "lr_literal" if name == "lr" else "h_literal" if name == "h" else "input_literal",
            label,
            f"{name} typed",
            literal,
        )
        if name == "lr":
            other = exercise.layout.name(next(one for one in exercise.layout.inputs if one != "lr"))

            def elsewhere(learner: Learner, c: Content, text: str, full: str = full, other: str = other) -> object:
                return text.replace(full, other)

            yield Plant("lr_wrong_cell", label, f"{other} for lr", each(elsewhere))

    def changed(learner: Learner) -> object:
        given = learner.contents("y")[min(3, len(learner.contents("y")) - 1)]
        learner.put(str(given.at), 17.5)
        return learner

    if label == spellings(exercise.experiment)[exercise.blanks[0]]:
        yield Plant("given_cell_changed", "y", "a y", changed)


SAME = {"h_literal": {"h_mismatch", "input_literal"}}


def bad(found: Feedback) -> dict[str, list[str]]:
    """The columns of which something is wrong in itself, and the mistakes that were named there."""
    out: dict[str, list[str]] = {}
    for cell in found.cells:
        if cell.verdict not in ("correct", "follow_on"):
            out.setdefault(cell.column, []).extend((cell.mistake or "").split("+"))
    return out


def named(plant: Plant, slugs: list[str]) -> bool:
    """Whether most of a column's wrong cells are called what they are."""
    right = SAME.get(plant.slug, {plant.slug})
    return sum(slug in right for slug in slugs) * 2 > len(slugs)


def pairs(planted: list[Plant], count: int) -> Iterator[tuple[Plant, Plant]]:
    """Two mistakes in different columns."""
    chance = random.Random(7)
    while count:
        one, other = chance.sample(planted, 2)
        if one.column != other.column:
            count -= 1
            yield one, other
