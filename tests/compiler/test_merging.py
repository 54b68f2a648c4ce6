"""Statements of several steps as one: where nothing of a step depends on the one before."""

import numpy as np
import pytest

from autograd import Value, compile, total


def unrolled(steps):
    """Return a recurrence whose backward pass has the same local derivative at each step."""

    def function(w, x):
        h = x
        for _ in range(steps):
            h = [(a * b).tanh() for a, b in zip(w, h, strict=True)]
        return total(h)

    return function


def swept(function, numbers):
    w, x = ([Value(a) for a in row] for row in numbers)
    result = function(w, x)
    result.backward()
    return result.data, [a.grad for a in (*w, *x)]


@pytest.mark.parametrize("steps", [2, 3, 7])
def test_merged_equals_eager(steps):
    numbers = np.random.default_rng(0).normal(size=(2, 5)).tolist()
    fast = compile(unrolled(steps), executor="numpy")
    result, slopes = swept(fast, numbers)
    expected, right = swept(unrolled(steps), numbers)
    assert result == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(slopes, right, rtol=1e-13)
    np.testing.assert_allclose(swept(fast, numbers)[1], right, rtol=1e-13)


def test_local_derivatives_are_one_statement_for_all_steps():
    numbers = np.random.default_rng(0).normal(size=(2, 5)).tolist()
    sources = []
    for steps in (6, 9):
        fast = compile(unrolled(steps), executor="numpy")
        swept(fast, numbers)
        sources.append(fast.source)
    for source in sources:
        assert source.count("np.subtract(1.0, ") <= 2


def test_steps_that_depend_on_each_other_are_not_merged():
    def powers(x):
        y = x
        for _ in range(5):
            y = [a * b for a, b in zip(y, x, strict=True)]
        return y

    fast = compile(powers, executor="numpy")
    xs = [1.5, -2.0, 0.5]
    assert fast(xs) == pytest.approx(powers(xs), rel=1e-15)
    assert fast.source.count("np.multiply") == 5
