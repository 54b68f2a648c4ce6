"""The same programs on PyTorch, JAX and CasADi: `python -m tests.benchmarks.programs.peers [names]`.

PyTorch (eager) and JAX (jitted, float64) run a program's array form; CasADi traces its scalar form to an SX graph and
differentiates that, as a user of scalar graphs would. Each peer is left out where it is not installed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

import autograd
from autograd.compiler.positions import as_slice
from autograd.trees import leaves, map_leaves

Run = Callable[[], tuple[float, dict[str, np.ndarray]]]


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


class Symbol:
    """A CasADi SX number with the methods that scalar programs call."""

    def __init__(self, sx: Any) -> None:
        self.sx = sx

    def __getattr__(self, name: str) -> Callable[[], Symbol]:
        return lambda: SYMBOLIC[name](self)


def _binary(name: str) -> Callable[[Symbol, Any], Symbol]:
    def apply(self: Symbol, other: Any) -> Symbol:
        return Symbol(getattr(self.sx, name)(_unwrap(other)))

    return apply


def _unwrap(x: Any) -> Any:
    return x.sx if isinstance(x, Symbol) else importlib.import_module("casadi").SX(x)


for _operator in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow"):
    setattr(Symbol, f"__{_operator}__", _binary(f"__{_operator}__"))
Symbol.__neg__ = lambda self: Symbol(-self.sx)  # type: ignore[attr-defined]


def _function(name: str) -> Callable[[Any], Symbol]:
    return lambda x: Symbol(getattr(importlib.import_module("casadi"), name)(_unwrap(x)))


def _total(xs: Any) -> Any:
    return sum(xs)


def _dot(ws: Any, xs: Any, bias: Any = 0.0) -> Any:
    return sum((w * x for w, x in zip(ws, xs, strict=True)), bias)


SYMBOLIC: dict[str, Callable[..., Any]] = {
    **{name: _function(name) for name in ("exp", "log", "tanh", "sin", "sqrt")},
    "relu": lambda x: Symbol(importlib.import_module("casadi").fmax(_unwrap(x), 0)),
    "sigmoid": lambda x: 1.0 / (1.0 + _function("exp")(-x)),
    "logsumexp": lambda xs: _function("log")(_total([_function("exp")(x) for x in xs])),
    "dot": _dot,
    "take": lambda rows, index: rows[index],
    "total": _total,
}


@contextmanager
def replaced(function: Callable[..., Any]) -> Iterator[None]:
    """Let the library's functions in a program's namespace make symbols meanwhile."""
    namespace = function.__globals__
    before = {name: namespace[name] for name in SYMBOLIC if name in namespace}
    try:
        namespace.update({name: SYMBOLIC[name] for name in before})
        yield
    finally:
        namespace.update(before)


def casadi(program: ModuleType) -> Run:
    """Return the scalar form as a CasADi SX function of all parameters and floats, with its gradient."""
    library = importlib.import_module("casadi")
    arrays = program.parameters()
    flat = np.concatenate([array.ravel() for array in arrays.values()])
    symbols = library.SX.sym("p", len(flat))
    cells = iter(range(len(flat)))

    def fill(part: Any) -> Any:
        return [fill(inner) for inner in part] if isinstance(part, list) else Symbol(symbols[next(cells)])

    p = {name: fill(array.tolist()) for name, array in arrays.items()}
    with replaced(program.scalar):
        loss = program.scalar(p, *(array.tolist() for array in program.data())).sx
    function = library.Function("f", [symbols], [loss, library.densify(library.gradient(loss, symbols))])
    # CasADi's own way to call a function without converting its arguments: it reads and writes these arrays.
    value, slopes = np.zeros(1), np.zeros(len(flat))
    buffer, trigger = function.buffer()
    buffer.set_arg(0, memoryview(flat))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(slopes))
    parts = np.split(slopes, np.cumsum([array.size for array in arrays.values()])[:-1])  # views
    shaped = {name: part.reshape(array.shape) for (name, array), part in zip(arrays.items(), parts, strict=True)}

    def run() -> tuple[float, dict[str, np.ndarray]]:
        trigger()
        return value[0], shaped

    run.keeps_alive = (function, buffer, flat)  # type: ignore[attr-defined]  # CasADi holds their addresses only
    return run


def chainrule(program: ModuleType) -> Run:
    """Return the scalar form, compiled: one replay from the parameters' numbers to the loss and all gradients."""
    arrays = program.parameters()
    p = {name: map_leaves(autograd.Value, array.tolist()) for name, array in arrays.items()}
    compiled = autograd.compile(lambda *data: program.scalar(p, *data))
    compiled(*program.data())
    path, numbers = compiled._latest
    replay = path.replay
    places = {id(value): place for place, value in enumerate(path.trace.parameters)}
    unused = len(places)  # numbers that the loss does not depend on: the last of the gradient, which stays 0
    order = {name: as_slice(np.array([places.get(id(value), unused) for value in leaves(p[name])])) for name in p}

    def run() -> tuple[float, dict[str, np.ndarray]]:
        path.forward(replay, numbers)
        replay.backward()
        gradient = replay.read_gradients({0: 0}, len(places) + 1)
        return replay.read(replay.outputs[0]), {
            name: gradient[where].reshape(arrays[name].shape) for name, where in order.items()
        }

    return run


PEERS: dict[str, Callable[[ModuleType], Run]] = {
    "NumPy by hand": hand,
    "chainrule": chainrule,
    "PyTorch": pytorch,
    "JAX": jax,
    "CasADi SX": casadi,
}


def contenders(program: ModuleType) -> dict[str, Run]:
    """Return each installed peer, held to the hand-written numbers before it may run."""
    expected, by_hand = program.hand(program.parameters(), *program.data())
    runs: dict[str, Run] = {}
    for name, make in PEERS.items():
        try:
            run = make(program)
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        loss, gradients = run()
        np.testing.assert_allclose(loss, expected, rtol=1e-10, err_msg=name)
        for key, slope in by_hand.items():
            np.testing.assert_allclose(gradients[key], slope, rtol=1e-8, atol=1e-12, err_msg=f"{name}: {key}")
        runs[name] = run
    return runs


def main(names: Sequence[str] = ()) -> None:
    """Time every peer on every program: one replay of loss and gradients."""
    from tests.benchmarks.harness import compare, take_turns
    from tests.benchmarks.programs.check import PROGRAMS, load

    for name in names or PROGRAMS:
        medians = take_turns(contenders(load(name)), rounds=7, at_least=0.05)
        compare(f"{name}: loss and gradients", medians, "NumPy by hand", {})


if __name__ == "__main__":
    main(sys.argv[1:])
