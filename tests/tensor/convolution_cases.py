"""The part of the table of functions of arrays that convolves and pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd as ag
from tests.tensor.cases import Array, Case, numbers


def pulled(function: Callable[..., Any], *inputs: Any) -> Any:
    """Return the cotangent of the first input, for a cotangent that comes last: a gradient as a function."""
    *operands, cotangent = inputs
    return ag.vjp(lambda x: function(x, *operands[1:]), operands[0])[1](cotangent)[0]


def _case(function: Callable[..., Any], *inputs: Array, **settings: Any) -> Case:
    return Case(lambda *xs: function(*xs, **settings) if settings else function(*xs), inputs)


_image, _kernel, _bias = numbers(2, 2, 4, 3), numbers(3, 2, 3, 2, shift=1), numbers(3, shift=2)
CONVOLUTIONS: dict[str, Case] = {
    "conv1d": Case(ag.conv1d, (numbers(2, 2, 5), numbers(3, 2, 3, shift=1), numbers(3, shift=2))),
    "conv1d, strided": _case(ag.conv1d, numbers(2, 1, 8), numbers(2, 1, 2, shift=1), stride=3, padding=1, dilation=2),
    "conv1d, same": _case(ag.conv1d, numbers(1, 2, 4), numbers(1, 2, 4, shift=1), padding="same", dilation=2),
    "conv1d of no sequences": _case(ag.conv1d, numbers(0, 2, 5), numbers(3, 2, 3, shift=1), numbers(3, shift=2)),
    "conv2d": Case(ag.conv2d, (_image, _kernel, _bias)),
    "conv2d without bias": _case(ag.conv2d, _image, _kernel, padding=(1, 2)),
    "conv2d, strided": _case(ag.conv2d, numbers(2, 1, 5, 4), _kernel[:2, :1], _bias[:2], stride=(2, 3), padding=1),
    "conv2d, dilated": _case(ag.conv2d, numbers(1, 1, 6, 4), _kernel[:1, :1], dilation=(2, 1), padding=(2, 0)),
    "conv2d in groups": _case(ag.conv2d, numbers(2, 4, 3, 3), numbers(6, 2, 2, 2, shift=1), groups=2),
    "conv2d of each channel": _case(ag.conv2d, numbers(1, 3, 3, 3), numbers(6, 1, 2, 2, shift=1), groups=3, stride=2),
    "conv2d of one entry": _case(ag.conv2d, _image, numbers(3, 2, 1, 1, shift=1), _bias),
    "conv2d of few channels to many": _case(ag.conv2d, numbers(2, 1, 3, 3), numbers(5, 1, 2, 2, shift=1)),
    "conv2d with much padding": _case(ag.conv2d, numbers(1, 1, 2, 2), numbers(1, 1, 2, 2, shift=1), padding=2),
    "conv2d of what lies elsewhere": _case(
        lambda x, w: ag.conv2d(x.transpose(1, 3, 0, 2)[:, ::-1], w.swapaxes(2, 3)), numbers(4, 2, 3, 2), _kernel
    ),
    "conv_transpose1d": _case(
        ag.conv_transpose1d, numbers(2, 2, 3), numbers(2, 3, 2, shift=1), numbers(3, shift=2), stride=2, padding=1
    ),
    "conv_transpose2d": Case(ag.conv_transpose2d, (numbers(2, 2, 3, 2), numbers(2, 3, 2, 3, shift=1), _bias)),
    "conv_transpose2d, strided": _case(
        ag.conv_transpose2d, numbers(1, 2, 2, 3), numbers(2, 1, 3, 2, shift=1), stride=3, padding=1, output_padding=1
    ),
    "conv_transpose2d in groups": _case(
        ag.conv_transpose2d, numbers(1, 4, 2, 2), numbers(4, 3, 2, 2, shift=1), groups=2, dilation=2
    ),
    "gradient of conv2d in x": _case(
        lambda x, w, c: pulled(ag.conv2d, x, w, c), numbers(1, 2, 3, 3), _kernel[:, :, :2], numbers(1, 3, 2, 2, shift=3)
    ),
    "gradient of conv2d in the weight": _case(
        lambda w, x, c: pulled(lambda w, x: ag.conv2d(x, w, stride=2), w, x, c),
        _kernel[:, :, :2],
        numbers(1, 2, 3, 4),
        numbers(1, 3, 1, 2, shift=3),
    ),
}
POOLS: dict[str, Case] = {
    "max_pool1d": _case(lambda x: ag.max_pool1d(x, 2, stride=1, padding=1) * x[..., :1], numbers(2, 2, 5)),
    "max_pool2d": _case(lambda x: ag.max_pool2d(x, 2) ** 2, numbers(1, 2, 5, 4)),
    "max_pool2d, dilated": _case(
        ag.max_pool2d, numbers(2, 1, 5, 5), kernel_size=(2, 3), stride=(1, 2), dilation=(2, 1)
    ),
    "gradient of max_pool2d": _case(
        lambda x, c: pulled(lambda x: ag.max_pool2d(x, (2, 3), stride=1), x, c),
        numbers(1, 1, 3, 4),
        numbers(1, 1, 2, 2, shift=3),
    ),
    "avg_pool1d": _case(ag.avg_pool1d, numbers(2, 2, 5), kernel_size=2),
    "avg_pool2d": _case(lambda x: ag.avg_pool2d(x, (2, 3), stride=(1, 2), padding=1) ** 2, numbers(1, 2, 3, 4)),
    "avg_pool2d, counted": _case(
        ag.avg_pool2d, numbers(1, 2, 3, 4), kernel_size=3, stride=2, padding=1, count_include_pad=False
    ),
    "adaptive_avg_pool1d": _case(ag.adaptive_avg_pool1d, numbers(2, 2, 5), output_size=3),
    "adaptive_avg_pool2d": _case(lambda x: ag.adaptive_avg_pool2d(x, (2, 3)) ** 2, numbers(1, 2, 4, 5)),
    "adaptive_avg_pool2d to one": _case(ag.adaptive_avg_pool2d, numbers(2, 2, 3, 2), output_size=1),
    "adaptive_max_pool1d": _case(ag.adaptive_max_pool1d, numbers(2, 2, 6), output_size=4),
    "adaptive_max_pool2d": _case(lambda x: ag.adaptive_max_pool2d(x, (3, None)) ** 2, numbers(1, 2, 5, 3)),
}
CONVOLUTION_CASES: dict[str, Case] = CONVOLUTIONS | POOLS
