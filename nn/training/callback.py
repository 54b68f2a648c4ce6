"""`Callback`: who is told how a training goes, and may step in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd import OperandError
from autograd.trees import describe

if TYPE_CHECKING:
    from nn.training.trainer import Trainer


class Callback:
    """Told of what happens in a training; a subclass writes those methods that it needs.

    A callback reads the trainer (`trainer.history.rows[-1]`, `trainer.epoch`, `trainer.iteration`, `trainer.model`,
    `trainer.optimizer`) and ends the training with `trainer.stop("why")`.

    >>> class Impatient(Callback):
    ...     def on_epoch(self, trainer):
    ...         if trainer.epoch == 3:
    ...             trainer.stop("three epochs are enough")
    """

    #: Those of a higher rank are told after the others, whatever their order.
    rank = 0

    def on_start(self, trainer: Trainer) -> None:
        """Before the first epoch."""

    def on_gradients(self, trainer: Trainer) -> None:
        """In each iteration, when the gradients are there and the parameters have not moved yet."""

    def on_iteration(self, trainer: Trainer) -> None:
        """After each update."""

    def on_epoch(self, trainer: Trainer) -> None:
        """After each epoch, when its row stands in the history."""

    def on_end(self, trainer: Trainer) -> None:
        """After the last epoch, however the training ended; also if the start of another callback fails."""

    def report(self) -> str:
        """Return what it has to say when a training that showed its progress is over; "" for nothing."""
        return ""

    def state(self) -> dict[str, Any]:
        """Return what it must remember to go on after an interruption, as JSON can write it."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""

    def arrays(self) -> dict[str, Any]:
        """Return the arrays, by name, that it must remember besides its state."""
        return {}

    def load_arrays(self, arrays: dict[str, Any]) -> None:
        """Go on from what `arrays` returned."""


def read_callbacks(callbacks: Iterable[Callback]) -> list[Callback]:
    """Return callbacks in the order in which they are told.

    Raises
    ------
    OperandError
        It is a callback alone, or one of them is a class or something else.
    """
    if isinstance(callbacks, Callback):
        raise OperandError(f"fit: expected a list of callbacks, got {type(callbacks).__name__}; write [it]")
    told = list(callbacks)
    for callback in told:
        if isinstance(callback, type):
            name = callback.__name__
            raise OperandError(f"fit: the callback {name} is a class; make one of it: {name}(...)")
        if not isinstance(callback, Callback):
            raise OperandError(
                f"fit: expected callbacks such as nn.EarlyStopping(), got {describe(callback)}; "
                "a class of your own derives from nn.Callback"
            )
    return sorted(told, key=lambda callback: callback.rank)
