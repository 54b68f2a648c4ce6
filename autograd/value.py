"""`Value`: one number that remembers where it came from.

The node of the scalar engine. `+ - * /`, powers with constant exponents and one-operand functions are written
out here because every scalar program spends its time in them; their tests hold them equal to their rows.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final, SupportsIndex, overload

import numpy as np

from autograd.errors import GraphError, OperandError, TracingError
from autograd.node import UNSWEPT, Node, topological_order
from autograd.operators import Operators
from autograd.primitive import NOT_IEEE, Elementwise, Primitive, differentiate_ieee
from autograd.primitives.arithmetic import add, divide, multiply, negative, power, subtract
from autograd.recording import recording

_recording = recording.get
_blank = object.__new__
_data = operator.attrgetter("data")
_NUMBERS: Final = (float, int, np.floating, np.integer, np.bool_)
_OPERANDS: Final = (Node, *_NUMBERS)


class Value(Operators, Node):
    """A number that records the operations made with it, and can be differentiated.

    Parameters
    ----------
    data
        A real number. A `Value` of a `Value` is the same number, the same node: gradients pass through it.
    label
        A name for pictures and messages.

    Raises
    ------
    OperandError
        `data` is not a real number, or `label` not a string (a `TypeError`).

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> loss = (a * b + 10.0).tanh()
    >>> loss.backward()
    >>> round(a.grad, 6), round(b.grad, 6)
    (-0.004023, 0.002682)
    """

    __slots__ = ()

    data: float
    grad: float

    def __new__(cls, data: float | Value, label: str = "") -> Value:
        """Make a leaf, or return the node that was given."""
        if label.__class__ is not str:
            raise OperandError(f"Value: expected a string as label, got {label!r}; try label={str(label or '')!r}")
        if data.__class__ is not float:
            if isinstance(data, Node):
                if data.is_number:  # a number in a trace becomes a node
                    return data.writer.leaf(data, label)  # type: ignore[attr-defined, no-any-return]
                if label:
                    data.label = label
                return data
            data = _number(data)
        mode = _recording()
        if mode is not True and mode is not False:
            return mode.leaf(data, label)  # type: ignore[no-any-return]
        node = _blank(cls)
        node.data = data
        node.grad = UNSWEPT
        node.label = label
        node.primitive = None
        node.operands = node.partials = ()
        return node

    @classmethod
    def apply(cls, primitive: Primitive, operands: tuple[Any, ...]) -> Value:
        """Evaluate a primitive and its local derivatives on the operands' numbers, and record the result."""
        if not _PLAIN.issuperset(map(type, operands)):
            for x in operands:  # another kind of node, or other real numbers than floats
                if isinstance(x, Node) and x.precedence > cls.precedence:
                    return x.apply(primitive, operands)  # type: ignore[no-any-return]
            operands = tuple([as_operand(x, primitive.name) for x in operands])
        numbers = [x if x.__class__ is float else x.data for x in operands]
        wanted = [x.__class__ is not float for x in operands]
        try:
            data = primitive.scalar(*numbers)
            partials = primitive.local_derivatives(data, numbers, wanted)
        except NOT_IEEE:
            data, partials = differentiate_ieee(primitive, numbers, wanted)
        return _record(data, primitive, operands, partials)

    @staticmethod
    def accepts(other: Any) -> bool:
        """Tell whether an operator takes `other`: real numbers and nodes, but not arrays."""
        return isinstance(other, _OPERANDS)

    # --- the hot operators -----------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Value:
        if other.__class__ is Value:
            return _record(self.data + other.data, add, (self, other), (1.0, 1.0))
        if other.__class__ is float or other.__class__ is int:
            return _record(self.data + other, add, (self, float(other)), (1.0, None))
        return Operators.__add__(self, other)

    def __radd__(self, other: Any) -> Value:
        if other.__class__ is float or other.__class__ is int:
            return _record(other + self.data, add, (float(other), self), (None, 1.0))
        return Operators.__radd__(self, other)

    def __sub__(self, other: Any) -> Value:
        if other.__class__ is Value:
            return _record(self.data - other.data, subtract, (self, other), (1.0, -1.0))
        if other.__class__ is float or other.__class__ is int:
            return _record(self.data - other, subtract, (self, float(other)), (1.0, None))
        return Operators.__sub__(self, other)

    def __mul__(self, other: Any) -> Value:
        x = self.data
        if other.__class__ is Value:
            y = other.data
            return _record(x * y, multiply, (self, other), (y, x))
        if other.__class__ is float or other.__class__ is int:
            y = float(other)
            return _record(x * y, multiply, (self, y), (y, None))
        return Operators.__mul__(self, other)

    def __rmul__(self, other: Any) -> Value:
        if other.__class__ is float or other.__class__ is int:
            y = float(other)
            return _record(y * self.data, multiply, (y, self), (None, y))
        return Operators.__rmul__(self, other)

    def __truediv__(self, other: Any) -> Value:
        if other.__class__ is Value and other.data:
            y = other.data
            out = self.data / y
            return _record(out, divide, (self, other), (1.0 / y, -out / y))
        return Operators.__truediv__(self, other)

    def __neg__(self) -> Value:
        return _record(-self.data, negative, (self,), (-1.0,))

    def __pow__(self, other: Any) -> Value:
        if other.__class__ is int or other.__class__ is float:
            x = self.data
            try:
                slope = other * math.pow(x, other - 1) if other else 0.0
                return _record(math.pow(x, other), power, (self, float(other)), (slope, None))
            except NOT_IEEE:
                pass
        return Operators.__pow__(self, other)

    def unary(self, primitive: Elementwise) -> Value:
        """Apply a row of one operand: `apply`, without what more operands would need."""
        x, rule = self.data, primitive.rules[0]
        try:
            out = primitive.scalar(x)
            slope = None if rule is None else rule(out, x)
        except NOT_IEEE:
            return Value.apply(primitive, (self,))
        return _record(out, primitive, (self,), (slope,))

    @classmethod
    def affine(cls, primitive: Primitive, rows: Sequence[Any], xs: tuple[Any, ...], biases: Sequence[Any]) -> list[Any]:
        """Apply the row `dot` once for each row of weights; what depends on the inputs only is done once."""
        kinds = set(map(type, xs))
        if kinds not in (_VALUES, _FLOATS):
            return super().affine(primitive, rows, xs, biases)
        constant = kinds == _FLOATS
        x_data = xs if constant else tuple(map(_data, xs))
        outputs: list[Any] = []
        for ws, bias in zip(rows, biases, strict=True):
            try:
                w_data = [w.data for w in ws]
                start = bias if bias.__class__ is float else bias.data
                out = reduce(operator.add, map(operator.mul, w_data, x_data), start)
            except (AttributeError, TypeError):  # something among them is not a node
                out = None
            if out.__class__ is not float:  # one look at the sum is quicker than one at each weight
                outputs += super().affine(primitive, (ws,), xs, (bias,))
                continue
            last = None if start is bias else 1.0
            partials = (*x_data, *((None,) * len(xs) if constant else w_data), last)
            outputs.append(_record(out, primitive, (*ws, *xs, bias), partials))
        return outputs

    # --- numbers compare by size, nodes are equal by identity ---------------------------------------------------

    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> bool:
        if isinstance(other, Value):
            return self.data < other.data
        return bool(self.data < other) if isinstance(other, _NUMBERS) else NotImplemented

    def __le__(self, other: Any) -> bool:
        if isinstance(other, Value):
            return self.data <= other.data
        return bool(self.data <= other) if isinstance(other, _NUMBERS) else NotImplemented

    def __gt__(self, other: Any) -> bool:
        if isinstance(other, Value):
            return self.data > other.data
        return bool(self.data > other) if isinstance(other, _NUMBERS) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        if isinstance(other, Value):
            return self.data >= other.data
        return bool(self.data >= other) if isinstance(other, _NUMBERS) else NotImplemented

    def __bool__(self) -> bool:
        return self.data != 0

    def __int__(self) -> int:
        return int(self.data)

    __trunc__ = __int__

    def __floor__(self) -> int:
        return math.floor(self.data)

    def __ceil__(self) -> int:
        return math.ceil(self.data)

    @overload
    def __round__(self) -> int: ...
    @overload
    def __round__(self, digits: SupportsIndex) -> float: ...
    def __round__(self, digits: SupportsIndex | None = None) -> float:
        return round(self.data, digits) if digits is not None else round(self.data)

    def __float__(self) -> float:
        # Silently dropping a derivative is the one thing that must not happen: math.sin(v) would.
        raise OperandError(
            "a Value does not turn into a float by itself, since its gradient would be lost without a word; "
            "use autograd's functions (autograd.sin(v), not math.sin(v)), or v.data where only the number is wanted"
        )

    # --- the derivative ---------------------------------------------------------------------------------------------

    def backward(self) -> None:
        """Compute the derivative of this number in every number it depends on, into their `grad`.

        The gradients of leaves add up from call to call, until `zero_grad()` of their module, or `grad = 0.0`.
        The gradients of the nodes in between are set afresh, so a second call gives exactly twice the leaf gradients.

        Raises
        ------
        GraphError
            The number was computed under `no_grad`.

        >>> x = Value(3.0)
        >>> (x * x + x).backward()
        >>> x.grad
        7.0
        """
        if self.primitive is not None and not self.operands:
            raise GraphError(
                f"backward: this number was computed by {self.primitive.name!r} under no_grad(), so there is no graph "
                "to go back through; compute it outside of the no_grad() block"
            )
        order = topological_order(self)
        earlier = [(node, node.grad) for node in order if not node.operands]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        # `sweep_backward` with the sums kept on the nodes: the innermost loop of every scalar training run.
        for node in reversed(order):
            grad = node.grad
            for operand, partial in zip(node.operands, node.partials):  # noqa: B905 - equal lengths by construction
                if partial is not None:
                    operand.grad += grad * partial
        for leaf, before in earlier:
            leaf.grad += before

    def detach(self) -> Value:
        """Return a leaf with the same number: a constant to every derivative."""
        return Value(self.data, self.label)

    # --- what people see --------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        parts = [repr(self.data)]
        if self.is_swept:
            parts.append(f"grad={self.grad!r}")
        if self.label:
            parts.append(f"label={self.label!r}")
        return f"Value({', '.join(parts)})"

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else repr(self)


