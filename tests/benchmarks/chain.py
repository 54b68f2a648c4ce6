"""Chains of a thousand to a million operations: time and memory a node, forward, backward and when dropped.

Run with `python -m tests.benchmarks.chain`. Nothing here may recurse: a chain is as deep as it is long.
"""

from __future__ import annotations

import gc
import statistics
import tracemalloc
from time import perf_counter

import autograd
from autograd import Value
from tests.benchmarks.harness import duration, table

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)


def chain(length: int, x: Value) -> Value:
    """Apply `length` operations one after the other: products with a leaf, sums with a constant, tanh."""
    node = x
    for _ in range(length // 4):
        node = ((node * x + 0.25) * 0.5).tanh()
    return node


def time_once(length: int) -> tuple[float, float, float]:
    """Return the seconds a node of going forward, backward, and of dropping the graph."""
    x = Value(0.7)
    start = perf_counter()
    top = chain(length, x)
    built = perf_counter()
    top.backward()
    swept = perf_counter()
    del top
    return (built - start) / length, (swept - built) / length, (perf_counter() - swept) / length


def bytes_a_node(length: int) -> tuple[float, float]:
    """Return the bytes a node holds after the forward pass, and the peak while the backward pass runs."""
    gc.collect()
    tracemalloc.start()
    try:
        top = chain(length, Value(0.7))
        held, _ = tracemalloc.get_traced_memory()
        top.backward()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return held / length, peak / length


def time_drawing(length: int) -> tuple[float, str]:
    """Return the seconds that drawing a chain takes, and how it ends: a collapsed picture or a clear refusal."""
    top = chain(length, Value(0.7))
    start = perf_counter()
    try:
        outcome = f"a picture of {len(autograd.draw(top).svg()):,} characters"
    except autograd.errors.AutogradError as error:
        outcome = f"{type(error).__name__}: {error}"
    return perf_counter() - start, outcome


def measure(operations: int) -> dict[int, list[float]]:
    """Return the median seconds a node of each part and length; the lengths take turns."""
    samples: dict[int, list[tuple[float, float, float]]] = {length: [] for length in LENGTHS}
    for _ in range(max(3, operations // LENGTHS[-1])):
        for length in LENGTHS:
            gc.collect()
            repeats = max(1, min(100, LENGTHS[-1] // length // 4))
            samples[length] += [time_once(length) for _ in range(repeats)]
    return {length: [statistics.median(part) for part in zip(*samples[length], strict=True)] for length in LENGTHS}


def print_times(title: str, medians: dict[int, list[float]]) -> None:
    """Print one row a length, and its sum against that of the shortest."""
    shortest = sum(medians[LENGTHS[0]])
    rows = [
        (f"{length:,}", *map(duration, parts), duration(sum(parts)), f"{sum(parts) / shortest:.2f}x")
        for length, parts in medians.items()
    ]
    table(title, ("operations", "forward", "backward", "dropped", "sum", f"against {LENGTHS[0]:,}"), rows)


class Bare:
    """The least that a node of Python's could be: an object that points to the one before it."""

    __slots__ = ("before", "number")

    def __init__(self, before: Bare | None, number: float) -> None:
        self.before = before
        self.number = number


def time_bare_objects(length: int) -> float:
    """Return the seconds an object takes in a chain of objects that compute nothing."""
    top = None
    start = perf_counter()
    for k in range(length):
        top = Bare(top, 1.5 * k)
    return (perf_counter() - start) / length


def print_bare(collector: str) -> None:
    """Print what a chain of bare objects costs: how far from constant any chain of Python objects is."""
    medians = {
        length: statistics.median(time_bare_objects(length) for _ in range(max(3, 200_000 // length)))
        for length in LENGTHS
    }
    shortest = medians[LENGTHS[0]]
    rows = [(f"{n:,}", duration(seconds), f"{seconds / shortest:.2f}x") for n, seconds in medians.items()]
    table(f"chain of bare Python objects, {collector}", ("objects", "creation", f"against {LENGTHS[0]:,}"), rows)


def main(operations: int = 4_000_000) -> None:
    """Print times with the cyclic collector as users have it and with it paused, then bytes, then the drawing."""
    print_times("chain: time a node (target: within 20 %)", measure(operations))
    print_bare("collector as users have it")
    gc.disable()
    try:
        print_bare("collector paused")
        print_times("chain: time a node, the collector paused: what is left is the engine's own", measure(operations))
    finally:
        gc.enable()
    memory = [(f"{length:,}", *(f"{part:.0f}" for part in bytes_a_node(length))) for length in LENGTHS]
    table("chain: bytes a node (target: at most 300)", ("operations", "held", "peak in backward"), memory)
    seconds, outcome = time_drawing(LENGTHS[-1])
    print(f"\nchain: drawing {LENGTHS[-1]:,} operations took {duration(seconds)}: {outcome}")


if __name__ == "__main__":
    main()
