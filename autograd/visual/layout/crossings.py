"""Step two: in which order the vertices of a layer stand, so that few edges cross.

Barycentre sweeps with transpositions, after Gansner, Koutsofios, North and Vo (1993), section 3. The start is a
depth-first walk from the last layer, which draws a tree without any crossing and keeps operands in their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from autograd.visual.layout.segments import Layered

_ROUNDS: Final = 12
_PATIENCE: Final = 4


def order_layers(layered: Layered) -> list[list[int]]:
    """Return the layers, each with its vertices in the order from top to bottom."""
    best = layers = _depth_first(layered)
    fewest = count_crossings(layers, layered.heads)
    waited = 0
    for sweep in range(_ROUNDS):
        if not fewest or waited >= _PATIENCE:
            break
        layers = [list(layer) for layer in layers]
        _sweep(layers, layered, rightwards=sweep % 2 == 0)
        _transpose(layers, layered)
        crossings = count_crossings(layers, layered.heads)
        waited += 1
        if crossings < fewest:
            best, fewest, waited = layers, crossings, 0
    return best


def count_crossings(layers: Sequence[Sequence[int]], heads: Sequence[Sequence[int]]) -> int:
    """Count the pairs of edges between neighbouring layers that cross.

    >>> count_crossings([[0, 1], [2, 3]], [[3], [2], [], []])
    1
    """
    crossings = 0
    for left, right in pairwise(layers):
        position = {vertex: index for index, vertex in enumerate(right)}
        above: list[int] = []
        for tail in left:
            ends = sorted(position[head] for head in heads[tail])
            crossings += sum(len(above) - bisect_right(above, end) for end in ends)
            for end in ends:
                insort(above, end)
    return crossings


def _depth_first(layered: Layered) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in layered.layers]
    seen: set[int] = set()
    ends = [vertex for layer in reversed(layered.layers) for vertex in layer if not layered.heads[vertex]]
    stack = ends[::-1]
    while stack:
        vertex = stack.pop()
        if vertex in seen:
            continue
        seen.add(vertex)
        layers[layered.layer_of[vertex]].append(vertex)
        stack.extend(reversed(layered.tails[vertex]))
    return layers


def _sweep(layers: list[list[int]], layered: Layered, *, rightwards: bool) -> None:
    """Order each layer by the mean position of its neighbours in the layer before."""
    neighbours = layered.tails if rightwards else layered.heads
    indices = range(1, len(layers)) if rightwards else range(len(layers) - 2, -1, -1)
    for index in indices:
        fixed = layers[index - 1 if rightwards else index + 1]
        position = {vertex: place for place, vertex in enumerate(fixed)}
        mean = {
            vertex: sum(position[other] for other in neighbours[vertex]) / len(neighbours[vertex])
            for vertex in layers[index]
            if neighbours[vertex]
        }
        # A vertex without neighbours there keeps its place; the others are sorted around it.
        movable = iter(sorted((vertex for vertex in layers[index] if vertex in mean), key=mean.__getitem__))
        layers[index] = [next(movable) if vertex in mean else vertex for vertex in layers[index]]


def _transpose(layers: list[list[int]], layered: Layered) -> None:
    """Swap neighbours in a layer as long as that removes crossings."""
    position = {vertex: place for layer in layers for place, vertex in enumerate(layer)}
    for _ in range(_PATIENCE):
        improved = False
        for layer in layers:
            for place in range(len(layer) - 1):
                upper, lower = layer[place], layer[place + 1]
                if _pair(upper, lower, position, layered) > _pair(lower, upper, position, layered):
                    layer[place], layer[place + 1] = lower, upper
                    position[upper], position[lower] = place + 1, place
                    improved = True
        if not improved:
            return


def _pair(upper: int, lower: int, position: dict[int, int], layered: Layered) -> int:
    """Count the crossings between the edges of two vertices of one layer when `upper` stands above `lower`."""
    crossings = 0
    for neighbours in (layered.tails, layered.heads):
        ends = sorted(position[vertex] for vertex in neighbours[lower])
        crossings += sum(bisect_left(ends, position[vertex]) for vertex in neighbours[upper])
    return crossings
