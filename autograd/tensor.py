"""`Tensor`: an array that remembers where it came from.

The node of the array engine. Its rows are those of `Value`, evaluated on whole arrays, and those that work on arrays
only (sum, reshape, matmul). Its arrays never change: so local derivatives need not be taken on the way forward. A node
keeps the arrays it was computed from, and the rules run on them when a gradient is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

import numpy as np

from autograd.allocation import keep_freed_memory
from autograd.array_methods import ArrayMethods
from autograd.array_node import ArrayNode, raw_of
from autograd.array_primitive import ArrayPrimitive, Bound
from autograd.elsewhere import OF_TENSORS, tells
from autograd.errors import DomainError, GraphError, OperandError, ShapeError, TracingError
from autograd.forgetting import forget
from autograd.immutable import read_array, unchanging
from autograd.node import UNSWEPT, Node, topological_order
from autograd.operators import Operators
from autograd.primitive import Elementwise, Primitive
from autograd.primitives.arithmetic import add, divide, multiply, negative, power, subtract
from autograd.primitives.contraction import matmul
from autograd.primitives.shaping import stack
from autograd.recording import recording
from autograd.sweeps import store_gradients, sweep_backward
from autograd.trees import describe
from autograd.value import NOT_TRACED, Value

keep_freed_memory()

_recording = recording.get
_blank = object.__new__
_NUMBERS: Final = (float, int, np.generic)
_OPERANDS: Final = (Node, np.ndarray, *_NUMBERS, list)
#: NumPy 1 computes in float64 what a float32 number, an array without axes, and a Python float are together.
_WIDENS_NUMBERS: Final = np.result_type(np.float32(1.0), 1.0) == np.float64


@tells(OF_TENSORS)
class Tensor(ArrayMethods, ArrayNode, Operators):
    """An array of float32 or float64 that records the operations made with it, and can be differentiated.

    Parameters
    ----------
    data
        An array, a number, or nested lists of numbers: copied, as numpy.array does. Integers become float64. A
        `Tensor` of a `Tensor` is the same node, and of lists of `Value`s or `Tensor`s they are stacked: gradients pass
        through it.
    label
        A name for pictures and messages.
    dtype
        float32 or float64; otherwise that of the data.
    constant
        Whether it is data that nobody wants a gradient of: nothing is computed for it on the way back.

    Raises
    ------
    OperandError
        `data` does not hold real numbers (a `TypeError`).

    >>> w, x = Tensor([[1.0, -2.0], [0.5, 3.0]], label="w"), np.array([2.0, 1.0])
    >>> loss = ((w @ x).tanh() ** 2).sum()
    >>> loss.backward()
    >>> w.grad.shape
    (2, 2)
    """

    __slots__ = ()
    precedence: ClassVar[int] = 1

    def __new__(cls, data: Any, label: str = "", *, dtype: Any = None, constant: bool = False) -> Tensor:
        """Make a leaf, or return the node that was given."""
        if label.__class__ is not str:
            raise OperandError(f"Tensor: expected a string as label, got {label!r}; try label={str(label or '')!r}")
        if isinstance(data, Tensor):
            if label:
                data.label = label
            return data if dtype is None or data.dtype == dtype else data.astype(dtype)
        if not isinstance(_recording(), bool):
            raise TracingError(NOT_TRACED)
        try:
            node = _leaf(read_array(data, dtype), constant=constant)
        except OperandError:
            if not isinstance(data, list | tuple | np.ndarray) or not _has_nodes(data):
                raise
            node = _gather(data)
            node = node if dtype is None else Tensor(node, dtype=dtype)
        node.label = label
        return node

    # --- recording ------------------------------------------------------------------------------------------------

    @classmethod
    def apply(cls, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Evaluate a primitive on the operands' arrays, and record the result."""
        arrays: list[Any] = []
        constant = True
        for x in operands:
            if x.__class__ is Tensor:
                arrays.append(x.array)
                if not x.constant:
                    constant = False
            elif x.__class__ is float and not primitive.on_arrays:
                arrays.append(x)
            else:
                return cls.apply(primitive, _as_operands(primitive, operands))
        try:
            if primitive.is_quiet or primitive.on_arrays:
                out = primitive.array(*arrays)
            else:
                with np.errstate(all="ignore"):
                    out = primitive.array(*arrays)
        except ValueError as error:
            raise _explain(primitive, arrays, error) from None
        if _WIDENS_NUMBERS and not primitive.on_arrays and not out.ndim and out.dtype == np.float64:
            out = np.result_type(*[x.dtype for x in arrays if x.__class__ is not float]).type(out)
        if primitive.is_constant:
            if out.dtype.kind != "f":
                return out
            constant = True
        return _record(out, primitive, operands, arrays, constant=constant)

    def unary(self, primitive: Elementwise) -> Any:
        """Apply a row of one operand: as `apply` does, by a shorter way where nothing can go wrong."""
        if not primitive.is_quiet or primitive.is_constant or _WIDENS_NUMBERS or self.__class__ is not Tensor:
            return Tensor.apply(primitive, (self,))
        array = self.array
        return _record(primitive.array(array), primitive, (self,), (array,), constant=self.constant)

    def __add__(self, other: Any) -> Tensor:
        if other.__class__ is Tensor or other.__class__ is float:
            return Tensor.apply(add, (self, other))  # type: ignore[no-any-return]
        return Operators.__add__(self, other)

    def __sub__(self, other: Any) -> Tensor:
        if other.__class__ is Tensor or other.__class__ is float:
            return Tensor.apply(subtract, (self, other))  # type: ignore[no-any-return]
        return Operators.__sub__(self, other)

    def __mul__(self, other: Any) -> Tensor:
        if other.__class__ is Tensor or other.__class__ is float:
            return Tensor.apply(multiply, (self, other))  # type: ignore[no-any-return]
        return Operators.__mul__(self, other)

    def __truediv__(self, other: Any) -> Tensor:
        if other.__class__ is Tensor or other.__class__ is float:
            return Tensor.apply(divide, (self, other))  # type: ignore[no-any-return]
        return Operators.__truediv__(self, other)

    def __isub__(self, other: Any) -> Tensor:
        if not self.operands and not self.constant and _recording() is False:
            raise OperandError(
                "p -= x under no_grad() would give the name p a new tensor and leave the parameter as it is.\n"
                "  instead of   p -= lr * p.grad,   use   p.data -= lr * p.grad"
            )
        return self.__sub__(other)

    def __neg__(self) -> Tensor:
        return Tensor.apply(negative, (self,))  # type: ignore[no-any-return]

    def __pow__(self, other: Any) -> Tensor:
        if (other.__class__ is int or other.__class__ is float) and other == 2:  # NumPy's power of arrays is slow
            return _record(np.square(self.array), power, (self, 2.0), (self.array, 2.0), constant=self.constant)
        return Operators.__pow__(self, other)

    def __matmul__(self, other: Any) -> Tensor:
        return Tensor.apply(matmul, (self, other)) if self.accepts(other) else NotImplemented

    def __rmatmul__(self, other: Any) -> Tensor:
        return Tensor.apply(matmul, (other, self)) if self.accepts(other) else NotImplemented

    # --- the derivative ---------------------------------------------------------------------------------------------

    def backward(self, cotangent: Any = None, *, keep: str = "all") -> None:
        """Compute the derivative of this tensor in every tensor it depends on, into their `grad`.

        The gradients of leaves are arrays of the leaf's shape that add up from call to call, until `grad = 0.0`. The
        gradients of the tensors in between are set afresh.

        Parameters
        ----------
        cotangent
            The weight of each entry of this tensor, of its shape; not needed for a single number.
        keep
            "all", or "leaves": then the gradients in between are dropped on the way, and so are the numbers in between
            that no rule needs and nobody holds, which halves the memory. Who looks at such a number has it computed
            again.

        Raises
        ------
        GraphError
            The tensor was computed under `no_grad`, or from constants only.
        ShapeError
            It is not a single number, and there is no cotangent of its shape.

        >>> x = Tensor([1.0, 2.0])
        >>> (x * x).sum().backward()
        >>> x.grad
        array([2., 4.])
        """
        if keep not in ("all", "leaves"):
            raise DomainError(f'backward: keep must be "all" or "leaves", got {keep!r}')
        seed = self._seed(cotangent)
        order = topological_order(self)
        if keep == "leaves":
            forget(order, Tensor, ForgottenTensor)
        with np.errstate(all="ignore"):
            arrived = sweep_backward(order, {self: seed}, keep=() if keep == "leaves" else None)
        store_gradients(order, arrived)

    def _seed(self, cotangent: Any) -> Any:
        if self.constant:
            if self.primitive is None:
                raise GraphError("backward: this tensor is a constant, so nothing depends on anything here")
            raise GraphError(
                f"backward: this tensor was computed by {self.primitive.name!r} under no_grad(), or from constants "
                "only, so there is no graph to go back through"
            )
        array = self.array
        if cotangent is None:
            if array.size != 1:
                raise ShapeError(
                    f"backward: expected a single number, such as a loss, got shape {array.shape}; "
                    "sum it, or pass a cotangent of this shape: t.backward(weights)"
                )
            return np.ones(array.shape, array.dtype) if array.ndim else array.dtype.type(1.0)
        seed = np.array(raw_of(cotangent), array.dtype)
        if seed.shape != array.shape:
            raise ShapeError(f"backward: expected a cotangent of shape {array.shape}, got {seed.shape}")
        return seed if array.ndim else seed[()]

    def detach(self) -> Tensor:
        """Return a leaf with the same numbers: a constant to every derivative."""
        node = _leaf(self.array, constant=True)
        node.label = self.label
        return node

    def __iter__(self) -> Iterator[Tensor]:
        return (self[place] for place in range(len(self)))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        from autograd.numpy_protocol import apply_ufunc

        return apply_ufunc(ufunc, method, inputs, settings)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from autograd.numpy_protocol import apply_function

        return apply_function(function, args, kwargs)


