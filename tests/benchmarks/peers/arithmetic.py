"""The NumPy calls that a step cannot do without, each the quickest that we know, into memory that is at hand.

No graph and no checks, and nothing large is allocated: about the least that an engine on NumPy can take.
"""

from __future__ import annotations

import functools
from typing import Any

import data
import numpy as np
from worker import Step, serve


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    x, labels, (W1, b1, W2, b2, W3, b3) = data.mlp(dtype)
    W1T, W2T, W3T, xs = W1.T, W2.T, W3.T, np.arange(len(x))
    h1, h2, z = (np.empty((len(x), len(b)), dtype) for b in (b1, b2, b3))
    d1, d2, columns = np.empty_like(h1), np.empty_like(h2), np.empty_like(z.T, order="C")
    positive1, positive2, ones = np.empty(h1.shape, bool), np.empty(h2.shape, bool), np.ones(len(x), dtype)
    gradients = [np.empty_like(p) for p in (W1, b1, W2, b2, W3, b3)]
    dW1, db1, dW2, db2, dW3, db3 = gradients

    def step() -> tuple[Any, list[Any]]:
        np.dot(x, W1T, h1)
        np.add(h1, b1, h1)
        np.maximum(h1, 0.0, out=h1)
        np.dot(h1, W2T, h2)
        np.add(h2, b2, h2)
        np.maximum(h2, 0.0, out=h2)
        np.dot(h2, W3T, z)
        np.add(z, b3, z)
        np.copyto(columns, z.T)  # many short rows are reduced sooner as columns
        np.subtract(columns, np.maximum.reduce(columns, 0), columns)
        right = columns[labels, xs]
        np.exp(columns, columns)
        total = np.add.reduce(columns, 0)
        loss = np.add.reduce(np.log(total) - right) / len(x)
        np.divide(columns, total * len(x), columns)
        columns[labels, xs] -= 1 / len(x)
        np.dot(columns, h2, dW3)
        np.dot(columns, ones, db3)
        np.dot(columns.T, W3, d2)
        np.multiply(d2, np.not_equal(h2, 0, positive2), d2)
        np.dot(d2.T, h1, dW2)
        np.dot(ones, d2, db2)
        np.dot(d2, W2, d1)
        np.multiply(d1, np.not_equal(h1, 0, positive1), d1)
        np.matmul(d1.T, x, dW1)  # which does not clear its large result first, as np.dot does
        np.dot(ones, d1, db1)
        return loss, gradients

    return step


STEPS = {f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")}

if __name__ == "__main__":
    serve(STEPS)
