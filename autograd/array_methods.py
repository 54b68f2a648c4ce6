"""The methods of a tensor that work on the array as a whole: NumPy's names, with NumPy's arguments."""

from __future__ import annotations

from typing import Any

from autograd.arrays import entries, products, reducing, shapes
from autograd.arrays.checks import as_array, raw
from autograd.primitives import indexing, shaping


class ArrayMethods:
    """What a tensor can do with its axes and entries; each method is the function of that name."""

    __slots__ = ()

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the sum over some axes."""
        return reducing.sum(self, axis, keepdims=keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the mean over some axes."""
        return reducing.mean(self, axis, keepdims=keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the largest over some axes; ties share the derivative equally."""
        return reducing.amax(self, axis, keepdims=keepdims)

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the smallest over some axes; ties share the derivative equally."""
        return reducing.amin(self, axis, keepdims=keepdims)

    def prod(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the product over some axes."""
        return reducing.prod(self, axis, keepdims=keepdims)

    def var(self, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        """Return the variance over some axes; `ddof=1` is PyTorch's default."""
        return reducing.var(self, axis, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        """Return the standard deviation over some axes."""
        return reducing.std(self, axis, ddof=ddof, keepdims=keepdims)

    def norm(self, ord: Any = None, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return the length of vectors along an axis, or of all entries."""
        return reducing.norm(self, ord, axis, keepdims=keepdims)

    def logsumexp(self, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Return log(sum(exp(x))) over some axes."""
        return reducing.logsumexp(self, axis, keepdims=keepdims)

    def softmax(self, axis: Any = -1) -> Any:
        """Return exp(x) / sum(exp(x)) along an axis."""
        return reducing.softmax(self, axis)

    def log_softmax(self, axis: Any = -1) -> Any:
        """Return the logarithm of softmax along an axis."""
        return reducing.log_softmax(self, axis)

    def cumsum(self, axis: int | None = None) -> Any:
        """Return running sums along an axis."""
        return reducing.cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Any:
        """Return running products along an axis."""
        return reducing.cumprod(self, axis)

    def sort(self, axis: int | None = -1) -> Any:
        """Return the entries in ascending order along an axis, as a new tensor."""
        return entries.sort(self, axis)

    def argmax(self, axis: int | None = None) -> Any:
        """Return the position of the largest entry, as integers."""
        return entries.argmax(self, axis)

    def argmin(self, axis: int | None = None) -> Any:
        """Return the position of the smallest entry, as integers."""
        return entries.argmin(self, axis)

    def argsort(self, axis: int | None = -1) -> Any:
        """Return the positions that sort the entries, as integers."""
        return entries.argsort(self, axis)

    def reshape(self, *shape: Any) -> Any:
        """Return the same entries in another shape: `t.reshape(2, -1)` or `t.reshape((2, -1))`."""
        return shapes.reshape(self, shape[0] if len(shape) == 1 else shape)

    def flatten(self) -> Any:
        """Return all entries in one row."""
        return shapes.reshape(self, (-1,))

    ravel = flatten

    def transpose(self, *axes: Any) -> Any:
        """Return the axes in another order; reversed when none is given."""
        return shapes.transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)

    @property
    def T(self) -> Any:
        """The axes in reverse order."""
        return shapes.transpose(self)

    def swapaxes(self, first: int, second: int) -> Any:
        """Return two axes exchanged."""
        return shapes.swapaxes(self, first, second)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the same entries without axes of size 1."""
        return shapes.squeeze(self, axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Any:
        """Return each entry repeated along an axis."""
        return entries.repeat(self, repeats, axis)

    def take(self, indices: Any, axis: int | None = None) -> Any:
        """Return the entries at positions along an axis."""
        return entries.take(self, indices, axis)

    def diagonal(self, offset: int = 0) -> Any:
        """Return the diagonal of the last two axes."""
        return entries.diagonal(self, offset)

    def trace(self) -> Any:
        """Return the sum of the diagonal of the last two axes."""
        return entries.trace(self)

    def dot(self, other: Any) -> Any:
        """Return the product with a vector or matrix; the same as `@`."""
        return products.matmul(self, other)

    def clip(self, low: Any = None, high: Any = None) -> Any:
        """Return the entries held between low and high."""
        return entries.clip(self, low, high)

    def astype(self, dtype: Any) -> Any:
        """Return the same numbers as float32 or float64."""
        return shapes.astype(self, dtype)

    def round(self, decimals: int = 0) -> Any:
        """Return rounded numbers, constants to every derivative."""
        return entries.round(self, decimals)

    def __getitem__(self, index: Any) -> Any:
        return indexing.getitem(self, index=entries.normal_index(index))

    @property
    def at(self) -> At:
        """What `t.at[index].set(x)` and `t.at[index].add(x)` go through: t with some entries changed."""
        return At(self)


class At:
    """A tensor, and then an index, to make a changed tensor of: nothing is written in place.

    >>> from autograd import Tensor
    >>> t = Tensor([1.0, 2.0, 3.0])
    >>> t.at[1:].set(0.0)
    Tensor([1., 0., 0.])
    >>> t.at[[0, 0]].add(10.0)
    Tensor([21.,  2.,  3.])
    """

    def __init__(self, tensor: Any, index: Any = None) -> None:
        self.tensor = tensor
        self.index = index

    def __getitem__(self, index: Any) -> At:
        return At(self.tensor, entries.normal_index(index))

    def set(self, values: Any) -> Any:
        """Return the tensor with these values at the index."""
        return indexing.index_set(self.tensor, self._fitted(values), index=self.index)

    def add(self, values: Any) -> Any:
        """Return the tensor with these values added at the index; positions that occur twice get both."""
        added = indexing.scatter_add(self._fitted(values), index=self.index, shape=self.tensor.shape)
        return self.tensor + added

    def _fitted(self, values: Any) -> Any:
        shape = raw(self.tensor)[self.index].shape
        values = as_array(values, "at")
        if values.dtype != self.tensor.dtype:
            values = shapes.astype(values, self.tensor.dtype)
        return values if values.shape == shape else shaping.broadcast_to(values, shape=shape)
