"""Optimizers by name, and how to make one later, for a network that does not exist yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from autograd import UnknownNameError, Value
from autograd.errors import did_you_mean
from nn.optimizers.adaptive import Adagrad, Adam, AdamW, RMSprop
from nn.optimizers.gradient_descent import SGD
from nn.optimizers.lbfgs import LBFGS
from nn.optimizers.optimizer import Optimizer

OPTIMIZERS: Final[dict[str, type[Optimizer]]] = {
    "adagrad": Adagrad,
    "adam": Adam,
    "adamw": AdamW,
    "lbfgs": LBFGS,
    "rmsprop": RMSprop,
    "sgd": SGD,
}


def optimizer_factory(name: str, **settings: Any) -> Callable[[Any], Optimizer]:
    """Return a function from parameters to an optimizer of that name; it can be pickled, and so sent to processes.

    Raises
    ------
    UnknownNameError
        Nobody knows the optimizer.
    TypeError, DomainError
        It does not have such a setting, or a setting is out of range; found here, not in another process.

    >>> make = optimizer_factory("adam", lr=3e-3)
    >>> make([Value(1.0)]).lr
    0.003
    """
    if name not in OPTIMIZERS:
        hint = did_you_mean(str(name).lower(), OPTIMIZERS)
        raise UnknownNameError(f"no optimizer is named {name!r}; {hint}there are {', '.join(OPTIMIZERS)}")
    make: Callable[[Any], Optimizer] = partial(OPTIMIZERS[name], **settings)
    make([Value(0.0)])  # a trial
    return make
