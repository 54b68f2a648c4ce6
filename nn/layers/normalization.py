"""Layers that bring signals to a common size: over the features of each sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import DomainError, ShapeError, Tensor
from autograd.arrays.checks import as_array
from autograd.arrays.shapes import reshape
from autograd.primitives.normalization import centre, scale_shift, unit_rms
from nn.layers.linear import check_widths
from nn.module import Module
from nn.settings import not_negative

Sizes = tuple[int, ...]


class LayerNorm(Module):
    """Normalize the last axes of each sample to mean 0 and variance 1, then scale and shift each entry.

    (x - mean) / sqrt(variance + eps) * weight + bias. Ba, Kiros & Hinton 2016, arXiv:1607.06450.

    Parameters
    ----------
    normalized_shape
        The sizes of the axes to normalize over; a number: the last axis.
    eps
        Added to variances, against divisions by 0.
    elementwise_affine, bias
        Whether there are a `weight` and a `bias` to learn, of that shape.

    Raises
    ------
    ShapeError
        The input does not end with these axes.
    DomainError
        A size is not positive, or eps is negative.

    >>> LayerNorm(2, eps=0.0)(np.array([[1.0, 3.0], [10.0, 30.0]])).data
    array([[-1.,  1.],
           [-1.,  1.]])
    """

    def __init__(
        self, normalized_shape: int | Sizes, *, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True
    ) -> None:
        self.normalized_shape = _shape(normalized_shape, "LayerNorm")
        self.eps = not_negative("LayerNorm", "eps", eps)
        self.weight = Tensor(np.ones(self.normalized_shape)) if elementwise_affine else None
        self.bias = Tensor(np.zeros(self.normalized_shape)) if elementwise_affine and bias else None
        self.label_parameters()

    def forward(self, x: Any) -> Any:  # (..., *normalized_shape)
        """Return x normalized, scaled and shifted."""
        x, axes = _last_axes(x, self.normalized_shape, "LayerNorm")
        return _scaled(unit_rms(centre(x, axis=axes), axis=axes, eps=self.eps), self.weight, self.bias)

    def __repr__(self) -> str:
        return f"LayerNorm({_brief(self.normalized_shape)})"


class RMSNorm(Module):
    """Bring the last axes of each sample to a root mean square of 1, then scale each entry; nothing is centred.

    x / sqrt(mean(x²) + eps) * weight. Zhang & Sennrich 2019, arXiv:1910.07467.

    Parameters
    ----------
    normalized_shape
        The sizes of the axes to normalize over; a number: the last axis.
    eps
        Added to mean squares; None: the spacing of floating-point numbers at 1, as in PyTorch.
    elementwise_affine
        Whether there is a `weight` to learn, of that shape.

    Raises
    ------
    ShapeError
        The input does not end with these axes.
    DomainError
        A size is not positive, or eps is negative.

    >>> RMSNorm(2)(np.array([[1.0, 7.0]])).data
    array([[0.2, 1.4]])
    """

    def __init__(
        self, normalized_shape: int | Sizes, *, eps: float | None = None, elementwise_affine: bool = True
    ) -> None:
        self.normalized_shape = _shape(normalized_shape, "RMSNorm")
        self.eps = None if eps is None else not_negative("RMSNorm", "eps", eps)
        self.weight = Tensor(np.ones(self.normalized_shape)) if elementwise_affine else None
        self.label_parameters()

    def forward(self, x: Any) -> Any:  # (..., *normalized_shape)
        """Return x normalized and scaled."""
        x, axes = _last_axes(x, self.normalized_shape, "RMSNorm")
        eps = float(np.finfo(x.dtype).eps) if self.eps is None else self.eps
        return _scaled(unit_rms(x, axis=axes, eps=eps), self.weight, None)

    def __repr__(self) -> str:
        return f"RMSNorm({_brief(self.normalized_shape)})"


class GroupNorm(Module):
    """Normalize groups of channels of each sample to mean 0 and variance 1, then scale and shift each channel.

    With one group it is a layer normalization over everything, with as many as channels an instance normalization.
    Wu & He 2018, arXiv:1803.08494.

    Parameters
    ----------
    num_groups, num_channels
        Channels that stand side by side make a group: `num_channels / num_groups` each.
    eps
        Added to variances, against divisions by 0.
    affine
        Whether there are `weight` and `bias` to learn, one number for each channel.

    Raises
    ------
    DomainError
        The channels do not fall into groups of one size, or eps is negative.
    ShapeError
        The input is not of shape (batch, channels, ...).

    >>> GroupNorm(2, 4)(np.arange(8.0).reshape(1, 4, 2)).data.round(2).tolist()[0][:2]
    [[-1.34, -0.45], [0.45, 1.34]]
    """

    def __init__(self, num_groups: int, num_channels: int, *, eps: float = 1e-5, affine: bool = True) -> None:
        check_widths("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        if num_channels % num_groups:
            raise DomainError(f"GroupNorm: {num_channels} channels do not fall into {num_groups} groups of one size")
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps = not_negative("GroupNorm", "eps", eps)
        self.weight = Tensor(np.ones(num_channels)) if affine else None
        self.bias = Tensor(np.zeros(num_channels)) if affine else None
        self.label_parameters()

    def forward(self, x: Any) -> Any:  # (batch, channels, ...)
        """Return x normalized, scaled and shifted."""
        x = as_array(x, "GroupNorm")
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            raise ShapeError(f"GroupNorm: expected x of shape (batch, {self.num_channels}, ...), got {x.shape}")
        width = int(np.prod(x.shape[1:])) // self.num_groups
        groups = reshape(x, (len(x), self.num_groups, width))  # (batch, groups, width)
        x = reshape(unit_rms(centre(groups, axis=2), axis=2, eps=self.eps), x.shape)
        if self.weight is None:
            return x
        column = (1, self.num_channels) + (1,) * (x.ndim - 2)
        return scale_shift(x, reshape(self.weight, column), reshape(self.bias, column))

    def __repr__(self) -> str:
        return f"GroupNorm({self.num_groups}, {self.num_channels})"


# --- what they ask of their arguments -------------------------------------------------------------------------------


def _shape(given: Any, user: str) -> Sizes:
    sizes = tuple(given) if isinstance(given, tuple | list) else (given,)
    if not sizes:
        raise DomainError(f"{user}: expected the size of at least one axis as normalized_shape, got {given!r}")
    for size in sizes:
        check_widths(user, normalized_shape=size)
    return sizes


def _last_axes(x: Any, sizes: Sizes, user: str) -> tuple[Any, Sizes]:
    """Return x as an array, and the axes to normalize over."""
    x = as_array(x, user)
    if x.shape[max(x.ndim - len(sizes), 0) :] != sizes:
        raise ShapeError(f"{user}({_brief(sizes)}): expected x of shape (..., {_listed(sizes)}), got {x.shape}")
    return x, tuple(range(x.ndim - len(sizes), x.ndim))


def _scaled(x: Any, weight: Any, bias: Any) -> Any:
    if weight is None:
        return x
    return x * weight if bias is None else scale_shift(x, weight, bias)


def _listed(sizes: Sizes) -> str:
    return ", ".join(map(str, sizes))


def _brief(sizes: Sizes) -> str:
    return str(sizes[0]) if len(sizes) == 1 else str(sizes)
