"""Who is told when a module is called: what `summary` and the diagnostics of training look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

#: Told of each call of a module: (module, inputs, outputs).
Observer = Callable[[Any, tuple[Any, ...], Any], None]

observers: ContextVar[tuple[Observer, ...]] = ContextVar("observers", default=())


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Tell an observer of each call of a module within the block, as (module, inputs, outputs).

    >>> import nn
    >>> with observing(lambda module, inputs, outputs: print(module, outputs.shape)):
    ...     nn.Linear(2, 3, rng=0)([[0.0, 0.0]]).shape
    Linear(2, 3) (1, 3)
    (1, 3)
    """
    token = observers.set((*observers.get(), observer))
    try:
        yield
    finally:
        observers.reset(token)
