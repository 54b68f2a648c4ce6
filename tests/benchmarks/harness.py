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
    contenders: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    at_least: Seconds = 0.02,
    once_above: Seconds = math.inf,
    sample: Seconds = math.inf,
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
    sample
        Seconds that each sample should last; by default a turn is one sample, the mean of its runs.
    """
    repeats, together = {}, {}
    for name, run in contenders.items():
        start = perf_counter()
        run()
        seconds = max(perf_counter() - start, 1e-9)
        repeats[name] = 1 if seconds > once_above else max(3, round(at_least / seconds))
        together[name] = max(1, round(min(repeats[name], sample / seconds)))
    samples: dict[str, list[Seconds]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            if repeats[name] > 1:
                run()
            for _ in range(repeats[name] // together[name]):
                start = perf_counter()
                for _ in range(together[name]):
                    run()
                samples[name].append((perf_counter() - start) / together[name])
    return {name: statistics.median(seconds) for name, seconds in samples.items()}


def take_quick_turns(
    contenders: Mapping[str, Callable[[], object]], *, rounds: int, at_least: Seconds = 0.03
) -> dict[str, Seconds]:
    """Return the median seconds of runs that are short against the time slices of a busy machine.

    Samples last half a millisecond, or one run: most of them are not interrupted, and the median leaves out those that
    are. What is alive before, such as the libraries of all contenders, is kept from the collector: it would be most of
    a collection's work, for whoever happens to set it off.
    """
    gc.collect()
    gc.freeze()
    try:
        return take_turns(contenders, rounds=rounds, at_least=at_least, once_above=1.0, sample=5e-4)
    finally:
        gc.unfreeze()


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
