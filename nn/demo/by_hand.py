"""Backpropagation written by hand in NumPy, as a textbook derives it, to hold the engine's gradients against.

Nothing here uses `autograd`: the chain rule has been applied on paper, for this one network only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.scalar import MLP

Array = NDArray[np.float64]


class Arrays(NamedTuple):
    """One number for each parameter of a network with one hidden layer: the parameters, or their gradients."""

    W1: Array  # (inputs, hidden)
    b1: Array  # (hidden,)
    W2: Array  # (hidden, classes)
    b2: Array  # (classes,)


def backpropagate(parameters: Arrays, X: Array, labels: NDArray[np.int64]) -> Arrays:
    """Return the gradients of the mean cross-entropy of softmax(relu(X W1 + b1) W2 + b2).

    >>> zeros = Arrays(np.zeros((3, 2)), np.zeros(2), np.zeros((2, 2)), np.zeros(2))
    >>> backpropagate(zeros, np.ones((1, 3)), np.array([1])).b2
    array([ 0.5, -0.5])
    """
    W1, b1, W2, b2 = parameters
    # Forward
    z1 = X @ W1 + b1  # (batch, hidden)
    a1 = np.maximum(z1, 0.0)
    z2 = a1 @ W2 + b2  # (batch, classes)
    exponentials = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    # Backward
    wanted = np.eye(z2.shape[1])[labels]
    dz2 = (p - wanted) / len(X)  # softmax and cross-entropy together: the error of the probabilities
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    dz1 = (dz2 @ W2.T) * (z1 > 0.0)  # what a hidden unit is to blame for, where it was on
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0)
    return Arrays(dW1, db1, dW2, db2)


def parameters_of(model: MLP) -> Arrays:
    """Return the numbers of a network with one hidden layer, as arrays."""
    return _collect(model, "data")


def gradients_of(model: MLP) -> Arrays:
    """Return the gradients that a `backward()` has left on a network with one hidden layer, as arrays."""
    return _collect(model, "grad")


def _collect(model: MLP, attribute: str) -> Arrays:
    hidden, output = (
        (
            np.array([[getattr(weight, attribute) for weight in neuron.w] for neuron in layer.neurons]).T,
            np.array([getattr(neuron.b, attribute) for neuron in layer.neurons]),
        )
        for layer in model.layers
    )
    return Arrays(*hidden, *output)


def relative_differences(derived: Arrays, written: Arrays) -> Arrays:
    """Return |derived - written| / max(|derived|, |written|) for every entry; 0 where both are 0.

    >>> twos = Arrays(*[np.full(2, 2.0)] * 4)
    >>> relative_differences(twos, twos._replace(b1=np.array([2.0, 1.0]))).b1
    array([0. , 0.5])
    """
    return Arrays(*[_relative_difference(a, b) for a, b in zip(derived, written, strict=True)])


def _relative_difference(a: Array, b: Array) -> Array:
    size = np.maximum(np.abs(a), np.abs(b))
    return np.divide(np.abs(a - b), size, out=np.zeros_like(size), where=size != 0.0)
