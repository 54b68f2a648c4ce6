"""A table of the parts of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Node, no_grad
from nn.observing import observing
from nn.parts import Holder, own_items


@dataclass(frozen=True)
class Summary:
    """A row (path, module, shape of its output, number of parameters of its own) for each part, and the sums.

    Parameters that parts share are counted where they stand first.
    """

    rows: tuple[tuple[str, str, str, int], ...]
    parameters: int
    frozen: int
    bytes: int

    @classmethod
    def of(cls, module: Any, inputs: Sequence[Any] = ()) -> Summary:
        """Describe a module; with inputs it is run once, as in use and without recording, to see the shapes."""
        shapes = _output_shapes(module, inputs) if inputs else {}
        counted: set[int] = set()
        rows = []
        for path, part in _shown(module):
            own = (
                [item for _, item in own_items(part) if isinstance(item, Node)]
                if _is_opened(part)
                else part.parameters()
            )
            new = {id(p): p for p in own if id(p) not in counted}
            counted.update(new)
            if path or not _is_opened(part) or new:
                kind = type(part).__name__ if _is_opened(part) else repr(part).partition("  #")[0]
                rows.append((path or "-", kind, shapes.get(id(part), ""), sum(_size(p) for p in new.values())))
        parameters = module.parameters()
        frozen = [p for p in parameters if getattr(p, "constant", False)]
        return cls(tuple(rows), sum(map(_size, parameters)), sum(map(_size, frozen)), sum(map(_bytes, parameters)))

    def __str__(self) -> str:
        head = ("path", "module", "output", "parameters")
        table = [head, *((path, kind, shape, f"{count:,}") for path, kind, shape, count in self.rows)]
        columns = [place for place in range(4) if place != 2 or any(row[2] for row in self.rows)]
        widths = [max(len(row[place]) for row in table) for place in range(4)]
        lines = [
            "  ".join(row[at].rjust(widths[at]) if at == 3 else row[at].ljust(widths[at]) for at in columns)
            for row in table
        ]
        frozen = f", {self.frozen:,} of them frozen" if self.frozen else ""
        return "\n".join([*lines, f"{self.parameters:,} parameters{frozen}, {self.bytes:,} bytes"])

    __repr__ = __str__


def _is_opened(part: Any) -> bool:
    """Tell whether the modules within a module have rows of their own."""
    return not part.is_unit and any(isinstance(item, Holder) for _, item in own_items(part))


def _shown(module: Any) -> list[tuple[str, Any]]:
    """Return (path, module) for all that have a row."""
    shown: list[tuple[str, Any]] = []
    closed: list[str] = []
    for path, part in module.named_modules():
        if not any(path.startswith(prefix) for prefix in closed):
            shown.append((path, part))
            if not _is_opened(part):
                closed.append(f"{path}." if path else "")
    return shown


def _output_shapes(module: Any, inputs: Sequence[Any]) -> dict[int, str]:
    """Return the shape of what each module returned, by identity."""
    shapes: dict[int, str] = {}
    modes = [(part, part.training) for _, part in module.named_modules()]

    def note(part: Any, _: Any, outputs: Any) -> None:
        shapes[id(part)] = _shape(outputs)

    module.eval()
    try:
        with no_grad(), observing(note):
            module(*inputs)
    finally:
        for part, training in modes:
            part.training = training
    return shapes


def _shape(outputs: Any) -> str:
    if hasattr(outputs, "shape"):
        return str(tuple(outputs.shape))
    if isinstance(outputs, list | tuple):
        return f"[{len(outputs)}]" if isinstance(outputs, list) else ", ".join(map(_shape, outputs))
    return ""


def _size(parameter: Any) -> int:
    return int(np.size(parameter.data))


def _bytes(parameter: Any) -> int:
    return int(np.asarray(parameter.data).nbytes)
