"""Losses of yes or no, and of distributions: what it costs to have predicted a probability, in nats.

Predictions and targets have one shape: arrays or tensors, or a number or nested lists of numbers of one structure.
"""

from __future__ import annotations

from typing import Any

from autograd import equal, exp, log, relu, softplus, where
from autograd.primitives.likelihood import bernoulli_nll
from autograd.trees import children
from nn.losses.pairs import PROBABILITIES, Allowed, as_list, pointwise
from nn.losses.reduction import REDUCTIONS, check_reduction


def binary_cross_entropy(probabilities: Any, targets: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """Return the mean of -(t log p + (1 - t) log(1 - p)) for probabilities p; targets are from 0 to 1.

    Logarithms are held above -100, as PyTorch does, so that a certain and wrong prediction costs 100, not inf.
    Where the probability comes from a sigmoid, `binary_cross_entropy_with_logits` is exact and cheaper.

    Parameters
    ----------
    weight
        What each cost is multiplied with: a number, one for each prediction, or one for each column. The mean is still
        over the number of predictions.

    Raises
    ------
    ShapeError
        Predictions and targets differ in shape, or there are none; the weights do not broadcast.
    DomainError
        A probability or target lies outside of [0, 1], or is nan.
    UnknownNameError
        The reduction is none of "mean", "sum" and "none".

    >>> round(binary_cross_entropy([0.5], [1.0]), 6)
    0.693147
    """

    def cost(p: Any, t: Any, weight: Any) -> Any:
        nll = bernoulli_nll(p, t)
        return nll if weight is None else weight * nll

    return pointwise(
        "binary_cross_entropy",
        cost,
        probabilities,
        targets,
        reduction,
        weights={"weight": weight},
        allowed=PROBABILITIES,
        of_probabilities=True,
    )


def binary_cross_entropy_with_logits(
    logits: Any, targets: Any, *, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    """Return the binary cross-entropy of sigmoid(logits), computed without overflow; targets are from 0 to 1.

    With z a logit it is (1 - t) z + log(1 + exp(-z)).

    Parameters
    ----------
    weight
        What each cost is multiplied with: a number, one for each logit, or one for each column.
    pos_weight
        What the cost of the positive part, -t log p, is multiplied with, in the same forms: the ratio of negative to
        positive samples balances a rare class.

    Raises
    ------
    ShapeError
        Logits and targets differ in shape, or there are none; the weights do not broadcast.
    DomainError
        A target lies outside of [0, 1], or is nan.
    UnknownNameError
        The reduction is none of "mean", "sum" and "none".

    >>> round(binary_cross_entropy_with_logits([0.0], [1.0]), 6)
    0.693147
    """

    def cost(z: Any, t: Any, weight: Any, pos_weight: Any) -> Any:
        missed = softplus(-z)
        if pos_weight is not None:
            missed = (1.0 + (pos_weight - 1.0) * t) * missed
        both = (1.0 - t) * z + missed
        return both if weight is None else weight * both

    return pointwise(
        "binary_cross_entropy_with_logits",
        cost,
        logits,
        targets,
        reduction,
        weights={"weight": weight, "pos_weight": pos_weight},
        allowed=PROBABILITIES,
    )


def hinge_loss(scores: Any, labels: Any, *, reduction: str = "mean") -> Any:
    """Return the mean of max(0, 1 - label * score), the loss of maximum-margin classification; labels are -1 or 1.

    For several classes there is `multi_margin_loss`.

    Raises
    ------
    ShapeError
        Scores and labels differ in shape, or there are none.
    DomainError
        A label is neither -1 nor 1.
    UnknownNameError
        The reduction is none of "mean", "sum" and "none".

    >>> hinge_loss([0.5, 2.0], [1, 1])
    0.25
    """
    return pointwise("hinge_loss", lambda s, t: relu(1.0 - t * s), scores, labels, reduction, allowed=_SIGNS)


_SIGNS = Allowed("-1 or 1", lambda t: abs(t) == 1)


def kl_div_loss(log_predictions: Any, targets: Any, *, log_target: bool = False, reduction: str = "mean") -> Any:
    """Return the Kullback-Leibler divergence KL(targets || predictions), by entries t (log t - log p).

    The order of the arguments is PyTorch's: **first the logarithms of the predicted probabilities**, as `log_softmax`
    gives them, **then the true probabilities** (with `log_target=True` their logarithms). An entry with t = 0 costs
    nothing.

    Parameters
    ----------
    reduction
        "mean" over all entries, as PyTorch's default; the divergence itself, averaged over samples, is "batchmean":
        the sum divided by the length of the first axis. Else "sum" or "none".

    Raises
    ------
    ShapeError
        Predictions and targets differ in shape, or there are none.
    DomainError
        A target lies outside of [0, 1] (unless they are logarithms), or is nan.

    >>> from autograd import log_softmax
    >>> round(kl_div_loss([log_softmax([0.0, 0.0])], [[1.0, 0.0]], reduction="batchmean"), 6)
    0.693147
    """
    check_reduction("kl_div_loss", reduction, (*REDUCTIONS, "batchmean"))

    def cost(log_p: Any, t: Any) -> Any:
        return exp(t) * (t - log_p) if log_target else _t_log_t(t) - t * log_p

    divergence = pointwise(
        "kl_div_loss",
        cost,
        log_predictions,
        targets,
        "sum" if reduction == "batchmean" else reduction,
        allowed=None if log_target else PROBABILITIES,
    )
    return divergence / _samples(log_predictions) if reduction == "batchmean" else divergence


def _t_log_t(t: Any) -> Any:
    # 0 log 0 is 0: the logarithm is taken of 1 there.
    never = equal(t, 0.0)
    return where(never, 0.0, t * log(t + never))


def _samples(predictions: Any) -> int:
    """Return the length of the first axis."""
    if hasattr(predictions, "shape"):
        return int(predictions.shape[0]) if predictions.shape else 1
    return len(children(as_list(predictions)) or [None])
