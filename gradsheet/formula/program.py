"""A workbook as a function: from some cells to others, on floats or on tensors with a leading batch axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradsheet.errors import GradsheetError
from gradsheet.formula import floats
from gradsheet.formula.cells import Error, Workbook
from gradsheet.formula.context import calculates
from gradsheet.formula.evaluation import evaluate
from gradsheet.formula.graph import Untraceable
from gradsheet.formula.plan import Plan
from gradsheet.formula.straight import Writer
from gradsheet.formula.straight_code import NotStraight

if TYPE_CHECKING:
    from gradsheet.formula.lanes import Lanes
    from gradsheet.formula.squares import Squares


class Program:
    """A compiled piece of a workbook; made by `Book.program`.

    Called with values for its inputs, by address, it gives its outputs by address. Inputs that are left out
    keep what the workbook has. On floats an output is what the cell would show, an error included. On
    tensors of shape ``(B,)`` every output is a float64 tensor of that shape; a lane in which the cell would
    show an error is NaN, and `errors` says which error; TRUE is 1 and FALSE 0.

    Example:
        >>> from gradsheet.formula.book import Book
        >>> book = Book.of({"s": {"A1": 2, "A2": "=A1*A1", "A3": "=1/(A2-4)"}})
        >>> program = book.program(inputs=["s!A1"], outputs=["s!A2", "s!A3"])
        >>> program({"s!A1": 3.0}), program({"s!A1": 2.0})
        ({'s!A2': 9.0, 's!A3': 0.2}, {'s!A2': 4.0, 's!A3': #DIV/0!})
    """

    def __init__(
        self, plan: Plan, inputs: Sequence[tuple[str, int]], outputs: Sequence[tuple[str, int]], seed: int = 0
    ) -> None:
        self._plan = plan
        self.inputs = [name for name, _ in inputs]
        self.outputs = [name for name, _ in outputs]
        self._input_keys = [key for _, key in inputs]
        self._output_keys = [key for _, key in outputs]
        self._seed = seed
        self._slow_reason: str | None = None
        self._code: tuple[str, Callable[..., Any] | None] | None = None
        self._traced = False
        self._lanes: Lanes | None = None
        self._needed = [k for k in self._order() if k not in set(self._input_keys)]

    def _order(self) -> list[int]:
        """The formulas to calculate, up to the inputs, precedents first."""
        from gradsheet.formula.precedents import ordered

        plan, given = self._plan, set(self._input_keys)
        starts = [plan.owners.get(k, k) for k in self._output_keys]
        reads: Callable[[int], Any] = lambda k: () if k in given else plan.reads(k)  # noqa: E731
        return ordered([k for k in starts if k in plan.formulas], reads)

    # ---- code

    @property
    def lanes_source(self) -> str:
        """The Python that runs on tensors, a line for each operation."""
        lanes = self._on_tensors()
        return lanes.source if lanes is not None else f"# lane by lane: {self._slow_reason}"

    @property
    def flat(self) -> list[str]:
        """Where no gradient passes: rounding, look-ups by a number that changes, functions without derivative here.

        Example:
            >>> from gradsheet.formula.book import Book
            >>> Book.of({"s": {"A1": 2, "A2": "=ROUND(A1,0)+A1"}}).program(["s!A1"], ["s!A2"]).flat
            ['ROUND in s!A2']
        """
        lanes = self._on_tensors()
        return lanes.flat if lanes is not None else [str(self._slow_reason)]

    @property
    @calculates
    def differentiable(self) -> bool:
        """Whether it runs on tensors as a whole, with gradients, rather than lane by lane."""
        return self._on_tensors() is not None

    def _on_tensors(self) -> Lanes | None:
        """What runs on tensors; None where a formula needs to know a number that differs from lane to lane."""
        if not self._traced:
            from gradsheet.formula.lanes import Lanes

            self._traced = True
            try:
                self._lanes = Lanes(self._plan, self._input_keys, self._output_keys, self._needed, self._seed)
            except Untraceable as reason:
                self._slow_reason = str(reason)
        return self._lanes

    @property
    def _run(self) -> Callable[..., Any] | None:
        if self._code is None:
            self._code = self._write()
        return self._code[1]

    @property
    def source(self) -> str:
        """The Python that runs on floats, a line for each cell."""
        if self._code is None:
            self._code = self._write()
        return self._code[0]

    def _write(self) -> tuple[str, Callable[..., Any] | None]:
        plan, writer = self._plan, Writer(self._plan)
        names = [writer.variable(k) for k in self._input_keys]
        writer.numbers.update(self._input_keys)
        moving = set(self._input_keys)
        folded: Any = None
        filled: dict[int, list[int]] = {}
        for k, owner in plan.owners.items():
            filled.setdefault(owner, []).append(k)
        lines: list[str] = []
        for key in self._needed:
            further = plan.formulas[key].reaches_further
            depends = further or any(before in moving for before in self._reads(key))
            if depends:
                moving.add(key)
                moving.update(filled.get(key, ()))
            try:
                lines.extend(writer.lines(key))
            except NotStraight as reason:
                if depends:
                    return f"# not straight-line code: {plan.label(key)}: {reason}", None
                if folded is None:
                    folded = evaluate(plan, self._needed, self._given([None] * len(names)), self._seed)
                for k in (key, *filled.get(key, ())):
                    if k in folded:
                        writer.constants[k] = folded[k]
        try:
            results = [self._result(writer, k) for k in self._output_keys]
        except NotStraight as reason:
            return f"# not straight-line code: {reason}", None
        assigned = [line.split(" = ", 1)[0] for line in lines]
        tail = f"return [{', '.join(results)}], ({''.join(f'{x}, ' for x in assigned)})"
        body = "\n".join(f"    {line}" for line in [*lines, tail])
        source = f"def program({', '.join(names)}):\n{body}\n"
        namespace = dict(floats.NAMES)
        exec(compile(source, "<program>", "exec"), namespace)
        return source, namespace["program"]

    def _reads(self, key: int) -> Any:
        """What a formula reads, constants that are inputs included."""
        plan, given = self._plan, set(self._input_keys)
        yield from plan.reads(key)
        yield from plan.constants_read(key, given)

    def _result(self, writer: Writer, key: int) -> str:
        if key in writer.numbers:
            return writer.variable(key)
        value = writer.constants.get(key, self._plan.constants.get(key))
        if value is None:
            value = 0.0
        if type(value) is not float:
            raise NotStraight(f"{self._plan.label(key)} is no number")
        return repr(value)

    # ---- running

    @property
    def workbook(self) -> Workbook:
        """What it was made from."""
        return self._plan.workbook

    @calculates
    def __call__(self, inputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The outputs for some inputs: floats, or tensors of one shape ``(B,)``.

        Raises:
            GradsheetError: for an input that the program does not have, or values of no use.
        """
        values = self._values(inputs or {})
        if any(type(v).__module__.startswith("torch") for v in values):
            return self._on_lanes(values)
        return dict(zip(self.outputs, self._on_floats(values), strict=True))

    def _values(self, inputs: Mapping[str, Any]) -> list[Any]:
        for name in inputs:
            if name not in self.inputs:
                raise GradsheetError(f"'{name}' is no input of this program (inputs: {', '.join(self.inputs)})")
        values: list[Any] = []
        for name, key in zip(self.inputs, self._input_keys, strict=True):
            value = inputs.get(name)
            if value is None:
                value = self._plan.constants.get(key)
                if value is None and key in self._plan.formulas:
                    value = evaluate(self._plan, [key], None, self._seed).get(key)
                value = 0.0 if value is None else value
            if isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            values.append(value)
        return values

    def _given(self, values: Sequence[Any]) -> dict[int, Any]:
        return {k: v for k, v in zip(self._input_keys, values, strict=True) if v is not None}

    def _on_floats(self, values: Sequence[Any]) -> list[Any]:
        run = self._run
        if run is not None and all(type(v) is float and math.isfinite(v) for v in values):
            try:
                results, cells = run(*values)
            except floats.FAULTS:
                pass
            else:
                if math.isfinite(sum(cells)):
                    return list(results)
        return self._carefully(values)

    def _carefully(self, values: Sequence[Any]) -> list[Any]:
        """With errors as values, by the long way."""
        given = {
            k: Error.NUM if type(v) is float and not math.isfinite(v) else v for k, v in self._given(values).items()
        }
        run = evaluate(self._plan, None, given, self._seed, self._needed)
        results: list[Any] = []
        for name, key in zip(self.outputs, self._output_keys, strict=True):
            owner = self._plan.owners.get(key, key)
            if key not in run and (owner in run.unsupported):
                raise GradsheetError(f"{name} cannot be calculated: {run.unsupported[owner]}")
            value = run[key]
            results.append(0.0 if value is None else value)
        return results

    def _on_lanes(self, values: Sequence[Any]) -> dict[str, Any]:
        import torch

        tensors = [v for v in values if isinstance(v, torch.Tensor)]
        size = max(t.numel() for t in tensors)
        wide = []
        for name, v in zip(self.inputs, values, strict=True):
            if isinstance(v, torch.Tensor):
                if v.dim() > 1 or v.numel() not in (1, size):
                    raise GradsheetError(f"input {name}: give tensors of one shape (B,), not {tuple(v.shape)}")
                wide.append(v.to(torch.float64).reshape(-1).expand(size))
            else:
                wide.append(v)
        grad = torch.is_grad_enabled() and any(t.requires_grad for t in tensors)
        run = self._on_tensors()
        if run is None or not all(isinstance(v, torch.Tensor) or type(v) is float for v in wide):
            if grad:
                raise GradsheetError(f"no gradients through {self._slow_reason or 'text'}; use torch.no_grad()")
            return self._lane_by_lane(wide, size)
        like = torch.empty(size, dtype=torch.float64, device=tensors[0].device)
        try:
            found = run(
                torch.stack([v if isinstance(v, torch.Tensor) else torch.full_like(like, v) for v in wide]), grad
            )
        except floats.FAULTS as fault:  # an error on every lane, or one that a look-up may pass by
            if grad:
                raise GradsheetError("no gradients where a cell that is read shows an error") from fault
            return self._lane_by_lane(wide, size)
        return dict(zip(self.outputs, found, strict=True))

    @calculates
    def batch(self, inputs: Any) -> Any:
        """All outputs as one tensor ``(outputs, lanes)``, for all inputs as one ``(inputs, lanes)``.

        Example:
            >>> import torch
            >>> from gradsheet.formula.book import Book
            >>> program = Book.of({"s": {"A1": 2, "A2": "=A1*A1"}}).program(["s!A1"], ["s!A2"])
            >>> program.batch(torch.tensor([[3.0, 4.0]], dtype=torch.float64)).tolist()
            [[9.0, 16.0]]
        """
        import torch

        found = self._on_lanes(list(inputs.unbind(0)))
        return torch.stack([found[name] for name in self.outputs])

    @property
    @calculates
    def reached(self) -> list[str]:
        """The inputs that any output depends on; all of them where that is not known."""
        lanes = self._on_tensors()
        return self.inputs if lanes is None else [self.inputs[i] for i in lanes.reached]

    @property
    @calculates
    def squares(self) -> Squares | None:
        """The numbers of whose squares the first output is a sum, a mean or a root; None where it is none."""
        lanes = self._on_tensors()
        return None if lanes is None else lanes.squares

    def _lane_by_lane(self, wide: Sequence[Any], size: int) -> dict[str, Any]:
        import torch

        rows = [self._on_floats(self._lane(wide, i)) for i in range(size)]
        columns = list(zip(*rows, strict=True))
        for name, column in zip(self.outputs, columns, strict=True):
            if any(isinstance(x, str) for x in column):
                raise GradsheetError(f"output {name} is text, which no tensor holds; calculate it on floats")
        return {
            name: torch.tensor(
                [float(x) if isinstance(x, float | bool) else math.nan for x in column], dtype=torch.float64
            )
            for name, column in zip(self.outputs, columns, strict=True)
        }

    @staticmethod
    def _lane(wide: Sequence[Any], index: int) -> list[Any]:
        return [float(v.reshape(-1)[index if v.numel() > 1 else 0]) if hasattr(v, "numel") else v for v in wide]

    @calculates
    def errors(self, inputs: Mapping[str, Any]) -> dict[str, dict[int, Error]]:
        """For each output, the lanes that show an error, and which.

        Args:
            inputs: as in a call, tensors of shape ``(B,)``.
        """
        outputs = self(inputs)
        values = self._values(inputs)
        wide = [v.detach().reshape(-1) if hasattr(v, "detach") else v for v in values]
        failed = sorted({i for t in outputs.values() for i in t.isnan().nonzero().flatten().tolist()})
        found: dict[str, dict[int, Error]] = {name: {} for name in self.outputs}
        for i in failed:
            for name, value in zip(self.outputs, self._on_floats(self._lane(wide, i)), strict=True):
                if isinstance(value, Error):
                    found[name][i] = value
        return found
