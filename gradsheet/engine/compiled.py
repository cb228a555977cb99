"""A written pass for torch.compile: one loop over lanes, in which a whole pass stays in registers.

Compiling takes from ten seconds to more than a minute, and a C++ compiler; so it is for large work. The operations and
their order are those of the plain pass, roots are correctly rounded there, products and sums are not contracted, and
constants are handed in, so that nothing can be folded: the bits are the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.buffers import TYPES
from gradsheet.engine.tape import Lanes
from gradsheet.engine.written import Written
from gradsheet.errors import GradsheetWarning
from gradsheet.memory import empty

LANES = 1_000_000
"""At once, at most: the code is for any number, and the fewer calls the better, as far as memory goes."""

_SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">",
    "greater_equal": ">=", "equal": "==", "not_equal": "!=", "and_": "&", "or_": "|",
}  # fmt: skip
_CALLS = {
    "negative": torch.neg, "absolute": torch.abs, "root": torch.sqrt, "minimum": torch.minimum,
    "maximum": torch.maximum, "where": torch.where, "isfinite": torch.isfinite, "relu": torch.relu,
    "not_": torch.logical_not, "total": torch.sum,
}  # fmt: skip


class CannotCompileError(Exception):
    """There is no C++ compiler, or it fails."""


_faults: dict[str, str] = {}
"""Why code could not be compiled: it is said once, and not tried again."""


class Compiled:
    """A written pass, compiled at its first call.

    Args:
        written: the pass.
        dtype: of its numbers.

    Attributes:
        source: the code that torch.compile gets, a line an operation.
    """

    def __init__(self, written: Written, dtype: torch.dtype) -> None:
        self.written = written
        self._dtype = dtype
        self._compiles_first = True
        self._constants: dict[tuple[str, bool], str] = {}
        nodes = written.tape.nodes
        lines = [f"{self._places(group)} = {group}" for group in written.groups]
        steps = []
        for number in written.needed():
            node = nodes[number]
            if node.op not in ("leaf", "constant"):
                numbers = node.kind == "number" or any(
                    nodes[a].kind == "number" and nodes[a].op != "constant" for a in node.arguments
                )
                read = [self._name(a, numbers) for a in node.arguments]
                sign = _SIGNS.get(node.op)
                steps.append(f"t{number} = " + (f" {sign} ".join(read) if sign else f"{node.op}({', '.join(read)})"))
        self._computes = [any(self._is_step(n) for n in one.at) for one in written.outputs]
        computed = [one for one, computes in zip(written.outputs, self._computes, strict=True) if computes]
        self._places_out = [(len(one.at), one.stacked, TYPES.get(nodes[one.at[0]].kind, dtype)) for one in computed]
        results = [self._name(n, nodes[n].kind == "number") for one in computed for n in one.at]
        ends = [n for one in computed for n in one.at if self._is_step(n) and nodes[n].kind == "number"]
        # What is finite less itself is 0, else NaN; a truth a lane would take as long as the whole pass.
        lost = " + ".join(f"({name} - {name})" for name in dict.fromkeys(self._name(n, True) for n in ends))
        if self._constants:
            lines.append(f"{''.join(f'{c}, ' for c in self._constants.values())} = constants")
        lines.append(f"{''.join(f'o{k}, ' for k in range(len(results)))} = outputs")
        left = [f"o{k}.copy_({result})" for k, result in enumerate(results)]
        body = "\n".join(f"    {line}" for line in [*lines, *steps, *left, f"return total({lost})"])
        self.source = f"def written({', '.join(written.groups)}, constants, outputs):\n{body}\n"
        self._given = [_value(text).to(dtype) if numbers else _value(text) for text, numbers in self._constants]

    def __call__(self, given: Mapping[str, Tensor], lanes: int) -> tuple[list[Tensor], bool]:
        """What the pass leaves, and whether all of it is finite.

        Raises:
            CannotCompileError: at any call, if it cannot.
        """
        if self.source in _faults:
            raise CannotCompileError(_faults[self.source])
        arguments = [_contiguous(t if t.dim() == 2 else t[None]) for t in given.values()]
        found = [empty((count, lanes), dtype) for count, _, dtype in self._places_out]
        try:
            fine = self._ran(arguments, [row for one in found for row in _rows(one)])
        except Exception as error:  # whatever it is, the pass can be run as it is
            said = [line for line in str(error).splitlines() if line.strip() and not line.startswith("backend=")]
            _faults[self.source] = said[0].strip() if said else type(error).__name__
            warnings.warn(
                f"torch.compile fails here ({_faults[self.source]}): the runs go on without it, to the same bits",
                GradsheetWarning,
                stacklevel=2,
            )
            raise CannotCompileError(_faults[self.source]) from error
        results = iter(t if stacked else t[0] for t, (_, stacked, _) in zip(found, self._places_out, strict=True))
        outputs = [
            next(results) if computes else self._as_given(one, given)
            for one, computes in zip(self.written.outputs, self._computes, strict=True)
        ]
        return [out.expand(*out.shape[:-1], lanes) for out in outputs], float(fine) == 0

    def _ran(self, arguments: list[Tensor], outputs: list[Tensor]) -> Any:
        run = _compiled(self.source)
        if self._compiles_first:
            with warnings.catch_warnings(), _more_in_flight():
                warnings.simplefilter("ignore")  # of torch, about itself
                fine = run(*arguments, self._given, outputs)
            self._compiles_first = False
            return fine
        return run(*arguments, self._given, outputs)

    def _as_given(self, one: Lanes, given: Mapping[str, Tensor]) -> Tensor:
        """What the pass hands on as it was."""
        parts = []
        for number in one.at:
            node = self.written.tape.nodes[number]
            if node.op == "leaf":
                group = given[node.arguments[0]]
                parts.append(group[node.arguments[1]] if group.dim() == 2 else group)
            else:
                parts.append(_value(node.arguments[0]).to(self._dtype))
        return torch.stack(parts) if one.stacked else parts[0]

    # ---- writing

    def _places(self, group: str) -> str:
        return "".join(f"{group}_{k}, " for k in range(self.written.groups[group][0]))

    def _is_step(self, number: int) -> bool:
        return self.written.tape.nodes[number].op not in ("leaf", "constant")

    def _name(self, number: int, numbers: bool) -> str:
        node = self.written.tape.nodes[number]
        if node.op == "leaf":
            return f"{node.arguments[0]}_{node.arguments[1]}"
        if node.op == "constant":
            return self._constants.setdefault((node.arguments[0], numbers), f"c{len(self._constants)}")
        return f"t{number}"


def _contiguous(value: Tensor) -> Tensor:
    """The same numbers side by side, in memory that is used again."""
    return value if value.is_contiguous() else empty(tuple(value.shape), value.dtype).copy_(value)


def _rows(stacked: Tensor) -> list[Tensor]:
    """Each row as a tensor that torch.compile takes for one of its own: it may be written into."""
    return [torch.from_numpy(row) for row in stacked.numpy()]


def _value(text: str) -> Tensor:
    """A constant, (1,)."""
    return torch.tensor([eval(text, {"nan": torch.nan, "inf": torch.inf})])


@cache
def _compiled(source: str) -> Callable[..., Any]:
    """The same code is compiled once."""
    names: dict[str, Any] = dict(_CALLS)
    exec(compile(source, "<pass>", "exec"), names)
    run: Callable[..., Any] = torch.compile(
        names["written"],
        fullgraph=True,
        dynamic=True,
        options={"max_fusion_size": 4096},  # one loop
    )
    return run


@contextmanager
def _more_in_flight() -> Iterator[None]:
    """Twice as many lanes at a time as Inductor takes: as many as a register has floats, which is two of doubles.

    Each update waits for the one before; four registers at once, as a compiler of C makes of a block of 32 lanes, keep
    the processor busy meanwhile. torch has no setting for it. Where its insides are others, nothing is changed; the
    bits are the same either way.
    """
    try:
        from torch._inductor.codegen import cpp

        kind: Any = cpp.TilingSelect
        settings: Any = torch.compiler.config
        chosen = kind.select_tiling
    except (ImportError, AttributeError):
        yield
        return

    def wider(*arguments: Any, **options: Any) -> Any:
        found = chosen(*arguments, **options)
        match found:
            case [[int(lanes)], *rest]:
                return ([lanes * 2], *rest)
        return found

    kind.select_tiling = wider
    try:
        with settings.patch(cache_key_tag="gradsheet"):  # not what was compiled without
            yield
    finally:
        kind.select_tiling = chosen
