"""The array engine: recording, broadcasting, sweeping, and what people see of it."""

import copy
import gc
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import GraphError, OperandError, ShapeError, Tensor, Value, no_grad

RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 3))


def test_a_small_program():
    a, b = Tensor(A, label="a"), Tensor(A[0])
    loss = ((a * b).tanh() ** 2).sum() + (a @ b).mean() + a[1:, [0, 2]].max()
    loss.backward()
    inner = np.tanh(A * A[0])
    slope = 2 * inner * (1 - inner**2)
    picked = np.zeros((4, 3))
    picked[1:, [0, 2]] = A[1:, [0, 2]] == A[1:, [0, 2]].max()
    np.testing.assert_allclose(a.grad, slope * A[0] + A[0] / 4 + picked, rtol=1e-13)
    np.testing.assert_allclose(b.grad, (slope * A).sum(0) + A.mean(0), rtol=1e-13)


@pytest.mark.parametrize(
    "shapes", [((4, 3), (3,)), ((4, 1), (1, 3)), ((), (2, 2)), ((2, 1, 3), (4, 1)), ((0, 3), (3,))]
)
def test_what_was_broadcast_is_summed_back(shapes):
    x, y = (RNG.normal(size=shape) for shape in shapes)
    a, b = Tensor(x), Tensor(y)
    (a * b).sum().backward()
    whole = np.broadcast_shapes(*shapes)
    for leaf, own, other in ((a, x, y), (b, y, x)):
        spread = np.broadcast_to(other, whole)
        extra = spread.ndim - own.ndim
        expected = spread.sum(tuple(range(extra)))
        for axis, size in enumerate(own.shape):
            if size == 1:
                expected = expected.sum(axis, keepdims=True)
        assert np.shape(leaf.grad) == own.shape
        np.testing.assert_allclose(leaf.grad, expected, rtol=1e-13)


def test_leaves_add_up_and_inner_gradients_are_fresh():
    x = Tensor([1.0, 2.0])
    inner = x * x
    loss = inner.sum()
    assert not x.is_swept
    loss.backward()
    loss.backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    np.testing.assert_array_equal(inner.grad, [1.0, 1.0])
    x.grad = 0.0
    loss.backward(keep="leaves")
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_gradients_belong_to_their_leaf_alone():
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    (x + y).backward(np.array([1.0, 1.0]))
    x.grad *= 10.0
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    (x * y).sum().backward()
    x.grad *= 10.0
    np.testing.assert_array_equal(y.data, [3.0, 4.0])


def test_new_numbers_between_the_passes_do_not_change_a_gradient():
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    loss = (x * y).sum()
    y.data = np.array([100.0, 100.0])
    loss.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])


def test_a_backward_that_cannot_be():
    with pytest.raises(ShapeError, match=r"shape \(2,\).*cotangent"):
        (Tensor([1.0, 2.0]) * 2).backward()
    with pytest.raises(ShapeError, match="cotangent of shape"):
        (Tensor([1.0, 2.0]) * 2).backward(np.ones(3))
    with no_grad():
        out = Tensor([1.0]).sum()
    with pytest.raises(GraphError, match="no_grad"):
        out.backward()
    with pytest.raises(GraphError, match="constant"):
        Tensor([1.0], constant=True).backward()


def test_constants_get_no_gradient_and_cost_nothing():
    data, w = Tensor(A, constant=True), Tensor(np.ones(3))
    loss = (data @ w).sum()
    loss.backward()
    assert not data.is_swept
    assert (data * 2.0).constant
    assert w.detach().constant
    assert autograd.stop_gradient(w).constant
    np.testing.assert_allclose(w.grad, A.sum(0))


def test_float32_stays():
    x = Tensor(np.ones(2, np.float32))
    out = ((x * 2.0 + 1) / 3 - np.float64(0.5)).exp() ** 2 + np.array([1, 2]) + np.array([True, False])
    assert out.dtype == np.float32
    out.sum().backward()
    assert x.grad.dtype == np.float32
    assert Tensor([1, 2]).dtype == Tensor([True]).dtype == np.float64
    assert (x * np.ones(2)).dtype == np.float64
    (x * np.ones(2)).sum().backward()
    assert x.grad.dtype == np.float32
    assert (x.astype(np.float64).dtype, x.astype(np.float32)) == (np.float64, x)


