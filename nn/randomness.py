"""Randomness is an argument: whatever draws random numbers takes `rng`, and this is where it is read.

The same seed gives the same numbers everywhere; nothing here touches NumPy's global state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.errors import DomainError, OperandError

if TYPE_CHECKING:  # looking up numpy.random imports it, which takes long
    Rng = np.random.Generator | int | None


def generator(rng: Rng) -> np.random.Generator:
    """Return the generator that `rng` stands for: itself, one started from a seed, or (None) a fresh unpredictable one.

    A generator is handed back as it is, so that draws made one after the other stay independent.

    >>> generator(0).integers(10, size=3).tolist() == generator(0).integers(10, size=3).tolist()
    True

    Raises
    ------
    OperandError
        When `rng` is neither a generator, nor an integer, nor None.
    DomainError
        When the seed is negative.
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    if isinstance(rng, bool | np.bool_) or not isinstance(rng, int | np.integer):
        raise OperandError(
            f"rng: got {rng!r} of type {type(rng).__name__}, expected a numpy.random.Generator, "
            f"an integer seed or None; try rng=0"
        )
    if rng < 0:
        raise DomainError(f"rng: got the seed {rng}, expected zero or more; try rng={-rng}")
    return np.random.default_rng(int(rng))
