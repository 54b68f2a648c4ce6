"""Amounts in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Write a duration as people do.

    >>> duration(8.04), duration(83.2)
    ('8.0 s', '83 s')
    """
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def plural(count: int, word: str) -> str:
    """Write a number of things.

    >>> plural(1, "epoch"), plural(1200, "step")
    ('1 epoch', '1,200 steps')
    """
    return f"{count:,} {word}{'s' * (count != 1)}"
