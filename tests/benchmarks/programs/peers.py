"""The same programs by hand, on PyTorch, JAX, CasADi and micrograd.

PyTorch (eager) and JAX (jitted, float64) run a program's array form; CasADi traces its scalar form to an SX graph and
differentiates that, as a user of scalar graphs would. Each peer is left out where it is not installed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from autograd.compiler.executors import Executor
from tests.benchmarks.programs.ours import Numbers, Run, compiled, eager
from tests.benchmarks.programs.symbolic import casadi
from tests.benchmarks.targets import CALL, HAND, REPLAY


def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    exps = np.exp(x - x.max(axis, keepdims=True))
    return exps / exps.sum(axis, keepdims=True)


NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in ("exp", "tanh", "sin", "sqrt", "cumsum", "concatenate", "stack", "arange")},
    **{name: getattr(np, name) for name in ("zeros", "full", "triu", "swapaxes", "inf")},
    relu=lambda x: np.maximum(x, 0),
    sigmoid=lambda x: 1 / (1 + np.exp(-x)),
    softmax=_softmax,
    logsumexp=lambda x, axis: np.logaddexp.reduce(x, axis),
    iterate=lambda step, state, count: _loop(step, state, count),
)


def _loop(step: Callable[[Any], Any], state: Any, count: int) -> Any:
    for _ in range(count):
        state = step(state)
    return state


def hand(program: ModuleType) -> Run:
    """Return the program differentiated by hand."""
    p, data = program.parameters(), program.data()
    return lambda: program.hand(p, *data)


def pytorch(program: ModuleType) -> Run:
    """Return the array form on PyTorch, recorded and differentiated afresh on every run."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    names = ("exp", "tanh", "sin", "sqrt", "cumsum", "stack", "arange", "zeros", "full", "triu", "swapaxes")
    names += ("inf", "relu", "sigmoid", "softmax", "logsumexp")
    xp = SimpleNamespace(**{name: getattr(torch, name) for name in names}, concatenate=torch.cat, iterate=_loop)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in program.parameters().items()}
    data = [torch.tensor(array) for array in program.data()]

    def run() -> tuple[float, dict[str, np.ndarray]]:
        loss = program.arrays(xp, p, *data)
        slopes = torch.autograd.grad(loss, list(p.values()))
        return loss.item(), {name: slope.numpy() for name, slope in zip(p, slopes, strict=True)}

    return run


def jax(program: ModuleType) -> Run:
    """Return the array form on JAX, compiled once."""
    library = importlib.import_module("jax")
    library.config.update("jax_enable_x64", True)
    jnp = library.numpy
    names = ("exp", "tanh", "sin", "sqrt", "cumsum", "concatenate", "stack", "arange", "zeros", "full", "triu")
    xp = SimpleNamespace(
        **{name: getattr(jnp, name) for name in (*names, "swapaxes", "inf")},
        **{name: getattr(library.nn, name) for name in ("relu", "sigmoid", "softmax", "logsumexp")},
        iterate=lambda step, state, count: library.lax.fori_loop(0, count, lambda _, s: step(s), state),
    )
    p = {name: jnp.asarray(array) for name, array in program.parameters().items()}
    data = [jnp.asarray(array) for array in program.data()]
    compiled = library.jit(library.value_and_grad(lambda p, *data: program.arrays(xp, p, *data)))

    return lambda: library.block_until_ready(compiled(p, *data))


def micrograd(program: ModuleType) -> Run:
    """Return micrograd's demo as micrograd runs it, on plain floats, which it takes faster than NumPy's."""
    demo = importlib.import_module("tests.benchmarks.moons")  # imports micrograd
    model = demo.micrograd.nn.MLP(2, [16, 16, 1])
    arrays, (X, y) = program.parameters(), program.data()
    layers = [(arrays[f"W{k}"].tolist(), arrays[f"b{k}"].tolist(), layer) for k, layer in enumerate(model.layers, 1)]
    for weights, biases, layer in layers:
        for row, bias, neuron in zip(weights, biases, layer.neurons, strict=True):
            for p, number in zip(neuron.parameters(), [*row, bias], strict=True):
                p.data = number
    rows, labels = X.tolist(), y.tolist()

    def run() -> tuple[float, dict[str, np.ndarray]]:
        model.zero_grad()
        loss = demo.demo_loss(demo.micrograd.engine.Value, model, rows, labels)
        loss.backward()
        found = {}
        for k, layer in enumerate(model.layers, 1):
            found[f"W{k}"] = np.array([[w.grad for w in neuron.w] for neuron in layer.neurons])
            found[f"b{k}"] = np.array([neuron.b.grad for neuron in layer.neurons])
        return loss.data, found

    return run


PEERS: dict[str, Callable[[ModuleType], Run]] = {
    HAND: hand,
    "PyTorch": pytorch,
    "JAX": jax,
    "CasADi SX": casadi,
}
#: Peers of one program only.
MORE_PEERS: dict[str, dict[str, Callable[[ModuleType], Run]]] = {
    "moons": {"micrograd": micrograd},
    "pendulum": {"eager": eager},
}


def hold_equal(name: str, found: Numbers, expected: Numbers) -> None:
    """Raise an AssertionError where loss or gradients are not those expected."""
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-10, err_msg=name)
    for key, slope in expected[1].items():
        np.testing.assert_allclose(found[1][key], slope, rtol=1e-8, atol=1e-12, err_msg=f"{name}: {key}")


def contenders(program: ModuleType) -> dict[str, Callable[[], object]]:
    """Return chainrule and each installed peer, held to the hand-written numbers before it may run."""
    expected = program.hand(program.parameters(), *program.data())
    runs: dict[str, Callable[[], object]] = {}
    for name, make in (PEERS | MORE_PEERS.get(program.__name__.rpartition(".")[2], {})).items():
        try:
            runs[name] = run = make(program)
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        hold_equal(name, run(), expected)
    return runs | ours(program, expected)


def ours(
    program: ModuleType, expected: Numbers, executor: Executor = "auto", suffix: str = ""
) -> dict[str, Callable[[], object]]:
    """Return the replay and the call of a compiled program, held to the numbers expected."""
    called = compiled(program, executor)
    hold_equal(CALL, called.numbers(), expected)
    hold_equal(REPLAY, called.replay()(), expected)
    return {REPLAY + suffix: called.replay(), CALL + suffix: called}
