"""NumPy, with gradients as a person writes them."""

from __future__ import annotations

import functools

import data
from worker import Step, serve

from tests.benchmarks.tensor import by_hand


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    x, labels, parameters = data.mlp(dtype)
    return lambda: by_hand(x, labels, parameters)


STEPS = {f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")}

if __name__ == "__main__":
    serve(STEPS)
