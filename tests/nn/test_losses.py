"""Every loss with every setting: on tensors as PyTorch has it, on lists of values the same, compiled the same."""

import math

import numpy as np
import pytest

import nn
from autograd import (
    DomainError,
    OperandError,
    ShapeError,
    Tensor,
    TracingError,
    UnknownNameError,
    Value,
    compile,
    grad,
    jvp,
    log_softmax,
    topological_order,
    total,
)
from autograd.testing import check_gradients
from autograd.trees import leaves, map_leaves
from nn.losses import LOSSES, find_loss
from tests.golden.table import decode, read
from tests.tensor.cases import numbers

GOLDEN = read("losses")
SETTINGS = GOLDEN["settings"]
CLASSES = ("cross_entropy", "nll_loss", "multi_margin_loss")
POINTWISE = [name for name in LOSSES if name not in CLASSES]
LABELS = [[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]]
#: Predictions and targets that every loss takes, of shape (2, 3).
EXAMPLES = {
    name: (numbers(2, 3), np.array(LABELS) if name == "hinge_loss" else numbers(2, 3, shift=3) / 4 + 0.4)
    for name in LOSSES
} | {name: (numbers(2, 3), np.array([2, 0])) for name in CLASSES}
EXAMPLES["binary_cross_entropy"] = (numbers(2, 3, shift=3) / 4 + 0.4, numbers(2, 3, shift=2) / 4 + 0.4)


def named(rows):
    """Give each row an id that says what it tries."""
    return [
        pytest.param(row, id=f"{index}-{row['name']}-{'-'.join(map(str, row.get('settings', {}).values()))[:40]}")
        for index, row in enumerate(rows)
    ]


def is_worth_two_orders(row):
    """Tell which rows to differentiate twice: one reduction of all, and the richest stacks."""
    settings = row["settings"]
    finite = math.isfinite(np.min(decode(row["predictions"])))
    return finite and settings["reduction"] == "none" and (np.ndim(row["predictions"]) < 3 or len(settings) == 4)


def shortened(row):
    """Return a row with two of its samples, which is enough for finite differences."""
    if np.ndim(row["predictions"]) == 1:
        return row
    cut = {key: row[key][1:3] for key in ("predictions", "targets")}
    settings = {key: option[1:3] if np.ndim(option) == 2 else option for key, option in row["settings"].items()}
    return row | cut | {"settings": settings}


def cost(row, predictions):
    return LOSSES[row["name"]](predictions, row["targets"], **row.get("settings", {}))


def weighted(out):
    """Return entries added up, each with a share of its own, as the golden gradients have it."""
    if isinstance(out, list):
        entries = leaves(out)
        shares = numbers(len(entries), shift=5)
        return total([share * x for share, x in zip(shares.tolist(), entries, strict=True)])
    return (out * numbers(*out.shape, shift=5)).sum() if np.shape(out.data) else out


def test_every_loss_has_golden_rows_and_is_exported():
    for section in ("rows", "settings"):
        assert {row["name"] for row in GOLDEN[section]} == set(LOSSES)
    assert set(LOSSES) <= set(nn.__all__)
    assert all(getattr(nn, name) is loss is find_loss(name) is find_loss(loss) for name, loss in LOSSES.items())
    assert all(loss.__name__ == name for name, loss in LOSSES.items())


