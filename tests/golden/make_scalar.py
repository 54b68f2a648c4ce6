"""Write scalar.json: what PyTorch (float64, CPU) says about every scalar primitive at its edges.

    pip install torch numpy
    python -m tests.golden.make_scalar        # from the project's root

Each row holds the operands (`at`), the value and the gradient by each operand (None where PyTorch defines none);
rows of `second` hold the Hessian by the operands listed in `wrt`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import torch

from tests.golden.table import Row, write

F = torch.nn.functional
ZERO = torch.tensor(0.0, dtype=torch.float64)

NOTES = [
    f"Made by make_scalar.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "softplus is logaddexp(x, 0): torch.nn.functional.softplus replaces the function by x beyond a threshold of 20.",
    "leaky_relu takes its slope as second operand, as torch.prelu does (equal to leaky_relu in value and gradient).",
    "elu by alpha: PyTorch's alpha is a plain number; the gradient is that of where(x > 0, x, alpha * expm1(x)).",
    "dot is bias + w_1 x_1 + w_2 x_2 + ..., added in this order, which decides where a sum overflows.",
    "step is heaviside(x, 0), for which PyTorch defines no gradient; nor does it for comparisons and conditions.",
    "0 * inf inside PyTorch's own gelu and silu gives nan at -inf and in the slope at inf; the limits exist.",
    "erf-based gelu is 0.5 x (1 + erf(x / sqrt 2)): below x = -5 the subtraction leaves few correct digits.",
    "sign, step and comparisons of nan are 0; absolute, floor and clip of nan have gradient 0, relu of nan has 1.",
]


def elu(x: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Give x its gradient by torch's elu and alpha its own by expm1, each without the other's 0 * inf."""
    slope = torch.expm1(x.detach().clamp(max=0.0))
    return F.elu(x, float(alpha.detach())) + (alpha - alpha.detach()) * slope  # the second term is worth zero


