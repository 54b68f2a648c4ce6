"""Optimizers: how gradients become steps. The update rules are PyTorch's, to the digit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from autograd import DomainError, Node, OperandError


class Optimizer:
    """What all optimizers share: a list of parameters, a learning rate, and weight decay.

    Parameters
    ----------
    parameters
        The nodes to move, as `module.parameters()` returns them.
    lr
        The learning rate: the length of a step per gradient.
    weight_decay
        The factor of an L2 penalty, added to the gradient as `weight_decay * parameter`.
    """

    def __init__(self, parameters: Iterable[Any], lr: float, *, weight_decay: float = 0.0) -> None:
        self.parameters = list(parameters)
        name = type(self).__name__
        if not self.parameters:
            raise DomainError(f"{name}: got no parameters; pass model.parameters()")
        for parameter in self.parameters:
            if not isinstance(parameter, Node):
                raise OperandError(
                    f"{name}: expected a list of nodes, got {type(parameter).__name__}; pass model.parameters(), "
                    "not model.named_parameters()"
                )
        self.lr = not_negative(name, "lr", lr)
        self.weight_decay = not_negative(name, "weight_decay", weight_decay)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter back to zero."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Move every parameter once, by its gradient."""
        raise NotImplementedError

    def _gradient(self, parameter: Any) -> Any:
        if self.weight_decay:
            return parameter.grad + self.weight_decay * parameter.data
        return parameter.grad


class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    Momentum keeps a running sum v = momentum * v + gradient and steps along it (Polyak 1964); Nesterov's version
    steps along gradient + momentum * v (Sutskever et al. 2013).

    >>> from autograd import Value
    >>> x = Value(4.0)
    >>> optimizer = SGD([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data
    3.2
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay)
        self.momentum = not_negative("SGD", "momentum", momentum)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise DomainError("SGD: nesterov=True needs a momentum, such as momentum=0.9")
        self._velocities: list[Any] = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Move every parameter against its gradient (or the running sum of gradients)."""
        if not self.momentum and not self.weight_decay:
            for parameter in self.parameters:
                parameter.data -= self.lr * parameter.grad
            return
        for place, parameter in enumerate(self.parameters):
            gradient = self._gradient(parameter)
            if self.momentum:
                velocity = self._velocities[place] = self.momentum * self._velocities[place] + gradient
                gradient = gradient + self.momentum * velocity if self.nesterov else velocity
            parameter.data = parameter.data - self.lr * gradient


class Adam(Optimizer):
    """Steps scaled by running averages of the gradient and of its square (Kingma & Ba 2015, arXiv:1412.6980).

    Parameters
    ----------
    betas
        How much of each running average is kept from step to step.
    eps
        What keeps a division by a vanishing gradient finite.

    >>> from autograd import Value
    >>> x = Value(4.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    3.9
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay)
        for beta in betas:
            if not 0 <= beta < 1:
                raise DomainError(f"Adam: expected betas from 0 up to but not 1, got {betas}")
        self.betas = betas
        self.eps = not_negative("Adam", "eps", eps)
        self.steps = 0
        self._means: list[Any] = [0.0] * len(self.parameters)
        self._squares: list[Any] = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Move every parameter by its average gradient over the root of its average squared gradient."""
        self.steps += 1
        beta1, beta2 = self.betas
        # Both averages start at 0 and are too small at first; these factors undo that (section 3 of the paper).
        correction1, correction2 = 1 - beta1**self.steps, 1 - beta2**self.steps
        for place, parameter in enumerate(self.parameters):
            gradient = self._gradient(parameter)
            mean = self._means[place] = beta1 * self._means[place] + (1 - beta1) * gradient
            square = self._squares[place] = beta2 * self._squares[place] + (1 - beta2) * gradient * gradient
            parameter.data = parameter.data - self.lr / correction1 * mean / ((square / correction2) ** 0.5 + self.eps)


def clip_grad_norm(parameters: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients together so that their common Euclidean norm is at most `max_norm`; return the norm before.

    >>> from autograd import Value
    >>> x, y = Value(0.0), Value(0.0)
    >>> (3.0 * x + 4.0 * y).backward()
    >>> clip_grad_norm([x, y], 1.0)
    5.0
    >>> round(x.grad, 3), round(y.grad, 3)
    (0.6, 0.8)
    """
    parameters = list(parameters)
    not_negative("clip_grad_norm", "max_norm", max_norm)
    norm = math.hypot(*[parameter.grad for parameter in parameters])
    factor = min(max_norm / (norm + 1e-6), 1.0)  # PyTorch's guard against a norm of 0
    if factor < 1.0 or math.isnan(norm):
        for parameter in parameters:
            parameter.grad = parameter.grad * factor
    return norm


def clip_grad_value(parameters: Iterable[Any], limit: float) -> None:
    """Hold every gradient between -limit and limit.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> (7.0 * x).backward()
    >>> clip_grad_value([x], 2.0)
    >>> x.grad
    2.0
    """
    not_negative("clip_grad_value", "limit", limit)
    for parameter in parameters:
        parameter.grad = min(max(parameter.grad, -limit), limit)


def not_negative(user: str, name: str, number: float) -> float:
    """Return a setting after a look at it."""
    if isinstance(number, bool) or not isinstance(number, float | int) or not number >= 0 or math.isinf(number):
        raise DomainError(f"{user}: {name} must be a finite number, 0 or more, got {number!r}")
    return number
