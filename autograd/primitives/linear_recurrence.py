"""The two linear recurrences, forward and backward in time, that the derivatives of every recurrence are made of.

A step computes a state of some blocks, each of shape (batch, units), along weighted edges. An edge leads to a block of
the state from a gate, from a block of the state before, or from a block of the same state that is complete by then;
a gate and a block before have one edge at most. What the gates are told comes from h, the first block of the state
before, through the recurrent weights:

    forward:   s_t = v_t + edges(h_{t-1} @ weight.T, s_{t-1}, s_t)
    backward:  s_t = v_t + what steps t and t + 1 send back along the same edges

Each is the other's transpose, and they are closed under derivatives: those of any order are some nodes for a whole
sequence, and that of the weights is one product of matrices, not one for each step.

Shapes: v and the result (blocks, time, batch, units), the weight (gates * units, units), and for each edge a
coefficient (time, batch, units).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive
from autograd.primitives.contraction import matmul, swapped
from autograd.primitives.shaping import concatenate, reshape, stack

#: Where an edge comes from: a gate, the state before, or the same state.
GATE, BEFORE, NOW = 0, 1, 2
#: (block that it leads to, kind of its source, which gate or block of that kind).
Edge = tuple[int, int, int]
Edges = tuple[Edge, ...]


# --- all steps side by side, on arrays and on tensors -----------------------------------------------------------------


def parts(x: Any, units: int) -> list[Any]:
    """Return x in parts of so many units along the last axis: one for each gate."""
    return [x[..., start : start + units] for start in range(0, x.shape[-1], units)]


def told(h: Any, weight: Any) -> list[Any]:
    """Return what each gate is told, the parts of h @ weight.T."""
    return parts(matmul(h, swapped(weight)), weight.shape[1])


def by_weight(gates: Any, h: Any) -> Any:
    """Return the cotangent of the weight: of gates (time, batch, gates * units), the sum of gates.T @ h."""
    rows, columns = (reshape(x, shape=(x.shape[0] * x.shape[1], x.shape[2])) for x in (gates, h))
    return matmul(swapped(rows), columns)


def kept(edges: Edges) -> int:
    """Return how many blocks of a state the next step is given."""
    return 1 + max([source for _, kind, source in edges if kind == BEFORE], default=0)


def before(states: Any, start: Any = None) -> Any:
    """Return for each step the state before it: the first starts from `start` (blocks, batch, units), or zero."""
    first = np.zeros((len(states), *states.shape[2:]), states.dtype) if start is None else start
    first = reshape(first, shape=(first.shape[0], 1, *first.shape[1:]))
    return concatenate(first, states[: first.shape[0], :-1], axis=1)


def added(terms: Iterable[tuple[int, Any]], count: int, like: Any) -> list[Any]:
    """Return the sum of the terms of each of `count` places; where there are none, zeros of the shape of `like`."""
    sums: list[Any] = [None] * count
    for place, term in terms:
        sums[place] = term if sums[place] is None else sums[place] + term
    return [np.zeros(like.shape, like.dtype) if each is None else each for each in sums]


def sent_along(edges: Edges, weights: Sequence[Any], sources: Sequence[Any]) -> list[tuple[int, Any]]:
    """Return what goes along edges, as pairs (block, tangent); not along edges without a weight or a source."""
    return [
        (to, weight * sources[kind][source])
        for (to, kind, source), weight in zip(edges, weights, strict=True)
        if weight is not None and sources[kind] is not None
    ]


def sent_back(kind: int, edges: Edges, coefficients: Sequence[Any], arriving: Any) -> list[tuple[int, Any]]:
    """Return what goes back to the sources of one kind, as pairs (which of them, cotangent)."""
    return [
        (source, coefficient * arriving[to])
        for (to, whence, source), coefficient in zip(edges, coefficients, strict=True)
        if whence == kind and coefficient is not None
    ]


def sent_to_gates(edges: Edges, coefficients: Sequence[Any], arriving: Any, weight: Any) -> Any:
    """Return what goes back to the gates, side by side: (..., gates * units)."""
    terms = sent_back(GATE, edges, coefficients, arriving)
    parts = added(terms, weight.shape[0] // weight.shape[1], arriving[0])
    return concatenate(*parts, axis=len(arriving.shape) - 2)


# --- the rows -------------------------------------------------------------------------------------------------------


def _forward(v: Any, weight: Any, *coefficients: Any, edges: Edges) -> Any:
    out = np.array(v)
    transposed, previous = np.ascontiguousarray(weight.T), np.zeros_like(out[:, 0])
    for t in range(out.shape[1]):
        state = out[:, t]
        sources = (parts(previous[0] @ transposed, weight.shape[1]), previous, state)
        for (to, kind, source), coefficient in zip(edges, coefficients, strict=True):
            state[to] += coefficient[t] * sources[kind][source]
        previous = state
    return out


def _backward(v: Any, weight: Any, *coefficients: Any, edges: Edges) -> Any:
    out = np.array(v)
    gates = np.empty((out.shape[2], len(weight)), out.dtype)
    sent = np.zeros((kept(edges), *out.shape[2:]), out.dtype)
    of_gates, backward = parts(gates, weight.shape[1]), tuple(zip(edges, coefficients, strict=True))[::-1]
    is_sent_h = any((kind, source) == (BEFORE, 0) for _, kind, source in edges)
    for t in reversed(range(out.shape[1])):
        state = out[:, t]
        state[: len(sent)] += sent
        targets = (of_gates, sent, state)
        for (to, kind, source), coefficient in backward:
            target = targets[kind][source]
            if kind == NOW:
                target += coefficient[t] * state[to]
            else:  # no other edge comes from there
                np.multiply(coefficient[t], state[to], out=target)
        if is_sent_h:
            sent[0] += gates @ weight
        else:
            np.matmul(gates, weight, out=sent[0])
    return out


class _LinearRecurrence(ArrayPrimitive):
    """One of the two; its pull asks the other."""

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of each operand: of an edge, what arrives where it leads times what sets out."""
        _, weight, *coefficients = operands
        edges = settings["edges"]
        is_forward = self is forward_recurrence
        other = (backward_recurrence if is_forward else forward_recurrence)(cotangent, *operands[1:], edges=edges)
        arriving, states = (other, out) if is_forward else (out, other)
        entering = before(states)
        sources = (told(entering[0], weight), entering, states)
        return [
            other,
            by_weight(sent_to_gates(edges, coefficients, arriving, weight), entering[0]),
            *[arriving[to] * sources[kind][source] for to, kind, source in edges],
        ]


