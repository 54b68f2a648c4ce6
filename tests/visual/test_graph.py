"""What a picture of a computation graph says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, no_grad, topological_order, total
from autograd.errors import OperandError
from autograd.visual import Picture, collapse, draw
from autograd.visual.graph import NOT_SWEPT
from autograd.visual.layout.layers import topological_vertices
from autograd.visual.parameters import owner_of, parameters_among
from tests.visual.graphs import ALL, SMALL, digits, mlp, network, neuron, twice


def boxes_of(picture, kind):
    return [box for box in picture.boxes if box.kind == kind]


def box_named(picture, title):
    (found,) = [box for box in picture.boxes if box.title == title]
    return found


def arrows_into(picture, title):
    target = box_named(picture, title).id
    titles = {box.id: box.title for box in picture.boxes}
    return [(titles[arrow.source], arrow.text) for arrow in picture.arrows if arrow.target == target]


def test_every_number_is_in_the_picture():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    product.label = "p"
    loss = product.tanh()
    loss.backward()
    picture = draw(loss)
    assert box_named(picture, "a").rows == (("data", "2"), ("grad", "-7.373e-05"))
    assert box_named(picture, "p").tag == "×"
    assert box_named(picture, "p").rows[0] == ("data", "-6")
    assert box_named(picture, "tanh").rows == (("data", "-1"), ("grad", "1"))
    assert arrows_into(picture, "p") == [("a", "-3"), ("b", "2")]
    assert repr(loss.data) in box_named(picture, "tanh").detail


def test_twice_the_same_number_is_two_arrows():
    loss = twice()
    loss.backward()
    picture = draw(loss)
    assert arrows_into(picture, "+") == [("a", "1"), ("a", "1")]
    assert box_named(picture, "a").rows[1] == ("grad", "2")


def test_kinds_are_told_apart():
    model = network(2, 2, 1)
    loss = (model([Value(1.0, label="x"), 0.5])[0] - 3.0) ** 2
    picture = draw(loss)
    assert {box.title for box in boxes_of(picture, "parameter")} == {
        *(f"layers.0.neurons.{j}.{name}" for j in range(2) for name in ("w.0", "w.1", "b")),
        *(f"layers.1.neurons.0.{name}" for name in ("w.0", "w.1", "b")),
    }
    assert [box.title for box in boxes_of(picture, "input")] == ["x"]
    assert sorted(box.title for box in boxes_of(picture, "constant")) == ["0.5", "0.5", "2", "3"]
    assert [box.title for box in boxes_of(picture, "output")] == ["**"]


@pytest.mark.parametrize(
    ("labels", "parameters"),
    [
        (["w1", "x1", "b"], ["w1", "b"]),
        (["a", "b", "c"], []),
        (["W1.0.1", "x.y z", "loss"], ["W1.0.1"]),
        (["w.0", "w.1", "b", "x"], ["w.0", "w.1", "b"]),
        (["theta", "3.5", "x..y", ".w"], ["theta"]),
    ],
)
def test_parameters_are_known_by_their_labels(labels, parameters):
    leaves = [Value(1.0, label=label) for label in labels]
    assert [leaf.label for leaf in parameters_among(leaves)] == parameters


def test_owner_is_the_path_of_modules():
    assert owner_of("encoder.layers.0.attention.query.weight") == ("encoder", "layers.0", "attention", "query")


def test_without_backward_no_gradient_is_shown():
    loss = neuron()
    leaf = loss.operands[0].operands[1]
    leaf.grad = 77.0  # of some other sweep
    picture = draw(loss)
    assert NOT_SWEPT in picture.notes
    assert NOT_SWEPT in picture.svg(engine="builtin")
    assert not [row for box in picture.boxes for row in box.rows if row[0] == "grad"]
    loss.backward()
    swept = draw(loss)
    assert not swept.notes
    assert all("grad" in dict(box.rows) for box in swept.boxes if box.kind != "constant")


def test_a_leaf_alone_is_a_picture():
    picture = draw(Value(2.0, label="a"))
    assert len(picture.boxes) == 1
    assert not picture.notes
    assert "<svg" in picture.svg()


def test_results_under_no_grad_are_leaves():
    with no_grad():
        hidden = Value(2.0) * 3.0
    picture = draw(hidden)
    assert [box.title for box in picture.boxes] == ["×"]


def test_several_outputs_are_drawn_together():
    outputs = network(2, 3)([1.0, 2.0])
    picture = draw(outputs)
    assert len(boxes_of(picture, "output")) == 3
    assert picture.title == "3 outputs"


def test_a_dot_without_bias_shows_none():
    assert not boxes_of(draw(dot([Value(1.0)], [Value(2.0)])), "constant")
    assert [box.title for box in boxes_of(draw(dot([Value(1.0)], [Value(2.0)], 0.5)), "constant")] == ["0.5"]


def test_constants_come_in_the_order_of_use():
    x = Value(3.0, label="x")
    picture = draw(10.0 - x)
    assert arrows_into(picture, "−") == [("10", ""), ("x", "-1")]
    locally_constant = x.sign() * x
    assert ("x", "0") in arrows_into(draw(locally_constant), "sign")


def test_what_is_not_a_graph_is_refused():
    for wrong in (1.0, None, "loss", [], [1.0], {"a": Value(1.0)}, [Value(1.0), 2.0]):
        with pytest.raises(OperandError, match="draw: expected a Value"):
            draw(wrong)


def test_an_object_can_draw_itself():
    class Model:
        def __picture__(self):
            return Picture((), title="mine")

    assert draw(Model()).title == "mine"
    with pytest.raises(OperandError):
        draw(Model)  # the class has the method, but it is no model


@pytest.mark.parametrize("graph", SMALL, ids=lambda graph: graph.__name__)
def test_small_graphs_are_drawn_one_by_one(graph):
    assert all(box.count == 1 for box in draw(graph()).boxes)


def test_a_network_is_collapsed_by_layer():
    loss = digits()
    loss.backward()
    picture = draw(loss)
    assert len(picture.boxes) < 20
    assert any("2,640 nodes, drawn as 9 groups" in note for note in picture.notes)
    layer = next(box for box in picture.boxes if box.title == "layers.0")
    assert (layer.kind, layer.count, layer.tag) == ("parameter", 2080, "×2,080")
    rectifier = next(box for box in picture.boxes if box.title == "ReLU")
    assert rectifier.count == 96
    assert ("in", "layers.0") in rectifier.rows
    assert dict(rectifier.rows)["data"].startswith("0 … ")
    assert boxes_of(picture, "output")[0].count == 1


def test_layers_are_split_into_neurons_where_there_is_room():
    model = network(2, 3, 1)
    loss = total([(model([0.1 * i, 0.3])[0] - 1.0) ** 2 for i in range(30)])
    picture = draw(loss)
    assert {box.title for box in boxes_of(picture, "parameter")} == {
        *(f"layers.0.neurons.{j}" for j in range(3)),
        "layers.1.neurons.0",
    }


def test_sums_without_modules_are_collapsed_by_operation():
    xs = [Value(float(i), label=f"x{i}") for i in range(150)]
    loss = sum(x * x for x in xs)
    picture = draw(loss)
    assert [box.title for box in picture.boxes] == ["inputs", "×", "+", "0", "+"]
    assert {arrow.text for arrow in picture.arrows} >= {"×300", "×149"}


def test_a_neuron_of_many_inputs_is_collapsed():
    output = network(64, 1)([float(i) for i in range(64)])[0]
    picture = draw(output)
    assert len(picture.boxes) == 3
    assert [(box.title, box.count) for box in boxes_of(picture, "constant")] == [("0 … 63", 64)]


def test_shared_weights_over_time_make_no_circle():
    w, h = Value(0.5, label="cell.w"), Value(0.1, label="h")
    for _ in range(120):
        h = (h * w).tanh() + h
    draw(h).svg(engine="builtin")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("+*t"), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=30))
def test_groups_of_operations_make_no_circle(program):
    labels = ["a.0.w", "a.0.b", "a.1.w", "c.w", "x", ""]
    nodes = [Value(0.1, label=label) for label in labels]
    for operation, i, j in program:
        one, other = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append(one + other if operation == "+" else one * other if operation == "*" else one.tanh())
    order = topological_order(nodes[-1])
    parameters = parameters_among(order)
    kinds = collapse._Kinds({nodes[-1]}, parameters)
    owners = collapse._owners(order, parameters)
    groupings = [collapse._grouped(order, collapse._by_operation(kinds, owners, depth)) for depth in range(3)]
    for grouping in [*groupings, collapse._last_nodes(order, kinds)]:
        assert sorted(map(id, order)) == sorted(id(node) for group in grouping.groups for node in group.nodes)
        uses = collapse.uses_between(grouping)
        edges = [(source, target) for target, sources in enumerate(uses) for source in sources]
        topological_vertices(len(grouping.groups), edges)  # refuses a circle
        for group in grouping.groups:
            assert len({(node.primitive, node.is_leaf) for node in group.nodes}) == 1 or group.kind == "operation"


def test_many_outputs_that_depend_on_each_other_make_no_circle():
    outputs = [Value(0.5, label="x")]
    for _ in range(300):
        outputs.append((outputs[-1] * 2.0).tanh())
    picture = draw(outputs)
    assert len(picture.boxes) < 40
    picture.svg(engine="builtin")


@pytest.mark.parametrize("alternating", [False, True])
def test_a_huge_chain_is_told_in_numbers(alternating):
    x = y = Value(1.0, label="x")
    for _ in range(50_000):
        y = y * 0.5 + x if alternating else (y + x) + x
    picture = draw(y)
    assert len(picture.boxes) <= 200
    (note,) = [note for note in picture.notes if "100,001 nodes" in note]
    assert note.startswith("too big: collapsed")
    assert ("100,000 deep" in note) == alternating
    assert note in picture.svg(engine="builtin")
    if alternating:
        (rest,) = [box for box in picture.boxes if box.title.endswith("operations")]
        assert ("+", "×49,994") in rest.rows
        assert sum(box.count for box in picture.boxes if box.kind != "constant") == 100_001


def test_nan_is_counted_in_groups():
    xs = [Value(float("nan") if i < 3 else float(i)) for i in range(300)]
    picture = draw(total(xs))
    assert dict(next(box for box in picture.boxes if box.title == "inputs").rows)["data"] == "3 … 299, 3 × nan"


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.__name__)
def test_a_drawing_is_the_same_every_time(graph):
    def formats(picture):
        return picture.svg(engine="builtin"), picture.dot(), picture.mermaid()

    assert formats(draw(graph())) == formats(draw(graph()))


def test_drawing_changes_nothing():
    loss = mlp()
    loss.backward()
    before = [(node.data, node.grad, node.label) for node in loss.operands]
    draw(loss).svg()
    assert [(node.data, node.grad, node.label) for node in loss.operands] == before
