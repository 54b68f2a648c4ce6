"""`Trainer`: the loop. An epoch is all samples once; an iteration is one update, by the gradient of one batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np

from autograd import DomainError, OperandError, Tensor, no_grad
from autograd.trees import describe
from nn.training.callback import Callback, read_callbacks
from nn.training.failures import DivergenceError, all_finite, explain_failure
from nn.training.history import History, Row, is_better, monitored
from nn.training.runners import Loss, Runner, as_array, evaluating, runner_of

#: Gives (inputs, targets) each time it is gone through; a `DataLoader` also knows where it stands.
Batches = Any
Metrics = Mapping[str, Callable[[Any, Any], float]]


class Trainer:
    """Trains a model by gradient descent, and keeps the weights of its best epoch in mind.

    Parameters
    ----------
    model
        An `nn.Module` of `Tensor`s or `Value`s, or any function of a batch of inputs.
    loss
        The function (outputs, targets) to minimise: a mean over the samples of a batch.
    optimizer
        What moves the parameters.
    metrics
        Functions (outputs, targets) by name, computed over all samples of an epoch.
    callbacks
        Who is told; in this order, but those of a higher `rank` last.
    runner
        How a batch runs through the model; found out when left out.

    Attributes
    ----------
    epoch, iteration
        How many are done.
    epochs, batches
        How many are wanted, and what is gone through in each.
    validation
        What the model is judged by after each epoch, or None.
    batch, batch_loss
        The last batch (inputs, targets), and its loss before the update.
    history
        A row of numbers for each epoch.
    best
        The epoch, the number that was judged ("val_loss", or "loss" without validation), and the weights; or None.
        `Checkpoint` and `EarlyStopping` judge alike where they monitor the same.
    """

    def __init__(
        self,
        model: Any,
        loss: Loss,
        optimizer: Any,
        *,
        metrics: Metrics | None = None,
        callbacks: Iterable[Callback] = (),
        runner: Runner | None = None,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.metrics = dict(metrics or {})
        self.callbacks = read_callbacks(callbacks)
        self.runner = runner or runner_of(model, loss)
        self.history = History()
        self.batches: Batches = ()
        self.validation: Batches | None = None
        self.batch: tuple[Any, Any] = ((), ())
        self.epoch = self.iteration = self.epochs = 0
        self.batch_loss = math.nan
        self.best: tuple[int, float, dict[str, Any]] | None = None
        self._good: tuple[int, dict[str, Any]] | None = None

    def tell(self, event: str) -> None:
        """Tell all callbacks of an event."""
        for callback in self.callbacks:
            getattr(callback, event)(self)

    def stop(self, why: str) -> None:
        """End the training after the present epoch."""
        self.history.stopped = self.history.stopped or why

    def fit(self, batches: Batches, epochs: int, validation: Batches | None = None) -> History:
        """Train until `epochs` are done, or somebody stops it; Ctrl-C leaves the weights of the best epoch."""
        self.batches, self.epochs, self.validation = batches, epochs, validation
        self.history.stopped = ""  # who asks again wants to go on
        with ExitStack() as started:  # who has started is told of the end, even if another one fails
            for callback in self.callbacks:
                callback.on_start(self)
                started.callback(callback.on_end, self)
            try:
                with np.errstate(all="ignore"):  # numbers that are none are looked for, and named
                    while self.epoch < epochs and not self.history.stopped:
                        self.run_epoch(batches, validation)
            except KeyboardInterrupt:
                self.stop(f"interrupted in epoch {self.epoch + 1}{self.restore_best()}")
        return self.history

    def run_epoch(self, batches: Batches, validation: Batches | None) -> None:
        """Show all samples once, judge the model, and write a row of the history."""
        started, judged, before = time.perf_counter(), _Judged(), (self.epoch, self._weights())
        self._good = self._good or before
        for x, y in batches:
            judged.add(*self.step(x, y), y, keeps=bool(self.metrics))
            self._good = before  # weights are good when a loss was finite with them
        if not all_finite(getattr(self.optimizer, "parameters", ())):
            self._fail(*self.batch, math.nan)
        row: Row = {"epoch": self.epoch + 1, **judged.row(self.metrics)}
        if validation is not None:
            row |= {f"val_{name}": number for name, number in self.evaluate(validation).items()}
        self.history.rows.append({**row, "lr": _rate(self.optimizer), "seconds": time.perf_counter() - started})
        self.epoch += 1
        self._keep_best(row)
        self.tell("on_epoch")

    def step(self, x: Any, y: Any) -> tuple[float, Any]:
        """Make one update by the gradient of a batch; return its loss, and the outputs before the update."""
        seen: list[tuple[float, Any]] = []

        def loss_and_gradients() -> float:
            self.optimizer.zero_grad()
            loss, outputs = self.runner.loss(x, y)
            seen.append((_number(loss), outputs))
            if not math.isfinite(seen[-1][0]):
                self._fail(x, y, seen[-1][0])
            self.runner.backward(loss)
            self.tell("on_gradients")
            return seen[-1][0]

        self.batch = (x, y)
        self.optimizer.step(loss_and_gradients)
        self.batch_loss, outputs = seen[0]
        self.iteration += 1
        self.tell("on_iteration")
        return self.batch_loss, outputs

    def evaluate(self, batches: Batches) -> Row:
        """Return loss and metrics over batches, with the model as in use and without recording."""
        judged = _Judged()
        with evaluating(self.model), no_grad():
            for x, y in batches:
                loss, outputs = self.runner.loss(x, y)
                judged.add(_number(loss), outputs, y, keeps=bool(self.metrics))
        return judged.row(self.metrics)

    # --- weights to go back to --------------------------------------------------------------------------------------

    def _weights(self) -> dict[str, Any]:
        return self.model.state_dict() if hasattr(self.model, "state_dict") else {}

    def _keep_best(self, row: Row) -> None:
        judged = row[monitored("fit", row, None)]
        if self.best is None or is_better(judged, self.best[1]):
            self.best = (self.epoch, judged, self._weights())

    def restore_best(self) -> str:
        """Give the model the weights of its best epoch; say which, as the end of a sentence."""
        if self.best is None or not self.best[2]:
            return ""
        epoch, judged, weights = self.best
        self.model.load_state_dict(weights)
        return f"; the weights are those of epoch {epoch}, the best so far ({judged:.4g})"

    def _fail(self, x: Any, y: Any, loss: float) -> None:
        """Raise the error that says why a loss is no number, after going back to the last good weights."""
        cause, kept = explain_failure(self.model, self.runner, x, y), ""
        if self._good and self._good[1]:
            epoch, weights = self._good
            self.model.load_state_dict(weights)
            kept = f". The model has the weights it had after epoch {epoch}"
        self.batch_loss, self.history.stopped = loss, f"the loss became {loss}"
        raise DivergenceError(
            f"the loss became {loss} in epoch {self.epoch + 1}, iteration {self.iteration + 1}: {cause}{kept}",
            self.history,
        )


#: What has numbers, but no gradient.
_ARRAYS = (np.ndarray, np.generic)


def _number(loss: Any) -> float:
    """Return the number of a loss that can be differentiated."""
    if isinstance(loss, Tensor) and not loss.ndim:
        return float(loss.array)
    number = None if isinstance(loss, _ARRAYS) else getattr(loss, "data", None)
    if number is None or np.ndim(number):
        raise OperandError(
            "fit: expected a loss that computes one number from the outputs, a Value or a Tensor of shape (), "
            f"got {describe(loss)}; reduction='mean'?"
        )
    return float(number)


def _rate(optimizer: Any) -> float:
    """Return the learning rate of an optimizer; of several groups that of the first."""
    groups = getattr(optimizer, "groups", ())
    return float(groups[0]["lr"] if groups else optimizer.lr)


class _Judged:
    """Losses of batches, and the outputs and targets that metrics look at, over an epoch."""

    def __init__(self) -> None:
        self.loss, self.count = 0.0, 0
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(self, loss: float, outputs: Any, y: Any, *, keeps: bool) -> None:
        self.loss += loss * len(y)
        self.count += len(y)
        if keeps:
            self.outputs.append(as_array(outputs))
            self.targets.append(y)

    def row(self, metrics: Metrics) -> Row:
        """Return the mean loss over the samples, and the metrics."""
        if not self.count:
            raise DomainError("fit: the data gave no samples; were they all held back or filtered out?")
        row = {"loss": self.loss / self.count}
        if metrics:
            outputs, targets = np.concatenate(self.outputs), np.concatenate(self.targets)
            row |= {name: float(metric(outputs, targets)) for name, metric in metrics.items()}
        return row