class ForgottenTensor(Tensor):
    """A tensor whose array was dropped (see `forgetting`): a look at it computes it again, and makes the tensor plain.

    What it was computed from is still there, and has not changed.
    """

    __slots__ = ()

    @property
    def array(self) -> Any:
        """The array."""
        node: Any = self
        with np.errstate(all="ignore"):
            array = node.primitive.array(*node.inputs)
        node.__class__ = Tensor
        node.array = array
        return array

    @classmethod
    def make(cls, state: tuple[Any, ...]) -> Any:
        """Make a node with this state: a copy is a plain tensor."""
        return Tensor.make(state)


def _record(out: Any, primitive: Primitive, operands: Any, arrays: Sequence[Any], *, constant: bool) -> Tensor:
    """Make the node of a result; of constants, or under `no_grad`, a constant that keeps only what made it."""
    mode = _recording()
    if mode is not True and mode is not False:
        raise TracingError(NOT_TRACED)
    node = _blank(Tensor)
    node.array = out
    node.grad = UNSWEPT
    node.label = ""
    node.primitive = primitive
    if constant or not mode:
        node.operands = node.inputs = ()
        node.constant = True
    else:
        node.operands = operands
        node.inputs = arrays
        node.constant = False
    return node


def _leaf(array: Any, *, constant: bool) -> Tensor:
    node = _blank(Tensor)
    node.array = array
    node.grad = UNSWEPT
    node.label = ""
    node.primitive = None
    node.operands = node.inputs = ()
    node.constant = constant
    return node


