"""Symbols: what stands for numbers while a function is traced."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

import numpy as np

from autograd.compiler.batching import computed_by
from autograd.compiler.ownership import LIBRARY, PACKAGE
from autograd.errors import TracingError
from autograd.node import Node
from autograd.operators import Operators
from autograd.primitive import Primitive
from autograd.primitives.arithmetic import add, divide, multiply, subtract
from autograd.primitives.comparison import equal, floor, greater, greater_equal, less, less_equal, not_equal
from autograd.recording import recording
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.compiler.mapping import Batch
    from autograd.compiler.recorder import Writer

#: What a comparison of nodes gives is a truth value, not a node.
COMPARISONS: Final = frozenset({less, less_equal, greater, greater_equal, equal, not_equal})
_NUMBERS = (float, int, np.floating, np.integer, np.bool_)
#: What operands mostly are; the kinds of symbol follow below.
_COMMON: Final[set[type]] = {float, int, Value}
#: The operators that programs are mostly made of.
HOT: Final[dict[str, Primitive]] = {
    "__add__": add,
    "__radd__": add,
    "__sub__": subtract,
    "__rsub__": subtract,
    "__mul__": multiply,
    "__rmul__": multiply,
    "__truediv__": divide,
}


def hot(name: str, primitive: Primitive, outside: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return an operator that goes straight to the recorder: a trace spends its time in these.

    Parameters
    ----------
    outside
        What it does where no trace is running.
    """
    by_row, swapped = getattr(Operators, name), name.startswith("__r")

    def operator(self: Any, other: Any) -> Any:
        mode: Any = recording.get()
        if mode is True or mode is False:
            return outside(self, other)
        if type(other) not in _COMMON:
            return by_row(self, other)
        return mode.record(primitive, (other, self) if swapped else (self, other))

    return operator


