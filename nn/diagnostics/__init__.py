"""Diagnostics: what goes wrong in a training, said while it goes wrong.

callback    Diagnostics: measures, judges, and keeps what it found
findings    Finding, and the pitfalls with their remedies
layers      which parameters make up a layer
steps       gradients and updates, layer by layer
activity    what the units of a network do: dead and saturated ones
evidence    all that was measured of a training so far
rules       when a pitfall is one: a function each
leakage     windows of a series that stand in training and validation data both
"""

from nn.diagnostics.callback import Diagnostics
from nn.diagnostics.findings import PITFALLS, Finding

__all__ = ["PITFALLS", "Diagnostics", "Finding"]
