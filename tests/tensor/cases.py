"""One table of functions of arrays: each array row, each function of NumPy's, with inputs at which it is smooth.

Broadcast shapes, axes of size 1, empty axes and arrays that do not lie in one piece are among them. The same table
is checked against finite differences, forward against reverse mode, float32 against float64, and PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd as ag
from autograd.primitives import attention, normalization, recurrent
from autograd.primitives.cross_entropy import cross_entropy_of_distributions, cross_entropy_of_labels, places_of
from autograd.primitives.linear_recurrence import BEFORE, GATE, NOW, forward_recurrence

Array = np.ndarray[Any, np.dtype[np.float64]]


class Case(NamedTuple):
    """A function of arrays and the point to look at it."""

    function: Callable[..., Any]
    inputs: tuple[Array, ...]


def numbers(*shape: int, shift: int = 0) -> Array:
    """Return numbers that are neither round nor symmetric, no two of them equal or near zero."""
    count = int(np.prod(shape))
    places = (np.arange(count) * 7 + 3 + 11 * shift) % 97
    return ((places + 0.37) / 31 - 1.43).reshape(shape)


def positive(*shape: int, shift: int = 0) -> Array:
    """Return such numbers above zero."""
    return 0.3 + numbers(*shape, shift=shift) ** 2


def definite(*shape: int) -> Array:
    """Return symmetric positive definite matrices."""
    x = numbers(*shape)
    return x @ x.swapaxes(-1, -2) + 2.0 * np.eye(shape[-1])


def regular(*shape: int) -> Array:
    """Return matrices far from singular, with determinants of both signs."""
    return numbers(*shape) + np.eye(shape[-1])[::-1] * 2.0


def _case(function: Callable[..., Any], *inputs: Array) -> Case:
    return Case(function, inputs)


def _recurrence(v: Any, weight: Any, coefficients: Any) -> Any:
    """Return states of two blocks: the second depends on h before and on itself, the first on the second."""
    edges = ((1, GATE, 0), (1, BEFORE, 1), (0, NOW, 1))
    return forward_recurrence(v, weight, *[coefficients[place] for place in range(3)], edges=edges)


_index = np.array([[0, 2], [1, 0]])
_mask = np.array([[True, False, True], [False, True, True]])
CASES: dict[str, Case] = {
    # shapes
    "reshape": _case(lambda x: ag.reshape(x, (3, -1)), numbers(2, 3)),
    "reshape of a transpose": _case(lambda x: x.T.reshape(6), numbers(2, 3)),
    "transpose": _case(lambda x: ag.transpose(x, (2, 0, 1)), numbers(2, 1, 3)),
    "swapaxes": _case(lambda x: x.swapaxes(0, -1), numbers(2, 1, 3)),
    "moveaxis": _case(lambda x: ag.moveaxis(x, 0, -1), numbers(2, 1, 3)),
    "expand_dims and squeeze": _case(lambda x: ag.squeeze(ag.expand_dims(x, (0, -1)), 0), numbers(2, 3)),
    "broadcast_to": _case(lambda x: ag.broadcast_to(x, (2, 3, 2)), numbers(3, 1)),
    "astype": _case(lambda x: x.astype(np.float64) * 1.0, numbers(3)),
    "concatenate": _case(lambda x, y: ag.concatenate([x, y, x], axis=1), numbers(2, 1), numbers(2, 3, shift=1)),
    "concatenate of nothing": _case(lambda x, y: ag.concatenate([x, y]), numbers(0, 2), numbers(2, 2)),
    "stack": _case(lambda x, y: ag.stack([x, y], axis=-1), numbers(2, 2), numbers(2, 2, shift=1)),
    "split": _case(lambda x: ag.split(x, [1, 2], axis=1)[1] * ag.split(x, 3, axis=1)[2], numbers(2, 3)),
    "flip": _case(lambda x: ag.flip(x, 0) * ag.flip(x), numbers(2, 3)),
    "roll": _case(lambda x: ag.roll(x, 1, axis=1) * ag.roll(x, -2), numbers(2, 3)),
    "pad": _case(lambda x: ag.pad(x, ((1, 0), (0, 2)), value=0.5) ** 2, numbers(2, 2)),
    "tile": _case(lambda x: ag.tile(x, (2, 1, 2)), numbers(2, 2)),
    "repeat": _case(lambda x: ag.repeat(x, 2, axis=1), numbers(2, 2)),
    "tril": _case(lambda x: ag.tril(x, -1) + ag.triu(x, 1), numbers(3, 3)),
    # entries
    "basic index": _case(lambda x: x[1, ::-2, None] * x[0, -1, 0], numbers(2, 3, 2)),
    "index of positions": _case(lambda x: x[_index], numbers(3, 2)),
    "index of mixed kinds": _case(lambda x: x[1:, [0, 2, 0]], numbers(2, 3)),
    "mask": _case(lambda x: x[_mask], numbers(2, 3)),
    "take": _case(lambda x: ag.take(x, [2, 0, 2], axis=1), numbers(2, 3)),
    "take_along_axis": _case(lambda x: ag.take_along_axis(x, _index, axis=1), numbers(2, 3)),
    "rows of an embedding": _case(lambda x: x[np.array([0, 1, 0, -1, 1])], numbers(2, 5)),
    "index_set": _case(lambda x, y: x.at[1:].set(y) * x, numbers(3), numbers(2, shift=1)),
    "index_add": _case(lambda x, y: x.at[[0, 0]].add(y) * x, numbers(3), numbers(2, shift=1)),
    "diagonal": _case(lambda x: ag.diagonal(x, 1) * ag.trace(x[:, :2]), numbers(2, 3)),
    "sort": _case(lambda x: x.sort(axis=0) ** 2, numbers(3, 2)),
    "where": _case(lambda x, y: ag.where(_mask, x, y), numbers(2, 3), numbers(3, shift=1)),
    "clip": _case(lambda x: x.clip(-0.7, 0.9) * x, numbers(2, 4)),
    # reductions
    "sum": _case(lambda x: x.sum(axis=(0, -1)) * x.sum(), numbers(2, 3, 2)),
    "sum of an empty axis": _case(lambda x, y: x.sum(axis=0) * y, numbers(0, 2), numbers(2)),
    "mean": _case(lambda x: x.mean(axis=1, keepdims=True) * x, numbers(2, 3)),
    "amax": _case(lambda x: x.max(axis=1) * x.max(), numbers(2, 3)),
    "amin": _case(lambda x: x.min(axis=0, keepdims=True) * x.min(), numbers(2, 3)),
    "prod": _case(lambda x: x.prod(axis=1) + x.prod(), numbers(2, 3)),
    "prod over several axes": _case(lambda x: x.prod(axis=(0, 2)), numbers(2, 2, 2)),
    "cumsum": _case(lambda x: x.cumsum(axis=1) * x.cumsum(axis=0), numbers(2, 3)),
    "cumprod": _case(lambda x: x.cumprod(axis=1) * x.cumprod(axis=0), numbers(2, 3)),
    "var": _case(lambda x: x.var(axis=1, ddof=1), numbers(2, 3)),
    "std": _case(lambda x: x.std(axis=0) * x.std(), numbers(3, 2)),
    "norm": _case(lambda x: x.norm(axis=1), numbers(2, 3)),
    "norm 3": _case(lambda x: x.norm(3, axis=0), numbers(2, 2)),
    "norm inf": _case(lambda x: x.norm(np.inf, axis=0) + x.norm(1, axis=0), numbers(3, 2)),
    "logsumexp": _case(lambda x: x.logsumexp(axis=1) + x.logsumexp(), numbers(2, 3)),
    "softmax": _case(lambda x: x.softmax(axis=0) * x.softmax(axis=1), numbers(2, 3)),
    "log_softmax": _case(lambda x: x.log_softmax(axis=-1) * x, numbers(2, 3)),
    # products
    "cross_entropy of labels": _case(
        lambda x: cross_entropy_of_labels(x, places=places_of(_index, x.shape, 1), axis=1, mean=False),
        numbers(2, 3, 2),
    ),
    "mean cross_entropy of labels": _case(
        lambda x: cross_entropy_of_labels(x, places=places_of(_index, x.shape, 1), axis=1, mean=True) * x,
        numbers(2, 3, 2),
    ),
    "cross_entropy of distributions": _case(
        lambda x, t: cross_entropy_of_distributions(x, t, axis=0), numbers(3, 2), positive(3, 2, shift=1)
    ),
    "matmul": _case(lambda x, y: x @ y, numbers(2, 3), numbers(3, 2, shift=1)),
    "matmul of a vector": _case(lambda x, y: x @ y, numbers(2, 3), numbers(3, shift=1)),
    "matmul with a vector": _case(lambda x, y: x @ y, numbers(2), numbers(2, 3, shift=1)),
    "matmul of vectors": _case(lambda x, y: x @ y, numbers(3), numbers(3, shift=1)),
    "matmul of stacks": _case(lambda x, y: x @ y, numbers(2, 1, 2, 2), numbers(3, 2, 1, shift=1)),
    "matmul of a stack and a matrix": _case(lambda x, y: x @ y, numbers(2, 2, 2), numbers(2, 3, shift=1)),
    "matmul of a stack and a vector": _case(lambda x, y: x @ y, numbers(2, 2, 3), numbers(3, shift=1)),
    "matmul of a vector and a stack": _case(lambda x, y: x @ y, numbers(2), numbers(2, 2, 2, shift=1)),
    "matmul of what lies elsewhere": _case(lambda x, y: x.T @ y.swapaxes(0, 1)[:, ::2], numbers(2, 3), numbers(3, 2)),
    "matmul of an empty axis": _case(lambda x, y, z: x @ y + z, numbers(2, 0), numbers(0, 2), numbers(2, 2)),
    "linear": _case(ag.linear, numbers(2, 3), numbers(2, 3, shift=1), numbers(2, shift=2)),
    "linear of a stack": _case(ag.linear, numbers(2, 2, 2), numbers(3, 2, shift=1), numbers(3, shift=2)),
    "einsum": _case(lambda x, y: ag.einsum("bij,bjk->bik", x, y), numbers(2, 2, 2), numbers(2, 2, 1, shift=1)),
    "einsum of three": _case(
        lambda x, y, z: ag.einsum("ij,jk,k->i", x, y, z), numbers(2, 2), numbers(2, 3, shift=1), numbers(3, shift=2)
    ),
    "einsum over what stands nowhere else": _case(
        lambda x, y: ag.einsum("ij,k->k", x, y), numbers(2, 3), numbers(2, shift=1)
    ),
    "einsum of a diagonal": _case(lambda x: ag.einsum("ii->i", x) * ag.einsum("jj", x), numbers(3, 3)),
    "einsum with dots": _case(lambda x, y: ag.einsum("...i,...i->...", x, y), numbers(2, 3), numbers(3, shift=1)),
    "tensordot": _case(lambda x, y: ag.tensordot(x, y, 1), numbers(2, 3), numbers(3, 2, shift=1)),
    "outer": _case(ag.outer, numbers(2), numbers(3, shift=1)),
    # recurrences, with all that their steps compute
    "rnn_tanh": _case(recurrent.rnn_tanh, numbers(3, 1, 2), numbers(2, 2, shift=1), numbers(2), numbers(1, 1, 2)),
    "rnn_relu": _case(recurrent.rnn_relu, numbers(2, 2, 2), numbers(2, 2, shift=1), numbers(2), numbers(1, 2, 2)),
    "lstm": _case(recurrent.lstm, numbers(2, 1, 4), numbers(4, 1, shift=1), numbers(4), numbers(2, 1, 1, shift=3)),
    "gru": _case(recurrent.gru, numbers(2, 2, 3), numbers(3, 1, shift=1), numbers(3), numbers(1, 2, 1, shift=3)),
    "forward_recurrence": _case(_recurrence, numbers(2, 2, 1, 2), numbers(2, 2, shift=1), numbers(3, 2, 1, 2, shift=2)),
    # linear algebra
    "inv": _case(ag.inv, regular(2, 2)),
    "inv of a stack": _case(ag.inv, regular(2, 2, 2)),
    "solve": _case(ag.solve, regular(2, 2), numbers(2, shift=1)),
    "solve for columns": _case(ag.solve, regular(2, 2), numbers(2, 2, shift=1)),
    "det": _case(ag.det, regular(3, 3)),
    "slogdet": _case(lambda x: ag.slogdet(x)[1], regular(2, 3, 3)),
    "cholesky": _case(lambda x: ag.cholesky(0.5 * (x + x.T)), definite(3, 3)),
    # normalization
    "centre": _case(lambda x: normalization.centre(x, axis=(0, 2)) ** 2, numbers(2, 1, 3)),
    "unit_rms": _case(lambda x: normalization.unit_rms(x, axis=(1,), eps=0.1), numbers(2, 3)),
    "unit_rms of everything": _case(lambda x: normalization.unit_rms(x, axis=(0, 1), eps=0.0), numbers(2, 2)),
    "scale_shift of the last axis": _case(
        normalization.scale_shift, numbers(2, 2, 3), numbers(3, shift=1), numbers(1, 3, shift=2)
    ),
    "scale_shift": _case(normalization.scale_shift, numbers(2, 3, 2), numbers(1, 3, 1), numbers(1, 3, 2, shift=1)),
    "masked_softmax": _case(lambda x: attention.masked_softmax(x, mask=_mask), numbers(2, 2, 3)),
    "masked_softmax of nothing": _case(
        lambda x: attention.masked_softmax(x, mask=np.array([[True], [False]])), numbers(2, 3)
    ),
    # windows
    "windows": _case(lambda x: ag.sliding_windows(x, 3, stride=2, dilation=2) * x[0], numbers(7)),
    "windows in two dimensions": _case(
        lambda x: ag.sliding_windows(x, (2, 2), stride=(1, 2)).sum(axis=(-1, -2)) ** 2, numbers(1, 3, 4)
    ),
    # elementwise rows on arrays that broadcast
    "add": _case(lambda x, y: x + y + 1.0, numbers(2, 1), numbers(3, shift=1)),
    "subtract": _case(lambda x, y: 2.0 - x - y, numbers(2, 1), numbers(1, 3, shift=1)),
    "multiply": _case(lambda x, y: x * y * 2.0, numbers(2, 1), numbers(3, shift=1)),
    "divide": _case(lambda x, y: x / y + 1.0 / y, numbers(2, 1), numbers(3, shift=1)),
    "power": _case(lambda x, y: x**y + x**3 + y**2 + 2.0**y, positive(2, 1), numbers(3, shift=1)),
    "maximum": _case(lambda x, y: ag.maximum(x, y) * ag.minimum(x, 0.2), numbers(2, 1), numbers(3, shift=1)),
    "arctan2": _case(ag.arctan2, numbers(2, 1), numbers(3, shift=1)),
    "activations": _case(
        lambda x: x.relu() * x.sigmoid() + x.softplus() + x.gelu() + x.silu() + ag.elu(x) + ag.leaky_relu(x),
        numbers(2, 3),
    ),
    "leaky slopes that learn": _case(ag.leaky_relu, numbers(2, 3), positive(3, shift=1)),
    "transcendental": _case(
        lambda x: x.exp() + x.log() * x.sqrt() + x.sin() * x.cos() + x.tanh() + x.log1p() + x.expm1() + x.erf(),
        positive(2, 2),
    ),
    "a number": _case(lambda x, y: x * y + x, numbers(), numbers(2, shift=1)),
}
