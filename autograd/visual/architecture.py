"""The architecture of a feed-forward network as a picture: columns of neurons, as textbooks draw them.

It takes plain data, so that whatever has layers can be drawn: `nn` builds on it and is not needed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from autograd.errors import ShapeError
from autograd.visual.picture import Arrow, Box, Column, Picture

_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class LayerSketch:
    """What a picture needs to know of one layer.

    `weights`, if given, has a row of incoming weights for each neuron: shape (width, width of the layer before).
    """

    name: str
    width: int
    activation: str = ""
    weights: Sequence[Sequence[float]] | None = None
    parameters: int = 0


def network_picture(inputs: int, layers: Sequence[LayerSketch], *, title: str = "", shown: int = _SHOWN) -> Picture:
    """Draw a fully connected network: a column of circles for the inputs and for each layer.

    Columns of more than `shown` neurons are drawn abbreviated. Where a layer's weights are given, its connections
    show them: the wider a line, the larger the weight; blue is positive, orange negative.
    As Mermaid, the network is a flow diagram of its layers.

    Raises
    ------
    ShapeError
        The weights of a layer do not have one row for each neuron and one column for each neuron before it.

    >>> network_picture(64, [LayerSketch("layers.0", 32, "relu"), LayerSketch("layers.1", 10, "linear")], title="MLP")
    Picture('MLP', 30 boxes, 171 arrows)
    >>> print(network_picture(2, [LayerSketch("layers.0", 1, "tanh", parameters=3)]).mermaid())
    flowchart LR
      n0(["input 2"]):::input
      n1{{"layers.0 tanh<br/>size 2 → 1<br/>parameters 3"}}:::output
      n0 --> n1
      ...
    """
    widths = [inputs, *(layer.width for layer in layers)]
    _check(widths, layers)
    columns = [_shown(width, shown) for width in widths]
    boxes: list[Box] = []
    for level, units in enumerate(columns):
        boxes += _units(level, widths[level], units, layers[level - 1].name if level else "input", len(layers))
    arrows = [
        Arrow(_id(level, source), _id(level + 1, target), strength=_strength(layer, target, source))
        for level, layer in enumerate(layers)
        for target in columns[level + 1]
        for source in columns[level]
    ]
    return Picture(
        tuple(boxes),
        tuple(arrows),
        title,
        columns=tuple(
            _column(level, widths[level], units, _caption(level, widths, layers)) for level, units in enumerate(columns)
        ),
        overview=_overview(widths, layers, title),
    )


def _check(widths: Sequence[int], layers: Sequence[LayerSketch]) -> None:
    for before, layer in zip(widths, layers, strict=False):
        if layer.weights is not None and [len(row) for row in layer.weights] != [before] * layer.width:
            raise ShapeError(
                f"network_picture: the weights of {layer.name!r} need {layer.width} rows of {before} numbers, one for "
                f"each neuron before; got {len(layer.weights)} rows of {sorted({len(row) for row in layer.weights})}"
            )


def _shown(width: int, most: int) -> list[int]:
    """Return the neurons of a column that are drawn: all, or the first ones and the last."""
    return list(range(width)) if width <= most else [*range(most - 2), width - 1]


def _id(level: int, unit: int) -> str:
    return f"{level}.{unit}"


def _units(level: int, width: int, shown: Sequence[int], name: str, last: int) -> list[Box]:
    kind = "input_unit" if level == 0 else "output_unit" if level == last else "hidden_unit"
    boxes = [Box(_id(level, unit), "", kind=kind, detail=f"{name}, {unit + 1} of {width}") for unit in shown]
    if len(shown) < width:
        boxes.append(Box(_more(level), f"⋮ {width:,}", kind="more"))
    return boxes


def _more(level: int) -> str:
    return f"{level}.more"


def _column(level: int, width: int, shown: Sequence[int], caption: tuple[str, ...]) -> Column:
    names = [_id(level, unit) for unit in shown]
    if len(shown) < width:
        names.insert(-1, _more(level))
    return Column(tuple(names), caption)


def _caption(level: int, widths: Sequence[int], layers: Sequence[LayerSketch]) -> tuple[str, ...]:
    if level == 0:
        return "input", f"{widths[0]:,}"
    layer = layers[level - 1]
    lines = [layer.name, f"{widths[level - 1]:,} → {layer.width:,}", layer.activation]
    if layer.parameters:
        lines.append(f"{layer.parameters:,} parameters")
    return tuple(filter(None, lines))


def _strength(layer: LayerSketch, target: int, source: int) -> float | None:
    """Return a weight relative to the largest of its layer."""
    if layer.weights is None:
        return None
    largest = max((abs(weight) for row in layer.weights for weight in row), default=0.0)
    return layer.weights[target][source] / largest if 0 < largest < float("inf") else 0.0


def _overview(widths: Sequence[int], layers: Sequence[LayerSketch], title: str) -> Picture:
    """Return the flow diagram: one box for the input and one for each layer."""
    boxes = [Box("0", "input", kind="input", tag=f"{widths[0]:,}")]
    for level, layer in enumerate(layers, start=1):
        rows = [("size", f"{widths[level - 1]:,} → {layer.width:,}")]
        rows += [("parameters", f"{layer.parameters:,}")] if layer.parameters else []
        kind = "output" if level == len(layers) else "operation"
        boxes.append(Box(str(level), layer.name, tuple(rows), kind, layer.activation))
    arrows = [Arrow(str(level), str(level + 1)) for level in range(len(layers))]
    return Picture(tuple(boxes), tuple(arrows), title)
