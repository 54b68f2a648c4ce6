"""What a comparison with gradients by hand found, as a table with a line for each array."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.testing.matching import Difference
from autograd.testing.reading import Shape

Array = np.ndarray[Any, np.dtype[Any]]

#: The share of its digits that a gradient must have right to count as exact, at the size of its largest entry. The
#: rest is rounding: two programs add up the same terms in different order, and where terms cancel it shows.
DIGITS = 0.75


@dataclass(frozen=True, slots=True)
class ArrayReport:
    """What came of one array.

    Attributes
    ----------
    exact
        Whether it is equal up to rounding, in the precision of the gradient given, single or double.
    approximate
        Whether every entry is within the tolerances.
    max_difference
        The largest difference of an entry.
    relative_difference
        The same, relative to the largest entry of the array.
    worst
        That entry: `actual` is by hand, `expected` is by `backward()`.
    remark
        What a wrong gradient looks like, where that is recognised.
    """

    name: str
    shape: Shape
    exact: bool
    approximate: bool
    max_difference: float
    relative_difference: float
    worst: Difference
    remark: str = ""

    @property
    def verdict(self) -> str:
        """In words: "equal", "approximately equal" or "wrong"."""
        return "equal" if self.exact else "approximately equal" if self.approximate else "wrong"


@dataclass(frozen=True, slots=True)
class ManualReport:
    """What came of each array, as a table: `print(report)`.

    In a test: `assert report.ok, report`.
    """

    arrays: dict[str, ArrayReport]

    @property
    def ok(self) -> bool:
        """Whether no array is wrong."""
        return all(array.exact or array.approximate for array in self.arrays.values())

    def __getitem__(self, name: str) -> ArrayReport:
        return self.arrays[name]

    def __str__(self) -> str:
        header = ("name", "shape", "exact", "approximate", "max difference", "verdict")
        rows = [header, *map(_row, self.arrays.values())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    __repr__ = __str__


def _row(array: ArrayReport) -> tuple[str, ...]:
    worst, verdict = array.worst, array.verdict
    if verdict == "wrong":
        place = f"{worst.entry} is " if worst.entry else ""
        verdict += f": {place}{worst.actual:.10g} by hand, {worst.expected:.10g} by backward(){array.remark}"
    flags = ["yes" if flag else "no" for flag in (array.exact, array.approximate)]
    return (array.name, str(array.shape), *flags, f"{array.max_difference:.1e}", verdict)


def compare(name: str, gradient: Array, expected: Array, *, rtol: float, atol: float) -> ArrayReport:
    """Hold one gradient by hand against the library's, of the same shape.

    >>> compare("W", np.array([1.0, 2.5]), np.array([1.0, 2.0]), rtol=1e-5, atol=1e-12).verdict
    'wrong'
    """
    same = (gradient == expected) | (np.isnan(gradient) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        distance = np.where(same, 0.0, np.nan_to_num(np.abs(gradient - expected), nan=math.inf, posinf=math.inf))
    scale = float(max(np.abs(gradient).max(), np.abs(expected).max()))
    place = np.unravel_index(int(distance.argmax()), distance.shape)
    largest = float(distance[place])
    precision = np.finfo(np.result_type(gradient.dtype, np.float32)).eps
    close = same | (distance <= atol + rtol * np.abs(expected)) & np.isfinite(distance)
    return ArrayReport(
        name,
        gradient.shape,
        exact=largest == 0 or largest <= precision**DIGITS * scale < math.inf,
        approximate=bool(close.all()),
        max_difference=largest,
        relative_difference=largest / scale if 0 < largest < math.inf else largest,
        worst=Difference("".join(f"[{index}]" for index in place), float(gradient[place]), float(expected[place])),
        remark=_remark(gradient, expected),
    )


def _remark(gradient: Array, expected: Array) -> str:
    if gradient.ndim == 2 and gradient.shape == gradient.T.shape and np.allclose(gradient.T, expected):
        return "; it is the transpose of the right one"
    return ""
