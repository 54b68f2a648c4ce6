"""The blocks of Transformers (Vaswani et al. 2017, arXiv:1706.03762, section 3.1), and stacks of them.

A block is attention and then two weighted sums with an activation in between, each added to what went in. Names and
equations are PyTorch's; the batch is the first axis. Everywhere a mask is True where may be looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from autograd import OperandError
from nn.activations import find_activation
from nn.layers.attention import MultiheadAttention
from nn.layers.containers import check_steps
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear, check_widths
from nn.layers.normalization import LayerNorm
from nn.module import Module
from nn.randomness import generator

if TYPE_CHECKING:
    from nn.activations import Activation
    from nn.randomness import Rng


class _TransformerLayer(Module):
    """What blocks of encoders and decoders have in common."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        *,
        dropout: float = 0.1,
        activation: str | Activation = "relu",
        layer_norm_eps: float = 1e-5,
        norm_first: bool = False,
        bias: bool = True,
        positions: Callable[[Any], Any] | None = None,
        rng: Rng = None,
    ) -> None:
        check_widths(type(self).__name__, d_model=d_model, nhead=nhead, dim_feedforward=dim_feedforward)
        random = generator(rng)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, positions=positions, rng=random)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, rng=random)
        self.dropout = Dropout(dropout, rng=random)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, rng=random)
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.dropout1 = Dropout(dropout, rng=random)
        self.dropout2 = Dropout(dropout, rng=random)
        self.activation = find_activation(activation)[1]
        self.norm_first = norm_first
        self.label_parameters()

    def _look(self, x: Any, **masks: Any) -> Any:
        return self.dropout1(self.self_attn(x, **masks))

    def _think(self, x: Any) -> Any:
        hidden = self.dropout(self.activation(self.linear1(x)))  # (..., time, dim_feedforward)
        return self.linear2(hidden)


class TransformerEncoderLayer(_TransformerLayer):
    """Let each position look at all others, then think on its own: x + attention(x), then x + feed_forward(x).

    With `norm_first=False` each sum is normalized, as in the paper: norm(x + f(x)). With True what goes into each part
    is: x + f(norm(x)), which learns more steadily in deep stacks (Xiong et al. 2020, arXiv:2002.04745).

    Parameters
    ----------
    d_model
        The width of what goes in and comes out.
    nhead
        The number of heads.
    dim_feedforward
        The width in between the two weighted sums.
    dropout
        The probability of each dropout: of attention weights, within the feed-forward part, and of both results.
    activation
        A name or function of `nn.activations`.
    layer_norm_eps
        What normalizations add to variances.
    bias
        Whether weighted sums and normalizations add something.
    positions
        What is applied to queries and keys, such as `nn.RotaryPositions()`.
    rng
        A seed or generator, for weights and dropout.

    Raises
    ------
    DomainError
        The width does not fall into heads of one size.
    ShapeError
        The input has another width, or a mask does not fit.

    >>> import numpy as np
    >>> layer = TransformerEncoderLayer(6, 2, 12, rng=0)
    >>> layer(np.zeros((5, 7, 6)), causal=True).shape
    (5, 7, 6)
    """

    def forward(
        self, x: Any, *, mask: Any = None, causal: bool = False, key_padding_mask: Any = None
    ) -> Any:  # (..., time, d_model)
        """Return what each position makes of the sequence, shape (..., time, d_model).

        The settings are those of `MultiheadAttention`.
        """
        masks = {"mask": mask, "causal": causal, "key_padding_mask": key_padding_mask}
        if self.norm_first:
            x = x + self._look(self.norm1(x), **masks)
            return x + self.dropout2(self._think(self.norm2(x)))
        x = self.norm1(x + self._look(x, **masks))
        return self.norm2(x + self.dropout2(self._think(x)))


