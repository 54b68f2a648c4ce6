"""The node of a computation graph, and the one walk over it that every feature uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from autograd.primitive import Elementwise, Primitive

#: The gradient of a node that no sweep has reached yet: a zero that can be told from a computed zero by identity.
UNSWEPT = float("0.0")


class Node:
    """One result in a computation graph: what it is, which primitive made it, and from which operands.

    Attributes
    ----------
    data
        The number (or array) computed on the way forward.
    grad
        The derivative of the swept output with respect to this node; 0.0 before `backward()`.
    label
        A name for pictures and messages; may be empty.
    primitive
        The table row that made the node, or None when it was given.
    operands
        The nodes and constants (plain floats) it was made from; empty for a leaf.
    partials
        The local derivative in each operand, taken as a number on the way forward, so that changing `data`
        later cannot corrupt a gradient. None where there is nothing to pass on: at constants, and where the
        primitive is locally constant.
    """

    __slots__ = ("data", "grad", "label", "operands", "partials", "primitive")

    #: The kind of node that an operation on several kinds gives: the one with the highest precedence.
    precedence: ClassVar[int] = 0

    #: Whether the node stands for a plain number while a program is traced.
    is_number: ClassVar[bool] = False

    #: Whether the node holds an array, rather than one number.
    is_array: ClassVar[bool] = False

    #: Whether every derivative stops here: an array of data among tensors is a node, but nothing is passed on to it.
    constant: bool = False

    data: Any
    grad: Any
    label: str
    primitive: Primitive | None
    operands: tuple[Any, ...]
    partials: tuple[Any, ...]

    @classmethod
    def apply(cls, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Apply a primitive to operands of which at least one is a node of this kind."""
        raise NotImplementedError

    def unary(self, primitive: Elementwise) -> Any:
        """Apply a primitive of one operand: a place for a kind of node to be quick."""
        return self.apply(primitive, (self,))

    @classmethod
    def affine(cls, primitive: Primitive, rows: Sequence[Any], xs: tuple[Any, ...], biases: Sequence[Any]) -> list[Any]:
        """Apply the primitive `dot` to the same inputs for each row of weights: another such place."""
        return [cls.apply(primitive, (*ws, *xs, bias)) for ws, bias in zip(rows, biases, strict=True)]

    def pull_back(
        self, cotangent: Any, wanted: Sequence[bool], *, symbolic: bool, spare: bool = False
    ) -> Sequence[Any]:
        """Return what each wanted operand gets of a cotangent of this node; None for the others.

        A cotangent that is `spare` is an array which nobody needs any more: it may be written over.

        With numbers the local derivatives taken on the way forward are used; with `symbolic=True` the rules of the
        primitive are run on the nodes themselves, so that what they return is recorded.
        """
        primitive: Any = self.primitive
        if primitive is not None and primitive.maps_nodes:
            contributions = primitive.pull(self, cotangent)
            return [x if asked else None for x, asked in zip(contributions, wanted, strict=True)]
        if symbolic and primitive is not None:
            partials = primitive.local_derivatives(self, self.operands, wanted)
            return [
                scale(cotangent, partial) if asked and partial is not None else None
                for partial, asked in zip(partials, wanted, strict=True)
            ]
        return [
            cotangent * partial if asked and partial is not None else None
            for partial, asked in zip(self.partials, wanted)  # noqa: B905 - equal lengths by construction
        ]

    def push_forward(self, tangents: Sequence[Any], *, symbolic: bool) -> Any:
        """Return the tangent of this node, given those of its operands (None: it does not move)."""
        primitive: Any = self.primitive
        if primitive is not None and primitive.maps_nodes:
            return primitive.push(self, tangents)
        moving = [tangent is not None for tangent in tangents]
        partials: Sequence[Any]
        if symbolic and primitive is not None:
            partials = primitive.local_derivatives(self, self.operands, moving)
        else:
            partials = self.partials
        terms = [
            scale(tangent, partial)
            for tangent, partial in zip(tangents, partials, strict=True)
            if tangent is not None and partial is not None
        ]
        return sum(terms[1:], start=terms[0]) if terms else None

    @classmethod
    def make(cls, state: tuple[Any, ...]) -> Self:
        """Make a node with this state: what `_state` returned."""
        node = object.__new__(cls)
        node.data, grad, node.label, node.primitive, node.operands, node.partials = state
        node.grad = UNSWEPT if grad is None else grad
        return node

    def _state(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        grad = self.grad if self.is_swept else None
        return (self.data, grad, self.label, self.primitive, operands, self.partials)

    def __copy__(self) -> Self:
        return type(self).make(self._state(self.operands))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Along the order, not by recursion: a chain of a million nodes is copied like any other.
        for node in topological_order(self):
            if id(node) not in memo:
                operands = tuple([x if x.__class__ is float else memo[id(x)] for x in node.operands])
                memo[id(node)] = type(node).make(node._state(operands))
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        # A leaf is pickled as itself, so that a parameter shared by two graphs, or by a graph and its model, stays
        # one object. The rest of a graph is one flat list of rows, whose operands are positions in it.
        if not self.operands:
            return (type(self).make, (self._state(()),))
        order = topological_order(self)
        place = {node: position for position, node in enumerate(order)}
        rows = [
            node
            if not node.operands
            else (type(node), node._state(tuple([x if x.__class__ is float else place[x] for x in node.operands])))
            for node in order
        ]
        return (_restore, (rows,))

    @property
    def is_leaf(self) -> bool:
        """Whether the node was given (or made under `no_grad`) rather than recorded."""
        return not self.operands

    @property
    def is_swept(self) -> bool:
        """Whether a `backward()` has reached this node."""
        return self.grad is not UNSWEPT


def is_one(number: Any) -> bool:
    """Tell whether a local derivative is the plain number 1, which needs no multiplication."""
    return isinstance(number, float | int) and not math.isnan(number) and number == 1


def scale(derivative: Any, partial: Any) -> Any:
    """Multiply along an edge; a factor that is the plain number 1 makes no node."""
    if is_one(partial):
        return derivative
    return partial if is_one(derivative) else derivative * partial


def _restore(rows: list[Any]) -> Node:
    """Rebuild a pickled graph and return its output."""
    nodes: list[Node] = []
    for row in rows:
        if isinstance(row, Node):
            nodes.append(row)
            continue
        kind, (data, grad, label, primitive, operands, *rest) = row
        linked = tuple([nodes[x] if isinstance(x, int) else x for x in operands])
        nodes.append(kind.make((data, grad, label, primitive, linked, *rest)))
    return nodes[-1]


def topological_order(output: Node) -> list[Node]:
    """List all nodes that `output` depends on, each after its operands; `output` comes last.

    A plain recursive walk fails twice here. It runs out of stack on long chains. And a walk that sweeps a node
    when it first meets it is wrong as soon as a node is used twice: with a = x + x and b = a + a, `a` would pass
    on half of its gradient before the other half arrives. In this order, reversed, all uses come before the node.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> [node.data for node in topological_order(y + x)]
    [3.0, 9.0, 12.0]
    """
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[Node | None] = [output]
    place, push, pop, see = order.append, stack.append, stack.pop, seen.add
    while stack:
        node = pop()
        if node is None:  # the marker above a node whose operands have all been placed
            place(pop())  # type: ignore[arg-type]
        elif node not in seen:
            see(node)
            if seen.issuperset(node.operands):
                place(node)
                continue
            push(node)
            push(None)
            for operand in node.operands:
                if operand not in seen and type(operand) is not float:
                    if operand.operands:
                        push(operand)
                    else:
                        see(operand)
                        place(operand)
    return order
