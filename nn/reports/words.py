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


def readable(number: float) -> str:
    """Write a number with four digits that count, without an exponent where people would not use one.

    >>> readable(250_000.4), readable(0.123456), readable(-2.0), readable(1.5e-7)
    ('250,000', '0.1235', '-2', '1.5e-07')
    """
    size = abs(number)
    if size != 0 and not 1e-4 <= size < 1e9:
        return f"{number:.4g}"
    before = len(str(int(size))) if size >= 1 else 0
    text = f"{number:,.{max(0, 4 - before)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
