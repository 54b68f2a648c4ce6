"""Which leaves are parameters, and of which module: read from their labels.

A module labels its parameters with their path, `layers.0.neurons.3.w.1`, so a label with a dot is a parameter.
Textbooks write w1, W2, theta; beside those `b` is a parameter too. All other leaves are inputs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from autograd.node import Node

#: The modules that a parameter belongs to, from outside to inside: ("layers.0", "neurons.3").
Owner = tuple[str, ...]

_PATH: Final = re.compile(r"[^\W\d]\w*(\.\w+)+")
_STEP: Final = re.compile(r"[^\W\d]\w*(?:\.\d+)*")
_WEIGHT: Final = re.compile(r"(w|weight|theta|θ)[\d_]*", re.IGNORECASE)
_BIAS: Final = re.compile(r"(b|bias)[\d_]*", re.IGNORECASE)


def parameters_among(order: Sequence[Node]) -> dict[Node, Owner]:
    """Return the leaves that are parameters, each with the modules that own it.

    >>> from autograd import Value
    >>> leaves = [Value(0.5, label=name) for name in ("layers.0.neurons.3.w.1", "x")]
    >>> parameters_among(leaves)
    {Value(0.5, label='layers.0.neurons.3.w.1'): ('layers.0', 'neurons.3')}
    """
    leaves = [node for node in order if node.label and node.is_leaf]
    parameters: dict[Node, Owner] = {leaf: owner_of(leaf.label) for leaf in leaves if _PATH.fullmatch(leaf.label)}
    parameters |= {leaf: () for leaf in leaves if _WEIGHT.fullmatch(leaf.label)}
    if parameters:
        parameters |= {leaf: () for leaf in leaves if _BIAS.fullmatch(leaf.label)}
    return parameters


def owner_of(path: str) -> Owner:
    """Return the modules in a parameter's path; what stands alone owns itself.

    >>> owner_of("layers.0.neurons.3.w.1"), owner_of("head.bias"), owner_of("W1.0.2")
    (('layers.0', 'neurons.3'), ('head',), ('W1',))
    """
    steps = tuple(_STEP.findall(path))
    return steps[:-1] or (path.partition(".")[0],)
