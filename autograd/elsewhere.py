"""Names that PyTorch has: whoever tries one is told what is written here, which is NumPy's name if it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

#: Attributes of PyTorch's tensors, and what is written here.
OF_TENSORS: Final = {
    "abs": "abs(t)",
    "add_": "t + x: tensors are not written to",
    "clamp": "t.clip(low, high)",
    "cpu": "t itself: everything is computed on the CPU",
    "cuda": "t itself: everything is computed on the CPU",
    "double": 't.astype("float64")',
    "expand": "autograd.broadcast_to(t, shape)",
    "float": 't.astype("float32")',
    "grad_fn": "t.primitive and t.operands",
    "mT": "t.swapaxes(-1, -2)",
    "masked_fill": "autograd.where(mask, x, t)",
    "matmul": "t @ x",
    "mm": "t @ x",
    "permute": "t.transpose(axes)",
    "pow": "t ** x",
    "requires_grad": "not t.constant",
    "requires_grad_": "Tensor(array); data without a gradient is Tensor(array, constant=True)",
    "t": "t.T",
    "to": 't.astype("float32") for a precision; everything is computed on the CPU',
    "unsqueeze": "autograd.expand_dims(t, axis)",
    "view": "t.reshape(shape)",
    "zero_": "t.grad = 0.0 for a gradient; tensors are not written to",
    "zero_grad": "t.grad = 0.0",
}

#: Functions of PyTorch, and what is written here.
OF_AUTOGRAD: Final = {
    "abs": "autograd.absolute",
    "backward": "loss.backward(), or autograd.grad",
    "bmm": "autograd.matmul",
    "cat": "autograd.concatenate",
    "checkpoint": 'loss.backward(keep="leaves"), which keeps little',
    "clamp": "autograd.clip",
    "cross_entropy": "nn.cross_entropy",
    "enable_grad": "leaving the block of autograd.no_grad()",
    "from_numpy": "autograd.Tensor(array)",
    "manual_seed": "numpy.random.default_rng(seed): random numbers come from generators that are passed on as rng",
    "mm": "autograd.matmul",
    "ones": "autograd.Tensor(numpy.ones(shape))",
    "permute": "autograd.transpose",
    "pow": "autograd.power",
    "randn": "autograd.Tensor(numpy.random.default_rng(0).normal(size=shape))",
    "unsqueeze": "autograd.expand_dims",
    "zeros": "autograd.Tensor(numpy.zeros(shape))",
}


def told(name: str, elsewhere: Mapping[str, str]) -> str:
    """Return the end of a message about a name that is missing, or nothing.

    >>> told("view", OF_TENSORS)
    '; here it is t.reshape(shape)'
    """
    return f"; here it is {elsewhere[name]}" if name in elsewhere else ""


def missing(owner: Any, name: str, elsewhere: Mapping[str, str]) -> Any:
    """Raise the `AttributeError` of an object without such an attribute, with a hint for names from elsewhere.

    What stands in a class (a property that failed) is asked once more, so that its own error is the one that is seen.
    """
    if name not in elsewhere or any(name in vars(kind) for kind in type(owner).__mro__):
        return object.__getattribute__(owner, name)
    message = f"{type(owner).__name__!r} object has no attribute {name!r}{told(name, elsewhere)}"
    raise AttributeError(message, name=name, obj=owner)


class _Elsewhere:
    """Stands in a class for a name that it has not: who asks for it is told what is written here."""

    def __init__(self, name: str, hint: str) -> None:
        self.name = name
        self.hint = hint

    def __get__(self, thing: Any, kind: type) -> NoReturn:
        what = f"type object {kind.__name__!r}" if thing is None else f"{kind.__name__!r} object"
        message = f"{what} has no attribute {self.name!r}{self.hint}"
        raise AttributeError(message, name=self.name, obj=kind if thing is None else thing)

    def __repr__(self) -> str:
        return f"<no attribute{self.hint}>"


_Kind = TypeVar("_Kind", bound=type)


def tells(elsewhere: Mapping[str, str]) -> Callable[[_Kind], _Kind]:
    """Return a decorator that lets a class tell what is written here for each name, as `missing` does.

    For a class whose attributes must be quick, and whose objects are of no other class: with a method `__getattr__`,
    Python 3.11 takes longer for each attribute. `dir` does not list the names for an object.
    """

    def list_names(self: object) -> list[str]:
        return [name for name in object.__dir__(self) if name not in elsewhere]

    def decorate(kind: _Kind) -> _Kind:
        for name in elsewhere:
            setattr(kind, name, _Elsewhere(name, told(name, elsewhere)))
        setattr(kind, "__dir__", list_names)  # noqa: B010 - a type checker takes it for the method of `type`
        return kind

    return decorate
