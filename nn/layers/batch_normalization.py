"""Layers that normalize each feature over the batch, and remember its mean and variance for when they are used."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ShapeError, Tensor
from autograd.arrays.checks import as_array, raw
from autograd.arrays.shapes import reshape
from autograd.primitives.normalization import centre, scale_shift, unit_rms
from nn.layers.linear import check_widths
from nn.module import Module
from nn.settings import not_negative, probability

Sizes = tuple[int, ...]


class _BatchNorm(Module):
    """What the batch normalizations have in common; they differ in the shapes they take."""

    _ndims: Sizes = ()
    _expected = ""

    def __init__(
        self,
        num_features: int,
        *,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        check_widths(type(self).__name__, num_features=num_features)
        self.num_features = num_features
        self.eps = not_negative(type(self).__name__, "eps", eps)
        self.momentum = None if momentum is None else probability(type(self).__name__, "momentum", momentum)
        self.weight = Tensor(np.ones(num_features)) if affine else None
        self.bias = Tensor(np.zeros(num_features)) if affine else None
        self.track_running_stats = track_running_stats
        self.running_mean = np.zeros(num_features) if track_running_stats else None
        self.running_var = np.ones(num_features) if track_running_stats else None
        self.num_batches_tracked = np.array(0) if track_running_stats else None
        self.label_parameters()

    def forward(self, x: Any) -> Any:  # (batch, features, ...)
        """Return x normalized; in training, with the batch's own mean and variance, which are averaged for later."""
        x = as_array(x, type(self).__name__)
        self._check(x.shape)
        column = (1, self.num_features) + (1,) * (x.ndim - 2)
        if self.running_mean is None or self.running_var is None:
            x = self._with_own_statistics(x)
        elif self.training:
            self._track(raw(x))
            x = self._with_own_statistics(x)
        else:
            size = np.sqrt(self.running_var + self.running_var.dtype.type(self.eps))
            x = (x - self.running_mean.reshape(column)) * (1.0 / size).reshape(column)
        if self.weight is None:
            return x
        return scale_shift(x, reshape(self.weight, column), reshape(self.bias, column))

    def _with_own_statistics(self, x: Any) -> Any:
        axes = _all_but_features(x)
        return unit_rms(centre(x, axis=axes), axis=axes, eps=self.eps)

    def _track(self, x: Any) -> None:
        """Move the running statistics towards those of a batch."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        count, axes = x.size // self.num_features, _all_but_features(x)
        self.num_batches_tracked = np.array(int(self.num_batches_tracked) + 1)
        share = 1.0 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        mean = np.mean(x, axis=axes)
        # Variances of samples are too small by (n - 1) / n on average: what is kept for later is corrected for it.
        variance = np.var(x, axis=axes, ddof=1) if count > 1 else np.zeros_like(mean)
        self.running_mean = _towards(self.running_mean, mean, share)
        self.running_var = _towards(self.running_var, variance, share)

    def _check(self, shape: Sizes) -> None:
        name = type(self).__name__
        if len(shape) not in self._ndims or shape[1] != self.num_features:
            raise ShapeError(
                f"{name}({self.num_features}): expected x of shape {self._expected} "
                f"with {self.num_features} features, got {shape}"
            )
        count = int(np.prod(shape)) // self.num_features
        if count < 2 and (self.training or self.running_mean is None):
            raise ShapeError(
                f"{name}: {count} number(s) a feature have no variance to learn from (x has shape {shape}); "
                "give more samples, or use the layer after eval()"
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.num_features})"


class BatchNorm1d(_BatchNorm):
    """Normalize each feature over the batch, and over the length: to mean 0 and variance 1, then scale and shift.

    In training, (x - mean) / sqrt(variance + eps) * weight + bias with the statistics of the batch, through which
    gradients flow. After `eval()`, with the running averages of the batches seen: running = (1 - momentum) * running +
    momentum * batch, where variances are the unbiased ones, as in PyTorch. Ioffe & Szegedy 2015, arXiv:1502.03167.

    Parameters
    ----------
    num_features
        The size of axis 1 of inputs of shape (batch, features) or (batch, features, length).
    eps
        Added to variances, against divisions by 0.
    momentum
        The share of a new batch in the running averages; None: all batches count the same.
    affine
        Whether there are `weight` and `bias` to learn, one number for each feature.
    track_running_stats
        Whether running averages are kept; otherwise the batch's own statistics are used always.

    Raises
    ------
    ShapeError
        The input has another shape, or, in training, only one number for each feature.
    DomainError
        A setting is out of its range.

    >>> layer = BatchNorm1d(2)
    >>> layer(np.array([[1.0, 10.0], [3.0, 30.0]])).data.round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> layer.running_mean
    array([0.2, 2. ])
    """

    _ndims = (2, 3)
    _expected = "(batch, features) or (batch, features, length)"


class BatchNorm2d(_BatchNorm):
    """Normalize each channel of images over the batch and all places; see `BatchNorm1d`.

    >>> BatchNorm2d(3)(np.arange(24.0).reshape(2, 3, 2, 2)).shape
    (2, 3, 2, 2)
    """

    _ndims = (4,)
    _expected = "(batch, channels, height, width)"


def _all_but_features(x: Any) -> Sizes:
    return (0, *range(2, x.ndim))


def _towards(running: Any, found: Any, share: float) -> Any:
    return ((1.0 - share) * running + share * found).astype(running.dtype)