_VALUES: Final = {Value}
_FLOATS: Final = {float}
_PLAIN: Final = {Value, float}
#: What happens to a tensor in a compiled function.
NOT_TRACED: Final = (
    "compile() works on programs of numbers (Value, floats), and this one uses a Tensor, which runs at the speed of "
    "NumPy already; call the function without compile, or write it with Values"
)


def _record(data: Any, primitive: Primitive, operands: tuple[Any, ...], partials: tuple[Any, ...]) -> Value:
    """Make the node of a result; under `no_grad` a leaf that keeps only the name of what made it."""
    mode = _recording()
    if mode is not True and mode is not False:
        return mode.record(primitive, operands)  # type: ignore[no-any-return]
    node = _blank(Value)
    node.data = data
    node.grad = UNSWEPT
    node.label = ""
    node.primitive = primitive
    if mode:
        node.operands = operands
        node.partials = partials
    else:
        node.operands = node.partials = ()
    return node


def as_operand(x: Any, user: str) -> Value | float:
    """Return a node as it is and any other real number as a float, or say why it is neither."""
    if isinstance(x, Node):
        if x.is_array:  # a number of a trace has met it: eager numbers become tensors then
            raise TracingError(NOT_TRACED)
        return x  # type: ignore[return-value]
    if isinstance(x, _NUMBERS):
        return float(x)
    raise OperandError(f"{user}: expected a Value or a real number, got {_describe(x)}")


def _number(x: Any) -> float:
    if isinstance(x, _NUMBERS):
        return float(x)
    raise OperandError(f"Value: expected one real number, got {_describe(x)}")


def _describe(x: Any) -> str:
    """Name what was given, and what to try instead."""
    if x is None:
        return "None; was a number forgotten, or does a function lack its return?"
    if isinstance(x, str):
        return f"the string {x!r}; try float({x!r}) if it is a number"
    if isinstance(x, complex):
        return f"the complex number {x}; take its .real or .imag part"
    if isinstance(x, list | tuple | dict):
        return f"a {type(x).__name__}; make one Value for each number: [Value(x) for x in numbers]"
    if isinstance(x, np.ndarray):
        return f"an array of shape {x.shape}; make one Value for each number: [Value(x) for x in array.tolist()]"
    return f"{type(x).__name__} {str(x)[:60]!r}"
