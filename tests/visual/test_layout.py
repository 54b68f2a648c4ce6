"""The promises of a drawing, checked on its geometry."""

import math
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.errors import GraphError
from autograd.visual.architecture import LayerSketch, network_picture
from autograd.visual.graph import draw
from autograd.visual.layout import lay_out
from autograd.visual.layout.crossings import count_crossings, order_layers
from autograd.visual.layout.geometry import on_curve
from autograd.visual.layout.layers import assign_layers
from autograd.visual.layout.segments import split_long_arrows
from autograd.visual.measure import text_width
from autograd.visual.picture import Arrow, Box, Picture
from autograd.visual.sizes import ARROW_FONT
from tests.visual.graphs import ALL, SMALL, chain, neuron, twice


def samples(route):
    points = route.points
    assert len(points) % 3 == 1
    for start in range(0, len(points) - 1, 3):
        for step in range(33):
            yield on_curve(*points[start : start + 4], step / 32)


def inside(point, place, margin=0.0):
    return (
        place.x - margin < point.x < place.x + place.width + margin
        and place.y - margin < point.y < place.y + place.height + margin
    )


def text_corners(arrow, at):
    width = text_width(arrow.text, ARROW_FONT)
    return [at._replace(x=at.x - width * part, y=at.y - up) for part in (0, 0.5, 1) for up in (0, 4, 8)]


def check_geometry(picture):
    layout = lay_out(picture)
    for one, other in combinations(layout.places.values(), 2):
        apart = max(
            other.x - one.x - one.width, one.x - other.x - other.width,
            other.y - one.y - one.height, one.y - other.y - other.height,
        )  # fmt: skip
        assert apart >= 8.0
    for place in layout.places.values():
        assert place.x >= -0.01
        assert place.y >= -0.01
        assert place.x + place.width <= layout.width + 0.01
        assert place.y + place.height <= layout.height + 0.01
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        source, target = layout.places[arrow.source], layout.places[arrow.target]
        others = [place for place in layout.places.values() if place not in (source, target)]
        assert not [point for point in samples(route) for place in others if inside(point, place, 4.0)]
        assert not [point for point in samples(route) if inside(point, target, -0.5) or inside(point, source, -0.5)]
        if arrow.text:
            corners = text_corners(arrow, route.text_at)
            assert not [corner for corner in corners for place in layout.places.values() if inside(corner, place)]
    texts = [(a, r.text_at) for a, r in zip(picture.arrows, layout.routes, strict=True) if a.text]
    for (one, at), (other, there) in combinations(texts, 2):
        level = abs(at.y - there.y) < 10.0
        overlap = at.x - text_width(one.text, ARROW_FONT) < there.x and there.x - text_width(other.text, 10) < at.x
        assert not (level and overlap)
    return layout


@st.composite
def pictures(draw_from):
    count = draw_from(st.integers(1, 16))
    edges = draw_from(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=32))
    titles = draw_from(
        st.lists(st.sampled_from(["x", "tanh", "layers.0.neurons.12.w.3"]), min_size=count, max_size=count)
    )
    kinds = draw_from(st.lists(st.sampled_from(["input", "operation", "constant"]), min_size=count, max_size=count))
    rows = (("data", "0.1234"), ("grad", "-1e-05"))
    boxes = [
        Box(str(i), title, () if kind == "constant" else rows, kind)
        for i, (title, kind) in enumerate(zip(titles, kinds, strict=True))
    ]
    arrows = [
        Arrow(str(min(edge)), str(max(edge)), draw_from(st.sampled_from(["", "1", "-0.001234"])))
        for edge in edges
        if edge[0] != edge[1]
    ]
    return Picture(tuple(boxes), tuple(arrows))


@settings(max_examples=150, deadline=None)
@given(pictures())
def test_any_graph_is_drawn_without_overlap(picture):
    check_geometry(picture)


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.__name__)
def test_the_graphs_of_learning_are_drawn_without_overlap(graph):
    loss = graph()
    check_geometry(draw(loss))
    loss.backward()
    check_geometry(draw(loss))


