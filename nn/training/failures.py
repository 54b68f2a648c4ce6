"""What stops a training, and why: the first number that is none, named by the layer that made it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import no_grad
from autograd.errors import AutogradError
from nn.module import Module
from nn.observing import observing
from nn.training.runners import Runner, as_array

if TYPE_CHECKING:
    from nn.training.history import History


class DivergenceError(AutogradError, ArithmeticError):
    """The loss became nan or infinite; the model holds its last good weights.

    Attributes
    ----------
    history
        The epochs until then.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.history)  # or no process could send it to another


def all_finite(parameters: Iterable[Any]) -> bool:
    """Tell whether no parameter is nan or infinite."""
    return all(
        bool(np.isfinite(node.array).all()) if node.is_array else math.isfinite(node.data) for node in parameters
    )


def explain_failure(model: Any, runner: Runner, x: Any, y: Any) -> str:
    """Say what made a loss nan or infinite: the data, a parameter, the first layer, or the loss itself."""
    for name, array in (("inputs", x), ("targets", y)):
        if place := first_bad(array):
            return f"the {name} hold {place}: clean the data first"
    names = dict(model.named_parameters()) if isinstance(model, Module) else {}
    bad = [path for path, parameter in names.items() if not np.all(np.isfinite(parameter.data))]
    if bad:
        return (
            f"{len(bad)} of {len(names)} parameters are nan or infinite, first {bad[0]}: the last update was too "
            "large (lower the learning rate, or clip gradients with clip_norm=1.0)"
        )
    if layer := _first_bad_layer(model, runner, x):
        return f"{layer}: lower the learning rate, scale the inputs, or clip gradients with clip_norm=1.0"
    return (
        "all outputs are finite, so the loss itself overflows or takes the logarithm of 0; "
        "prefer a loss of logits, such as nn.cross_entropy"
    )


def first_bad(array: Any) -> str:
    """Say where an array of real numbers holds nan or inf first; "" if nowhere."""
    array = np.asarray(array)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return ""
    place = tuple(int(at) for at in np.argwhere(~np.isfinite(array))[0])
    return f"{array[place]} at {list(place)}"


def _first_bad_layer(model: Any, runner: Runner, x: Any) -> str:
    """Say which layer's output is the first that is not finite; "" if none is."""
    found: list[str] = []
    paths = {id(part): path for path, part in model.named_modules()} if isinstance(model, Module) else {}

    def look(module: Any, inputs: Any, outputs: Any) -> None:
        if not found and hasattr(outputs, "shape") and (place := first_bad(as_array(outputs))):
            path = paths.get(id(module)) or "the model"
            found.append(f"the output of {path} ({module!r}) holds {place}")

    with no_grad(), observing(look):
        runner.outputs(x)
    return found[0] if found else ""
