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

#: What a step does: (u, p, state before) to the blocks of its state.
Cell = Callable[[Any, Any, Any], Sequence[Any]]
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
        See above; they see the gates of u and p side by side, and the state before as an array of blocks.
    blocks
        How many arrays the cell returns.
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
        shape = (self.blocks, len(u), *start.shape[1:])
        out = np.empty(shape, np.result_type(u, weight, bias, start))
        transposed, state = np.ascontiguousarray(weight.T), start
        with np.errstate(all="ignore"):
            for t in range(len(u)):
                new = self.cell(u[t], state[0] @ transposed + bias, state)
                state = out[:, t]
                for place, block in enumerate(new):
                    state[place] = block
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


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))  # where exp overflows, this is the 0 that it should be


# --- the plain cell (Elman 1990, "Finding structure in time") --------------------------------------------------------


def _plain(name: str, activate: Callable[[Any], Any], slope: Callable[[Any], Any], doc: str) -> Recurrence:
    return Recurrence(
        name,
        lambda u, p, state: [activate(u + p)],
        lambda out, before: [slope(out[0])],
        blocks=1,
        edges=((0, GATE, 0),),
        doc=doc,
    )


rnn_tanh: Recurrence = _plain("rnn_tanh", np.tanh, lambda h: 1.0 - h * h, "h = tanh(u + p), step by step")
rnn_relu: Recurrence = _plain(
    "rnn_relu",
    lambda x: np.maximum(x, 0.0),
    lambda h: np.logical_not(h <= 0).astype(h.dtype),  # as that of relu: 0 at 0, and nan passes the derivative on
    "h = max(u + p, 0), step by step",
)


# --- long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000) ---------------

_H, _C, _I, _F, _G, _O = range(6)


def _lstm(u: Any, p: Any, state: Any) -> Sequence[Any]:
    units = state.shape[-1]
    z = u + p
    i_and_f, g, o = _sigmoid(z[:, : 2 * units]), np.tanh(z[:, 2 * units : 3 * units]), _sigmoid(z[:, 3 * units :])
    i, f = i_and_f[:, :units], i_and_f[:, units:]
    c = f * state[_C] + i * g
    return o * np.tanh(c), c, i, f, g, o


def _lstm_partials(out: Any, before: Any) -> Sequence[Any]:
    _, c, i, f, g, o = (out[block] for block in range(6))
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
    doc="long short-term memory, step by step: h, c and the gates i, f, g, o",
)


# --- gated recurrent units (Cho et al. 2014, arXiv:1406.1078; the reset gate after the product, as in PyTorch) ------

_R, _Z, _N, _M = range(1, 5)


def _gru(u: Any, p: Any, state: Any) -> Sequence[Any]:
    units = state.shape[-1]
    both = _sigmoid(u[:, : 2 * units] + p[:, : 2 * units])
    r, z, m = both[:, :units], both[:, units:], p[:, 2 * units :]
    n = np.tanh(u[:, 2 * units :] + r * m)
    return n + z * (state[_H] - n), r, z, n, m


def _gru_partials(out: Any, before: Any) -> Sequence[Any]:
    _, r, z, n, m = (out[block] for block in range(5))
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
