"""Running a function while NumPy warns of nothing: an infinity or a nan is a number like any other here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context

import numpy as np

#: Runs a function without arguments.
Runner = Callable[[Callable[[], None]], None]


def make_runner() -> Runner:
    """Return what runs a function quietly; not in two threads at once, nor within itself."""
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":  # what it warns of is a matter of the thread

        def run(function: Callable[[], None]) -> None:
            with np.errstate(all="ignore"):
                function()

        return run
    context = Context()  # entered in a tenth of the time that `errstate` takes
    context.run(np.seterr, all="ignore")
    return context.run


class _Quietly(threading.local):
    """Runs functions quietly, also in several threads, and within each other."""

    def __init__(self) -> None:
        self._run = make_runner()
        self._is_running = False

    def __call__(self, function: Callable[[], None]) -> None:
        if self._is_running:
            function()
            return
        self._is_running = True
        try:
            self._run(function)
        finally:
            self._is_running = False


quietly = _Quietly()