@pytest.mark.parametrize("row", named(SETTINGS))
def test_tensors_equal_pytorch(row):
    predictions = Tensor(decode(row["predictions"]))
    loss = cost(row, predictions)
    weighted(loss).backward()
    np.testing.assert_allclose(loss.data, np.array(decode(row["value"])), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(predictions.grad, np.array(decode(row["grad"])), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("row", named(GOLDEN["rows"]))
def test_tensors_equal_pytorch_at_the_edges(row):
    predictions = Tensor(decode(row["predictions"]))
    with np.errstate(all="ignore"):
        loss = cost(row, predictions)
    loss.backward()
    np.testing.assert_allclose(loss.data, float(row["value"]), rtol=1e-12)
    rtol = 1e-8 if row["name"] == "binary_cross_entropy" else 1e-11  # PyTorch's guard of 1e-12 is a 32-bit float
    np.testing.assert_allclose(predictions.grad, decode(row["grad"]), rtol=rtol, atol=3e-16)


@pytest.mark.parametrize("row", named([row for row in SETTINGS if np.ndim(row["predictions"]) == 2]))
def test_values_in_lists_equal_tensors(row):
    predictions = map_leaves(Value, decode(row["predictions"]))
    tensor = Tensor(decode(row["predictions"]))
    one, other = cost(row, predictions), cost(row, tensor)
    data = map_leaves(lambda x: x.data if isinstance(x, Value) else x, one)
    np.testing.assert_allclose(data, other.data, rtol=1e-12, atol=1e-15)
    weighted(one).backward()
    weighted(other).backward()
    slopes = map_leaves(lambda x: x.grad, predictions)
    np.testing.assert_allclose(slopes, tensor.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("row", named([row for row in SETTINGS if np.ndim(row["predictions"]) == 2]))
def test_plain_numbers_give_the_same_as_nodes(row):
    predictions = decode(row["predictions"])
    expected = cost(row, Tensor(predictions)).data
    found = cost(row, np.array(predictions))
    assert not isinstance(found, Tensor)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(cost(row, predictions), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("row", named([row for row in SETTINGS if is_worth_two_orders(row)]))
def test_derivatives_agree_with_finite_differences_to_second_order(row):
    row = shortened(row)

    def loss(predictions):
        return weighted(cost(row, predictions))

    check_gradients(loss, np.array(row["predictions"]), order=2, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("row", named([row for row in SETTINGS if np.ndim(row["predictions"]) == 2]))
def test_compiled_equals_eager(row):
    eager, fast = (map_leaves(Value, decode(row["predictions"])) for _ in range(2))
    expected = weighted(cost(row, eager))
    found = compile(lambda predictions: weighted(cost(row, predictions)))(fast)
    expected.backward()
    found.backward()
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-12, atol=1e-15)
    slopes = [map_leaves(lambda x: x.grad, predictions) for predictions in (fast, eager)]
    np.testing.assert_allclose(*slopes, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    "row",
    named(
        [
            row
            for row in SETTINGS
            if row["name"] in CLASSES
            and np.ndim(row["targets"]) == 1
            and "ignore_index" not in row["settings"]
            and np.ndim(row["predictions"]) == 2
        ]
    ),
)
def test_labels_are_data_of_a_compiled_loss(row):
    predictions, labels = decode(row["predictions"]), np.array(row["targets"])
    fast = compile(lambda rows, labels: weighted(LOSSES[row["name"]](rows, labels, **row["settings"])))
    for classes in (labels, labels[::-1].copy()):
        expected = weighted(cost(row | {"targets": classes}, Tensor(predictions)))
        np.testing.assert_allclose(fast(predictions, classes), np.array(expected.data), rtol=1e-12)
    assert fast.stats.traces == 1


@pytest.mark.parametrize("name", LOSSES)
def test_float32_stays(name):
    predictions, targets = EXAMPLES[name]
    single = Tensor(predictions.astype(np.float32))
    for reduction in ("mean", "sum", "none"):
        loss = LOSSES[name](single, targets, reduction=reduction)
        assert loss.dtype == np.float32
        np.testing.assert_allclose(loss.data, LOSSES[name](predictions, targets, reduction=reduction), rtol=2e-5)
    loss.sum().backward()
    assert single.grad.dtype == np.float32
    assert not [node for node in topological_order(loss) if node.dtype == np.float64]


@pytest.mark.parametrize("weight", [[0.5, 2.0, 1.0], np.array([0.5, 2.0, 1.0])])
def test_weights_in_float64_do_not_make_float32_longer(weight):
    single = Tensor(EXAMPLES["cross_entropy"][0].astype(np.float32))
    for settings in ({}, {"label_smoothing": 0.1}, {"ignore_index": 2}):
        assert nn.cross_entropy(single, [2, 0], weight=weight, **settings).dtype == np.float32
    assert nn.multi_margin_loss(single, [2, 0], weight=weight).dtype == np.float32
    targets = np.ones((2, 3))
    assert nn.binary_cross_entropy_with_logits(single, targets, weight=weight, pos_weight=weight).dtype == np.float32


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", ["tensor", "list"])
def test_bad_input_of_every_loss(name, kind):
    predictions, targets = EXAMPLES[name]
    loss = LOSSES[name]
    given = Tensor(predictions) if kind == "tensor" else map_leaves(Value, predictions.tolist())
    with pytest.raises(UnknownNameError, match=f"{name}: no reduction is named 'average'"):
        loss(given, targets, reduction="average")
    with pytest.raises(UnknownNameError, match="did you mean 'mean'"):
        loss(given, targets, reduction="means")
    with pytest.raises(ShapeError, match=name):
        loss(given, targets[:1])
    with pytest.raises((ShapeError, OperandError), match=name):
        loss(given, targets.ravel()[0])
    nothing = Tensor(np.zeros((0, 3))) if kind == "tensor" else []
    with pytest.raises(ShapeError, match=name):
        loss(nothing, targets[:0])
    wrong = np.array(targets, float)
    wrong.flat[1] = math.nan
    with pytest.raises(DomainError, match=name):
        loss(given, wrong)


@pytest.mark.parametrize("name", POINTWISE)
def test_arrays_are_paired_by_their_shapes(name):
    predictions, targets = EXAMPLES[name]
    with pytest.raises(ShapeError, match=r"shape \(2, 3\) and targets of shape \(3, 2\)"):
        LOSSES[name](Tensor(predictions), targets.T)
    with pytest.raises(ShapeError, match=r"shape \(2, 3\) and targets of shape \(3,\)"):
        LOSSES[name](Tensor(predictions), targets[0])
    column, flat = predictions.reshape(6, 1), targets.reshape(6)
    expected = LOSSES[name](predictions, targets)
    np.testing.assert_allclose(LOSSES[name](Tensor(column), flat).data, expected, rtol=1e-15)
    np.testing.assert_allclose(LOSSES[name](Tensor(column[:, 0]), flat[:, None]).data, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda x: nn.hinge_loss(x, np.zeros((2, 3))), "targets -1 or 1, got 0.0 at .0, 0."),
        (lambda x: nn.binary_cross_entropy_with_logits(x, np.full((2, 3), 1.5)), "targets from 0 to 1"),
        (lambda x: nn.binary_cross_entropy(x, np.ones((2, 3))), "use binary_cross_entropy_with_logits"),
        (lambda x: nn.kl_div_loss(x, np.full((2, 3), -0.5)), "targets from 0 to 1"),
        (lambda x: nn.cross_entropy(x, [0, 3]), "labels from 0 to 2, got 3"),
        (lambda x: nn.cross_entropy(x, [0, -100]), "pass ignore_index=-100"),
        (lambda x: nn.cross_entropy(x, np.array([0.0, 1.0])), r"as integers, got float64; labels.astype\(int\)"),
        (lambda x: nn.cross_entropy(x, np.full((2, 3), 1.5)), "class probabilities from 0 to 1, got 1.5 at"),
        (lambda x: nn.cross_entropy(x, np.full((2, 3), 0.5), ignore_index=1), "the labels are class probabilities"),
        (lambda x: nn.cross_entropy(x, [1, 1], ignore_index=1), "there is no mean of nothing"),
        (lambda x: nn.nll_loss(x, [1, 1], weight=[1.0, 0.0, 1.0]), "there is no mean of nothing"),
        (lambda x: nn.cross_entropy(x, [0, 1], label_smoothing=1.5), "label_smoothing must be a number from 0 to 1"),
        (lambda x: nn.multi_margin_loss(x, [0, 1], p=3), "p=1 or p=2, got 3"),
        (lambda x: nn.huber_loss(x, np.ones((2, 3)), delta=0.0), "delta must be a finite number above 0, got 0.0"),
        (lambda x: nn.huber_loss(x, np.ones((2, 3)), delta=np.inf), "delta must be a finite number"),
        (lambda x: nn.smooth_l1_loss(x, np.ones((2, 3)), beta=-1.0), "beta"),
    ],
)
def test_what_targets_and_settings_may_not_be(loss, words):
    x = Tensor(numbers(2, 3))
    with pytest.raises(DomainError, match=words):
        loss(x)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda x: nn.cross_entropy(x, [0, 1, 2]), "labels of shape .3,.; expected labels of shape .2,."),
        (
            lambda x: nn.cross_entropy(x[:, :, None][..., [0] * 4], np.zeros((2, 3), int)),
            r"scores.reshape\(-1, classes",
        ),
        (lambda x: nn.cross_entropy(x, [0, 1], weight=[1.0, 2.0]), "expected one for each of 3 classes"),
        (lambda x: nn.cross_entropy(x.sum(), 0), "got a single number"),
        (lambda x: nn.binary_cross_entropy_with_logits(x, np.ones((2, 3)), pos_weight=[1.0, 2.0]), "broadcast"),
    ],
)
def test_shapes_that_do_not_fit(loss, words):
    with pytest.raises(ShapeError, match=words):
        loss(Tensor(numbers(2, 3)))


