"""Tensors against NumPy by hand and PyTorch: a step of an MLP, and what recording one small operation costs.

Run with OPENBLAS_NUM_THREADS=1: one thread for everybody.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor, linear, log_softmax
from tests.benchmarks.harness import duration, table, take_turns

SIZES, BATCH = (784, 256, 128, 10), 128
Arrays = list[Any]


def data(dtype: str) -> tuple[Any, Any, Arrays]:
    """Return inputs, classes and the parameters W1, b1, ... with weights of shape (outputs, inputs)."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH, SIZES[0])).astype(dtype)
    labels = rng.integers(0, SIZES[-1], BATCH)
    parameters: Arrays = []
    for fan_in, fan_out in itertools.pairwise(SIZES):
        parameters.append((rng.normal(size=(fan_out, fan_in)) * np.sqrt(2 / fan_in)).astype(dtype))
        parameters.append(np.zeros(fan_out, dtype))
    return x, labels, parameters


def by_hand(x: Any, labels: Any, parameters: Arrays) -> tuple[Any, Arrays]:
    """Return loss and gradients as a person writes them in NumPy."""
    W1, b1, W2, b2, W3, b3 = parameters
    rows = np.arange(len(x))
    h1 = np.maximum(x @ W1.T + b1, 0)
    h2 = np.maximum(h1 @ W2.T + b2, 0)
    z = h2 @ W3.T + b3
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    loss = -log_p[rows, labels].mean()
    dz = np.exp(log_p)
    dz[rows, labels] -= 1
    dz /= len(x)
    dW3, db3 = dz.T @ h2, dz.sum(0)
    d2 = (dz @ W3) * (h2 > 0)
    dW2, db2 = d2.T @ h1, d2.sum(0)
    d1 = (d2 @ W2) * (h1 > 0)
    return loss, [d1.T @ x, d1.sum(0), dW2, db2, dW3, db3]


def with_tensors(dtype: str) -> Callable[[], tuple[Any, Arrays]]:
    """Return the step with tensors, written as an eager program."""
    x, labels, arrays = data(dtype)
    x = Tensor(x, constant=True)
    parameters, rows = [Tensor(array) for array in arrays], np.arange(BATCH)

    def step() -> tuple[Any, Arrays]:
        W1, b1, W2, b2, W3, b3 = parameters
        for p in parameters:
            p.grad = 0.0
        h = linear(x, W1, b1).relu()
        h = linear(h, W2, b2).relu()
        loss = -log_softmax(linear(h, W3, b3), axis=1)[rows, labels].mean()
        loss.backward(keep="leaves")
        return loss.item(), [p.grad for p in parameters]

    return step


def with_operators(dtype: str) -> Callable[[], tuple[Any, Arrays]]:
    """Return the same step with `@` and `+`."""
    x, labels, arrays = data(dtype)
    parameters, rows = [Tensor(array) for array in arrays], np.arange(BATCH)

    def step() -> tuple[Any, Arrays]:
        W1, b1, W2, b2, W3, b3 = parameters
        for p in parameters:
            p.grad = 0.0
        h = (x @ W1.T + b1).relu()
        h = (h @ W2.T + b2).relu()
        loss = -log_softmax(h @ W3.T + b3, axis=1)[rows, labels].mean()
        loss.backward(keep="leaves")
        return loss.item(), [p.grad for p in parameters]

    return step


def with_torch(dtype: str) -> Callable[[], tuple[Any, Arrays]]:
    """Return the step in PyTorch, eager, one thread."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    x, labels, arrays = data(dtype)
    tx, tl = torch.from_numpy(x), torch.from_numpy(labels)
    parameters = [torch.from_numpy(array.copy()).requires_grad_() for array in arrays]

    def step() -> tuple[Any, Arrays]:
        W1, b1, W2, b2, W3, b3 = parameters
        for p in parameters:
            p.grad = None
        h = functional.relu(functional.linear(tx, W1, b1))
        h = functional.relu(functional.linear(h, W2, b2))
        loss = functional.cross_entropy(functional.linear(h, W3, b3), tl)
        loss.backward()
        return loss.item(), [p.grad for p in parameters]

    return step


def step_of_mlp(dtype: str, rounds: int) -> None:
    """Compare one step of the MLP."""
    x, labels, arrays = data(dtype)
    contenders = {
        "NumPy by hand": lambda: by_hand(x, labels, arrays),
        "Tensor": with_tensors(dtype),
        "Tensor, with operators": with_operators(dtype),
        "PyTorch": with_torch(dtype),
    }
    expected = by_hand(x, labels, arrays)
    for run in contenders.values():
        loss, gradients = run()
        np.testing.assert_allclose(loss, expected[0], rtol=1e-5)
        for gradient, other in zip(gradients, expected[1], strict=True):
            np.testing.assert_allclose(np.asarray(gradient), other, rtol=1e-3, atol=1e-6)
    medians = take_turns(contenders, rounds=rounds, at_least=0.05)
    reference = medians["NumPy by hand"]
    rows = [(name, duration(s), f"{s / reference:.2f}x") for name, s in medians.items()]
    table(f"MLP {SIZES}, batch {BATCH}, {dtype}: loss and gradients", ("", "median", "time of NumPy"), rows)


def small_operations(rounds: int, length: int = 50) -> None:
    """Compare a chain of operations on 10 elements, forward and backward, for the price of one."""
    import torch

    numbers, factors = np.linspace(0.5, 1.5, 10), np.linspace(0.98, 1.01, 10)
    chains: dict[str, Callable[[Any, Any], Any]] = {
        "x + y": lambda x, y: x + y,
        "x * y": lambda x, y: x * y,
        "x / y": lambda x, y: x / y,
        "x * 1.01": lambda x, y: x * 1.01,
        "x ** 2 - y": lambda x, y: x**2 - y,
        "tanh": lambda x, y: x.tanh(),
        "sigmoid": lambda x, y: x.sigmoid(),
        "relu": lambda x, y: x.relu(),
        "exp of -x": lambda x, y: (-x).exp(),
    }
    rows = []
    for name, operation in chains.items():
        ours = Tensor(numbers), Tensor(factors)
        theirs = torch.tensor(numbers, requires_grad=True), torch.tensor(factors, requires_grad=True)

        def run(leaves: Any, operation: Callable[[Any, Any], Any] = operation) -> None:
            for leaf in leaves:
                leaf.grad = 0.0 if isinstance(leaf, Tensor) else None
            x, y = leaves
            for _ in range(length):
                x = operation(x, y)
            x.sum().backward()

        with np.errstate(all="ignore"):
            contenders = {"ours": functools.partial(run, ours), "torch": functools.partial(run, theirs)}
            medians = take_turns(contenders, rounds=rounds)
        ratio = f"{medians['ours'] / medians['torch']:.2f}x"
        rows.append((name, *[duration(s / length) for s in medians.values()], ratio))
    table("one operation on 10 elements, forward and backward", ("", "Tensor", "PyTorch", "ratio"), rows)


def main(rounds: int = 9) -> None:
    """Print the tables."""
    for dtype in ("float32", "float64"):
        step_of_mlp(dtype, rounds)
    small_operations(rounds)


if __name__ == "__main__":
    main()
