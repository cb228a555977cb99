"""A written pass as straight-line code on a few buffers, for many lanes without a compiler.

Every operation writes into a buffer that is used again as soon as nobody reads it any more, so that a block of lanes
stays in the caches, and nothing is allocated but what the pass leaves. The operations and their order are those of the
plain pass; so are the bits.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradsheet.engine.tape import Node
from gradsheet.engine.written import Written
from gradsheet.memory import empty


def _root(value: Tensor, out: Tensor | None = None) -> Tensor:
    """Correctly rounded, as `gradsheet.numerics.sqrt`."""
    if out is None:
        return torch.from_numpy(np.sqrt(value.numpy()))
    np.sqrt(value.numpy(), out=out.numpy())
    return out


_INTO = {
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div, "negative": torch.neg,
    "absolute": torch.abs, "root": _root, "minimum": torch.minimum, "maximum": torch.maximum, "where": torch.where,
}  # fmt: skip
_NEW = {
    "isfinite": torch.isfinite, "relu": torch.relu, "less": torch.lt, "less_equal": torch.le, "greater": torch.gt,
    "greater_equal": torch.ge, "equal": torch.eq, "not_equal": torch.ne, "and_": torch.logical_and,
    "or_": torch.logical_or, "not_": torch.logical_not,
}  # fmt: skip
TYPES = {"truth": torch.bool, "count": torch.long}


class Buffered:
    """A written pass, ready to run.

    Args:
        written: the pass.
        dtype: of its numbers.

    Attributes:
        source: the code, a line an operation.
    """

    def __init__(self, written: Written, dtype: torch.dtype) -> None:
        self.written = written
        self._dtype = dtype
        self._constants: dict[tuple[str, torch.dtype], str] = {}
        self._lines: list[str] = []
        self._free: list[str] = []
        self._buffers = 0
        self._own = threading.local()  # a thread's buffers
        self._write()
        names: dict[str, Any] = {**_INTO, **_NEW}
        for (text, type_), name in self._constants.items():
            names[name] = torch.tensor([eval(text, {"nan": torch.nan, "inf": torch.inf})], dtype=type_)
        head = [f"{self._names(name)} = given[{name!r}]" for name in written.groups]
        head += [f"{''.join(f'p{k}, ' for k in range(self._buffers))} = buffers"] if self._buffers else []
        for k, one in enumerate(written.outputs):
            head.append(f"{''.join(f'o{k}_{n}, ' for n in range(len(one.at)))} = outputs[{k}]")
        body = "\n".join(f"    {line}" for line in [*head, *self._lines])
        self.source = f"def written(given, outputs, buffers):\n{body}\n"
        exec(compile(self.source, "<pass>", "exec"), names)
        self._run = names["written"]

    def __call__(self, given: Mapping[str, Tensor], lanes: int) -> list[Tensor]:
        """What the pass leaves, (B,) or (P, B) each, in the order of its outputs."""
        nodes = self.written.tape.nodes
        outputs = [
            empty((len(one.at), lanes), TYPES.get(nodes[one.at[0]].kind, self._dtype)) for one in self.written.outputs
        ]
        with np.errstate(invalid="ignore"):
            self._run({n: t if t.dim() == 2 else t[None] for n, t in given.items()}, outputs, self._mine(lanes))
        return [out if one.stacked else out[0] for out, one in zip(outputs, self.written.outputs, strict=True)]

    def _mine(self, lanes: int) -> list[Tensor]:
        found: Tensor | None = getattr(self._own, "buffers", None)
        if found is None or found.shape[1] < lanes:
            found = self._own.buffers = torch.empty(self._buffers, lanes, dtype=self._dtype)
        return [one[:lanes] for one in found]

    # ---- writing

    def _names(self, group: str) -> str:
        return "".join(f"{group}_{k}, " for k in range(self.written.groups[group][0]))

    def _write(self) -> None:
        written, nodes = self.written, self.written.tape.nodes
        places: dict[int, list[str]] = {}
        for k, one in enumerate(written.outputs):
            for n, number in enumerate(one.at):
                places.setdefault(number, []).append(f"o{k}_{n}")
        needed = written.needed()
        left = dict.fromkeys(needed, 0)
        for number in needed:
            if nodes[number].op not in ("leaf", "constant"):
                for argument in nodes[number].arguments:
                    left[argument] += 1
        names: dict[int, str] = {}
        for number in needed:
            node = nodes[number]
            if node.op == "leaf":
                names[number] = f"{node.arguments[0]}_{node.arguments[1]}"
            elif node.op != "constant":
                names[number] = self._operation(number, node, names, left, places)
        for number, outs in places.items():
            name = names.get(number) or self._constant(nodes[number], TYPES.get(nodes[number].kind, self._dtype))
            self._lines += [f"{out}.copy_({name})" for out in outs if out != name]

    def _operation(
        self, number: int, node: Node, names: dict[int, str], left: dict[int, int], places: Mapping[int, list[str]]
    ) -> str:
        nodes = self.written.tape.nodes
        kinds = {nodes[a].kind for a in node.arguments if nodes[a].op != "constant"}
        type_ = self._dtype if "number" in kinds or node.kind == "number" else torch.long
        read = ", ".join(
            names[a] if nodes[a].op != "constant" else self._constant(nodes[a], type_) for a in node.arguments
        )
        for argument in node.arguments:
            left[argument] -= 1
            if not left[argument] and names.get(argument, "")[:1] == "p" and argument not in places:
                self._free.append(names[argument])
        if node.op not in _INTO or not node.wide or node.kind != "number":
            self._lines.append(f"t{number} = {node.op}({read})")
            return f"t{number}"
        name = places[number][0] if number in places else self._buffer()
        self._lines.append(f"{node.op}({read}, out={name})")
        return name

    def _buffer(self) -> str:
        if self._free:
            return self._free.pop()
        self._buffers += 1
        return f"p{self._buffers - 1}"

    def _constant(self, node: Node, type_: torch.dtype) -> str:
        return self._constants.setdefault((node.arguments[0], type_), f"c{len(self._constants)}")
