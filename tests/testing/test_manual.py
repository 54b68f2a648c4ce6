"""`check_manual` finds the parameters, tells right from wrong array by array, and says what it was given otherwise."""

import math

import numpy as np
import pytest

import nn
from autograd import DomainError, GraphError, OperandError, ShapeError, UnknownNameError, Value, dot, log, no_grad, sqrt
from autograd.testing import check_manual

X = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
Y = np.array([0.25, -0.75])


def labelled(array, name):
    """Return an array of values, labelled as the parameters of a module are."""
    values = np.empty(np.shape(array), dtype=object)
    for index in np.ndindex(values.shape):
        values[index] = Value(float(np.asarray(array)[index]), label=".".join([name, *map(str, index)]))
    return values


class Line:
    """A linear model with two outputs, and its gradients by hand."""

    def __init__(self):
        self.W = labelled(np.array([[0.5, -0.3, 0.8], [0.1, 0.9, -0.4]]), "W")
        self.b = labelled(np.array([0.2, -0.1]), "b")
        self.scale = Value(1.7, label="scale")
        outputs = [[self.scale * dot(row, x, b) for row, b in zip(self.W, self.b, strict=True)] for x in X.tolist()]
        self.loss = sum((o - y) ** 2 for row in outputs for o, y in zip(row, Y.tolist(), strict=True))

    @property
    def gradients(self):
        W, b = (np.vectorize(lambda value: value.data)(array) for array in (self.W, self.b))
        z = X @ W.T + b
        delta = 2 * (self.scale.data * z - Y)
        return {
            "W": self.scale.data * delta.T @ X,
            "b": self.scale.data * delta.sum(axis=0),
            "scale": float((delta * z).sum()),
        }


@pytest.fixture
def line():
    return Line()


def test_labels_are_enough(line):
    report = check_manual(line.loss, line.gradients)
    assert report.ok
    assert {array.verdict for array in report.arrays.values()} == {"equal"}
    assert [report[name].shape for name in ("W", "b", "scale")] == [(2, 3), (2,), ()]
    assert all(array.max_difference < 1e-14 and array.relative_difference < 1e-14 for array in report.arrays.values())


@pytest.mark.parametrize("form", [np.array, lambda array: array.tolist(), lambda array: [list(row) for row in array]])
def test_pairs_in_any_form_need_no_labels(line, form):
    for value in line.W.flat:
        value.label = ""
    report = check_manual(
        line.loss,
        {"weights": (form(line.W), form(line.gradients["W"])), "s": (line.scale, line.gradients["scale"])},
    )
    assert report.ok
    assert report["weights"].verdict == report["s"].verdict == "equal"


def test_rows_and_single_entries_have_names_too(line):
    gradients = line.gradients
    assert check_manual(line.loss, {"W.1": gradients["W"][1], "W.1.2": gradients["W"][1, 2]}).ok


def test_paths_of_a_module_are_labels():
    model = nn.MLP(3, [2, 1], activation="tanh", rng=0)
    loss = model([0.3, -1.2, 0.7]) ** 2
    gradients = {}
    loss.backward()
    for layer, neurons in enumerate([model.layers[0].neurons, model.layers[1].neurons]):
        for place, neuron in enumerate(neurons):
            path = f"layers.{layer}.neurons.{place}"
            gradients |= {f"{path}.w": [w.grad for w in neuron.w], f"{path}.b": neuron.b.grad}
    report = check_manual(loss, gradients)
    assert report.ok
    assert report["layers.0.neurons.1.w"].shape == (3,)


def test_nodes_inside_of_the_graph_can_be_checked_as_well():
    x = Value(0.3)
    h = x.exp()
    h.label = "h"
    assert check_manual(h * h * x, {"h": 2 * h.data * x.data}).ok


def test_a_parameter_that_the_loss_does_not_reach_has_no_slope():
    used, unused = Value(2.0), Value(3.0)
    assert check_manual(used * used, {"w": ([used, unused], [4.0, 0.0])}).ok


def test_nothing_is_stored_on_the_nodes(line):
    line.scale.grad = 5.0
    check_manual(line.loss, line.gradients)
    assert line.scale.grad == 5.0
    assert not line.W[0, 0].is_swept
    assert not line.loss.is_swept


