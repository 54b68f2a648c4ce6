"""Functions that move entries: reshape, transpose, concatenate, split, pad and their kin."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.arrays.checks import as_array, normal_axis, one_axis, several, several_axes
from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from autograd.primitives import indexing, shaping


def astype(x: Any, dtype: Any) -> Any:
    """Return the same numbers as float32 or float64; the derivative is passed on in the precision of x.

    Raises
    ------
    OperandError
        Another type is asked for.

    >>> import numpy as np
    >>> astype(np.array([1.0]), np.float32).dtype
    dtype('float32')
    """
    x, dtype = as_array(x, "astype"), np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise OperandError(f"astype: expected float32 or float64, got {dtype}; t.data.astype(...) gives plain arrays")
    return x if x.dtype == dtype else shaping.astype(x, dtype=dtype)


def reshape(x: Any, shape: Any) -> Any:
    """Return the same entries in another shape; one size may be -1, for what is left.

    Raises
    ------
    ShapeError
        The number of entries is another.

    >>> reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    x = as_array(x, "reshape")
    shape = tuple(map(operator.index, shape)) if isinstance(shape, tuple | list) else (operator.index(shape),)
    try:
        return shaping.reshape(x, shape=shape)
    except ValueError:
        raise ShapeError(f"reshape: {x.size} entries of shape {x.shape} do not fill the shape {shape}") from None


