"""Between the steps: the picture as layers of vertices, joined only between neighbouring layers.

An arrow that passes over a layer gets a vertex of no height there, a *bend*. Arrows from one box share their
bends: they run as one line and part where the first of them leaves, so a number used in twenty places is
one line along the picture instead of twenty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograd.visual.layout.layers import Edge


@dataclass(frozen=True, slots=True)
class Layered:
    """Vertices 0 to `boxes - 1` are the picture's boxes; those above are bends.

    `heads` and `tails` are each vertex's neighbours in the next and in the last layer, without repetition, in the
    order of the arrows. `paths` has the vertices that each arrow passes, its ends included.
    """

    boxes: int
    layers: list[list[int]]
    layer_of: list[int]
    heads: list[list[int]]
    tails: list[list[int]]
    paths: list[list[int]]

    def is_bend(self, vertex: int) -> bool:
        """Tell whether a vertex only marks where arrows pass."""
        return vertex >= self.boxes


def split_long_arrows(layer_of: Sequence[int], arrows: Sequence[Edge]) -> Layered:
    """Give every arrow a vertex in each layer on its way.

    >>> split_long_arrows([0, 1, 2], [(0, 1), (1, 2), (0, 2)]).paths
    [[0, 1], [1, 2], [0, 3, 2]]
    """
    boxes = len(layer_of)
    layers_of = list(layer_of)
    bends: dict[tuple[int, int], int] = {}
    paths: list[list[int]] = []
    for tail, head in arrows:
        path = [tail]
        for layer in range(layer_of[tail] + 1, layer_of[head]):
            if (tail, layer) not in bends:
                bends[tail, layer] = len(layers_of)
                layers_of.append(layer)
            path.append(bends[tail, layer])
        paths.append([*path, head])
    layers: list[list[int]] = [[] for _ in range(max(layers_of, default=-1) + 1)]
    for vertex, layer in enumerate(layers_of):
        layers[layer].append(vertex)
    heads: list[dict[int, None]] = [{} for _ in layers_of]
    tails: list[dict[int, None]] = [{} for _ in layers_of]
    for path in paths:
        for vertex, following in pairwise(path):
            heads[vertex][following] = None
            tails[following][vertex] = None
    return Layered(boxes, layers, layers_of, [list(h) for h in heads], [list(t) for t in tails], paths)
