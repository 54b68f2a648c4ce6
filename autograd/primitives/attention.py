"""The row of attention: a softmax that leaves out what may not be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.array_primitive import ArrayPrimitive
from autograd.primitives.reductions import softmax_of_array, through_softmax


def _masked_softmax(x: Any, *, mask: Any) -> Any:
    if not x.size:
        return x
    # A sum with 0 and -inf is many times quicker than a choice between x and -inf.
    scores = x + np.where(mask, 0.0, -np.inf).astype(x.dtype)
    out = softmax_of_array(scores, axis=x.ndim - 1, out=scores)
    some = mask.any(axis=-1, keepdims=True)
    return out if some.all() else np.where(some, out, x.dtype.type(0.0))


masked_softmax: ArrayPrimitive = ArrayPrimitive(
    "masked_softmax",
    _masked_softmax,
    lambda cotangent, out, x, *, mask: through_softmax(cotangent, out, out.ndim - 1),
    push=lambda tangents, out, x, *, mask: through_softmax(tangents[0], out, out.ndim - 1),
    doc="the softmax of those entries of the last axis that a mask lets through, 0 elsewhere; all 0 where it lets none",
)