def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Return the axes in another order: reversed when none is given.

    >>> import numpy as np
    >>> transpose(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    x = as_array(x, "transpose")
    order = tuple(range(x.ndim))[::-1] if axes is None else normal_axis(tuple(axes), x.ndim, "transpose")
    if not isinstance(order, tuple) or len(order) != x.ndim:
        raise ShapeError(f"transpose: expected an order of the {x.ndim} axes of shape {x.shape}, got {axes}")
    return shaping.transpose(x, axes=order)


def swapaxes(x: Any, first: int, second: int) -> Any:
    """Return two axes exchanged.

    >>> import numpy as np
    >>> swapaxes(np.zeros((2, 3, 4)), 0, -1).shape
    (4, 3, 2)
    """
    x = as_array(x, "swapaxes")
    i, j = one_axis(first, x.ndim, "swapaxes"), one_axis(second, x.ndim, "swapaxes")
    order = list(range(x.ndim))
    order[i], order[j] = j, i
    return shaping.transpose(x, axes=tuple(order))


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Return some axes moved to other places; the others keep their order.

    >>> import numpy as np
    >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = as_array(x, "moveaxis")
    sources, places = (several_axes(axis, x.ndim, "moveaxis") for axis in (source, destination))
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return shaping.transpose(x, axes=tuple(order))


def expand_dims(x: Any, axis: Any) -> Any:
    """Return the same entries with new axes of size 1 at these places.

    >>> import numpy as np
    >>> expand_dims(np.zeros((2, 3)), (0, -1)).shape
    (1, 2, 3, 1)
    """
    x = as_array(x, "expand_dims")
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    places = several_axes(axes, x.ndim + len(axes), "expand_dims")
    sizes = iter(x.shape)
    shape = tuple([1 if place in places else next(sizes) for place in range(x.ndim + len(axes))])
    return shaping.reshape(x, shape=shape)


def squeeze(x: Any, axis: Any = None) -> Any:
    """Return the same entries without these axes of size 1, or without any of size 1.

    >>> import numpy as np
    >>> squeeze(np.zeros((1, 2, 1))).shape
    (2,)
    """
    x = as_array(x, "squeeze")
    single = tuple([place for place, size in enumerate(x.shape) if size == 1])
    dropped = single if axis is None else several_axes(axis, x.ndim, "squeeze")
    for place in dropped:
        if x.shape[place] != 1:
            raise ShapeError(f"squeeze: axis {place} of shape {x.shape} has size {x.shape[place]}, not 1")
    return shaping.reshape(x, shape=tuple([size for place, size in enumerate(x.shape) if place not in dropped]))


def broadcast_to(x: Any, shape: Any) -> Any:
    """Return x repeated to a larger shape, by NumPy's rules.

    >>> broadcast_to([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    x = as_array(x, "broadcast_to")
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    try:
        return shaping.broadcast_to(x, shape=shape)
    except ValueError:
        raise ShapeError(f"broadcast_to: shape {x.shape} does not broadcast to {shape}") from None


def concatenate(xs: Iterable[Any], axis: int | None = 0) -> Any:
    """Return arrays joined along an axis.

    Raises
    ------
    ShapeError
        There are none, or their other axes differ.

    >>> concatenate([[1.0], [2.0, 3.0]]).tolist()
    [1.0, 2.0, 3.0]
    """
    arrays = several(xs, "concatenate")
    if axis is None:
        arrays, axis = [reshape(x, (-1,)) for x in arrays], 0
    place = one_axis(axis, arrays[0].ndim, "concatenate")
    for x in arrays:
        if x.ndim != arrays[0].ndim or any(
            size != other
            for each, (size, other) in enumerate(zip(x.shape, arrays[0].shape, strict=False))
            if each != place
        ):
            raise ShapeError(f"concatenate: shapes {[x.shape for x in arrays]} differ elsewhere than on axis {axis}")
    return shaping.concatenate(*arrays, axis=place)


def stack(xs: Iterable[Any], axis: int = 0) -> Any:
    """Return arrays of one shape side by side along a new axis.

    Raises
    ------
    ShapeError
        There are none, or their shapes differ.

    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    arrays = [x if isinstance(x, Node) else as_array(x, "stack") for x in xs]
    if not arrays:
        raise ShapeError("stack: got no arrays; expected at least one")
    shapes = [getattr(x, "shape", ()) for x in arrays]
    if len(set(shapes)) > 1:
        raise ShapeError(f"stack: expected arrays of one shape, got {shapes}")
    return shaping.stack(*arrays, axis=one_axis(axis, len(shapes[0]) + 1, "stack"))


def split(x: Any, sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Return the parts of x along an axis: so many equal ones, or between the given positions (as numpy.split).

    >>> [part.tolist() for part in split([1.0, 2.0, 3.0, 4.0], 2)]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    x = as_array(x, "split")
    place = one_axis(axis, x.ndim, "split")
    size = x.shape[place]
    if isinstance(sections, int | np.integer):
        if sections < 1 or size % sections:
            raise ShapeError(f"split: axis {axis} of size {size} does not divide into {sections} equal parts")
        bounds = list(range(0, size + 1, size // sections)) if size else [0] * (sections + 1)
    else:
        bounds = [0, *sections, size]
    before = (slice(None),) * place
    return [indexing.getitem(x, index=(*before, slice(start, end))) for start, end in itertools.pairwise(bounds)]


def flip(x: Any, axis: Any = None) -> Any:
    """Return the entries along some axes (None: all) in reverse order.

    >>> flip([1.0, 2.0, 3.0]).tolist()
    [3.0, 2.0, 1.0]
    """
    x = as_array(x, "flip")
    return shaping.flip(x, axis=several_axes(axis, x.ndim, "flip"))


def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Return the entries shifted along an axis; what leaves at the end enters at the start.

    >>> roll([1.0, 2.0, 3.0], 1).tolist()
    [3.0, 1.0, 2.0]
    """
    x = as_array(x, "roll")
    if axis is None:
        return reshape(roll(reshape(x, (-1,)), shift, 0), x.shape)
    axes = normal_axis(axis, x.ndim, "roll")
    return shaping.roll(x, shift=tuple(shift) if isinstance(shift, tuple | list) else shift, axis=axes)


def pad(x: Any, widths: Any, *, value: float = 0.0) -> Any:
    """Return x with zeros, or another constant, around it.

    Parameters
    ----------
    widths
        As numpy.pad: a number for all sides, a pair (before, after), or such a pair for each axis.

    >>> pad([1.0, 2.0], (1, 2)).tolist()
    [0.0, 1.0, 2.0, 0.0, 0.0]
    """
    x = as_array(x, "pad")
    pairs = tuple([(int(before), int(after)) for before, after in np.broadcast_to(np.asarray(widths), (x.ndim, 2))])
    if any(width < 0 for pair in pairs for width in pair):
        raise DomainError(f"pad: widths must not be negative, got {widths}; to cut entries off, index: x[1:-1]")
    padded = shaping.pad(x, widths=pairs)
    if value == 0.0:
        return padded
    frame = np.full(padded.shape, value, x.dtype)
    frame[tuple([slice(before, before + size) for (before, _), size in zip(pairs, x.shape, strict=True)])] = 0.0
    return padded + frame


def tile(x: Any, counts: Any) -> Any:
    """Return x repeated as a whole, so many times along each axis.

    >>> tile([1.0, 2.0], 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    counts = (counts,) if isinstance(counts, int) else tuple(counts)
    return shaping.tile(as_array(x, "tile"), counts=counts)


def tril(x: Any, k: int = 0) -> Any:
    """Return x with zeros above the k-th diagonal of its last two axes.

    >>> import numpy as np
    >>> tril(np.ones((2, 2))).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return shaping.tril(as_array(x, "tril"), k=k)


def triu(x: Any, k: int = 0) -> Any:
    """Return x with zeros below the k-th diagonal of its last two axes.

    >>> import numpy as np
    >>> triu(np.ones((2, 2)), 1).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    return shaping.triu(as_array(x, "triu"), k=k)
