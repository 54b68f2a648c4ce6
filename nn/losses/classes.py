"""Losses for classes: a score for each class, and which class is the right one.

Scores are arrays or tensors of shape (batch, classes) or (batch, classes, d1, ...), as in PyTorch, or a list of scores
for each sample; labels are integers of shape (batch,) or (batch, d1, ...), in arrays or lists.
"""

from __future__ import annotations

from typing import Any

from autograd import DomainError
from nn.losses import class_arrays, class_lists
from nn.losses.pairs import on_arrays
from nn.losses.reduction import check_reduction
from nn.settings import probability


def cross_entropy(
    logits: Any,
    labels: Any,
    *,
    weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Any:
    """Return the mean of -log softmax(logits)[label], safe from overflow.

    Parameters
    ----------
    logits
        Scores of any size, (batch, classes, ...) or (classes,). A language model's (batch, time, classes) are given as
        `logits.reshape(-1, classes)` with `labels.reshape(-1)`.
    labels
        Classes, counted from 0, of the shape of the logits without the axis of the classes; or class probabilities,
        of the shape of the logits: then it costs -sum(t log softmax(logits)).
    weight
        One for each class: what the costs of its samples are multiplied with. The mean is divided by the weights of
        the labels; with class probabilities by the number of samples.
    label_smoothing
        The share of the truth, from 0 to 1, that is spread over all classes equally (Szegedy et al. 2015,
        arXiv:1512.00567, section 7).
    ignore_index
        A label whose samples count as absent: padding, say.

    Raises
    ------
    ShapeError
        There are no samples, or labels do not have the shape that belongs to the logits.
    DomainError
        A label is not the number of a class, a probability lies outside of [0, 1] or is that of the only class, or all
        labels are ignored.
    UnknownNameError
        The reduction is none of "mean", "sum" and "none".

    >>> round(cross_entropy([[0.0, 0.0]], [1]), 6)
    0.693147
    >>> from autograd import Tensor
    >>> cross_entropy(Tensor([[0.0, 0.0], [9.0, -9.0]]), [1, -1], ignore_index=-1, reduction="none").data.round(6)
    array([0.693147, 0.      ])
    """
    check_reduction("cross_entropy", reduction)
    label_smoothing = probability("cross_entropy", "label_smoothing", label_smoothing)
    home = class_arrays if on_arrays(logits, labels) else class_lists
    return home.cross_entropy(logits, labels, weight, label_smoothing, ignore_index, reduction)


def nll_loss(
    log_probabilities: Any,
    labels: Any,
    *,
    weight: Any = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Any:
    """Return the mean of -log_probabilities[label], the negative log-likelihood: what follows a `log_softmax`.

    Shapes, settings and errors are those of `cross_entropy`, which does both in one step.

    >>> nll_loss([[-0.5, -1.0]], [1])
    1.0
    """
    check_reduction("nll_loss", reduction)
    home = class_arrays if on_arrays(log_probabilities, labels) else class_lists
    return home.nll(log_probabilities, labels, weight, ignore_index, reduction)


def multi_margin_loss(
    scores: Any,
    labels: Any,
    *,
    margin: float = 1.0,
    p: int = 1,
    weight: Any = None,
    reduction: str = "mean",
) -> Any:
    """Return the hinge loss of several classes: the mean of sum_j max(0, margin - score[label] + score[j])**p / count.

    The sum is over the wrong classes, `count` is that of all of them (Weston & Watkins 1999; divided as in
    PyTorch).

    Parameters
    ----------
    margin
        By how much the right class should lead.
    p
        1, or 2 for squared distances.
    weight
        One for each class: what the costs of its samples are multiplied with. The mean is still over samples.

    Raises
    ------
    ShapeError, DomainError, UnknownNameError
        As `cross_entropy` does; also when p is not 1 or 2.

    >>> multi_margin_loss([[0.5, 0.0, -2.0]], [0])
    0.16666666666666666
    """
    check_reduction("multi_margin_loss", reduction)
    if p not in (1, 2):
        raise DomainError(f"multi_margin_loss: expected p=1 or p=2, got {p!r}")
    home = class_arrays if on_arrays(scores, labels) else class_lists
    return home.multi_margin(scores, labels, margin, p, weight, reduction)
