"""A schedule as Python that runs on tensors, and the way back for its gradients.

Where no gradient is wanted a tensor is let go as soon as nothing reads it any more. Where one is, all are kept,
and the chain rule goes back through them. There a gradient that is 0 stays 0 whatever it is multiplied with: a
branch of IF that a lane does not take may hold an error, and must not spoil the lane's gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from gradsheet.formula.kernels import KERNELS
from gradsheet.formula.schedule import Constant, Schedule, Step

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


class Tape:
    """The program of a schedule on tensors.

    Args:
        schedule: its steps.
        names: a word for the node of a cell, so that the source can be read.
    """

    def __init__(self, schedule: Schedule, names: dict[int, str]) -> None:
        self.steps = schedule.steps
        self.result = schedule.result
        self.rows = sum(step.rows for step in self.steps)
        self._constants: list[Tensor] = []
        self._known: dict[Constant, int] = {}
        self._indices: dict[int, Tensor] = {}
        self._words: list[str] = []
        taken: set[str] = set()
        for number, step in enumerate(self.steps):
            word = names.get(step.node, "") if step.node >= 0 else ""
            word = word + ("_on" if word and step.rows > 1 else "")
            self._words.append(word if word and word not in taken else f"t{number}")
            taken.add(word)
        self.source = self._source(False)
        self._run: dict[tuple[bool, str], Callable[[Tensor], Any]] = {}

    # ---- the way there

    def _source(self, kept: bool) -> str:
        last: dict[int, int] = {}
        for number, step in enumerate(self.steps):
            last.update((x, number) for x in step.sources if isinstance(x, int))
        lines = []
        for number, step in enumerate(self.steps):
            if number:
                lines.append(f"{self._words[number]} = {self._expression(number, step)}")
            read: list[Any] = [*dict.fromkeys(step.sources)]
            dead = [x for x in read if type(x) is int and last[x] == number and x not in (0, self.result)]
            if dead and not kept:
                lines.append(f"del {', '.join(self._words[x] for x in dead)}")
        kept_words = ", ".join(self._words)
        lines.append(f"return ({kept_words},)" if kept else f"return {self._words[self.result]}")
        body = "\n".join(f"    {line}" for line in lines)
        return f"def program({self._words[0]}):\n{body}\n"

    def _expression(self, number: int, step: Step) -> str:
        words = [self._word(x) for x in step.sources]
        if step.op in _SIGNS:
            return f"{words[0]} {_SIGNS[step.op]} {words[1]}"
        if step.op == "added":
            return " + ".join(words)
        if step.op == "slice":
            first, end, by = step.extra
            return f"{words[0]}[{first}:{end}{f':{by}' if by != 1 else ''}]"
        if step.op == "joined":
            wide = [f"{w}.expand(-1, {self._words[0]}.shape[1])" if isinstance(x, Constant) else w
                    for w, x in zip(words, step.sources, strict=True)]  # fmt: skip
            return f"cat(({', '.join(wide)},))"
        if step.op == "tiled":
            return f"{words[0]}.repeat({step.extra}, 1)"
        if step.op == "picked_rows":
            self._indices[number] = torch.tensor(step.extra)
            return f"{words[0]}.index_select(0, i{number})"
        extra = f", extra={step.extra!r}" if step.extra is not None else ""
        return f"{step.op}({', '.join(words)}{extra})"

    def _word(self, source: Any) -> str:
        if type(source) is int:
            return self._words[source]
        if isinstance(source, float):
            text = repr(source)
            return f"({text})" if text.startswith("-") else {"nan": "nan", "inf": "inf"}.get(text, text)
        found = self._known.get(source)
        if found is None:
            found = self._known[source] = len(self._constants)
            self._constants.append(torch.tensor(source.values, dtype=torch.float64).reshape(-1, 1))
        return f"c{found}"

    def run(self, inputs: Tensor, kept: bool = False) -> Any:
        """The result ``(outputs, lanes)`` for inputs ``(inputs, lanes)``, or all tensors."""
        device = str(inputs.device)
        run = self._run.get((kept, device))
        if run is None:
            namespace: dict[str, Any] = {
                **{name: kernel.forward for name, kernel in KERNELS.items()},
                **{f"c{i}": c.to(device) for i, c in enumerate(self._constants)},
                **{f"i{i}": index.to(device) for i, index in self._indices.items()},
                "cat": torch.cat,
                "nan": float("nan"),
            }
            exec(compile(self._source(kept), "<lanes>", "exec"), namespace)
            run = self._run[kept, device] = namespace["program"]
        return run(inputs)

    # ---- the way back

    def back(self, values: tuple[Tensor, ...], grad: Tensor) -> Tensor:
        """The inputs' gradient, from that of the result."""
        found = self._back(values, grad, careful=False)
        return found if bool(torch.isfinite(found).all()) else self._back(values, grad, careful=True)

    def _back(self, values: tuple[Tensor, ...], grad: Tensor, careful: bool) -> Tensor:
        grads: list[Tensor | None] = [None] * len(self.steps)
        grads[self.result] = grad.clone()
        for number in range(len(self.steps) - 1, 0, -1):
            g, grads[number] = grads[number], None
            if g is None:
                continue
            step = self.steps[number]
            if step.op in ("slice", "joined", "tiled", "picked_rows"):
                self._moved(grads, values, step, number, g)
                continue
            backward = KERNELS[step.op].backward
            if backward is None:
                continue
            sources = [self.value(x, values) for x in step.sources]
            more = {} if step.extra is None else {"extra": step.extra}
            with_zeros = (g == 0) if careful else None
            read: tuple[Any, ...] = step.sources
            for x, part in zip(read, backward(g, values[number], *sources, **more), strict=False):
                if not isinstance(x, int) or part is None:
                    continue
                if with_zeros is not None and part.shape == g.shape:
                    part = part.masked_fill(with_zeros, 0.0)
                self._take(grads, values, x, part)
        found = grads[0]
        return torch.zeros_like(values[0]) if found is None else found

    def value(self, source: Any, values: tuple[Tensor, ...]) -> Any:
        """What a source holds: a tensor, a column of constants, or a float."""
        if type(source) is int:
            return values[source]
        if isinstance(source, float):
            return source
        return self._constants[self._known[source]].to(values[0].device)

    def _moved(
        self, grads: list[Tensor | None], values: tuple[Tensor, ...], step: Step, number: int, g: Tensor
    ) -> None:
        """Through what only moved rows about."""
        if step.op == "slice":
            first, end, by = step.extra
            self._room(grads, values, step.sources[0])[first:end:by] += g
        elif step.op == "tiled":
            source: Any = step.sources[0]
            self._take(grads, values, source, g.reshape(step.extra, -1, g.shape[-1]).sum(0))
        elif step.op == "picked_rows":
            index = self._indices[number].to(g.device)
            self._room(grads, values, step.sources[0]).index_add_(0, index, g)
        else:
            at = 0
            for x in step.sources:
                rows = len(x.values) if isinstance(x, Constant) else values[x].shape[0]  # type: ignore[index]
                if isinstance(x, int):
                    self._take(grads, values, x, g[at : at + rows])
                at += rows

    @staticmethod
    def _room(grads: list[Tensor | None], values: tuple[Tensor, ...], source: Any) -> Tensor:
        """The gradient of a tensor that is added to in place."""
        found: Tensor | None = grads[source]
        if found is None:
            found = grads[source] = torch.zeros_like(values[source], memory_format=torch.contiguous_format)
        return found

    def _take(self, grads: list[Tensor | None], values: tuple[Tensor, ...], source: int, part: Tensor) -> None:
        if part.shape[0] != values[source].shape[0]:
            part = part.sum(0, keepdim=True)
        found = grads[source]
        if found is None:
            whole = part.shape == values[source].shape
            grads[source] = part.clone() if whole else part.expand_as(values[source]).clone()
        else:
            found += part


class Through(torch.autograd.Function):
    """A tape as a function that torch can differentiate."""

    @staticmethod
    def forward(ctx: Any, tape: Tape, inputs: Tensor) -> Tensor:  # noqa: D102
        values = tape.run(inputs, kept=True)
        ctx.tape, ctx.values = tape, values
        result: Tensor = values[tape.result].clone()
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[None, Tensor]:  # noqa: D102
        return None, ctx.tape.back(ctx.values, grads[0])
