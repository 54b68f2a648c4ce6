"""A Transformer block against PyTorch: width 64, 4 heads, length 64, batch 8; one step of loss and gradients.

Run with OPENBLAS_NUM_THREADS=1: one thread for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from tests.benchmarks.harness import duration, table, take_turns

BATCH, LENGTH, WIDTH, HEADS, HIDDEN = 8, 64, 64, 4, 256
Step = Callable[[], tuple[float, dict[str, Any]]]


def data(dtype: str) -> tuple[Any, dict[str, Any]]:
    """Return the inputs, and the numbers of all parameters by name, which are PyTorch's names too."""
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, rng=0).astype(dtype)
    x = np.random.default_rng(1).normal(size=(BATCH, LENGTH, WIDTH)).astype(dtype)
    return x, {path: np.array(array) for path, array in layer.state_dict().items()}


def ours(dtype: str, *, causal: bool, activation: str) -> Step:
    """Return the step with tensors."""
    array, state = data(dtype)
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, norm_first=True)
    layer.astype(dtype).load_state_dict(state)
    x = Tensor(array)

    def step() -> tuple[float, dict[str, Any]]:
        layer.zero_grad()
        x.grad = 0.0
        loss = (layer(x, causal=causal) ** 2).mean()
        loss.backward(keep="leaves")
        return loss.item(), {"x": x.grad} | {path: p.grad for path, p in layer.named_parameters()}

    return step


def with_torch(dtype: str, *, causal: bool, activation: str) -> Step:
    """Return the step in PyTorch, eager, one thread."""
    import torch

    torch.set_num_threads(1)
    array, state = data(dtype)
    layer = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, norm_first=True, batch_first=True
    ).to(getattr(torch, dtype))
    layer.load_state_dict({path: torch.from_numpy(array) for path, array in state.items()})
    x = torch.from_numpy(array).requires_grad_()
    mask = torch.nn.Transformer.generate_square_subsequent_mask(LENGTH, dtype=x.dtype) if causal else None

    def step() -> tuple[float, dict[str, Any]]:
        layer.zero_grad()
        x.grad = None
        loss = layer(x, src_mask=mask, is_causal=causal).square().mean()
        loss.backward()
        return loss.item(), {"x": x.grad} | {path: p.grad for path, p in layer.named_parameters()}

    return step


def check(first: Step, second: Step, dtype: str) -> None:
    """See to it that both compute the same."""
    tolerance = 2e-4 if dtype == "float32" else 1e-10
    (loss, gradients), (other, others) = first(), second()
    np.testing.assert_allclose(loss, other, rtol=tolerance)
    for path, gradient in gradients.items():
        np.testing.assert_allclose(gradient, others[path].numpy(), rtol=tolerance, atol=tolerance, err_msg=path)


def measure(dtype: str, rounds: int, **settings: Any) -> list[str]:
    """Return a row of the table: how long both take."""
    step, other = ours(dtype, **settings), with_torch(dtype, **settings)
    check(step, other, dtype)
    seconds = take_turns({"Tensor": step, "PyTorch eager": other}, rounds=rounds)
    ratio = seconds["Tensor"] / seconds["PyTorch eager"]
    name = f"{dtype}, {settings['activation']}{', causal' if settings['causal'] else ''}"
    return [name, *map(duration, seconds.values()), f"{ratio:.2f}"]


def main(rounds: int = 9) -> None:
    """Print the table."""
    rows = [
        measure(dtype, rounds, causal=causal, activation=activation)
        for dtype in ("float32", "float64")
        for causal, activation in ((False, "gelu"), (True, "gelu"), (False, "relu"))
    ]
    table("one step of a Transformer block", ["", "Tensor", "PyTorch eager", "ratio"], rows)


if __name__ == "__main__":
    main()
