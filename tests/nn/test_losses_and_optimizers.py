"""Losses on values and lists of values, and the settings of optimizers; their numbers are held to PyTorch elsewhere."""

import math

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, ShapeError, Value, grad

PAIRWISE = [nn.mse_loss, nn.half_sse_loss, nn.l1_loss, nn.hinge_loss, nn.binary_cross_entropy_with_logits]


@pytest.mark.parametrize("loss", [*PAIRWISE, nn.binary_cross_entropy])
def test_losses_take_numbers_lists_nested_lists_and_arrays(loss):
    one = loss(Value(0.3), 1.0)
    assert loss([Value(0.3)], [1.0]).data == one.data
    assert loss([[Value(0.3)], [Value(0.3)]], np.array([[1.0], [1.0]])).data == pytest.approx(
        one.data * (2 if loss is nn.half_sse_loss else 1)
    )
    assert type(grad(lambda p: loss([p], [1.0]))(0.3)) is float


@pytest.mark.parametrize("loss", [*PAIRWISE, nn.binary_cross_entropy])
@pytest.mark.parametrize(
    ("targets", "error"),
    [
        ([], ShapeError),
        ([1.0, 1.0], ShapeError),
        ([math.nan], DomainError),
        (["1"], OperandError),
        ([None], OperandError),
    ],
)
def test_bad_targets(loss, targets, error):
    with pytest.raises(error, match=loss.__name__):
        loss([Value(0.3)], targets)


@pytest.mark.parametrize("loss", [*PAIRWISE, nn.binary_cross_entropy])
def test_numbers_are_paired_by_their_places(loss):
    rows = [[Value(0.3), Value(0.4)], [Value(0.5), Value(0.6)], [Value(0.7), Value(0.8)]]
    with pytest.raises(ShapeError, match=r"prediction at 2\.0"):
        loss(rows, np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"prediction at 0\.0"):
        loss(rows, np.ones(6))
    column = [[row[0]] for row in rows]
    assert loss(rows[0][:1], 1.0).data == loss(rows[0][0], [1.0]).data
    assert loss(column, [1.0, 1.0, 1.0]).data == loss([row[0] for row in rows], np.ones((3, 1))).data


@pytest.mark.parametrize("loss", [*PAIRWISE, nn.binary_cross_entropy])
@pytest.mark.parametrize("prediction", [None, "a"])
def test_bad_predictions(loss, prediction):
    with pytest.raises(OperandError, match="prediction 0 must be a number"):
        loss([prediction], [1.0])


def test_the_probability_nan_is_refused_and_costs_nan():
    with pytest.raises(DomainError, match="from 0 to 1, got Value"):
        nn.binary_cross_entropy([Value(math.nan)], [1.0])
    assert math.isnan(autograd.bernoulli_nll(math.nan, 1.0))
    assert math.isnan(autograd.bernoulli_nll(Value(math.nan), 0.0).data)


@pytest.mark.parametrize("scores", [None, 1.0, Value(1.0), [Value(1.0)], "a", ["a"]])
def test_cross_entropy_wants_a_row_a_sample(scores):
    with pytest.raises(OperandError, match="a list of class scores for each sample"):
        nn.cross_entropy(scores, [0])
    with pytest.raises(OperandError, match="a class for each sample"):
        nn.cross_entropy([[Value(1.0)]], 0)


def test_labels_out_of_range():
    with pytest.raises(DomainError, match="-1 or 1"):
        nn.hinge_loss([Value(0.3)], [0])
    for loss in (nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits):
        with pytest.raises(DomainError, match="from 0 to 1"):
            loss([Value(0.3)], [2.0])
    with pytest.raises(DomainError, match="with_logits"):
        nn.binary_cross_entropy([Value(1.3)], [1.0])
    for label in (2, -1, 0.5, True, "a", None, math.nan):
        with pytest.raises(DomainError, match="labels from 0 to 1"):
            nn.cross_entropy([[Value(0.1), Value(0.2)]], [label])
    with pytest.raises(ShapeError, match="2 labels"):
        nn.cross_entropy([[Value(0.1), Value(0.2)]], [0, 1])
    with pytest.raises(ShapeError):
        nn.cross_entropy([], [])


def test_cross_entropy_is_exact_for_huge_scores():
    scores = [Value(1e4), Value(0.0)]
    loss = nn.cross_entropy([scores], np.array([1]))
    loss.backward()
    assert loss.data == 1e4
    assert [score.grad for score in scores] == [1.0, -1.0]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.SGD([], lr=0.1), DomainError, "no parameters"),
        (lambda: nn.SGD([1.0], lr=0.1), OperandError, r"model\.parameters"),
        (lambda: nn.SGD(nn.MLP(2, [1]).named_parameters(), lr=0.1), OperandError, "named_parameters"),
        (lambda: nn.SGD([Value(1.0)], lr=-0.1), DomainError, "lr"),
        (lambda: nn.SGD([Value(1.0)], lr=math.nan), DomainError, "lr"),
        (lambda: nn.SGD([Value(1.0)], lr="fast"), DomainError, "lr"),
        (lambda: nn.SGD([Value(1.0)], lr=0.1, nesterov=True), DomainError, "momentum"),
        (lambda: nn.Adam([Value(1.0)], betas=(0.9, 1.0)), DomainError, "betas"),
        (lambda: nn.clip_grad_norm([Value(1.0)], -1.0), DomainError, "max_norm"),
        (lambda: nn.clip_grad_value([Value(1.0)], -1.0), DomainError, "limit"),
    ],
)
def test_bad_settings(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_zero_grad_of_an_optimizer():
    x = Value(2.0)
    (x * x).backward()
    nn.SGD([x], lr=0.1).zero_grad()
    assert x.grad == 0.0


def test_small_gradients_are_not_clipped():
    x = Value(2.0)
    (x * 0.5).backward()
    assert nn.clip_grad_norm([x], 1.0) == 0.5
    assert x.grad == 0.5
