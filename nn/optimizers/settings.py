"""The check of every setting of an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nn.settings import count, flag, fraction, not_negative, two_fractions

#: By its name, which is the same in all optimizers.
CHECKS: Final[dict[str, Callable[[str, str, Any], Any]]] = {
    "alpha": fraction,
    "amsgrad": flag,
    "betas": two_fractions,
    "centered": flag,
    "eps": not_negative,
    "history": count,
    "initial_accumulator_value": not_negative,
    "lr": not_negative,
    "lr_decay": not_negative,
    "max_evaluations": count,
    "max_iterations": count,
    "momentum": not_negative,
    "nesterov": flag,
    "tolerance_change": not_negative,
    "tolerance_grad": not_negative,
    "weight_decay": not_negative,
}
