"""What each contender's process does: it reads [row, what] from its input, and answers in one line.

It knows the standard library and NumPy only. `what` is "seconds" (the median of the runs of a short turn), "bytes"
(the most memory in use during a step, besides what was there before) or "outcome" (the loss, and the length of each
gradient).
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np

#: Gives the loss and the gradients of all parameters.
Step = Callable[[], tuple[Any, list[Any]]]
TURN = 0.15


def seconds(step: Step) -> float:
    """Return the median seconds of a step, after one that pays for the own garbage."""
    gc.collect()
    step()
    samples: list[float] = []
    while sum(samples) < TURN or len(samples) < 3:
        start = perf_counter()
        step()
        samples.append(perf_counter() - start)
    return statistics.median(samples)


def numpy_bytes(step: Step) -> int:
    """Return the peak of the memory that Python and NumPy have asked for."""
    step()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        step()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def outcome(step: Step) -> list[float]:
    """Return the loss, and the length of each gradient."""
    loss, gradients = step()
    return [float(loss), *[float(np.linalg.norm(np.asarray(gradient, np.float64))) for gradient in gradients]]


def serve(steps: Mapping[str, Callable[[], Step]], *, measure_bytes: Callable[[Step], int] = numpy_bytes) -> None:
    """Answer requests until the input ends; each step is prepared when it is first asked for."""
    measures: dict[str, Callable[[Step], Any]] = {"seconds": seconds, "bytes": measure_bytes, "outcome": outcome}
    prepared: dict[str, Step] = {}
    print(json.dumps(list(steps)), flush=True)
    for line in sys.stdin:
        row, what = json.loads(line)
        if row not in prepared:
            prepared[row] = steps[row]()
        with np.errstate(all="ignore"):
            print(json.dumps(measures[what](prepared[row])), flush=True)
