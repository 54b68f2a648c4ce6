"""Activations by name and as modules: numbers, lists and tensors alike, with PyTorch's values and gradients."""

import inspect
import math
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, Tensor, UnknownNameError, Value
from autograd.testing import check_gradients
from autograd.trees import map_leaves
from nn.activations import ACTIVATIONS, find_activation
from nn.layers import activations
from tests.golden.table import decode, read
from tests.tensor.cases import numbers

GOLDEN = read("activations")["rows"]
CLASSES = [
    cls
    for name, cls in vars(activations).items()
    if inspect.isclass(cls)
    and cls.__module__ == activations.__name__
    and not name.startswith("_")
    and cls is not activations.Activation
]
X = numbers(2, 3)


def module(row):
    return getattr(nn, row["name"])(**row["settings"])


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['name']}-{row['settings']}")
def test_values_and_gradients_equal_pytorch(row):
    x = Tensor(decode(row["at"]))
    out = module(row)(x) + 0.0 * x  # a step is a constant, from which nobody can go back
    (out * numbers(*out.shape, shift=5)).sum().backward()
    np.testing.assert_allclose(out.data, decode(row["value"]), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(x.grad, decode(row["grad"]), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['name']}-{row['settings']}")
def test_lists_of_values_give_the_same(row):
    if row["settings"].get("axis", -1) != -1:
        with pytest.raises(OperandError, match="only the axis -1"):
            module(row)(X.tolist())
        return
    values, tensor = map_leaves(Value, X.tolist()), Tensor(X)
    found, expected = module(row)(values), module(row)(tensor) + 0.0 * tensor
    np.testing.assert_allclose(map_leaves(lambda y: y.data, found), expected.data, rtol=1e-12)
    autograd.total([y * y for row in found for y in row]).backward()
    (expected * expected).sum().backward()
    np.testing.assert_allclose(map_leaves(lambda x: x.grad, values), tensor.grad, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_activation_is_a_module(cls):
    layer = cls()
    assert getattr(nn, cls.__name__) is cls
    assert any(row["name"] == cls.__name__ for row in GOLDEN)
    assert cls.__doc__
    assert repr(layer) == cls.__name__ + str(inspect.signature(cls))
    assert layer.parameters() == []
    assert repr(pickle.loads(pickle.dumps(layer))) == repr(layer)
    out = layer(Tensor(X.astype(np.float32)))
    assert out.dtype == np.float32
    assert out.shape == X.shape
    np.testing.assert_array_equal(layer(X), layer(Tensor(X)).data)
    with pytest.raises(OperandError, match=cls.__name__):
        cls(1, 2)
    with pytest.raises(OperandError, match=f"{cls.__name__}: .*'inplace'"):
        cls(inplace=True)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_by_name(name):
    found, function = find_activation(name)
    assert (found, function) == (name, ACTIVATIONS[name])
    points = numbers(5)
    expected = [function(x) for x in points.tolist()]
    np.testing.assert_allclose(function(Tensor(points)).data, expected, rtol=1e-14)
    np.testing.assert_allclose([function(Value(x)).data for x in points.tolist()], expected, rtol=1e-14)
    assert function(Tensor(points.astype(np.float32))).dtype == np.float32
    if name != "step":
        check_gradients(lambda x: (function(x) * numbers(5, shift=4)).sum(), points, order=2)


def test_gelu_and_its_approximation_are_near():
    np.testing.assert_allclose(nn.GELU(approximate="tanh")(X), nn.GELU()(X), atol=1e-3)
    with pytest.raises(DomainError, match="one of none, tanh, got 'erf'"):
        nn.GELU("erf")(X)


def test_a_slope_that_learns():
    layer = nn.LeakyReLU(Tensor(0.25))
    layer(Tensor([-2.0, 3.0])).sum().backward()
    (slope,) = layer.parameters()
    assert slope.grad == -2.0


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean 'tanh'"):
        find_activation("tanhh")
    for name in ("softmax", "log_softmax"):
        with pytest.raises(UnknownNameError, match="all outputs of a layer at once"):
            nn.MLP(2, [3], output_activation=name)
    assert find_activation(math.sin) == ("sin", math.sin)
