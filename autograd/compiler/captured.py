"""How the `Value`s that a function reaches by itself behave while it is traced: as symbols.

Without this, what looks at a number would see the one of the traced call, and it would be part of the program for ever:
`w.data`, `if w > 0`, `int(w)`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from autograd.compiler.symbols import HOT, Symbol, hot
from autograd.errors import TracingError
from autograd.node import Node
from autograd.operators import Operators
from autograd.recording import recording
from autograd.value import Value

#: What `Value` does with its number by itself, without asking the recorder.
_OPERATORS: Final = ("__add__", "__radd__", "__sub__", "__mul__", "__rmul__", "__truediv__", "__neg__", "__pow__")
_LOOKS: Final = ("__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__int__", "__trunc__", "__floor__", "__ceil__")
_METHODS: Final = (*_OPERATORS, *_LOOKS, "__round__", "unary", "detach", "backward")
_RECORDERS: Final[dict[str, Any]] = {"apply": vars(Symbol)["apply"], "affine": vars(Node)["affine"]}
_SLOTS: Final[dict[str, Any]] = {name: vars(Node)[name] for name in ("data", "grad")}
_lock = threading.Lock()
_running = [0]
_replaced: dict[str, Any] = {}


def number_of(value: Value) -> float:
    """Return the number of a `Value`, during a trace too."""
    return _SLOTS["data"].__get__(value)  # type: ignore[no-any-return]


@contextmanager
def values_as_symbols() -> Iterator[None]:
    """Let every `Value` that the running trace meets act as its symbol; those of other threads stay what they are."""
    with _lock:
        _running[0] += 1
        if _running[0] == 1:
            _replaced.update({name: vars(Value)[name] for name in (*_METHODS, *_RECORDERS)})
            for name in _METHODS:
                setattr(Value, name, _asking(name, _replaced[name]))
            for name, recorder in _RECORDERS.items():
                setattr(Value, name, _recording_by(recorder, _replaced[name]))
            for name, slot in _SLOTS.items():
                setattr(Value, name, _number(name, slot))
    try:
        yield
    finally:
        with _lock:
            _running[0] -= 1
            if not _running[0]:
                for name, original in _replaced.items():
                    setattr(Value, name, original)
                for name in _SLOTS:
                    delattr(Value, name)


def _asking(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    if name in HOT:
        return hot(name, HOT[name], original)
    by_symbol = getattr(Operators, name) if name in _OPERATORS else None

    def method(self: Value, *arguments: Any) -> Any:
        mode: Any = recording.get()
        if mode is True or mode is False:
            return original(self, *arguments)
        return by_symbol(self, *arguments) if by_symbol else getattr(mode.parameter(self), name)(*arguments)

    return method


def _recording_by(recorder: Any, original: Any) -> Any:
    def method(cls: type[Value], *arguments: Any) -> Any:
        chosen = original if isinstance(recording.get(), bool) else recorder
        return chosen.__func__(cls, *arguments)

    return classmethod(method)


def _number(name: str, slot: Any) -> property:
    def read(self: Value) -> Any:
        mode: Any = recording.get()
        return slot.__get__(self) if isinstance(mode, bool) else getattr(mode.parameter(self), name)

    def write(self: Value, number: Any) -> None:
        if not isinstance(recording.get(), bool):
            _refuse_assignment(name)
        slot.__set__(self, number)

    return property(read, write)


def _refuse_assignment(name: str) -> NoReturn:
    raise TracingError(
        f"a compiled function assigned to the .{name} of a Value: that would happen while tracing only, never again.\n"
        f"  instead of   w.{name} = ...  inside,   return the number, and assign it outside"
    )
