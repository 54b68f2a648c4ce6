"""One step of a recurrent network: RNNCell, LSTMCell, GRUCell, and what the layers share with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograd import OperandError, ShapeError, Tensor, UnknownNameError, linear, stack
from autograd.arrays.checks import as_array
from autograd.errors import did_you_mean
from autograd.primitives.recurrent import Recurrence, gru, lstm, rnn_relu, rnn_tanh
from nn.layers.linear import check_widths
from nn.module import Module
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng

    State = Tensor | tuple[Tensor, ...]

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
NONLINEARITIES: dict[str, Recurrence] = {"relu": rnn_relu, "tanh": rnn_tanh}


def find_nonlinearity(user: str, name: Any) -> Recurrence:
    """Return the row of a plain recurrent network with this nonlinearity.

    Raises
    ------
    UnknownNameError
        There is no such nonlinearity.
    """
    if name not in NONLINEARITIES:
        hint = did_you_mean(str(name), NONLINEARITIES)
        raise UnknownNameError(f"{user}: expected nonlinearity 'relu' or 'tanh', got {name!r}; {hint}".rstrip("; "))
    return NONLINEARITIES[name]


def draw_weights(module: Module, suffix: str, width: int, hidden_size: int, gates: int, bias: bool, rng: Rng) -> None:
    """Give a module the weights of a cell, all drawn uniformly from +-1/sqrt(hidden_size), as in PyTorch."""
    bound, rows = 1.0 / math.sqrt(hidden_size), gates * hidden_size
    for name, shape in zip(NAMES, ((rows, width), (rows, hidden_size), (rows,), (rows,)), strict=True):
        weight = Tensor(generator(rng).uniform(-bound, bound, shape)) if bias or len(shape) == 2 else None
        setattr(module, name + suffix, weight)


def run(row: Recurrence, module: Module, suffix: str, x: Any, start: Any, closed: Any = None) -> Any:
    """Return all that the steps of a sequence compute: x (time, batch, width) gives (blocks, time, batch, units).

    Where steps are `closed` (time, batch, 1), they compute finite numbers whatever the state before is.
    """
    weight_ih, weight_hh, bias_ih, bias_hh = (getattr(module, name + suffix) for name in NAMES)
    u = linear(x, weight_ih, bias_ih)  # (time, batch, gates * units)
    if closed is not None:
        u = np.where(closed, -np.inf, u)
    if bias_hh is None:
        bias_hh = np.zeros(len(weight_hh), weight_hh.dtype)
    return row(u, weight_hh, bias_hh, start)


def read_state(user: str, state: Any, names: Sequence[str], shape: tuple[int, ...], dtype: Any) -> Any:
    """Return an initial state as one tensor (len(names), *shape); None stands for zeros.

    Raises
    ------
    OperandError
        There are not as many arrays as the state has parts.
    ShapeError
        One has another shape.
    """
    if state is None:
        return Tensor(np.zeros((len(names), *shape), dtype), constant=True)
    given = [state] if len(names) == 1 else state
    if not isinstance(given, list | tuple) or len(given) != len(names):
        raise OperandError(f"{user}: expected a state ({', '.join(names)}) of two arrays, got {type(state).__name__}")
    parts = [as_array(part, user) for part in given]
    for name, part in zip(names, parts, strict=True):
        if part.shape != shape:
            raise ShapeError(f"{user}: expected a state {name} of shape {shape}, got {part.shape}")
    return stack(parts, axis=0)


class _Cell(Module):
    """What the three cells have in common."""

    _row: Recurrence
    _gates: ClassVar[int]
    _names: ClassVar[tuple[str, ...]] = ("h",)

    def __init__(self, input_size: int, hidden_size: int, *, bias: bool = True, rng: Rng = None) -> None:
        kind = type(self).__name__
        check_widths(kind, input_size=input_size, hidden_size=hidden_size)
        draw_weights(self, "", input_size, hidden_size, self._gates, bias, generator(rng))
        self.input_size, self.hidden_size = input_size, hidden_size
        self.label_parameters()

    def forward(self, x: Any, state: Any = None) -> Any:  # (batch, input_size), (batch, hidden_size)
        """Return the next state; of a single sample (input_size,) one without the axis of the batch.

        Raises
        ------
        ShapeError
            The width of x, or the shape of the state, is another.
        OperandError
            The state has another number of parts.
        """
        kind, x = type(self).__name__, as_array(x, type(self).__name__)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            expected = f"({self.input_size},) or (batch, {self.input_size})"
            raise ShapeError(f"{kind}: expected x of shape {expected}, got {x.shape}")
        weight: Any = vars(self)["weight_hh"]
        dtype, shape = np.result_type(x.dtype, weight.dtype), (*x.shape[:-1], self.hidden_size)
        start = read_state(kind, state, self._names, shape, dtype)
        if x.ndim == 1:
            x, start = x[None], start[:, None]
        out = run(self._row, self, "", x[None], start)[:, 0]  # (blocks, batch, units)
        parts = [out[block, 0] if len(shape) == 1 else out[block] for block in range(len(self._names))]
        return parts[0] if len(parts) == 1 else tuple(parts)

    def __repr__(self) -> str:
        settings = ", bias=False" if vars(self)["bias_ih"] is None else ""
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size}{settings})"


class RNNCell(_Cell):
    """One step of a plain recurrent network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh) (Elman 1990).

    Parameters
    ----------
    input_size, hidden_size
        How many numbers x and h have.
    bias
        Whether b_ih and b_hh are added.
    nonlinearity
        "tanh" or "relu".
    rng
        A seed or generator.

    Attributes
    ----------
    weight_ih, weight_hh, bias_ih, bias_hh
        Shapes (hidden_size, input_size), (hidden_size, hidden_size), and twice (hidden_size,) or None.

    >>> RNNCell(3, 2, rng=0)(np.zeros((5, 3))).shape
    (5, 2)
    """

    _gates = 1

    def __init__(
        self, input_size: int, hidden_size: int, *, bias: bool = True, nonlinearity: str = "tanh", rng: Rng = None
    ) -> None:
        self._row = find_nonlinearity("RNNCell", nonlinearity)
        super().__init__(input_size, hidden_size, bias=bias, rng=rng)


class LSTMCell(_Cell):
    """One step of long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000).

    i, f, g, o = W_ih x + b_ih + W_hh h + b_hh;  c' = sigmoid(f) c + sigmoid(i) tanh(g);  h' = sigmoid(o) tanh(c')

    Parameters are as those of `RNNCell`; the weights have 4 * hidden_size rows, those of i, f, g, o. The state is the
    pair (h, c).

    >>> h, c = LSTMCell(3, 2, rng=0)(np.zeros((5, 3)))
    >>> h.shape, c.shape
    ((5, 2), (5, 2))
    """

    _gates = 4
    _names = ("h", "c")
    _row = lstm


class GRUCell(_Cell):
    """One step of gated recurrent units (Cho et al. 2014, arXiv:1406.1078), with the reset gate where PyTorch has it.

    r = sigmoid(W_ir x + b_ir + W_hr h + b_hr);  z likewise;  n = tanh(W_in x + b_in + r (W_hn h + b_hn));
    h' = (1 - z) n + z h

    Parameters are as those of `RNNCell`; the weights have 3 * hidden_size rows, those of r, z, n.

    >>> GRUCell(3, 2, rng=0)(np.zeros((5, 3))).shape
    (5, 2)
    """

    _gates = 3
    _row = gru
