"""Layers that look at a small part of an image or sequence at a time, everywhere with the same weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import DomainError, Tensor, conv1d, conv2d, conv_transpose1d, conv_transpose2d
from autograd.arrays.checks import per_axis
from nn.layers.linear import check_widths
from nn.module import Module
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng


class _Convolution(Module):
    """What all of them have: kernels, a bias, and how the kernels move."""

    #: The number of axes that a kernel moves along, and whether it is transposed.
    _axes: ClassVar[int]
    _transposed: ClassVar[bool] = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        rng: Rng = None,
    ) -> None:
        user = type(self).__name__
        check_widths(user, in_channels=in_channels, out_channels=out_channels, groups=groups)
        if in_channels % groups or out_channels % groups:
            raise DomainError(
                f"{user}: in_channels={in_channels} and out_channels={out_channels} must divide into {groups} groups"
            )
        for name, setting in (("stride", stride), ("dilation", dilation)):
            per_axis(user, name, setting, self._axes)
        if not isinstance(padding, str):
            per_axis(user, "padding", padding, self._axes, least=0)
        elif padding not in ("same", "valid"):
            raise DomainError(f'{user}: padding must be "same", "valid" or a number for each axis, got {padding!r}')
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        kernel = per_axis(user, "kernel_size", kernel_size, self._axes)
        rows, columns = (in_channels, out_channels) if self._transposed else (out_channels, in_channels)
        # As PyTorch counts the inputs of an output: for transposed kernels that is not what flows in, but it is kept.
        random, bound = generator(rng), 1.0 / math.sqrt(columns // groups * math.prod(kernel))
        self.weight = Tensor(random.uniform(-bound, bound, (rows, columns // groups, *kernel)))
        self.bias = Tensor(random.uniform(-bound, bound, out_channels)) if bias else None
        self.label_parameters()

    @property
    def _settings(self) -> dict[str, Any]:
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation, "groups": self.groups}

    def __repr__(self) -> str:
        first, second, *kernel = self.weight.shape
        second *= self.groups
        inputs, outputs = (first, second) if self._transposed else (second, first)
        size = kernel[0] if len(set(kernel)) == 1 else tuple(kernel)
        usual = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}
        settings = [f"{name}={setting!r}" for name, setting in self._settings.items() if setting != usual[name]]
        settings += [] if self.bias is not None else ["bias=False"]
        return f"{type(self).__name__}({', '.join([f'{inputs}, {outputs}, {size}', *settings])})"


class Conv1d(_Convolution):
    """A convolution of sequences: each output sees a few neighbouring entries of all channels.

    Parameters are as those of `Conv2d`, with one axis in place of two.

    >>> import numpy as np
    >>> Conv1d(2, 4, 3, padding="same", rng=0)(np.zeros((5, 2, 7))).shape
    (5, 4, 7)
    """

    _axes = 1

    def forward(self, x: Any) -> Any:  # (batch, in_channels, length)
        """Return the convolved sequences, shape (batch, out_channels, places)."""
        return conv1d(x, self.weight, self.bias, **self._settings)


class Conv2d(_Convolution):
    """A convolution of images: each output sees a small window of all channels (LeCun et al. 1989).

    Parameters
    ----------
    in_channels, out_channels
        How many numbers each place of an image has, before and after.
    kernel_size
        The size of the window; a number, or (height, width), as all of these.
    stride
        How far the window moves from one output to the next.
    padding
        How many zeros are put on both sides of each axis; "same" keeps the size, "valid" puts none.
    dilation
        How far apart the entries of a window are.
    groups
        In so many groups the channels are divided; each output sees those of its own group.
    bias
        Whether a number is added to each output channel.
    rng
        A seed or generator. Weight and bias are drawn uniformly from +-1/sqrt(entries of a window), as in PyTorch.

    Attributes
    ----------
    weight
        Shape (out_channels, in_channels / groups, height, width).
    bias
        Shape (out_channels,), or None.

    Raises
    ------
    DomainError
        A setting is out of its range.

    >>> import numpy as np
    >>> layer = Conv2d(1, 4, 3, padding=1, rng=0)
    >>> layer(np.zeros((5, 1, 12, 12))).shape
    (5, 4, 12, 12)
    >>> layer
    Conv2d(1, 4, 3, padding=1)
    """

    _axes = 2

    def forward(self, x: Any) -> Any:  # (batch, in_channels, height, width)
        """Return the convolved images, shape (batch, out_channels, rows, columns)."""
        return conv2d(x, self.weight, self.bias, **self._settings)


class _Transposed(_Convolution):
    """What transposed convolutions have besides: a longer output."""

    _transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        *,
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] = 0,
        output_padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        rng: Rng = None,
    ) -> None:
        user = type(self).__name__
        per_axis(user, "padding", padding, self._axes, least=0)
        per_axis(user, "output_padding", output_padding, self._axes, least=0)
        self.output_padding = output_padding
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            bias=bias,
            rng=rng,
        )

    @property
    def _settings(self) -> dict[str, Any]:
        return {**super()._settings, "output_padding": self.output_padding}


class ConvTranspose1d(_Transposed):
    """The transpose of a convolution of sequences: each entry puts a multiple of the kernel into the output.

    Parameters are as those of `ConvTranspose2d`, with one axis in place of two.

    >>> import numpy as np
    >>> ConvTranspose1d(4, 2, 3, stride=2, rng=0)(np.zeros((5, 4, 7))).shape
    (5, 2, 15)
    """

    _axes = 1

    def forward(self, x: Any) -> Any:  # (batch, in_channels, length)
        """Return longer sequences, shape (batch, out_channels, places)."""
        return conv_transpose1d(x, self.weight, self.bias, **self._settings)


class ConvTranspose2d(_Transposed):
    """The transpose of a convolution of images, which makes small images larger (Zeiler et al. 2010).

    Parameters are as those of `Conv2d`; the weight has shape (in_channels, out_channels / groups, height, width), and
    `output_padding` (less than the stride) makes the output longer at the end of each axis: a `Conv2d` with strides
    gives images of several sizes the same one, and this says which of them is meant.

    >>> import numpy as np
    >>> ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1, rng=0)(np.zeros((5, 4, 6, 6))).shape
    (5, 1, 12, 12)
    """

    _axes = 2

    def forward(self, x: Any) -> Any:  # (batch, in_channels, height, width)
        """Return larger images, shape (batch, out_channels, rows, columns)."""
        return conv_transpose2d(x, self.weight, self.bias, **self._settings)
