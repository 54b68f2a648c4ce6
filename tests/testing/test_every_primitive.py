"""Every row of the library's tables agrees with finite differences to second order; a new row is tested unasked."""

import functools
import importlib
import math
import pkgutil

import pytest

import autograd.primitives
from autograd import GradientMismatch, stop_gradient
from autograd.primitive import Elementwise, registry
from autograd.testing import check_gradients

for module in pkgutil.iter_modules(autograd.primitives.__path__, "autograd.primitives."):
    importlib.import_module(module.name)

# Neither round nor symmetric, and away from every kink and jump.
NUMBERS = (0.37, -0.83, 1.71, -2.29, 0.59)
# Rows are tested where they are finite; those that are so outside of their mathematical domain are moved inside.
INSIDE = {"bernoulli_nll": lambda x: x % 1.0}
VARIADIC_ARITY = 5
# Operands that are positions in a list and no numbers to differentiate in: they are held fixed, in front.
POSITIONS = {"take": (1.0,)}
# Rows on whole arrays have a test of their own, tests/tensor.
ROWS = [row for name, row in registry.items() if name != "stop_gradient" and not row.on_arrays]


def points_of(row):
    """List the cyclic shifts of the numbers at which the row is finite."""
    arity = row.arity if isinstance(row, Elementwise) else VARIADIC_ARITY
    numbers = [INSIDE.get(row.name, float)(x) for x in NUMBERS]
    shifts = [[numbers[(shift + place) % len(numbers)] for place in range(arity)] for shift in range(len(numbers))]
    return [point for point in shifts if math.isfinite(function_of(row)(*point))]


def function_of(row):
    return functools.partial(row, *POSITIONS.get(row.name, ()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_agrees_with_finite_differences_to_second_order(row):
    points = points_of(row)
    assert len(points) >= 2, "say in INSIDE where this row is defined"
    for point in points:
        check_gradients(function_of(row), *point, order=2)


def test_stop_gradient_is_found_to_hide_a_derivative():
    with pytest.raises(GradientMismatch, match="cut off"):
        check_gradients(stop_gradient, 0.37)
