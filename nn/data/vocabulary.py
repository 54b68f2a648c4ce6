"""`Vocabulary`: characters as numbers, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, UnknownNameError

Tokens = NDArray[np.int64]


class Vocabulary:
    r"""The characters of a text, in alphabetical order, numbered from 0.

    `boundary` stands before and after each word of a list; it gets the number 0.

    >>> vocabulary = Vocabulary("banana")
    >>> len(vocabulary), vocabulary.encode("nab"), vocabulary.decode([1, 0, 2])
    (3, array([2, 0, 1]), 'ban')
    >>> Vocabulary(["mia", "tim"], boundary="\n").characters
    '\naimt'

    Raises
    ------
    OperandError
        When the texts are not text.
    DomainError
        When there is no character, or the boundary is not a single one that no word holds.
    """

    def __init__(self, texts: str | Iterable[str], *, boundary: str | None = None) -> None:
        found = set().union(*_words("Vocabulary", texts))
        if boundary is not None and (not isinstance(boundary, str) or len(boundary) != 1 or boundary in found):
            raise DomainError(f"boundary: got {boundary!r}, expected one character that occurs in no word; try '\\n'")
        if not found:
            raise DomainError("Vocabulary: got no characters, expected at least one")
        self.boundary = boundary
        self.characters = (boundary or "") + "".join(sorted(found))
        self._numbers = {character: number for number, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Tokens:
        """Return the number of each character, shape (len(text),).

        Raises
        ------
        UnknownNameError
            When a character is not in the vocabulary.
        """
        try:
            return np.array([self._numbers[character] for character in text], dtype=np.int64)
        except KeyError as error:
            raise UnknownNameError(
                f"encode: the character {error.args[0]!r} is not among the {len(self)} of this vocabulary; "
                "build it from all texts, or leave the character out"
            ) from None

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the text that the numbers stand for.

        Raises
        ------
        DomainError
            When a number stands for nothing.
        """
        numbers = [int(token) for token in tokens]
        for number in numbers:
            if not 0 <= number < len(self):
                raise DomainError(f"decode: got {number}, expected 0 to {len(self) - 1}")
        return "".join(self.characters[number] for number in numbers)

    def encode_words(
        self, words: Sequence[str], *, length: int | None = None, ignored: int = -100
    ) -> tuple[Tokens, Tokens]:
        r"""Return words as rows of one length for a language model: inputs and targets, each (words, length).

        A row of inputs is the boundary, then the word, filled up with boundaries; its targets are the word, then the
        boundary, filled up with `ignored`, which `cross_entropy` leaves out of account. `length` is one more than
        the longest word, if it is not given; longer words are cut.

        >>> vocabulary = Vocabulary(["mia", "tim"], boundary=".")
        >>> inputs, targets = vocabulary.encode_words(["mia", "im"])
        >>> inputs.tolist(), targets.tolist()
        ([[0, 3, 2, 1], [0, 2, 3, 0]], [[3, 2, 1, 0], [2, 3, 0, -100]])

        Raises
        ------
        DomainError
            When the vocabulary has no boundary, there are no words, or `length` is below 1.
        """
        if self.boundary is None:
            raise DomainError("encode_words: the vocabulary has no boundary; try Vocabulary(words, boundary='\\n')")
        words = _words("encode_words", words)
        if not words or (length is not None and length < 1):
            raise DomainError(
                f"encode_words: got {len(words)} words and length={length}, expected at least one of each"
            )
        length = length or 1 + max(map(len, words))
        inputs = np.zeros((len(words), length), dtype=np.int64)
        targets = np.full((len(words), length), ignored, dtype=np.int64)
        for row, word in enumerate(words):
            tokens = self.encode(word)[:length]
            inputs[row, 1 : len(tokens) + 1] = tokens[: length - 1]
            targets[row, : len(tokens)] = tokens
            targets[row, len(tokens) : len(tokens) + 1] = 0
        return inputs, targets

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)}: {self.characters!r})"


def _words(name: str, texts: Any) -> list[str]:
    words = [texts] if isinstance(texts, str) else list(texts)
    for word in words:
        if not isinstance(word, str):
            raise OperandError(f"{name}: got {word!r} of type {type(word).__name__}, expected text")
    return words
