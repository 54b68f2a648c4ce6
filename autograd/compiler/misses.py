"""Why operands had to be gathered, and what would let them become views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: The kinds of miss.
POSITIONS: Final = "positions form no loops"
TERMS: Final = "terms form no loops"
SAMPLES: Final = "samples stand at uneven distances"
LENGTHS: Final = "sums of different length"
#: What would help.
_HINTS: Final = {
    POSITIONS: "read numbers in the order in which they are made, or skip through them by equal steps, in as many "
    "nested loops; a permutation or a list of chosen positions is not one: apply it to the data before the call",
    TERMS: "let every sum run over the same pattern, shifted by equal steps, such as a row or a window; sums over "
    "neighbours from a list become a matrix product if they run over all, with a factor of 0 for those that are none",
    SAMPLES: "give vmap one array with the samples along its first axis, in order, not numbers picked one by one",
    LENGTHS: "fill the sums up to one length with terms of factor 0, then they are one matrix product",
}


def explain(misses: Sequence[tuple[str, str]]) -> str:
    """Return a line for each miss, a statement and its reason, and one for each kind that says what would help.

    >>> print(explain([("take1: identity of (3,)", SAMPLES)]))  # doctest: +ELLIPSIS
    take1: identity of (3,): samples stand at uneven distances, so elements are gathered one by one
    samples stand at uneven distances: give vmap one array with the samples ...
    """
    if not misses:
        return "no misses: every operand is a view"
    lines = [f"{statement}: {reason}, so elements are gathered one by one" for statement, reason in misses]
    kinds = [kind for kind in _HINTS if any(reason.startswith(kind) for _, reason in misses)]
    return "\n".join([*lines, *[f"{kind}: {_HINTS[kind]}" for kind in kinds]])
