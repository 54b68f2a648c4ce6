"""Step one: which column each box stands in, so that all arrows point right and are as short as they can be.

The sum of all arrow lengths is minimised exactly, by the network simplex method of Gansner, Koutsofios, North and Vo,
"A technique for drawing directed graphs" (1993), section 2.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd.errors import GraphError

Edge = tuple[int, int]


def assign_layers(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return the layer of each of `count` vertices, numbered from 0 at the left.

    Raises
    ------
    GraphError
        The edges run in a circle.

    >>> assign_layers(4, [(0, 1), (1, 2), (3, 2)])
    [0, 1, 2, 1]
    """
    if not count:
        return []
    heads = {head for _, head in edges}
    # One more vertex before all beginnings joins the parts of the graph; its edges cost nothing.
    joined = [*edges, *((count, vertex) for vertex in range(count) if vertex not in heads)]
    layer, parent = _leftmost(count + 1, joined)
    tree = _Tree(parent, count)
    surplus = [0] * (count + 1)
    for tail, head in edges:
        surplus[tail] += 1
        surplus[head] -= 1
    # Each step shortens the sum or, rarely, ties; the bound only stops a round of ties.
    for _ in range(4 * count + 50):
        if not _improve(layer, joined, tree, surplus):
            break
    first = min(layer[:count])
    return [layer[vertex] - first for vertex in range(count)]


def topological_vertices(count: int, edges: Sequence[Edge]) -> list[int]:
    """Return the vertices so that every edge points from an earlier to a later one."""
    waiting = [0] * count
    heads: list[list[int]] = [[] for _ in range(count)]
    for tail, head in edges:
        waiting[head] += 1
        heads[tail].append(head)
    ready = [vertex for vertex in range(count) if not waiting[vertex]]
    for vertex in ready:  # grows while it is walked
        for head in heads[vertex]:
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    if len(ready) < count:
        raise GraphError("picture: its arrows run in a circle, so it has no first column; leave out an arrow back")
    return ready


def _leftmost(count: int, edges: Sequence[Edge]) -> tuple[list[int], list[int]]:
    """Put every vertex as far left as it can go; also return the predecessor that stopped it.

    Where lengths tie, vertices stay there: alike parts of a graph stand in alike columns.
    """
    tails: list[list[int]] = [[] for _ in range(count)]
    for tail, head in edges:
        tails[head].append(tail)
    layer, stopped_by = [0] * count, [-1] * count
    for vertex in topological_vertices(count, edges):
        if tails[vertex]:
            stopped_by[vertex] = max(tails[vertex], key=lambda tail: layer[tail])
            layer[vertex] = layer[stopped_by[vertex]] + 1
    return layer, stopped_by


class _Tree:
    """A spanning tree of edges of length one, rooted; `up` is each vertex's parent (-1 at the root)."""

    def __init__(self, up: list[int], root: int) -> None:
        self.up = up
        self.root = root

    def leaves_first(self) -> list[int]:
        below: list[list[int]] = [[] for _ in self.up]
        for vertex, above in enumerate(self.up):
            if above >= 0:
                below[above].append(vertex)
        order = [self.root]
        for vertex in order:
            order.extend(below[vertex])
        return order[::-1]

    def part_below(self, top: int) -> list[bool]:
        """Tell of each vertex whether its way to the root passes `top`."""
        inside = [False] * len(self.up)
        for vertex in reversed(self.leaves_first()):
            inside[vertex] = vertex == top or (self.up[vertex] >= 0 and inside[self.up[vertex]])
        return inside

    def hang(self, cut: int, vertex: int, above: int) -> None:
        """Cut the tree above `cut`, and hang the part below, turned so that `vertex` is its top, under `above`."""
        while True:
            following = self.up[vertex]
            self.up[vertex] = above
            if vertex == cut:
                return
            vertex, above = following, vertex


def _improve(layer: list[int], edges: Sequence[Edge], tree: _Tree, surplus: Sequence[int]) -> bool:
    """Move one subtree so that the edges become shorter in sum; return False when none can."""
    top, pull = _strongest(layer, tree, surplus)
    if not pull:
        return False
    inside = tree.part_below(top)
    slack, (tail, head) = min(
        (layer[head] - layer[tail] - 1, (tail, head))
        for tail, head in edges
        if inside[tail] != inside[head] and inside[tail] == (pull > 0)
    )
    for vertex, moves in enumerate(inside):
        if moves:
            layer[vertex] += slack if pull > 0 else -slack
    tree.hang(top, *((tail, head) if pull > 0 else (head, tail)))
    return True


def _strongest(layer: Sequence[int], tree: _Tree, surplus: Sequence[int]) -> tuple[int, int]:
    """Return the subtree that pulls hardest away from its parent (an edge of negative cut value), and its pull.

    What a subtree gains by moving one layer to the right is the number of its outgoing edges minus the
    incoming ones. Edges inside cancel, so that is the sum of its vertices' own surpluses.
    """
    pull = list(surplus)
    best = (-1, 0)
    for vertex in tree.leaves_first():
        above = tree.up[vertex]
        if above < 0:
            continue
        pull[above] += pull[vertex]
        away = pull[vertex] * (layer[vertex] - layer[above]) > 0
        if away and abs(pull[vertex]) > abs(best[1]):
            best = (vertex, pull[vertex])
    return best
