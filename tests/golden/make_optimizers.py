"""Write optimizers.json: paths of PyTorch's optimizers (float64, CPU) over a small fixed loss, and gradient clipping.

    pip install torch numpy
    python -m tests.golden.make_optimizers        # from the project's root

The loss is `valley` of table.py, written with plain operators, so the same lines run on PyTorch and on this library.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import torch

from tests.golden.table import START, Row, valley, write

NOTES = [
    f"Made by make_optimizers.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "Each path holds the parameters after the steps listed in `after`, from table.START, on table.valley.",
    "clip_grad_norm multiplies by max_norm / (norm + 1e-6) if that is below 1, as PyTorch does: the result's norm",
    "is a little below max_norm. A norm of inf or nan gives zeros or nan: nothing is raised.",
]
AFTER = [1, 2, 3, 10, 50]
RUNS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "betas": [0.8, 0.95], "eps": 1e-3}),
]
GRADIENTS = [[3.0, -4.0], [0.3, -0.4, 0.0], [0.0, 0.0], [1e-9, 1e-9], [1e200, 1e200], [inf, 1.0], [nan, 1.0]]


def run(name: str, settings: dict[str, Any]) -> Row:
    """Follow one optimizer for 50 steps."""
    parameters = [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in START]
    optimizer = getattr(torch.optim, name)(parameters, **settings)
    path = []
    for step in range(1, AFTER[-1] + 1):
        optimizer.zero_grad()
        valley(parameters).backward()
        optimizer.step()
        if step in AFTER:
            path.append([parameter.item() for parameter in parameters])
    return {"name": name, "settings": settings, "after": AFTER, "path": path}


def clip(name: str, gradients: list[float], limit: float) -> Row:
    """Clip the gradients of as many parameters, by PyTorch's function of that name."""
    parameters = [torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
    norm = getattr(torch.nn.utils, name + "_")(parameters, limit)
    clipped = [parameter.grad.item() for parameter in parameters]
    row = {"name": name, "gradients": gradients, "limit": limit, "clipped": clipped}
    return row | ({} if norm is None else {"norm": norm.item()})


def main() -> None:
    """Write every row."""
    names = ("clip_grad_norm", "clip_grad_value")
    write(
        "optimizers",
        NOTES,
        paths=[run(*case) for case in RUNS],
        clips=[clip(name, gradients, limit) for name in names for gradients in GRADIENTS for limit in (1.0, 5.0)],
    )


if __name__ == "__main__":
    main()
