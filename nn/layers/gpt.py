"""GPT: a Transformer that guesses the next token of a text, and so writes (Radford et al. 2019, GPT-2)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, ShapeError, Tensor, linear, no_grad
from nn.layers.dropout import Dropout
from nn.layers.linear import Embedding, check_index, check_widths
from nn.layers.normalization import LayerNorm
from nn.layers.positions import LearnedPositions
from nn.layers.transformer import TransformerEncoderLayer
from nn.module import Module
from nn.randomness import generator
from nn.settings import count, not_negative

if TYPE_CHECKING:
    from nn.randomness import Rng

#: The deviation of the weights at the start. What is added to the stream starts smaller, the more layers add to it.
_DEVIATION = 0.02
_ADDED = ("self_attn.out_proj.weight", "linear2.weight")


class GPT(Module):
    """Give each token of a text scores for what comes next.

    Tokens and positions as vectors, blocks of causal attention that normalize first, and the scores by comparison with
    the vectors of all tokens. Weights start as in GPT-2: normal with deviation 0.02, those that add to the stream with
    0.02 / sqrt(2 layers), biases 0.

    Parameters
    ----------
    vocabulary
        How many tokens there are.
    context
        How many tokens of a text it sees at once.
    width
        The size of the vectors.
    heads, layers
        The number of attention heads in each block, and of blocks.
    dropout
        The probability of each dropout.
    rng
        A seed or generator.

    Raises
    ------
    DomainError
        The width does not fall into heads of one size, or a token is not from 0 to vocabulary - 1.
    ShapeError
        A text is longer than the context.

    >>> gpt = GPT(vocabulary=11, context=8, width=12, heads=3, layers=2, rng=0)
    >>> gpt(np.array([[1, 2, 3, 4]])).shape
    (1, 4, 11)
    >>> len(gpt.generate(np.array([1]), length=5, temperature=0.8, rng=0))
    6
    """

    def __init__(
        self,
        vocabulary: int,
        context: int,
        width: int,
        heads: int,
        layers: int,
        *,
        dropout: float = 0.0,
        rng: Rng = None,
    ) -> None:
        check_widths("GPT", vocabulary=vocabulary, context=context, width=width, heads=heads, layers=layers)
        if width % heads:
            raise DomainError(f"GPT: a width of {width} does not fall into {heads} heads of one size")
        random = generator(rng)
        self.tokens = Embedding(vocabulary, width, rng=random)
        self.positions = LearnedPositions(context, width, rng=random)
        self.dropout = Dropout(dropout, rng=random)
        self.blocks = [
            TransformerEncoderLayer(
                width, heads, 4 * width, dropout=dropout, activation="gelu", norm_first=True, rng=random
            )
            for _ in range(layers)
        ]
        self.norm = LayerNorm(width)
        self.label_parameters()
        self._start(random)

    def _start(self, rng: np.random.Generator) -> None:
        added = _DEVIATION / math.sqrt(2 * len(self.blocks))
        for path, parameter in self.named_parameters():
            if parameter.ndim == 2:
                deviation = added if path.endswith(_ADDED) else _DEVIATION
                parameter.data = rng.normal(0.0, deviation, parameter.shape)
            elif path.endswith("bias"):
                parameter.data = np.zeros(parameter.shape)

    @property
    def context(self) -> int:
        """How many tokens of a text it sees at once."""
        return len(self.positions.weight)

    def forward(self, tokens: Any) -> Tensor:  # (batch, time), integers
        """Return the scores of what comes next at each place, shape (batch, time, vocabulary)."""
        tokens = check_index("GPT", tokens, len(self.tokens.weight))
        if not tokens.ndim or not 0 < tokens.shape[-1] <= self.context:
            raise ShapeError(
                f"GPT: expected tokens of shape (batch, time) with a time from 1 to {self.context}, got {tokens.shape}"
            )
        x = self.dropout(self.positions(self.tokens(tokens)))  # (batch, time, width)
        for block in self.blocks:
            x = block(x, causal=True)
        return linear(self.norm(x), self.tokens.weight)  # type: ignore[no-any-return]  # (batch, time, vocabulary)

    def generate(
        self, prompt: Any, *, length: int, temperature: float = 1.0, top_k: int | None = None, rng: Rng = None
    ) -> Any:
        """Return the prompt with new tokens after it, each drawn by its probability: as it would go on.

        Nothing is recorded and nothing dropped. Of a text that is longer than the context, it sees the end.

        Parameters
        ----------
        prompt
            Integers, shape (time,) or (batch, time), at least one.
        length
            How many tokens follow.
        temperature
            What scores are divided by: below 1 the likely becomes more likely; at 0 the likeliest is always taken.
        top_k
            How many of the likeliest tokens are drawn from; None: all.
        rng
            A seed or generator.

        Raises
        ------
        ShapeError
            The prompt is empty.
        DomainError
            The length or temperature is negative, or `top_k` not from 1 upwards.
        """
        text = self._read_prompt(prompt)
        length = count("generate", "length", length, least=0)
        temperature = not_negative("generate", "temperature", temperature)
        top_k = None if top_k is None else count("generate", "top_k", top_k)
        random = generator(rng)
        before = [(module, module.training) for _, module in self.named_modules()]
        try:
            self.eval()
            with no_grad():
                for _ in range(length):
                    scores = self(text[..., -self.context :]).data[..., -1, :]  # (..., vocabulary)
                    text = np.concatenate([text, _draw(scores, temperature, top_k, random)], axis=-1)
        finally:
            for module, training in before:
                module.training = training
        return text

    def _read_prompt(self, prompt: Any) -> Any:
        text = check_index("generate", prompt, len(self.tokens.weight))
        if text.ndim not in (1, 2) or not text.shape[-1]:
            raise ShapeError(
                "generate: expected a prompt of shape (time,) or (batch, time) with at least one token, "
                f"got {text.shape}"
            )
        return text.astype(np.intp)

    def __repr__(self) -> str:
        vocabulary, width = self.tokens.weight.shape
        heads = self.blocks[0].self_attn.num_heads
        return f"GPT({vocabulary}, {self.context}, width={width}, heads={heads}, layers={len(self.blocks)})"


def _draw(scores: Any, temperature: float, top_k: int | None, rng: np.random.Generator) -> Any:
    """Return a token for each row of scores, shape (..., 1)."""
    if temperature == 0:
        return scores.argmax(axis=-1)[..., None]
    with np.errstate(over="ignore"):  # what is far behind gets -inf
        logits = (scores - scores.max(axis=-1, keepdims=True)).astype(np.float64) / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        least = np.partition(logits, -top_k, axis=-1)[..., -top_k, None]
        logits = np.where(logits < least, -np.inf, logits)
    # The largest of scores with Gumbel noise is each token with its softmax probability (Gumbel 1954).
    return (logits + rng.gumbel(size=logits.shape)).argmax(axis=-1)[..., None]
