"""Linear algebra on matrices, or stacks of them: names and arguments as in numpy.linalg."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, raw
from autograd.arrays.shapes import reshape
from autograd.errors import DomainError, ShapeError
from autograd.primitives import algebra


def _square(x: Any, user: str) -> Any:
    x = as_array(x, user)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(f"{user}: expected a square matrix, or a stack of them, got shape {x.shape}")
    return x


def inv(x: Any) -> Any:
    """Return the inverse of a matrix.

    Raises
    ------
    DomainError
        The matrix has none.
    ShapeError
        It is not square.

    >>> inv(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return _solvable(algebra.inv, _square(x, "inv"))


def solve(a: Any, b: Any) -> Any:
    """Return the x of a @ x = b, for a vector b of shape (n,) or columns of shape (..., n, k).

    Raises
    ------
    DomainError
        The matrix is singular.
    ShapeError
        The shapes do not fit.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
    [1.0, 0.5]
    """
    a, b = _square(a, "solve"), as_array(b, "solve")
    if b.ndim == 0 or b.shape[-1 if b.ndim == 1 else -2] != a.shape[-1]:
        raise ShapeError(f"solve: shapes {a.shape} and {b.shape} do not fit; b must have {a.shape[-1]} rows")
    if b.ndim > 1:
        return _solvable(algebra.solve, a, b)
    x = _solvable(algebra.solve, a, reshape(b, (-1, 1)))
    return reshape(x, x.shape[:-1])


def det(x: Any) -> Any:
    """Return the determinant of a matrix; its derivative is that of a regular matrix only.

    >>> round(float(det([[2.0, 0.0], [0.0, 4.0]])), 6)
    8.0
    """
    return algebra.det(_square(x, "det"))


def slogdet(x: Any) -> tuple[Any, Any]:
    """Return the sign of the determinant, a constant, and the logarithm of its size.

    >>> [float(x) for x in slogdet([[-1.0, 0.0], [0.0, 1.0]])]
    [-1.0, 0.0]
    """
    x = _square(x, "slogdet")
    return np.linalg.slogdet(raw(x))[0], algebra.logabsdet(x)


def cholesky(x: Any) -> Any:
    """Return the lower triangle L with L @ L.T = x.

    Raises
    ------
    DomainError
        The matrix is not positive definite.

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return _solvable(algebra.cholesky, _square(x, "cholesky"))


def _solvable(row: Any, *operands: Any) -> Any:
    try:
        return row(*operands)
    except np.linalg.LinAlgError as error:
        raise DomainError(f"{row.name}: {error}; add a small multiple of the unit matrix?") from None
