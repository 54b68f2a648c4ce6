"""Networks drawn as columns of neurons."""

import pytest

from autograd.errors import ShapeError
from autograd.visual.architecture import LayerSketch, network_picture
from autograd.visual.layout import lay_out

DIGITS = [
    LayerSketch("layers.0", 32, "relu", parameters=2080),
    LayerSketch("layers.1", 10, "linear", parameters=330),
]


def test_small_networks_are_drawn_in_full():
    picture = network_picture(2, [LayerSketch("hidden", 3, "tanh"), LayerSketch("output", 1)])
    assert [box.kind for box in picture.boxes] == ["input_unit"] * 2 + ["hidden_unit"] * 3 + ["output_unit"]
    assert len(picture.arrows) == 2 * 3 + 3
    assert [column.caption for column in picture.columns] == [
        ("input", "2"),
        ("hidden", "2 → 3", "tanh"),
        ("output", "3 → 1"),
    ]


def test_wide_layers_are_abbreviated():
    picture = network_picture(64, DIGITS, title="digits")
    assert [len(column.boxes) for column in picture.columns] == [10, 10, 10]
    assert [box.title for box in picture.boxes if box.kind == "more"] == ["⋮ 64", "⋮ 32"]
    assert picture.columns[0].boxes[-3:] == ("0.7", "0.more", "0.63")
    svg = picture.svg()
    for text in ("⋮ 64", "layers.0", "64 → 32", "2,080 parameters", "digits", "layers.1, 10 of 10"):
        assert f">{text}<" in svg
    assert len(network_picture(64, DIGITS, shown=4).columns[1].boxes) == 4


def test_columns_stand_side_by_side_about_one_middle():
    layout = lay_out(network_picture(1, [LayerSketch("a", 7), LayerSketch("b", 2)]))
    middles = []
    for level, width in enumerate((1, 7, 2)):
        places = [layout.places[f"{level}.{unit}"] for unit in range(width)]
        assert len({place.centre.x for place in places}) == 1
        assert [place.y for place in places] == sorted(place.y for place in places)
        middles.append((places[0].y + places[-1].y + places[-1].height) / 2)
    assert max(middles) - min(middles) < 0.01


def test_weights_are_widths_and_colours():
    layer = LayerSketch("layers.0", 2, weights=[[0.5, -2.0], [0.0, 1.0]])
    picture = network_picture(2, [layer])
    assert {(arrow.source, arrow.target): arrow.strength for arrow in picture.arrows} == {
        ("0.0", "1.0"): 0.25,
        ("0.1", "1.0"): -1.0,
        ("0.0", "1.1"): 0.0,
        ("0.1", "1.1"): 0.5,
    }
    svg = picture.svg()
    assert 'cr-negative" style="stroke-width:3px' in svg
    assert "weight above zero" in svg
    assert "weight above zero" not in network_picture(2, [LayerSketch("layers.0", 2)]).svg()
    zero = network_picture(1, [LayerSketch("a", 1, weights=[[0.0]])])
    assert zero.arrows[0].strength == 0.0


@pytest.mark.parametrize("weights", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [3.0]], []])
def test_weights_of_another_shape_are_refused(weights):
    with pytest.raises(ShapeError, match="'hidden' need 2 rows of 2 numbers"):
        network_picture(2, [LayerSketch("hidden", 2, weights=weights)])


def test_mermaid_is_the_flow_of_layers():
    lines = network_picture(64, DIGITS, title="digits").mermaid().splitlines()
    assert lines[:7] == [
        "flowchart LR",
        "  accTitle: digits",
        '  n0(["input 64"]):::input',
        '  n1("layers.0 relu<br/>size 64 → 32<br/>parameters 2,080"):::operation',
        '  n2{{"layers.1 linear<br/>size 32 → 10<br/>parameters 330"}}:::output',
        "  n0 --> n1",
        "  n1 --> n2",
    ]


def test_dot_keeps_the_order_of_each_column():
    dot = network_picture(12, [LayerSketch("a", 2)]).dot()
    column = dot[dot.index("rank=same") :]
    chain = [line.strip() for line in column.splitlines() if "->" in line][:10]
    assert chain == [f"n{i} -> n{i + 1}" for i in range(7)] + ["n7 -> n9", "n9 -> n8", "n8 -> caption0"]