def test_a_network_of_random_numbers_is_graded_array_by_array(line):
    gradients = line.gradients
    gradients["b"] = gradients["b"] * (1 + 1e-7)
    gradients["W"][1, 2] *= 1.001
    report = check_manual(line.loss, gradients)
    assert not report.ok
    assert [report[name].verdict for name in ("W", "b", "scale")] == ["wrong", "approximately equal", "equal"]
    assert (report["b"].exact, report["b"].approximate) == (False, True)
    assert report["W"].worst.entry == "[1][2]"
    assert report["W"].worst.actual == gradients["W"][1, 2]
    assert report["W"].max_difference == pytest.approx(abs(gradients["W"][1, 2]) / 1001)
    assert report["b"].relative_difference == pytest.approx(1e-7, rel=1e-6)


def test_the_report_is_a_table():
    W = [[Value(1.0, label="W.0.0"), Value(2.0, label="W.0.1")]]
    b = Value(4.0, label="bias")
    report = check_manual(
        W[0][0] * W[0][1] * b, {"W": [[8.0, 4.25]], "bias": 2.0, "again": (b, 2.0 + 1e-6), "alone": (b, -2.0)}
    )
    assert str(report).splitlines() == [
        "name   shape   exact  approximate  max difference  verdict",
        "W      (1, 2)  no     no           2.5e-01         wrong: [0][1] is 4.25 by hand, 4 by backward()",
        "bias   ()      yes    yes          0.0e+00         equal",
        "again  ()      no     yes          1.0e-06         approximately equal",
        "alone  ()      no     no           4.0e+00         wrong: -2 by hand, 2 by backward()",
    ]
    assert repr(report) == str(report)


def test_a_transposed_square_gradient_is_recognised():
    W = labelled([[1.0, 2.0], [3.0, 4.0]], "W")
    loss = dot([1.0, 2.0, 3.0, 4.0], W.ravel().tolist())
    assert check_manual(loss, {"W": [[1.0, 2.0], [3.0, 4.0]]}).ok
    report = check_manual(loss, {"W": [[1.0, 3.0], [2.0, 4.0]]})
    assert report["W"].verdict == "wrong"
    assert "transpose" in str(report)


def test_rounding_is_judged_by_the_precision_of_the_gradient(line):
    single = line.gradients["W"].astype(np.float32)
    assert check_manual(line.loss, {"W": single})["W"].verdict == "equal"
    assert check_manual(line.loss, {"W": single.astype(float)})["W"].verdict == "approximately equal"
    assert check_manual(line.loss, {"W": single * np.float32(1.001)})["W"].verdict == "wrong"


def test_zeros_and_whole_numbers():
    x = Value(2.0, label="x")
    assert check_manual(x * 0.0, {"x": 0.0})["x"].verdict == "equal"
    assert check_manual(x * 3.0, {"x": np.array(3)})["x"].verdict == "equal"
    assert check_manual(x * 0.0, {"x": 1e-17})["x"].verdict == "approximately equal"
    assert check_manual(x * 0.0, {"x": 1e-6})["x"].verdict == "wrong"


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_is_wrong(wrong):
    x = Value(2.0, label="x")
    report = check_manual(x * x, {"x": wrong})
    assert report["x"].verdict == "wrong"
    assert report["x"].max_difference == math.inf
    assert check_manual(sqrt(Value(0.0, label="x")), {"x": math.inf})["x"].verdict == "equal"
    assert check_manual(sqrt(Value(0.0, label="x")), {"x": 1.0})["x"].verdict == "wrong"


def test_tolerances_decide(line):
    off = {"W": line.gradients["W"] * 1.001}
    assert not check_manual(line.loss, off).ok
    assert check_manual(line.loss, off, rtol=0.01)["W"].verdict == "approximately equal"
    with pytest.raises(DomainError, match="rtol"):
        check_manual(line.loss, off, rtol=-1.0)


@pytest.mark.parametrize(
    ("gradient", "hint"),
    [
        (np.ones((3, 2)), "shape of the transpose"),
        (np.ones(6), r"reshape\(2, 3\)"),
        (np.ones((4, 2, 3)), "sum over the first 4"),
        (np.ones((2, 4)), "one derivative"),
        (1.0, r"shape \(\)"),
    ],
)
def test_wrong_shapes_are_refused_with_a_hint(line, gradient, hint):
    with pytest.raises(ShapeError, match=hint):
        check_manual(line.loss, {"W": gradient})
    with pytest.raises(ShapeError, match=hint):
        check_manual(line.loss, {"W": (line.W, gradient)})


