"""The error function of arrays is that of the C library, to the last digit."""

import math

import numpy as np

from autograd.primitives.error_function import erf_of_array


def test_it_equals_the_c_library():
    near = np.nextafter([0.84375, 1.25, 1 / 0.35, 6.0], 0.0)
    edges = [0.0, 1e-300, 5e-324, 0.84375, 1.25, 1 / 0.35, 6.0, 27.0, 1e300, math.inf, *near]
    x = np.concatenate([np.linspace(-7.0, 7.0, 20_001), edges, np.negative(edges)])
    with np.errstate(all="raise", under="ignore"):
        found = erf_of_array(x)
    expected = np.array([math.erf(number) for number in x])
    np.testing.assert_allclose(found, expected, rtol=4e-16)
    assert (np.signbit(found) == np.signbit(x)).all()
    assert math.isnan(erf_of_array(np.array([math.nan]))[0])


def test_it_keeps_float32_and_shapes():
    x = np.linspace(-4.0, 4.0, 12, dtype=np.float32).reshape(3, 4).T
    found = erf_of_array(x)
    assert (found.dtype, found.shape) == (np.float32, (4, 3))
    np.testing.assert_allclose(found, erf_of_array(x.astype(float)), rtol=4e-7)
    assert erf_of_array(np.float32(0.5)).dtype == np.float32
    assert erf_of_array(np.zeros((0, 2))).shape == (0, 2)
