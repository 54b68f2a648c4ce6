"""The rows of linear algebra, on matrices or stacks of them; both maps are written out.

The formulas are those of Giles 2008, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", and for Cholesky of Murray 2016 (arXiv:1602.07527).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive
from autograd.primitives.contraction import matmul, swapped
from autograd.primitives.reductions import sum
from autograd.primitives.shaping import reshape, sum_to, tril


def _fitted(gradient: Any, x: Any) -> Any:
    return gradient if gradient.shape == x.shape else sum_to(gradient, shape=x.shape)


def _column(x: Any) -> Any:
    return reshape(x, shape=(*x.shape, 1))


def _spread(number: Any) -> Any:
    """Return one number for each matrix of a stack so that it broadcasts against the matrices."""
    return reshape(number, shape=(*number.shape, 1, 1))


inv: ArrayPrimitive = ArrayPrimitive(
    "inv",
    lambda x: np.linalg.inv(x),
    lambda cotangent, out, x: -matmul(swapped(out), matmul(cotangent, swapped(out))),
    push=lambda tangents, out, x: -matmul(out, matmul(tangents[0], out)),
    symbol="⁻¹",
    doc="the inverse of a matrix",
)


def _solve_pull_matrix(cotangent: Any, out: Any, a: Any, b: Any) -> Any:
    return _fitted(-matmul(solve(swapped(a), cotangent), swapped(out)), a)


def _solve_push(tangents: Any, out: Any, a: Any, b: Any) -> Any:
    moved_a, moved_b = tangents
    if moved_a is None:
        return solve(a, moved_b)
    through = matmul(moved_a, out)
    return solve(a, -through if moved_b is None else moved_b - through)


# The right side is always one or more columns here, shape (..., n, k); vectors are made columns before.
solve: ArrayPrimitive = ArrayPrimitive(
    "solve",
    lambda a, b: np.linalg.solve(a, b),
    _solve_pull_matrix,
    lambda cotangent, out, a, b: _fitted(solve(swapped(a), cotangent), b),
    push=_solve_push,
    doc="the x of a @ x = b",
)


def _pull_det(cotangent: Any, out: Any, x: Any) -> Any:
    # Of a singular matrix this has no inverse to offer: an error of NumPy's, not a wrong number.
    return _spread(cotangent * out) * swapped(inv(x))


def _push_det(tangents: Any, out: Any, x: Any) -> Any:
    return out * _push_logdet(tangents, out, x)


def _push_logdet(tangents: Any, out: Any, x: Any) -> Any:
    return sum(tangents[0] * swapped(inv(x)), axis=(x.ndim - 2, x.ndim - 1), keepdims=False)


det: ArrayPrimitive = ArrayPrimitive(
    "det", lambda x: np.linalg.det(x), _pull_det, push=_push_det, doc="the determinant of a matrix"
)
logabsdet: ArrayPrimitive = ArrayPrimitive(
    "logabsdet",
    lambda x: np.linalg.slogdet(x)[1],
    lambda cotangent, out, x: _spread(cotangent) * swapped(inv(x)),
    push=_push_logdet,
    symbol="log|det|",
    doc="the logarithm of the size of the determinant, which itself might overflow",
)


def _halved(x: Any) -> Any:
    """Return the lower triangle with half of the diagonal."""
    return tril(x, k=0) * (1.0 - 0.5 * np.eye(x.shape[-1])).astype(x.dtype)


def _symmetric(x: Any) -> Any:
    return 0.5 * (x + swapped(x))


def _pull_cholesky(cotangent: Any, out: Any, x: Any) -> Any:
    inverse = inv(out)
    middle = _halved(matmul(swapped(out), cotangent))
    return _symmetric(matmul(swapped(inverse), matmul(middle, inverse)))


def _push_cholesky(tangents: Any, out: Any, x: Any) -> Any:
    inverse = inv(out)
    return matmul(out, _halved(matmul(inverse, matmul(_symmetric(tangents[0]), swapped(inverse)))))


# Of x only the symmetric part counts, for the value (as far as NumPy looks) and for the derivative (as in PyTorch).
cholesky: ArrayPrimitive = ArrayPrimitive(
    "cholesky",
    lambda x: np.linalg.cholesky(x),
    _pull_cholesky,
    push=_push_cholesky,
    doc="the lower triangle L with L @ L.T = x, of a symmetric positive definite matrix",
)
