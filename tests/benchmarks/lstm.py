"""A step of an LSTM: 64 units, 30 steps, batch 32, against PyTorch and NumPy by hand.

Run with OPENBLAS_NUM_THREADS=1: one thread for everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from tests.benchmarks.harness import duration, table, take_turns
from tests.benchmarks.lstm_model import BATCH, STEPS, UNITS, WIDTH, Arrays, data, plain

Step = Callable[[], tuple[Any, Arrays]]


def with_layer(dtype: str) -> Step:
    """Return the step with `nn.LSTM`."""
    x, y, weights = data(dtype)
    inputs = Tensor(x, constant=True)
    layer = nn.LSTM(WIDTH, UNITS, rng=0).astype(dtype)
    layer.load_state_dict({name: w for (name, _), w in zip(layer.named_parameters(), weights, strict=True)})

    def step() -> tuple[Any, Arrays]:
        layer.zero_grad()
        _, (h, _) = layer(inputs)
        loss = ((h[0] - y) ** 2).mean()
        loss.backward(keep="leaves")
        return loss.item(), [p.grad for p in layer.parameters()]

    return step


def with_operators(dtype: str) -> Step:
    """Return the step with tensors and nothing but operators."""
    x, y, weights = data(dtype)
    parameters = [Tensor(weight) for weight in weights]

    def step() -> tuple[Any, Arrays]:
        for p in parameters:
            p.grad = 0.0
        loss = plain(np, x, y, parameters)
        loss.backward(keep="leaves")
        return loss.item(), [p.grad for p in parameters]

    return step


def with_torch(dtype: str) -> Step:
    """Return the step with PyTorch's layer, eager, one thread."""
    import torch

    torch.set_num_threads(1)
    x, y, weights = data(dtype)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    layer = torch.nn.LSTM(WIDTH, UNITS, batch_first=True, dtype=inputs.dtype)
    with torch.no_grad():
        for parameter, weight in zip(layer.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight))

    def step() -> tuple[Any, Arrays]:
        layer.zero_grad()
        _, (h, _) = layer(inputs)
        loss = ((h[0] - targets) ** 2).mean()
        loss.backward()
        return loss.item(), [p.grad for p in layer.parameters()]

    return step


def by_hand(dtype: str) -> Step:
    """Return the step in NumPy, with derivatives as a person writes them."""
    x, y, (weight_ih, weight_hh, bias_ih, bias_hh) = data(dtype)

    def step() -> tuple[Any, Arrays]:
        h = c = np.zeros((BATCH, UNITS), dtype)
        tape = []
        for t in range(STEPS):
            z = x[:, t] @ weight_ih.T + h @ weight_hh.T + (bias_ih + bias_hh)
            i, f, o = (1 / (1 + np.exp(-z[:, k * UNITS : (k + 1) * UNITS])) for k in (0, 1, 3))
            g, c_before, h_before = np.tanh(z[:, 2 * UNITS : 3 * UNITS]), c, h
            c = f * c + i * g
            squashed = np.tanh(c)
            h = o * squashed
            tape.append((i, f, g, o, squashed, c_before, h_before))
        dh, dc = (h - y) * (2 / y.size), np.zeros_like(c)
        dz = np.empty((STEPS, BATCH, 4 * UNITS), dtype)
        for t in reversed(range(STEPS)):
            i, f, g, o, squashed, c_before, _ = tape[t]
            dc = dc + dh * o * (1 - squashed * squashed)
            gates = (dc * g * i * (1 - i), dc * c_before * f * (1 - f), dc * i * (1 - g * g))
            dz[t] = np.concatenate([*gates, dh * squashed * o * (1 - o)], axis=1)
            dh, dc = dz[t] @ weight_hh, dc * f
        rows = dz.reshape(-1, 4 * UNITS)
        inputs, before = x.swapaxes(0, 1).reshape(-1, WIDTH), np.concatenate([entry[-1] for entry in tape])
        total = rows.sum(0)
        return ((h - y) ** 2).mean(), [rows.T @ inputs, rows.T @ before, total, total]

    return step


def main(rounds: int = 9) -> None:
    """Print the table."""
    for dtype in ("float32", "float64"):
        contenders: dict[str, Step] = {
            "NumPy by hand": by_hand(dtype),
            "nn.LSTM": with_layer(dtype),
            "Tensor, with operators": with_operators(dtype),
            "PyTorch": with_torch(dtype),
        }
        expected = contenders["NumPy by hand"]()
        for run in contenders.values():
            loss, gradients = run()
            np.testing.assert_allclose(loss, expected[0], rtol=1e-5)
            for gradient, other in zip(gradients, expected[1], strict=True):
                np.testing.assert_allclose(np.asarray(gradient), other, rtol=1e-3, atol=1e-6)
        medians = take_turns(contenders, rounds=rounds, at_least=0.05)
        rows = [(name, duration(s), f"{s / medians['PyTorch']:.2f}x") for name, s in medians.items()]
        title = f"LSTM of {UNITS} units, {STEPS} steps, batch {BATCH}, {dtype}: loss and gradients"
        table(title, ("", "median", "time of PyTorch"), rows)


if __name__ == "__main__":
    main()
