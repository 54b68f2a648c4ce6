"""Data to learn from, without a network connection.

Shipped with the package (`shipped`): `digits`, `iris`, `co2`, `names`, `alice`. Drawn from a seed (`synthetic`):
`blobs`, `moons`, `spirals`; and the four rows of `xor`. Carried by packages of the extra `data` (`borrowed`): `wine`,
`breast_cancer`, `diabetes`, `mnist`.
"""

from nn.datasets.borrowed import breast_cancer, diabetes, mnist, wine
from nn.datasets.records import Dataset, Digits, Names, Series, Text
from nn.datasets.shipped import alice, co2, digits, iris, names
from nn.datasets.synthetic import blobs, moons, spirals, xor

__all__ = [
    "Dataset",
    "Digits",
    "Names",
    "Series",
    "Text",
    "alice",
    "blobs",
    "breast_cancer",
    "co2",
    "diabetes",
    "digits",
    "iris",
    "mnist",
    "moons",
    "names",
    "spirals",
    "wine",
    "xor",
]
