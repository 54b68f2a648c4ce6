"""The two sweeps over a recorded graph: backward for gradients, forward for directional derivatives.

Both exist once, for every kind of node: an edge is something to pull a cotangent back along, or to push a tangent
forward along, and the node knows how. With numbers (or arrays) the results are numbers (or arrays); with
`symbolic=True` the rules of the primitives run on the nodes themselves, so that what they return is recorded, and
can be differentiated again. Nothing is stored on nodes, until `store_gradients` is asked to.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from sys import getrefcount
from typing import Any, Final

import numpy as np

from autograd.immutable import holder, own
from autograd.node import Node


def sweep_backward(
    order: list[Node],
    cotangents: Mapping[Node, Any],
    wrt: Iterable[Node] | None = None,
    *,
    symbolic: bool = False,
    keep: Container[Node] | None = None,
) -> dict[Node, Any]:
    """Carry cotangents from the outputs back to `wrt`; return the sum that arrives at each node reached.

    Parameters
    ----------
    order
        Nodes in topological order (operands first).
    cotangents
        The derivative to start from at each output.
    wrt
        The nodes whose cotangents are wanted; only paths that lead to them are followed. None: all that are not
        constant.
    keep
        The inner nodes whose cotangents are returned; those of others are dropped as soon as they are passed on,
        which halves the memory of large arrays. None: all.
    """
    arrived = dict(cotangents)
    wanted = None if wrt is None else _depending_on(order, wrt)
    for node in reversed(order):
        operands = node.operands
        if not operands or (wanted is not None and node not in wanted):
            continue
        cotangent = arrived.get(node)
        if cotangent is None:
            continue
        spare = False
        if keep is not None and node not in keep:
            del arrived[node]
            spare = not symbolic and getrefcount(cotangent) == ALONE and _holds_its_memory(cotangent)
        # What is computed from a constant alone is a constant: then the one operand wants its share.
        asked = _ONLY if wanted is None and len(operands) == 1 else _asked(operands, wanted)
        contributions: Any = node.pull_back(cotangent, asked, symbolic=symbolic, spare=spare)
        for operand, contribution in zip(operands, contributions):  # noqa: B905 - one for each
            if contribution is None:
                continue
            if operand in arrived:
                _add(contribution, operand, arrived)
            else:
                arrived[operand] = contribution
        contributions = contribution = None  # so that nobody but `arrived` holds them
    return arrived


def _add(contribution: Any, operand: Node, arrived: dict[Node, Any]) -> None:
    """Add to what has arrived: a node that is used twice gets two contributions, and their sum is its derivative."""
    earlier = arrived[operand]
    if getrefcount(earlier) == _STORED and contribution.__class__ is np.ndarray and _holds_its_memory(earlier):
        earlier += contribution
    else:
        arrived[operand] = earlier + contribution


def _holds_its_memory(x: Any) -> bool:
    return x.__class__ is np.ndarray and x.base is None and x.flags.writeable


def _count_references() -> tuple[int, int]:
    """Return the counts of references to what only a local variable holds, and to what a dictionary holds besides."""
    stored = {0: object()}
    local = stored[0]
    both = getrefcount(local)
    del stored[0]
    return getrefcount(local), both


#: An array that nobody else holds may be written over: one for whom these are all references. A debugger that looks on
#: while they are counted holds one more; then nothing is ever written over.
_KNOWN: Final = (2, 3) if sys.version_info < (3, 14) else (1, 2)
ALONE, _STORED = _KNOWN if _count_references() == _KNOWN else (-1, -1)


def store_gradients(order: list[Node], arrived: dict[Node, Any]) -> None:
    """Write the cotangents of a sweep to the nodes: inner ones afresh, leaves on top of what they have."""
    share = len({holder(gradient) for gradient in arrived.values()}) < len(arrived)
    holders = Counter(map(holder, arrived.values())) if share else None
    for node in order:
        gradient = arrived.get(node)
        if node.operands:
            node.grad = 0.0 if gradient is None else gradient
        elif not node.constant:
            if gradient is None:
                gradient = np.zeros(node.data.shape, node.data.dtype) if node.is_array else 0.0
            if node.grad.__class__ is np.ndarray or node.grad != 0.0:
                node.grad = node.grad + gradient
            else:  # it is the user's now, to change in place
                node.grad = own(gradient, alone=holders is None or holders[holder(gradient)] == 1)


def sweep_forward(order: list[Node], tangents: Mapping[Node, Any], *, symbolic: bool = False) -> dict[Node, Any]:
    """Carry tangents from the inputs forward; return the tangent of each node that depends on them."""
    arrived = dict(tangents)
    for node in order:
        if node in arrived or not node.operands:
            continue
        moving = [None if operand.__class__ is float else arrived.get(operand) for operand in node.operands]
        if any(tangent is not None for tangent in moving):
            tangent = node.push_forward(moving, symbolic=symbolic)
            if tangent is not None:
                arrived[node] = tangent
    return arrived


def _asked(operands: tuple[Any, ...], wanted: Container[Node] | None) -> Sequence[bool]:
    """Tell for each operand whether something is to be passed on to it."""
    if wanted is not None:
        return [operand.__class__ is not float and operand in wanted for operand in operands]
    if len(operands) == 2:  # quicker than a list of two
        x, y = operands
        return (x.__class__ is not float and not x.constant, y.__class__ is not float and not y.constant)
    return [operand.__class__ is not float and not operand.constant for operand in operands]


_ONLY: Final = (True,)


def _depending_on(order: list[Node], inputs: Iterable[Node]) -> set[Node]:
    """Return the inputs and all nodes computed from them."""
    found = set(inputs)
    for node in order:
        if node not in found and any(operand in found for operand in node.operands if operand.__class__ is not float):
            found.add(node)
    return found
