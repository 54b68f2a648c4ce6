"""What options of the command line may be: types for argparse, whose messages say what was expected."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError


def positive(text: str) -> int:
    """Read a whole number from 1 upwards.

    >>> positive("32")
    32
    """
    return _whole(text, least=1)


def seed(text: str) -> int:
    """Read a whole number from 0 upwards."""
    return _whole(text, least=0)


def at_least_two(text: str) -> int:
    """Read a whole number from 2 upwards, such as a number of folds."""
    return _whole(text, least=2)


def above_zero(text: str) -> float:
    """Read a finite number above 0.

    >>> above_zero("1e-3")
    0.001
    """
    return _number(text, math.inf, "a finite number above 0")


def not_negative(text: str) -> float:
    """Read a finite number from 0 upwards."""
    return 0.0 if text.strip() in ("0", "0.0") else _number(text, math.inf, "a finite number, 0 or more")


def share(text: str) -> float:
    """Read a number between 0 and 1.

    >>> share("0.2")
    0.2
    """
    return _number(text, 1.0, "a share between 0 and 1, such as 0.2")


def _whole(text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise ArgumentTypeError(f"expected a whole number, {least} or more, got {text!r}")
    return number


def _number(text: str, below: float, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < below:
        raise ArgumentTypeError(f"expected {expected}, got {text!r}")
    return number
