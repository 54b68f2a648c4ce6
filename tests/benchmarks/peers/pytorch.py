"""PyTorch, eager, on one thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import data
import torch
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile
from worker import Step, serve


def step_of(loss: Callable[[list[Any]], Any], arrays: list[Any]) -> Step:
    """Return a step that computes a loss of parameters, and their gradients."""
    parameters = [torch.from_numpy(array.copy()).requires_grad_() for array in arrays]

    def step() -> tuple[Any, list[Any]]:
        for p in parameters:
            p.grad = None
        found = loss(parameters)
        found.backward()
        return found.item(), [torch.zeros(1) if p.grad is None else p.grad for p in parameters]

    return step


def mlp(dtype: str) -> Step:
    """Return the step of the MLP."""
    array, classes, arrays = data.mlp(dtype)
    x, labels = torch.from_numpy(array), torch.from_numpy(classes)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = functional.relu(functional.linear(x, W1, b1))
        h = functional.relu(functional.linear(h, W2, b2))
        return functional.cross_entropy(functional.linear(h, W3, b3), labels)

    return step_of(loss, arrays)


def cnn() -> Step:
    """Return the step of the CNN."""
    array, classes, arrays = data.cnn()
    x, labels = torch.from_numpy(array), torch.from_numpy(classes)

    def loss(parameters: list[Any]) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = functional.max_pool2d(functional.relu(functional.conv2d(x, W1, b1, padding=1)), 2)
        h = functional.max_pool2d(functional.relu(functional.conv2d(h, W2, b2, padding=1)), 2)
        return functional.cross_entropy(functional.linear(h.reshape(len(h), -1), W3, b3), labels)

    return step_of(loss, arrays)


def block() -> Step:
    """Return the step of the Transformer block."""
    array, arrays = data.block()
    x = torch.from_numpy(array)
    layer = torch.nn.TransformerEncoderLayer(
        data.WIDTH, data.HEADS, data.HIDDEN, dropout=0.0, norm_first=True, batch_first=True
    )

    def loss(parameters: list[Any]) -> Any:
        return torch.func.functional_call(layer, dict(zip(data.BLOCK, parameters, strict=True)), (x,)).square().mean()

    return step_of(loss, arrays)


def lstm(dtype: str) -> Step:
    """Return the step of the LSTM."""
    array, targets, arrays = data.lstm(dtype)
    x, y = torch.from_numpy(array), torch.from_numpy(targets)
    layer = torch.nn.LSTM(data.INPUTS, data.UNITS, batch_first=True, dtype=x.dtype)
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter, weights in zip(parameters, arrays, strict=True):
            parameter.copy_(torch.from_numpy(weights))

    def step() -> tuple[Any, list[Any]]:
        layer.zero_grad()
        _, (h, _) = layer(x)
        loss = ((h[0] - y) ** 2).mean()
        loss.backward()
        return loss.item(), [p.grad for p in parameters]

    return step


CHAINS: dict[str, Callable[[Any, Any], Any]] = {
    "x + y": lambda x, y: x + y,
    "x * y": lambda x, y: x * y,
    "x / y": lambda x, y: x / y,
    "exp": lambda x, y: (-x).exp(),
    "tanh": lambda x, y: x.tanh(),
    "sigmoid": lambda x, y: x.sigmoid(),
    "relu": lambda x, y: x.relu(),
}


def elementwise(name: str) -> Step:
    """Return a step of many elementwise operations."""

    def loss(parameters: list[Any]) -> Any:
        x, y = parameters
        for _ in range(data.CHAIN):
            x = CHAINS[name](x, y)
        return x.sum()

    return step_of(loss, data.elementwise())


def allocated_bytes(step: Step) -> int:
    """Return the peak of the memory that PyTorch has allocated for tensors, as its profiler saw it."""
    step()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step()
    held = peak = 0
    for event in sorted(seen.profiler.kineto_results.events(), key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            held += event.nbytes()
            peak = max(peak, held)
    return peak


STEPS = {
    **{f"MLP {dtype}": functools.partial(mlp, dtype) for dtype in ("float32", "float64")},
    "CNN": cnn,
    **{f"LSTM {dtype}": functools.partial(lstm, dtype) for dtype in ("float32", "float64")},
    "Transformer block": block,
    **{name: functools.partial(elementwise, name) for name in data.OPERATIONS},
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(STEPS, measure_bytes=allocated_bytes)
