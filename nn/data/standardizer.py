"""`Standardizer`: numbers on one scale, measured on the training part alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.errors import OperandError, ShapeError

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Standardizer:
    """Bring each feature to mean 0 and standard deviation 1: `(x - mean) / scale`.

    Fit it on the training part only; what it learned is then used on every other part, which it must not see.

    >>> standardizer = Standardizer.fit([[1.0, 10.0], [3.0, 30.0]])
    >>> standardizer.transform([[2.0, 10.0]])
    array([[ 0., -1.]])
    >>> standardizer.inverse_transform([[0.0, -1.0]])
    array([[ 2., 10.]])

    Attributes
    ----------
    mean, scale
        Of each feature, shape (features,), or () for a single series. A feature that is constant has scale 1.
    """

    mean: Numbers
    scale: Numbers

    @classmethod
    def fit(cls, X: ArrayLike) -> Standardizer:
        """Measure the means and deviations of data, shape (samples, features) or (samples,); a nan is left out.

        Raises
        ------
        OperandError
            When the data are not numbers, or not finite.
        ShapeError
            When there are no samples, or no number at all in a feature.
        """
        data = _numbers(X)
        if not len(data):
            raise ShapeError("Standardizer: got no samples, expected at least one")
        if np.isinf(data).any():
            raise OperandError("Standardizer: got an infinite number, expected finite ones")
        known = ~np.isnan(data)
        counts = known.sum(axis=0)
        if not np.all(counts):
            feature = int(np.argmin(counts))
            raise ShapeError(f"Standardizer: feature {feature} is missing in all samples; leave it out")
        # Squares of 1e200 overflow; a power of two takes the size out, and changes no digit.
        size = np.ldexp(1.0, np.frexp(np.abs(np.where(known, data, 0.0)).max(axis=0))[1] - 1)
        data = data / size
        mean = np.where(known, data, 0.0).sum(axis=0) / counts
        scale = np.sqrt((np.where(known, data - mean, 0.0) ** 2).sum(axis=0) / counts)
        # The deviation of a constant that has no exact mean is not 0 but a rounding error.
        constant = scale <= 10 * np.finfo(np.float64).eps * np.abs(mean)
        return cls(np.asarray(mean * size), np.where(constant, 1.0, scale * size))

    def transform(self, X: ArrayLike) -> Numbers:
        """Return data on the new scale, in the shape in which they come.

        Raises
        ------
        ShapeError
            When the data have another number of features.
        """
        data = self._fitting(X)
        result: Numbers = (data - self.mean) / self.scale
        return result

    def inverse_transform(self, X: ArrayLike) -> Numbers:
        """Return data from the new scale on the old one; errors as `transform` raises them."""
        data = self._fitting(X)
        result: Numbers = data * self.scale + self.mean
        return result

    def state_dict(self) -> dict[str, Any]:
        """Return what was learned as plain lists, ready for JSON."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Any]) -> Standardizer:
        """Return the standardizer with this `state_dict`."""
        return cls(np.asarray(state["mean"], dtype=np.float64), np.asarray(state["scale"], dtype=np.float64))

    def _fitting(self, X: ArrayLike) -> Numbers:
        data = _numbers(X)
        if data.ndim == 0 or data.shape[1:] != self.mean.shape:
            raise ShapeError(
                f"Standardizer: got shape {data.shape}, expected (samples, {', '.join(map(str, self.mean.shape))}) "
                "as when it was fitted"
            )
        return data


def _numbers(X: ArrayLike) -> Numbers:
    try:
        data = np.asarray(X)
    except ValueError:
        raise ShapeError("Standardizer: got rows of different lengths, expected one length") from None
    if data.dtype.kind not in "biuf":
        raise OperandError(f"Standardizer: got {data.dtype}, expected numbers")
    return data.astype(np.float64)
