"""The matrix products of a step, and nothing else: engines that multiply with NumPy's BLAS cannot be quicker."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import data
import numpy as np
from worker import Step, serve


def mlp(dtype: str) -> Step:
    """Return the products of the MLP: forward, and back to the weights and to the layers before."""
    x, _, parameters = data.mlp(dtype)
    weights = parameters[::2]
    layers = [x, *[np.full((len(x), len(weight)), 0.5, dtype) for weight in weights]]

    def step() -> tuple[Any, list[Any]]:
        for inputs, weight in zip(layers, weights, strict=False):
            inputs.dot(weight.T)
        gradients = [out.T.dot(inputs) for inputs, out in itertools.pairwise(layers)]
        for out, weight in list(zip(layers[1:], weights, strict=True))[1:]:
            out.dot(weight)
        return 0.0, gradients

    return step


STEPS = {f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")}

if __name__ == "__main__":
    serve(STEPS)
