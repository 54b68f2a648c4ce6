"""What NumPy's functions do when they meet a tensor: one table from NumPy's names to ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from autograd.arrays import algebra, entries, products, reducing, shapes
from autograd.arrays.checks import raw
from autograd.errors import OperandError, did_you_mean
from autograd.primitive import registry

_SAME_NAME: Final = {
    shapes: "reshape transpose swapaxes moveaxis expand_dims squeeze broadcast_to concatenate stack split flip roll "
    "tile tril triu",
    reducing: "sum mean prod amax amin max min var std cumsum cumprod",
    entries: "take take_along_axis repeat diagonal trace argmax argmin argsort sort clip round",
    products: "einsum tensordot outer",
}
#: The rows that are ufuncs of NumPy's.
_ROWS: Final = (
    "add subtract multiply divide negative power absolute less less_equal greater greater_equal equal not_equal sign "
    "floor maximum minimum exp expm1 log log1p sqrt sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh"
)


def _on_plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of NumPy's on the plain arrays: for questions about a tensor, not computations with it."""
    return lambda *arguments, **settings: function(*map(raw, arguments), **settings)


def _pad(x: Any, pad_width: Any, mode: str = "constant", *, constant_values: float = 0.0) -> Any:
    if mode != "constant":
        raise OperandError(f"numpy.pad of a Tensor: expected mode='constant', got {mode!r}; concatenate parts instead")
    return shapes.pad(x, pad_width, value=constant_values)


def _where(condition: Any, *choices: Any) -> Any:
    if len(choices) != 2:
        raise OperandError("numpy.where of a Tensor: expected a condition and two choices; for positions use .data")
    return registry["where"](raw(condition), *choices)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    return reducing.norm(x, ord, axis, keepdims=keepdims)


FUNCTIONS: Final[Mapping[Callable[..., Any], Callable[..., Any]]] = {
    **{getattr(np, name): getattr(module, name) for module, names in _SAME_NAME.items() for name in names.split()},
    **{
        getattr(np, name): _on_plain(getattr(np, name)) for name in ("shape", "ndim", "size", "zeros_like", "ones_like")
    },
    **{
        getattr(np, name): _on_plain(getattr(np, name)) for name in ("full_like", "empty_like", "all", "any", "isclose")
    },
    **{getattr(np.linalg, name): getattr(algebra, name) for name in ("solve", "inv", "det", "slogdet", "cholesky")},
    np.linalg.norm: _norm,
    np.pad: _pad,
    np.where: _where,
    np.ravel: lambda x: shapes.reshape(x, (-1,)),
    np.vstack: lambda xs: shapes.concatenate([shapes.reshape(x, (1, -1)) if x.ndim < 2 else x for x in xs], 0),
    np.hstack: lambda xs: shapes.concatenate(xs, 0 if xs[0].ndim == 1 else 1),
    np.dot: lambda x, y: products.matmul(x, y) if np.ndim(raw(x)) and np.ndim(raw(y)) else x * y,
    np.inner: lambda x, y: products.tensordot(x, y, (-1, -1)),
    np.copy: lambda x: x,
}
#: NumPy's ufuncs by the row that is the same.
UFUNCS: Final[Mapping[Any, Callable[..., Any]]] = {
    **{getattr(np, name): registry[name] for name in _ROWS.split()},
    np.matmul: products.matmul,
    np.square: lambda x: x * x,
    np.reciprocal: lambda x: 1.0 / x,
    np.positive: lambda x: x,
    np.float_power: registry["power"],
    np.logaddexp: registry["logsumexp"],
    **{each: _on_plain(each) for each in (np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not)},
}
_REDUCTIONS: Final[Mapping[Any, Callable[..., Any]]] = {
    np.add: reducing.sum,
    np.multiply: reducing.prod,
    np.maximum: reducing.amax,
    np.minimum: reducing.amin,
}


def apply_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Answer a ufunc of NumPy's that met a tensor."""
    if method == "__call__" and not settings and ufunc in UFUNCS:
        return UFUNCS[ufunc](*inputs)
    if settings.get("out") is not None:
        _refuse_out(f"numpy.{ufunc.__name__}")
    if method == "reduce" and ufunc in _REDUCTIONS:
        axis, keepdims = settings.get("axis", 0), settings.get("keepdims", False)
        return _REDUCTIONS[ufunc](inputs[0], axis, keepdims=keepdims)
    known = [each.__name__ for each in UFUNCS]
    name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    given = f" with {', '.join(settings)}=" if settings else ""
    raise OperandError(
        f"numpy.{name}{given} of a Tensor has no derivative here; {did_you_mean(ufunc.__name__, known)}"
        f"use autograd's functions, or t.data where only the numbers are wanted"
    )


def apply_function(function: Any, arguments: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Answer a function of NumPy's that met a tensor."""
    name = f"{function.__module__}.{function.__name__}"
    ours = FUNCTIONS.get(function)
    if settings.get("out") is not None:
        _refuse_out(name)
    if ours is None:
        hint = did_you_mean(function.__name__, [each.__name__ for each in FUNCTIONS])
        raise OperandError(
            f"{name} of a Tensor has no derivative here; {hint}use autograd's functions, or t.data where only the "
            "numbers are wanted"
        )
    given = {key: value for key, value in settings.items() if key != "out"}
    try:
        return ours(*arguments, **given)
    except TypeError as error:
        if isinstance(error, OperandError) or "argument" not in str(error):
            raise
        raise OperandError(f"{name} of a Tensor: {error}; see help(autograd.{ours.__name__})") from error


def _refuse_out(name: str) -> None:
    raise OperandError(f"{name}: out= would write into an array behind a graph's back; write t = {name}(...)")
