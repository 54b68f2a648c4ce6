"""What a setting may be, of a layer, loss, optimizer or schedule: each check returns it, or says what is wrong."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from autograd import DomainError

_REAL: Final = (float, int, np.floating, np.integer)


def not_negative(user: str, name: str, number: Any) -> float:
    """Return a finite number, 0 or more, as a Python float: one of NumPy's would turn float32 into float64.

    >>> not_negative("SGD", "lr", np.float64(0.1))
    0.1
    """
    if isinstance(number, bool) or not isinstance(number, _REAL) or not number >= 0 or math.isinf(number):
        raise DomainError(f"{user}: {name} must be a finite number, 0 or more, got {number!r}")
    return float(number)


def positive(user: str, name: str, number: Any) -> float:
    """Return a finite number above 0, as a Python float."""
    if not not_negative(user, name, number):
        raise DomainError(f"{user}: {name} must be a finite number above 0, got {number!r}")
    return float(number)


def probability(user: str, name: str, number: Any) -> float:
    """Return a number from 0 to 1, as a Python float."""
    if isinstance(number, bool) or not isinstance(number, _REAL) or not 0 <= number <= 1:
        raise DomainError(f"{user}: {name} must be a number from 0 to 1, got {number!r}")
    return float(number)


def fraction(user: str, name: str, number: Any) -> float:
    """Return a number from 0 up to but not 1: how much of an average is kept."""
    if isinstance(number, bool) or not isinstance(number, _REAL) or not 0 <= number < 1:
        raise DomainError(f"{user}: {name} must be a number from 0 up to but not 1, got {number!r}")
    return float(number)


def two_fractions(user: str, name: str, pair: Any) -> tuple[float, float]:
    """Return two such numbers."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DomainError(f"{user}: {name} must be two numbers, such as (0.9, 0.999), got {pair!r}")
    return fraction(user, name, pair[0]), fraction(user, name, pair[1])


def count(user: str, name: str, number: Any, *, least: int = 1) -> int:
    """Return a whole number of at least 1, or another bound."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise DomainError(f"{user}: {name} must be a whole number, {least} or more, got {number!r}")
    return int(number)


def flag(user: str, name: str, choice: Any) -> bool:
    """Return a truth value."""
    if not isinstance(choice, bool | np.bool_):
        raise DomainError(f"{user}: {name} must be True or False, got {choice!r}")
    return bool(choice)
