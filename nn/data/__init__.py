"""Bring data to a network: out of files, on one scale, in batches.

csv_text, table  load_csv, Table: columns by name out of a CSV file
arrays           load_arrays: arrays out of NumPy's files
standardizer     Standardizer: numbers on one scale
preparation      Preparation: columns as features, learned from the training part alone, kept as JSON
loader           DataLoader: samples in batches, reproducible and resumable
windows          windows, next_tokens: stretches of a series or a text and what follows
vocabulary       Vocabulary: characters as numbers
"""

from nn.data.arrays import load_arrays
from nn.data.loader import DataLoader
from nn.data.preparation import Preparation
from nn.data.standardizer import Standardizer
from nn.data.table import Table, load_csv
from nn.data.vocabulary import Vocabulary
from nn.data.windows import next_tokens, windows

__all__ = [
    "DataLoader",
    "Preparation",
    "Standardizer",
    "Table",
    "Vocabulary",
    "load_arrays",
    "load_csv",
    "next_tokens",
    "windows",
]