@pytest.mark.parametrize(
    "ragged", [[[1.0, 2.0, 3.0], [1.0, 2.0]], [[1.0, 2.0, 3.0], 1.0], [[], []], [], np.ones((0, 3))]
)
def test_ragged_and_empty_lists_are_refused(line, ragged):
    with pytest.raises(ShapeError, match=r"ragged|empty"):
        check_manual(line.loss, {"W": ragged})
    with pytest.raises(ShapeError, match=r"ragged|empty"):
        check_manual(line.loss, {"W": (ragged, line.gradients["W"])})


@pytest.mark.parametrize("wrong", [None, "1", True, 1j, {"w": 1.0}, np.array("a"), np.array([[None]])])
def test_gradients_that_are_not_numbers_are_refused(line, wrong):
    with pytest.raises(OperandError, match="gradient scale"):
        check_manual(line.loss, {"scale": wrong})


def test_wrong_labels_are_refused_with_the_nearest(line):
    with pytest.raises(UnknownNameError, match=r"'scal': .*'W'.* \(did you mean 'scale'\?\)"):
        check_manual(line.loss, {"scal": 1.0})
    with pytest.raises(UnknownNameError, match=r"\(parameters, gradient\)"):
        check_manual(line.loss, {"W1": np.ones((2, 3))})
    with pytest.raises(UnknownNameError, match="no node in the graph of the loss has a label"):
        check_manual(Value(2.0) * 3.0, {"x": 3.0})


def test_missing_repeated_and_mixed_labels_are_refused(line):
    line.W[1, 0].label = ""
    with pytest.raises(UnknownNameError, match=r"no node is labelled 'W\.1\.0'"):
        check_manual(line.loss, {"W": line.gradients["W"]})
    line.W[1, 0].label = "W.0.0"
    with pytest.raises(UnknownNameError, match=r"2 different nodes are labelled 'W.0.0'"):
        check_manual(line.loss, {"W": line.gradients["W"]})
    line.W[1, 0].label = "W.1"
    with pytest.raises(ShapeError, match="do not form one array"):
        check_manual(line.loss, {"W": line.gradients["W"]})


def test_parameters_the_loss_does_not_depend_on_are_refused(line):
    others = labelled(np.ones((2, 3)), "W")
    with pytest.raises(GraphError, match="none of these 6 parameters"):
        check_manual(line.loss, {"W": (others, line.gradients["W"])})


@pytest.mark.parametrize(
    "pair", [(np.ones((2, 3)), np.ones((2, 3))), (0.1, 0.2), (None, 1.0), ([Value(1.0), 2.0], 1.0)]
)
def test_pairs_without_parameters_are_refused(line, pair):
    with pytest.raises(OperandError, match="must be a node"):
        check_manual(line.loss, {"W": pair})


def test_tuples_that_are_no_pairs_are_refused(line):
    with pytest.raises(OperandError, match="got 3 items"):
        check_manual(line.loss, {"W": (0.1, 0.2, 0.3)})


@pytest.mark.parametrize(("loss", "hint"), [(3.0, "not .data"), ([Value(1.0)], "one"), (None, "got a NoneType")])
def test_losses_that_are_no_nodes_are_refused(loss, hint):
    with pytest.raises(OperandError, match=hint):
        check_manual(loss, {"W": 1.0})


def test_losses_without_a_gradient_are_refused():
    x = Value(-1.0, label="x")
    with pytest.raises(DomainError, match="nan"):
        check_manual(log(x), {"x": 1.0})
    with no_grad():
        loss = x * x
    with pytest.raises(GraphError, match="no_grad"):
        check_manual(loss, {"x": 1.0})


@pytest.mark.parametrize("gradients", [None, [1.0], 1.0, {1: 1.0}])
def test_gradients_without_names_are_refused(line, gradients):
    with pytest.raises(OperandError, match="by name"):
        check_manual(line.loss, gradients)


def test_nothing_to_check_is_refused(line):
    with pytest.raises(DomainError, match="nothing to check"):
        check_manual(line.loss, {})