def elu_twice(x: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Write elu out, for second derivatives at ordinary points."""
    return torch.where(x > 0, x, alpha * torch.expm1(x))


FUNCTIONS: dict[str, Callable[..., torch.Tensor]] = {
    "add": torch.add,
    "subtract": torch.subtract,
    "multiply": torch.multiply,
    "divide": torch.divide,
    "negative": torch.negative,
    "power": torch.pow,
    "absolute": torch.abs,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "arcsin": torch.arcsin,
    "arccos": torch.arccos,
    "arctan": torch.arctan,
    "arctan2": torch.arctan2,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": lambda x: torch.logaddexp(x, ZERO),
    "relu": torch.relu,
    "leaky_relu": lambda x, slope: torch.prelu(x.reshape(1), slope.reshape(1)).reshape(()),
    "elu": elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "erf": torch.erf,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "clip": torch.clamp,
    "where": lambda condition, x, y: torch.where(condition.detach() != 0, x, y),
    "sign": torch.sign,
    "floor": torch.floor,
    "step": lambda x: torch.heaviside(x, ZERO),
    "less": torch.less,
    "less_equal": torch.less_equal,
    "greater": torch.greater,
    "greater_equal": torch.greater_equal,
    "equal": torch.eq,
    "not_equal": torch.not_equal,
}
NARY: dict[str, Callable[..., torch.Tensor]] = {
    "dot": lambda ws, xs, bias: sum((w * x for w, x in zip(ws, xs, strict=True)), bias),
    "total": torch.sum,
    "logsumexp": lambda xs: torch.logsumexp(xs, 0),
}
COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")

TINY = 5e-324
UNARY_POINTS = [0.0, -0.0, inf, -inf, nan, TINY, -TINY, 1e-300, -1e-300, 1e-9, 0.5, -0.5, 1.0, -1.0, 2.5, -2.5]
UNARY_POINTS += [30.0, -30.0, 710.0, -710.0, 1e3, -1e3, 1e154, -1e154, 1e308, -1e308]

PAIRS = [(1.5, -2.5), (0.0, 0.0), (0.0, -0.0), (-0.0, 0.0), (-0.0, -0.0), (1.0, 0.0), (1.0, -0.0), (-1.0, 0.0)]
PAIRS += [(0.0, 2.0), (0.0, -2.0), (-0.0, 2.0), (-0.0, -2.0), (2.0, 2.0), (-2.0, -2.0), (inf, inf), (inf, -inf)]
PAIRS += [(-inf, -inf), (inf, 0.0), (0.0, inf), (-0.0, -inf), (inf, 2.0), (2.0, inf), (2.0, -inf), (nan, 1.0)]
PAIRS += [(1.0, nan), (nan, nan), (1e308, 1e308), (-1e308, 1e308), (1e154, 1e-154), (1e-300, 1e-300), (TINY, 2.0)]
PAIRS += [(1.0, TINY), (1e308, 1e-300), (1e-300, 1e308), (0.5, 1e3)]

POWERS = [(0.0, 0.0), (-0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (-0.0, 1.0), (0.0, 2.0), (0.0, 3.0), (-0.0, 3.0)]
POWERS += [(0.0, -1.0), (-0.0, -1.0), (0.0, -2.0), (0.0, -0.5), (-2.0, 2.0), (-2.0, 3.0), (-2.0, -1.0), (-2.0, 0.0)]
POWERS += [(-2.0, 0.5), (-2.0, 1.5), (-1.0, 0.5), (-1.0, inf), (1.0, inf), (1.0, -inf), (1.0, nan), (nan, 0.0)]
POWERS += [(nan, 1.0), (2.0, nan), (2.0, 0.0), (2.0, 0.5), (2.5, -1.5), (2.0, inf), (2.0, -inf), (0.5, inf)]
POWERS += [(0.5, -inf), (0.0, inf), (0.0, -inf), (0.0, nan), (inf, 0.0), (inf, 0.5), (inf, 2.0), (inf, -1.0)]
POWERS += [(-inf, 2.0), (-inf, 3.0), (-inf, 0.5), (-inf, -1.0), (inf, inf), (1e154, 2.0), (1e155, 2.0), (1e308, 2.0)]
POWERS += [(-1e308, 3.0), (1e-300, 2.0), (1e-300, -2.0), (TINY, 0.5), (10.0, 308.0), (10.0, 309.0), (30.0, 30.0)]
POWERS += [(1e-300, 0.0)]

CLIPS = [(x, -1.0, 1.0) for x in (0.25, -1.0, 1.0, 2.0, -2.0, 0.0, -0.0, inf, -inf, nan, 1e308, TINY)]
CLIPS += [(0.5, 0.5, 0.5), (2.0, 0.5, 0.5), (0.0, 2.0, 1.0), (1.5, 2.0, 1.0), (3.0, 2.0, 1.0), (3.0, -inf, inf)]
CLIPS += [(inf, -inf, inf), (1.0, nan, 2.0), (1.0, 0.0, nan)]

SLOPED = [
    0.0,
    -0.0,
    inf,
    -inf,
    nan,
    TINY,
    -TINY,
    1e-9,
    -1e-9,
    0.5,
    -0.5,
    2.5,
    -2.5,
    -30.0,
    710.0,
    -710.0,
    1e308,
    -1e308,
]
CHOICES = [(c, x, y) for c in (1.0, 0.0) for x, y in ((2.5, -3.5), (nan, 1.0), (1.0, nan), (inf, -inf), (-0.0, 0.0))]

POINTS: dict[str, list[tuple[float, ...]]] = {name: [(x,) for x in UNARY_POINTS] for name in FUNCTIONS}
POINTS |= dict.fromkeys(("add", "subtract", "multiply", "divide", "maximum", "minimum", "arctan2"), PAIRS)
POINTS |= {name: [*PAIRS[:3], *PAIRS[8:10], PAIRS[12], *PAIRS[14:16], *PAIRS[23:26]] for name in COMPARISONS}
POINTS |= {"power": POWERS, "clip": CLIPS, "where": CHOICES}
POINTS["leaky_relu"] = [(x, slope) for slope in (0.01, 0.3, 0.0) for x in SLOPED]
POINTS["elu"] = [(x, alpha) for alpha in (1.0, 0.3) for x in SLOPED]
POINTS["arcsin"] = POINTS["arccos"] = [(x,) for x in (*UNARY_POINTS[:14], 0.999999, 1.0000001, 2.5, -2.5, 1e308)]

NARY_POINTS: dict[str, list[tuple[Any, ...]]] = {
    "dot": [
        ([1.5, -2.0, 0.25], [4.0, 0.5, -3.0], 0.75),
        ([2.0], [-3.0], 0.0),
        ([0.0, inf], [1.0, 2.0], 0.0),
        ([0.0, 1.0], [inf, 2.0], 0.0),
        ([1.0, nan], [0.0, 0.0], 1.0),
        ([1e308, 1e308], [1.0, 1.0], -1e308),
        ([1e154, -1e154], [1e154, 1e154], 1.0),
        ([-0.0], [1.0], -0.0),
    ],
    "total": [([1.5, -2.0, 0.25],), ([3.0],), ([inf, 1.0],), ([inf, -inf],), ([nan, 1.0],), ([1e308, 1e308, -1e308],)],
    "logsumexp": [
        ([0.5, -1.0, 2.0],),
        ([3.0],),
        ([2.0, 2.0, 2.0],),
        ([1e3, 1e3],),
        ([-1e3, -1e3],),
        ([710.0, -710.0, 0.0],),
        ([1e308, -1e308],),
        ([-inf, -inf],),
        ([-inf],),
        ([-inf, 1.0, 2.0],),
        ([inf, 1.0],),
        ([inf, inf],),
        ([inf, -inf],),
        ([nan, 1.0],),
        ([nan, inf],),
        ([nan, -inf],),
        ([0.0, -0.0],),
        ([1e-300, TINY],),
    ],
}

ORDINARY: dict[str, list[tuple[float, ...]]] = {name: [(0.3,), (0.85,), (-0.6,)] for name in FUNCTIONS}
ORDINARY |= {name: [(0.3,), (1.7,)] for name in ("log", "sqrt")}
ORDINARY |= {name: [(0.3,), (2.7,), (-3.6,)] for name in ("sinh", "cosh", "softplus", "sigmoid", "gelu", "silu", "exp")}
ORDINARY |= {name: [(1.3, -0.7), (-2.1, -1.9)] for name in ("add", "subtract", "multiply", "divide", "arctan2")}
ORDINARY |= {name: [(1.3, -0.7), (0.4, 0.9)] for name in ("maximum", "minimum")}
ORDINARY |= {"power": [(1.3, 2.7), (0.4, -1.2)], "clip": [(0.3, -1.0, 1.0), (1.7, -1.0, 1.0), (-1.7, -1.0, 1.0)]}
ORDINARY |= {name: [(0.3, 0.2), (-0.6, 0.2)] for name in ("leaky_relu", "elu")}
ORDINARY["where"] = [(1.0, 0.3, 0.7), (0.0, 0.3, 0.7)]
# The exponent is a constant: bases for which the derivative by the exponent would be complex or undefined.
BASE_ONLY = [(0.0, 2.0), (0.0, 3.0), (0.0, 1.0), (0.0, 0.0), (-1.5, 3.0), (-1.5, 2.0), (-1.5, -1.0), (-0.0, 2.0)]


def number(cell: torch.Tensor | None) -> Any:
    """Unwrap a gradient to floats, None where PyTorch has none."""
    return None if cell is None else cell.detach().double().tolist()


def first_order(name: str, function: Callable[..., torch.Tensor], at: tuple[Any, ...]) -> Row:
    """Evaluate value and gradient by every operand."""
    operands = [torch.tensor(cell, dtype=torch.float64, requires_grad=True) for cell in at]
    value = function(*operands)
    gradient: list[Any] = [None] * len(operands)
    if value.requires_grad:
        try:
            gradient = [number(cell) for cell in torch.autograd.grad(value, operands, allow_unused=True)]
        except RuntimeError as error:  # heaviside: "derivative not implemented"
            if "not implemented" not in str(error):
                raise
    return {"name": name, "at": at, "value": number(value), "grad": gradient}


def second_order(name: str, at: tuple[float, ...], wrt: list[int]) -> Row:
    """Evaluate the Hessian by the operands listed in `wrt`, the others held constant."""

    def function(chosen: torch.Tensor) -> torch.Tensor:
        if name == "power" and wrt == [0]:
            return torch.pow(chosen[0], at[1])  # as in x ** 2; a constant tensor as exponent gives nan for x ** 0
        operands = [torch.tensor(cell, dtype=torch.float64) for cell in at]
        for position, index in enumerate(wrt):
            operands[index] = chosen[position]
        return (elu_twice if name == "elu" else FUNCTIONS[name])(*operands)

    point = torch.tensor([at[index] for index in wrt], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(function, point)
    return {"name": name, "at": at, "wrt": wrt, "hessian": number(hessian)}


def main() -> None:
    """Write every row."""
    differentiable = [name for name in FUNCTIONS if name not in (*COMPARISONS, "step")]
    write(
        "scalar",
        NOTES,
        first=[first_order(name, FUNCTIONS[name], at) for name in FUNCTIONS for at in POINTS[name]],
        nary=[first_order(name, NARY[name], at) for name in NARY for at in NARY_POINTS[name]],
        second=[
            second_order(name, at, list(range(int(name == "where"), len(at))))
            for name in differentiable
            for at in ORDINARY[name]
        ]
        + [second_order("power", at, [0]) for at in BASE_ONLY],
    )


if __name__ == "__main__":
    main()
