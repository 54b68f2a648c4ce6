"""`Schedule`: a function of the step, attached to an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from autograd import OperandError, ShapeError, UnknownNameError
from autograd.trees import describe
from nn.optimizers import Optimizer
from nn.settings import count, not_negative


class Schedule:
    """A schedule attached to an optimizer: sets the learning rate of each group, now and at every `step()`.

    Parameters
    ----------
    optimizer
        Whose learning rates are meant; what they are now is what the factors multiply.
    function
        A function from the step, counted from 0, to a factor.
    settings
        Further arguments of the function.

    Raises
    ------
    DomainError
        A setting is out of range, or the function returns no finite number, 0 or more.

    >>> import nn
    >>> optimizer = nn.SGD(nn.MLP(2, [1]).parameters(), lr=0.1)
    >>> schedule = nn.Schedule(optimizer, nn.schedules.step_decay, every=2, factor=0.5)
    >>> for _ in range(4):                                         # a step is a batch or an epoch: call it after that
    ...     schedule.step()
    >>> optimizer.lr
    0.025
    """

    def __init__(self, optimizer: Optimizer, function: Callable[..., float], **settings: Any) -> None:
        check_optimizer("Schedule", optimizer)
        if not callable(function):
            raise OperandError(
                f"Schedule: expected a function of the step, got {describe(function)}; such as nn.schedules.cosine"
            )
        self.optimizer = optimizer
        self.steps = 0
        self._function = partial(function, **settings)
        self._rates = [group["lr"] for group in optimizer.groups]
        self._set()

    def step(self) -> None:
        """Go to the next step."""
        self.steps += 1
        self._set()

    def _set(self) -> None:
        """Set the learning rates."""
        factor = not_negative("Schedule", f"the factor at step {self.steps}", self._function(self.steps))
        for group, rate in zip(self.optimizer.groups, self._rates, strict=True):
            group["lr"] = rate * factor

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return how far it is, and the learning rates that it multiplies, as arrays by name."""
        return {"steps": np.array(self.steps), "rates": np.array(self._rates)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the state of a schedule of the same function; learning rates are set.

        Raises
        ------
        UnknownNameError, ShapeError, DomainError
            The state is not that of a schedule for as many groups; nothing is changed.
        """
        check_names("Schedule", state, self.state_dict())
        rates = np.asarray(state["rates"])
        if rates.shape != (len(self._rates),):
            raise ShapeError(
                f"Schedule: expected {len(self._rates)} rates, one for each group, got shape {rates.shape}"
            )
        steps = count("Schedule", "steps", np.asarray(state["steps"]).tolist(), least=0)
        self._rates = [not_negative("Schedule", "rates", rate) for rate in rates.tolist()]
        self.steps = steps
        self._set()


def check_optimizer(user: str, optimizer: Any) -> None:
    """Refuse what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise OperandError(f"{user}: expected an optimizer, such as nn.Adam(...), got {describe(optimizer)}")


def check_names(user: str, state: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuse a state of other names."""
    if state.keys() != own.keys():
        raise UnknownNameError(f"{user}.load_state_dict: expected {sorted(own)}, got {sorted(state)}")
