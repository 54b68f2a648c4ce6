"""Hold backpropagation written by hand against the library's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.array_node import ArrayNode
from autograd.errors import DomainError, GraphError, OperandError, ShapeError
from autograd.node import Node, topological_order
from autograd.sweeps import sweep_backward
from autograd.testing.labels import LabelledArrays
from autograd.testing.matching import check_tolerances
from autograd.testing.reading import Shape, entries, read_number, read_shape
from autograd.testing.tables import Array, ManualReport, compare
from autograd.trees import describe


def check_manual(loss: Node, gradients: Mapping[str, Any], *, rtol: float = 1e-5, atol: float = 1e-12) -> ManualReport:
    """Compare gradients worked out by hand with the library's, array by array.

    Nothing is stored on the nodes: `grad` stays as it is.

    Parameters
    ----------
    loss
        The number that was differentiated.
    gradients
        For each name, either the gradient alone: then its parameters are the nodes of the graph with that label,
        "b" for a number, "W.0.1" for the entry [0][1] of an array "W" (a module's parameters are labelled so);
        or the pair (parameters, gradient), where parameters are a node, or nested lists or an array of nodes.
        A gradient is a number, a nested list or an array, of the shape of its parameters.
    rtol, atol
        An entry is approximately equal within atol + rtol * |its derivative|.

    Raises
    ------
    UnknownNameError
        A name is not among the labels.
    ShapeError
        A gradient does not have the shape of its parameters, or is ragged.
    OperandError
        Something that is no number, no node or no gradient was given.
    GraphError
        The loss does not depend on any of the parameters.
    DomainError
        The loss is nan or infinite, or there is nothing to check.

    >>> from autograd import Value
    >>> w = [Value(2.0, label="w.0"), Value(-1.0, label="w.1")]
    >>> loss = (w[0] * w[1]) ** 2
    >>> print(check_manual(loss, {"w": [4.0, -8.0]}))
    name  shape  exact  approximate  max difference  verdict
    w     (2,)   yes    yes          0.0e+00         equal
    >>> print(check_manual(loss, {"w": [4.0, 8.0]}))
    name  shape  exact  approximate  max difference  verdict
    w     (2,)   no     no           1.6e+01         wrong: [1] is 8 by hand, -8 by backward()
    """
    check_tolerances("check_manual", rtol=rtol, atol=atol)
    _check_arguments(loss, gradients)
    order = topological_order(loss)
    labelled, graph = LabelledArrays(order), set(order)
    found = {name: _resolve(name, given, labelled, graph) for name, given in gradients.items()}
    wanted = [node for nodes, _ in found.values() for node in nodes]
    arrived = sweep_backward(order, {loss: loss.data * 0.0 + 1.0 if loss.is_array else 1.0}, wanted)
    arrays = {}
    for name, (nodes, gradient) in found.items():
        expected = _slopes(nodes, arrived, gradient.shape)
        arrays[name] = compare(name, gradient, expected, rtol=rtol, atol=atol)
    return ManualReport(arrays)


def _slopes(nodes: list[Node], arrived: Mapping[Node, Any], shape: Shape) -> Array:
    """Return the derivative in the one node that is an array, or in each of many that are numbers."""
    if len(nodes) == 1 and nodes[0].is_array:
        return np.broadcast_to(arrived.get(nodes[0], 0.0), shape)
    return np.reshape([float(arrived.get(node, 0.0)) for node in nodes], shape)


def _check_arguments(loss: Any, gradients: Any) -> None:
    if not isinstance(loss, Node):
        hint = (
            "add its numbers up to one" if isinstance(loss, list | tuple | np.ndarray) else "pass the node, not .data"
        )
        raise OperandError(f"check_manual: the loss must be a node such as a Value, got {describe(loss)}; {hint}")
    if not np.all(np.isfinite(loss.data)):
        raise DomainError(f"check_manual: the loss is {loss.data!r}; is there a nan or an overflow in the data?")
    if loss.primitive is not None and not loss.operands:
        raise GraphError("check_manual: the loss was computed under no_grad(), so nothing is known of its gradients")
    if not isinstance(gradients, Mapping) or not all(isinstance(name, str) for name in gradients):
        raise OperandError(
            f'check_manual: expected gradients by name, such as {{"W1": dW1}}, got {describe(gradients)}'
        )
    if not gradients:
        raise DomainError('check_manual: there is nothing to check; expected gradients by name, such as {"W1": dW1}')


def _resolve(name: str, given: Any, labelled: LabelledArrays, graph: set[Node]) -> tuple[list[Node], Array]:
    """Return the parameters of one entry, row by row, and its gradient."""
    if isinstance(given, tuple):
        if len(given) != 2:
            raise OperandError(
                f"{name!r}: a tuple must be the pair (parameters, gradient), got {len(given)} items; "
                "write a gradient as a list or an array"
            )
        parameters, gradient = given
        shape, nodes = _read_parameters(name, parameters, graph)
    else:
        gradient = given
        shape, nodes = labelled.find(name)
    array = _read_gradient(name, gradient)
    if array.shape != shape:
        raise ShapeError(
            f"{name!r}: the gradient has shape {array.shape}, but the parameters have shape {shape}; "
            + _explain_shape(array.shape, shape)
        )
    return nodes, array


def _read_parameters(name: str, parameters: Any, graph: set[Node]) -> tuple[Shape, list[Node]]:
    whole = isinstance(parameters, ArrayNode)
    nodes: list[Node] = []
    shape = parameters.shape if whole else read_shape(parameters, f"the parameters {name}")
    for path, entry in [("", parameters)] if whole else entries(parameters):
        if not isinstance(entry, Node):
            raise OperandError(
                f"{name!r}: in the pair (parameters, gradient), parameters{path} must be a node such as a Value, "
                f"got {describe(entry)}; a gradient alone is written as a list or an array, not as a tuple"
            )
        nodes.append(entry)
    if graph.isdisjoint(nodes):
        raise GraphError(
            f"{name!r}: the loss depends on none of these {len(nodes)} parameters; were they made anew after the loss "
            "was computed, or did only their .data enter it?"
        )
    return shape, nodes


def _read_gradient(name: str, gradient: Any) -> Array:
    if isinstance(gradient, np.ndarray) and gradient.dtype.kind in "fiu" and gradient.size:
        return gradient
    shape = read_shape(gradient, f"the gradient {name}")
    numbers = [read_number(entry, f"the gradient {name}{path}") for path, entry in entries(gradient)]
    return np.reshape(np.array(numbers), shape)


def _explain_shape(given: Shape, expected: Shape) -> str:
    if given == expected[::-1]:
        return "it has the shape of the transpose: try .T"
    if given[1:] == expected:
        return f"was the sum over the first {given[0]} (the batch) forgotten? Try .sum(axis=0)"
    if math.prod(given) == math.prod(expected):
        return f"the number of entries is right: try .reshape{expected}"
    return "every parameter has one derivative"
