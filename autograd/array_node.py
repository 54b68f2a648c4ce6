"""`ArrayNode`: what a tensor holds, what it shows of that, and how derivatives pass through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self

import numpy as np

from autograd.errors import DomainError, GraphError, OperandError, ShapeError
from autograd.immutable import freeze, read_array
from autograd.node import UNSWEPT, Node, is_one
from autograd.primitive import Elementwise
from autograd.primitives.shaping import astype, broadcast_to, sum_to

_OPERANDS: Final = (Node, np.ndarray, float, int, np.generic, list)


class ArrayNode(Node):
    """A node that holds an array.

    Attributes
    ----------
    array
        The array itself, or a NumPy number where there is no axis: for reading only. Users are given `data`.
    inputs
        What its primitive was evaluated on: arrays and plain floats, one for each operand. They never change.
    constant
        Whether every derivative stops here.
    """

    is_array: ClassVar[bool] = True

    grad: Any
    constant: bool
    if TYPE_CHECKING:
        __slots__ = ("array", "constant", "inputs")
        array: Any
        inputs: Sequence[Any]
    else:
        __slots__ = ("constant",)
        array = vars(Node)["data"]  # the slot by another name: `data` is a property here
        inputs = vars(Node)["partials"]

    @staticmethod
    def accepts(other: Any) -> bool:
        """Tell whether an operator takes `other`: numbers, arrays, nested lists and nodes."""
        return isinstance(other, _OPERANDS)

    # --- the two maps along an edge -----------------------------------------------------------------------------------

    def pull_back(
        self, cotangent: Any, wanted: Sequence[bool], *, symbolic: bool, spare: bool = False
    ) -> Sequence[Any]:
        """Return what each wanted operand gets of a cotangent; what was broadcast is summed back to its shape."""
        primitive: Any = self.primitive
        operands: Any = self.operands if symbolic else self.inputs
        out: Any = self if symbolic else self.array if primitive.reads_out else None
        if primitive.on_arrays:
            return primitive.pull(cotangent, out, operands, wanted)  # type: ignore[no-any-return]
        if spare and primitive.__class__ is Elementwise and primitive.arity == 1:
            x = operands[0]
            if cotangent.dtype == x.dtype:
                rule: Any = primitive.rules[0]
                cotangent *= rule(out, x)
                return (cotangent,)
        partials = primitive.local_derivatives(out, operands, wanted)
        contributions: list[Any] = []
        for x, partial in zip(operands, partials):  # noqa: B905 - one each
            contribution = None
            if partial is not None:
                contribution = cotangent if partial.__class__ is float and partial == 1.0 else cotangent * partial
                shape = x.shape
                if contribution.shape != shape:
                    contribution = sum_to(contribution, shape=shape)
                # Rules that count with truth values (1.0 - (x < y)) are float64, whatever x is.
                if contribution.dtype is not x.dtype and contribution.dtype != x.dtype:
                    contribution = astype(contribution, dtype=x.dtype)
            contributions.append(contribution)
        return contributions

    def push_forward(self, tangents: Sequence[Any], *, symbolic: bool) -> Any:
        """Return the tangent, given those of the operands."""
        primitive: Any = self.primitive
        out, operands = (self, self.operands) if symbolic else (self.array, self.inputs)
        if primitive.on_arrays:
            return primitive.push(tangents, out, operands)
        partials = primitive.local_derivatives(out, operands, [tangent is not None for tangent in tangents])
        tangent: Any = None
        for moved, partial in zip(tangents, partials, strict=True):
            if moved is not None and partial is not None:
                term = moved if is_one(partial) else moved * partial
                tangent = term if tangent is None else tangent + term
        if tangent is None:
            return None
        if tangent.dtype != out.dtype:
            tangent = astype(tangent, dtype=out.dtype)
        return tangent if tangent.shape == out.shape else broadcast_to(tangent, shape=out.shape)

    @property
    def partials(self) -> tuple[Any, ...]:  # type: ignore[override]
        """The local derivative in each operand, where an elementwise row has one."""
        primitive: Any = self.primitive
        if not self.operands or primitive.on_arrays:
            return (None,) * len(self.operands)
        wanted = [x.__class__ is not float for x in self.operands]
        with np.errstate(all="ignore"):
            return primitive.local_derivatives(self.array, self.inputs, wanted)  # type: ignore[no-any-return]

    # --- what it holds ----------------------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """The numbers, read-only. `t.data = array` gives a leaf new ones, of the same shape and precision.

        Raises
        ------
        GraphError
            On assignment: the tensor was computed from others.
        ShapeError
            On assignment: the shape is another.

        >>> from autograd import Tensor
        >>> p = Tensor([1.0, 2.0])
        >>> p.data -= 0.5
        >>> p
        Tensor([0.5, 1.5])
        """
        return freeze(self.array)

    @data.setter
    def data(self, numbers: Any) -> None:
        if self.operands:
            raise GraphError("data: these numbers were computed from others; only a leaf can be given new ones")
        array = read_array(raw_of(numbers), self.array.dtype)
        if array.shape != self.array.shape:
            raise ShapeError(f"data: expected an array of shape {self.array.shape}, got {array.shape}")
        self.array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each axis."""
        return self.array.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.array.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.array.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """The precision: float32 or float64."""
        return self.array.dtype

    def numpy(self) -> Any:
        """Return the numbers as a read-only array; the same as `data`."""
        return self.data

    def item(self) -> float:
        """Return the number of a tensor with one entry, as a Python float."""
        if self.array.size != 1:
            raise ShapeError(f"item: expected a tensor with one entry, got shape {self.shape}; try tolist()")
        return float(self.array.item())

    def tolist(self) -> Any:
        """Return the numbers as nested lists of floats."""
        return self.array.tolist()

    def __len__(self) -> int:
        if not self.array.ndim:
            raise OperandError("a Tensor of shape () is one number and has no length")
        return len(self.array)

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise OperandError(
            "a Tensor is not written to in place: what was computed from it would have wrong gradients.\n"
            "  instead of   t[index] = x,     use   t = t.at[index].set(x)   (or .add(x))\n"
            "  instead of   t[mask] = x,      use   t = autograd.where(mask, x, t)\n"
            "  for a parameter's new numbers: p.data = array"
        )

    # --- comparisons give plain arrays, nodes are equal by identity -------------------------------------------------

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        if self is other or isinstance(other, Node) or not self.accepts(other):
            return self is other
        # A ValueError, as NumPy's for the truth of an array: what compares containers is prepared for that.
        raise DomainError("nodes are equal by identity; to compare numbers, write t.data == x")

    def __lt__(self, other: Any) -> Any:
        return np.less(self.array, raw_of(other)) if self.accepts(other) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return np.less_equal(self.array, raw_of(other)) if self.accepts(other) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        return np.greater(self.array, raw_of(other)) if self.accepts(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return np.greater_equal(self.array, raw_of(other)) if self.accepts(other) else NotImplemented

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise ShapeError(f"a Tensor of shape {self.shape} is not true or false; use (t > 0).any() or .all()")
        return bool(self.array)

    def __float__(self) -> float:
        # As for a Value: silently dropping a derivative is the one thing that must not happen.
        raise OperandError(
            "a Tensor does not turn into a float by itself, since its gradient would be lost without a word; "
            "use autograd's functions (autograd.sin(t)), or t.item() where only the number is wanted"
        )

    __int__ = __float__

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise OperandError(
            "a Tensor does not turn into an array by itself, since its gradient would be lost without a word; "
            "use autograd's functions (or NumPy's on the tensor), or t.data where only the numbers are wanted"
        )

    # --- what people see, and copies --------------------------------------------------------------------------------

    def __repr__(self) -> str:
        body = np.array2string(np.asarray(self.array), separator=", ", prefix="Tensor(")
        parts = [body if self.array.size else f"{body}, shape={self.shape}"]
        if self.array.dtype != np.float64:
            parts.append(f"dtype={self.array.dtype}")
        if self.label:
            parts.append(f"label={self.label!r}")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, specification: str) -> str:
        return format(self.item(), specification) if specification else repr(self)

    def _state(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        grad = np.array(self.grad) if isinstance(self.grad, np.ndarray) else self.grad if self.is_swept else None
        return (self.array, grad, self.label, self.primitive, operands, self.inputs, self.constant)

    @classmethod
    def make(cls, state: tuple[Any, ...]) -> Self:
        """Make a node with this state: what `_state` returned."""
        node = object.__new__(cls)
        node.array, grad, node.label, node.primitive, node.operands, node.inputs, node.constant = state
        node.grad = UNSWEPT if grad is None else grad
        return node


def raw_of(x: Any) -> Any:
    """Return the array or number of a node, and anything else as it is."""
    return x.array if isinstance(x, ArrayNode) else x.data if isinstance(x, Node) else x
