"""Write losses.json: values and gradients by the predictions, as PyTorch (float64, CPU) gives them.

    pip install torch numpy
    python -m tests.golden.make_losses        # from the project's root

Each row holds predictions, targets, the value and the gradient by every prediction.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import torch

from tests.golden.table import Row, write

F = torch.nn.functional
NOTES = [
    f"Made by make_losses.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "Every loss is the mean over its predictions, except half_sse_loss, 1/2 sum (target - prediction)^2.",
    "hinge_loss is mean(max(0, 1 - target * score)) with targets of -1 and 1; PyTorch has no binary hinge.",
    "binary_cross_entropy clamps each logarithm at -100 in the value only: PyTorch's gradient is",
    "(p - t) / max(p (1 - p), 1e-12), so a certain and wrong prediction has a gradient of size 1e12, not 0.",
    "It refuses predictions outside [0, 1], nan included.",
    "l1_loss has gradient 0 where prediction and target agree; hinge_loss has 0 on the margin.",
]

LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mse_loss": F.mse_loss,
    "half_sse_loss": lambda predictions, targets: 0.5 * ((targets - predictions) ** 2).sum(),
    "l1_loss": F.l1_loss,
    "huber_loss": F.huber_loss,
    "hinge_loss": lambda scores, targets: torch.relu(1 - targets * scores).mean(),
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "cross_entropy": F.cross_entropy,
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
    "cross_entropy": SCORES,
}


def evaluate(name: str, predictions: Any, targets: Any) -> Row:
    """Evaluate one loss and its gradient by the predictions."""
    guess = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
    goal = torch.tensor(targets, dtype=torch.int64 if name == "cross_entropy" else torch.float64)
    loss = LOSSES[name](guess, goal)
    (gradient,) = torch.autograd.grad(loss, guess)
    row = {"name": name, "predictions": predictions, "targets": targets}
    return row | {"value": loss.item(), "grad": gradient.tolist()}


def main() -> None:
    """Write every row."""
    write("losses", NOTES, rows=[evaluate(name, *case) for name in LOSSES for case in CASES[name]])


if __name__ == "__main__":
    main()