def _has_nodes(data: Any) -> bool:
    """Tell whether there are nodes in nested lists or object arrays."""
    if isinstance(data, list | tuple | np.ndarray):
        return not (isinstance(data, np.ndarray) and data.dtype.kind != "O") and any(map(_has_nodes, data))
    return isinstance(data, Node)


def _gather(data: Any) -> Tensor:
    """Return nested lists of nodes and numbers as one tensor."""
    rows = tuple([Tensor(x) if isinstance(x, list | tuple | np.ndarray) else x for x in data])
    return Tensor.apply(Bound(stack, {"axis": 0}), rows)  # type: ignore[no-any-return]


# --- operands -------------------------------------------------------------------------------------------------------


def _as_operands(primitive: Primitive, operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return operands of which each is a tensor, or a plain float where the row takes numbers."""
    dtypes = [x.array.dtype for x in operands if isinstance(x, Tensor) and x.array.dtype.kind == "f"]
    dtype = np.result_type(*dtypes) if dtypes else np.dtype(np.float64)
    rules: Any = getattr(primitive, "rules", None)
    return tuple(
        [
            _as_operand(x, primitive, dtype, flags=rules is not None and rules[place] is None)
            for place, x in enumerate(operands)
        ]
    )


def _as_operand(x: Any, primitive: Primitive, dtype: Any, *, flags: bool) -> Any:
    if isinstance(x, Tensor):
        return x if x.__class__ is Tensor else _plain(x)
    if isinstance(x, Value):
        return lift(x, dtype)
    if isinstance(x, Node):
        raise TracingError(NOT_TRACED)
    if isinstance(x, float | int | np.generic):
        return _leaf(dtype.type(x), constant=True) if primitive.on_arrays else float(x)
    if not isinstance(_recording(), bool):
        raise TracingError(NOT_TRACED)
    try:
        array = x if isinstance(x, np.ndarray) else np.array(x)
    except ValueError:
        raise ShapeError(f"{primitive.name}: expected an array, got {describe(x)} that is ragged") from None
    if array.dtype.kind not in "fiub" or not isinstance(x, np.ndarray | list | tuple):
        nodes = array.dtype.kind == "O" and any(isinstance(item, Node) for item in array.flat)
        hint = "; autograd.stack makes one tensor of many nodes" if nodes else ""
        raise OperandError(f"{primitive.name}: expected a Tensor, an array or a number, got {describe(x)}{hint}")
    if array.dtype.kind != "f" and not flags:
        array = array.astype(dtype)  # whole numbers and truth values have no precision of their own
    elif array is x:
        array = unchanging(array)
    return _leaf(array if array.ndim else array[()], constant=True)


def _plain(x: Tensor) -> Tensor:
    """Refuse what is derived from Tensor: results are Tensors, and would not be what was derived."""
    raise OperandError(f"expected a Tensor, got {type(x).__name__}, a class derived from it; hold a Tensor instead")


def _explain(primitive: Primitive, arrays: Sequence[Any], error: ValueError) -> ValueError:
    if isinstance(error, ShapeError | np.linalg.LinAlgError):
        return error
    shapes = " and ".join(str(getattr(x, "shape", ())) for x in arrays)
    return ShapeError(
        f"{primitive.name}: shapes {shapes} do not fit together: {error}; "
        "sizes must be equal or 1, counted from the last axis; reshape or index with None?"
    )


# --- a Value among tensors --------------------------------------------------------------------------------------


def _lower(cotangent: Any, out: Any, x: Any, *, dtype: Any) -> Any:
    return cotangent if isinstance(cotangent, Node) else float(cotangent)


def _lift_tangent(tangents: Sequence[Any], out: Any, x: Any, *, dtype: Any) -> Any:
    tangent = tangents[0]
    return lift(tangent, dtype) if isinstance(tangent, Node) else dtype.type(tangent)


_LIFT: Final = ArrayPrimitive(
    "lift",
    lambda x, *, dtype: dtype.type(x),
    _lower,
    push=_lift_tangent,
    doc="the number of a Value as a tensor of shape ()",
)


def lift(x: Any, dtype: Any) -> Tensor:
    """Return the number of a `Value` as a tensor of shape (): what happens when it meets a tensor."""
    if isinstance(x, Tensor):
        return x
    return _record(dtype.type(x.data), Bound(_LIFT, {"dtype": dtype}), (x,), [x.data], constant=False)


def variable(x: Any) -> Tensor:
    """Return a leaf to differentiate in, with the numbers of an array or of a constant tensor."""
    return _leaf(x.array, constant=False) if isinstance(x, Tensor) else _leaf(read_array(x, None), constant=False)
