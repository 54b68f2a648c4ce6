"""Compare two gradients entry by entry, for tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autograd.errors import DomainError, GradientMismatch, ShapeError
from autograd.testing.reading import entries, read_number
from autograd.trees import describe

#: How many of the differing entries a message shows.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """Two numbers for one derivative.

    >>> Difference("[0]", actual=1.001, expected=1.0).relative < 0.001
    True
    """

    entry: str
    actual: float
    expected: float

    @property
    def absolute(self) -> float:
        """How far apart they are: nan and an infinity are infinitely far from everything but themselves."""
        if self.actual == self.expected or (math.isnan(self.actual) and math.isnan(self.expected)):
            return 0.0
        distance = abs(self.actual - self.expected)
        return math.inf if math.isnan(distance) else distance

    @property
    def relative(self) -> float:
        """How far apart they are, relative to the larger of the two."""
        larger = max(abs(self.actual), abs(self.expected))
        return self.absolute / larger if self.absolute and math.isfinite(larger) else self.absolute

    def is_within(self, rtol: float, atol: float) -> bool:
        """Tell whether they differ by no more than atol + rtol * |expected|."""
        return self.absolute == 0 or self.absolute <= atol + rtol * abs(self.expected) < math.inf


def check_tolerances(user: str, **tolerances: float) -> None:
    """Refuse tolerances that are not finite numbers from 0 upwards."""
    for name, tolerance in tolerances.items():
        if not 0 <= tolerance < math.inf:
            raise DomainError(f"{user}: {name} must be a finite number, at least 0, got {tolerance!r}; try {name}=1e-6")


def assert_gradients_match(actual: Any, expected: Any, *, rtol: float = 1e-7, atol: float = 1e-12) -> None:
    """Pass when two gradients agree entry by entry within atol + rtol * |expected|.

    Each is a number, a node, an array, or nested lists, tuples and dictionaries of them.

    Raises
    ------
    GradientMismatch
        They differ (an `AssertionError`); the message shows the worst entries. nan equals nan only.
    ShapeError
        They do not have the same entries.
    OperandError
        An entry is not a real number.

    >>> assert_gradients_match([0.1 + 0.2, 1.0], [0.3, 1.0])
    >>> assert_gradients_match([0.301, 1.0], [0.3, 1.0])
    Traceback (most recent call last):
    autograd.errors.GradientMismatch: gradients differ in 1 of 2 entries (rtol=1e-07, atol=1e-12):
      [0]: actual 0.301, expected 0.3, relative difference 3.3e-03
    """
    check_tolerances("assert_gradients_match", rtol=rtol, atol=atol)
    found, wanted = dict(entries(actual)), dict(entries(expected))
    if found.keys() != wanted.keys():
        alone = next(path for path in [*found, *wanted] if path not in found or path not in wanted)
        owner = "actual" if alone in found else "expected"
        raise ShapeError(
            f"gradients of different structure: actual is {_describe(actual)}, expected is {_describe(expected)}; "
            f"only {owner} has an entry {alone or 'without an index'}. Does one of them need a transpose or reshape?"
        )
    pairs = [
        Difference(path, read_number(found[path], f"actual{path}"), read_number(wanted[path], f"expected{path}"))
        for path in wanted
    ]
    wrong = [pair for pair in pairs if not pair.is_within(rtol, atol)]
    wrong.sort(key=lambda pair: -pair.relative)
    if wrong:
        lines = [f"gradients differ in {len(wrong)} of {len(pairs)} entries (rtol={rtol:g}, atol={atol:g}):"]
        lines += [f"  {_show(pair)}" for pair in wrong[:SHOWN]]
        lines += [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        raise GradientMismatch("\n".join(lines))


def _show(pair: Difference) -> str:
    place = f"{pair.entry}: " if pair.entry else ""
    return f"{place}actual {pair.actual!r}, expected {pair.expected!r}, relative difference {pair.relative:.1e}"


def _describe(gradient: Any) -> str:
    shape = getattr(gradient, "shape", None)
    return describe(gradient) if shape is None else f"an array of shape {shape}"
