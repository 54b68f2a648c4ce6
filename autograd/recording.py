"""Whether operations are recorded, and whether a transformation is running: two context variables.

Context variables, not module globals: threads and asyncio tasks each see their own setting,
and a setting comes back when its block ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Recorder(Protocol):
    """What takes note of operations in place of the nodes themselves: a running trace of the compiler."""

    def record(self, primitive: Any, operands: tuple[Any, ...]) -> Any:
        """Take note of an operation and return its result."""

    def leaf(self, data: Any, label: str) -> Any:
        """Return a number as a node that nothing was computed for."""

    def detached(self) -> Recorder:
        """Return the recorder whose results are constants to every derivative: `no_grad` within a trace."""

    def attached(self) -> Recorder:
        """Return the recorder whose results can be differentiated."""

    def mapped(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any] | None:
        """Call a function of one sample for all samples at once; None if that cannot be done."""


#: True: nodes remember how they were made. False: they do not. A recorder: it is asked instead.
recording: ContextVar[bool | Recorder] = ContextVar("recording", default=True)
transforming: ContextVar[bool] = ContextVar("transforming", default=False)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are leaves and remember nothing.

    Works as a block and as a decorator.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.is_leaf
    (9.0, True)
    """
    mode = recording.get()
    token = recording.set(False if isinstance(mode, bool) else mode.detached())
    try:
        yield
    finally:
        recording.reset(token)


@contextmanager
def transformation() -> Iterator[None]:
    """Mark the block as the body of a derivative: it is recorded, even under `no_grad`."""
    mode = recording.get()
    recorded, nested = recording.set(True if isinstance(mode, bool) else mode.attached()), transforming.set(True)
    try:
        yield
    finally:
        transforming.reset(nested)
        recording.reset(recorded)
