"""Check derivatives against finite differences: both modes, any order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.errors import DomainError, GradientMismatch
from autograd.testing.flat import MODES, Flat, evaluate, flatten, read_outputs, read_point
from autograd.testing.matching import Difference, check_tolerances
from autograd.testing.numeric import Extrapolation, differentiate_numerically


@dataclass(frozen=True, slots=True)
class Check:
    """One derivative, by the library and by finite differences.

    Attributes
    ----------
    output, input
        What was differentiated, and in what; from the second order on, `output` is a derivative itself.
    mode
        "reverse" or "forward"; at higher orders "forward over reverse" is the forward derivative of a gradient.
    difference
        Both numbers: `actual` is the library's, `expected` the finite difference.
    uncertainty
        How far the finite difference itself may be off.
    tolerance
        How large the difference may be.
    """

    output: str
    input: str
    mode: str
    difference: Difference
    uncertainty: float
    tolerance: float

    @property
    def order(self) -> int:
        """How many times the function was differentiated."""
        return len(self.mode.split(" over "))

    @property
    def severity(self) -> float:
        """How large the difference is, measured by what is allowed; up to 1 is right."""
        distance = self.difference.absolute
        return distance / self.tolerance if self.tolerance else math.inf if distance else 0.0


@dataclass(frozen=True, slots=True)
class GradientReport:
    """What was found when all was well: how many derivatives were checked, and the one that agrees least."""

    count: int
    worst: Check

    def __str__(self) -> str:
        worst = self.worst
        return (
            f"{self.count} derivatives equal finite differences; the largest difference is "
            f"{worst.difference.absolute:.1e} (relative {worst.difference.relative:.1e}), in {worst.input} by "
            f"{worst.mode} mode"
        )

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class _Derivative:
    """A function in flat form, by which mode it was derived, and the names of what it returns."""

    function: Flat
    mode: str
    outputs: list[str]

    def differentiate(self, mode: str, names: Sequence[str]) -> _Derivative:
        outputs = [f"(d {output} / d {name})" for output in self.outputs for name in names]
        return _Derivative(MODES[mode](self.function), f"{mode} over {self.mode}" if self.mode else mode, outputs)


def check_gradients(
    function: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    rtol: float = 1e-7,
    atol: float = 1e-9,
    eps: float = 0.0113,
) -> GradientReport:
    """Check the derivatives of a function, by reverse and by forward mode, against finite differences.

    Parameters
    ----------
    function
        Takes numbers and arrays, or lists, tuples and dictionaries of them; returns such.
    inputs
        The point: floats, arrays, or containers of them. The function meets arrays as `Tensor`s of double precision.
    order
        With 2, the derivatives of both derivatives are checked too, each by both modes; and so on.
    rtol, atol
        A derivative may differ by atol + rtol * |finite difference|.
    eps
        The longest step of the differences, relative to inputs above 1; from there, steps shrink as needed. Not a
        round number, so that it does not happen to be a period of the function.

    Raises
    ------
    GradientMismatch
        A derivative is wrong; the message says which, how wrong, and what to try.
    DomainError
        An input or a result is not finite, or a setting is out of range.
    OperandError
        The function or the inputs are not of the kind above.

    >>> report = check_gradients(lambda v: (v[0] * v[1]).tanh() + v[0] ** 3, [0.3, -1.7], order=2)
    >>> report.count, report.worst.difference.absolute < 1e-9
    (20, True)
    >>> import numpy as np
    >>> check_gradients(lambda x: (x @ x).sum(), np.array([0.3, -1.7]), order=2).count
    20
    """
    _check_settings(order, rtol, atol, eps)
    point, names = read_point(inputs)
    derivatives = [_Derivative(flatten(function, inputs), "", read_outputs(function, inputs))]
    checks: list[Check] = []
    for _ in range(order):
        found: list[Check] = []
        higher: list[_Derivative] = []
        for inner in derivatives:
            estimates = _estimate(inner.function, point, names, rtol=rtol, atol=atol, eps=eps)
            for mode in MODES:
                outer = inner.differentiate(mode, names)
                found += _compare(inner, outer, point, names, estimates, rtol=rtol, atol=atol)
                higher.append(outer)
        # A wrong derivative has no right derivative: what is wrong at one order is reported before the next.
        _raise_if_wrong(found)
        checks, derivatives = checks + found, higher
    return GradientReport(len(checks), max(checks, key=lambda check: check.severity))


def _check_settings(order: int, rtol: float, atol: float, eps: float) -> None:
    check_tolerances("check_gradients", rtol=rtol, atol=atol)
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise DomainError(f"check_gradients: order must be a whole number from 1 upwards, got {order!r}")
    if not 0 < eps < math.inf:
        raise DomainError(f"check_gradients: eps must be a finite number above 0, got {eps!r}; try eps=0.01")


def _estimate(
    function: Flat, point: list[float], names: list[str], *, rtol: float, atol: float, eps: float
) -> list[Extrapolation]:
    """Differentiate numerically in each input, a thousand times as exactly as derivatives are compared."""

    def values(point: list[float]) -> list[float]:
        return evaluate(function, point)

    return [
        differentiate_numerically(values, point, position, name=name, eps=eps, rtol=rtol / 1e3, atol=atol / 1e3)
        for position, name in enumerate(names)
    ]


def _compare(
    inner: _Derivative,
    outer: _Derivative,
    point: list[float],
    names: list[str],
    estimates: list[Extrapolation],
    *,
    rtol: float,
    atol: float,
) -> Iterator[Check]:
    """Yield a check for each output of `inner` and each input."""
    slopes = iter(evaluate(outer.function, point))
    for row, output in enumerate(inner.outputs):
        for number, name, estimate in zip(point, names, estimates, strict=True):
            expected = float(estimate.slopes[row])
            yield Check(
                output,
                f"{name} = {number!r}",
                outer.mode,
                Difference(name, actual=next(slopes), expected=expected),
                uncertainty=float(estimate.uncertainty[row]),
                tolerance=atol + rtol * abs(expected),
            )


def _raise_if_wrong(checks: list[Check]) -> None:
    wrong = [check for check in checks if check.severity > 1]
    if not wrong:
        return
    worst = max(wrong, key=lambda check: check.severity)
    found = worst.difference
    raise GradientMismatch(
        f"{len(wrong)} of {len(checks)} derivatives of order {worst.order} differ from finite differences; "
        "the worst is\n"
        f"  d {worst.output} / d {worst.input}\n"
        f"    by {worst.mode} mode: {found.actual:.12g}\n"
        f"    by finite differences: {found.expected:.12g} (to {worst.uncertainty:.0e})\n"
        f"    relative difference: {found.relative:.1e}{_factor(found)}\n"
        f"  try: {_advice(worst)}"
    )


def _factor(found: Difference) -> str:
    """Name the factor between the two numbers, where its first digits show one."""
    telling = found.actual and found.expected and found.relative > 1e-4
    return f", off by a factor of {found.actual / found.expected:.6g}" if telling else ""


def _advice(check: Check) -> str:
    if check.uncertainty > check.tolerance:
        return (
            "the differences do not settle. Is there a kink or jump at this point, randomness in the function, or "
            "cancellation of large numbers? Move the point, or raise rtol and atol"
        )
    if check.difference.actual == 0:
        return (
            "the derivative is cut off. Look for .data, detach(), stop_gradient, a comparison or a constant where "
            "the number should be; or is this point on a kink?"
        )
    return (
        "check the primitives of the function one at a time, those with rules of your own first; "
        "if this point is on a kink, move it"
    )
