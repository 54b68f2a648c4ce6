"""Bring data to a network: out of files, on one scale, in batches.

loader           DataLoader: samples in batches, reproducible and resumable
windows          windows, next_tokens: stretches of a series or a text and what follows
vocabulary       Vocabulary: characters as numbers
"""

from nn.data.loader import DataLoader
from nn.data.vocabulary import Vocabulary
from nn.data.windows import next_tokens, windows

__all__ = ["DataLoader", "Vocabulary", "next_tokens", "windows"]
