"""Convolution of sequences and images with kernels, and its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, per_axis
from autograd.errors import DomainError, OperandError, ShapeError
from autograd.primitives import convolution
from autograd.primitives.shaping import reshape
from autograd.primitives.windows import window_counts

Sizes = tuple[int, ...]


def conv1d(
    x: Any, weight: Any, bias: Any = None, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Return the convolution of sequences with kernels; see `conv2d`, with one axis in place of two.

    >>> conv1d([[[1.0, 2.0, 4.0]]], [[[1.0, -1.0]]]).tolist()
    [[[-1.0, -2.0]]]
    """
    return _convolve("conv1d", 1, x, weight, bias, stride, padding, dilation, groups)


def conv2d(
    x: Any, weight: Any, bias: Any = None, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Return the convolution of images with kernels, which are not reversed (as torch.nn.functional.conv2d).

    Dumoulin & Visin 2016 (arXiv:1603.07285) draw what the settings do.

    Parameters
    ----------
    x
        Shape (batch, channels, height, width).
    weight
        The kernels, shape (outputs, channels / groups, kernel height, kernel width).
    bias
        A number added to each output channel, shape (outputs,).
    stride
        How far the kernel moves from one output to the next; a number, or one for each axis, as all of these.
    padding
        How many zeros are put on both sides of each axis; or "same", for an output of the size of x, or "valid": none.
    dilation
        How far apart the entries are that a kernel multiplies.
    groups
        In so many groups the channels are divided; each output sees the channels of its own group.

    Returns
    -------
        Shape (batch, outputs, rows, columns).

    Raises
    ------
    ShapeError
        The channels do not fit, or the kernel is larger than the padded image.
    DomainError
        A setting is out of its range.

    >>> import numpy as np
    >>> conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), stride=2, padding=1).tolist()
    [[[[1.0, 2.0], [2.0, 4.0]]]]
    """
    return _convolve("conv2d", 2, x, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Return the transposed convolution of sequences; see `conv_transpose2d`, with one axis in place of two.

    >>> conv_transpose1d([[[1.0, 2.0]]], [[[1.0, 10.0]]], stride=2).tolist()
    [[[1.0, 10.0, 2.0, 20.0]]]
    """
    return _transpose("conv_transpose1d", 1, x, weight, bias, stride, padding, output_padding, dilation, groups)


