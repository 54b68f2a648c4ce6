"""Activation functions by name. Each is a function of any kind of node: most are rows or functions of `autograd`.

The activations of a whole layer at once, softmax and log_softmax, are not in the table of those that a neuron may have.
"""

from __future__ import annotations

import math
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


def gelu_tanh(x: Any) -> Any:
    """Return GELU by its approximation 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3))), as GPT-2 has it.

    Hendrycks & Gimpel 2016 (arXiv:1606.08415, section 2); written as x sigmoid(2 z), which is the same.

    >>> round(gelu_tanh(1.0), 6)
    0.841192
    """
    return x * autograd.sigmoid(x * (1.0 + 0.044715 * (x * x)) * math.sqrt(8.0 / math.pi))


ACTIVATIONS: dict[str, Activation] = {
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "gelu_tanh": gelu_tanh,
    "leaky_relu": autograd.leaky_relu,
    "linear": linear,
    "relu": autograd.relu,
    "sigmoid": autograd.sigmoid,
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "step": autograd.step,
    "tanh": autograd.tanh,
}


#: What makes one number of a whole row of them has no derivative number by number.
_OF_ROWS = ("softmax", "log_softmax")


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
    if choice in _OF_ROWS:
        raise UnknownNameError(
            f"{choice} works on all outputs of a layer at once, not on one number; apply autograd.{choice} to the list "
            "of outputs, or nn.cross_entropy, which contains it, to the outputs as they are"
        )
    hint = did_you_mean(str(choice), ACTIVATIONS)
    raise UnknownNameError(
        f"no activation is named {choice!r}; {hint}there are {', '.join(ACTIVATIONS)}, or pass any function of a number"
    )
