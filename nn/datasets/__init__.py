"""Data to learn from, without a network connection.

Shipped with the package (`shipped`): `digits`, `iris`. Drawn from a seed (`synthetic`): `blobs`, `moons`,
`spirals`; and the four rows of `xor`.
"""

from nn.datasets.shipped import Dataset, Digits, digits, iris
from nn.datasets.synthetic import blobs, moons, spirals, xor

__all__ = ["Dataset", "Digits", "blobs", "digits", "iris", "moons", "spirals", "xor"]
