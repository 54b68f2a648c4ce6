"""Averages of weights: PyTorch's numbers, and parameters that come back."""

import math

import numpy as np
import pytest

import nn
from autograd import DomainError, GraphError, OperandError, ShapeError, Tensor, UnknownNameError, Value, compile
from tests.golden.table import START, read, valley

GOLDEN = read("schedules")["averages"]
KINDS = {
    "values": lambda: [Value(x) for x in START],
    "tensors": lambda: [Tensor(x) for x in START],
    "mixed": lambda: [Value(START[0]), *[Tensor(x) for x in START[1:]]],
}


class Model(nn.Module):
    """The four numbers of the valley."""

    def __init__(self, parameters):
        self.w = parameters


def numbers(parameters):
    return [float(p.data) for p in parameters]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['name']} {row['settings']}") for row in GOLDEN])
@pytest.mark.parametrize("kind", KINDS)
def test_averages_are_pytorchs(row, kind):
    w = KINDS[kind]()
    average = getattr(nn, row["name"])(Model(w), **row["settings"])
    optimizer = nn.SGD(w, lr=0.3)
    for expected in row["path"]:
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        average.update()
        before = numbers(w)
        with average.applied():
            np.testing.assert_allclose(numbers(w), expected, rtol=1e-12)
        assert numbers(w) == before
    average.apply()
    np.testing.assert_allclose(numbers(w), row["path"][-1], rtol=1e-12)


@pytest.mark.parametrize("make", [nn.EMA, nn.SWA])
def test_parameters_come_back_whatever_happens(make):
    w, v = Tensor([1.0, 2.0]), Value(3.0)
    average = make([w, v])
    average.update()
    w.data, v.data = w.data * 2.0, 5.0

    def fail():
        with average.applied():
            np.testing.assert_array_equal(w.data, [1.0, 2.0])
            assert v.data == 3.0
            with average.applied():
                pass
            with pytest.raises(GraphError, match="average the average"):
                average.update()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    np.testing.assert_array_equal(w.data, [2.0, 4.0])
    assert v.data == 5.0
    average.update()


def test_before_the_first_update_it_is_the_start():
    w = Tensor([1.0])
    average = nn.EMA([w], decay=0.5)
    w.data = np.array([3.0])
    with average.applied():
        assert w.data == 1.0
    average.update()  # the start itself is no part of the average
    with average.applied():
        assert w.data == 3.0


def test_precision_and_compiled_training_are_kept():
    w = Tensor(np.ones(2, np.float32))
    average = nn.SWA([w])
    for _ in range(3):
        w.data *= 1.5
        average.update()
    average.apply()
    assert w.dtype == np.float32
    x, y = Value(1.0), Value(2.0)
    optimizer, loss, average = nn.SGD([x, y], lr=0.1), compile(lambda: x * x * y), nn.EMA([x, y], decay=0.5)
    seen = []
    for _ in range(3):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        assert type(x) is not Value  # its number is in an array, and stays there
        average.update()
        assert type(x) is not Value
        seen.append((float(optimizer._pool.data[0]), float(optimizer._pool.data[1])))
    expected = 0.5 * (0.5 * np.array(seen[0]) + 0.5 * np.array(seen[1])) + 0.5 * np.array(seen[2])
    with average.applied():
        np.testing.assert_allclose([x.data, y.data], expected, rtol=1e-12)


@pytest.mark.parametrize("make", [nn.EMA, nn.SWA])
def test_averages_resume(make):
    def walk(average, w, v, rng):
        for _ in range(3):
            w.data, v.data = w.data + rng.normal(size=2), v.data + 1.0
            average.update()

    w, v = Tensor([1.0, 2.0]), Value(3.0)
    average = make([w, v])
    walk(average, w, v, np.random.default_rng(0))
    again = make([w, v])
    again.load_state_dict(average.state_dict())
    start = w.data.copy(), v.data
    walk(average, w, v, np.random.default_rng(1))
    w.data, v.data = start
    walk(again, w, v, np.random.default_rng(1))
    for name, array in average.state_dict().items():
        np.testing.assert_array_equal(array, again.state_dict()[name])


def test_states_that_do_not_fit_change_nothing():
    average = nn.EMA([Tensor([1.0, 2.0]), Value(3.0)])
    good = average.state_dict()
    for bad, error in [
        ({}, UnknownNameError),
        (good | {"tensors.1": np.ones(2)}, UnknownNameError),
        (good | {"tensors.0": np.ones(3)}, ShapeError),
        (good | {"tensors.0": np.ones(2, int)}, DomainError),
        (good | {"updates": np.array(-1), "values": np.array([7.0])}, DomainError),
    ]:
        with pytest.raises(error, match=r"EMA\.load_state_dict"):
            average.load_state_dict(bad)
    for name, array in average.state_dict().items():
        np.testing.assert_array_equal(array, good[name])


@pytest.mark.parametrize("make", [nn.EMA, nn.SWA])
def test_bad_parameters(make):
    for parameters, error in [([], DomainError), ([1.0], OperandError), (None, OperandError), (Model([]), DomainError)]:
        with pytest.raises(error, match=make.__name__):
            make(parameters)


@pytest.mark.parametrize("decay", [1.0, -0.1, math.nan, "slow", True])
def test_bad_decays(decay):
    with pytest.raises(DomainError, match="decay must be a number from 0 up to but not 1"):
        nn.EMA([Value(1.0)], decay)
