"""Values and derivatives equal PyTorch's at the edges: 0, -0.0, infinities, nan, ties, overflow, negative bases.

The numbers are kept in tests/golden/scalar.json, with the script that made them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.primitive import registry
from tests.golden.table import Row, decode, read

# Where PyTorch rounds to zero and the library need not: (value, slope) of the mathematical function.
# PyTorch computes 1 / (1 + exp(-x)), whose exponential overflows, and its vectorised log1p drops subnormal numbers.
TINY = math.exp(-710.0)
EXACT: dict[tuple[str, float], tuple[float, float]] = {
    ("sigmoid", -710.0): (TINY, TINY),
    ("softplus", -710.0): (TINY, TINY),
    ("silu", -710.0): (-710.0 * TINY, -709.0 * TINY),
    ("log1p", 5e-324): (5e-324, 1.0),
    ("log1p", -5e-324): (-5e-324, 1.0),
}
# NumPy leaves open which of 0.0 and -0.0 is the larger, so arrays may have the other zero.
ZERO_OF_EITHER_SIGN = ("maximum", "minimum", "clip", "relu", "elu")


def corrected(row: Row) -> Row:
    """Replace PyTorch's number where the library is held to the exact one."""
    exact = EXACT.get((row["name"], row["at"][0])) if len(row["at"]) == 1 else None
    return row | {"value": exact[0], "grad": [exact[1]]} if exact else row


GOLDEN = read("scalar")
GOLDEN["first"] = [corrected(row) for row in GOLDEN["first"]]
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
    "power": operator.pow,
    "absolute": abs,
}


def rows_of(section: str) -> list[Any]:
    """List the rows of a section, one parameter per primitive."""
    names = dict.fromkeys(row["name"] for row in GOLDEN[section])
    return [pytest.param([row for row in GOLDEN[section] if row["name"] == name], id=name) for name in names]


def agree(actual: float, expected: float | None, *, signed: bool = False) -> bool:
    """Tell whether two floats are the same: nan is nan, and where `signed`, 0.0 is not -0.0."""
    expected = 0.0 if expected is None else expected  # PyTorch defines no gradient; ours is zero
    if expected == 0.0 and signed:
        return actual == 0.0 and math.copysign(1.0, actual) == math.copysign(1.0, expected)
    both_nan = math.isnan(actual) and math.isnan(expected)
    return both_nan or math.isclose(actual, expected, rel_tol=1e-12, abs_tol=1e-320)


def flat(nested: Any) -> list[Any]:
    """List the numbers of a nested list, in order."""
    return [cell for part in nested for cell in flat(part)] if isinstance(nested, list | tuple) else [nested]


def rebuild(pattern: Any, cells: Iterable[Any]) -> Any:
    """Put a flat sequence of operands back into the nesting of `pattern`."""
    cells = iter(cells)

    def fill(part: Any) -> Any:
        return [fill(inner) for inner in part] if isinstance(part, list) else next(cells)

    return fill(pattern)


def reverse(function: Callable[..., Any], pattern: list[Any], chosen: Sequence[int]) -> tuple[float, list[float]]:
    """Return the value and the gradient in the chosen operands, the others being plain floats."""
    operands = [Value(cell) if index in chosen else cell for index, cell in enumerate(flat(pattern))]
    out = function(*rebuild(pattern, operands))
    out.backward()
    return out.data, [operands[index].grad for index in chosen]


def forward(function: Callable[..., Any], pattern: list[Any], index: int) -> tuple[float, float]:
    """Return the value and the derivative along one operand, by the forward sweep."""
    cells = flat(pattern)

    def along(x: Any) -> Any:
        return function(*rebuild(pattern, [*cells[:index], x, *cells[index + 1 :]]))

    return autograd.jvp(along, (cells[index],), (1.0,))


def disagreements(function: Callable[..., Any], rows: list[Row]) -> Iterable[str]:
    """Say at which rows the library departs from PyTorch: all operands at once, and each alone in both modes."""
    for row in rows:
        pattern, value, gradient = decode(row["at"]), decode(row["value"]), flat(decode(row["grad"]))
        every = range(len(gradient))
        found = {"all": reverse(function, pattern, every)}
        found |= {f"reverse {i}": reverse(function, pattern, [i]) for i in every}
        found |= {f"forward {i}": (out, [slope]) for i in every for out, slope in [forward(function, pattern, i)]}
        for how, (out, slopes) in found.items():
            expected = gradient if how == "all" else [gradient[int(how[-1])]]
            if not agree(out, value, signed=True) or not all(map(agree, slopes, expected)):
                yield f"{row['name']}{row['at']} by {how}: {out}, {slopes}; PyTorch has {value}, {expected}"


@pytest.mark.parametrize("rows", rows_of("first"))
def test_values_and_gradients_equal_pytorch(rows):
    assert list(disagreements(getattr(autograd, rows[0]["name"]), rows)) == []


@pytest.mark.parametrize("rows", rows_of("nary"))
def test_nary_values_and_gradients_equal_pytorch(rows):
    assert list(disagreements(getattr(autograd, rows[0]["name"]), rows)) == []


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_equal_pytorch(name):
    rows = [row for row in GOLDEN["first"] if row["name"] == name]
    assert list(disagreements(OPERATORS[name], rows)) == []


@pytest.mark.parametrize("rows", rows_of("first"))
def test_plain_floats_and_arrays_have_the_same_values(rows):
    name = rows[0]["name"]
    columns = [np.array(column) for column in zip(*(decode(row["at"]) for row in rows), strict=True)]
    with np.errstate(all="ignore"):
        array = np.asarray(registry[name].array(*columns), dtype=float)
    for row, entry in zip(rows, array, strict=True):
        value = decode(row["value"])
        assert agree(getattr(autograd, name)(*decode(row["at"])), value, signed=True), row
        assert agree(float(entry), value, signed=name not in ZERO_OF_EITHER_SIGN), (row, entry)


@pytest.mark.parametrize("rows", rows_of("second"))
def test_second_derivatives_equal_pytorch(rows):
    for row in rows:
        at, wrt = decode(row["at"]), row["wrt"]

        def function(chosen: list[Any], row: Row = row, at: list[float] = at, wrt: list[int] = wrt) -> Any:
            operands = [chosen[wrt.index(index)] if index in wrt else cell for index, cell in enumerate(at)]
            return getattr(autograd, row["name"])(*operands)

        found = autograd.hessian(function)([at[index] for index in wrt])
        np.testing.assert_allclose(found, decode(row["hessian"]), rtol=1e-11, atol=1e-13, err_msg=str(row))
