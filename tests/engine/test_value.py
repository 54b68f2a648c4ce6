"""`Value`: recording, the backward sweep, and everything a number is expected to do."""

import copy
import gc
import math
import pickle

import numpy as np
import pytest

import autograd
from autograd import GraphError, OperandError, Value, no_grad
from autograd.node import topological_order
from autograd.operators import Operators


def test_gradient_of_a_small_expression():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    loss = (a * b + 10.0).tanh()
    loss.backward()
    slope = 1 - math.tanh(4.0) ** 2
    assert (a.grad, b.grad) == pytest.approx((-3.0 * slope, 2.0 * slope), rel=1e-15)


def test_a_node_used_twice_passes_on_its_whole_gradient():
    x = Value(3.0)
    a = x + x
    b = a + a
    b.backward()
    assert (a.grad, x.grad) == (2.0, 4.0)


def test_a_second_call_gives_exactly_twice_the_leaf_gradients():
    x, y = Value(0.1), Value(0.7)
    loss = ((x * y).exp() + x / y + x) * y
    loss.backward()
    once, inside = (x.grad, y.grad), loss.operands[0].grad
    loss.backward()
    assert (x.grad, y.grad) == (2 * once[0], 2 * once[1])
    assert loss.operands[0].grad == inside


def test_leaf_gradients_add_up_over_different_losses():
    x = Value(2.0)
    (x * 3.0).backward()
    (x * x).backward()
    assert x.grad == 7.0


def test_backward_of_a_leaf_is_one():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0


def test_changing_data_after_the_forward_pass_cannot_change_a_gradient():
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0


def test_a_value_of_a_value_is_the_same_node():
    x = Value(2.0)
    assert Value(x) is x
    assert Value(x, label="x").label == "x"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("a", "float('a')"),
        (None, "forgotten"),
        (1j, ".real"),
        (np.ones(3), "one Value for each number"),
        ([1.0], "one Value for each number"),
        ({}, "one Value for each number"),
        (object, "type"),
    ],
)
def test_what_is_not_a_number_is_refused(wrong, hint):
    with pytest.raises(OperandError, match="Value") as caught:
        Value(wrong)
    assert hint in str(caught.value)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("label", [3, None, ["x"]])
def test_a_label_is_a_string(label):
    with pytest.raises(OperandError, match="string as label"):
        Value(1.0, label=label)


def test_a_kind_of_value_of_your_own_computes_like_any_other():
    class Weight(Value):
        __slots__ = ()

    x, y = Weight(2.0), Weight(3.0)
    loss = autograd.maximum(x * y, 1.0) + x / y
    loss.backward()
    assert (loss.data, x.grad) == (6.0 + 2.0 / 3.0, 3.0 + 1.0 / 3.0)


@pytest.mark.parametrize("number", [2, True, np.float64(2.0), np.float32(2.0), np.int64(2), np.bool_(True)])
def test_numbers_of_every_kind_become_floats(number):
    assert type(Value(number).data) is float
    product = Value(3.0) * number
    assert product.data == 3.0 * number
    assert type(product.data) is float
    assert type((number * Value(3.0)).data) is float


def test_hot_operators_equal_their_rows():
    x, y = 1.7, -0.6
    cases = {
        "__add__": (y, 3, 3.5),
        "__radd__": (3, 3.5),
        "__sub__": (y, 3, 3.5),
        "__mul__": (y, 3, 3.5),
        "__rmul__": (3, 3.5),
        "__truediv__": (y, 3, 3.5, 0.0),
        "__pow__": (y, 3, 3.5, 0, 0.0, -2, 1),
    }
    for name, others in cases.items():
        for number in others:
            for other in (number, Value(number)):
                if name.startswith("__r") and isinstance(other, Value):
                    continue
                hot, row = getattr(Value(x), name)(other), getattr(Operators, name)(Value(x), other)
                assert hot.primitive is row.primitive
                assert (hot.data, hot.partials) == (row.data, row.partials), (name, other)
                assert [getattr(o, "data", o) for o in hot.operands] == [getattr(o, "data", o) for o in row.operands]
    assert (-Value(x)).partials == Operators.__neg__(Value(x)).partials


