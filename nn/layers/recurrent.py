"""Recurrent layers, which read a sequence step by step: RNN, LSTM, GRU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from autograd import DomainError, OperandError, ShapeError, concatenate, flip, stack
from autograd.arrays.checks import as_array
from autograd.primitives.recurrent import Recurrence, gru, lstm
from nn.layers.dropout import Dropout
from nn.layers.linear import check_widths
from nn.layers.recurrent_cells import draw_weights, find_nonlinearity, read_state, run
from nn.module import Module
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng


class _Ends(NamedTuple):
    """Where sequences of several lengths end.

    beyond: which steps do not count, (time, batch, 1). mirrored: the index that reverses each sequence within its
    length, and back. last: the index of the state after the last step, in (parts, time, batch, n).
    """

    beyond: Any
    mirrored: Any
    last: Any

    @classmethod
    def read(cls, user: str, lengths: Any, shape: tuple[int, ...]) -> _Ends:
        """Look at the lengths of sequences in an array (batch, time, width)."""
        counts = np.asarray(lengths)
        if len(shape) != 3:
            raise ShapeError(f"{user}: a single sequence has no lengths; cut it off instead: x[:length]")
        batch, time, _ = shape
        if counts.shape != (batch,):
            raise ShapeError(f"{user}: expected lengths of shape ({batch},), one for each sequence, got {counts.shape}")
        if counts.dtype.kind not in "iu" and batch:
            raise OperandError(f"{user}: expected integers as lengths, got {counts.dtype}")
        if batch and not 1 <= counts.min() <= counts.max() <= time:
            raise DomainError(f"{user}: expected lengths from 1 to {time}, got {counts.min()} to {counts.max()}")
        counts = counts.astype(np.intp)
        steps, columns = np.arange(time)[:, None], np.arange(batch)
        beyond = steps >= counts  # (time, batch)
        mirrored = np.where(beyond, steps, counts - 1 - steps)
        return cls(beyond[..., None], (mirrored, columns), (slice(None), counts - 1, columns))


class _Recurrent(Module):
    """What the three layers have in common."""

    is_unit: ClassVar[bool] = True
    _row: Recurrence
    _gates: ClassVar[int]
    _names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        bias: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        rng: Rng = None,
    ) -> None:
        kind, random = type(self).__name__, generator(rng)
        check_widths(kind, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self._directions = ("", "_reverse") if bidirectional else ("",)
        width = input_size
        for layer in range(num_layers):
            for direction in self._directions:
                draw_weights(self, f"_l{layer}{direction}", width, hidden_size, self._gates, bias, random)
            width = hidden_size * len(self._directions)
        self.label_parameters()
        self.dropout = Dropout(dropout, rng=random)

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None) -> tuple[Any, Any]:
        """Return the outputs of all steps, and the state after the last.

        Parameters
        ----------
        x
            Shape (batch, time, input_size), or (time, input_size) for a single sequence.
        state
            The state before the first step, by default zeros: h, or (h, c) of an LSTM, each of shape
            (num_layers * directions, batch, hidden_size), without the axis of the batch for a single sequence.
        lengths
            How many steps of each sequence count, if not all: integers (batch,) from 1 to time. What x holds beyond
            does not matter; outputs are 0 there, the state is that after the last step that counts, and the reverse
            direction starts there.

        Returns
        -------
            The outputs of the last layer, (batch, time, directions * hidden_size), and the state, shaped as above.

        Raises
        ------
        ShapeError
            x or the state has another shape, or there are no steps.
        DomainError
            A length is not from 1 to time.
        OperandError
            The state has another number of parts, or the lengths are no integers.
        """
        kind, x = type(self).__name__, as_array(x, type(self).__name__)
        self._check_input(x)
        weight: Any = vars(self)["weight_hh_l0"]
        count, dtype = self.num_layers * len(self._directions), np.result_type(x.dtype, weight.dtype)
        start = read_state(kind, state, self._names, (count, *x.shape[:-2], self.hidden_size), dtype)
        ends = None if lengths is None else _Ends.read(kind, lengths, x.shape)
        if x.ndim == 3:
            return self._run(x, start, ends)
        outputs, last = self._run(x[None], start[:, :, None], ends)
        return outputs[0], last[:, 0] if len(self._names) == 1 else tuple([part[:, 0] for part in last])

    def _run(self, x: Any, start: Any, ends: _Ends | None) -> tuple[Any, Any]:
        if ends is not None:
            x = np.where(ends.beyond.swapaxes(0, 1), 0.0, x).astype(x.dtype)
        sequence = x.swapaxes(0, 1)  # (time, batch, width)
        last: list[Any] = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in self._directions:
                out, final = self._read(sequence, f"_l{layer}{direction}", start[:, len(last)], ends)
                outputs.append(out)
                last.append(final)
            sequence = concatenate(outputs, axis=-1) if len(outputs) > 1 else outputs[0]
            if layer < self.num_layers - 1:
                sequence = self.dropout(sequence)
        if ends is not None:
            sequence = np.where(ends.beyond, 0.0, sequence)
        states = stack(last, axis=1)  # (parts, layers * directions, batch, n)
        outputs = sequence.swapaxes(0, 1)  # (batch, time, directions * n)
        return outputs, states[0] if len(self._names) == 1 else tuple(states)

    def _read(self, sequence: Any, suffix: str, start: Any, ends: _Ends | None) -> tuple[Any, Any]:
        """Return the outputs of one layer in one direction, (time, batch, n), and the state after its last step."""
        is_reverse, parts = suffix.endswith("_reverse"), slice(len(self._names))
        if ends is None:
            out = run(self._row, self, suffix, flip(sequence, 0) if is_reverse else sequence, start)
            return flip(out[0], 0) if is_reverse else out[0], out[parts, -1]
        sequence = sequence[ends.mirrored] if is_reverse else sequence
        out = run(self._row, self, suffix, sequence, start, ends.beyond)
        return out[0][ends.mirrored] if is_reverse else out[0], out[parts][ends.last]

    def _check_input(self, x: Any) -> None:
        kind, width = type(self).__name__, self.input_size
        if x.ndim not in (2, 3) or x.shape[-1] != width:
            raise ShapeError(f"{kind}: expected x of shape (batch, time, {width}) or (time, {width}), got {x.shape}")
        if not x.shape[-2]:
            raise ShapeError(f"{kind}: expected at least one step, got x of shape {x.shape}")

    def __repr__(self) -> str:
        settings = [f"{self.input_size}, {self.hidden_size}"]
        settings += [f"num_layers={self.num_layers}"] * (self.num_layers > 1)
        settings += ["bias=False"] * (vars(self)["bias_ih_l0"] is None)
        settings += [f"dropout={self.dropout.p}"] * (self.dropout.p > 0)
        settings += ["bidirectional=True"] * (len(self._directions) > 1)
        return f"{type(self).__name__}({', '.join(settings)})"


class RNN(_Recurrent):
    """A plain recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh) (Elman 1990).

    Parameters
    ----------
    input_size, hidden_size
        How many numbers x_t and h_t have.
    num_layers
        How many networks are stacked; each reads the outputs of the one below.
    bias
        Whether b_ih and b_hh are added.
    nonlinearity
        "tanh" or "relu".
    dropout
        The probability with which outputs between layers are dropped while training.
    bidirectional
        Whether a second network reads the sequence from its end; the outputs of both stand side by side.
    rng
        A seed or generator, for the weights and for dropout.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0
        The weights of the first layer: shapes (hidden_size, input_size), (hidden_size, hidden_size), and twice
        (hidden_size,) or None. Those of others are named _l1, ..., those of the second direction _l0_reverse, ...

    >>> layer = RNN(6, 5, rng=0)
    >>> out, h = layer(np.zeros((2, 7, 6)))
    >>> out.shape, h.shape
    ((2, 7, 5), (1, 2, 5))
    """

    _gates = 1

    def __init__(self, input_size: int, hidden_size: int, *, nonlinearity: str = "tanh", **settings: Any) -> None:
        self._row = find_nonlinearity("RNN", nonlinearity)
        super().__init__(input_size, hidden_size, **settings)


class LSTM(_Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000).

    i, f, g, o = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
    c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g);  h_t = sigmoid(o) tanh(c_t)

    Parameters and weights are as those of `RNN`, without a choice of nonlinearity; weights and biases have
    4 * hidden_size rows, those of i, f, g, o. The state is the pair (h, c).

    >>> layer = LSTM(6, 5, num_layers=2, rng=0)
    >>> out, (h, c) = layer(np.zeros((2, 7, 6)), lengths=[7, 3])
    >>> out.shape, h.shape, c.shape
    ((2, 7, 5), (2, 2, 5), (2, 2, 5))
    """

    _gates = 4
    _names = ("h", "c")
    _row = lstm


class GRU(_Recurrent):
    """Gated recurrent units (Cho et al. 2014, arXiv:1406.1078), with the reset gate where PyTorch has it.

    r = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr);  z likewise
    n = tanh(W_in x_t + b_in + r (W_hn h_{t-1} + b_hn));  h_t = (1 - z) n + z h_{t-1}

    Parameters and weights are as those of `RNN`, without a choice of nonlinearity; weights and biases have
    3 * hidden_size rows, those of r, z, n.

    >>> out, h = GRU(6, 5, bidirectional=True, rng=0)(np.zeros((2, 7, 6)))
    >>> out.shape, h.shape
    ((2, 7, 10), (2, 2, 5))
    """

    _gates = 3
    _row = gru
