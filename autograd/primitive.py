"""Primitives: one row holds everything the library knows of a differentiable operation.

Every capability is derived from the row: floats, arrays, reverse and forward mode, derivatives of
derivatives, pictures, tests. This file has the kinds of row, their registry, and the one place where a
primitive is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from autograd.errors import DomainError, OperandError, UnknownNameError
from autograd.node import Node
from autograd.node import is_one as is_one

#: A derivative as an equation in the output and the operands, with ordinary operators and the library's
#: functions, so that it runs on floats, arrays, nodes and symbols alike. None: locally constant.
Rule = Callable[..., Any]

#: What rules look at when they run on arrays: see `Primitive`.
Reads = Literal["all", "out", "operands", "shapes"]

#: What Python's floats raise where IEEE 754 (and NumPy, and PyTorch) has an infinity or a nan.
NOT_IEEE = (ArithmeticError, ValueError)

registry: dict[str, Primitive] = {}


class Primitive:
    """An operation on numbers that knows its own derivatives.

    Parameters
    ----------
    name
        The field's name for it, as NumPy or PyTorch spell it.
    scalar
        Evaluates it on floats. It may raise where IEEE 754 has inf or nan; `array` is asked then.
    array
        Evaluates it on NumPy arrays and scalars, broadcasting.
    symbol
        What pictures write for it.
    doc
        One line of documentation.
    quiet
        Whether NumPy warns of nothing but the operands while `array` runs, as it does for a ufunc: then nothing has
        to be silenced, which takes as long as the operation itself on few numbers.
    reads
        What the rules look at when they run on arrays, besides shapes and precisions: "out", "operands", "all" of it,
        or nothing but the "shapes". What nobody looks at need not be kept for a backward pass.
    """

    def __init__(
        self,
        name: str,
        scalar: Callable[..., float],
        array: Callable[..., Any],
        *,
        symbol: str = "",
        doc: str = "",
        quiet: bool | None = None,
        reads: Reads = "all",
    ) -> None:
        self.name = name
        self.scalar = scalar
        self.array = array
        self.symbol = symbol or name
        self.is_quiet = isinstance(array, np.ufunc) if quiet is None else quiet
        self.reads_out = reads in ("all", "out")
        self.reads_operands = reads in ("all", "operands")
        self.__doc__ = doc

    #: Whether it is constant in pieces, so that nothing is ever passed on.
    is_constant: bool = False
    #: Whether it brings its own maps, `push` and `pull` of a node, in place of local derivatives.
    maps_nodes: ClassVar[bool] = False
    #: Whether it works on whole arrays (reshape, sum, matmul), not entry by entry.
    on_arrays: ClassVar[bool] = False

    def local_derivatives(self, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> tuple[Any, ...]:
        """Return the partial derivative in each wanted operand; None where not wanted or locally constant."""
        raise NotImplementedError

    def __call__(self, *operands: Any) -> Any:
        """Apply the primitive to numbers, arrays or nodes; nodes are recorded."""
        for operand in operands:
            if type(operand) is not float:
                return apply(self, operands)
        return self.on_floats(*operands)

    def on_floats(self, *operands: float) -> float:
        """Evaluate on floats with the results of IEEE 754: no exceptions, no complex numbers."""
        try:
            return self.scalar(*operands)
        except NOT_IEEE:
            with np.errstate(all="ignore"):
                return float(self.array(*map(np.float64, operands)))

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (find, (self.name,))


class Elementwise(Primitive):
    """A primitive of a fixed number of operands, with one rule for each.

    >>> cube = Elementwise("cube", lambda x: x**3, lambda x: x**3, lambda out, x: 3 * x * x)
    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """

    def __init__(
        self,
        name: str,
        scalar: Callable[..., float],
        array: Callable[..., Any],
        *rules: Rule | None,
        symbol: str = "",
        doc: str = "",
        quiet: bool | None = None,
        reads: Reads = "all",
    ) -> None:
        super().__init__(name, scalar, array, symbol=symbol, doc=doc, quiet=quiet, reads=reads)
        self.rules = rules
        self.arity = len(rules)
        self.is_constant = not any(rules)

    def __call__(self, *operands: Any) -> Any:
        """Apply the row to numbers, arrays or nodes; nodes are recorded."""
        if len(operands) != self.arity:
            plural = "" if self.arity == 1 else "s"
            raise OperandError(f"{self.name} takes {self.arity} operand{plural}, got {len(operands)}")
        if self.arity == 1 and isinstance(operands[0], Node):
            return operands[0].unary(self)
        return super().__call__(*operands)

    def local_derivatives(self, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> tuple[Any, ...]:
        """Run the rules of the wanted operands only: `x ** 2` never takes the logarithm of x."""
        rules = self.rules
        if self.arity == 1:
            return (rules[0](out, *operands) if rules[0] is not None else None,)
        if self.arity == 2:
            first, second = rules
            x, y = operands
            return (
                first(out, x, y) if first is not None and wanted[0] else None,
                second(out, x, y) if second is not None and wanted[1] else None,
            )
        return tuple(
            [
                rule(out, *operands) if asked and rule is not None else None
                for rule, asked in zip(rules, wanted, strict=True)
            ]
        )


class Variadic(Primitive):
    """A primitive of any number of operands whose one rule gives all partial derivatives in order."""

    def __init__(
        self,
        name: str,
        scalar: Callable[..., float],
        array: Callable[..., Any],
        rule: Callable[..., Iterable[Any]],
        *,
        symbol: str = "",
        doc: str = "",
    ) -> None:
        super().__init__(name, scalar, array, symbol=symbol, doc=doc)
        self.rule = rule

    def local_derivatives(self, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> tuple[Any, ...]:
        """Run the rule once, and keep what is wanted."""
        partials = tuple(self.rule(out, *operands))
        return (
            partials
            if all(wanted)
            else tuple([partial if asked else None for partial, asked in zip(partials, wanted, strict=True)])
        )


class Linear(Primitive):
    """A primitive that is its own derivative: a forward sweep applies it to tangents, a backward sweep its transpose.

    Parameters
    ----------
    push
        Takes a node and the tangents of its operands (None for a zero), and returns the node's tangent.
    pull
        Takes a node and its cotangent, and returns what that contributes to each operand (None for nothing).
    """

    maps_nodes: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        scalar: Callable[..., float],
        push: Callable[[Node, Sequence[Any]], Any],
        pull: Callable[[Node, Any], Sequence[Any]],
        *,
        doc: str = "",
    ) -> None:
        super().__init__(name, scalar, scalar, doc=doc)
        self.push = push
        self.pull = pull


def register(primitive: Primitive) -> None:
    """Enter a row into the registry, which tests, tables and formulas read."""
    if primitive.name in registry:
        raise DomainError(f"a primitive named {primitive.name!r} is registered already; choose another name")
    registry[primitive.name] = primitive


def elementwise(name: str, *arguments: Any, **settings: Any) -> Elementwise:
    """Make and register a row of the library's own tables."""
    row = Elementwise(name, *arguments, **settings)
    register(row)
    return row


