"""What becomes of the costs of single predictions: their mean, their sum, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import UnknownNameError, total
from autograd.errors import did_you_mean
from autograd.primitives import reductions

REDUCTIONS = ("mean", "sum", "none")


def check_reduction(loss: str, reduction: str, known: Sequence[str] = REDUCTIONS) -> None:
    """Refuse a reduction that nobody knows."""
    if reduction not in known:
        hint = did_you_mean(str(reduction), known)
        raise UnknownNameError(f"{loss}: no reduction is named {reduction!r}; {hint}there are {', '.join(known)}")


def reduce_array(costs: Any, reduction: str, norm: float | None = None) -> Any:
    """Return the mean of an array of costs (their sum over `norm` where it is given), their sum, or themselves."""
    if reduction == "none":
        return costs
    if reduction == "mean" and norm is None:
        return reductions.mean(costs, axis=None, keepdims=False)
    added = reductions.sum(costs, axis=None, keepdims=False)
    return added if reduction == "sum" or norm is None else added / norm


def reduce_list(costs: Sequence[Any], reduction: str, norm: Any) -> Any:
    """Return the sum of a list of costs over `norm` (their mean), their sum, or themselves."""
    if reduction == "none":
        return list(costs)
    return total(costs) / norm if reduction == "mean" else total(costs)
