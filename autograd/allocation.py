"""Memory that a training step gives back, kept at hand for the next one."""

from __future__ import annotations

import numpy as np

#: The largest array that still counts (mallopt(3): 4 MiB times the size of a long), less what goes around it.
_LARGEST = 2**25 - 2**16


def keep_freed_memory() -> None:
    """Let the allocator keep up to 64 MiB of freed memory, instead of returning it to the system at every step.

    The arrays of a step are freed at its end. Where more of them lie free than twice the largest block that was ever
    freed, the C library of Linux (glibc) returns them, and each page is asked for and cleared anew in the next step:
    half of the time of a small LSTM. It learns from what it sees: to allocate and free one large array is enough. That
    array is never written to, so it takes no memory.
    """
    np.empty(_LARGEST, np.uint8)