class Symbol(Operators, Node):
    """A place of a program that is being written; stands for a `Value`."""

    __slots__ = ("place", "writer")
    precedence: ClassVar[int] = 2

    place: int
    writer: Writer | Batch

    def __init__(self, writer: Writer | Batch, place: int) -> None:
        self.writer = writer
        self.place = place
        self.label = ""

    @classmethod
    def apply(cls, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Write the operation into the program."""
        mode = recording.get()
        if isinstance(mode, bool):  # a symbol that leaked: its own program says so
            mode = next(x for x in operands if isinstance(x, Symbol)).writer
        return mode.record(primitive, operands)

    @staticmethod
    def accepts(other: Any) -> bool:
        """Tell whether an operator takes `other`: real numbers and nodes, but not arrays."""
        return isinstance(other, (Node, *_NUMBERS))

    @property  # type: ignore[misc] # nobody may set it
    def __class__(self) -> Any:
        """What `isinstance` goes by: the class of the eager number, except in the library's own code."""
        is_own = sys._getframe(1).f_code.co_filename.startswith(LIBRARY)
        return type(self) if is_own else self.stands_for()

    def stands_for(self) -> type:
        """Return the class of the eager number that it stands for."""
        return Value

    # --- the graph behind a symbol, for sweeps within a trace ------------------------------------------------------

    @property
    def operands(self) -> tuple[Any, ...]:  # type: ignore[override]
        """The symbols and constants it is computed from."""
        return self.writer.operands_of(self.place)

    @property
    def primitive(self) -> Primitive | None:  # type: ignore[override]
        """The row that computes it."""
        return self.writer.program.primitives[self.place]

    def __hash__(self) -> int:
        return self.place

    def __eq__(self, other: object) -> Any:
        # Nodes are equal by identity; two symbols of one place are one node.
        return isinstance(other, Symbol) and other.place == self.place and other.writer is self.writer

    # --- what a program may do with its numbers --------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The number, as a constant to every derivative."""
        return self.writer.number(self)

    def detach(self) -> Any:
        """Return the same number as a constant to every derivative."""
        return self.writer.leaf(self.data, "")

    def conjugate(self) -> Any:
        """Return the number itself, which is real: what NumPy asks for in `X.std()` and `np.vdot`."""
        return self

    def __lt__(self, other: Any) -> Any:
        return less(self, other) if self.accepts(other) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return less_equal(self, other) if self.accepts(other) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return greater(self, other) if self.accepts(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return greater_equal(self, other) if self.accepts(other) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self.writer.guard(self, "truth"))

    def __int__(self) -> int:
        return int(self.writer.guard(self, "whole part"))

    __trunc__ = __int__

    def __floor__(self) -> int:
        return int(floor(self))

    def __ceil__(self) -> int:
        return -int(floor(-self))

    def __round__(self, digits: Any = None) -> NoReturn:
        raise _without_primitive("round(x)", "autograd.floor(x + 0.5)")

    def __mod__(self, other: Any) -> NoReturn:
        raise _without_primitive("x % y", "x - y * autograd.floor(x / y)")

    def __floordiv__(self, other: Any) -> NoReturn:
        raise _without_primitive("x // y", "autograd.floor(x / y)")

    __rmod__, __rfloordiv__ = __mod__, __floordiv__

    # --- what it may not do ----------------------------------------------------------------------------------------

    def backward(self) -> NoReturn:
        """Refuse: a gradient within a compiled function is a value, not a side effect."""
        raise TracingError(
            "backward() inside of a compiled function would write gradients while it is traced only, and never again.\n"
            "  instead of   loss.backward()  inside,   return loss  and call  compiled(...).backward(),\n"
            "  or use       autograd.grad(f)(x)  inside, which returns the gradient"
        )

    @property
    def grad(self) -> NoReturn:
        """Refuse: see `backward`."""
        raise TracingError(
            "a traced number has no .grad; return the loss and call backward() on what the compiled function returns, "
            "or use autograd.grad(f)(x) inside"
        )

    def __float__(self) -> float:
        raise TracingError(
            "a traced number cannot become a float: the number of this one call would be built into the program.\n"
            "  instead of   math.sin(x)  or  float(x),   use  autograd.sin(x)  or  x  itself"
        )

    def __repr__(self) -> str:
        primitive = self.writer.program.primitives[self.place]
        return f"{type(self).__name__}({primitive.name if primitive else 'given'})"

    def __format__(self, specification: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TracingError("a traced number cannot be stored; return it from the compiled function, and store that")


def _without_primitive(wrong: str, right: str) -> TracingError:
    return TracingError(
        f"{wrong} of a traced number is not compiled: no primitive does the same.\n"
        f"  instead of   {wrong},   use   {right}"
    )


class NumberSymbol(Symbol):
    """A place that stands for a plain float (or a truth value): an argument, a comparison, the `data` of a node."""

    __slots__ = ()
    is_number: ClassVar[bool] = True

    def __hash__(self) -> int:
        if sys._getframe(1).f_code.co_filename.startswith(PACKAGE):  # walks over graphs know nodes by their places
            return self.place
        raise TracingError(
            "a traced number cannot be in a set, or looked for in one or among the keys of a dictionary: what it is "
            "is known only when the program runs.\n"
            "  instead of   x in {1.0, 2.0}  or  table[x],   use   x == 1.0 or x == 2.0;\n"
            "  instead of   return {x},   use lists, tuples and dictionaries:   return [x]"
        )

    def stands_for(self) -> type:
        """Return the class of the eager number: that of truth values, or of floats."""
        return bool if computed_by(self) in COMPARISONS else float

    def __and__(self, other: Any) -> Any:
        return not_equal(self * other, 0.0) if _are_truths(self, other) else NotImplemented

    def __or__(self, other: Any) -> Any:
        return not_equal(self + other, 0.0) if _are_truths(self, other) else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return not_equal(self, other) if _are_truths(self, other) else NotImplemented

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __eq__(self, other: object) -> Any:
        return equal(self, other) if self.accepts(other) else NotImplemented

    def __ne__(self, other: object) -> Any:
        return not_equal(self, other) if self.accepts(other) else NotImplemented


def _are_truths(*operands: Any) -> bool:
    """Tell whether these are the answers of comparisons, or True or False."""
    return all(
        isinstance(x, bool | np.bool_) or (isinstance(x, NumberSymbol) and x.primitive in COMPARISONS) for x in operands
    )


class IndexSymbol(NumberSymbol):
    """An element of an array of integers: what `take` selects by."""

    __slots__ = ()

    def stands_for(self) -> type:
        """Return the class of the eager number: that of the elements of arrays of whole numbers."""
        return np.int64

    def __index__(self) -> int:
        return int(self.writer.guard(self, "whole part"))


_COMMON.update((Symbol, NumberSymbol))
for _name, _row in HOT.items():
    setattr(Symbol, _name, hot(_name, _row, getattr(Operators, _name)))