def conv_transpose2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Return the transposed convolution: each entry of x puts a multiple of the kernel into the output.

    It maps images of the size that `conv2d` returns to images of the size that it takes: the same map as the gradient
    of `conv2d` in its input (Zeiler et al. 2010, "Deconvolutional Networks"). Settings are those of that `conv2d`.

    Parameters
    ----------
    x
        Shape (batch, channels, height, width).
    weight
        The kernels, shape (channels, outputs / groups, kernel height, kernel width).
    output_padding
        Entries more at the end of each axis, less than the stride: for strides, several sizes give the same one.

    Returns
    -------
        Shape (batch, outputs, rows, columns), where rows are (height - 1) * stride - 2 * padding + dilation *
        (kernel height - 1) + output_padding + 1.

    Raises
    ------
    ShapeError
        The channels do not fit, or nothing is left after cutting the padding off.
    DomainError
        A setting is out of its range.

    >>> import numpy as np
    >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2))).tolist()
    [[[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]]
    """
    return _transpose("conv_transpose2d", 2, x, weight, bias, stride, padding, output_padding, dilation, groups)


def _convolve(
    user: str, axes: int, x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Any:
    x, weight, bias = _operands(user, axes, x, weight, bias, groups)
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        raise ShapeError(
            f"{user}: x of shape {x.shape} has {x.shape[1]} channels, but weight of shape {weight.shape} expects "
            f"{weight.shape[1]} in each of {groups} groups, and outputs that divide into the groups; "
            "is x (batch, channels, ...), and weight (outputs, channels / groups, ...)?"
        )
    kernel, sizes = weight.shape[2:], x.shape[2:]
    moves, steps = per_axis(user, "stride", stride, axes), per_axis(user, "dilation", dilation, axes)
    around = _around(user, padding, kernel, moves, steps)
    padded = tuple([size + sum(pair) for size, pair in zip(sizes, around, strict=True)])
    if 0 in window_counts(padded, kernel, moves, steps):
        raise ShapeError(
            f"{user}: a kernel of {kernel} with dilation {steps} is larger than the padded image of {padded} "
            f"(x has shape {x.shape}, weight {weight.shape}); use more padding, or a smaller kernel"
        )
    _check_bias(user, bias, weight.shape[0])
    settings = {"stride": moves, "padding": around, "dilation": steps, "groups": groups}
    if bias is None:
        return convolution.convolve(x, weight, **settings)
    return convolution.convolve_affine(x, weight, bias, **settings)


def _transpose(
    user: str,
    axes: int,
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    more: Any,
    dilation: Any,
    groups: Any,
) -> Any:
    x, weight, bias = _operands(user, axes, x, weight, bias, groups)
    if x.shape[1] != weight.shape[0] or weight.shape[0] % groups:
        raise ShapeError(
            f"{user}: x of shape {x.shape} has {x.shape[1]} channels, but weight of shape {weight.shape} expects "
            f"{weight.shape[0]}, in {groups} groups; is x (batch, channels, ...), and weight (channels, outputs / "
            "groups, ...)?"
        )
    kernel = weight.shape[2:]
    moves, steps = per_axis(user, "stride", stride, axes), per_axis(user, "dilation", dilation, axes)
    around = per_axis(user, "padding", padding, axes, least=0)
    extra = per_axis(user, "output_padding", more, axes, least=0)
    if any(size >= move for size, move in zip(extra, moves, strict=True)):
        raise DomainError(f"{user}: output_padding must be less than the stride {moves}, got {extra}")
    sizes = tuple(
        [
            (size - 1) * move - 2 * width + step * (wide - 1) + longer + 1
            for size, move, width, step, wide, longer in zip(
                x.shape[2:], moves, around, steps, kernel, extra, strict=True
            )
        ]
    )
    if min(sizes) < 1:
        raise ShapeError(
            f"{user}: with a padding of {around} nothing is left of the output: sizes {sizes} "
            f"(x has shape {x.shape}, weight {weight.shape})"
        )
    _check_bias(user, bias, weight.shape[1] * groups)
    pairs = tuple([(width, width) for width in around])
    y = convolution.convolve_transposed(
        x, weight, sizes=sizes, stride=moves, padding=pairs, dilation=steps, groups=groups
    )
    return y if bias is None else y + reshape(bias, shape=(-1, *[1] * axes))


# --- checks ---------------------------------------------------------------------------------------------------------


def _operands(user: str, axes: int, x: Any, weight: Any, bias: Any, groups: Any) -> tuple[Any, Any, Any]:
    x, weight = _floats(x, "x", user), _floats(weight, "weight", user)
    bias = None if bias is None else _floats(bias, "bias", user)
    for name, array in (("x", x), ("weight", weight)):
        if array.ndim != axes + 2:
            last = "length" if axes == 1 else "height, width"
            wanted = f"(batch, channels, {last})" if name == "x" else f"(outputs, channels, {last}) of kernels"
            raise ShapeError(f"{user}: expected {name} of shape {wanted}, got {array.shape}")
    if 0 in weight.shape or 0 in x.shape[1:]:
        raise ShapeError(f"{user}: only the batch may be empty, got x of shape {x.shape} and weight {weight.shape}")
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 1:
        raise DomainError(f"{user}: groups must be a whole number from 1 upwards, got {groups!r}")
    return x, weight, bias


def _floats(x: Any, name: str, user: str) -> Any:
    array = as_array(x, user)
    # Whole numbers, such as the bytes of a picture, have no precision: float64 would be a silent choice.
    if isinstance(x, np.ndarray) and x.dtype.kind != "f":
        raise OperandError(
            f"{user}: expected {name} of float32 or float64, got {x.dtype} of shape {x.shape}; "
            "try x.astype(numpy.float32) / 255 for a picture of bytes"
        )
    return array


def _check_bias(user: str, bias: Any, outputs: int) -> None:
    if bias is not None and bias.shape != (outputs,):
        raise ShapeError(f"{user}: expected a bias of shape ({outputs},), one number for each output, got {bias.shape}")


def _around(user: str, padding: Any, kernel: Sizes, stride: Sizes, dilation: Sizes) -> tuple[Sizes, ...]:
    """Return how many zeros are put before and after each axis."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise DomainError(f'{user}: padding must be "same", "valid" or a number for each axis, got {padding!r}')
        if padding == "same" and max(stride) > 1:
            raise DomainError(f'{user}: padding="same" needs a stride of 1, got {stride}; give the padding in numbers')
        whole = [step * (wide - 1) if padding == "same" else 0 for step, wide in zip(dilation, kernel, strict=True)]
        return tuple([(width // 2, width - width // 2) for width in whole])
    return tuple([(width, width) for width in per_axis(user, "padding", padding, len(kernel), least=0)])
