"""Whether operations are recorded, and whether a transformation is running: two context variables.

Context variables, not module globals: threads and asyncio tasks each see their own setting,
and a setting comes back when its block ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

recording: ContextVar[bool] = ContextVar("recording", default=True)
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
    token = recording.set(False)
    try:
        yield
    finally:
        recording.reset(token)


@contextmanager
def transformation() -> Iterator[None]:
    """Mark the block as the body of a derivative: it is recorded, even under `no_grad`."""
    recorded, nested = recording.set(True), transforming.set(True)
    try:
        yield
    finally:
        transforming.reset(nested)
        recording.reset(recorded)
