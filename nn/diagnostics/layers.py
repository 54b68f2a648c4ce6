"""Which parameters make up a layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Compiled
from nn.module import Module

Array = np.ndarray[Any, Any]

#: What a label has after the path of the layer: ".weight", or of a scalar neuron ".neurons.3.w.1".
_OWN_NAME = re.compile(r"(^|\.)(neurons\.\d+\.)?(w\.\d+|\w+)$")


@dataclass(frozen=True)
class Layer:
    """Parameters that belong together, under the path of the module that holds them.

    Attributes
    ----------
    path
        Such as "0" or "layers.1"; "" for a model that is a single layer.
    parameters
        By path.
    """

    path: str
    parameters: dict[str, Any]

    @property
    def learning(self) -> list[Any]:
        """Those that are not frozen."""
        return [parameter for parameter in self.parameters.values() if not parameter.constant]


def layers_of(model: Any, parameters: Sequence[Any]) -> list[Layer]:
    """Return the layers of a model, in order; of a function, those that the labels of its parameters tell of.

    A unit, such as a scalar `Layer` of neurons or an `LSTM`, is one layer, whatever it is made of.

    >>> import nn
    >>> [layer.path for layer in layers_of(nn.MLP(2, [3, 1]), [])]
    ['layers.0', 'layers.1']
    """
    model = model.function if isinstance(model, Compiled) else model
    grouped: dict[str, dict[str, Any]] = {}
    for path, layer in _homes(model, parameters):
        grouped.setdefault(layer, {})[path[0]] = path[1]
    return [Layer(path, inside) for path, inside in grouped.items()]


def _homes(model: Any, parameters: Sequence[Any]) -> Iterator[tuple[tuple[str, Any], str]]:
    """Yield ((path, parameter), path of its layer)."""
    if not isinstance(model, Module):
        for place, parameter in enumerate(parameters):
            path = parameter.label or str(place)
            yield (path, parameter), _OWN_NAME.sub("", path)
        return
    modules = dict(model.named_modules())
    for path, parameter in model.named_parameters():
        prefixes = [at for at in _prefixes(path) if at in modules]
        units = [at for at in prefixes if modules[at].is_unit]
        yield (path, parameter), (units or prefixes[::-1])[0]


def _prefixes(path: str) -> list[str]:
    """Return the paths that a path leads through, from the outermost on: "", "a", "a.b" of "a.b.c"."""
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(len(parts))]


def numbers(parameters: Sequence[Any]) -> list[Array]:
    """Return the numbers of parameters: arrays never change, so none is copied; all `Value`s become one array."""
    arrays = [parameter.array for parameter in parameters if parameter.is_array]
    values = [parameter.data for parameter in parameters if not parameter.is_array]
    return [*arrays, np.array(values)] if values else arrays


def gradients(parameters: Sequence[Any]) -> list[Array]:
    """Return the gradients of parameters, in the order and shapes of `numbers`."""
    arrays = [
        parameter.grad if parameter.is_swept and isinstance(parameter.grad, np.ndarray) else np.zeros(parameter.shape)
        for parameter in parameters
        if parameter.is_array
    ]
    values = [parameter.grad for parameter in parameters if not parameter.is_array]
    return [*arrays, np.array(values)] if values else arrays
