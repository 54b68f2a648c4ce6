"""Step three: at which height each vertex of a layer stands, its order kept.

Each vertex wants to stand level with its neighbours in the next layers. Given the neighbours, the best heights of one
layer (least squares, nothing overlapping) are an isotonic regression, solved exactly by pooling adjacent
violators; sweeping over the layers to and fro settles the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from autograd.visual.layout.segments import Layered

_ROUNDS: Final = 24
_UNBOUND: Final = 0.05  # the weight of staying where it is, for a vertex that nothing pulls


#: For each vertex, the neighbours that pull it, each with a weight.
Pulls = Sequence[Sequence[tuple[float, int]]]


def place_rows(layered: Layered, layers: Sequence[Sequence[int]], heights: Sequence[float]) -> list[float]:
    """Return where the middle of every vertex stands, given the vertices' own heights."""
    left = [[(_weight(tail, v, layered), tail) for tail in tails] for v, tails in enumerate(layered.tails)]
    right = [[(_weight(v, head, layered), head) for head in heads] for v, heads in enumerate(layered.heads)]
    both = [[*tails, *heads] for tails, heads in zip(left, right, strict=True)]
    # Trees settle best when each layer first follows one side only; long chains drift then, and settle best without.
    drawings = []
    for following in ((left, right), ()):
        y = [0.0] * len(heights)
        for pulls in [[()] * len(heights), *following * _ROUNDS, *[both] * 2 * _ROUNDS]:
            for layer in reversed(layers) if pulls is right else layers:
                _settle(layer, y, heights, layered, pulls)
        drawings.append(y)
    best = min(drawings, key=lambda y: _slope(y, right))
    _straighten(layered, layers, heights, best)
    return best


def _slope(y: Sequence[float], right: Pulls) -> float:
    """Return what the steps make small: the weighted squares of all rises."""
    return sum(weight * (y[vertex] - y[head]) ** 2 for vertex, pulls in enumerate(right) for weight, head in pulls)


def _weight(tail: int, head: int, layered: Layered) -> float:
    """Return how much an edge wants to be level.

    Long arrows most, since a kink in them catches the eye. A leaf, or an arrow from afar, that arrives beside a nearer
    operand least: otherwise it would push what it feeds out of its line.
    """
    if not layered.is_bend(head) and _arrives(tail, layered):
        return 0.1 if not all(_arrives(operand, layered) for operand in layered.tails[head]) else 1.0
    return (1.0, 2.0, 8.0)[layered.is_bend(tail) + layered.is_bend(head)]


def _arrives(tail: int, layered: Layered) -> bool:
    return layered.is_bend(tail) or not layered.tails[tail]


def distance(upper: int, lower: int, heights: Sequence[float], layered: Layered) -> float:
    """Return how far apart the middles of two neighbours in a layer must be."""
    gap = (18.0, 14.0, 12.0)[layered.is_bend(upper) + layered.is_bend(lower)]
    return (heights[upper] + heights[lower]) / 2 + gap


def _settle(
    layer: Sequence[int],
    y: list[float],
    heights: Sequence[float],
    layered: Layered,
    pulls: Pulls,
) -> None:
    """Set one layer to the best heights, given those of the neighbours that pull its vertices."""
    offset = 0.0
    pools: list[tuple[float, float, int]] = []  # weight, weighted sum of heights less offset, number of vertices
    offsets: list[float] = []
    for place, vertex in enumerate(layer):
        if place:
            offset += distance(layer[place - 1], vertex, heights, layered)
        offsets.append(offset)
        pulling = pulls[vertex] or [(_UNBOUND, vertex)]
        weight = sum(w for w, _ in pulling)
        pool = (weight, sum(w * (y[other] - offset) for w, other in pulling), 1)
        while pools and pools[-1][1] * pool[0] > pool[1] * pools[-1][0]:  # compares the means
            upper = pools.pop()
            pool = (upper[0] + pool[0], upper[1] + pool[1], upper[2] + pool[2])
        pools.append(pool)
    settled = [total / weight for weight, total, size in pools for _ in range(size)]
    for vertex, height, below in zip(layer, settled, offsets, strict=True):
        y[vertex] = height + below


def _straighten(
    layered: Layered,
    layers: Sequence[Sequence[int]],
    heights: Sequence[float],
    y: list[float],
) -> None:
    """Level the bends of each long arrow where their neighbours leave room."""
    above, below = _neighbours(layers)
    for first in range(layered.boxes, len(y)):
        source = layered.tails[first][0]
        if layered.is_bend(source):
            continue
        for run, low, high in _runs(_bends_from(first, layered), y, heights, layered, above, below):
            wanted = [y[source], *(y[head] for head in layered.heads[run[-1]] if not layered.is_bend(head))]
            mean = sum(y[vertex] for vertex in run) / len(run)
            level = next((height for height in wanted if low <= height <= high), min(max(mean, low), high))
            for vertex in run:
                y[vertex] = level


def _bends_from(first: int, layered: Layered) -> list[int]:
    """Return the bends of the arrows that share `first`, from left to right."""
    bends = [first]
    while following := [head for head in layered.heads[bends[-1]] if layered.is_bend(head)]:
        bends.append(following[0])
    return bends


def _neighbours(layers: Sequence[Sequence[int]]) -> tuple[dict[int, int], dict[int, int]]:
    above, below = {}, {}
    for layer in layers:
        for upper, lower in pairwise(layer):
            above[lower], below[upper] = upper, lower
    return above, below


def _runs(
    bends: Sequence[int],
    y: Sequence[float],
    heights: Sequence[float],
    layered: Layered,
    above: dict[int, int],
    below: dict[int, int],
) -> list[tuple[list[int], float, float]]:
    """Cut a chain of bends into the longest runs that can be level, each with the lowest and highest level."""
    runs: list[tuple[list[int], float, float]] = []
    for vertex in bends:
        low, high = float("-inf"), float("inf")
        if vertex in above:
            low = y[above[vertex]] + distance(above[vertex], vertex, heights, layered)
        if vertex in below:
            high = y[below[vertex]] - distance(vertex, below[vertex], heights, layered)
        if runs and max(runs[-1][1], low) <= min(runs[-1][2], high):
            run, lowest, highest = runs[-1]
            runs[-1] = ([*run, vertex], max(lowest, low), min(highest, high))
        else:
            runs.append(([vertex], low, high))
    return runs