def test_bad_class_probabilities_and_weights_of_lists():
    rows = map_leaves(Value, numbers(2, 3).tolist())
    with pytest.raises(ShapeError, match="2 class probabilities for 3 scores"):
        nn.cross_entropy(rows, [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(DomainError, match=r"class probabilities from 0 to 1, got 1\.5"):
        nn.cross_entropy(rows, [[0.5, 0.5, 0.0], [1.5, 0.5, 0.0]])
    with pytest.raises(DomainError, match="class probabilities"):
        nn.cross_entropy(rows, [[0.5, 0.5, 0.0]] * 2, ignore_index=0)
    with pytest.raises(DomainError, match="no mean of nothing"):
        nn.cross_entropy(rows, [1, 1], ignore_index=1)
    with pytest.raises(ShapeError, match="2 numbers as pos_weight for 6 predictions"):
        nn.binary_cross_entropy_with_logits(rows, np.ones((2, 3)), pos_weight=[1.0, 2.0])
    ignoring = compile(lambda rows, labels: nn.cross_entropy(rows, labels, ignore_index=1))
    with pytest.raises(TracingError, match="which labels are ignored"):
        ignoring(rows, np.array([1, 0]))
    assert ignoring(rows, [1, 0]).data == nn.cross_entropy(rows[1:], [0]).data


@pytest.mark.parametrize("scores", [Tensor([[0.3], [-1.2]]), [[Value(0.3)], [Value(-1.2)]]], ids=["array", "lists"])
@pytest.mark.parametrize("labels", [[0, 1], [0.0, 1.0], [[0], [1]], [[0.0], [1.0]]])
def test_one_score_a_sample_is_no_choice_of_classes(scores, labels):
    with pytest.raises(DomainError, match=r"with one score a sample: binary_cross_entropy_with_logits$"):
        nn.cross_entropy(scores, labels)


def test_gradients_pass_through_targets():
    p, t = Tensor(numbers(2, 3), label="p"), Tensor(numbers(2, 3, shift=3) / 4 + 0.4, label="t")
    for name in ("mse_loss", "binary_cross_entropy_with_logits", "cross_entropy"):
        check_gradients(LOSSES[name], p.numpy(), t.numpy(), order=2)
    nn.kl_div_loss(log_softmax(p), t, reduction="sum").backward()
    assert t.grad == pytest.approx(np.log(t.numpy()) + 1.0 - log_softmax(p.numpy()))


def test_cross_entropy_is_few_nodes_and_keeps_no_graph_of_labels():
    logits = Tensor(numbers(4, 3))
    for settings, nodes in (({}, 1), ({"label_smoothing": 0.1}, 2), ({"ignore_index": 1}, 4)):
        loss = nn.cross_entropy(logits, [2, 0, 1, 1], **settings)
        assert len([node for node in topological_order(loss) if node.primitive]) == nodes


def test_a_perfect_fit_has_no_slope():
    for predictions in (Tensor([1.5, 2.0]), [Value(1.5), Value(2.0)]):
        loss = nn.rmse_loss(predictions, [1.5, 2.0])
        loss.backward()
        assert loss.data == 0.0
        slopes = predictions.grad if isinstance(predictions, Tensor) else [p.grad for p in predictions]
        np.testing.assert_array_equal(slopes, [0.0, 0.0])


def test_labels_may_be_changed_after_the_loss():
    logits, labels = Tensor(numbers(2, 3)), np.array([0, 1])
    expected = grad(lambda x: nn.cross_entropy(x, [0, 1]))(numbers(2, 3))
    loss = nn.cross_entropy(logits, labels)
    labels[:] = 2
    loss.backward()
    np.testing.assert_array_equal(logits.grad, expected)


def test_names_of_losses():
    with pytest.raises(UnknownNameError, match="did you mean 'huber_loss'"):
        find_loss("hubr_loss")
    assert find_loss(math.hypot) is math.hypot


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (None, OperandError, "expected numbers as .*, got a NoneType None"),
        (["a", "b"], OperandError, "expected numbers as .*, got a list of 2 items"),
        ([[1.0], [2.0, 3.0]], ShapeError, "expected .* of one length, got a list of 2 items .* that is ragged"),
    ],
)
def test_what_is_no_array_of_numbers(name, given, error, words):
    with pytest.raises(error, match=f"{name}: .*{words}"):
        LOSSES[name](Tensor(EXAMPLES[name][0]), given)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: nn.cross_entropy(x, [0, 1], label_smoothing="a"),
        lambda x: nn.cross_entropy(x, [0, 1], ignore_index=0.5),
        lambda x: nn.huber_loss(x, x, delta="a"),
        lambda x: nn.huber_loss(x, x, delta=math.nan),
        lambda x: nn.smooth_l1_loss(x, x, beta=None),
    ],
)
def test_settings_that_are_no_numbers(loss):
    with pytest.raises(DomainError, match="got"):
        loss(Tensor(numbers(2, 3)))


