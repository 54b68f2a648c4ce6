"""Write optimizers.json: paths of PyTorch's optimizers (float64, CPU) over a small fixed loss, and gradient clipping.

    pip install torch numpy
    python -m tests.golden.make_optimizers        # from the project's root

The loss is `valley` of table.py, written with plain operators, so the same lines run on PyTorch and on this library.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import torch

from tests.golden.table import LANDSCAPES, START, Row, valley, write

NOTES = [
    f"Made by make_optimizers.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "Each path holds the parameters after the steps listed in `after`, from table.START, on table.valley. A search of",
    "L-BFGS is on the landscape it names; it also holds the losses returned, and how often the closure was called.",
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
    ("Adam", {"lr": 0.1, "amsgrad": True, "betas": [0.8, 0.6]}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "betas": [0.7, 0.9], "amsgrad": True}),
    ("Adagrad", {"lr": 0.3}),
    ("Adagrad", {"lr": 0.3, "lr_decay": 0.05, "initial_accumulator_value": 0.2, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "centered": True}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "momentum": 0.8, "centered": True, "weight_decay": 0.1}),
]
#: Runs of L-BFGS: the landscape, after how many steps the path is held, and the settings.
SEARCHES: list[tuple[str, list[int], dict[str, Any]]] = [
    ("valley", [1, 2, 3, 50], {"max_iterations": 2}),
    ("valley", [1, 2, 50], {}),
    ("rosenbrock", [1, 2, 3, 5, 8, 50], {"max_iterations": 3, "history": 4}),
    ("rosenbrock", [1, 2, 50], {"lr": 0.3}),
    ("rosenbrock", [1, 2, 3, 4], {"lr": 30.0, "max_iterations": 4, "max_evaluations": 9}),
]
TORCH_NAMES = {"max_iterations": "max_iter", "max_evaluations": "max_eval", "history": "history_size"}
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


def search(landscape: str, after: list[int], settings: dict[str, Any]) -> Row:
    """Follow L-BFGS with its line search; note how often it looks at the loss."""
    parameters = [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in START]
    renamed = {TORCH_NAMES.get(name, name): setting for name, setting in settings.items()}
    optimizer = torch.optim.LBFGS(
        parameters, history_size=renamed.pop("history_size", 100), **renamed, line_search_fn="strong_wolfe"
    )
    looks = 0

    def closure() -> torch.Tensor:
        nonlocal looks
        looks += 1
        optimizer.zero_grad()
        loss = LANDSCAPES[landscape](parameters)
        loss.backward()
        return loss

    path, losses = [], []
    for step in range(1, after[-1] + 1):
        loss = optimizer.step(closure)
        if step in after:
            path.append([parameter.item() for parameter in parameters])
            losses.append(loss.item())
    row = {"name": "LBFGS", "landscape": landscape, "settings": settings, "after": after, "path": path}
    return row | {"losses": losses, "looks": looks}


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
        searches=[search(*case) for case in SEARCHES],
        clips=[clip(name, gradients, limit) for name in names for gradients in GRADIENTS for limit in (1.0, 5.0)],
    )


if __name__ == "__main__":
    main()
