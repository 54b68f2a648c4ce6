"""Products of arrays: matmul, einsum, tensordot, outer, and the affine map of a layer."""

from __future__ import annotations

from typing import Any

from autograd.arrays.checks import as_array, several_axes
from autograd.arrays.shapes import reshape
from autograd.errors import OperandError, ShapeError
from autograd.primitives import contraction


def matmul(x: Any, y: Any) -> Any:
    """Return the product of matrices, of stacks of them, or of vectors (as numpy.matmul).

    Raises
    ------
    ShapeError
        The inner sizes differ.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
    [[11.0]]
    """
    return contraction.matmul(as_array(x, "matmul"), as_array(y, "matmul"))


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Return x @ weight.T + bias as one node: x of shape (..., n), weight (m, n), bias (m,) give (..., m).

    >>> linear([[1.0, 2.0]], [[3.0, 4.0]], [0.5]).tolist()
    [[11.5]]
    """
    x, weight = as_array(x, "linear"), as_array(weight, "linear")
    if bias is None:
        return contraction.matmul(x, contraction.swapped(weight))
    return contraction.linear(x, weight, as_array(bias, "linear"))


def einsum(formula: str, *xs: Any) -> Any:
    """Return sums of products, written by letters of axes; those that `...` stands for broadcast (as numpy.einsum).

    Raises
    ------
    ShapeError
        The formula does not fit the operands.

    >>> import numpy as np
    >>> float(einsum("i,i->", np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    arrays = [as_array(x, "einsum") for x in xs]
    if not isinstance(formula, str):
        raise OperandError(f'einsum: expected a formula such as "ij,jk->ik" first, got {type(formula).__name__}')
    inputs, output = _letters(formula.replace(" ", ""), [x.ndim for x in arrays])
    sizes: dict[str, int] = {}
    for letters, x in zip(inputs, arrays, strict=True):
        for letter, size in zip(letters, x.shape, strict=True):
            known = sizes.setdefault(letter, size)
            if known == 1 and letter not in formula:  # one that `...` stands for
                sizes[letter] = size
            elif size != known and (size != 1 or letter in formula):
                what = repr(letter) if letter in formula else "an axis of '...'"
                raise ShapeError(
                    f"einsum {formula!r}: {what} is {known} and {size} (shapes {[a.shape for a in arrays]})"
                )
    fitted = [_without_ones(x, letters, sizes) for x, letters in zip(arrays, inputs, strict=True)]
    return contraction.einsum_row(*[x for x, _ in fitted], inputs=tuple([each for _, each in fitted]), output=output)


def _without_ones(x: Any, letters: str, sizes: dict[str, int]) -> tuple[Any, str]:
    """Return an array without the axes of size 1 that are longer elsewhere, and its letters: so it is broadcast."""
    kept = [place for place, letter in enumerate(letters) if x.shape[place] == sizes[letter]]
    if len(kept) == len(letters):
        return x, letters
    return reshape(x, tuple([x.shape[place] for place in kept])), "".join([letters[place] for place in kept])


def _letters(formula: str, ndims: list[int]) -> tuple[tuple[str, ...], str]:
    """Return the letters of each operand and of the output, with those that `...` and a missing output stand for."""
    left, arrow, output = formula.partition("->")
    parts = left.split(",")
    if len(parts) != len(ndims):
        raise ShapeError(f"einsum {formula!r}: the formula has {len(parts)} operands, but {len(ndims)} were given")
    extra = [ndim - len(part.replace("...", "")) for part, ndim in zip(parts, ndims, strict=True)]
    for part, ndim, more in zip(parts, ndims, extra, strict=True):
        if more < 0 or (more and "..." not in part):
            raise ShapeError(f"einsum {formula!r}: {part!r} does not name the axes of an operand with {ndim}")
    free = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in formula]
    widest = "".join(free[: sorted([0, *extra])[-1]])
    inputs = tuple([part.replace("...", widest[len(widest) - more :]) for part, more in zip(parts, extra, strict=True)])
    if not arrow:
        flat = "".join(part.replace("...", "") for part in parts)
        output = ("..." if "..." in left else "") + "".join(sorted(x for x in set(flat) if flat.count(x) == 1))
    output = output.replace("...", widest)
    if len(set(output)) < len(output) or not set(output) <= set("".join(inputs)):
        raise ShapeError(f"einsum {formula!r}: each letter of the output must stand once there, and in an operand")
    return inputs, output


def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """Return the sum of products over pairs of axes: the last of x and the first of y, or those given (as NumPy).

    >>> import numpy as np
    >>> tensordot(np.zeros((2, 3, 4)), np.zeros((3, 4, 5))).shape
    (2, 5)
    """
    x, y = as_array(x, "tensordot"), as_array(y, "tensordot")
    if isinstance(axes, int):
        left, right = tuple(range(x.ndim - axes, x.ndim)), tuple(range(axes))
    else:
        left, right = (several_axes(axis, each.ndim, "tensordot") for axis, each in zip(axes, (x, y), strict=True))
    letters = iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    one = [next(letters) for _ in range(x.ndim)]
    other = [next(letters) for _ in range(y.ndim)]
    for i, j in zip(left, right, strict=True):
        other[j] = one[i]
    output = [x for x in one if x not in other] + [x for x in other if x not in one]
    return einsum(f"{''.join(one)},{''.join(other)}->{''.join(output)}", x, y)


def outer(x: Any, y: Any) -> Any:
    """Return the product of each entry of x with each of y, shape (x.size, y.size).

    >>> outer([1.0, 2.0], [3.0, 4.0]).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))
