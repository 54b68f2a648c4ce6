"""The rows of recurrent cells, each of which runs over a whole sequence: RNN, LSTM, GRU.

    p_t = h_{t-1} @ weight.T + bias
    s_t = cell(u_t, p_t, s_{t-1})

The state s_t is all that a step computes, in blocks of shape (batch, units): h first, then what else the next step is
given, then the gates. u_t is what the inputs bring to each gate, p_t what the state before does.

A cell works unit by unit. Its derivatives stand beside it once, as a graph: edges between blocks, and for each the
partial derivative as an equation in the outputs, as in an elementwise row. Tangents run along the edges forward in
time, cotangents backward: the linear recurrences of the neighbouring file (Werbos 1990, "Backpropagation through time:
what it does and how to do it").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive
from autograd.primitives.contraction import matmul, swapped
from autograd.primitives.linear_recurrence import (
    BEFORE,
    GATE,
    NOW,
    Edges,
    added,
    backward_recurrence,
    before,
    by_weight,
    forward_recurrence,
    parts,
    sent_along,
    sent_back,
    sent_to_gates,
)
from autograd.primitives.reductions import sum
from autograd.primitives.shaping import stack

#: What a step does: (u, p, state before, state) writes the blocks of the state. It may write over p.
Cell = Callable[[Any, Any, Any, Any], None]
#: From the states and the states before, of all steps: the partial derivatives of the edges, then those of the entry.
Partials = Callable[[Any, Any], Sequence[Any]]


class Recurrence(ArrayPrimitive):
    """A cell that runs over a sequence.

    Its operands are u (time, batch, gates * units), weight (gates * units, units), bias (gates * units,), and the state
    before the first step (what the next step is given of it, batch, units). The result holds all blocks of the states:
    (blocks, time, batch, units).

    Parameters
    ----------
    cell, partials
        See above; they see the gates of u and p side by side, and states as arrays of blocks. Where u is added to p,
        the bias has been added to u.
    blocks
        How many blocks a state has.
    edges
        What each block depends on, in an order in which a block is complete before an edge leaves it.
    entry
        Edges from the parts of u, in place of the gates; by default u is added to p.
    """

    def __init__(
        self, name: str, cell: Cell, partials: Partials, *, blocks: int, edges: Edges, entry: Edges = (), doc: str
    ) -> None:
        super().__init__(name, self._run, push=self._push, doc=doc)
        self.cell = cell
        self.partials = partials
        self.blocks = blocks
        self.edges = edges
        self.entry = entry

    def _run(self, u: Any, weight: Any, bias: Any, start: Any) -> Any:
        shape, dtype = (self.blocks, len(u), *start.shape[1:]), np.result_type(u, weight, bias, start)
        out, told = np.empty(shape, dtype), np.empty((start.shape[1], len(weight)), dtype)
        transposed, state = np.ascontiguousarray(weight.T), start
        with np.errstate(all="ignore"):
            if not self.entry:
                u = u + bias
            for t in range(len(u)):
                np.matmul(state[0], transposed, out=told)
                if self.entry:
                    np.add(told, bias, out=told)
                self.cell(u[t], told, state, out[:, t])
                state = out[:, t]
        return out

    def _local(self, out: Any, start: Any) -> tuple[Any, Sequence[Any], Sequence[Any]]:
        """Return the states before, and the partial derivatives of the edges and of the entry."""
        entering = before(out, start)
        partials = self.partials(out, entering)
        return entering, partials[: len(self.edges)], partials[len(self.edges) :]

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of each wanted operand."""
        _, weight, _, start = operands
        entering, by_edge, by_entry = self._local(out, start)
        arriving = backward_recurrence(cotangent, weight, *by_edge, edges=self.edges)
        gates = inputs = sent_to_gates(self.edges, by_edge, arriving, weight)
        if wanted[0] and self.entry:
            inputs = sent_to_gates(self.entry, by_entry, arriving, weight)
        return [
            inputs if wanted[0] else None,
            by_weight(gates, entering[0]) if wanted[1] else None,
            sum(gates, axis=(0, 1), keepdims=False) if wanted[2] else None,
            self._pull_start(start, by_edge, arriving, matmul(gates[0], weight)) if wanted[3] else None,
        ]

    def _pull_start(self, start: Any, by_edge: Sequence[Any], arriving: Any, told: Any) -> Any:
        terms = sent_back(BEFORE, self.edges, [partial[0] for partial in by_edge], arriving[:, 0])
        return stack(*added([(0, told), *terms], len(start), start[0]), axis=0)

    def _push(self, tangents: Sequence[Any], out: Any, u: Any, weight: Any, bias: Any, start: Any) -> Any:
        moved_u, moved_weight, moved_bias, moved_start = tangents
        entering, by_edge, by_entry = self._local(out, start)
        moved = np.zeros(entering.shape, out.dtype)  # the states before, as far as the first one moves them
        if moved_start is not None:
            moved = before(moved, moved_start)
        gates = matmul(moved[0], swapped(weight))
        if moved_weight is not None:
            gates = gates + matmul(entering[0], swapped(moved_weight))
        if moved_bias is not None:
            gates = gates + moved_bias
        if moved_u is not None and not self.entry:
            gates = gates + moved_u
        terms = sent_along(self.edges, by_edge, (parts(gates, weight.shape[1]), moved, None))
        if moved_u is not None:
            terms += sent_along(self.entry, by_entry, (parts(moved_u, weight.shape[1]), None, None))
        total = stack(*added(terms, len(out), out[0]), axis=0)
        return forward_recurrence(total, weight, *by_edge, edges=self.edges)


