"""Made-up data in the plane, drawn afresh from a seed: small problems on which a network can be watched.

Each function returns `(X, y)`: points of shape (n, 2) and their classes, whole numbers from 0. The classes are as
even as `n` allows, in random order; `noise` is the standard deviation of the Gaussian noise added to each coordinate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.errors import DomainError, OperandError, ShapeError
from nn.randomness import generator

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


def xor() -> tuple[Points, NDArray[np.float64]]:
    """Return the four inputs of exclusive or, shape (4, 2), and the outputs wanted, shape (4,).

    No single neuron solves it: no straight line parts the ones from the zeros.

    >>> inputs, wanted = xor()
    >>> inputs.tolist(), wanted.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0])
    """
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return inputs, np.array([0.0, 1.0, 1.0, 0.0])


def moons(n: int, *, noise: float = 0.0, rng: np.random.Generator | int | None = None) -> tuple[Points, Labels]:
    """Draw `n` points on two interlocking half circles of radius 1.

    >>> X, y = moons(100, noise=0.1, rng=0)
    >>> X.shape, np.bincount(y).tolist()
    ((100, 2), [50, 50])

    Raises
    ------
    DomainError
        When `n` is below 2 or `noise` is negative.
    """
    y, along = _arms(n, 2, noise)
    angle = np.pi * along
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (n, 2)
    # The lower moon is the upper one turned by 180 degrees about the point (1/2, 1/4), which hooks them together.
    X = np.where(y[:, None] == 0, upper, np.array([1.0, 0.5]) - upper)
    return _shuffled(X, y, noise, rng)


def spirals(
    n: int,
    *,
    classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.0,
    rng: np.random.Generator | int | None = None,
) -> tuple[Points, Labels]:
    """Draw `n` points on arms, one for each class, that wind `turns` times about the origin out to radius 1.

    >>> X, y = spirals(90, classes=3, noise=0.02, rng=0)
    >>> X.shape, np.bincount(y).tolist()
    ((90, 2), [30, 30, 30])

    Raises
    ------
    DomainError
        When there are fewer points than classes, no class, or negative noise; when `turns` is not finite.
    """
    _check_whole("classes", classes, least=1)
    if not _is_real(turns) or not math.isfinite(turns):
        raise DomainError(f"turns: got {turns!r}, expected a finite number; try turns=1.0")
    y, along = _arms(n, classes, noise)
    radius = 0.1 + 0.9 * along  # the arms would touch in the middle
    angle = 2 * np.pi * (turns * along + y / classes)
    X = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _shuffled(X, y, noise, rng)


def blobs(
    n: int,
    *,
    centers: int | ArrayLike = 3,
    noise: float = 1.0,
    rng: np.random.Generator | int | None = None,
) -> tuple[Points, Labels]:
    """Draw `n` points in round clouds, one for each class.

    `centers` are the middles of the clouds, shape (classes, features); a number of them stands for that many, evenly
    spaced on a circle of radius 5 in the plane.

    >>> X, y = blobs(6, centers=[[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]], noise=0.1, rng=0)
    >>> X.shape, bool(np.all((X > 4.5).all(axis=1) == y))
    ((6, 3), True)

    Raises
    ------
    DomainError
        When there are fewer points than centers, no center, or negative noise.
    ShapeError
        When the centers are not rows of one length.
    """
    middles = _centers(centers)
    y, _ = _arms(n, len(middles), noise)
    return _shuffled(middles[y], y, noise, rng)


def _centers(centers: int | ArrayLike) -> Points:
    if isinstance(centers, int | np.integer):
        _check_whole("centers", centers, least=1)
        angle = 2 * np.pi * np.arange(int(centers)) / int(centers)
        return 5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    try:
        middles = np.asarray(centers, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ShapeError(f"centers: got {centers!r}, expected a number or rows of numbers of one length") from error
    if middles.ndim != 2 or middles.size == 0:
        raise ShapeError(f"centers: got shape {middles.shape}, expected (classes, features); try [[0, 0], [4, 4]]")
    if not np.isfinite(middles).all():
        raise DomainError("centers: got a nan or an infinity, expected finite numbers")
    return middles


def _arms(n: int, classes: int, noise: float) -> tuple[Labels, Points]:
    """Deal `n` points out to the classes in turn; say of each how far along its class it lies, from 0.0 to 1.0."""
    _check_whole("n", n, least=classes)
    if not _is_real(noise) or not 0 <= noise < math.inf:
        raise DomainError(f"noise: got {noise!r}, expected a standard deviation of zero or more; try noise=0.1")
    position = np.arange(n)
    y = position % classes
    members = np.bincount(y, minlength=classes)
    return y, (position // classes) / np.maximum(members[y] - 1, 1)


def _shuffled(X: Points, y: Labels, noise: float, rng: np.random.Generator | int | None) -> tuple[Points, Labels]:
    rng = generator(rng)
    order = rng.permutation(len(y))
    return X[order] + noise * rng.standard_normal(X.shape), y[order]


def _is_real(number: object) -> bool:
    return isinstance(number, int | float | np.integer | np.floating) and not isinstance(number, bool)


def _check_whole(name: str, number: object, least: int) -> None:
    if not isinstance(number, int | np.integer) or isinstance(number, bool):
        raise OperandError(f"{name}: got {number!r} of type {type(number).__name__}, expected a whole number")
    if number < least:
        raise DomainError(f"{name}: got {number}, expected at least {least}")
