"""Losses that compare each prediction with its target: how the two are paired, in lists and in arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd import DomainError, Node, OperandError, ShapeError, Tensor
from autograd.arrays.checks import as_array, raw
from autograd.arrays.shapes import astype, reshape
from autograd.functions import is_array
from autograd.trees import describe, leaves, map_leaves, walk
from nn.losses.reduction import check_reduction, reduce_array, reduce_list


class Allowed(NamedTuple):
    """Which targets a loss takes: in words, and as a predicate of a number or of an array."""

    words: str
    holds: Callable[[Any], Any]


PROBABILITIES = Allowed("from 0 to 1", lambda t: (t >= 0) & (t <= 1))


def pointwise(
    loss: str,
    cost: Callable[..., Any],
    predictions: Any,
    targets: Any,
    reduction: str,
    *,
    weights: Mapping[str, Any] | None = None,
    allowed: Allowed | None = None,
    of_probabilities: bool = False,
    finish: Callable[[Any], Any] = lambda x: x,
) -> Any:
    """Return `cost(prediction, target, *weights)` of every pair, reduced: the one equation serves numbers and arrays.

    Parameters
    ----------
    weights
        By the name of the setting: a number, numbers in the places of the predictions or along their last axis, or
        None, which the cost gets as it is.
    allowed
        What the targets must be.
    of_probabilities
        Whether the predictions must lie between 0 and 1.
    finish
        Applied to what the reduction gives.
    """
    check_reduction(loss, reduction)
    weights = weights or {}
    if on_arrays(predictions, targets):
        p, t = paired_arrays(loss, predictions, targets)
        check_array(loss, "targets", raw(t), allowed)
        check_array(loss, "probabilities", raw(p), PROBABILITIES if of_probabilities else None)
        factors = [_weights_of_array(loss, name, weight, p) for name, weight in weights.items()]
        return finish(reduce_array(cost(p, t, *factors), reduction))
    pairs = _paired_numbers(loss, predictions, targets)
    _check_numbers(loss, [t for _, t in pairs.values()], allowed)
    if of_probabilities:
        _check_probabilities(loss, [p for p, _ in pairs.values()])
    columns = [_weights_of_places(loss, name, weight, list(pairs)) for name, weight in weights.items()]
    costs = [cost(p, t, *factors) for (p, t), *factors in zip(pairs.values(), *columns, strict=True)]
    reduced = reduce_list(costs, reduction, len(costs))
    if reduction != "none":
        return finish(reduced)
    entries = map(finish, reduced)
    return map_leaves(lambda _: next(entries), as_list(predictions))


# --- arrays ---------------------------------------------------------------------------------------------------------


def on_arrays(predictions: Any, targets: Any) -> bool:
    """Tell whether a loss is computed on whole arrays: for tensors, and for plain arrays among which are no nodes."""
    if (isinstance(predictions, Node) and predictions.is_array) or (isinstance(targets, Node) and targets.is_array):
        return True
    return is_array(predictions) and not (
        any(isinstance(leaf, Node) for leaf in leaves(targets))
        or (isinstance(targets, np.ndarray) and targets.dtype.kind == "O")
    )


def paired_arrays(loss: str, predictions: Any, targets: Any) -> tuple[Any, Any]:
    """Return predictions and targets as arrays or tensors of one shape and precision, that of the predictions."""
    p, t = read_predictions(loss, predictions), as_array(read_numbers(loss, "targets", targets), loss)
    if p.shape != t.shape:
        if p.size != t.size or (p.shape != (*t.shape, 1) and t.shape != (*p.shape, 1) and p.size > 1):
            raise ShapeError(
                f"{loss}: got predictions of shape {p.shape} and targets of shape {t.shape}; expected one shape, "
                "try .reshape"
            )
        t = reshape(t, p.shape)  # rows of a single number count as that number
    if np.isnan(raw(t)).any():
        place = tuple(map(int, np.argwhere(np.isnan(raw(t)))[0]))
        raise DomainError(f"{loss}: target {place} is nan; remove samples without a target first")
    return p, t if t.dtype == p.dtype else astype(t, p.dtype)


def read_predictions(loss: str, predictions: Any) -> Any:
    """Return predictions as an array or tensor of real numbers that is not empty."""
    p = as_array(read_numbers(loss, "predictions", predictions), loss)
    if not p.size:
        raise ShapeError(f"{loss}: got predictions of shape {p.shape}, which hold no number; expected at least 1")
    return p


def read_numbers(loss: str, what: str, given: Any) -> Any:
    """Return what was given as an array or tensor; nodes in lists become one tensor.

    Raises
    ------
    OperandError
        It does not hold numbers.
    ShapeError
        It is ragged.
    """
    if isinstance(given, Node):
        return given
    if isinstance(given, list | tuple) and any(isinstance(leaf, Node) for leaf in leaves(given)):
        return Tensor(given)
    try:
        numbers = np.asarray(given)
    except ValueError:
        raise ShapeError(f"{loss}: expected {what} of one length, got {describe(given)} that is ragged") from None
    if numbers.dtype.kind not in "fiub":
        raise OperandError(f"{loss}: expected numbers as {what}, got {describe(given)} {str(given)[:60]}")
    return numbers


def check_array(loss: str, what: str, numbers: Any, allowed: Allowed | None) -> None:
    """Refuse an array with a number that is not allowed; a nan never is."""
    if allowed is None:
        return
    fits = np.asarray(allowed.holds(numbers))
    if not fits.all():
        place = tuple(map(int, np.argwhere(~fits)[0]))
        found = numbers[place].item()
        raise DomainError(f"{loss}: expected {what} {allowed.words}, got {found!r} at {place}{_advice(what)}")


def _weights_of_array(loss: str, name: str, weight: Any, predictions: Any) -> Any:
    """Return a weight as what it is multiplied with: None, a number, or an array that broadcasts."""
    if weight is None or isinstance(weight, float | int):
        return weight
    weight = as_array(read_numbers(loss, name, weight), loss)
    try:
        fits = np.broadcast_shapes(weight.shape, predictions.shape) == predictions.shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"{loss}: got {name} of shape {weight.shape} for predictions of shape {predictions.shape}; "
            "expected a shape that broadcasts to theirs"
        )
    return weight if weight.dtype == predictions.dtype else astype(weight, predictions.dtype)


# --- numbers in lists -----------------------------------------------------------------------------------------------


def _paired_numbers(loss: str, predictions: Any, targets: Any) -> dict[str, tuple[Any, Any]]:
    """Return (prediction, target) for each number by its place, after a look at whether they fit."""
    predicted, wanted = _by_place(predictions), _by_place(targets)
    if len(predicted) != len(wanted) or not predicted:
        raise ShapeError(
            f"{loss}: got {len(predicted)} predictions and {len(wanted)} targets; expected as many, at least 1"
        )
    if len(predicted) > 1 and list(predicted) != list(wanted):
        where = next((path for path in predicted if path not in wanted), "another place in the order")
        raise ShapeError(f"{loss}: there is a prediction at {where} but no target; expected nestings that are alike")
    for place, (prediction, target) in enumerate(zip(predicted.values(), wanted.values(), strict=True)):
        for name, number in (("prediction", prediction), ("target", target)):
            if not isinstance(number, Node | float | int | np.number):
                raise OperandError(f"{loss}: {name} {place} must be a number, got {type(number).__name__} {number!r}")
        if target != target:
            raise DomainError(f"{loss}: target {place} is nan; remove samples without a target first")
    return dict(zip(predicted, zip(predicted.values(), wanted.values(), strict=True), strict=True))


def _by_place(numbers: Any) -> dict[str, Any]:
    """Return the numbers of nested lists by their places; rows of a single number count as that number."""
    found = dict(walk(as_list(numbers)))
    if all(place.endswith(".0") for place in found):
        return {place.removesuffix(".0"): number for place, number in found.items()}
    return found


def as_list(numbers: Any) -> Any:
    """Return an array as nested lists, and anything else as it is."""
    return numbers.tolist() if isinstance(numbers, np.ndarray) else numbers


def _check_numbers(loss: str, targets: list[Any], allowed: Allowed | None) -> None:
    for place, target in enumerate(targets):
        if allowed is not None and not isinstance(target, Node) and not allowed.holds(target):
            raise DomainError(f"{loss}: expected targets {allowed.words}, got {target!r} at {place}")


def _check_probabilities(loss: str, probabilities: list[Any]) -> None:
    for p in probabilities:
        if not (p >= 0 and p <= 1):  # nor is a nan
            raise DomainError(f"{loss}: expected probabilities from 0 to 1, got {p!r}{_advice('probabilities')}")


def _advice(what: str) -> str:
    return "; for scores of any size use binary_cross_entropy_with_logits" if what == "probabilities" else ""


def _weights_of_places(loss: str, name: str, weight: Any, places: list[str]) -> list[Any]:
    """Return a weight for each place: the same, that of the same place, or that of the same last position."""
    if weight is None or isinstance(weight, float | int | Node):
        return [weight] * len(places)
    found = _by_place(weight)
    if list(found) == places:
        return list(found.values())
    columns = [place.rpartition(".")[2] for place in places]
    if not set(columns) <= set(found):
        raise ShapeError(
            f"{loss}: got {len(found)} numbers as {name} for {len(places)} predictions; "
            "expected one number, one for each prediction, or one for each column"
        )
    return [found[column] for column in columns]
