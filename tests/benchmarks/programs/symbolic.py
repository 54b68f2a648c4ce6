"""The scalar form of a program as a CasADi SX graph, differentiated and run by CasADi's own virtual machine."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from tests.benchmarks.programs.ours import Run


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
