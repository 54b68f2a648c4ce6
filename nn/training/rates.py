"""Learning rates: changed while a training runs, and found before it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, UnknownNameError
from nn.optimizers import Adam
from nn.randomness import generator
from nn.schedules import ReduceOnPlateau, Schedule
from nn.training.batches import read_batches
from nn.training.callback import Callback
from nn.training.history import monitored
from nn.training.runners import Loss, runner_of

if TYPE_CHECKING:
    from nn.randomness import Rng
    from nn.training.trainer import Trainer


class LearningRate(Callback):
    """Let the learning rate follow a schedule.

    Parameters
    ----------
    schedule
        A function from the number of the epoch or iteration, counted from 0, to what the learning rate is multiplied
        by, such as those of `nn.schedules`.
    every
        "epoch" or "iteration": what is counted.
    settings
        Passed on to the function: `LearningRate(nn.schedules.cosine, steps=30)`.
    """

    def __init__(self, schedule: Callable[..., float], *, every: str = "epoch", **settings: Any) -> None:
        if every not in ("epoch", "iteration"):
            raise UnknownNameError(f"LearningRate: every must be 'epoch' or 'iteration', got {every!r}")
        self._function, self._settings, self._every = schedule, settings, every

    def on_start(self, trainer: Trainer) -> None:
        """Attach the schedule to the optimizer."""
        self._schedule = Schedule(trainer.optimizer, self._function, **self._settings)

    def on_iteration(self, trainer: Trainer) -> None:
        """Step, if iterations are counted."""
        if self._every == "iteration":
            self._schedule.step()

    def on_epoch(self, trainer: Trainer) -> None:
        """Step, if epochs are counted."""
        if self._every == "epoch":
            self._schedule.step()

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return {name: np.asarray(number).tolist() for name, number in self._schedule.state_dict().items()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._schedule.load_state_dict(state)


class ReduceLearningRate(Callback):
    """Lower the learning rate when a number of the history has not got better for some epochs.

    `monitor` is a name of the history, by default "val_loss", or "loss" without validation; `settings` are those of
    `nn.ReduceOnPlateau`.
    """

    def __init__(self, *, monitor: str | None = None, **settings: Any) -> None:
        self._monitor, self._settings = monitor, settings

    def on_start(self, trainer: Trainer) -> None:
        """Attach it to the optimizer."""
        self._plateau = ReduceOnPlateau(trainer.optimizer, **self._settings)

    def on_epoch(self, trainer: Trainer) -> None:
        """Look at the number."""
        row = trainer.history.rows[-1]
        self._plateau.step(row[monitored("ReduceLearningRate", row, self._monitor)])

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return {name: np.asarray(number).tolist() for name, number in self._plateau.state_dict().items()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._plateau.load_state_dict(state)


@dataclass(frozen=True)
class RateSearch:
    """The learning rates that were tried, the smoothed losses, and the rate where the loss fell fastest."""

    rates: list[float]
    losses: list[float]
    suggestion: float


def find_learning_rate(
    model: Any,
    loss: Loss,
    data: Any,
    *,
    lowest: float = 1e-6,
    highest: float = 1.0,
    steps: int = 100,
    batch_size: int | None = None,
    optimizer: Callable[[Any], Any] = Adam,
    rng: Rng = None,
) -> RateSearch:
    """Train for some steps while the learning rate grows from `lowest` to `highest`, and see where the loss falls.

    Smith 2017, "Cyclical Learning Rates for Training Neural Networks" (arXiv:1506.01186), section 3.3. The suggestion
    is the rate at the steepest descent of the smoothed loss against the logarithm of the rate, on the way to its
    minimum. The search ends early when the loss is four times its smallest. The model has the same weights afterwards
    as before.

    Raises
    ------
    DomainError
        The rates are not 0 < lowest < highest, or there are fewer than 10 steps.
    """
    if not 0 < lowest < highest < math.inf or steps < 10:
        raise DomainError(
            f"find_learning_rate: expected 0 < lowest < highest and at least 10 steps, got {lowest}, {highest}, {steps}"
        )
    runner = runner_of(model, loss)
    batches = read_batches(data, runner, batch_size=batch_size, shuffle=True, rng=generator(rng))
    before, moves = model.state_dict(), optimizer(model.parameters())
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    try:
        for step, (x, y) in zip(range(steps), _again_and_again(batches), strict=False):
            moves.lr = lowest * (highest / lowest) ** (step / (steps - 1))
            moves.zero_grad()
            value, _ = runner.loss(x, y)
            average = 0.9 * average + 0.1 * float(value.data)
            smooth = average / (1 - 0.9 ** (step + 1))
            if not math.isfinite(smooth) or (losses and smooth > 4 * min(losses)):
                break
            rates.append(moves.lr)
            losses.append(smooth)
            value.backward()
            moves.step()
    finally:
        model.load_state_dict(before)
        model.zero_grad()
    return RateSearch(rates, losses, rates[_steepest(losses, window=steps // 10)])


def _steepest(losses: list[float], window: int) -> int:
    """Return where losses fall fastest on the way to their minimum, by lines fitted through `window` of them."""
    end = int(np.argmin(losses)) + 1
    if end < window + 2:
        raise DomainError("find_learning_rate: the loss does not fall, not even at first; lower `lowest`")
    places = np.arange(window) - (window - 1) / 2
    slopes = np.convolve(losses[:end], places[::-1] / (places @ places), mode="valid")
    return int(np.argmin(slopes)) + window // 2


def _again_and_again(batches: Any) -> Any:
    while True:
        yield from batches
