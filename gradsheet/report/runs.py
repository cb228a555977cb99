"""Runs and the catalogue as plain data: the JSON contract of docs/json.md, and rows for tables."""

from __future__ import annotations

import math
from typing import Any

from gradsheet.engine import Trace
from gradsheet.experiments import Experiment
from gradsheet.workbook.race import Race


def catalogue_json(entries: list[Experiment]) -> dict[str, Any]:
    """``gradsheet list --format json``.

    Example:
        >>> from gradsheet.experiments import experiment
        >>> catalogue_json([experiment("basic")])["experiments"][0]["weights"]
        ['a', 'b']
    """
    return {
        "experiments": [
            {
                "name": e.name,
                "title": e.title,
                "purpose": e.purpose,
                "inputs": {n: {"default": i.default, "note": i.note} for n, i in e.inputs.items()},
                "weights": sorted(e.model.weights),
                "topic": e.topic,
                "source": e.source,
            }
            for e in entries
        ]
    }


def run_json(trace: Trace, lane: int = 0) -> dict[str, Any]:
    """``gradsheet run --format json``: accepted passes only, numbers that are not finite as null.

    Example:
        >>> from gradsheet import run
        >>> run_json(run("basic", epochs=0))["epochs"][0]["weights"]
        {'a': 1.0, 'b': 1.0}
    """
    return {
        "experiment": trace.experiment.name,
        "gradient": trace.experiment.gradient,
        "carry": trace.experiment.carry,
        "optimiser": trace.experiment.optimiser.name,
        "batch": trace.experiment.batch,
        "inputs": {n: t[lane].item() for n, t in trace.inputs.items()},
        **({"epochs": epochs_json(trace, lane)} if trace.experiment.trains else {"rows": rows_json(trace, lane)}),
        "notes": list(trace.notes),
    }


def rows_json(trace: Trace, lane: int = 0) -> list[dict[str, float | None]]:
    """Where nothing is learnt: one entry a row, by column.

    Example:
        >>> from gradsheet import run
        >>> rows_json(run("relu_demo"))[0]
        {'x': -80.0, 'y': 0.0, 'linear': -80.0, 'relu': 0.0}
    """
    names = [c.name for c in trace.experiment.steps]
    cells = [trace.steps[n][lane].flatten().tolist() for n in names]
    return [{n: _strict(v) for n, v in zip(names, row, strict=True)} for row in zip(*cells, strict=True)]


def race_json(race: Race) -> dict[str, Any]:
    """``gradsheet race --format json``: every run as `run_json` has it, in the order of the start.

    Example:
        >>> from gradsheet import race
        >>> [r["optimiser"] for r in race_json(race("basic", ("sgd", "adam"), 0))["runs"]]
        ['sgd', 'adam']
    """
    return {
        "experiment": race.entry.name,
        "loss": race.loss,
        "runs": [run_json(trace) for trace in race.traces.values()],
    }


def epochs_json(trace: Trace, lane: int = 0) -> list[dict[str, Any]]:
    """One entry an epoch: the weights after so many epochs, and the errors of the pass that starts from them."""
    table = {n: t[lane].tolist() for n, t in trace.epochs.items()}
    weights = sorted(trace.experiment.model.weights)
    rates = table.get("lr")
    if rates is None and "lr" in trace.inputs:
        rates = [trace.inputs["lr"][lane].item()] * (trace.asked + 1)
    out = []
    for k in range(trace.asked + 1):
        entry: dict[str, Any] = {"epoch": k, "weights": {w: _strict(table[w][k]) for w in weights}}
        entry |= {n: _strict(table[n][k]) for n in trace.experiment.losses}
        if rates is not None:
            entry["lr"] = _strict(rates[k])
        out.append(entry)
    return out


def _strict(value: float) -> float | None:
    return value if math.isfinite(value) else None
