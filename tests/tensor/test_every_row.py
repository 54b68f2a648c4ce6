"""Every row that works on arrays, and every function over them: one table, tested in every way there is."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, jvp, topological_order, value_and_grad, vjp
from autograd.primitive import registry
from autograd.testing import check_gradients
from tests.golden.table import read
from tests.tensor import cases
from tests.tensor.cases import numbers
from tests.tensor.convolution_cases import CONVOLUTION_CASES

CASES = cases.CASES | CONVOLUTION_CASES
GOLDEN = [read("tensor"), read("convolution")]
EXPECTED = {row["name"]: row for table in GOLDEN for row in table["cases"]}


def weighted(case):
    """Return the function with its entries added up, each with a weight of its own: one number."""

    def loss(*arrays):
        out = case.function(*arrays)
        return (out * numbers(*out.shape, shift=5)).sum()

    return loss


def along_directions(case):
    """Return the same number on a plane through the inputs: what is too large to move each entry by itself."""
    first, second = ([0.1 * numbers(*x.shape, shift=shift) for x in case.inputs] for shift in (7, 8))

    def loss(s, t):
        return weighted(case)(*[x + s * a + t * b for x, a, b in zip(case.inputs, first, second, strict=True)])

    return loss


@pytest.mark.parametrize("name", CASES)
def test_derivatives_agree_with_finite_differences_to_second_order(name):
    case = CASES[name]
    if sum(x.size for x in case.inputs) > 20:
        check_gradients(along_directions(case), np.array(0.03), np.array(-0.02), order=2, rtol=2e-7, atol=1e-8)
    else:
        check_gradients(weighted(case), *case.inputs, order=2, rtol=2e-7, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_equal_pytorch(name):
    case, expected = CASES[name], EXPECTED[name]
    out = case.function(*map(Tensor, case.inputs))
    np.testing.assert_allclose(out.data, np.reshape(expected["value"], out.shape), rtol=1e-12, atol=1e-13)
    gradients = grad(weighted(case), range_of(case))(*case.inputs)
    for gradient, other, x in zip(gradients, expected["grad"], case.inputs, strict=True):
        assert np.shape(gradient) == x.shape
        np.testing.assert_allclose(gradient, np.reshape(other, x.shape), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_backward_equals_grad(name):
    case = CASES[name]
    leaves = [Tensor(x) for x in case.inputs]
    weighted(case)(*leaves).backward()
    for leaf, gradient in zip(leaves, grad(weighted(case), range_of(case))(*case.inputs), strict=True):
        np.testing.assert_allclose(leaf.grad, gradient, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_pullback_is_the_transpose_of_the_pushforward(name):
    case = CASES[name]
    tangents = tuple(numbers(*x.shape, shift=9) for x in case.inputs)
    out, moved = jvp(case.function, case.inputs, tangents)
    assert np.shape(moved) == np.shape(out)
    cotangent = numbers(*np.shape(out), shift=4)
    _, pullback = vjp(case.function, *case.inputs)
    pulled = sum(float((np.asarray(c) * t).sum()) for c, t in zip(pullback(cotangent), tangents, strict=True))
    np.testing.assert_allclose(pulled, (moved * cotangent).sum(), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", [name for name in CASES if name != "astype"])
def test_float32_stays_and_is_near_to_float64(name):
    case = CASES[name]
    single = [x.astype(np.float32) for x in case.inputs]

    def loss(*arrays):
        out = case.function(*arrays)
        assert out.dtype == np.float32
        return (out * numbers(*out.shape, shift=5).astype(np.float32)).sum()

    gradients = grad(loss, range_of(case))(*single)
    for gradient, exact in zip(gradients, grad(weighted(case), range_of(case))(*case.inputs), strict=True):
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, exact, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "lambda" not in repr(case.function)])
def test_plain_arrays_give_the_same_as_tensors(name):
    case = CASES[name]
    found = case.function(*case.inputs)
    assert not isinstance(found, Tensor)
    np.testing.assert_array_equal(found, case.function(*map(Tensor, case.inputs)).data)


def test_every_row_on_arrays_is_in_the_table():
    met = set()
    for case in CASES.values():
        leaves = [Tensor(x) for x in case.inputs]
        out = weighted(case)(*leaves)
        slopes = value_and_grad(weighted(case), range_of(case))(*leaves)[1]
        for node in (out, *slopes):
            met |= {each.primitive.name for each in topological_order(node) if each.primitive}
    rows = {name for name, row in registry.items() if row.on_arrays}
    assert rows - met == {"lift", "astype"}  # a Value among tensors, float32 among float64: test_tensor


def range_of(case):
    return list(range(len(case.inputs)))


def test_the_table_is_compared_with_pytorch_as_a_whole():
    assert set(EXPECTED) == set(CASES)


@pytest.mark.parametrize("row", [row for table in GOLDEN for row in table["ties"]], ids=lambda row: row["name"])
def test_ties_and_edges_equal_pytorch(row):
    x = Tensor(np.array(row["at"], dtype=float))
    with np.errstate(all="ignore"):
        out = eval(row["ours"], {"autograd": autograd, "x": x, "np": np})  # the expression stands in the table
    out.sum().backward()
    np.testing.assert_allclose(out.data, np.array(row["value"], dtype=float), rtol=1e-12)
    np.testing.assert_allclose(x.grad, np.array(row["grad"], dtype=float), rtol=1e-12)
