"""Derivatives by backward sweeps: grad, value_and_grad, vjp, jacobian."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.array_node import ArrayNode, raw_of
from autograd.array_primitive import Bound
from autograd.immutable import owned
from autograd.node import Node
from autograd.primitives.shaping import reshape, stack
from autograd.sweeps import sweep_backward
from autograd.tensor import Tensor
from autograd.transforms.variables import (
    Recorded,
    check_alike,
    check_function,
    check_outputs,
    flat,
    positions,
    quiet,
    record,
    refill,
    scalar_output,
    seed_for,
)
from autograd.trees import Tree, leaves, map_leaves


def _pull(recorded: Recorded, cotangents: Tree) -> list[Tree]:
    """Sweep cotangents of the output back to the variables."""
    recorded = recorded.meeting(leaves(cotangents))
    seeds: dict[Node, Any] = {}
    for output, cotangent in zip(leaves(recorded.output), leaves(cotangents), strict=True):
        if isinstance(output, Node) and cotangent is not None:
            seed = seed_for(output, cotangent)
            seeds[output] = seeds[output] + seed if output in seeds else seed
    variables = flat(recorded.variables)
    with recorded.sweeping(), quiet():
        arrived = sweep_backward(recorded.order, seeds, variables, symbolic=recorded.symbolic, keep=set(variables))
        found = owned([recorded.gradient(arrived.get(variable), variable) for variable in variables])
    return refill(recorded.variables, found)  # type: ignore[no-any-return]


def value_and_grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """Return the function that gives `function(...)` and its gradient, at the price of little more than one.

    Arguments are floats, arrays, or lists, tuples and dictionaries of them; a gradient has the structure of its
    argument. The function meets floats as `Value`s and arrays as `Tensor`s, which work together.
    With several `argnums` the gradient is a tuple of them. Given floats it returns floats; given nodes, or inside
    another derivative, it returns nodes, which can be differentiated again.

    Raises
    ------
    OperandError
        The function does not return one number, or an argument is not made of numbers.

    >>> value_and_grad(lambda v: (v**3).sum())(np.array([1.0, 2.0]))
    (9.0, array([ 3., 12.]))
    >>> value_and_grad(lambda v: v["a"] * v["b"])({"a": 2.0, "b": 5.0})
    (10.0, {'a': 5.0, 'b': 2.0})
    """
    check_function(function, "grad")
    chosen = positions(argnums)

    @functools.wraps(function)
    def derivative(*arguments: Any, **settings: Any) -> tuple[Any, Any]:
        recorded = record(function, arguments, chosen, **settings)
        value = recorded.result(scalar_output(recorded, "value_and_grad"))
        gradients = _pull(recorded, 1.0)
        return value, gradients[0] if isinstance(argnums, int) else tuple(gradients)

    return derivative


def grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that gives the gradient of `function`; see `value_and_grad`.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = value_and_grad(function, argnums)

    @functools.wraps(function)
    def derivative(*arguments: Any, **settings: Any) -> Any:
        return both(*arguments, **settings)[1]

    return derivative


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Tree], tuple[Any, ...]]]:
    """Return `function(*primals)` and the pullback: a function from output cotangents to input cotangents.

    The pullback may be called many times; it gives one tree for each primal (a vector-Jacobian product).

    >>> value, pullback = vjp(lambda v: [v[0] * v[1], v[0]], [3.0, 4.0])
    >>> value, pullback([1.0, 0.0])
    ([12.0, 3.0], ([4.0, 3.0],))
    """
    check_function(function, "vjp")
    recorded = record(function, primals, range(len(primals)))
    check_outputs(recorded, "vjp")

    def pullback(cotangents: Tree) -> tuple[Any, ...]:
        check_alike(cotangents, recorded.output, "the cotangent", "the output")
        return tuple(_pull(recorded, cotangents))

    return recorded.results(recorded.output), pullback


def jacobian(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that gives all first derivatives: the output's structure, holding the input's.

    For lists this is the Jacobian matrix as a list of rows: row i is the gradient of output i. For arrays it is an
    array whose shape is that of the output and then that of the input. One backward sweep for each output.

    >>> jacobian(lambda v: [v[0] * v[1], v[0]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 0.0]]
    """
    check_function(function, "jacobian")
    chosen = positions(argnums)

    @functools.wraps(function)
    def derivative(*arguments: Any, **settings: Any) -> Any:
        recorded = record(function, arguments, chosen, **settings)
        check_outputs(recorded, "jacobian")
        count = len(leaves(recorded.output))
        places = iter(range(count))

        def row(output: Any) -> Any:
            place = next(places)

            def pull(unit: Any) -> Tree:
                gradients = _pull(recorded, [unit if position == place else None for position in range(count)])
                return gradients[0] if isinstance(argnums, int) else tuple(gradients)

            return _rows_of_array(pull, output, recorded) if isinstance(output, ArrayNode) else pull(1.0)

        return map_leaves(row, recorded.output)

    return derivative


def _rows_of_array(pull: Callable[[Any], Tree], output: Any, recorded: Recorded) -> Tree:
    """Return the derivative of an array: arrays of the shape of the output and then of the variable."""
    units = np.eye(output.size, dtype=output.dtype)
    rows = [pull(unit.reshape(output.shape)) for unit in units] or [pull(np.zeros(output.shape))]

    def assemble(*gradients: Any) -> Any:
        inner = np.shape(raw_of(gradients[0]))
        if not recorded.among_nodes:
            dtype = gradients[0].dtype if inner else output.dtype
            return np.array(gradients[: output.size], dtype).reshape(output.shape + inner)[()]
        stacked = Tensor.apply(Bound(stack, {"axis": 0}), gradients)
        return reshape(stacked[: output.size], shape=output.shape + inner)

    return map_leaves(assemble, *rows)