@pytest.mark.parametrize("row", [autograd.relu, autograd.maximum, autograd.clip, autograd.absolute, autograd.power])
def test_gradients_of_float32_are_float32(row):
    x = Tensor(np.array([0.5, -0.5, 0.0], np.float32))
    operands = (x, Tensor(np.zeros(3, np.float32)), 1.0)[: row.arity] if hasattr(row, "arity") else (x, 0.0, 1.0)
    row(*operands).sum().backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 2.0 * x / 3.0 - 0.5,
        lambda x: x**2.0,
        lambda x: 2.0**x,
        lambda x: autograd.clip(x, 0.1, 0.9),
        lambda x: autograd.where(x.data > 0, x, 0.0),
        autograd.elu,
        autograd.gelu,
        autograd.leaky_relu,
        autograd.sigmoid,
    ],
)
def test_single_numbers_of_float32_stay_float32(function):
    number, row = Tensor(np.float32(0.5)), Tensor(np.array([0.5, 1.5], np.float32))
    for x, out in ((number, function(number)), (row, function(row.mean()))):
        out.backward()
        assert (out.dtype, x.grad.dtype) == (np.float32, np.float32)


def test_the_deviation_of_equal_numbers_has_slope_zero():
    x = Tensor([[1.5, 1.5], [1.0, 4.0]])
    x.std(axis=1).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [-0.5, 0.5]]


def test_dots_in_einsum_broadcast():
    x, y = np.arange(6.0).reshape(2, 1, 3) / 7, np.arange(12.0).reshape(4, 3) / 5
    a, b = Tensor(x), Tensor(y)
    out = autograd.einsum("...i,...i->...", a, b)
    np.testing.assert_allclose(out.data, np.einsum("...i,...i->...", x, y), rtol=1e-14)
    out.sum().backward()
    np.testing.assert_allclose(a.grad, np.broadcast_to(y.sum(axis=0), (2, 1, 3)), rtol=1e-14)
    np.testing.assert_allclose(b.grad, np.broadcast_to(x.sum(axis=(0, 1)), (4, 3)), rtol=1e-14)
    with pytest.raises(ShapeError, match=r"an axis of '\.\.\.' is 2 and 4"):
        autograd.einsum("...i,...i->...", a[:, 0], b)
    with pytest.raises(ShapeError, match="'i' is 1 and 3"):
        autograd.einsum("i,i->", Tensor([1.0]), x[0, 0])


def test_a_value_among_tensors():
    v, x = Value(3.0), Tensor(np.array([1.0, 2.0], np.float32))
    inner = v * v
    out = (inner * x + v).sum()
    assert out.dtype == np.float32
    out.backward()
    assert v.grad == 2 * 3.0 * 3.0 + 2
    assert type(v.grad) is float
    assert inner.grad == 3.0
    np.testing.assert_array_equal(x.grad, [9.0, 9.0])
    slope = autograd.grad(autograd.grad(lambda s: ((s**3) * Tensor([1.0, 2.0])).sum()))(2.0)
    assert slope == pytest.approx(36.0)


