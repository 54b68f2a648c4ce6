"""Layers without weights that make images and sequences smaller: of each window one number is kept."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import autograd
from autograd import ShapeError
from autograd.arrays.checks import as_array, per_axis
from nn.module import Module

Sizes = int | tuple[int, ...]


class _Windows(Module):
    """What pooling over windows of a fixed size has: the window, and how it moves."""

    _axes: ClassVar[int]

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, *, padding: Sizes = 0) -> None:
        user = type(self).__name__
        per_axis(user, "kernel_size", kernel_size, self._axes)
        per_axis(user, "stride", kernel_size if stride is None else stride, self._axes)
        per_axis(user, "padding", padding, self._axes, least=0)
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    @property
    def _settings(self) -> dict[str, Any]:
        return {"stride": self.stride, "padding": self.padding}

    def __repr__(self) -> str:
        usual = {"stride": None, "padding": 0, "dilation": 1, "count_include_pad": True}
        settings = [f"{name}={setting!r}" for name, setting in self._settings.items() if setting != usual[name]]
        return f"{type(self).__name__}({', '.join([repr(self.kernel_size), *settings])})"


class _MaxPool(_Windows):
    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, *, padding: Sizes = 0, dilation: Sizes = 1
    ) -> None:
        super().__init__(kernel_size, stride, padding=padding)
        per_axis(type(self).__name__, "dilation", dilation, self._axes)
        self.dilation = dilation

    @property
    def _settings(self) -> dict[str, Any]:
        return {**super()._settings, "dilation": self.dilation}


class MaxPool1d(_MaxPool):
    """The largest number of each window over sequences; see `autograd.max_pool2d` for the settings.

    >>> import numpy as np
    >>> MaxPool1d(2)(np.zeros((5, 3, 8))).shape
    (5, 3, 4)
    """

    _axes = 1

    def forward(self, x: Any) -> Any:  # (batch, channels, length)
        """Return the largest numbers, shape (batch, channels, places)."""
        return autograd.max_pool1d(x, self.kernel_size, **self._settings)


class MaxPool2d(_MaxPool):
    """The largest number of each window over images; see `autograd.max_pool2d` for the settings.

    >>> import numpy as np
    >>> MaxPool2d(2)(np.zeros((5, 3, 8, 6))).shape
    (5, 3, 4, 3)
    """

    _axes = 2

    def forward(self, x: Any) -> Any:  # (batch, channels, height, width)
        """Return the largest numbers, shape (batch, channels, rows, columns)."""
        return autograd.max_pool2d(x, self.kernel_size, **self._settings)


class _AvgPool(_Windows):
    def __init__(
        self, kernel_size: Sizes, stride: Sizes | None = None, *, padding: Sizes = 0, count_include_pad: bool = True
    ) -> None:
        super().__init__(kernel_size, stride, padding=padding)
        self.count_include_pad = count_include_pad

    @property
    def _settings(self) -> dict[str, Any]:
        return {**super()._settings, "count_include_pad": self.count_include_pad}


class AvgPool1d(_AvgPool):
    """The mean of each window over sequences; see `autograd.avg_pool2d` for the settings.

    >>> import numpy as np
    >>> AvgPool1d(2)(np.zeros((5, 3, 8))).shape
    (5, 3, 4)
    """

    _axes = 1

    def forward(self, x: Any) -> Any:  # (batch, channels, length)
        """Return the means, shape (batch, channels, places)."""
        return autograd.avg_pool1d(x, self.kernel_size, **self._settings)


class AvgPool2d(_AvgPool):
    """The mean of each window over images; see `autograd.avg_pool2d` for the settings.

    >>> import numpy as np
    >>> AvgPool2d(2)(np.zeros((5, 3, 8, 6))).shape
    (5, 3, 4, 3)
    """

    _axes = 2

    def forward(self, x: Any) -> Any:  # (batch, channels, height, width)
        """Return the means, shape (batch, channels, rows, columns)."""
        return autograd.avg_pool2d(x, self.kernel_size, **self._settings)


class _Adaptive(Module):
    """Pooling to a given number of windows, whatever the size of what comes in."""

    _axes: ClassVar[int]
    _function: ClassVar[Any]

    def __init__(self, output_size: int | tuple[int | None, ...] | None) -> None:
        asked = output_size if isinstance(output_size, tuple | list) else (output_size,) * self._axes
        given = [1 if count is None else count for count in asked]
        per_axis(type(self).__name__, "output_size", given, self._axes)
        self.output_size = output_size

    def forward(self, x: Any) -> Any:  # (batch, channels, ...)
        """Return one number for each window, shape (batch, channels, *output_size)."""
        return self._function(x, self.output_size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.output_size})"


class AdaptiveAvgPool1d(_Adaptive):
    """The means of as many windows as are asked for; see `autograd.adaptive_avg_pool2d`."""

    _axes = 1
    _function = staticmethod(autograd.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_Adaptive):
    """The means of as many windows as are asked for; see `autograd.adaptive_avg_pool2d`.

    >>> import numpy as np
    >>> AdaptiveAvgPool2d((2, 3))(np.zeros((5, 3, 8, 7))).shape
    (5, 3, 2, 3)
    """

    _axes = 2
    _function = staticmethod(autograd.adaptive_avg_pool2d)


class AdaptiveMaxPool1d(_Adaptive):
    """The largest numbers of as many windows as are asked for; see `autograd.adaptive_avg_pool2d`."""

    _axes = 1
    _function = staticmethod(autograd.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_Adaptive):
    """The largest numbers of as many windows as are asked for; see `autograd.adaptive_avg_pool2d`."""

    _axes = 2
    _function = staticmethod(autograd.adaptive_max_pool2d)


class GlobalAvgPool(Module):
    """The mean of each channel over all places, which lets a network see images of any size (Lin et al. 2014, 3.2).

    >>> import numpy as np
    >>> GlobalAvgPool()(np.zeros((5, 3, 8, 7))).shape
    (5, 3)
    """

    def forward(self, x: Any) -> Any:  # (batch, channels, ...)
        """Return the means, shape (batch, channels)."""
        x = _with_places("GlobalAvgPool", x)
        return autograd.mean(x, axis=tuple(range(2, x.ndim)))

    def __repr__(self) -> str:
        return "GlobalAvgPool()"


class GlobalMaxPool(Module):
    """The largest number of each channel over all places; of several that are equal, the first gets the gradient.

    >>> import numpy as np
    >>> GlobalMaxPool()(np.zeros((5, 3, 8, 7))).shape
    (5, 3)
    """

    def forward(self, x: Any) -> Any:  # (batch, channels, ...)
        """Return the largest numbers, shape (batch, channels)."""
        x = _with_places("GlobalMaxPool", x)
        return autograd.adaptive_max_pool1d(autograd.reshape(x, (*x.shape[:2], math.prod(x.shape[2:]))), 1)[..., 0]

    def __repr__(self) -> str:
        return "GlobalMaxPool()"


def _with_places(user: str, x: Any) -> Any:
    """Return x as an array, after a look at whether its channels have places."""
    x = as_array(x, user)
    if x.ndim < 3 or 0 in x.shape[2:]:
        raise ShapeError(f"{user}: expected shape (batch, channels, ...) with at least one place, got {x.shape}")
    return x
