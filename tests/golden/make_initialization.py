"""Write initialization.json: fans, gains and widths of PyTorch's initializers.

python -m tests.golden.make_initialization        # from the project's root
"""

from __future__ import annotations

import math
from typing import Any
from unittest import mock

import torch

from tests.golden.table import Row, write

init = torch.nn.init
NOTES = [
    f"PyTorch {torch.__version__.partition('+')[0]}, made by tests/golden/make_initialization.py",
    "bound is what is handed to the uniform distribution, std what is handed to the normal one.",
]
SHAPES = [(5, 3), (3, 7), (4, 6, 3), (8, 2, 3, 5)]
#: Ours, its settings, PyTorch's, its settings.
INITIALIZERS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("xavier_uniform", {}, "xavier_uniform_", {}),
    ("xavier_uniform", {"gain": 1.7}, "xavier_uniform_", {"gain": 1.7}),
    ("xavier_normal", {}, "xavier_normal_", {}),
    ("xavier_normal", {"gain": 1.7}, "xavier_normal_", {"gain": 1.7}),
    ("he_uniform", {}, "kaiming_uniform_", {}),
    ("he_uniform", {"slope": math.sqrt(5.0)}, "kaiming_uniform_", {"a": math.sqrt(5.0)}),
    ("he_uniform", {"mode": "fan_out"}, "kaiming_uniform_", {"mode": "fan_out"}),
    ("he_normal", {}, "kaiming_normal_", {}),
    ("he_normal", {"slope": 0.3, "mode": "fan_out"}, "kaiming_normal_", {"a": 0.3, "mode": "fan_out"}),
    ("lecun_uniform", {}, "kaiming_uniform_", {"nonlinearity": "linear"}),
    ("lecun_normal", {}, "kaiming_normal_", {"nonlinearity": "linear"}),
]
GAINS = [("linear", {}), ("sigmoid", {}), ("tanh", {}), ("relu", {}), ("selu", {}), ("leaky_relu", {"slope": 0.3})]


def width(shape: tuple[int, ...], name: str, settings: dict[str, Any]) -> float:
    """Return the last argument of the draw that PyTorch makes: the bound or the standard deviation."""
    weight = torch.empty(shape)
    with mock.patch.object(torch.Tensor, "uniform_") as uniform, mock.patch.object(torch.Tensor, "normal_") as normal:
        getattr(init, name)(weight, **settings)
    (call,) = [*uniform.call_args_list, *normal.call_args_list]
    return float(call.args[1])


def main() -> None:
    """Write every row."""
    widths: list[Row] = [
        {"name": ours, "settings": settings, "shape": shape, "width": width(shape, theirs, given)}
        for ours, settings, theirs, given in INITIALIZERS
        for shape in SHAPES
    ]
    fans: list[Row] = [
        {"shape": shape, "fans": init._calculate_fan_in_and_fan_out(torch.empty(shape))} for shape in SHAPES
    ]
    gains: list[Row] = [
        {"name": name, "settings": settings, "gain": float(init.calculate_gain(name, *settings.values()))}
        for name, settings in GAINS
    ]
    write("initialization", NOTES, widths=widths, fans=fans, gains=gains)


if __name__ == "__main__":
    main()
