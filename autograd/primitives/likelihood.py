"""The rows of losses that are one equation with a delicate derivative."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.primitive import Elementwise, elementwise
from autograd.primitives.comparison import maximum
from autograd.primitives.transcendental import log

#: The least logarithm of a probability, as in PyTorch: a certain and wrong prediction costs 100, not inf.
_FLOOR = -100.0


def _log_of_float(p: float) -> float:
    return max(math.log(p), _FLOOR) if p > 0 else p if p != p else _FLOOR


def _log(p: Any) -> Any:
    return np.maximum(np.log(p), _FLOOR)


bernoulli_nll: Elementwise = elementwise(
    "bernoulli_nll",
    lambda p, t: -(t * _log_of_float(p) + (1.0 - t) * _log_of_float(1.0 - p)),
    lambda p, t: -(t * _log(p) + (1.0 - t) * _log(1.0 - p)),
    lambda out, p, t: (p - t) / maximum(p * (1.0 - p), 1e-12),  # PyTorch's guard against a division by 0
    lambda out, p, t: maximum(log(1.0 - p), _FLOOR) - maximum(log(p), _FLOOR),
    symbol="BCE",
    doc="-(t log p + (1 - t) log(1 - p)): the cost of probability p when the truth is t",
)