def find(name: str) -> Primitive:
    """Return the registered primitive of a name.

    >>> find("tanh")
    <primitive tanh>
    """
    try:
        return registry[name]
    except KeyError:
        raise UnknownNameError(
            f"no registered primitive is named {name!r}; a graph with a primitive of your own "
            "can be pickled after autograd.primitive.register(it), wherever it is loaded too"
        ) from None


def apply(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
    """Apply a primitive: the first node among the operands says how; without nodes it is evaluated."""
    for operand in operands:
        if isinstance(operand, Node):
            return operand.apply(primitive, operands)
    return evaluate(primitive, operands)


def evaluate(primitive: Primitive, operands: tuple[Any, ...]) -> Any:
    """Evaluate a primitive on Python numbers, NumPy arrays, or object arrays that hold nodes."""
    if all(isinstance(operand, float | int) and not isinstance(operand, np.generic) for operand in operands):
        return primitive.on_floats(*map(float, operands))
    arrays = [np.asarray(operand) for operand in operands]
    for operand, array in zip(operands, arrays, strict=True):
        if array.dtype.kind not in "fiub" and not _holds_nodes(array):
            raise OperandError(
                f"{primitive.name}: expected numbers, arrays of numbers or nodes, got {type(operand).__name__} "
                f"{str(operand)[:60]!r}"
            )
    if any(array.dtype.kind == "O" for array in arrays):
        return np.frompyfunc(primitive, len(arrays), 1)(*arrays)
    with np.errstate(all="ignore"):
        return primitive.array(*operands)


def _holds_nodes(array: np.ndarray[Any, Any]) -> bool:
    """Tell whether an array holds nothing but nodes and real numbers."""
    return array.dtype.kind == "O" and all(isinstance(item, Node | float | int) for item in array.flat)


def differentiate_ieee(
    primitive: Primitive, numbers: Sequence[float], wanted: Sequence[bool]
) -> tuple[float, tuple[float | None, ...]]:
    """Evaluate a row and its rules where Python's floats raise: on NumPy's scalars, which follow IEEE 754."""
    scalars = [np.float64(number) for number in numbers]
    with np.errstate(all="ignore"):
        out = primitive.array(*scalars)
        partials = primitive.local_derivatives(np.float64(out), scalars, wanted)
    return float(out), tuple([None if partial is None else float(partial) for partial in partials])
