"""What a backward pass drops: only what no rule reads, only what nobody holds, and never for good."""

import copy
import pickle

import numpy as np
import pytest

from autograd import Tensor, conv2d, draw, linear, no_grad, topological_order
from autograd.forgetting import LARGE
from autograd.primitive import Elementwise, registry
from autograd.tensor import ForgottenTensor
from tests.tensor.cases import CASES, numbers
from tests.tensor.convolution_cases import CONVOLUTION_CASES

ALL_CASES = CASES | CONVOLUTION_CASES
SIDE = int(np.sqrt(LARGE / 8)) + 1


def nodes_of(case):
    """Return the recorded nodes of a function of the table."""
    out = case.function(*map(Tensor, case.inputs))
    return [node for node in topological_order(out) if node.operands]


def elementwise_nodes(row):
    """Return a node of a row, at operands where it has a slope."""
    return [row(*[Tensor(np.abs(numbers(3, 4, shift=place)) % 0.9 + 0.05) for place in range(row.arity)])]


SMOOTH = [row for row in registry.values() if isinstance(row, Elementwise) and not row.is_constant]
RECORDED = {
    **{name: (nodes_of, case) for name, case in ALL_CASES.items()},
    **{f"row {row.name}": (elementwise_nodes, row) for row in SMOOTH},
}


@pytest.mark.parametrize("name", RECORDED)
def test_rows_read_what_they_say_and_give_memory_of_its_own(name):
    make, of = RECORDED[name]
    with np.errstate(all="ignore"):
        for node in make(of):
            cotangent = numbers(*node.shape, shift=3).astype(node.dtype)[()]
            wanted = [isinstance(x, Tensor) and not x.constant for x in node.operands]
            given, pulled = node.inputs, node.pull_back(cotangent, wanted, symbolic=False)
            arrays = [x for x in pulled if isinstance(x, np.ndarray)]
            for place, x in enumerate(arrays):
                assert not any(np.may_share_memory(x, other) for other in (node.array, *given))
                if not np.may_share_memory(x, cotangent):
                    assert not any(np.may_share_memory(x, other) for other in arrays[:place])
            if node.primitive.reads_operands:
                continue
            node.inputs = [np.full_like(x, np.nan) if isinstance(x, np.ndarray) else x for x in given]
            for found, expected in zip(node.pull_back(cotangent, wanted, symbolic=False), pulled, strict=True):
                np.testing.assert_array_equal(found, expected)


def network():
    """Return parameters and a loss of two layers: no rule reads their sums, nor the squares that are added up."""
    weights = [Tensor(0.02 * numbers(SIDE, SIDE, shift=place)) for place in (1, 2)]
    bias = Tensor(np.zeros(SIDE))

    def loss():
        h = Tensor(numbers(SIDE, SIDE), constant=True)
        for weight, activation in zip(weights, (Tensor.relu, Tensor.tanh), strict=True):
            h = activation(linear(h, weight, bias))
        return (h * h).sum()

    return weights, loss


def forgotten(loss):
    return [node for node in topological_order(loss) if type(node) is ForgottenTensor]


def test_what_was_dropped_comes_back_when_somebody_looks():
    weights, loss = network()
    expected = [node.data.copy() for node in topological_order(loss())]
    found = loss()
    found.backward(keep="leaves")
    dropped = forgotten(found)
    assert [node.primitive.name for node in dropped] == ["linear", "linear", "multiply"]
    for weight in weights:
        weight.data = np.zeros(weight.shape)  # a step later
    for node, before in zip(topological_order(found), expected, strict=True):
        if node.operands:
            np.testing.assert_array_equal(node.data, before)
    assert not forgotten(found)
    assert all(type(node) is Tensor for node in dropped)


def test_gradients_are_those_of_a_graph_that_keeps_everything():
    weights, loss = network()
    found = loss()
    found.backward()
    kept = [weight.grad for weight in weights]
    for times in (1, 2):  # a second time through the same graph
        for weight in weights:
            weight.grad = 0.0
        other = loss()
        for _ in range(times):
            other.backward(keep="leaves")
        assert len(forgotten(other)) == 3
        for weight, gradient in zip(weights, kept, strict=True):
            np.testing.assert_array_equal(weight.grad, times * gradient)


def test_nothing_is_computed_again_on_another_way_back(monkeypatch):
    def fail(_):
        raise AssertionError("somebody looked at a forgotten array")

    _, loss = network()
    found = loss()
    found.backward(keep="leaves")
    monkeypatch.setattr(ForgottenTensor, "array", property(fail))
    found.backward(keep="leaves")
    assert len(forgotten(found)) == 3


def test_a_forgotten_tensor_is_as_good_as_any():
    _, loss = network()
    found = loss()
    found.backward(keep="leaves")
    twins = copy.deepcopy(found), pickle.loads(pickle.dumps(found))
    assert not any(map(forgotten, (found, *twins)))  # they were looked at
    found.backward(keep="leaves")
    first, second, _ = forgotten(found)
    assert (first + second).shape == (SIDE, SIDE)
    assert len(forgotten(found)) == 1
    found.backward(keep="leaves")
    assert forgotten(found)[0].shape == (SIDE, SIDE)
    assert "xWᵀ+b" in draw(found).svg()


def test_what_somebody_holds_or_needs_stays():
    x, weight, bias = Tensor(numbers(SIDE, SIDE)), Tensor(numbers(SIDE, SIDE, shift=1)), Tensor(np.zeros(SIDE))
    held = linear(x, weight, bias)
    loss = held.tanh().sum()
    loss.backward(keep="leaves")
    assert type(held) is Tensor
    twice = linear(x, weight, bias)
    loss = (twice.relu() + twice.tanh()).sum()
    del twice
    loss.backward(keep="leaves")
    assert "linear" not in [node.primitive.name for node in forgotten(loss)]
    read = (x.exp() * x).relu().sum()  # the rule of exp reads its output
    read.backward(keep="leaves")
    assert "exp" not in [node.primitive.name for node in forgotten(read)]


def test_results_without_a_graph_stay():
    data, scale = Tensor(numbers(SIDE, SIDE), constant=True), Tensor(2.0)
    with no_grad():
        made = data * 2.0
    for constant in (data * 3.0, made):
        loss = (constant + scale).sum()
        del constant
        loss.backward(keep="leaves")
    del made
    loss.backward(keep="leaves")
    assert not [node for node in forgotten(loss) if not node.operands]
    assert all(np.isfinite(node.data).all() for node in topological_order(loss))


def test_small_arrays_stay():
    x = Tensor(numbers(4, 1, 5, 5))
    loss = conv2d(x, Tensor(numbers(2, 1, 3, 3))).relu().sum()
    loss.backward(keep="leaves")
    assert not forgotten(loss)