def test_nodes_in_lists_meet_tensors():
    values, tensor = [Value(1.0), Value(2.5)], Tensor([0.5, 0.5])
    for loss in (nn.mse_loss(values, tensor), nn.mse_loss(tensor, values)):
        loss.backward()
    assert [value.grad for value in values] == [2 * 0.5, 2 * 2.0]
    with pytest.raises(OperandError, match=r"autograd\.stack makes one tensor"):
        nn.cross_entropy([Tensor([0.1, 0.2])], [0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gap", [1.0, 1e2, 1e4, 1e7, 1e9, 1e30, np.inf])
def test_the_slope_of_a_cross_entropy_keeps_its_digits_however_wrong_the_label(gap, dtype):
    scores = np.array([[10.25, 0.125, 10.5, 10.25 - gap], [0.5, -gap, 0.75, 0.25]], dtype)
    exact = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    exact = exact / exact.sum(axis=1, keepdims=True) - np.eye(4)[[3, 2]]
    near = {"rtol": 50 * np.finfo(dtype).eps, "atol": float(np.finfo(dtype).tiny)}

    def loss(x):
        return nn.cross_entropy(x, np.array([3, 2]), reduction="sum")

    x = Tensor(scores)
    loss(x).backward()
    np.testing.assert_allclose(x.grad, exact, **near)
    _, moved = jvp(loss, (scores,), (np.eye(2, 4, dtype=dtype),))
    np.testing.assert_allclose(moved, exact[0, 0] + exact[1, 1], **near)
