"""Schedules that depend on the step alone: functions from the step, counted from 0, to a factor.

Their numbers are those of PyTorch's schedulers. A setting out of range is a `DomainError`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final, Literal

from autograd import DomainError, UnknownNameError
from nn.settings import count, not_negative

Factor = Callable[[int], float]


def step_decay(step: int, *, every: int, factor: float = 0.1) -> float:
    """Return factor**k after k times `every` steps.

    >>> [step_decay(step, every=2, factor=0.5) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    return not_negative("step_decay", "factor", factor) ** (step // count("step_decay", "every", every))


def multi_step(step: int, *, at: Sequence[int], factor: float = 0.1) -> float:
    """Return factor**k after k of the steps listed in `at`, which must be in order.

    >>> [multi_step(step, at=[2, 3]) for step in range(4)]
    [1.0, 1.0, 0.1, 0.010000000000000002]
    """
    if list(at) != sorted(at):
        raise DomainError(f"multi_step: at must be in order, got {at!r}; try at={sorted(at)!r}")
    return not_negative("multi_step", "factor", factor) ** bisect_right(at, step)


def exponential(step: int, *, factor: float) -> float:
    """Return factor**step.

    >>> exponential(2, factor=0.5)
    0.25
    """
    return not_negative("exponential", "factor", factor) ** step


def cosine(step: int, *, steps: int, lowest: float = 0.0) -> float:
    """Return half a wave of the cosine from 1 down to `lowest` in `steps` steps, and `lowest` from then on.

    Loshchilov & Hutter 2017 (arXiv:1608.03983), equation 5, without restarts.

    >>> [round(cosine(step, steps=4), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    part = min(step / count("cosine", "steps", steps), 1.0)
    return _wave(1.0, not_negative("cosine", "lowest", lowest), part)


def cosine_restarts(step: int, *, period: int, growth: int = 1, lowest: float = 0.0) -> float:
    """Return `cosine` again and again, first in `period` steps, then in `growth` times as many as before.

    Loshchilov & Hutter 2017 (arXiv:1608.03983), equation 5.

    >>> [round(cosine_restarts(step, period=2, growth=2), 3) for step in range(8)]
    [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0, 0.962]
    """
    period, growth = count("cosine_restarts", "period", period), count("cosine_restarts", "growth", growth)
    while step >= period:
        step, period = step - period, period * growth
    return cosine(step, steps=period, lowest=lowest)


def warm_up(step: int, *, steps: int, start: float = 1 / 3, then: Factor | None = None) -> float:
    """Return a line from `start` up to 1 in `steps` steps; from then on 1, or `then(step - steps)`.

    Goyal et al. 2017 (arXiv:1706.02677), section 2.2.

    >>> from functools import partial
    >>> [warm_up(step, steps=2, start=0.5, then=partial(cosine, steps=2)) for step in range(5)]
    [0.5, 0.75, 1.0, 0.5, 0.0]
    """
    start = not_negative("warm_up", "start", start)
    if step < count("warm_up", "steps", steps):
        return start + (1.0 - start) * step / steps
    return 1.0 if then is None else then(step - steps)


def one_cycle(
    step: int,
    *,
    steps: int,
    rise: float = 0.3,
    start: float = 1 / 25,
    end: float = 1 / 250_000,
    shape: Literal["cosine", "line"] = "cosine",
) -> float:
    """Return one rise from `start` to 1 in a part `rise` of all `steps`, then one fall to `end`.

    The optimizer's learning rate is the highest. Smith & Topin 2018 (arXiv:1708.07120).

    >>> [round(one_cycle(step, steps=6, rise=0.5, shape="line"), 3) for step in range(6)]
    [0.04, 0.52, 1.0, 0.667, 0.333, 0.0]
    """
    if not 0 <= not_negative("one_cycle", "rise", rise) <= 1:
        raise DomainError(f"one_cycle: rise must be a part from 0 to 1, got {rise!r}")
    if shape not in _SHAPES:
        raise UnknownNameError(f"one_cycle: no shape is named {shape!r}; there are {', '.join(_SHAPES)}")
    top, last = rise * count("one_cycle", "steps", steps) - 1, steps - 1
    between = _SHAPES[shape]
    if step <= top:
        return between(start, 1.0, step / top if top > 0 else 1.0)
    return between(1.0, end, min((step - top) / (last - top), 1.0) if last > top else 1.0)


def _wave(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2


def _line(start: float, end: float, part: float) -> float:
    return start + (end - start) * part


_SHAPES: Final = {"cosine": _wave, "line": _line}
