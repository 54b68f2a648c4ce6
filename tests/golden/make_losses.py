"""Write losses.json: values and gradients by the predictions, as PyTorch (float64, CPU) gives them.

    pip install torch numpy
    python -m tests.golden.make_losses        # from the project's root

Each row holds predictions, targets, the value and the gradient by every prediction. Rows with settings hold the cost
of every prediction where the reduction is "none", and the gradient of their sum weighted by `shares`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import torch

from tests.golden.table import Row, write
from tests.tensor.cases import numbers

F = torch.nn.functional
NOTES = [
    f"Made by make_losses.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "Every loss is the mean over its predictions, except half_sse_loss, 1/2 sum (target - prediction)^2.",
    "hinge_loss is mean(max(0, 1 - target * score)) with targets of -1 and 1; PyTorch has no binary hinge.",
    "binary_cross_entropy clamps each logarithm at -100 in the value only: PyTorch's gradient is",
    "(p - t) / max(p (1 - p), 1e-12), so a certain and wrong prediction has a gradient of size 1e12, not 0.",
    "It refuses predictions outside [0, 1], nan included.",
    "rmse_loss is the root of mse_loss of the same reduction; where it is 0 PyTorch's gradient is nan, ours 0.",
    "l1_loss has gradient 0 where prediction and target agree; hinge_loss has 0 on the margin.",
]


def half_sse_loss(p: Any, t: Any, *, reduction: str = "sum") -> Any:
    """Return half of PyTorch's squared errors."""
    return 0.5 * F.mse_loss(p, t, reduction=reduction)


def rmse_loss(p: Any, t: Any, *, reduction: str = "mean") -> Any:
    """Return the root of PyTorch's squared errors."""
    return F.mse_loss(p, t, reduction=reduction).sqrt()


def hinge_loss(scores: Any, labels: Any, *, reduction: str = "mean") -> Any:
    """Return the hinge of two classes, which PyTorch does not have."""
    costs = torch.relu(1 - labels * scores)
    return costs if reduction == "none" else getattr(costs, reduction)()


LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "mse_loss": F.mse_loss,
    "half_sse_loss": half_sse_loss,
    "rmse_loss": rmse_loss,
    "l1_loss": F.l1_loss,
    "huber_loss": F.huber_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "hinge_loss": hinge_loss,
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "kl_div_loss": F.kl_div,
    "cross_entropy": F.cross_entropy,
    "nll_loss": F.nll_loss,
    "multi_margin_loss": F.multi_margin_loss,
}

DISTANCES: list[tuple[list[float], list[float]]] = [
    ([0.5, -1.25, 3.0], [1.0, -1.0, -2.0]),
    ([2.0], [2.0]),
    ([0.0, 0.0], [1.0, -1.0]),
    ([1e154, 1.0], [0.0, 0.0]),
    ([inf, 1.0], [0.0, 1.0]),
    ([nan, 1.0], [0.0, 3.0]),
]
PROBABILITIES: list[tuple[list[float], list[float]]] = [
    ([0.3, 0.8, 0.5], [0.0, 1.0, 1.0]),
    ([0.3, 0.8], [0.25, 0.5]),
    ([0.0, 1.0], [0.0, 1.0]),
    ([0.0], [1.0]),
    ([1.0], [0.0]),
    ([1.0, 0.5], [0.0, 1.0]),
    ([1e-300, 1e-9], [1.0, 0.0]),
    ([1e-45], [1.0]),
]
LOGITS: list[tuple[list[float], list[float]]] = [
    ([0.3, -1.8, 2.5], [0.0, 1.0, 1.0]),
    ([0.0, -0.0], [1.0, 0.0]),
    ([0.3, 0.8], [0.25, 0.5]),
    ([710.0, -710.0], [1.0, 0.0]),
    ([710.0, -710.0], [0.0, 1.0]),
    ([1e308, -1e308], [0.0, 1.0]),
    ([30.0, -30.0, 40.0, -40.0], [1.0, 0.0, 0.0, 1.0]),
    ([inf], [0.0]),
    ([-inf], [0.0]),
    ([nan, 1.0], [0.0, 1.0]),
]
SCORES: list[tuple[list[list[float]], list[int]]] = [
    ([[0.1, 0.9], [0.3, -0.2]], [1, 0]),
    ([[0.5, -1.0, 2.0], [3.0, 3.0, 3.0], [0.0, -0.0, 1.0]], [2, 1, 0]),
    ([[1e3, 0.0, -1e3]], [0]),
    ([[1e3, 0.0, -1e3]], [2]),
    ([[1e308, -1e308]], [0]),
    ([[710.0, 710.0]], [1]),
    ([[-inf, 0.0]], [1]),
    ([[-inf, 0.0]], [0]),
    ([[inf, 0.0]], [0]),
    ([[nan, 0.0], [1.0, 2.0]], [0, 1]),
    ([[4.0]], [0]),
]
LOG_PROBABILITIES: list[tuple[list[float], list[float]]] = [
    ([-0.3, -1.8, -2.5], [0.25, 0.0, 1.0]),
    ([-inf, -1.0], [0.5, 0.5]),
    ([-inf, -1.0], [0.0, 1.0]),
    ([nan, -1.0], [0.5, 0.5]),
]
FINITE = [case for case in SCORES if abs(max(map(max, case[0]))) < 1e300 and min(map(min, case[0])) > -inf]
CASES: dict[str, list[Any]] = dict.fromkeys(LOSSES, DISTANCES) | {
    "hinge_loss": [
        ([0.5, -1.25, 3.0], [1.0, -1.0, -1.0]),
        ([1.0, -1.0], [1.0, -1.0]),
        ([0.0, -0.0], [1.0, -1.0]),
        ([inf, -inf], [1.0, 1.0]),
        ([nan, 0.5], [1.0, 1.0]),
    ],
    "binary_cross_entropy": PROBABILITIES,
    "binary_cross_entropy_with_logits": LOGITS,
    "rmse_loss": [case for case in DISTANCES if case[0] != case[1]],
    "kl_div_loss": LOG_PROBABILITIES,
    "cross_entropy": SCORES,
    "nll_loss": SCORES,
    "multi_margin_loss": FINITE,
}

