"""Initializers: widths as PyTorch's, variances as the formulas say, every shape of weights."""

import math

import numpy as np
import pytest

from autograd import DomainError, ShapeError, UnknownNameError
from nn import initialization
from nn.initialization import INITIALIZERS, calculate_gain, fans, find_initializer
from tests.golden.table import read

GOLDEN = read("initialization")
SHAPE = (60, 20, 3, 5)
DRAWN = [name for name in INITIALIZERS if name not in ("constant", "zeros", "orthogonal")]


class Ruler(np.random.Generator):
    """A generator that draws how wide the distribution is, in place of numbers."""

    def uniform(self, low, high, size):
        assert low == -high
        return np.full(size, high)

    def normal(self, mean, std, size):
        assert mean == 0.0
        return np.full(size, std)


@pytest.mark.parametrize("row", GOLDEN["widths"], ids=lambda row: f"{row['name']}-{row['settings']}-{row['shape']}")
def test_widths_equal_pytorch(row):
    ruler = Ruler(np.random.PCG64(0))
    drawn = INITIALIZERS[row["name"]](tuple(row["shape"]), ruler, **row["settings"])
    np.testing.assert_allclose(drawn, np.full(row["shape"], row["width"]), rtol=1e-15)


def test_seeds_keep_their_networks():
    rng = np.random.default_rng
    np.testing.assert_array_equal(
        initialization.he_uniform((4, 3), 7), rng(7).uniform(-math.sqrt(6 / 3), math.sqrt(6 / 3), (4, 3))
    )
    np.testing.assert_array_equal(
        initialization.xavier_uniform((4, 3), 7), rng(7).uniform(-math.sqrt(6 / 7), math.sqrt(6 / 7), (4, 3))
    )


@pytest.mark.parametrize("row", GOLDEN["fans"], ids=lambda row: str(row["shape"]))
def test_fans_equal_pytorch(row):
    assert fans(tuple(row["shape"])) == tuple(row["fans"])


@pytest.mark.parametrize("row", GOLDEN["gains"], ids=lambda row: row["name"])
def test_gains_equal_pytorch(row):
    assert calculate_gain(row["name"], *row["settings"].values()) == pytest.approx(row["gain"], rel=1e-15)


@pytest.mark.parametrize("name", DRAWN)
def test_every_initializer_has_its_variance(name):
    inputs, outputs = fans(SHAPE)
    kind, _, shape = name.rpartition("_")
    variance = {"xavier": 2 / (inputs + outputs), "he": 2 / inputs, "lecun": 1 / inputs}.get(kind)
    variance = {"uniform": 1 / 3, "normal": 1.0}[name] if variance is None else variance
    weights = INITIALIZERS[name](SHAPE, np.random.default_rng(0))
    # Of n normal numbers the variance has a relative standard deviation of sqrt(2 / n), and n is 18,000 here.
    assert np.var(weights) == pytest.approx(variance, rel=0.04)
    assert abs(np.mean(weights)) < 4 * math.sqrt(variance / weights.size)
    if shape == "uniform":
        assert np.abs(weights).max() <= math.sqrt(3 * variance)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_initializer_is_documented_and_repeatable(name):
    function = find_initializer(name, "relu")
    assert function is INITIALIZERS[name] is getattr(initialization, name)
    assert function.__doc__
    for shape in ((4, 3), (4, 3, 2), (2, 3, 3, 3)):
        first, same = function(shape, 3), function(shape, np.random.default_rng(3))
        assert first.shape == shape
        assert first.dtype == np.float64
        np.testing.assert_array_equal(first, same)
        if name not in ("constant", "zeros"):
            assert not np.array_equal(first, function(shape, 4))


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (4, 2, 3, 3), (20, 2, 3)])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_orthogonal_matrices_turn_without_stretching(shape, gain):
    weights = initialization.orthogonal(shape, 0, gain=gain)
    w = weights.reshape(shape[0], -1)
    small = w @ w.T if len(w) <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, gain**2 * np.eye(len(small)), atol=1e-14)


def test_orthogonal_matrices_are_turned_in_all_directions_alike():
    rng = np.random.default_rng(0)
    corners = np.array([initialization.orthogonal((3, 3), rng) for _ in range(3000)])
    assert np.abs(corners.mean(axis=0)).max() < 4 * math.sqrt(1 / 3 / 3000)


def test_numbers_that_are_given():
    assert initialization.constant((2, 3), value=0.5).tolist() == [[0.5] * 3] * 2
    assert initialization.zeros((3,)).tolist() == [0.0] * 3
    assert np.mean(initialization.normal((200, 50), 0, 0.1, mean=2.0)) == pytest.approx(2.0, abs=0.004)
    assert np.std(initialization.normal((200, 50), 0, 0.1)) == pytest.approx(0.1, rel=0.03)
    assert np.abs(initialization.uniform((200, 50), 0, 0.1)).max() == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("name", [name for name in DRAWN if "_" in name] + ["orthogonal"])
def test_weights_have_two_axes_at_least(name):
    with pytest.raises(ShapeError, match=r"expected the shape of weights, \(fan_out, fan_in, ...\), got \(3,\)"):
        INITIALIZERS[name]((3,), 0)


def test_bad_settings():
    with pytest.raises(DomainError, match="with inputs and outputs"):
        initialization.he_uniform((3, 0), 0)
    with pytest.raises(UnknownNameError, match='"fan_in" and "fan_out"'):
        initialization.he_normal((3, 2), 0, mode="fan")
    with pytest.raises(UnknownNameError, match="did you mean 'tanh'"):
        calculate_gain("tanhh")
    with pytest.raises(UnknownNameError, match="did you mean 'xavier_normal'"):
        find_initializer("xaviernormal", "relu")
    assert find_initializer(np.ones, "relu") is np.ones
