"""Convolution, and the two maps that transpose it: one sum of products, seen from each of its three sides.

For an input x of shape (batch, g * c, *sizes), a weight w of shape (g * o, c, *kernel), with groups g, and an output y
of shape (batch, g * o, *counts) the sum is

    sum over all n, o, c, p, k of   y[n, o, p] * w[o, c, k] * x[n, c, stride * p + dilation * k - padding]

(Dumoulin & Visin 2016, arXiv:1603.07285). Its derivative in y is the convolution of x and w; that in x is called
transposed convolution; that in w is the gradient of the kernel. Each row is the pullback of the other two, so there
are derivatives of any order, in any number of dimensions.

All three are products of matrices: of the kernels with the windows of x, copied side by side into columns, for few
images at a time, so that the columns stay in the processor's cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive, Multilinear
from autograd.primitives.reductions import sum as sum_over
from autograd.primitives.shaping import reshape
from autograd.primitives.windows import add_windows, sliding_windows

Sizes = tuple[int, ...]
#: Bytes of columns that are multiplied at once.
_AT_ONCE = 1 << 19


def _padded(x: Any, padding: tuple[Sizes, ...]) -> Any:
    if not any(map(any, padding)):
        return x
    sizes = [before + size + after for size, (before, after) in zip(x.shape[2:], padding, strict=True)]
    out = np.zeros((*x.shape[:2], *sizes), x.dtype)
    out[_inside(x.shape[2:], padding)] = x
    return out


def _inside(sizes: Sizes, padding: tuple[Sizes, ...]) -> Any:
    return (..., *[slice(before, before + size) for size, (before, _) in zip(sizes, padding, strict=True)])


def _windows(x: Any, kernel: Sizes, stride: Sizes, padding: tuple[Sizes, ...], dilation: Sizes) -> Any:
    """Return the windows as a view of shape (batch, channels, *kernel, *counts)."""
    found = sliding_windows.array(_padded(x, padding), window=kernel, stride=stride, dilation=dilation)
    count = len(kernel)
    return found.transpose(0, 1, *range(2 + count, 2 + 2 * count), *range(2, 2 + count))


def _parts(batch: int, bytes_each: int) -> Iterator[slice]:
    step = max(_AT_ONCE // max(bytes_each, 1), 1)
    return (slice(start, min(start + step, batch)) for start in range(0, batch, step))


def _columns(windows: Any, groups: int, places: int) -> Iterator[tuple[slice, Any]]:
    """Yield images, and their windows as a stack of matrices (images, groups, channels * kernel, places)."""
    room = None
    for part in _parts(len(windows), windows[:1].nbytes):
        count = part.stop - part.start
        room = np.empty((count, *windows.shape[1:]), windows.dtype) if room is None else room[:count]
        np.copyto(room, windows[part])
        yield part, room.reshape(count, groups, math.prod(windows.shape[1:]) // (groups * places), places)


def _convolve(x: Any, weight: Any, *, stride: Sizes, padding: tuple[Sizes, ...], dilation: Sizes, groups: int) -> Any:
    kernel = weight.shape[2:]
    windows = _windows(x, kernel, stride, padding, dilation)
    counts = windows.shape[2 + len(kernel) :]
    kernels = weight.reshape(groups, weight.shape[0] // groups, weight[0].size)
    out = np.empty((len(x), groups, kernels.shape[1], math.prod(counts)), np.result_type(x, weight))
    for part, columns in _columns(windows, groups, out.shape[-1]):
        np.matmul(kernels, columns, out=out[part])
    return out.reshape(len(x), len(weight), *counts)


def _convolve_kernel(
    x: Any, y: Any, *, kernel: Sizes, stride: Sizes, padding: tuple[Sizes, ...], dilation: Sizes, groups: int
) -> Any:
    counts = y.shape[2:]
    rows = y.reshape(len(y), groups, y.shape[1] // groups, math.prod(counts))
    # Where a stride leaves a rest, the last entries of x stand in no window.
    windows = _windows(x, kernel, stride, padding, dilation)
    size = x.shape[1] // groups * math.prod(kernel)
    out = np.zeros((groups, rows.shape[2], size), np.result_type(x, y))
    for part, columns in _columns(windows, groups, rows.shape[-1]):
        out += np.add.reduce(np.matmul(rows[part], columns.swapaxes(-1, -2)), axis=0)
    return out.reshape(y.shape[1], x.shape[1] // groups, *kernel)


def _convolve_transposed(
    y: Any, weight: Any, *, sizes: Sizes, stride: Sizes, padding: tuple[Sizes, ...], dilation: Sizes, groups: int
) -> Any:
    reach = [step * (width - 1) for step, width in zip(dilation, weight.shape[2:], strict=True)]
    around = tuple([(far - before, far - after) for far, (before, after) in zip(reach, padding, strict=True)])
    outputs, channels = weight.shape[0] // groups, weight.shape[1]
    # Without strides it is a convolution with the kernel reversed. A product with few rows is slow, though.
    if max(stride) == 1 and min(map(min, around)) >= 0 and 4 * channels >= outputs:
        turned = np.flip(weight, tuple(range(2, weight.ndim))).reshape(groups, outputs, channels, *weight.shape[2:])
        turned = turned.swapaxes(1, 2).reshape(groups * channels, outputs, *weight.shape[2:])
        return _convolve(y, turned, stride=stride, padding=around, dilation=dilation, groups=groups)
    return _scatter(y, weight, sizes, stride, padding, dilation, groups)


def _scatter(
    y: Any, weight: Any, sizes: Sizes, stride: Sizes, padding: tuple[Sizes, ...], dilation: Sizes, groups: int
) -> Any:
    """Return the transposed convolution as windows that are added up where the convolution reads them."""
    kernel, counts, channels = weight.shape[2:], y.shape[2:], weight.shape[1]
    rows = y.reshape(len(y), groups, y.shape[1] // groups, math.prod(counts))
    kernels = weight.reshape(groups, rows.shape[2], weight[0].size).swapaxes(1, 2)
    whole = [size + sum(pair) for size, pair in zip(sizes, padding, strict=True)]
    out = np.empty((len(y), groups * channels, *sizes), np.result_type(y, weight))
    first = 2 + len(kernel)
    for part in _parts(len(y), out.itemsize * groups * weight[0].size * rows.shape[-1]):
        windows = np.matmul(kernels, rows[part]).reshape(-1, groups * channels, *kernel, *counts)
        windows = windows.transpose(0, 1, *range(first, first + len(kernel)), *range(2, first))
        shape = (len(windows), groups * channels, *whole)
        added = add_windows.array(windows, shape=shape, window=kernel, stride=stride, dilation=dilation)
        out[part] = added[_inside(sizes, padding)]
    return out


# --- the rows -------------------------------------------------------------------------------------------------------

convolve: Multilinear = Multilinear(
    "convolve",
    _convolve,
    lambda cotangent, x, weight, **geometry: convolve_transposed(cotangent, weight, sizes=x.shape[2:], **geometry),
    lambda cotangent, x, weight, **geometry: convolve_kernel(x, cotangent, kernel=weight.shape[2:], **geometry),
    symbol="∗",
    doc="the convolution of images or sequences with kernels, without reversing them",
)
convolve_transposed: Multilinear = Multilinear(
    "convolve_transposed",
    _convolve_transposed,
    lambda cotangent, y, weight, *, sizes, **geometry: convolve(cotangent, weight, **geometry),
    lambda cotangent, y, weight, *, sizes, **geometry: convolve_kernel(
        cotangent, y, kernel=weight.shape[2:], **geometry
    ),
    symbol="∗ᵀ",
    doc="the transpose of a convolution in its input",
)
convolve_kernel: Multilinear = Multilinear(
    "convolve_kernel",
    _convolve_kernel,
    lambda cotangent, x, y, *, kernel, **geometry: convolve_transposed(y, cotangent, sizes=x.shape[2:], **geometry),
    lambda cotangent, x, y, *, kernel, **geometry: convolve(x, cotangent, **geometry),
    doc="the transpose of a convolution in its kernels: sums of products of input and output",
)


def _convolve_affine(x: Any, weight: Any, bias: Any, **geometry: Any) -> Any:
    out = _convolve(x, weight, **geometry)
    spread = bias.reshape(-1, *[1] * (x.ndim - 2))
    if np.result_type(out, bias) != out.dtype:
        return out + spread
    out += spread  # in place: the product is nobody else's
    return out


def _sum_per_channel(cotangent: Any) -> Any:
    return sum_over(cotangent, axis=(0, *range(2, cotangent.ndim)), keepdims=False)


def _push_affine(tangents: Any, out: Any, x: Any, weight: Any, bias: Any, **geometry: Any) -> Any:
    moved_x, moved_weight, moved_bias = tangents
    terms = [] if moved_x is None else [convolve(moved_x, weight, **geometry)]
    terms += [] if moved_weight is None else [convolve(x, moved_weight, **geometry)]
    total = sum(terms[1:], start=terms[0]) if terms else np.zeros(out.shape, out.dtype)
    return total if moved_bias is None else total + reshape(moved_bias, shape=(-1, *[1] * (x.ndim - 2)))


convolve_affine: ArrayPrimitive = ArrayPrimitive(
    "convolve_affine",
    _convolve_affine,
    lambda cotangent, out, x, weight, bias, **geometry: convolve_transposed(
        cotangent, weight, sizes=x.shape[2:], **geometry
    ),
    lambda cotangent, out, x, weight, bias, **geometry: convolve_kernel(
        x, cotangent, kernel=weight.shape[2:], **geometry
    ),
    lambda cotangent, out, x, weight, bias, **geometry: _sum_per_channel(cotangent),
    push=_push_affine,
    symbol="x∗w+b",
    doc="a convolution and a number added to each of its channels, as one node",
    reads="operands",
)
