"""Timing for benchmarks on a machine that is not quiet: contenders take turns, and medians are compared.

Nothing here asserts a time. Each benchmark first checks that all contenders compute the same numbers.
"""

from __future__ import annotations

import gc
import math
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

Seconds = float


def take_turns(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, at_least: float = 0.02, once_above: float = math.inf
) -> dict[str, Seconds]:
    """Return the median seconds of one run of each contender.

    In every round each contender has its turn: a full collection, so that nobody pays for another's garbage, one run
    that is not timed, so that everybody pays for the own garbage as in a loop, and then the timed runs. The collector
    stays on, as users have it.

    Parameters
    ----------
    contenders
        Functions of no arguments, by name; the first call of each is a warm-up.
    rounds
        How many times each contender has its turn.
    at_least
        Seconds that the timed runs of a turn should last; there are never less than three.
    once_above
        Seconds of a run above which a turn is one timed run and nothing else: it collects its own garbage on the way.
    """
    repeats = {}
    for name, run in contenders.items():
        start = perf_counter()
        run()
        seconds = max(perf_counter() - start, 1e-9)
        repeats[name] = 1 if seconds > once_above else max(3, round(at_least / seconds))
    samples: dict[str, list[Seconds]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            if repeats[name] > 1:
                run()
            start = perf_counter()
            for _ in range(repeats[name]):
                run()
            samples[name].append((perf_counter() - start) / repeats[name])
    return {name: statistics.median(seconds) for name, seconds in samples.items()}


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    cells = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    print(f"\n{title}  (Python {sys.version.split()[0]})")
    for index, row in enumerate(cells):
        print(
            "  "
            + "  ".join(
                cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )
        if index == 0:
            print("  " + "  ".join("-" * width for width in widths))


def compare(title: str, medians: Mapping[str, Seconds], reference: str, targets: Mapping[str, str]) -> None:
    """Print each contender's median, and how many times faster than the reference it is."""
    rows = [
        (name, duration(seconds), f"{medians[reference] / seconds:.2f}x", targets.get(name, ""))
        for name, seconds in medians.items()
    ]
    table(title, ("", "median", f"speed against {reference}", "target"), rows)


def duration(seconds: Seconds) -> str:
    """Write seconds in the unit that a person would use.

    >>> duration(0.0123)
    '12.3 ms'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