@pytest.mark.parametrize("widths", [(1, 1), (2, 3, 1), (2, 8, 8, 1), (64, 32, 10), (3, 300, 2)])
def test_lines_of_a_network_pass_clear_of_its_neurons(widths):
    layers = [LayerSketch(f"layers.{k}", width, "relu") for k, width in enumerate(widths[1:])]
    picture = network_picture(widths[0], layers)
    layout = lay_out(picture)
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        for name, place in layout.places.items():
            if name not in (arrow.source, arrow.target) and not name.endswith("more"):
                distance = min(math.dist(point, place.centre) for point in samples(route))
                assert distance > place.width / 2 + 1.0


@given(pictures())
@settings(max_examples=50, deadline=None)
def test_layout_is_the_same_every_time(picture):
    assert lay_out(picture) == lay_out(picture)


def test_arrows_point_right_and_the_output_is_last():
    picture = draw(neuron())
    layout = lay_out(picture)
    for arrow in picture.arrows:
        source, target = layout.places[arrow.source], layout.places[arrow.target]
        assert source.x + source.width < target.x
    output = next(box.id for box in picture.boxes if box.kind == "output")
    assert layout.places[output].x == max(place.x for place in layout.places.values())


def test_two_uses_are_two_curves():
    first, second = lay_out(draw(twice())).routes
    assert first.points[-1] != second.points[-1]
    assert abs(first.points[-1].y - second.points[-1].y) >= 12.0


def brute_force_length(count, edges, span):
    best = math.inf
    layers = [0] * count

    def place(vertex):
        nonlocal best
        if vertex == count:
            best = min(best, sum(layers[head] - layers[tail] for tail, head in edges))
            return
        for layer in range(span):
            if all(layers[tail] < layer for tail, head in edges if head == vertex):
                layers[vertex] = layer
                place(vertex + 1)

    place(0)
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.data())
def test_layers_have_the_least_total_length(count, data):
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] != pair[1])
    edges = [(min(pair), max(pair)) for pair in data.draw(st.lists(pairs, max_size=9))]
    layers = assign_layers(count, edges)
    assert min(layers) == 0
    assert all(layers[tail] < layers[head] for tail, head in edges)
    assert sum(layers[head] - layers[tail] for tail, head in edges) == brute_force_length(count, edges, count)


def test_layers_refuse_a_circle():
    with pytest.raises(GraphError, match="circle"):
        assign_layers(3, [(0, 1), (1, 2), (2, 0)])


@pytest.mark.parametrize("graph", [g for g in SMALL if g is not chain], ids=lambda graph: graph.__name__)
def test_few_arrows_cross(graph):
    picture = draw(graph())
    index = {box.id: i for i, box in enumerate(picture.boxes)}
    arrows = [(index[arrow.source], index[arrow.target]) for arrow in picture.arrows]
    layered = split_long_arrows(assign_layers(len(index), arrows), arrows)
    crossings = count_crossings(order_layers(layered), layered.heads)
    # Weights shared by several samples cannot be drawn flat; trees can.
    most = {"mlp": 9, "squared_error_of_network": 75, "two_layer_sigmoid": 12, "squared_error": 3}
    assert crossings <= most.get(graph.__name__, 0)


def test_counting_crossings_agrees_with_its_definition():
    layers = [[0, 1, 2], [3, 4, 5]]
    heads = [[5, 3], [4, 3], [3, 4, 5], [], [], []]
    pairs = [(tail, head) for tail in layers[0] for head in heads[tail]]
    expected = sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in combinations(pairs, 2))
    assert count_crossings(layers, heads) == expected


def test_shared_bends_keep_long_fans_small():
    deep = top = Box("deep", "deep")
    boxes, arrows = [deep], []
    for i in range(150):
        boxes.append(Box(str(i), "+"))
        arrows += [Arrow(top.id, str(i), "1"), Arrow("deep", str(i), "1")]
        top = boxes[-1]
    layered = split_long_arrows(assign_layers(151, pairs := [(0, 1), *[(i, i + 1) for i in range(1, 150)]]), pairs)
    assert len(layered.layer_of) == 151
    layout = lay_out(Picture(tuple(boxes), tuple(arrows)))
    assert layout.height < 200
