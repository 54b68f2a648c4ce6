"""Layers that multiply by a matrix, or look up one of its rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, OperandError, ShapeError, Tensor, einsum, linear
from autograd.arrays.checks import as_array
from nn.initialization import find_initializer, uniform
from nn.module import Module
from nn.randomness import generator
from nn.settings import count

if TYPE_CHECKING:
    from nn.initialization import Initializer
    from nn.randomness import Rng


class Linear(Module):
    """A weighted sum of the inputs for each output: y = x W^T + b.

    Parameters
    ----------
    in_features, out_features
        How many numbers a sample has, before and after.
    bias
        Whether something is added.
    initializer
        A name or function of `nn.initialization` for the weight, the bias starts at 0 then. By default both are drawn
        uniformly from +-1/sqrt(in_features), as in PyTorch.
    rng
        A seed or generator.

    Attributes
    ----------
    weight
        Shape (out_features, in_features).
    bias
        Shape (out_features,), or None.

    >>> layer = Linear(3, 2, rng=0)
    >>> layer(np.zeros((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        rng: Rng = None,
    ) -> None:
        check_widths("Linear", in_features=in_features, out_features=out_features)
        random, bound = generator(rng), 1.0 / math.sqrt(in_features)
        shape = (out_features, in_features)
        if initializer is None:
            weight = uniform(shape, random, bound)
            start = random.uniform(-bound, bound, out_features) if bias else None
        else:
            weight = find_initializer(initializer, "linear")(shape, random)
            start = np.zeros(out_features) if bias else None
        self.weight = Tensor(weight)
        self.bias = None if start is None else Tensor(start)
        self.label_parameters()

    def forward(self, x: Any) -> Tensor:  # (..., in_features)
        """Return the weighted sums of the last axis, shape (..., out_features)."""
        return linear(x, self.weight, self.bias)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        outputs, inputs = self.weight.shape
        return f"Linear({inputs}, {outputs}{'' if self.bias is not None else ', bias=False'})"


class Bilinear(Module):
    """A weighted sum of the products of two inputs for each output: y_k = a^T W_k b + bias_k.

    Parameters are as those of `Linear`; the weight has shape (out_features, in1_features, in2_features).

    >>> Bilinear(3, 4, 2, rng=0)(np.zeros((5, 3)), np.zeros((5, 4))).shape
    (5, 2)
    """

    def __init__(
        self, in1_features: int, in2_features: int, out_features: int, *, bias: bool = True, rng: Rng = None
    ) -> None:
        check_widths("Bilinear", in1_features=in1_features, in2_features=in2_features, out_features=out_features)
        random, bound = generator(rng), 1.0 / math.sqrt(in1_features)
        self.weight = Tensor(random.uniform(-bound, bound, (out_features, in1_features, in2_features)))
        self.bias = Tensor(random.uniform(-bound, bound, out_features)) if bias else None
        self.label_parameters()

    def forward(self, a: Any, b: Any) -> Tensor:  # (..., in1_features), (..., in2_features)
        """Return the sums of weighted products, shape (..., out_features)."""
        a, b = as_array(a, "Bilinear"), as_array(b, "Bilinear")
        expected = list(self.weight.shape[1:])
        given = [x.shape[-1] if x.ndim else None for x in (a, b)]
        if given != expected:
            raise ShapeError(f"Bilinear: expected two arrays with last axes {expected}, got {given}")
        y = einsum("...i,kij,...j->...k", a, self.weight, b)
        return y if self.bias is None else y + self.bias  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        outputs, in1, in2 = self.weight.shape
        return f"Bilinear({in1}, {in2}, {outputs}{'' if self.bias is not None else ', bias=False'})"


class Embedding(Module):
    """A row of numbers for each of some things that are numbered, such as words: a table to look up in.

    Parameters
    ----------
    num_embeddings
        How many things there are.
    embedding_dim
        How many numbers each is given; drawn from the standard normal distribution, as in PyTorch.

    >>> Embedding(11, 4, rng=0)(np.array([[1, 2, 10]])).shape
    (1, 3, 4)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, *, rng: Rng = None) -> None:
        check_widths("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        self.weight = Tensor(generator(rng).normal(size=(num_embeddings, embedding_dim)))
        self.label_parameters()

    def forward(self, index: Any) -> Tensor:  # (...), integers
        """Return the rows at these places, shape (..., embedding_dim)."""
        return self.weight[check_index("Embedding", index, len(self.weight))]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Embedding({self.weight.shape[0]}, {self.weight.shape[1]})"


def check_index(user: str, index: Any, count: int) -> Any:
    """Return an array of places, after a look at whether there are such places.

    Raises
    ------
    OperandError
        They are not integers.
    DomainError
        They are not from 0 to count - 1.
    """
    places = np.asarray(index)
    if not places.size:
        return places.astype(np.intp)  # an empty list is one of floats to NumPy
    if places.dtype.kind not in "iu":
        raise OperandError(f"{user}: expected an array of integers, got {type(index).__name__} of {places.dtype}")
    if places.min() < 0 or places.max() >= count:
        raise DomainError(f"{user}: expected integers from 0 to {count - 1}, got {places.min()} to {places.max()}")
    return places


def check_widths(user: str, **widths: Any) -> None:
    """Raise an error unless these are whole numbers, 1 or more."""
    for name, width in widths.items():
        count(user, name, width)
