"""Attention by several heads, with weights that learn what to ask, what to answer and what to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, ShapeError, Tensor, expand_dims, linear, swapaxes
from autograd.arrays.checks import as_array
from autograd.arrays.shapes import reshape
from nn.initialization import xavier_uniform
from nn.layers.dot_product_attention import attention_weights
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear, check_widths
from nn.module import Module
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.randomness import Rng


class MultiheadAttention(Module):
    """Attention by several heads side by side, each in a part of the width, and a weighted sum of what they find.

    Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2. Queries, keys and values are weighted sums of what is given;
    with one sequence it attends to itself, with two the first asks and the second answers.

    Parameters
    ----------
    embed_dim
        The width of queries, and of what comes out.
    num_heads
        Each has embed_dim / num_heads of the width.
    dropout
        The probability with which a weight is left out in training.
    bias
        Whether something is added to the four weighted sums.
    kdim, vdim
        The widths of keys and values, where they are not embed_dim.
    positions
        What is applied to the queries and keys of each head, shape (..., heads, time, width): `nn.RotaryPositions()`.
    rng
        A seed or generator.

    Attributes
    ----------
    in_proj_weight, in_proj_bias
        The weights of queries, keys and values, one below the other: shapes (3 embed_dim, embed_dim), (3 embed_dim,).
        With other widths of keys or values they stand apart, as `q_proj_weight`, `k_proj_weight`, `v_proj_weight`.
    out_proj
        The weighted sum of what the heads find.

    Raises
    ------
    DomainError
        The width does not fall into heads of one size.
    ShapeError
        A sequence has another width or batch, or a mask does not fit.

    >>> layer = MultiheadAttention(8, 2, rng=0)
    >>> x, memory = np.ones((5, 3, 8)), np.ones((5, 4, 8))
    >>> layer(x, causal=True).shape, layer(x, memory).shape
    ((5, 3, 8), (5, 3, 8))
    >>> layer(x, memory, need_weights=True)[1].shape
    (5, 3, 4)
    """

    is_unit = True

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        *,
        dropout: float = 0.0,
        bias: bool = True,
        kdim: int | None = None,
        vdim: int | None = None,
        positions: Callable[[Any], Any] | None = None,
        rng: Rng = None,
    ) -> None:
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        check_widths("MultiheadAttention", embed_dim=embed_dim, num_heads=num_heads, kdim=kdim, vdim=vdim)
        if embed_dim % num_heads:
            raise DomainError(
                f"MultiheadAttention: a width of {embed_dim} does not fall into {num_heads} heads of one size"
            )
        random = generator(rng)
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self._widths = (embed_dim, kdim, vdim)
        if kdim == vdim == embed_dim:
            self.in_proj_weight = Tensor(xavier_uniform((3 * embed_dim, embed_dim), random))
        else:
            self.q_proj_weight = Tensor(xavier_uniform((embed_dim, embed_dim), random))
            self.k_proj_weight = Tensor(xavier_uniform((embed_dim, kdim), random))
            self.v_proj_weight = Tensor(xavier_uniform((embed_dim, vdim), random))
        self.in_proj_bias = Tensor(np.zeros(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, rng=random)
        if bias:
            self.out_proj.bias = Tensor(np.zeros(embed_dim))
        self.dropout = Dropout(dropout, rng=random)
        self.positions = positions
        self.label_parameters()

    def forward(
        self,
        query: Any,  # (..., targets, embed_dim)
        key: Any = None,  # (..., sources, kdim)
        value: Any = None,  # (..., sources, vdim)
        *,
        mask: Any = None,
        causal: bool = False,
        key_padding_mask: Any = None,
        need_weights: bool = False,
        average_attn_weights: bool = True,
    ) -> Any:
        """Return what the queries find, shape (..., targets, embed_dim).

        Parameters
        ----------
        key, value
            By default the keys are the queries, and the values are the keys.
        mask
            Shape (targets, sources), (batch, targets, sources) or (batch, heads, targets, sources). True where may be
            looked; or numbers to add to the scores. (PyTorch's `attn_mask` is True where may *not* be looked.)
        causal
            Whether no position looks at later ones.
        key_padding_mask
            Shape (batch, sources): True where a sequence has ended and only padding follows, as in PyTorch.
        need_weights, average_attn_weights
            Whether the weights are returned too: (found, weights), with the weights of shape
            (..., targets, sources), the mean over the heads, or (..., heads, targets, sources).
        """
        key = query if key is None else key
        value = key if value is None else value
        q, k, v = self._projected(*(as_array(x, "MultiheadAttention") for x in (query, key, value)))
        if self.positions is not None:
            q, k = self.positions(q), self.positions(k)
        mask, present = _for_all_heads(mask, q.ndim), _present(key_padding_mask, k.shape)
        weights = attention_weights(q, k, mask=mask, present=present, causal=causal)
        found = swapaxes(self.dropout(weights) @ v, -2, -3)  # (..., targets, heads, width)
        out = self.out_proj(reshape(found, (*found.shape[:-2], self.embed_dim)))  # (..., targets, embed_dim)
        if not need_weights:
            return out
        return out, weights.mean(axis=-3) if average_attn_weights else weights

    def _projected(self, *sequences: Any) -> list[Any]:
        """Return queries, keys and values of each head, shape (..., heads, time, width)."""
        heads, width = self.num_heads, self.embed_dim // self.num_heads
        self._check(*(x.shape for x in sequences))
        projected = []
        for x, (weight, bias) in zip(sequences, self._projections(), strict=True):
            y = linear(x, weight, bias)  # (..., time, embed_dim)
            projected.append(swapaxes(reshape(y, (*y.shape[:-1], heads, width)), -2, -3))
        return projected

    def _projections(self) -> list[tuple[Any, Any]]:
        """Return the weight and bias of queries, keys and values."""
        parts = [slice(place * self.embed_dim, (place + 1) * self.embed_dim) for place in range(3)]
        if hasattr(self, "in_proj_weight"):
            weights = [self.in_proj_weight[part] for part in parts]
        else:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        biases = [None if self.in_proj_bias is None else self.in_proj_bias[part] for part in parts]
        return list(zip(weights, biases, strict=True))

    def _check(self, *shapes: tuple[int, ...]) -> None:
        query, key, value = shapes
        widths = tuple([shape[-1] if len(shape) > 1 else None for shape in shapes])
        if widths != self._widths or query[:-2] != key[:-2] or key[:-1] != value[:-1]:
            raise ShapeError(
                "MultiheadAttention: expected query (..., targets, {}), key (..., sources, {}) and value "
                "(..., sources, {}) of one batch, got {}, {} and {}".format(*self._widths, *shapes)
            )

    def __repr__(self) -> str:
        return f"MultiheadAttention({self.embed_dim}, {self.num_heads})"


def _for_all_heads(mask: Any, ndim: int) -> Any:
    """Return a mask of each sequence, shape (batch, targets, sources), as one of all its heads."""
    if mask is None:
        return None
    mask = mask if isinstance(mask, Tensor) else np.asarray(mask)
    if mask.ndim != 3 or ndim != 4:
        return mask
    return expand_dims(mask, 1) if isinstance(mask, Tensor) else mask[:, None]


def _present(padding: Any, shape: tuple[int, ...]) -> Any:
    """Return where there are keys, not padding, as a mask of scores; keys have shape (..., heads, sources, width)."""
    if padding is None:
        return None
    padding, expected = np.asarray(padding), (*shape[:-3], shape[-2])
    if padding.dtype != bool or padding.shape != expected:
        raise ShapeError(
            "MultiheadAttention: expected a key_padding_mask of truth values, True where is only padding, of shape "
            f"(batch, sources) = {expected}, got {padding.dtype} of shape {padding.shape}"
        )
    return ~padding[..., None, None, :]
