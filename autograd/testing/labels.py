"""Find the parameters that a gradient belongs to by the labels of the nodes in a graph.

A tensor is the node labelled by its name. Of scalar nodes the
entry [0][1] of an array named "W" is the node labelled "W.0.1", as the paths of a module's parameters are
written; a single number named "b" is the node labelled "b".
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable

from autograd.array_node import ArrayNode
from autograd.errors import ShapeError, UnknownNameError
from autograd.node import Node
from autograd.testing.reading import Shape

#: How many names a message lists.
LISTED = 6


class LabelledArrays:
    """The labelled nodes of a graph, gathered into arrays.

    >>> from autograd import Value
    >>> nodes = [Value(1.0, label="W.0"), Value(2.0, label="W.1"), Value(3.0, label="b")]
    >>> LabelledArrays(nodes).find("W")
    ((2,), [Value(1.0, label='W.0'), Value(2.0, label='W.1')])
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes: dict[str, list[Node]] = {}
        self._indices: dict[str, list[Shape]] = {}
        for node in nodes:
            if node.label:
                self._nodes.setdefault(node.label, []).append(node)
        for label in self._nodes:
            parts = label.split(".")
            trailing = len(list(itertools.takewhile(str.isdecimal, reversed(parts[1:]))))
            for cut in range(len(parts) - trailing, len(parts) + 1):
                name, index = ".".join(parts[:cut]), tuple(map(int, parts[cut:]))
                self._indices.setdefault(name, []).append(index)

    def find(self, name: str) -> tuple[Shape, list[Node]]:
        """Return the shape of the array of this name, and its nodes row by row.

        Raises
        ------
        UnknownNameError
            No node has such a label, or an entry's is missing, or several nodes have the same.
        ShapeError
            The labels have different numbers of indices.
        """
        whole = [node for node in self._nodes.get(name, []) if isinstance(node, ArrayNode)]
        if len(whole) == 1:
            return whole[0].shape, list(whole)
        if name not in self._indices:
            raise UnknownNameError(f"{name!r}: {self._explain_unknown(name)}; {_suggest_pair(name)}")
        indices = self._indices[name]
        if len({len(index) for index in indices}) > 1:
            labels = ", ".join(repr(".".join([name, *map(str, index)])) for index in indices[:LISTED])
            raise ShapeError(f"{name!r}: the labels {labels} do not form one array; {_suggest_pair(name)}")
        shape = tuple([max(column) + 1 for column in zip(*indices, strict=True)])
        grid = itertools.product(*map(range, shape))
        return shape, [self._node(".".join([name, *map(str, index)]), name) for index in grid]

    def _node(self, label: str, name: str) -> Node:
        nodes = self._nodes.get(label, [])
        if len(nodes) == 1:
            return nodes[0]
        found = f"{len(nodes)} different nodes are" if nodes else "no node is"
        raise UnknownNameError(f"{name!r}: {found} labelled {label!r} in the graph of the loss; {_suggest_pair(name)}")

    def _explain_unknown(self, name: str) -> str:
        if not self._indices:
            return "no node in the graph of the loss has a label"
        near = difflib.get_close_matches(name, self._indices, n=1)
        known = [name for name in self._indices if not name.rpartition(".")[2].isdecimal()]
        listed = ", ".join(map(repr, known[:LISTED])) + (", ..." if len(known) > LISTED else "")
        return f"no node in the graph of the loss is labelled so, but {listed} are" + (
            f" (did you mean {near[0]!r}?)" if near else ""
        )


def _suggest_pair(name: str) -> str:
    return f"try the pair of both: {{{name!r}: (parameters, gradient)}}"
