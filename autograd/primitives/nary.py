"""The n-ary rows: one node with k edges where pairwise operators would make k nodes.

`dot` is what a neuron computes, `total` what a loss sums, `logsumexp` what a softmax divides by.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np

from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from autograd.primitive import Variadic, apply, register
from autograd.primitives.comparison import equal, maximum
from autograd.primitives.transcendental import exp
from autograd.trees import map_leaves


def _dot(*operands: float) -> float:
    count = len(operands) // 2
    # Not sum(): since Python 3.12 it is compensated, and the last digits would depend on the version.
    return reduce(add, map(mul, operands[:count], operands[count:-1]), operands[-1])


def _dot_partials(out: Any, *operands: Any) -> tuple[Any, ...]:
    count = len(operands) // 2
    return (*operands[count:-1], *operands[:count], 1.0)


def _total(*operands: float) -> float:
    return reduce(add, operands)


def _logsumexp(*operands: Any) -> Any:
    # A common shift keeps exp from overflowing; an infinite maximum is the answer already.
    top = max(operands)
    if math.isinf(top):
        return top
    return top + math.log(_total(*[math.exp(x - top) for x in operands]))


def _largest(*operands: Any) -> Any:
    return reduce(maximum, operands)


def _largest_partials(out: Any, *operands: Any) -> tuple[Any, ...]:
    # Ties share equally, as in PyTorch's amax.
    winners = [equal(x, out) for x in operands]
    count = reduce(add, winners, 0.0)
    return tuple([winner / count for winner in winners])


DOT: Variadic = Variadic(
    "dot", _dot, _dot, _dot_partials, symbol="w·x+b", doc="the sum of w * x, plus a bias, as one node"
)
TOTAL: Variadic = Variadic(
    "total", _total, _total, lambda out, *xs: (1.0,) * len(xs), symbol="Σ", doc="a sum as one node"
)
LOGSUMEXP: Variadic = Variadic(
    "logsumexp",
    _logsumexp,
    lambda *xs: np.logaddexp.reduce(np.broadcast_arrays(*xs)),
    lambda out, *xs: tuple([exp(x - out) for x in xs]),  # the softmax
    symbol="log Σ exp",
    doc="log(sum(exp(x))) as one node, safe from overflow",
)
LARGEST: Variadic = Variadic(
    "largest", _largest, _largest, _largest_partials, symbol="max", doc="the largest of many numbers as one node"
)
TAKE: Variadic = Variadic(
    "take",
    lambda index, *xs: xs[min(max(int(index), 0), len(xs) - 1)],  # `take` and compiled programs check positions
    lambda index, *xs: np.choose(np.asarray(index, dtype=np.intp), np.broadcast_arrays(*xs)),
    lambda out, index, *xs: (None, *[equal(index, float(position)) for position in range(len(xs))]),
    doc="the number at a position of a list, where the position is data",
)
for _row in (DOT, TOTAL, LOGSUMEXP, LARGEST, TAKE):
    register(_row)


def dot(ws: Iterable[Any], xs: Iterable[Any], bias: Any = 0.0) -> Any:
    """Return the weighted sum w_1 x_1 + ... + w_n x_n + bias as one node.

    Raises
    ------
    ShapeError
        The two lists do not have the same length.

    >>> from autograd import Value, dot
    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0], bias=0.5)
    Value(11.5)
    """
    return affine([tuple(ws)], xs, [bias])[0]


def affine(rows: Sequence[Sequence[Any]], xs: Iterable[Any], biases: Sequence[Any]) -> list[Any]:
    """Return `dot(row, xs, bias)` for each row of weights and its bias: the weighted sums of a layer of neurons.

    Raises
    ------
    ShapeError
        A row does not have the length of the inputs, or there are not as many biases as rows.

    >>> from autograd import Value, affine
    >>> affine([[Value(1.0), Value(2.0)], [Value(0.0), Value(-1.0)]], [3.0, 4.0], [0.5, 0.0])
    [Value(11.5), Value(-4.0)]
    """
    xs = tuple(xs)
    if len(rows) != len(biases):
        raise ShapeError(f"affine: {len(rows)} rows of weights but {len(biases)} biases; each row needs one")
    for ws in rows:
        if len(ws) != len(xs):
            raise ShapeError(f"dot: {len(ws)} weights but {len(xs)} inputs; both lists must have the same length")
    for operand in (*(rows[0] if rows else ()), *biases, *xs):
        if isinstance(operand, Node):
            return operand.affine(DOT, rows, xs, biases)
    return [apply(DOT, (*ws, *xs, bias)) for ws, bias in zip(rows, biases, strict=True)]


def total(xs: Iterable[Any]) -> Any:
    """Return the sum of all numbers as one node, without the additions in between; 0.0 for none.

    >>> from autograd import Value, total
    >>> total([Value(1.0), Value(2.0), 3.0])
    Value(6.0)
    """
    xs = tuple(xs)
    return apply(TOTAL, xs) if xs else 0.0


def logsumexp(xs: Iterable[Any]) -> Any:
    """Return log(exp(x_1) + ... + exp(x_n)) as one node; its derivative is the softmax of the list.

    Raises
    ------
    ShapeError
        The list is empty.

    >>> from autograd import Value, logsumexp
    >>> logsumexp([Value(1000.0), Value(1000.0)])
    Value(1000.6931471805599)
    """
    return apply(LOGSUMEXP, _not_empty("logsumexp", xs))


def largest(xs: Iterable[Any]) -> Any:
    """Return the largest of all numbers as one node; ties share the derivative equally.

    Raises
    ------
    ShapeError
        The list is empty.

    >>> from autograd import Value, largest
    >>> largest([Value(1.0), Value(3.0), 2.0])
    Value(3.0)
    """
    return apply(LARGEST, _not_empty("largest", xs))


def take(rows: Sequence[Any], index: Any) -> Any:
    """Return `rows[index]` of a list, as one node where the position is data; see `autograd.take`.

    Raises
    ------
    DomainError
        A position lies outside of the list, or is not a whole number.

    >>> take([10.0, 20.0], [1, 1, 0])
    [20.0, 20.0, 10.0]
    """
    if isinstance(index, Node):
        if not index.is_number:
            raise OperandError(f"take: a position is data and has no derivative, got {index!r}; try int(index)")
        row = next(iter(rows))
        return map_leaves(lambda *leaves: apply(TAKE, (index, *leaves)), row, *rows[1:])
    if isinstance(index, np.ndarray | list | tuple):
        return [take(rows, position) for position in index]
    try:
        position = operator.index(index)
    except TypeError:
        raise DomainError(f"take: expected a whole number as position, got {index!r}") from None
    if not 0 <= position < len(rows):
        raise DomainError(f"take: position {position} lies outside of a list of {len(rows)} rows")
    return rows[position]


def _not_empty(function: str, xs: Iterable[Any]) -> tuple[Any, ...]:
    xs = tuple(xs)
    if not xs:
        raise ShapeError(f"{function}: got an empty list; expected at least one number")
    return xs
