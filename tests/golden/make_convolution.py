"""Make tests/golden/convolution.json: the table in tests/tensor/convolution_cases.py, by PyTorch in float64.

Run from the project's folder: `python -m tests.golden.make_convolution`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from tests.golden.make_tensor import NOTES, number, row_of
from tests.golden.table import Row, write
from tests.tensor.convolution_cases import CONVOLUTION_CASES


def _pulled(function: Callable[[Any], Any], x: Any, cotangent: Any) -> Any:
    return torch.autograd.grad(function(x), x, cotangent, create_graph=True)[0]


TORCH: dict[str, Callable[..., Any]] = {
    "conv1d": functional.conv1d,
    "conv1d, strided": lambda x, w: functional.conv1d(x, w, stride=3, padding=1, dilation=2),
    "conv1d, same": lambda x, w: functional.conv1d(x, w, padding="same", dilation=2),
    "conv1d of no sequences": functional.conv1d,
    "conv2d": functional.conv2d,
    "conv2d without bias": lambda x, w: functional.conv2d(x, w, padding=(1, 2)),
    "conv2d, strided": lambda x, w, b: functional.conv2d(x, w, b, stride=(2, 3), padding=1),
    "conv2d, dilated": lambda x, w: functional.conv2d(x, w, dilation=(2, 1), padding=(2, 0)),
    "conv2d in groups": lambda x, w: functional.conv2d(x, w, groups=2),
    "conv2d of each channel": lambda x, w: functional.conv2d(x, w, groups=3, stride=2),
    "conv2d of one entry": functional.conv2d,
    "conv2d of few channels to many": functional.conv2d,
    "conv2d with much padding": lambda x, w: functional.conv2d(x, w, padding=2),
    "conv2d of what lies elsewhere": lambda x, w: functional.conv2d(x.permute(1, 3, 0, 2).flip(1), w.swapaxes(2, 3)),
    "conv_transpose1d": lambda x, w, b: functional.conv_transpose1d(x, w, b, stride=2, padding=1),
    "conv_transpose2d": functional.conv_transpose2d,
    "conv_transpose2d, strided": lambda x, w: functional.conv_transpose2d(x, w, stride=3, padding=1, output_padding=1),
    "conv_transpose2d in groups": lambda x, w: functional.conv_transpose2d(x, w, groups=2, dilation=2),
    "gradient of conv2d in x": lambda x, w, c: _pulled(lambda x: functional.conv2d(x, w), x, c),
    "gradient of conv2d in the weight": lambda w, x, c: _pulled(lambda w: functional.conv2d(x, w, stride=2), w, c),
    "max_pool1d": lambda x: functional.max_pool1d(x, 2, stride=1, padding=1) * x[..., :1],
    "max_pool2d": lambda x: functional.max_pool2d(x, 2) ** 2,
    "max_pool2d, dilated": lambda x: functional.max_pool2d(x, (2, 3), stride=(1, 2), dilation=(2, 1)),
    "gradient of max_pool2d": lambda x, c: _pulled(lambda x: functional.max_pool2d(x, (2, 3), stride=1), x, c),
    "avg_pool1d": lambda x: functional.avg_pool1d(x, 2),
    "avg_pool2d": lambda x: functional.avg_pool2d(x, (2, 3), stride=(1, 2), padding=1) ** 2,
    "avg_pool2d, counted": lambda x: functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False),
    "adaptive_avg_pool1d": lambda x: functional.adaptive_avg_pool1d(x, 3),
    "adaptive_avg_pool2d": lambda x: functional.adaptive_avg_pool2d(x, (2, 3)) ** 2,
    "adaptive_avg_pool2d to one": lambda x: functional.adaptive_avg_pool2d(x, 1),
    "adaptive_max_pool1d": lambda x: functional.adaptive_max_pool1d(x, 4),
    "adaptive_max_pool2d": lambda x: functional.adaptive_max_pool2d(x, (3, None)) ** 2,
}
#: Where several entries are the largest, or one is nan: (name, PyTorch's expression, at); ours has `autograd` there.
_EQUAL = [[[[1.0, 2.0, 2.0], [2.0, 2.0, 0.0], [0.0, 2.0, 2.0]]]]
TIES: list[tuple[str, str, Any]] = [
    ("max_pool2d of equal entries", "functional.max_pool2d(x, 2, stride=1) * x[..., 1:, 1:]", _EQUAL),
    ("adaptive_max_pool2d of equal entries", "functional.adaptive_max_pool2d(x, (2, 1))", _EQUAL),
    ("max_pool1d of equal entries", "functional.max_pool1d(x, 3, stride=1, padding=1)", [[[0.0, 0.0, -1.0, -1.0]]]),
    ("max_pool1d of nan", "functional.max_pool1d(x, 3, stride=2)", [[[float("nan"), 1.0, float("nan"), 3.0, 4.0]]]),
    ("max_pool1d of infinities", "functional.max_pool1d(x, 2)", [[[float("inf"), 1.0, -float("inf"), -1.0]]]),
]


def tie(name: str, expression: str, at: Any) -> Row:
    """Evaluate one delicate case."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    out = eval(expression, {"x": x, "functional": functional})
    (gradient,) = torch.autograd.grad(out.sum(), [x])
    ours = expression.replace("functional.", "autograd.")
    return {"name": name, "ours": ours, "at": number(x), "value": number(out), "grad": number(gradient)}


def main() -> None:
    """Write every row."""
    rows = [row_of(name, CONVOLUTION_CASES[name].inputs, TORCH[name]) for name in CONVOLUTION_CASES]
    write(
        "convolution",
        [NOTES[0].replace("make_tensor", "make_convolution"), NOTES[1]],
        cases=rows,
        ties=[tie(*each) for each in TIES],
    )


if __name__ == "__main__":
    main()
