"""The flow diagram of modules in sequence: what `autograd.draw` shows of `Sequential` and `Residual`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.visual.picture import Arrow, Box, Picture
from nn.module import Module


class Flow:
    """Boxes and arrows, drawn as steps are followed from the inputs on."""

    def __init__(self) -> None:
        self.boxes = [Box("input", "input", kind="input")]
        self.arrows: list[Arrow] = []
        self.last = "input"

    def follow(self, steps: Iterable[tuple[str, Callable[[Any], Any]]]) -> None:
        """Add steps (path, step) one after the other; those that are made of steps are followed inside."""
        for path, step in steps:
            inside = getattr(step, "flow_steps", None)
            start = self.last
            if inside is None:
                self._add(Box(path, path, _rows(step), tag=_name(step)))
            else:
                self.follow((f"{path}.{name}" if path else name, part) for name, part in inside())
            if getattr(step, "adds_input", False):
                self._add(Box(f"{path}+", "+", tag=path))
                self.arrows.append(Arrow(start, self.last))

    def _add(self, box: Box) -> None:
        self.boxes.append(box)
        self.arrows.append(Arrow(self.last, box.id))
        self.last = box.id

    def picture(self, title: str) -> Picture:
        """Return the picture; the last box is the output."""
        *others, last = self.boxes
        output = Box(last.id, last.title, last.rows, "output", last.tag) if others else last
        return Picture((*others, output), tuple(self.arrows), title)


def flow_picture(step: Any) -> Picture:
    """Draw a module that is made of steps in sequence.

    >>> import nn
    >>> flow_picture(nn.Sequential(nn.Linear(2, 3), nn.Residual(nn.Linear(3, 3), nn.ReLU())))
    Picture('Sequential, 21 parameters', 5 boxes, 5 arrows)
    """
    flow = Flow()
    flow.follow([("", step)])
    count = sum(int(np.size(parameter.data)) for parameter in step.parameters())
    return flow.picture(f"{type(step).__name__}, {count:,} parameters")


def _name(step: Any) -> str:
    return repr(step).partition("\n")[0].partition("  #")[0] if isinstance(step, Module) else _function_name(step)


def _function_name(function: Any) -> str:
    return str(getattr(function, "name", getattr(function, "__name__", type(function).__name__)))


def _rows(step: Any) -> tuple[tuple[str, str], ...]:
    """Return the shapes of what a step learns."""
    if not isinstance(step, Module):
        return ()
    named = list(step.named_parameters())
    if len(named) > 4:
        return (("parameters", f"{sum(int(np.size(p.data)) for _, p in named):,}"),)
    return tuple([(name, " × ".join(map(str, np.shape(p.data)))) for name, p in named])
