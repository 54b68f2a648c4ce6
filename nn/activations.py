"""Activation functions by name. Each is a primitive or function of `autograd`, and works on any kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import UnknownNameError
from autograd.errors import did_you_mean

Activation = Callable[[Any], Any]


def linear(x: Any) -> Any:
    """Return x: the activation of a layer that has none.

    >>> linear(2.0)
    2.0
    """
    return x


ACTIVATIONS: dict[str, Activation] = {
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "leaky_relu": autograd.leaky_relu,
    "linear": linear,
    "relu": autograd.relu,
    "sigmoid": autograd.sigmoid,
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "step": autograd.step,
    "tanh": autograd.tanh,
}


def find_activation(choice: str | Activation) -> tuple[str, Activation]:
    """Return the name and the function of an activation, given either.

    Raises
    ------
    UnknownNameError
        Nobody knows the name.

    >>> find_activation("tanh")
    ('tanh', <primitive tanh>)
    """
    if callable(choice):
        return getattr(choice, "name", getattr(choice, "__name__", type(choice).__name__)), choice
    if isinstance(choice, str) and choice in ACTIVATIONS:
        return choice, ACTIVATIONS[choice]
    hint = did_you_mean(str(choice), ACTIVATIONS)
    raise UnknownNameError(
        f"no activation is named {choice!r}; {hint}there are {', '.join(ACTIVATIONS)}, or pass any function of a number"
    )
