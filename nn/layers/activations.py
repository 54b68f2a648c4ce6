"""Activations as modules. Each class names its function and its settings; the rest they share.

They take tensors and arrays of any shape, single numbers, and nested lists of numbers (`Value`s included).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import autograd
from autograd import DomainError, OperandError
from autograd.functions import log_softmax, softmax
from autograd.trees import map_leaves
from nn.activations import gelu_tanh
from nn.module import Module


class Activation(Module):
    """What the activations have in common: a function, and its settings as attributes.

    >>> class Softsign(Activation, function=lambda x: x / (1.0 + abs(x))):
    ...     pass
    >>> Softsign()([1.0, -3.0])
    [0.5, -0.75]
    """

    function: ClassVar[Callable[..., Any]]
    settings: ClassVar[dict[str, Any]]

    def __init_subclass__(cls, *, function: Callable[..., Any], **settings: Any) -> None:
        cls.function, cls.settings = staticmethod(function), settings
        keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
        cls.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what help() shows
            [inspect.Parameter(name, keyword, default=default) for name, default in settings.items()]
        )

    def __init__(self, *given: Any, **settings: Any) -> None:
        cls = type(self)
        try:
            chosen = inspect.signature(cls).bind(*given, **settings).arguments
        except TypeError as error:
            raise OperandError(f"{cls.__name__}: {error}; it takes {inspect.signature(cls)}") from None
        vars(self).update(cls.settings | chosen)

    def forward(self, x: Any) -> Any:  # (...) -> (...)
        """Return the activation of each number, in the shape of x."""
        settings = {name: getattr(self, name) for name in self.settings}
        return map_leaves(lambda number: self.function(number, **settings), x)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.settings)})"


class Step(Activation, function=autograd.step):
    """1 where x > 0, else 0: the perceptron's (Rosenblatt 1958). Its slope is 0, so nothing learns through it."""


class Sigmoid(Activation, function=autograd.sigmoid):
    """1 / (1 + exp(-x)), from 0 to 1; safe from overflow."""


class Tanh(Activation, function=autograd.tanh):
    """The hyperbolic tangent, from -1 to 1."""


class ReLU(Activation, function=autograd.relu):
    """max(x, 0) (Nair & Hinton 2010); its slope at 0 is 0.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """


class LeakyReLU(Activation, function=autograd.leaky_relu, slope=0.01):
    """x where x > 0, else slope * x (Maas et al. 2013).

    >>> LeakyReLU(0.1)
    LeakyReLU(slope=0.1)
    """


class ELU(Activation, function=autograd.elu, alpha=1.0):
    """x where x > 0, else alpha * (exp(x) - 1) (Clevert et al. 2015, arXiv:1511.07289)."""


class SiLU(Activation, function=autograd.silu):
    """x * sigmoid(x), also called swish (Elfwing et al. 2017, arXiv:1702.03118)."""


class Softplus(Activation, function=autograd.softplus):
    """log(1 + exp(x)), a smooth relu (Dugas et al. 2001); safe from overflow."""


_GELU: dict[str, Callable[[Any], Any]] = {"none": autograd.gelu, "tanh": gelu_tanh}


def _gelu(x: Any, approximate: str) -> Any:
    if approximate not in _GELU:
        raise DomainError(f"GELU: expected approximate to be one of {', '.join(_GELU)}, got {approximate!r}")
    return _GELU[approximate](x)


class GELU(Activation, function=_gelu, approximate="none"):
    """x times the normal distribution's probability below x (Hendrycks & Gimpel 2016, arXiv:1606.08415).

    `approximate="tanh"` is their approximation, 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3))), which GPT-2 uses.
    """


class _OfRows(Activation, function=softmax, axis=-1):
    """What an activation of whole rows does with lists: the innermost ones are the rows."""

    axis: int

    def forward(self, x: Any) -> Any:  # (...) -> (...)
        """Return the activation along the axis, in the shape of x."""
        if isinstance(x, list | tuple):
            if any(isinstance(row, list | tuple) for row in x):
                return [self.forward(row) for row in x]
            if self.axis != -1:
                raise OperandError(f"{type(self).__name__}: lists have only the axis -1, got axis={self.axis!r}")
        return self.function(x, axis=self.axis)


class Softmax(_OfRows, function=softmax, axis=-1):
    """exp(x) / sum(exp(x)) along an axis: positive numbers that add up to 1 (Bridle 1990). Of lists: each row.

    Before `nn.cross_entropy` there must be none: that takes the scores themselves.

    >>> Softmax()([[0.0, 0.0]])
    [[0.5, 0.5]]
    """


class LogSoftmax(_OfRows, function=log_softmax, axis=-1):
    """The logarithm of softmax along an axis, safe from overflow: what `nn.nll_loss` takes. Of lists: each row."""