def _sides(x: Any, units: int) -> Any:
    """Return the gates of x (batch, gates * units) as blocks: a view (gates, batch, units)."""
    return x.reshape(len(x), x.shape[1] // units, units).swapaxes(0, 1)


def _sigmoid_of_negative(x: Any) -> None:
    """Write 1 / (1 + exp(x)) over x; where exp overflows, this is the 0 that it should be."""
    np.exp(x, out=x)
    x += 1.0
    np.reciprocal(x, out=x)


# --- the plain cell (Elman 1990, "Finding structure in time") --------------------------------------------------------


def _plain(name: str, activate: Callable[[Any, Any], Any], slope: Callable[[Any], Any], doc: str) -> Recurrence:
    return Recurrence(
        name,
        lambda u, p, before, state: activate(np.add(u, p, out=p), state[0]),
        lambda out, before: [slope(out[0])],
        blocks=1,
        edges=((0, GATE, 0),),
        doc=doc,
    )


rnn_tanh: Recurrence = _plain("rnn_tanh", np.tanh, lambda h: 1.0 - h * h, "h = tanh(u + p), step by step")
rnn_relu: Recurrence = _plain(
    "rnn_relu",
    lambda x, out: np.maximum(x, 0.0, out=out),
    lambda h: np.logical_not(h <= 0).astype(h.dtype),  # as that of relu: 0 at 0, and nan passes the derivative on
    "h = max(u + p, 0), step by step",
)


# --- long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000) ---------------

_H, _C, _G, _I, _F, _O = range(6)


def _lstm(u: Any, p: Any, before: Any, state: Any) -> None:
    h, c, g, i, f, o = state
    z = _sides(np.add(u, p, out=p), h.shape[-1])  # of i, f, g, o
    np.negative(z[:2], out=state[_I:_O])
    np.negative(z[3], out=o)
    _sigmoid_of_negative(state[_I:])
    np.tanh(z[2], out=g)
    np.multiply(f, before[_C], out=c)
    c += i * g
    np.multiply(o, np.tanh(c), out=h)


def _lstm_partials(out: Any, before: Any) -> Sequence[Any]:
    _, c, g, i, f, o = out
    squashed = np.tanh(c)
    gates = i * (1.0 - i), f * (1.0 - f), 1.0 - g * g, o * (1.0 - o)
    return *gates, g, i, before[_C], f, squashed, o * (1.0 - squashed * squashed)


lstm: Recurrence = Recurrence(
    "lstm",
    _lstm,
    _lstm_partials,
    blocks=6,
    edges=(
        (_I, GATE, 0),
        (_F, GATE, 1),
        (_G, GATE, 2),
        (_O, GATE, 3),
        (_C, NOW, _I),
        (_C, NOW, _G),
        (_C, NOW, _F),
        (_C, BEFORE, _C),
        (_H, NOW, _O),
        (_H, NOW, _C),
    ),
    doc="long short-term memory, step by step: h, c and the gates g, i, f, o",
)


# --- gated recurrent units (Cho et al. 2014, arXiv:1406.1078; the reset gate after the product, as in PyTorch) ------

_R, _Z, _N, _M = range(1, 5)


def _gru(u: Any, p: Any, before: Any, state: Any) -> None:
    h, r, z, n, m = state
    of_u, of_p = _sides(u, h.shape[-1]), _sides(p, h.shape[-1])
    both = np.add(of_u[:2], of_p[:2], out=state[_R:_N])
    np.negative(both, out=both)
    _sigmoid_of_negative(both)
    m[...] = of_p[2]
    np.multiply(r, m, out=n)
    n += of_u[2]
    np.tanh(n, out=n)
    np.subtract(before[_H], n, out=h)
    h *= z
    h += n


def _gru_partials(out: Any, before: Any) -> Sequence[Any]:
    _, r, z, n, m = out
    by_r, by_z, by_n = r * (1.0 - r), z * (1.0 - z), 1.0 - n * n
    ones = np.ones(m.shape, m.dtype)
    return by_r, by_z, ones, by_n * m, by_n * r, before[_H] - n, 1.0 - z, z, by_r, by_z, by_n


gru: Recurrence = Recurrence(
    "gru",
    _gru,
    _gru_partials,
    blocks=5,
    edges=(
        (_R, GATE, 0),
        (_Z, GATE, 1),
        (_M, GATE, 2),
        (_N, NOW, _R),
        (_N, NOW, _M),
        (_H, NOW, _Z),
        (_H, NOW, _N),
        (_H, BEFORE, _H),
    ),
    entry=((_R, GATE, 0), (_Z, GATE, 1), (_N, GATE, 2)),
    doc="gated recurrent units, step by step: h, the gates r, z, n, and what n is told of h",
)