# --- settings -------------------------------------------------------------------------------------------------------

BATCH = numbers(4, 3).tolist()
STACK = numbers(2, 3, 4).tolist()
OTHERS = numbers(4, 3, shift=2).tolist()
SHARES = (numbers(4, 3, shift=3) / 4 + 0.4).tolist()  # from 0 to 1
CLASSES = [2, 0, 1, 1]
DISTRIBUTIONS = torch.tensor(numbers(4, 3, shift=4)).softmax(1).tolist()
WEIGHTS = [0.3, 1.7, 0.9]
BY_CLASS: list[dict[str, Any]] = [{}, {"weight": WEIGHTS}, {"ignore_index": 1}, {"weight": WEIGHTS, "ignore_index": 1}]
SMOOTH: list[dict[str, Any]] = [options | {"label_smoothing": 0.15} for options in BY_CLASS]
#: Losses with predictions, targets and choices of settings, each of which is tried with every reduction.
SETTINGS: list[tuple[str, Any, Any, list[dict[str, Any]]]] = [
    *[(name, BATCH, OTHERS, [{}]) for name in ("mse_loss", "half_sse_loss", "rmse_loss", "l1_loss")],
    ("huber_loss", BATCH, OTHERS, [{}, {"delta": 0.4}]),
    ("smooth_l1_loss", BATCH, OTHERS, [{}, {"beta": 0.4}, {"beta": 0.0}]),
    ("hinge_loss", BATCH, [[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0], [1.0, 1.0, 1.0], [-1.0, 1.0, -1.0]], [{}]),
    ("binary_cross_entropy", SHARES, DISTRIBUTIONS, [{}, {"weight": OTHERS}, {"weight": WEIGHTS}]),
    (
        "binary_cross_entropy_with_logits",
        BATCH,
        DISTRIBUTIONS,
        [{}, {"weight": OTHERS}, {"pos_weight": WEIGHTS}, {"pos_weight": WEIGHTS, "weight": OTHERS}],
    ),
    ("kl_div_loss", BATCH, DISTRIBUTIONS, [{}]),
    ("kl_div_loss", BATCH, OTHERS, [{"log_target": True}]),
    ("cross_entropy", BATCH, CLASSES, BY_CLASS + SMOOTH),
    ("cross_entropy", BATCH, DISTRIBUTIONS, [{}, {"weight": WEIGHTS}, {"weight": WEIGHTS, "label_smoothing": 0.15}]),
    ("cross_entropy", STACK, [[2, 0, 1, 1], [0, 0, 2, 1]], BY_CLASS + SMOOTH),
    ("cross_entropy", BATCH[0], 1, [{}, {"label_smoothing": 0.15}]),
    ("cross_entropy", [[-inf, 0.5, 0.2], [0.1, -inf, 0.4]], [1, 1], [{}, {"weight": WEIGHTS}]),
    ("cross_entropy", [[-inf, 0.5, 0.2], [-inf, 0.1, 0.4]], [1, 0], [{"ignore_index": 0}]),
    ("cross_entropy", [[-inf, 0.5, 0.2]], [1], [{"label_smoothing": 0.15}]),
    ("cross_entropy", [[-inf, 0.5, 0.2]], [[0.0, 0.6, 0.4]], [{}]),
    ("nll_loss", BATCH, CLASSES, BY_CLASS),
    ("nll_loss", STACK, [[2, 0, 1, 1], [0, 0, 2, 1]], BY_CLASS),
    ("multi_margin_loss", BATCH, CLASSES, [{}, {"p": 2, "margin": 0.7}, {"weight": WEIGHTS}]),
]


def tensor(data: Any, **settings: Any) -> torch.Tensor:
    """Make an array of integers or of float64."""
    found = torch.tensor(data)
    return found if found.dtype == torch.int64 else torch.tensor(data, dtype=torch.float64, **settings)


def evaluate(name: str, predictions: Any, targets: Any, **settings: Any) -> Row:
    """Evaluate one loss and its gradient by the predictions."""
    guess = tensor(predictions, requires_grad=True)
    given = {key: tensor(option) if isinstance(option, list) else option for key, option in settings.items()}
    loss = LOSSES[name](guess, tensor(targets), **given)
    shares = torch.tensor(numbers(*loss.shape, shift=5)) if loss.ndim else torch.tensor(1.0)
    (gradient,) = torch.autograd.grad((loss * shares).sum(), guess)
    row = {"name": name, "predictions": predictions, "targets": targets}
    row |= {"settings": settings} if settings else {}
    return row | {"value": loss.tolist(), "grad": gradient.tolist()}


def with_settings() -> list[Row]:
    """Evaluate every choice of settings with every reduction."""
    found = []
    for name, predictions, targets, choices in SETTINGS:
        reductions = ["mean", "sum", "none"] + (["batchmean"] if name == "kl_div_loss" else [])
        for options in choices:
            found += [evaluate(name, predictions, targets, **options, reduction=each) for each in reductions]
    return found


def main() -> None:
    """Write every row."""
    rows = [evaluate(name, *case) for name in LOSSES for case in CASES[name]]
    write("losses", NOTES, rows=rows, settings=with_settings())


if __name__ == "__main__":
    main()
