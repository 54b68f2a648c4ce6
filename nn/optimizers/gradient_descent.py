"""`SGD`: gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import DomainError
from nn.optimizers.blocks import Array, Memory
from nn.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    Momentum keeps a running sum v = momentum * v + gradient and steps along it (Polyak 1964); Nesterov's version
    steps along gradient + momentum * v (Sutskever et al. 2013).

    Parameters
    ----------
    parameters
        The nodes to move, or groups of them.
    lr
        The learning rate: the length of a step per gradient.
    momentum
        How much of the running sum is kept from step to step.
    nesterov
        Whether to look ahead along the running sum.
    weight_decay
        The factor of an L2 penalty, added to the gradient as `weight_decay * parameter`.

    >>> from autograd import Value
    >>> x = Value(4.0)
    >>> optimizer = SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data
    3.2
    """

    is_entrywise = True

    def __init__(
        self,
        parameters: Any,
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
        if any(group["nesterov"] and not group["momentum"] for group in self.groups):
            raise DomainError("SGD: nesterov=True needs a momentum, such as momentum=0.9")

    def _change(self, gradient: Array, memory: Memory, settings: Mapping[str, Any], out: Array) -> None:
        """Go along the gradient, or along the running sum of gradients."""
        lr, momentum = settings["lr"], settings["momentum"]
        if not momentum:
            np.multiply(gradient, lr, out=out)
            return
        velocity = memory["velocity"]
        velocity *= momentum
        velocity += gradient
        if settings["nesterov"]:
            np.multiply(velocity, momentum, out=out)
            out += gradient
            out *= lr
        else:
            np.multiply(velocity, lr, out=out)

    def _remembered(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("velocity",) if settings["momentum"] else ()
