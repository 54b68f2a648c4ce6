"""Write schedules.json: learning rates of PyTorch's schedulers, and its averages of weights along a path.

    pip install torch numpy
    python -m tests.golden.make_schedules         # from the project's root

A row names a schedule of this library with its settings; beside it stands the scheduler that it is held to.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import lr_scheduler, swa_utils

from tests.golden.table import START, Row, valley, write

NOTES = [
    f"Made by make_schedules.py with PyTorch {torch.__version__}, float64 on the CPU.",
    "Rates are those of the groups with lr 0.2 and 0.03, at step 0 and after each step of the schedule.",
    "Averages are of the four parameters of table.valley under SGD with lr 0.3, one update after each step.",
]
STEPS = 24
RATES = [0.2, 0.03]
Scheduler = Callable[[torch.optim.Optimizer], Any]


def warmed(optimizer: torch.optim.Optimizer) -> Any:
    """Return a cosine after a linear warm-up."""
    first = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
    then = lr_scheduler.CosineAnnealingLR(optimizer, T_max=19)
    return lr_scheduler.SequentialLR(optimizer, [first, then], milestones=[5])


def one_cycle(**settings: Any) -> Scheduler:
    """Return the scheduler whose highest rates are those of the groups."""
    return lambda optimizer: lr_scheduler.OneCycleLR(
        optimizer, max_lr=RATES, total_steps=STEPS + 1, cycle_momentum=False, **settings
    )


#: (schedule, its settings, PyTorch's scheduler)
SCHEDULES: list[tuple[str, dict[str, Any], Scheduler]] = [
    ("step_decay", {"every": 5, "factor": 0.3}, lambda o: lr_scheduler.StepLR(o, 5, gamma=0.3)),
    ("multi_step", {"at": [3, 3, 11]}, lambda o: lr_scheduler.MultiStepLR(o, [3, 3, 11])),
    ("exponential", {"factor": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    ("cosine", {"steps": 24}, lambda o: lr_scheduler.CosineAnnealingLR(o, 24)),
    (
        "cosine_restarts",
        {"period": 3, "growth": 2},
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, T_mult=2),
    ),
    ("cosine_restarts", {"period": 7}, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7)),
    ("warm_up", {"steps": 7}, lambda o: lr_scheduler.LinearLR(o, total_iters=7)),
    ("warm_up", {"steps": 5, "start": 0.1, "then": "cosine", "then_steps": 19}, warmed),
    ("one_cycle", {"steps": 25}, one_cycle()),
    (
        "one_cycle",
        {"steps": 25, "rise": 0.45, "start": 0.1, "end": 0.02, "shape": "line"},
        one_cycle(pct_start=0.45, div_factor=10.0, final_div_factor=5.0, anneal_strategy="linear"),
    ),
]
METRICS = [
    1.0,
    0.5,
    0.49999,
    0.6,
    0.55,
    0.7,
    0.4,
    0.41,
    0.42,
    float("nan"),
    0.43,
    0.44,
    0.45,
    0.46,
    0.3,
    0.35,
    0.36,
    0.37,
]
PLATEAUS: list[dict[str, Any]] = [
    {"patience": 2, "factor": 0.5},
    {"patience": 0, "factor": 0.7, "cooldown": 2, "lowest": 0.02},
    {"patience": 1, "goal": "max", "threshold": 0.1, "factor": 0.5},
]
PLATEAU_NAMES = {"goal": "mode", "lowest": "min_lr"}
AVERAGES = [("EMA", {"decay": 0.9}), ("EMA", {"decay": 0.25}), ("SWA", {})]


def optimizer() -> torch.optim.Optimizer:
    """Return an optimizer of two groups."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in RATES]
    return torch.optim.SGD(groups, lr=1.0)


def rates(name: str, settings: dict[str, Any], make: Scheduler) -> Row:
    """Follow the rates of one scheduler."""
    driven = optimizer()
    scheduler = make(driven)
    found = [[group["lr"] for group in driven.param_groups]]
    for _ in range(STEPS):
        driven.step()
        scheduler.step()
        found.append([group["lr"] for group in driven.param_groups])
    return {"name": name, "settings": settings, "rates": found}


def plateau(settings: dict[str, Any]) -> Row:
    """Follow the rates as metrics come in."""
    driven = optimizer()
    renamed = {PLATEAU_NAMES.get(name, name): setting for name, setting in settings.items()}
    scheduler = lr_scheduler.ReduceLROnPlateau(driven, **renamed)
    found = []
    for metric in METRICS:
        scheduler.step(metric)
        found.append([group["lr"] for group in driven.param_groups])
    return {"name": "ReduceOnPlateau", "settings": settings, "metrics": METRICS, "rates": found}


class Model(torch.nn.Module):
    """The four parameters of the valley."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.nn.ParameterList([torch.tensor(start, dtype=torch.float64) for start in START])


def average(name: str, settings: dict[str, Any]) -> Row:
    """Follow an average of weights."""
    model = Model()
    rule = {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(settings["decay"])} if name == "EMA" else {}
    averaged = swa_utils.AveragedModel(model, **rule)
    descent = torch.optim.SGD(model.parameters(), lr=0.3)
    path = []
    for _ in range(8):
        descent.zero_grad()
        valley(list(model.w)).backward()
        descent.step()
        averaged.update_parameters(model)
        path.append([parameter.item() for parameter in averaged.module.w])
    return {"name": name, "settings": settings, "path": path}


def main() -> None:
    """Write every row."""
    warnings.filterwarnings("ignore", message="The epoch parameter")
    write(
        "schedules",
        NOTES,
        schedules=[rates(*case) for case in SCHEDULES],
        plateaus=[plateau(settings) for settings in PLATEAUS],
        averages=[average(*case) for case in AVERAGES],
    )


if __name__ == "__main__":
    main()
