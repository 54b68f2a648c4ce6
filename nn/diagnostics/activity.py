"""What the units of a network do for some samples: read off the graph of a forward pass.

The graph knows every activation, whether it is a module, a function between modules, or a line within one; and whether
the network is made of arrays or of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Compiled, Node, OperandError
from autograd.node import topological_order
from autograd.trees import leaves
from nn.diagnostics.layers import Array, Layer
from nn.layers.linear import Linear
from nn.module import Module
from nn.observing import observing
from nn.parts import own_items
from nn.scalar import MLP
from nn.training.runners import as_array, as_input, evaluating
from nn.twins import as_tensor_network

#: Activations that are flat at both ends, and the ends between which their outputs lie.
_SQUASHING = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
#: Where an output counts as saturated: within 1 % of its range from an end, where the slope is 4 % of the steepest.
_NEAR_AN_END = 0.01
#: A network of `Value`s that has no twin runs row by row: so many rows must do.
_SCALAR_ROWS = 16


@dataclass(frozen=True)
class Activity:
    """The outputs of an activation in a layer.

    Attributes
    ----------
    layer
        The path of the layer whose parameters it follows.
    function
        "relu", "tanh" or "sigmoid".
    units
        How many units there are.
    dead
        The part of the units that are zero for all samples (relu).
    saturated
        The part of all outputs that lie at an end of their range (tanh, sigmoid).
    """

    layer: str
    function: str
    units: int
    dead: float
    saturated: float


@dataclass(frozen=True)
class Observed:
    """What was seen of some samples: the activations, and what the first layer with weights was given."""

    activities: tuple[Activity, ...]
    inputs: Array | None


def observe(model: Any, layers: Sequence[Layer], samples: Array) -> Observed:
    """Run samples through a network as in use, and look at its units."""
    given: list[Array] = []

    def look(module: Any, inputs: tuple[Any, ...], outputs: Any) -> None:
        if not given and any(isinstance(p, Node) and p.is_array and p.data.ndim > 1 for _, p in own_items(module)):
            given.append(as_array(inputs[0]))

    runs_rows = isinstance(model, Module)
    model = model.function if isinstance(model, Compiled) else model  # what is compiled leaves one node behind
    model, layers = _as_arrays(model, layers)
    with evaluating(model), observing(look):
        if any(parameter.is_array for layer in layers for parameter in layer.parameters.values()):
            outputs = [model(as_input(samples))]
        else:
            few = samples[:_SCALAR_ROWS]
            outputs = [model(row) for row in few.tolist()] if runs_rows else [model(few)]
    return Observed(tuple(_activities(outputs, layers)), given[0] if given else samples)


def _as_arrays(model: Any, layers: Sequence[Layer]) -> tuple[Any, Sequence[Layer]]:
    """Return a textbook network of `Value`s as its twin on arrays, which sees all samples at once; others as is."""
    if not isinstance(model, MLP):
        return model, layers
    try:
        twin = as_tensor_network(model)
    except OperandError:  # neurons that differ within a layer have no twin
        return model, layers
    own = [dict(step.named_parameters()) for step in twin if isinstance(step, Linear)]
    return twin, [Layer(layer.path, parameters) for layer, parameters in zip(layers, own, strict=True)]


def _activities(outputs: list[Any], layers: Sequence[Layer]) -> Iterator[Activity]:
    """Yield the activity of each activation of each layer, as the graphs of outputs show it."""
    numbers: dict[tuple[str, str], dict[int, list[float]]] = {}
    for output in outputs:
        for node, layer, unit in _activation_nodes(output, layers):
            function = node.primitive.name
            if node.is_array:
                yield _activity(layer.path, function, _by_unit(node.array, layer))
            else:
                numbers.setdefault((layer.path, function), {}).setdefault(unit, []).append(node.data)
    for (path, function), units in numbers.items():
        yield _activity(path, function, np.array(list(zip(*units.values(), strict=False))))


def _activity(layer: str, function: str, table: Array) -> Activity:
    """Return the activity of units, given their outputs, shape (samples, units)."""
    dead = saturated = 0.0
    if function in _SQUASHING:
        low, high = _SQUASHING[function]
        margin = _NEAR_AN_END * (high - low)
        saturated = float(np.mean((table < low + margin) | (table > high - margin)))
    else:
        dead = float(np.mean(~table.any(axis=0)))
    return Activity(layer, function, table.shape[1], dead, saturated)


def _activation_nodes(output: Any, layers: Sequence[Layer]) -> Iterator[tuple[Any, Layer, int]]:
    """Yield (node, layer, unit) for each activation but those that are outputs themselves, which may well be 0 or 1.

    A network of single numbers has a node for each unit, told by one of the unit's own parameters.
    """
    ends = [leaf for leaf in leaves(output) if isinstance(leaf, Node)]
    parameters = {id(p): (layer, id(p)) for layer in layers for p in layer.parameters.values()}
    owners = dict(parameters)
    seen = {id(end) for end in ends}
    for node in [node for end in ends for node in topological_order(end)]:
        # The parameters that a node is made of say whose it is; without any, the last layer that it came through.
        own = [parameters[id(x)] for x in node.operands if id(x) in parameters]
        own = own or [owners[id(x)] for x in node.operands if id(x) in owners]
        if not own:
            continue
        owners[id(node)] = own[-1]
        name = node.primitive.name if node.primitive is not None else ""
        if id(node) not in seen and (name == "relu" or name in _SQUASHING):
            yield (node, *own[-1])
        seen.add(id(node))


def _by_unit(array: Array, layer: Layer) -> Array:
    """Return outputs as a table (samples, units): units are the channels of a convolution, else the last axis."""
    if array.ndim < 2:
        return array.reshape(1, -1)
    is_spatial = any(p.is_array and p.data.ndim > 2 for p in layer.parameters.values())
    moved = np.moveaxis(array, 1, -1) if is_spatial and array.ndim > 2 else array
    return moved.reshape(-1, moved.shape[-1])