@pytest.mark.parametrize("x", [0.0, -0.0, -2.0, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("power", [0, 1, 2, -1, 0.5, -0.5, 3.0])
def test_constant_powers_equal_the_row_at_the_edges(x, power):
    hot, row = Value(x) ** power, Operators.__pow__(Value(x), power)
    np.testing.assert_equal((hot.data, hot.partials[0]), (row.data, row.partials[0]))


@pytest.mark.parametrize("inputs", [[0.5, -1.5, 2.0], [Value(0.5), Value(-1.5), Value(2.0)], [0.5, Value(-1.5), 2]])
def test_affine_equals_its_row(inputs):
    rows = [[Value(1.0), Value(2.0), Value(3.0)], [Value(0.1), 0.2, Value(0.3)]]
    biases = [Value(0.7), 0.0]
    for ws, bias, out in zip(rows, biases, autograd.affine(rows, inputs, biases), strict=True):
        row = Value.apply(autograd.primitive.find("dot"), (*ws, *inputs, bias))
        assert (out.data, out.partials, out.operands) == (row.data, row.partials, row.operands) or inputs[2] == 2
        assert out.data == pytest.approx(row.data, rel=1e-15)


def test_arrays_give_object_arrays_elementwise():
    for product in (np.arange(3.0) * Value(2.0), Value(2.0) * np.arange(3.0)):
        assert product.dtype == object
        assert [type(item) for item in product] == [Value] * 3
        assert [item.data for item in product] == [0.0, 2.0, 4.0]
    assert isinstance(np.float64(2.0) * Value(3.0), Value)
    rows = np.array([[Value(1.0), Value(2.0)]], dtype=object) @ np.array([3.0, 4.0])
    assert rows[0].data == 11.0
    assert np.tanh(np.array([Value(0.5)], dtype=object))[0].data == math.tanh(0.5)


@pytest.mark.parametrize("other", ["1", None, [1.0], 1j])
def test_operators_refuse_what_is_not_a_number(other):
    with pytest.raises(TypeError):
        Value(1.0) + other
    with pytest.raises(TypeError):
        other * Value(1.0)
    with pytest.raises(TypeError):
        Value(1.0) < other  # noqa: B015


def test_values_compare_by_size_and_are_equal_by_identity():
    two, three, other_two = Value(2.0), Value(3.0), Value(2.0)
    assert two < three
    assert two <= 2.0
    assert three > 2
    assert three >= np.float64(3.0)
    assert three > 2.5
    assert two != other_two
    assert len({two, other_two}) == 2
    assert max([two, three]) is three
    assert sorted([three, two]) == [two, three]
    assert bool(two)
    assert not Value(0.0)


def test_rounding_to_integers_is_allowed_and_losing_a_gradient_silently_is_not():
    x = Value(2.7)
    assert (int(x), round(x), math.floor(x), math.ceil(x), math.trunc(x)) == (2, 3, 2, 3, 2)
    assert round(Value(2.345), 1) == 2.3
    for lose in (float, math.sin):
        with pytest.raises(OperandError, match=r"autograd\.sin"):
            lose(x)


def test_repr_and_format():
    x = Value(2.0, label="x")
    assert repr(x) == "Value(2.0, label='x')"
    (x * 3.0).backward()
    assert repr(x) == "Value(2.0, grad=3.0, label='x')"
    assert f"{x:.2f}" == "2.00"
    assert f"{x}" == repr(x)


def test_swept_tells_a_zero_gradient_from_none():
    x = Value(-1.0)
    out = x.relu()
    assert not x.is_swept
    assert x.grad == 0.0
    out.backward()
    assert x.is_swept
    assert x.grad == 0.0


def test_detach_and_stop_gradient():
    x = Value(3.0, label="x")
    (x * x.detach()).backward()
    assert x.grad == 3.0
    x.grad = 0.0
    (x * autograd.stop_gradient(x)).backward()
    assert x.grad == 3.0
    assert autograd.grad(lambda t: t * autograd.stop_gradient(t * t))(2.0) == 4.0


def test_nothing_flows_through_what_is_constant_in_pieces():
    x = Value(0.0)
    out = autograd.sign(x) * x.log()  # log's slope is inf: 0 * inf must not turn into nan where nothing flows
    autograd.floor(x).backward()
    assert x.grad == 0.0
    assert out.operands[0].partials == (None,)


# --- long chains, copies, memory -------------------------------------------------------------------------------


def chain(length):
    x = Value(1.0)
    top = x
    for _ in range(length):
        top = top + x
    return x, top


def test_a_long_chain_needs_no_stack():
    x, top = chain(200_000)
    top.backward()
    assert x.grad == 200_001
    assert len(topological_order(top)) == 200_001
    twin = copy.deepcopy(top)
    assert twin.data == top.data
    del twin, top


def test_a_dropped_graph_is_freed_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        before = sum(type(thing) is Value for thing in gc.get_objects())
        _, top = chain(1000)
        top.backward()
        del top, _
        assert sum(type(thing) is Value for thing in gc.get_objects()) == before
    finally:
        gc.enable()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda graph: pickle.loads(pickle.dumps(graph))])
def test_copies_of_graphs_stay_correct(copied):
    x = Value(2.0, label="x")
    y = (x * 3.0).tanh() + x
    y.backward()
    other_x, other_y = copied([x, y])
    assert (other_x.data, other_x.grad, other_x.label) == (x.data, x.grad, x.label)
    assert other_x is not x
    assert other_x in topological_order(other_y)
    other_x.grad = 0.0
    other_y.backward()
    assert other_x.grad == x.grad
    assert not copied(x * 2.0).is_swept
    assert copy.copy(y).operands == y.operands


def test_a_long_chain_can_be_pickled():
    _x, top = chain(20_000)
    twin = pickle.loads(pickle.dumps(top))
    twin.backward()
    assert topological_order(twin)[0].grad == 20_001


def test_a_graph_with_a_primitive_of_your_own_says_why_it_cannot_be_pickled():
    cube = autograd.Elementwise("my_cube", lambda x: x**3, lambda x: x**3, lambda out, x: 3 * x * x)
    with pytest.raises(autograd.UnknownNameError, match="register"):
        pickle.loads(pickle.dumps(cube(Value(2.0))))


# --- no_grad ------------------------------------------------------------------------------------------------------


def test_no_grad_records_nothing_and_backward_says_so():
    x = Value(2.0)
    with no_grad():
        y = x * x
    assert y.is_leaf
    assert y.data == 4.0
    with pytest.raises(GraphError, match="no_grad"):
        y.backward()

    @no_grad()
    def square(v):
        return v * v

    assert square(x).is_leaf
    assert not (x * x).is_leaf
