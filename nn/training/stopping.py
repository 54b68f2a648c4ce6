"""When to stop: the model no longer gets better, or the time is up."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from autograd import DomainError, OperandError, UnknownNameError
from nn.settings import count
from nn.training.callback import Callback
from nn.training.history import is_better, monitored

if TYPE_CHECKING:
    from nn.training.trainer import Trainer


class EarlyStopping(Callback):
    """Stop when a number has not got better for some epochs, and go back to the weights of the best epoch.

    Prechelt 1998, "Early Stopping - But When?".

    Parameters
    ----------
    patience
        For how many epochs it may stay as it was.
    monitor
        A name of the history: by default "val_loss", or "loss" without validation.
    min_delta
        How much better counts as better. Above 0, the epoch it goes back to is not always the best one: a gain that is
        too small counts for `Trainer.best` and `Checkpoint`, but not here.
    mode
        "min" or "max": which way is better. By default "max" for names that end in accuracy, precision, recall, f1,
        auc or r2, otherwise "min".
    """

    def __init__(
        self, patience: int = 10, *, monitor: str | None = None, min_delta: float = 0.0, mode: str | None = None
    ) -> None:
        self.patience, self.min_delta = count("EarlyStopping", "patience", patience), min_delta
        self._judge = Judge("EarlyStopping", monitor, mode)
        self._weights: dict[str, Any] = {}

    def on_start(self, trainer: Trainer) -> None:
        """Forget another training, and look whether there are weights to go back to."""
        check_has_weights("EarlyStopping", trainer.model)
        if trainer.epoch == 0:
            self._judge.forget()
            self._weights = {}

    def on_epoch(self, trainer: Trainer) -> None:
        """Look whether the last epoch is the best."""
        judge = self._judge
        if judge.is_better(trainer, self.min_delta):
            self._weights = trainer.model.state_dict()
        elif trainer.epoch - judge.epoch >= self.patience:
            trainer.stop(f"{judge.monitor} has not got better since epoch {judge.epoch}, where it was {judge.best:.4g}")

    def on_end(self, trainer: Trainer) -> None:
        """Go back to the best weights."""
        if self._weights:
            trainer.model.load_state_dict(self._weights)

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return self._judge.state()

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._judge.load_state(state)

    def arrays(self) -> dict[str, Any]:
        """Return the best weights."""
        return self._weights

    def load_arrays(self, arrays: dict[str, Any]) -> None:
        """Go on from what `arrays` returned."""
        self._weights = arrays


class StopAfter(Callback):
    """Stop at the end of the epoch in which the time is up.

    >>> StopAfter(minutes=2).seconds
    120.0
    """

    rank = 2  # after `Resume` has written, which would keep a stop: whoever resumes has new time

    def __init__(self, *, minutes: float = 0.0, seconds: float = 0.0) -> None:
        self.seconds = 60.0 * minutes + seconds
        if not 0 < self.seconds < math.inf:
            raise DomainError(f"StopAfter: expected a time above 0, got {minutes!r} minutes and {seconds!r} seconds")

    def on_start(self, trainer: Trainer) -> None:
        """Look at the clock."""
        self._started = time.monotonic()

    def on_epoch(self, trainer: Trainer) -> None:
        """Look at the clock again."""
        if time.monotonic() - self._started > self.seconds:
            trainer.stop(f"the time of {self.seconds:g} s is up")


def check_has_weights(user: str, model: Any) -> None:
    """Refuse a model that is a mere function, before the first epoch."""
    if not hasattr(model, "state_dict"):
        raise OperandError(
            f"{user}: a {type(model).__name__} does not say what its weights are; make the model an nn.Module"
        )


class Judge:
    """Knows which number of the history says how good a model is, and which epoch was best."""

    def __init__(self, user: str, monitor: str | None, mode: str | None) -> None:
        if mode not in (None, "min", "max"):
            raise UnknownNameError(f"{user}: mode must be 'min' or 'max', got {mode!r}")
        self.user, self.mode, self._wanted = user, mode, monitor
        self.forget()

    def forget(self) -> None:
        """Forget what was judged: the next training has another best epoch, and perhaps no validation."""
        self.monitor = self._wanted
        self.best, self.epoch = math.nan, 0

    def is_better(self, trainer: Trainer, min_delta: float = 0.0) -> bool:
        """Tell whether the last epoch is the best so far."""
        row = trainer.history.rows[-1]
        self.monitor = monitored(self.user, row, self.monitor)
        number, largest = row[self.monitor], self._is_larger_better(self.monitor)
        if self.epoch and not is_better(number, self.best, largest=largest, min_delta=min_delta):
            return False
        self.best, self.epoch = number, trainer.epoch
        return True

    def _is_larger_better(self, monitor: str) -> bool:
        return self.mode == "max" or (self.mode is None and monitor.endswith(_LARGER_IS_BETTER))

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return {"best": self.best, "epoch": self.epoch}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.best, self.epoch = state["best"], state["epoch"]


_LARGER_IS_BETTER = ("accuracy", "precision", "recall", "f1", "auc", "r2")
