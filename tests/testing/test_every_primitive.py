"""Every row of the library's tables agrees with finite differences to second order; a new row is tested unasked."""

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
# Where a row is finite outside of its mathematical domain too. All others are tested where they are finite.
DOMAINS = {"bernoulli_nll": (0.0, 1.0)}
VARIADIC_ARITY = 5
ROWS = [row for name, row in registry.items() if name != "stop_gradient"]


def points_of(row):
    """List the cyclic shifts of the numbers that lie in the domain of the row."""
    low, high = DOMAINS.get(row.name, (-math.inf, math.inf))
    arity = row.arity if isinstance(row, Elementwise) else VARIADIC_ARITY
    shifts = [[NUMBERS[(shift + place) % len(NUMBERS)] for place in range(arity)] for shift in range(len(NUMBERS))]
    inside = [[low + (x % 1.0) * (high - low) for x in point] if high < math.inf else point for point in shifts]
    return [point for point in inside if math.isfinite(row(*point))]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_agrees_with_finite_differences_to_second_order(row):
    points = points_of(row)
    assert len(points) >= 2, "add the domain of this row to DOMAINS"
    for point in points:
        check_gradients(row, *point, order=2)


def test_stop_gradient_is_found_to_hide_a_derivative():
    with pytest.raises(GradientMismatch, match="cut off"):
        check_gradients(stop_gradient, 0.37)