def test_long_chains_are_swept_and_freed_without_the_collector():
    x = Tensor([1.0])
    gc.collect()
    gc.disable()
    try:
        y = x
        for _ in range(20_000):
            y = y * 1.0
        y.sum().backward()
        assert x.grad[0] == 1.0
        del y
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_copies_and_pickles_keep_the_graph():
    x, v = Tensor(A, label="x"), Value(2.0, label="v")
    out = (x[1:, [0, 2]].reshape(-1) * v).tanh().sum()
    for twin in (copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        twin.backward()
        leaf = next(node for node in autograd.topological_order(twin) if node.label == "x")
        assert leaf is not x
        out.backward()
        np.testing.assert_array_equal(leaf.grad, x.grad)
        x.grad = v.grad = 0.0


def test_what_people_see():
    assert repr(Tensor([1.0, 2.0], label="w")) == "Tensor([1., 2.], label='w')"
    assert repr(Tensor(np.ones(1, np.float32))) == "Tensor([1.], dtype=float32)"
    assert repr(Tensor(np.ones((0, 2)))) == "Tensor([], shape=(0, 2))"
    assert f"{Tensor(1.25):.1f}" == "1.2"
    x = Tensor(A)
    assert (x.shape, x.ndim, x.size, len(x), x.T.shape) == ((4, 3), 2, 12, 4, (3, 4))
    assert Tensor(2.0).item() == 2.0
    assert [row.shape for row in x] == [(3,)] * 4
    assert x.numpy().tolist() == x.tolist() == A.tolist()


def test_a_tensor_of_nodes_passes_gradients_on():
    v, x = Value(2.0), Tensor([3.0, 4.0])
    t = Tensor([[v, 1.0], x], label="t")
    assert t.tolist() == [[2.0, 1.0], [3.0, 4.0]]
    (t * np.array([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    assert v.grad == 1.0
    assert x.grad.tolist() == [3.0, 4.0]
    assert Tensor(np.array([v, v]), dtype=np.float32).dtype == np.float32


def test_an_update_that_would_be_lost_is_refused():
    p = Tensor([1.0])
    with no_grad(), pytest.raises(OperandError, match=r"p\.data -= lr"):
        p -= 0.1
    p -= 0.1
    assert p.tolist() == [0.9]


def test_a_tensor_of_a_tensor_is_the_same_node():
    x = Tensor([1.0])
    assert Tensor(x, label="x") is x
    assert x.label == "x"


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        (None, OperandError, "None"),
        ("a", OperandError, "real numbers"),
        ([1j], OperandError, "complex"),
        ([[1.0], [1.0, 2.0]], ShapeError, "ragged"),
        ([Value(1.0), "a"], OperandError, "stack"),
        ([[Value(1.0)], [1.0, 2.0]], ShapeError, "ragged"),
        (np.ones(2, np.float16), OperandError, "float16"),
        (np.array(["2020-01-01"], "M8[D]"), OperandError, "real numbers"),
    ],
)
def test_what_is_no_tensor_is_refused(given, error, match):
    with pytest.raises(error, match=match):
        Tensor(given)


def test_operands_that_do_not_fit_are_refused():
    x = Tensor(A)
    with pytest.raises(ShapeError, match=r"add: shapes \(4, 3\) and \(4,\)"):
        x + np.ones(4)
    with pytest.raises(ShapeError, match="3 columns but right has 4 rows"):
        x @ x
    with pytest.raises(TypeError):
        x + "a"
    with pytest.raises(OperandError, match="stack"):
        x + np.array([Value(1.0)] * 3, dtype=object)
    with pytest.raises(OperandError, match="Tensor or an array"):
        autograd.mean("abc")
    with pytest.raises(autograd.TracingError, match="without compile"):
        autograd.compile(lambda v: (v * x).sum())(2.0)
    with pytest.raises(autograd.TracingError, match="without compile"):
        autograd.compile(lambda v: v + x)(2.0)
    with pytest.raises(autograd.TracingError, match="without compile"):
        autograd.compile(lambda t: t.sum())(x)


def test_comparisons_give_arrays_and_nodes_are_equal_by_identity():
    x, y = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    assert (x > 1.5).tolist() == [False, True]
    assert (x <= 1.5).tolist() == [True, False]
    assert (x <= y).tolist() == [True, True]
    assert x == x
    assert x != y
    assert len({x, y}) == 2
    assert autograd.equal(x, y).tolist() == [True, True]
    with pytest.raises(ValueError, match=r"t\.data == x"):
        assert x == 1.0
    with pytest.raises(ShapeError, match="not true or false"):
        bool(x)
    assert Tensor([0.5])


def test_a_number_is_not_lost_by_accident():
    with pytest.raises(OperandError, match="item"):
        float(Tensor(1.0))
    with pytest.raises(OperandError, match=r"t\.data"):
        np.asarray(Tensor(A))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_relu_is_the_same_for_few_and_for_many_numbers(dtype: str) -> None:
    few = np.array([-np.inf, -2.0, -0.0, 0.0, 1e-40, 3.0, np.inf, np.nan], dtype)
    x = Tensor(np.tile(few, (16, 64)))  # NumPy is asked another way then
    out = x.relu()
    out.sum().backward()
    expected = Tensor(few)
    row = expected.relu()
    row.sum().backward()
    assert out.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(out.data, np.tile(row.data, (16, 64)))
    np.testing.assert_array_equal(np.signbit(out.data), np.tile(np.signbit(row.data), (16, 64)))
    np.testing.assert_array_equal(x.grad, np.tile(expected.grad, (16, 64)))
    np.testing.assert_array_equal(expected.grad, [0, 0, 0, 0, 1, 1, 1, 1])


@pytest.mark.filterwarnings("error")
def test_means_and_recurrences_that_overflow_are_quiet() -> None:
    assert np.isinf(Tensor(np.full((4, 2), 1e38, np.float32)).mean().item())
    assert np.isnan(Tensor([np.inf, -np.inf]).mean().item())
    layer = nn.LSTM(2, 3, rng=0).astype("float32")
    layer.bias_ih_l0.data = layer.bias_hh_l0.data = np.full(12, 3e38, np.float32)
    layer(Tensor(np.ones((2, 2, 2), np.float32)))