class TransformerDecoderLayer(_TransformerLayer):
    """Let each position look at its own sequence, then at another one, then think on its own.

    x + attention(x), then x + attention(x, memory), then x + feed_forward(x); the parameters are those of
    `TransformerEncoderLayer`.

    >>> import numpy as np
    >>> layer = TransformerDecoderLayer(6, 2, 12, rng=0)
    >>> layer(np.zeros((5, 7, 6)), np.zeros((5, 3, 6)), causal=True).shape
    (5, 7, 6)
    """

    def __init__(
        self, d_model: int, nhead: int, dim_feedforward: int = 2048, *, rng: Rng = None, **settings: Any
    ) -> None:
        random = generator(rng)
        super().__init__(d_model, nhead, dim_feedforward, rng=random, **settings)
        dropout, bias = self.dropout.p, self.linear1.bias is not None
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, rng=random)
        self.norm3 = LayerNorm(d_model, eps=self.norm1.eps, bias=bias)
        self.dropout3 = Dropout(dropout, rng=random)
        self.label_parameters()

    def forward(
        self,
        x: Any,  # (..., targets, d_model)
        memory: Any,  # (..., sources, d_model)
        *,
        mask: Any = None,
        causal: bool = False,
        key_padding_mask: Any = None,
        memory_mask: Any = None,
        memory_key_padding_mask: Any = None,
    ) -> Any:
        """Return what each position makes of both sequences, shape (..., targets, d_model).

        The settings `mask`, `causal` and `key_padding_mask` are for looking at its own sequence, `memory_mask` and
        `memory_key_padding_mask` for looking at the other.
        """
        masks = {"mask": mask, "causal": causal, "key_padding_mask": key_padding_mask}
        settings = {"mask": memory_mask, "key_padding_mask": memory_key_padding_mask}
        if self.norm_first:
            x = x + self._look(self.norm1(x), **masks)
            x = x + self._ask(self.norm2(x), memory, **settings)
            return x + self.dropout3(self._think(self.norm3(x)))
        x = self.norm1(x + self._look(x, **masks))
        x = self.norm2(x + self._ask(x, memory, **settings))
        return self.norm3(x + self.dropout3(self._think(x)))

    def _ask(self, x: Any, memory: Any, **masks: Any) -> Any:
        return self.dropout2(self.multihead_attn(x, memory, **masks))


class _Stack(Module):
    """Layers one after the other, and a normalization at the end."""

    def __init__(self, layers: Iterable[Module], *, norm: Module | None = None) -> None:
        kind = type(self).__name__
        if isinstance(layers, Module):
            raise OperandError(
                f"{kind}: expected a list of layers, got one; each needs weights of its own: "
                f"{kind}([{type(layers).__name__}(..., rng=rng) for _ in range(6)])"
            )
        self.layers = list(layers)
        check_steps(kind, self.layers)
        self.norm = norm
        self.label_parameters()

    def forward(self, x: Any, *memory: Any, **masks: Any) -> Any:
        """Feed x through all layers; the settings are those of a layer."""
        for layer in self.layers:
            x = layer(x, *memory, **masks)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(_Stack):
    """Encoder layers one after the other.

    Parameters
    ----------
    layers
        A list of layers, each with weights of its own. (PyTorch takes one and copies it, so that all start equal.)
    norm
        What is applied at the end, such as a `LayerNorm`: needed where the layers normalize first.

    Raises
    ------
    OperandError
        `layers` is a single layer.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> encoder = TransformerEncoder([TransformerEncoderLayer(6, 2, 12, rng=rng) for _ in range(3)], norm=LayerNorm(6))
    >>> encoder(np.zeros((5, 7, 6))).shape
    (5, 7, 6)
    """


class TransformerDecoder(_Stack):
    """Decoder layers one after the other: `decoder(x, memory, causal=True)`; see `TransformerEncoder`.

    >>> import numpy as np
    >>> decoder = TransformerDecoder([TransformerDecoderLayer(6, 2, 12, rng=seed) for seed in range(2)])
    >>> decoder(np.zeros((5, 7, 6)), np.zeros((5, 3, 6)), causal=True).shape
    (5, 7, 6)
    """
