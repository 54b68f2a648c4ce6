"""Layers that exist in PyTorch: one table, compared with it, and tested in every other way there is."""

import json
import re

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.arrays.checks import raw
from autograd.testing import check_gradients
from tests.golden.table import FOLDER
from tests.nn.torch_twins import TWINS, evaluate, start
from tests.tensor.cases import numbers

GOLDEN = json.loads((FOLDER / "twins.json").read_text(encoding="utf-8"))
EXPECTED = {row["name"]: row for row in GOLDEN["layers"]}


def built(name):
    """Return the layer with the numbers of the table."""
    layer = eval(TWINS[name].layer, {"nn": nn})  # the expression stands in the table
    parameters = dict(layer.named_parameters())
    for path, array in start({path: p.shape for path, p in parameters.items()}).items():
        parameters[path].data = array
    return layer


def outputs(layer, name, inputs):
    return as_tuple(evaluate(layer, TWINS[name].calls, inputs, nn=nn))


def as_tuple(out):
    return out if isinstance(out, tuple) else (out,)


def weighted(outs):
    return sum((out * numbers(*out.shape, shift=5).astype(out.dtype)).sum() for out in outs)


def near(found, expected, **tolerance):
    np.testing.assert_allclose(found, np.reshape(expected, np.shape(found)), **tolerance)


@pytest.mark.parametrize("name", TWINS)
def test_values_gradients_and_buffers_equal_pytorch(name):
    layer, expected = built(name), EXPECTED[name]
    inputs = tuple(map(Tensor, TWINS[name].inputs))
    outs = outputs(layer, name, inputs)
    weighted(outs).backward()
    for out, value in zip(outs, expected["values"], strict=True):
        near(out.data, value, rtol=1e-11, atol=1e-12)
    for x, gradient in zip(inputs, expected["input gradients"], strict=True):
        near(np.broadcast_to(x.grad, x.shape), gradient, rtol=1e-9, atol=1e-10)
    parameters = dict(layer.named_parameters())
    assert set(parameters) == set(expected["gradients"])
    for path, gradient in expected["gradients"].items():
        near(np.broadcast_to(parameters[path].grad, parameters[path].shape), gradient, rtol=1e-9, atol=1e-10)
    buffers = dict(layer.named_buffers())
    assert set(buffers) == set(expected["buffers"])
    for path, numbers_ in expected["buffers"].items():
        near(buffers[path], numbers_, rtol=1e-12, atol=1e-13)
        assert buffers[path].dtype == (np.int64 if path.endswith("tracked") else np.float64)


@pytest.mark.parametrize("name", TWINS)
def test_derivatives_agree_with_finite_differences_to_second_order(name):
    layer, count = built(name), len(TWINS[name].inputs)
    names = [path for path, _ in layer.named_parameters()]
    at = [*TWINS[name].inputs, *(parameter.data for _, parameter in layer.named_parameters())]
    ways = [numbers(*x.shape, shift=place + 17) for place, x in enumerate(at)]
    evaluate(layer, TWINS[name].calls[:-1], TWINS[name].inputs, nn=nn)

    def loss(steps):
        """Return the loss after two steps: with the inputs, and with the parameters, each in a direction of its own."""
        moved = [x + steps[int(place >= count)] * way for place, (x, way) in enumerate(zip(at, ways, strict=True))]
        for path, node in zip(names, moved[count:], strict=True):
            assign(layer, path, node)
        return weighted(as_tuple(evaluate(layer, TWINS[name].calls[-1:], tuple(moved[:count]), nn=nn)))

    check_gradients(loss, np.array([0.017, -0.023]), order=2, rtol=1e-5, atol=1e-6)


def assign(module, path, node):
    *holders, last = path.split(".")
    for holder in holders:
        module = module[int(holder)] if isinstance(module, list) else getattr(module, holder)
    setattr(module, last, node)


@pytest.mark.parametrize("name", TWINS)
def test_float32_stays_and_is_near_to_float64(name):
    layer = built(name).astype(np.float32)
    inputs = tuple(Tensor(x, dtype=np.float32) for x in TWINS[name].inputs)
    outs = outputs(layer, name, inputs)
    weighted(outs).backward()
    for out, value in zip(outs, EXPECTED[name]["values"], strict=True):
        assert out.dtype == np.float32
        near(out.data, value, rtol=1e-3, atol=1e-4)
    for _, array in (*((path, p.grad) for path, p in layer.named_parameters()), *layer.named_buffers()):
        assert array.dtype in (np.float32, np.int64)
    for x, gradient in zip(inputs, EXPECTED[name]["input gradients"], strict=True):
        if x.is_swept:
            assert x.grad.dtype == np.float32
            near(x.grad, gradient, rtol=5e-3, atol=1e-3)


#: Of nested lists, these know the last axis only.
OF_ROWS = ("Softmax", "LogSoftmax")


@pytest.mark.parametrize(
    "name", [name for name in TWINS if TWINS[name].calls[-1] == "layer(x)" and name not in OF_ROWS]
)
def test_lists_are_taken_like_arrays(name):
    layer, x = built(name).eval(), TWINS[name].inputs[0]
    np.testing.assert_allclose(np.asarray(raw(layer(x.tolist()))), raw(layer(x)), rtol=1e-14)


@pytest.mark.parametrize("name", TWINS)
def test_states_come_back(name):
    layer = built(name)
    outputs(layer, name, TWINS[name].inputs)
    other = eval(TWINS[name].layer, {"nn": nn})
    other.load_state_dict(layer.state_dict())
    for (path, array), (again, same) in zip(layer.state_dict().items(), other.state_dict().items(), strict=True):
        assert path == again
        np.testing.assert_array_equal(array, same)


def test_the_table_is_compared_with_pytorch_as_a_whole():
    assert set(EXPECTED) == set(TWINS)


#: What PyTorch lacks, or has as something else than a layer; each has tests of its own.
OWN = {
    "GPT",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "LearnedPositions",
    "Residual",
    "RotaryPositions",
    "SinusoidalPositions",
}
OWN |= {"Step"}


def test_every_layer_is_in_the_table():
    public = {name: getattr(nn, name) for name in nn.__all__}
    layers = {
        name
        for name, kind in public.items()
        if isinstance(kind, type) and issubclass(kind, nn.Module) and kind.__module__.startswith("nn.layers")
    }
    named = set(re.findall(r"nn\.(\w+)\(", " ".join(twin.layer for twin in TWINS.values())))
    assert layers - named == OWN
