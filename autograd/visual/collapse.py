"""Which nodes of a graph are drawn as one box, so that a picture of any graph can be read.

A small graph is drawn node by node. A larger one is drawn in groups: the nodes of one operation in one module (as
the parameters' labels tell it), with modules as small as the limit allows. What no such grouping brings below the
limit is told in numbers, and only its last nodes are drawn.

Groups must not form a circle, or there would be no order to draw them in. So a group has a *phase* too: a node's phase
is at least that of its operands, and greater than that of operands in other groups, so arrows only lead to
greater phases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from autograd.node import Node
from autograd.primitives.nary import DOT
from autograd.visual.parameters import Owner

LIMIT: Final = 200  # boxes; more help nobody
_OPERANDS: Final = 40  # of one node: a column of so many boxes is no picture any more
_FEW: Final = 64  # groups: whoever reads those wants the outline
_CONSTANTS: Final = 3  # of one node that are drawn one by one in a collapsed picture
_LAST: Final = 12  # nodes that are drawn of a graph that is too big


@dataclass(slots=True)
class Group:
    """Nodes that are drawn as one box.

    `kind` is a row of `KINDS`; `owner` the module they belong to, if one is known.
    """

    nodes: list[Node]
    kind: str
    owner: Owner


@dataclass(slots=True)
class Grouping:
    """All groups, which of them each node is in, and what a reader must be told about them."""

    groups: list[Group]
    index: dict[Node, int]
    note: str = ""


class Key(NamedTuple):
    """Nodes of one key are in one group."""

    kind: str
    owner: Owner
    cell: Hashable
    phase: int = 0


def group_nodes(order: Sequence[Node], outputs: Sequence[Node], parameters: Mapping[Node, Owner]) -> Grouping:
    """Group the nodes of a graph, given in topological order, as finely as can be read."""
    kinds = _Kinds(set(outputs), parameters)
    if len(order) <= LIMIT and all(len(node.operands) <= _OPERANDS for node in order):
        alone = _grouped(order, lambda node: Key(kinds[node], (), node))
        if alone and _readable(alone, LIMIT, collapsed=False):
            return alone
    owners = _owners(order, parameters)
    for depth in range(max(map(len, owners.values()), default=0), -1, -1):
        grouping = _grouped(order, _by_operation(kinds, owners, depth))
        if grouping and _readable(grouping, _FEW, collapsed=True):
            grouping.note = f"too big: collapsed ({len(order):,} nodes, drawn as {len(grouping.groups)} groups)"
            return grouping
    return _last_nodes(order, kinds)


class _Kinds:
    """The kind of box of each node."""

    def __init__(self, outputs: set[Node], parameters: Mapping[Node, Owner]) -> None:
        self.outputs = outputs
        self.parameters = parameters

    def __getitem__(self, node: Node) -> str:
        if not node.operands:
            return "parameter" if node in self.parameters else "input"
        return "output" if node in self.outputs else "operation"


def _grouped(order: Sequence[Node], key_of: Callable[[Node], Key]) -> Grouping | None:
    """Put nodes of one key into one group; give up as soon as there are too many groups."""
    places: dict[Key, int] = {}
    index: dict[Node, int] = {}
    groups: list[Group] = []
    for node in order:
        key = key_of(node)
        place = places.setdefault(key, len(groups))
        if place == len(groups):
            if place == LIMIT:
                return None
            groups.append(Group([], key.kind, key.owner))
        groups[place].nodes.append(node)
        index[node] = place
    return Grouping(groups, index)


def _by_operation(kinds: _Kinds, owners: Mapping[Node, Owner], depth: int) -> Callable[[Node], Key]:
    """Return the function that gives a node's key, with the outermost `depth` modules of its owner told apart."""
    placed: dict[Node, Key] = {}

    def key_of(node: Node) -> Key:
        kind, owner = kinds[node], owners.get(node, ())[:depth]
        if not node.operands:
            return Key(kind, owner, None)
        cell = node if kind == "output" else node.primitive
        phase = 0
        for operand in node.operands:
            if operand.__class__ is not float and operand in placed:
                other = placed[operand]
                phase = max(phase, other.phase + (other != (kind, owner, cell, other.phase)))
        placed[node] = Key(kind, owner, cell, phase)
        return placed[node]

    return key_of


def _owners(order: Sequence[Node], parameters: Mapping[Node, Owner]) -> dict[Node, Owner]:
    """Tell which module each node belongs to: that of its parameters, or else that of all its operands."""
    owners = dict(parameters)
    if not owners:
        return owners
    for node in order:
        nodes = [operand for operand in node.operands if operand.__class__ is not float]
        found = {owners[operand] for operand in nodes if operand in parameters}
        if not found and len(nodes) == len(node.operands):
            found = {owners.get(operand, ()) for operand in nodes}
        if len(found) == 1:
            owners[node] = found.pop()
    return owners


def constants_of(node: Node) -> list[float]:
    """Return the plain numbers among a node's operands, without the bias of a `dot` that has none."""
    operands = node.operands
    if operands and node.primitive is DOT and operands[-1] == 0.0:
        operands = operands[:-1]
    return [operand for operand in operands if operand.__class__ is float]


def stacks_of_constants(group: Group, *, collapsed: bool) -> list[list[float]]:
    """Return the constants that the nodes of a group use, a list for each box that they are drawn in."""
    constants = [constant for node in group.nodes for constant in constants_of(node)]
    if len(group.nodes) == 1 and not (collapsed and len(constants) > _CONSTANTS):
        return [[constant] for constant in constants]
    return [constants] if constants else []


def uses_between(grouping: Grouping) -> list[Counter[int]]:
    """Count, for each group, the uses that its nodes make of the nodes of each other group."""
    index = grouping.index
    uses: list[Counter[int]] = []
    for place, group in enumerate(grouping.groups):
        sources = Counter(
            [index[operand] for node in group.nodes for operand in node.operands if operand.__class__ is not float]
        )
        del sources[place]
        uses.append(sources)
    return uses


def _readable(grouping: Grouping, limit: int, *, collapsed: bool) -> bool:
    """Tell whether there are at most `limit` boxes, those of constants included, and not many more arrows."""
    constants = sum(len(stacks_of_constants(group, collapsed=collapsed)) for group in grouping.groups)
    return len(grouping.groups) + constants <= limit and sum(map(len, uses_between(grouping))) <= 2 * limit


def _last_nodes(order: Sequence[Node], kinds: _Kinds) -> Grouping:
    """Draw only the end of the graph; all before it, which nothing at the end can precede, is one group a kind."""
    last = set(order[-_LAST:])

    def key_of(node: Node) -> Key:
        if node in last:
            return Key(kinds[node], (), node)
        return Key("operation" if node.operands else kinds[node], (), None)

    grouping = _grouped(order, key_of)
    assert grouping is not None  # a group for each of a few kinds and a few nodes
    size = f"{len(order):,} nodes, {_depth(order):,} deep"
    grouping.note = f"too big: collapsed ({size}; only the last {_LAST} are drawn one by one)"
    return grouping


def _depth(order: Sequence[Node]) -> int:
    """Return the number of operations on the longest way through a graph."""
    depth: dict[Node, int] = {}
    for node in order:
        if node.operands:
            depth[node] = 1 + max([depth.get(operand, 0) for operand in node.operands])
    return max(depth.values(), default=0)
