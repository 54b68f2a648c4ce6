"""What counts as data for a training, and what is wrong with it, said before the first epoch."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd import DomainError, OperandError
from autograd.trees import describe
from nn.data import DataLoader
from nn.splitting import train_test_split
from nn.training.failures import first_bad
from nn.training.runners import Array, Runner


class Prepared:
    """Batches of someone else, in the precision of the network."""

    def __init__(self, batches: Iterable[Any], runner: Runner) -> None:
        self.batches: Any = batches
        self._runner = runner

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        count = 0
        for batch in self.batches:
            if not isinstance(batch, tuple | list) or len(batch) != 2:
                raise OperandError(
                    f"fit: expected batches (inputs, targets), got {describe(batch)}; arrays come as a tuple (X, y)"
                )
            x, y = batch
            count += 1
            yield self._runner.prepare(np.asarray(x)), self._runner.prepare(np.asarray(y))
        if not count:
            raise DomainError("fit: the data gave no batches; a generator can be gone through only once, a list always")

    def __length_hint__(self) -> int:
        return operator.length_hint(self.batches)

    def state_dict(self) -> dict[str, Any]:
        """Return where the batches stand, if they know: a `DataLoader` does."""
        return self.batches.state_dict() if hasattr(self.batches, "state_dict") else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` returned."""
        self.batches.load_state_dict(state)


def read_batches(
    data: Any,
    runner: Runner,
    *,
    batch_size: int | None = None,
    default: int = 32,
    shuffle: bool,
    rng: np.random.Generator,
) -> Any:
    """Return batches of arrays: of (X, y), or what the caller divides into batches himself.

    `batch_size` is how many samples the caller asked for, `default` how many there are where he did not.

    Raises
    ------
    OperandError
        It is neither; or a size was asked of batches that are divided already.
    ShapeError
        There are no samples, or not as many targets as inputs.
    DomainError
        A number is nan or infinite.
    """
    if not is_pair(data):
        if not isinstance(data, Iterable):
            raise OperandError(f"fit: expected data as (inputs, targets), or batches of them, got {describe(data)}")
        if batch_size is not None:
            raise OperandError(
                f"fit: the data are divided into batches already, so batch_size={batch_size} has no meaning; "
                "leave it out"
            )
        return Prepared(data, runner)
    arrays = tuple(
        [runner.prepare(_numbers(name, part)) for name, part in zip(("inputs", "targets"), data, strict=True)]
    )
    size = default if batch_size is None else batch_size
    return DataLoader(arrays, batch_size=size, shuffle=shuffle, rng=rng)


def is_pair(data: Any) -> bool:
    """Tell whether data are inputs and targets, not a list of batches."""
    return isinstance(data, tuple) and len(data) == 2


def split_off(data: Any, validation: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return data and validation data; a fraction is held back of the data."""
    if not isinstance(validation, float):
        return data, validation
    if not is_pair(data):
        raise OperandError("fit: a fraction can be held back of (inputs, targets) only; pass validation=(X, y)")
    X, X_held, y, y_held = train_test_split(*map(np.asarray, data), test_size=validation, rng=rng)
    return (X, y), (X_held, y_held)


def _numbers(name: str, part: Any) -> Array:
    array = np.asarray(part)
    if array.dtype.kind not in "fiub":
        raise OperandError(f"fit: the {name} must be numbers, got an array of {array.dtype}; encode words as numbers")
    if place := first_bad(array):
        raise DomainError(f"fit: the {name} hold {place}; remove or replace missing numbers first")
    return array.astype(np.float64) if array.dtype.kind == "b" else array
