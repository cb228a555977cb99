"""What a pass does, written down: its operations, what it is given and what it leaves.

The pass itself, `_rows` or `_batch` of `gradsheet.engine.run`, is run once on stand-ins (`gradsheet.engine.tape`).
`gradsheet.engine.buffers` makes code of it that runs at once, `gradsheet.engine.compiled` code for torch.compile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.setup import Setup
from gradsheet.engine.tape import Lanes, Tape

Rows = Callable[..., Any]  # a pass in the plain way: `_rows` or `_batch` of gradsheet.engine.run


class NoRecord:
    """Keeps nothing of a row."""

    def wants(self, *prefixes: str) -> bool:
        """No column is kept."""
        return False

    def wants_any(self, columns: object) -> bool:
        """No column is kept."""
        return False

    def row(self, shown: object, state: object) -> None:
        """A row is done."""


@dataclass(frozen=True)
class Written:
    """A pass as nodes.

    Attributes:
        tape: the operations.
        groups: what is given, by name: how many tensors, and whether each is (B,) or (1,).
        done: the pass's result, with `Lanes` and constants in it.
        outputs: the stand-ins in it, in order.
    """

    tape: Tape
    groups: dict[str, tuple[int, bool]]
    done: Any
    outputs: tuple[Lanes, ...]

    def needed(self) -> list[int]:
        """The nodes that the outputs are made of, in order."""
        wanted = {node for one in self.outputs for node in one.at}
        for number in range(len(self.tape.nodes) - 1, -1, -1):
            if number in wanted and self.tape.nodes[number].op not in ("leaf", "constant"):
                wanted.update(self.tape.nodes[number].arguments)
        return sorted(wanted)


def given(setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any) -> dict[str, Tensor]:
    """All tensors that a pass reads, by name; what is the same for all lanes is (1,) or (P, 1)."""
    found = {"weights": weights}
    found |= {f"state_{name}": value for name, value in state._asdict().items()}
    found |= {f"held_{name}": value for name, value in (held._asdict() if held else {}).items()}
    found |= {f"here_{name}": narrow(value) for name, value in vars(setup.here).items()}
    found["x"] = torch.stack([x for x, _ in examples])
    found["y"] = torch.stack([y for _, y in examples])
    return found


def layout(tensors: Mapping[str, Tensor]) -> tuple[tuple[str, int, bool, bool], ...]:
    """Of each group its name, how many tensors it has, whether they are (B,), and whether they are stacked.

    Example:
        >>> layout({"x": torch.ones(29, 1)})
        (('x', 29, False, True),)
    """
    return tuple(
        (name, len(t) if t.dim() == 2 else 1, t.shape[-1] > 1 or name[:4] in ("weig", "stat", "held"), t.dim() == 2)
        for name, t in tensors.items()
    )


def narrow(value: Tensor) -> Tensor:
    """(1,) or (P, 1) for what all lanes share."""
    return value[..., :1] if value.stride(-1) == 0 else value


def write(rows: Rows, setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any, careful: bool) -> Written:
    """Write a pass down.

    Args:
        rows: the pass, in the plain way.
        setup: as for a run, and the rest as `rows` wants it.
        examples: of this pass.
        weights: entering it.
        state: entering it.
        held: what holds for it.
        careful: with a look at every row.
    """
    tape = Tape()
    tensors = given(setup, examples, weights, state, held)
    groups = {name: (count, wide) for name, count, wide, _ in layout(tensors)}

    def stand_in(name: str) -> Lanes:
        count, wide = groups[name]
        return Lanes(tape, tuple(tape.leaf(name, k, wide) for k in range(count)), tensors[name].dim() == 2)

    here = type(setup.here)(**{name: stand_in(f"here_{name}") for name in vars(setup.here)})
    symbolic = replace(
        setup,
        here=here,
        inputs={name: getattr(here, name) for name in setup.inputs},
        start=stand_in("weights"),  # type: ignore[arg-type]
    )
    fields = [
        None if part is None else type(part)(*(stand_in(f"{kind}_{name}") for name in part._fields))
        for kind, part in (("state", state), ("held", held))
    ]
    pairs = list(zip(stand_in("x"), stand_in("y"), strict=True))
    done = rows(symbolic, pairs, stand_in("weights"), fields[0], fields[1], NoRecord(), careful)
    return Written(tape, groups, done, tuple(_lanes(done)))


def _lanes(value: Any) -> Iterator[Lanes]:
    """The stand-ins in a result, in order."""
    if isinstance(value, Lanes):
        yield value
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _lanes(part)


def filled(value: Any, tensors: Iterator[Tensor], lanes: int) -> Any:
    """The result with tensors for its stand-ins."""
    if isinstance(value, Lanes):
        return next(tensors)
    if isinstance(value, dict):
        return {name: filled(part, tensors, lanes) for name, part in value.items()}
    if isinstance(value, tuple):
        return type(value)(*(filled(part, tensors, lanes) for part in value))
    return value.expand(lanes) if isinstance(value, Tensor) else value
