"""Extrapolated differences are exact to many digits, and honest about the rest."""

import math

import numpy as np
import pytest

from autograd.testing.numeric import differentiate_numerically


def differentiate(function, x, **settings):
    settings = {"eps": 0.0113, "rtol": 1e-10, "atol": 1e-12} | settings
    return differentiate_numerically(lambda point: [function(point[0])], [x], 0, **settings)


@pytest.mark.parametrize(
    ("function", "x", "slope"),
    [
        (math.exp, 1.3, math.exp(1.3)),
        (lambda x: math.log(x) if x > 0 else math.nan, 1e-3, 1e3),
        (math.log, 1e6, 1e-6),
        (lambda x: math.sin(300 * x), 0.2, 300 * math.cos(60)),
        (lambda x: x**5, 2.0, 80.0),
        (lambda x: abs(x), 1e-3, 1.0),
        (lambda x: 7.0, 1.0, 0.0),
    ],
)
def test_ten_digits(function, x, slope):
    found = differentiate(function, x)
    assert found.slopes[0] == pytest.approx(slope, rel=1e-10, abs=1e-12)
    assert found.uncertainty[0] <= 1e-10 * abs(slope) + 1e-12


@pytest.mark.parametrize("size", [1e6, 1e8, 1e10])
def test_rounding_within_the_function_is_owned_up_to(size):
    found = differentiate(lambda x: (size + math.sin(x)) - size, 0.5)
    error = abs(found.slopes[0] - math.cos(0.5))
    assert error < 1e-13 * size
    assert error < 10 * found.uncertainty[0]


def test_a_jump_is_owned_up_to():
    assert differentiate(lambda x: float(x > 0), 0.0).uncertainty[0] > 1


def test_outputs_settle_each_at_its_own_step():
    found = differentiate_numerically(
        lambda point: [math.sin(500 * point[0]), point[0] * point[1], 3.0],
        [0.2, 5.0],
        0,
        eps=0.0113,
        rtol=1e-10,
        atol=1e-12,
    )
    np.testing.assert_allclose(found.slopes, [500 * math.cos(100), 5.0, 0.0], rtol=1e-10, atol=1e-12)
