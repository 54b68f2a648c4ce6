"""The multilinear rows: matrix products and einsum. The transpose in each operand is a product with the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive, Multilinear
from autograd.errors import ShapeError
from autograd.primitives.shaping import reshape, sum_to, transpose

#: What has more entries than this is sooner from `np.matmul`, which does not clear its result first, as `dot` does; but
#: products of a column and a row it computes without BLAS.
_LARGE = 2**16


def _matmul(x: Any, y: Any) -> Any:
    if x.ndim == y.ndim == 2:
        (rows, inner), (same, columns) = x.shape, y.shape
        if inner == same:
            return x.dot(y) if rows * columns <= _LARGE or inner == 1 else np.matmul(x, y)
    if x.ndim == 0 or y.ndim == 0:
        raise ShapeError(f"matmul: expected vectors or matrices, got shapes {x.shape} @ {y.shape}; use * for numbers")
    if x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
        raise ShapeError(
            f"matmul: left has {x.shape[-1]} columns but right has {y.shape[-2 if y.ndim > 1 else 0]} rows "
            f"(shapes {x.shape} @ {y.shape}); transpose one of them?"
        )
    if y.ndim == 2 < x.ndim and x.flags.c_contiguous:
        # One product of large matrices, not one for each matrix of a batch.
        return np.matmul(x.reshape(-1, x.shape[-1]), y).reshape(*x.shape[:-1], y.shape[-1])
    return np.matmul(x, y)


def swapped(x: Any) -> Any:
    """Return a (stack of) matrices with rows and columns exchanged."""
    if x.__class__ is np.ndarray:
        return x.T if x.ndim == 2 else x.swapaxes(-1, -2)
    return transpose(x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _fitted(gradient: Any, x: Any) -> Any:
    return gradient if gradient.shape == x.shape else sum_to(gradient, shape=x.shape)


def _pull_left(cotangent: Any, x: Any, y: Any) -> Any:
    if y.ndim == 1:  # (..., n) @ (n,) -> (...)
        return _fitted(reshape(cotangent, shape=(*cotangent.shape, 1)) * y, x)
    if x.ndim == 1:  # (n,) @ (..., n, m) -> (..., m)
        return _fitted(reshape(matmul(y, reshape(cotangent, shape=(*cotangent.shape, 1))), shape=y.shape[:-1]), x)
    return _fitted(matmul(cotangent, swapped(y)), x)


def _pull_right(cotangent: Any, x: Any, y: Any) -> Any:
    if x.ndim == 1:
        if y.ndim == 1:
            return x * cotangent
        return _fitted(reshape(x, shape=(*x.shape, 1)) * reshape(cotangent, shape=(*y.shape[:-2], 1, y.shape[-1])), y)
    if y.ndim == 1:
        rows = reshape(x, shape=(-1, x.shape[-1]))
        return matmul(reshape(cotangent, shape=(rows.shape[0],)), rows)
    if y.ndim == 2 < x.ndim:
        rows = reshape(x, shape=(cotangent.size // max(y.shape[1], 1), x.shape[-1]))
        return matmul(swapped(rows), reshape(cotangent, shape=(rows.shape[0], y.shape[1])))
    return _fitted(matmul(swapped(x), cotangent), y)


matmul: Multilinear = Multilinear("matmul", _matmul, _pull_left, _pull_right, symbol="@", doc="the product of matrices")


# --- the affine map of a layer ----------------------------------------------------------------------------------


def _remedy(x: tuple[int, ...], weight: tuple[int, ...]) -> str:
    """Return what may help where x and the weight do not fit."""
    if len(weight) != 2 or x[-1:] == weight[:1]:
        return "transpose the weight?"
    if weight[1] == math.prod(x[1:]):
        return f"flatten x to ({x[0]}, {weight[1]})?"
    return f"x has {x[-1]} features where the weight takes {weight[1]}" if x else "x is a single number"


def _linear(x: Any, weight: Any, bias: Any) -> Any:
    if x.shape[-1:] != weight.shape[1:] or weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise ShapeError(
            f"linear: expected x of shape (..., n), weight (m, n) and bias (m,), got {x.shape}, {weight.shape} and "
            f"{bias.shape}; {_remedy(x.shape, weight.shape)}"
        )
    out = _matmul(x, weight.T)
    if out.dtype != bias.dtype or out.ndim == 0:
        return out + bias
    out += bias  # in place: the product is nobody else's
    return out


def _flat(x: Any) -> Any:
    return x if x.ndim == 2 else reshape(x, shape=(x.size // max(x.shape[-1], 1), x.shape[-1]))


def _push_linear(tangents: Any, out: Any, x: Any, weight: Any, bias: Any) -> Any:
    moved_x, moved_weight, moved_bias = tangents
    terms = [] if moved_x is None else [matmul(moved_x, swapped(weight))]
    terms += [] if moved_weight is None else [matmul(x, swapped(moved_weight))]
    total = sum(terms[1:], start=terms[0]) if terms else np.zeros(out.shape, out.dtype)
    return total if moved_bias is None else total + moved_bias


class _Affine(ArrayPrimitive):
    """The affine map of a layer. It has one pull for all operands, since most of a network passes here."""

    def pull(
        self, cotangent: Any, out: Any, operands: Sequence[Any], wanted: Sequence[bool], **settings: Any
    ) -> Sequence[Any]:
        """Return the cotangent of the inputs, the weight and the bias, where it is wanted."""
        x, weight, bias = operands
        of_x, of_weight, of_bias = wanted
        multiply = _matmul if cotangent.__class__ is np.ndarray else matmul  # arrays need not be looked at
        return (
            multiply(cotangent, weight) if of_x else None,
            multiply(swapped(_flat(cotangent)), _flat(x)) if of_weight else None,
            sum_to(cotangent, shape=bias.shape) if of_bias else None,
        )


linear: ArrayPrimitive = _Affine(
    "linear",
    _linear,
    push=_push_linear,
    symbol="xWᵀ+b",
    doc="x @ weight.T + bias, the affine map of a layer: weight has shape (outputs, inputs)",
    reads="operands",
)


# --- einsum -------------------------------------------------------------------------------------------------------


class _Einsum(Multilinear):
    """`einsum` of any number of operands; its settings are the letters of each operand and of the output."""

    def pull(self, cotangent: Any, out: Any, operands: Any, wanted: Any, **settings: Any) -> Any:
        """Return the cotangent of each wanted operand: an einsum again, with output and operand exchanged."""
        return [
            self.transposed(cotangent, place, operands, **settings) if asked else None
            for place, asked in enumerate(wanted)
        ]

    def transposed(self, cotangent: Any, place: int, operands: Any, *, inputs: tuple[str, ...], output: str) -> Any:
        """Return the cotangent of the operand at a place."""
        x, letters = operands[place], inputs[place]
        others = [operand for position, operand in enumerate(operands) if position != place]
        their = [each for position, each in enumerate(inputs) if position != place]
        # Letters that stand nowhere else are summed over: all their entries get the same. They, and repeated ones
        # (a diagonal), are put in by a product with ones and unit matrices.
        known = set(output).union(*their) if their else set(output)
        once = "".join(dict.fromkeys(letters))
        for letter in once:
            if letter not in known:
                others.append(np.ones(x.shape[letters.index(letter)], x.dtype))
                their.append(letter)
        renamed, free = list(letters), _free_letters((*inputs, output))
        for position, letter in enumerate(letters):
            if letter in letters[:position]:
                renamed[position] = next(free)
                others.append(np.eye(x.shape[position], dtype=x.dtype))
                their.append(letter + renamed[position])
        return einsum_row(cotangent, *others, inputs=(output, *their), output="".join(renamed))


def _free_letters(used: tuple[str, ...]) -> Any:
    taken = set().union(*used)
    return (letter for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in taken)


def _einsum(*xs: Any, inputs: tuple[str, ...], output: str) -> Any:
    if len(xs) == 2 and all(len(set(letters)) == len(letters) for letters in inputs):
        return _pair(xs[0], xs[1], inputs[0], inputs[1], output)
    return np.einsum(f"{','.join(inputs)}->{output}", *xs, optimize=len(xs) > 2)


def _pair(x: Any, y: Any, left: str, right: str, output: str) -> Any:
    """Return the einsum of two arrays as a product of matrices, where it is one: many times quicker than loops."""
    x, left = _without(x, left, right + output)
    y, right = _without(y, right, left + output)
    both = [letter for letter in left if letter in right]
    batch, summed = [x for x in both if x in output], [x for x in both if x not in output]
    rows, columns = [x for x in left if x not in right], [y for y in right if y not in left]
    if not summed or not (rows or columns or not batch):
        return np.einsum(f"{left},{right}->{output}", x, y)
    sizes = dict(zip(left, x.shape, strict=True)) | dict(zip(right, y.shape, strict=True))
    shape = [[sizes[letter] for letter in group] for group in (batch, rows, summed, columns)]
    b, m, k, n = shape[0], math.prod(shape[1]), math.prod(shape[2]), math.prod(shape[3])
    first = x.transpose([left.index(letter) for letter in (*batch, *rows, *summed)]).reshape(*b, m, k)
    second = y.transpose([right.index(letter) for letter in (*batch, *summed, *columns)]).reshape(*b, k, n)
    found = np.matmul(first, second).reshape((*b, *shape[1], *shape[3]))
    order = [*batch, *rows, *columns]
    return found.transpose([order.index(letter) for letter in output])


def _without(x: Any, letters: str, needed: str) -> tuple[Any, str]:
    """Return an array summed over the letters that stand nowhere else."""
    lone = tuple([place for place, letter in enumerate(letters) if letter not in needed])
    return (np.add.reduce(x, axis=lone), "".join(x for x in letters if x in needed)) if lone else (x, letters)


einsum_row: _Einsum = _Einsum("einsum", _einsum, symbol="einsum", doc="sums of products, written by letters of axes")
