"""Modules made of modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import OperandError, ShapeError
from autograd.arrays.checks import as_array
from nn.layers.flow import flow_picture
from nn.module import Module, nested_repr

if TYPE_CHECKING:
    from autograd.visual.picture import Picture


class Sequential(Module):
    """Modules, or any functions, one after the other. `model[0]` is the first; `model[:2]` the first two.

    >>> import autograd, nn
    >>> model = Sequential(nn.Linear(3, 4, rng=0), autograd.relu, nn.Linear(4, 2, rng=1))
    >>> model
    Sequential(
      (0): Linear(3, 4)
      (1): <primitive relu>
      (2): Linear(4, 2)
    )
    >>> [name for name, _ in model.named_parameters()]
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *steps: Callable[[Any], Any]) -> None:
        check_steps("Sequential", steps)
        for place, step in enumerate(steps):
            setattr(self, str(place), step)
        self.label_parameters()

    @property
    def _steps(self) -> list[Callable[[Any], Any]]:
        return [step for name, step in vars(self).items() if name.isdecimal()]

    def forward(self, x: Any) -> Any:
        """Feed x through all of them."""
        for step in self._steps:
            x = step(x)
        return x

    def flow_steps(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Return (name, step) in order: what a flow diagram shows."""
        return [(str(place), step) for place, step in enumerate(self._steps)]

    def __picture__(self) -> Picture:
        """Return the flow diagram; `autograd.draw` asks for it."""
        return flow_picture(self)

    def __getitem__(self, place: int | slice) -> Any:
        return Sequential(*self._steps[place]) if isinstance(place, slice) else self._steps[place]

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[Callable[[Any], Any]]:
        return iter(self._steps)

    def __repr__(self) -> str:
        return nested_repr("Sequential", self.flow_steps())


class Residual(Module):
    """What goes in, added to what a module makes of it: x + f(x) (He et al. 2016, arXiv:1512.03385).

    >>> import nn
    >>> Residual(nn.Linear(3, 3, rng=0))
    Residual(
      (inner): Linear(3, 3)
    )
    """

    adds_input: ClassVar[bool] = True

    def __init__(self, *steps: Callable[[Any], Any]) -> None:
        check_steps("Residual", steps)
        self.inner = steps[0] if len(steps) == 1 else Sequential(*steps)
        self.label_parameters()

    def forward(self, x: Any) -> Any:
        """Return x + f(x), of the shape of x."""
        x = as_array(x, "Residual")
        change = as_array(self.inner(x), "Residual")
        if change.shape != x.shape:
            raise ShapeError(f"Residual: x has shape {x.shape}, what is added to it {change.shape}; they must be equal")
        return x + change

    def flow_steps(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Return what is added to the input: what a flow diagram shows."""
        return [("inner", self.inner)]

    def __picture__(self) -> Picture:
        """Return the flow diagram; `autograd.draw` asks for it."""
        return flow_picture(self)


class Flatten(Module):
    """All axes from one on as a single one: (batch, 4, 6, 6) becomes (batch, 144).

    >>> import numpy as np
    >>> Flatten()(np.zeros((5, 4, 6, 6))).shape
    (5, 144)
    """

    def __init__(self, start_dim: int = 1) -> None:
        self.start_dim = start_dim

    def forward(self, x: Any) -> Any:  # (batch, ...)
        """Return x with its last axes as one."""
        x = as_array(x, "Flatten")
        if not -x.ndim <= self.start_dim < x.ndim:
            raise ShapeError(f"Flatten: start_dim={self.start_dim} is no axis of an array of shape {x.shape}")
        return x.reshape((*x.shape[: self.start_dim], math.prod(x.shape[self.start_dim :])))

    def __repr__(self) -> str:
        return f"Flatten({'' if self.start_dim == 1 else self.start_dim})"


def check_steps(user: str, steps: Sequence[Any]) -> None:
    """Refuse what cannot be called as a step of a network."""
    for place, step in enumerate(steps):
        if isinstance(step, type) and issubclass(step, Module):
            name = step.__name__
            raise OperandError(f"{user}: {name} at {place} is a class; make a layer of it: {name}(...)")
        if not callable(step):
            unpack = "; unpack it: *layers" if isinstance(step, list | tuple) else ""
            raise OperandError(f"{user}: expected modules or functions, got {type(step).__name__} at {place}{unpack}")
