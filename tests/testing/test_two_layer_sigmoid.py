"""The first promise: on a network small enough to do by hand, the automatic gradient is the one done by hand.

Two sigmoid layers without biases learn XOR by full-batch gradient descent, with the gradients that a textbook
derives on paper, s' being written for the activation:

    L = 1/2 sum (y - a2)²,    s'(a) = a (1 - a)
    dL/dW2 = a1ᵀ ((a2 - y) s'(a2)),    dL/dW1 = Xᵀ (((a2 - y) s'(a2)) W2ᵀ s'(a1))
"""

import functools
from dataclasses import dataclass

import numpy as np
import pytest

import nn
from autograd import Value, dot
from autograd.testing import assert_gradients_match, check_gradients, check_manual

X, Y = nn.datasets.xor()
Y = Y.reshape(-1, 1)
RATE, EPOCHS, HIDDEN = 0.1, 10_000, 2
CHECKPOINTS = (0, 1, 10, 100, 1_000, 5_000, 9_999)


def start():
    rng = np.random.default_rng(42)
    return rng.uniform(size=(2, HIDDEN)), rng.uniform(size=(HIDDEN, 1))


def slope(a):
    return a * (1 - a)


@dataclass
class ByHand:
    """One pass forward and one backward, as on paper."""

    W1: np.ndarray  # (2, hidden)
    W2: np.ndarray  # (hidden, 1)

    def __post_init__(self):
        self.z1 = X @ self.W1  # (4, hidden)
        self.a1 = 1 / (1 + np.exp(-self.z1))
        self.z2 = self.a1 @ self.W2  # (4, 1)
        self.a2 = 1 / (1 + np.exp(-self.z2))
        self.loss = 0.5 * np.sum((Y - self.a2) ** 2)
        delta = (self.a2 - Y) * slope(self.a2)  # (4, 1)
        self.dW2 = self.a1.T @ delta
        self.dW1 = X.T @ (delta @ self.W2.T * slope(self.a1))


def values(array):
    return [[Value(number) for number in row] for row in array.tolist()]


def loss_of(W1, W2):
    """Return the same loss, one number at a time."""
    columns = list(zip(*W1, strict=True))
    hidden = [[dot(column, x).sigmoid() for column in columns] for x in X.tolist()]
    outputs = [dot([row[0] for row in W2], a1).sigmoid() for a1 in hidden]
    return sum(0.5 * (y - a2) ** 2 for y, a2 in zip(Y.ravel().tolist(), outputs, strict=True))


@functools.cache
def trained_by_hand():
    """Train with the gradient by hand; return the losses, and the weights at the checkpoints and at the end."""
    W1, W2 = start()
    losses, weights = [], {}
    for epoch in range(EPOCHS):
        step = ByHand(W1, W2)
        losses.append(step.loss)
        if epoch in CHECKPOINTS:
            weights[epoch] = (W1, W2)
        W1, W2 = W1 - RATE * step.dW1, W2 - RATE * step.dW2
    return losses, weights | {EPOCHS: (W1, W2)}


@functools.cache
def trained_by_machine():
    """Train the same network of `Value`s by `backward()`; return the losses and the final weights."""
    W1, W2 = map(values, start())
    parameters = [weight for row in W1 + W2 for weight in row]
    losses = []
    for _ in range(EPOCHS):
        loss = loss_of(W1, W2)
        losses.append(loss.data)
        for weight in parameters:
            weight.grad = 0.0
        loss.backward()
        for weight in parameters:
            weight.data -= RATE * weight.grad
    return losses, [np.array([[weight.data for weight in row] for row in W]) for W in (W1, W2)]


@pytest.mark.parametrize("epoch", [*CHECKPOINTS, EPOCHS])
def test_automatic_equals_manual_all_along_the_training(epoch):
    arrays = trained_by_hand()[1][epoch]
    manual, (W1, W2) = ByHand(*arrays), map(values, arrays)
    loss = loss_of(W1, W2)
    assert loss.data == pytest.approx(manual.loss, rel=1e-14)
    report = check_manual(loss, {"W1": (W1, manual.dW1), "W2": (W2, manual.dW2)})
    assert report.ok, report
    assert report["W1"].verdict == report["W2"].verdict == "equal"
    assert max(report["W1"].max_difference, report["W2"].max_difference) < 1e-15
    loss.backward()
    for W, by_hand in ((W1, manual.dW1), (W2, manual.dW2)):
        assert_gradients_match([[weight.grad for weight in row] for row in W], by_hand, rtol=1e-12, atol=1e-15)


def test_training_by_machine_is_training_by_hand():
    by_hand, weights = trained_by_hand()
    by_machine, (W1, W2) = trained_by_machine()
    np.testing.assert_allclose(by_machine, by_hand, rtol=1e-10)
    np.testing.assert_allclose(W1, weights[EPOCHS][0], rtol=1e-9)
    np.testing.assert_allclose(W2, weights[EPOCHS][1], rtol=1e-9)


def test_the_loss_falls():
    losses, _ = trained_by_hand()
    assert losses[-1] < 0.3 * losses[0]


def test_both_equal_finite_differences():
    W1, W2 = (array.tolist() for array in trained_by_hand()[1][100])
    check_gradients(loss_of, W1, W2, order=2)


@pytest.mark.parametrize("epoch", CHECKPOINTS)
def test_feeding_z_to_the_derivative_written_for_the_activation_is_caught(epoch):
    arrays = trained_by_hand()[1][epoch]
    step, (W1, W2) = ByHand(*arrays), map(values, arrays)
    delta = (step.a2 - Y) * slope(step.z2)
    slips = {
        "W2": (W2, step.a1.T @ delta),
        "W1": (W1, X.T @ (delta @ step.W2.T * slope(step.z1))),
        "W1, in its own layer only": (W1, X.T @ ((step.a2 - Y) * slope(step.a2) @ step.W2.T * slope(step.z1))),
    }
    report = check_manual(loss_of(W1, W2), slips)
    assert {array.verdict for array in report.arrays.values()} == {"wrong"}, report
    assert "by hand" in str(report)
    with pytest.raises(AssertionError, match="gradients differ in 2 of 2 entries"):
        assert_gradients_match(step.dW2, slips["W2"][1])
