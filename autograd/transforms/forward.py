"""Derivatives by forward sweeps, and second derivatives, which combine both directions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.errors import OperandError
from autograd.immutable import owned
from autograd.node import Node
from autograd.sweeps import sweep_forward
from autograd.transforms.reverse import grad, jacobian
from autograd.transforms.variables import (
    check_alike,
    check_function,
    check_outputs,
    flat,
    quiet,
    record,
    refill,
    seed_for,
)
from autograd.trees import Tree, describe, leaves


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Return `function(*primals)` and its derivative in the direction of the tangents.

    Forward mode (a Jacobian-vector product): one sweep, however many outputs there are.

    Raises
    ------
    OperandError
        The tangents do not have the structure of the primals, or the function does not return numbers.

    >>> jvp(lambda v: v[0] * v[1], ([3.0, 4.0],), ([1.0, 0.0],))
    (12.0, 4.0)
    """
    check_function(function, "jvp")
    for given, name in ((primals, "primals"), (tangents, "tangents")):
        if not isinstance(given, list | tuple):
            raise OperandError(f"jvp: expected the {name} as a tuple, one for each argument, got {describe(given)}")
    check_alike(list(tangents), list(primals), "the tangents", "the primals")
    recorded = record(function, primals, range(len(primals))).meeting(leaves(list(tangents)))
    check_outputs(recorded, "jvp")
    numbers = [
        x
        for leaf, own in zip(leaves(list(tangents)), leaves(recorded.variables), strict=True)
        for x in _each(leaf, own)
    ]
    pairs = zip(flat(recorded.variables), numbers, strict=True)
    seeds: dict[Node, Any] = {variable: seed_for(variable, tangent) for variable, tangent in pairs}
    outputs = leaves(recorded.output)
    with recorded.sweeping(), quiet():
        arrived = sweep_forward(recorded.order, seeds, symbolic=recorded.symbolic)
        pushed = owned([recorded.gradient(arrived.get(o) if isinstance(o, Node) else 0.0, o) for o in outputs])
    return recorded.results(recorded.output), refill(recorded.output, pushed)


def _each(tangent: Any, variable: Any) -> list[Any]:
    """Return a tangent for each variable of an array of variables."""
    return list(np.asarray(tangent).flat) if isinstance(variable, np.ndarray) else [tangent]


def hvp(function: Callable[..., Any]) -> Callable[[Tree, Tree], Tree]:
    """Return the function of a point and a direction that gives the Hessian times the direction.

    One forward sweep over one gradient (Pearlmutter 1994): the Hessian itself is never formed.

    >>> hvp(lambda v: v[0] ** 2 * v[1])([3.0, 4.0], [1.0, 1.0])
    [14.0, 6.0]
    """
    slope = grad(function)

    @functools.wraps(function)
    def product(point: Tree, direction: Tree) -> Tree:
        return jvp(slope, (point,), (direction,))[1]

    return product


def hessian(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that gives all second derivatives.

    For a list of n floats they are nested lists of shape (n, n); for an array, an array of its shape twice.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    >>> import numpy as np
    >>> hessian(lambda v: (v**3).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    return jacobian(grad(function))
