"""`ReduceOnPlateau`: a learning rate that falls when a metric does not get better any more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from autograd import DomainError, OperandError, UnknownNameError
from autograd.array_node import raw_of
from autograd.trees import describe
from nn.optimizers import Optimizer
from nn.schedules.schedule import check_names, check_optimizer
from nn.settings import count, not_negative


class ReduceOnPlateau:
    """Multiplies the learning rate of every group by a factor after too many epochs without progress.

    Parameters
    ----------
    optimizer
        Whose learning rates are meant.
    goal
        Whether the metric should become small ("min": a loss) or large ("max": an accuracy).
    factor
        What a learning rate is multiplied by, below 1.
    patience
        How many epochs without progress are borne; the next one lowers the rates.
    threshold
        What counts as progress: a change by more than this part of the best metric so far.
    cooldown
        How many epochs after a reduction are not looked at.
    lowest
        The least learning rate.

    Raises
    ------
    DomainError, UnknownNameError
        A setting is out of range.

    >>> import nn
    >>> optimizer = nn.SGD(nn.MLP(2, [1]).parameters(), lr=0.1)
    >>> schedule = nn.ReduceOnPlateau(optimizer, patience=1, factor=0.5)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     schedule.step(loss)
    >>> optimizer.lr
    0.05
    """

    def __init__(
        self,
        optimizer: Optimizer,
        *,
        goal: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        lowest: float = 0.0,
    ) -> None:
        name = type(self).__name__
        check_optimizer(name, optimizer)
        if goal not in ("min", "max"):
            raise UnknownNameError(f'{name}: goal must be "min" or "max", got {goal!r}')
        if not_negative(name, "factor", factor) >= 1:
            raise DomainError(f"{name}: factor must be below 1, got {factor!r}; it multiplies the learning rate")
        self.optimizer, self.goal, self.factor = optimizer, goal, factor
        self.patience = count(name, "patience", patience, least=0)
        self.threshold = not_negative(name, "threshold", threshold)
        self.cooldown = count(name, "cooldown", cooldown, least=0)
        self.lowest = not_negative(name, "lowest", lowest)
        self.best = math.inf if goal == "min" else -math.inf
        self._waited = 0  # epochs without progress
        self._resting = 0  # epochs of the cooldown that are left

    def step(self, metric: Any) -> None:
        """Look at the metric of an epoch, a number or a node; nan is no progress."""
        number = raw_of(metric)
        if not isinstance(number, float | int | np.generic | np.ndarray) or np.size(number) != 1:
            raise OperandError(f"ReduceOnPlateau: expected a metric, one number, got {describe(metric)}")
        number = float(np.asarray(number).item())
        if self._is_better(number):
            self.best, self._waited = number, 0
        else:
            self._waited += 1
        if self._resting:
            self._resting -= 1
            self._waited = 0
        if self._waited > self.patience:
            for group in self.optimizer.groups:
                group["lr"] = max(group["lr"] * self.factor, min(self.lowest, group["lr"]))
            self._waited, self._resting = 0, self.cooldown

    def _is_better(self, metric: float) -> bool:
        # PyTorch takes best * (1 - threshold), which for a best below 0 is a worse metric.
        margin = self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0
        return metric < self.best - margin if self.goal == "min" else metric > self.best + margin

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the best metric and how long ago it was, as arrays by name; the rates are the optimizer's state."""
        return {"best": np.array(self.best), "waited": np.array(self._waited), "resting": np.array(self._resting)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state.

        Raises
        ------
        UnknownNameError, DomainError
            It is not that of a ReduceOnPlateau; nothing is changed.
        """
        name = type(self).__name__
        check_names(name, state, self.state_dict())
        best = np.asarray(state["best"])
        if best.ndim or best.dtype.kind not in "fiu":
            raise DomainError(f"{name}: best must be one number, got {state['best']!r}")
        waited, resting = [count(name, key, np.asarray(state[key]).tolist(), least=0) for key in ("waited", "resting")]
        self.best, self._waited, self._resting = float(best), waited, resting
