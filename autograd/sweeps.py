"""The two sweeps over a recorded graph: backward for gradients, forward for directional derivatives.

Both exist once. With numbers they use the local derivatives stored on the nodes; with `symbolic=True` they run
the rules of the primitives on the nodes themselves, so that what they return is recorded, and can be
differentiated again. Nothing is stored on nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.node import Node
from autograd.primitive import Linear, is_one


def sweep_backward(
    order: list[Node], cotangents: Mapping[Node, Any], wrt: Iterable[Node], *, symbolic: bool = False
) -> dict[Node, Any]:
    """Carry cotangents from the outputs back to `wrt`; return the sum that arrives at each node reached.

    Parameters
    ----------
    order
        Nodes in topological order (operands first).
    cotangents
        The derivative to start from at each output.
    wrt
        The nodes whose cotangents are wanted; only paths that lead to them are followed.
    """
    arrived = dict(cotangents)
    wanted = _depending_on(order, wrt)
    for node in reversed(order):
        if node not in arrived or not node.operands or node not in wanted:
            continue
        cotangent = arrived[node]
        asked = [operand.__class__ is not float and operand in wanted for operand in node.operands]
        contributions = _pulled(node, cotangent, asked, symbolic=symbolic)
        for operand, contribution, leads in zip(node.operands, contributions, asked, strict=True):
            if contribution is not None and leads:
                # A node that is used twice gets two contributions, and their sum is its derivative.
                arrived[operand] = arrived[operand] + contribution if operand in arrived else contribution
    return arrived


def sweep_forward(order: list[Node], tangents: Mapping[Node, Any], *, symbolic: bool = False) -> dict[Node, Any]:
    """Carry tangents from the inputs forward; return the tangent of each node that depends on them."""
    arrived = dict(tangents)
    for node in order:
        if node in arrived or not node.operands:
            continue
        moving = [operand.__class__ is not float and operand in arrived for operand in node.operands]
        if not any(moving):
            continue
        if isinstance(node.primitive, Linear):
            tangents_in = [arrived[x] if moves else None for x, moves in zip(node.operands, moving, strict=True)]
            arrived[node] = node.primitive.push(node, tangents_in)
            continue
        partials = _partials(node, moving, symbolic=symbolic)
        terms = [
            scale(arrived[operand], partial)
            for operand, partial, moves in zip(node.operands, partials, moving, strict=True)
            if moves and partial is not None
        ]
        if terms:
            arrived[node] = sum(terms[1:], start=terms[0])
    return arrived


def scale(derivative: Any, partial: Any) -> Any:
    """Multiply along an edge; a factor that is the plain number 1 makes no node."""
    if is_one(partial):
        return derivative
    return partial if is_one(derivative) else derivative * partial


def _pulled(node: Node, cotangent: Any, asked: list[bool], *, symbolic: bool) -> Sequence[Any]:
    """Return what a node's cotangent contributes to each operand; None for nothing."""
    if isinstance(node.primitive, Linear):
        return node.primitive.pull(node, cotangent)
    partials = _partials(node, asked, symbolic=symbolic)
    return [
        scale(cotangent, partial) if leads and partial is not None else None
        for partial, leads in zip(partials, asked, strict=True)
    ]


def _partials(node: Node, wanted: list[bool], *, symbolic: bool) -> tuple[Any, ...]:
    """Return the local derivatives of a node: the numbers it took on the way forward, or nodes."""
    if symbolic and node.primitive is not None:
        return node.primitive.local_derivatives(node, node.operands, wanted)
    return node.partials


def _depending_on(order: list[Node], inputs: Iterable[Node]) -> set[Node]:
    """Return the inputs and all nodes computed from them."""
    found = set(inputs)
    for node in order:
        if node not in found and any(operand in found for operand in node.operands if operand.__class__ is not float):
            found.add(node)
    return found
