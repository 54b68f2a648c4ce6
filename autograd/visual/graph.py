"""The computation graph of a node, as a picture: every number, every gradient, every local derivative."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from autograd.errors import OperandError
from autograd.node import Node, topological_order
from autograd.visual.collapse import Group, Grouping, group_nodes, stacks_of_constants, uses_between
from autograd.visual.measure import number
from autograd.visual.parameters import parameters_among
from autograd.visual.picture import Arrow, Box, Picture

NOT_SWEPT = "backward() has not run: no gradients yet"
_OPERATIONS_LISTED: Final = 6


def draw(thing: Any) -> Picture:
    """Draw the computation graph of a node, of several nodes, or whatever else draws itself.

    Each box shows a number's label, the operation that made it, its data and its gradient; each arrow the local
    derivative. Graphs of more than about 200 boxes are drawn collapsed, by neuron or layer where the labels of the
    parameters (`layers.0.neurons.3.w.1`) tell them, otherwise by operation.

    Parameters
    ----------
    thing
        A `Value` or `Tensor`, a list of them, or an object with a method `__picture__` (a network).

    Raises
    ------
    OperandError
        Something else.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> loss = (a * b + 10.0).tanh()
    >>> loss.backward()
    >>> picture = draw(loss)
    >>> picture
    Picture('tanh = 0.9993', 6 boxes, 5 arrows)
    >>> path = picture.save("loss.svg")  # doctest: +SKIP
    """
    builder = getattr(type(thing), "__picture__", None)
    if builder is not None:
        picture: Picture = builder(thing)
        return picture
    outputs = [thing] if isinstance(thing, Node) else thing
    if not isinstance(outputs, Sequence) or not outputs or not all(isinstance(output, Node) for output in outputs):
        raise OperandError(
            f"draw: expected a Value, a list of Values or a network, got {type(thing).__name__}; "
            "a plain number has no graph"
        )
    return graph_picture(outputs)


def graph_picture(outputs: Sequence[Node]) -> Picture:
    """Return the picture of everything that the outputs depend on."""
    order = topological_order(outputs[0])
    if len(outputs) > 1:
        order = list(dict.fromkeys(node for output in outputs for node in topological_order(output)))
    grouping = group_nodes(order, outputs, parameters_among(order))
    swept = all(output.is_swept or output.is_leaf for output in outputs)
    notes = () if swept else (NOT_SWEPT,)
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for place, (group, uses) in enumerate(zip(grouping.groups, uses_between(grouping), strict=True)):
        boxes.append(_box(group, _id(place), swept=swept))
        stacks = stacks_of_constants(group, collapsed=bool(grouping.note))
        alone = len(group.nodes) == 1
        for part in _single(group.nodes[0], place, grouping, stacks) if alone else _many(place, uses, stacks):
            if isinstance(part, Box):
                boxes.append(part)
            else:
                arrows.append(part)
    title = f"{_name(outputs[0])} = {_shown(outputs[0].data)}" if len(outputs) == 1 else f"{len(outputs)} outputs"
    return Picture(tuple(boxes), tuple(arrows), title, notes + ((grouping.note,) if grouping.note else ()))


def _id(place: int) -> str:
    return f"n{place}"


def _name(node: Node) -> str:
    return node.label or (node.primitive.symbol if node.primitive else "leaf")


# --- what leads to a box ------------------------------------------------------------------------------------------


def _single(node: Node, place: int, grouping: Grouping, stacks: Sequence[Sequence[float]]) -> Iterator[Box | Arrow]:
    """Yield an arrow for each operand of a node drawn alone, and a box for each of its constants, in their order."""
    drawn: set[int] = set()
    waiting = enumerate(stacks)
    partials = (None,) * len(node.operands) if node.is_array else node.partials
    for operand, partial in zip(node.operands, partials, strict=True):
        if operand.__class__ is float:
            for position, stack in waiting:
                yield from _constants(stack, place, position)
                break
            continue
        source = grouping.index[operand]
        if len(grouping.groups[source].nodes) == 1:
            yield Arrow(_id(source), _id(place), "" if node.is_array else number(partial or 0.0))
        elif source not in drawn:
            drawn.add(source)
            yield Arrow(_id(source), _id(place))


def _many(place: int, uses: Counter[int], stacks: Sequence[Sequence[float]]) -> Iterator[Box | Arrow]:
    """Yield an arrow for each group that a group uses, and one box for all its constants."""
    for stack in stacks:
        yield from _constants(stack, place, 0)
    for source, count in uses.items():
        yield Arrow(_id(source), _id(place), f"×{count:,}" if count > 1 else "")


def _constants(stack: Sequence[float], place: int, position: int) -> Iterator[Box | Arrow]:
    """Yield the box of some constants, and the arrow from it."""
    box, count = f"{_id(place)}c{position}", len(stack)
    tag = f"×{count:,}" if count > 1 else ""
    yield Box(box, _range(stack), kind="constant", tag=tag, count=count, detail="" if tag else repr(stack[0]))
    yield Arrow(box, _id(place))


# --- what stands in a box -----------------------------------------------------------------------------------------


def _box(group: Group, id: str, *, swept: bool) -> Box:
    if len(group.nodes) > 1:
        return _group_box(group, id, swept=swept)
    node = group.nodes[0]
    rows = [("data", _shown(node.data))]
    detail = [node.label or _name(node), f"data = {node.data!r}"]
    if swept:
        rows.append(("grad", _range(np.ravel(node.grad).tolist())))
        detail.append(f"grad = {node.grad!r}")
    tag = node.primitive.symbol if node.primitive and node.label else ""
    return Box(id, _name(node), tuple(rows), group.kind, tag, detail="\n".join(detail))


def _group_box(group: Group, id: str, *, swept: bool) -> Box:
    nodes = group.nodes
    operations = Counter(_name(node) if node.primitive is None else node.primitive.symbol for node in nodes)
    count = f"{len(nodes):,}"
    rows: list[tuple[str, str]] = []
    if group.kind in ("parameter", "input"):
        title, tag = ".".join(group.owner) or f"{group.kind}s", f"×{count}"
    elif len(operations) == 1:
        title, tag = next(iter(operations)), f"×{count}"
        rows += [("in", ".".join(group.owner))] if group.owner else []
    else:
        title, tag = f"{count} operations", ""
        rows += [(symbol, f"×{times:,}") for symbol, times in operations.most_common(_OPERATIONS_LISTED)]
        rows += [("others", f"{len(operations) - len(rows)} kinds")] if len(operations) > len(rows) else []
    rows.append(("data", _range(_numbers([node.data for node in nodes]))))
    if swept:
        rows.append(("grad", _range(_numbers([node.grad for node in nodes]))))
    return Box(id, title, tuple(rows), group.kind, tag, len(nodes))


def _shown(data: Any) -> str:
    """Write a number; of an array its shape and precision."""
    return number(data) if np.ndim(data) == 0 else f"{data.shape} {data.dtype}"


def _numbers(data: Sequence[Any]) -> list[float]:
    """List all numbers among numbers and arrays."""
    return [x for part in data for x in (np.ravel(part).tolist() if isinstance(part, np.ndarray) else (part,))]


def _range(numbers: Sequence[float]) -> str:
    """Write the lowest and the highest of some numbers, and how many are none."""
    if not numbers:
        return "empty"
    real = [x for x in numbers if not math.isnan(x)]
    nans = f"{len(numbers) - len(real):,} × nan" if len(real) < len(numbers) else ""
    if not real:
        return nans
    low, high = number(min(real)), number(max(real))
    return (low if low == high else f"{low} … {high}") + (f", {nans}" if nans else "")