def _push_forward(tangents: Sequence[Any], out: Any, v: Any, weight: Any, *coefficients: Any, edges: Edges) -> Any:
    moved_v, moved_weight, *moved = tangents
    entering = before(out)
    terms = sent_along(edges, moved, (told(entering[0], weight), entering, out))
    if moved_weight is not None:
        terms += sent_along(edges, coefficients, (told(entering[0], moved_weight), None, None))
    total = stack(*added(terms, len(out), out[0]), axis=0)
    return forward_recurrence(total if moved_v is None else moved_v + total, weight, *coefficients, edges=edges)


def _push_backward(tangents: Sequence[Any], out: Any, v: Any, weight: Any, *coefficients: Any, edges: Edges) -> Any:
    moved_v, moved_weight, *moved = tangents
    now, earlier = (sent_back(kind, edges, moved, out) for kind in (NOW, BEFORE))
    earlier += [(0, matmul(sent_to_gates(edges, moved, out, weight), weight))]
    if moved_weight is not None:
        earlier += [(0, matmul(sent_to_gates(edges, coefficients, out, weight), moved_weight))]
    sent = stack(*added(earlier, len(out), out[0]), axis=0)  # by each step, to the one before it
    arriving = concatenate(sent[:, 1:], np.zeros((len(out), 1, *out.shape[2:]), out.dtype), axis=1)
    total = stack(*added(now, len(out), out[0]), axis=0) + arriving
    return backward_recurrence(total if moved_v is None else moved_v + total, weight, *coefficients, edges=edges)


forward_recurrence: _LinearRecurrence = _LinearRecurrence(
    "forward_recurrence",
    _forward,
    push=_push_forward,
    doc="states that depend linearly on those before, as the tangents of a recurrence do",
)
backward_recurrence: _LinearRecurrence = _LinearRecurrence(
    "backward_recurrence",
    _backward,
    push=_push_backward,
    doc="states that depend linearly on those after, as the cotangents of a recurrence do",
)
