"""Optimizers: how gradients become steps. The update rules are PyTorch's, to the digit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import DomainError, Node, OperandError
from autograd.pool import Array, Pool, find_flat


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
        parameters = list(parameters)
        name = type(self).__name__
        if not parameters:
            raise DomainError(f"{name}: got no parameters; pass model.parameters()")
        for parameter in parameters:
            if not isinstance(parameter, Node):
                raise OperandError(
                    f"{name}: expected a list of nodes, got {type(parameter).__name__}; pass model.parameters(), "
                    "not model.named_parameters()"
                )
        self.lr = not_negative(name, "lr", lr)
        self.weight_decay = not_negative(name, "weight_decay", weight_decay)
        self._pool = Pool(parameters)

    @property
    def parameters(self) -> tuple[Any, ...]:
        """The nodes that it moves."""
        return tuple(self._pool.values)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter back to zero."""
        self._pool.zero_grad()

    def step(self) -> None:
        """Move every parameter once, by its gradient."""
        # A number that overflows is an infinity, as everywhere here.
        with self._pool as (data, gradient), np.errstate(all="ignore"):
            self._move(data, gradient + self.weight_decay * data if self.weight_decay else gradient)

    def _move(self, data: Array, gradient: Array) -> None:
        """Change the numbers of all parameters in place, given their gradients."""
        raise NotImplementedError


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
        self._velocities = np.zeros(len(self.parameters))

    def _move(self, data: Array, gradient: Array) -> None:
        """Move against the gradient, or against the running sum of gradients."""
        if self.momentum:
            velocities = self._velocities
            velocities *= self.momentum
            velocities += gradient
            gradient = gradient + self.momentum * velocities if self.nesterov else velocities
        data -= self.lr * gradient


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
        self._means = np.zeros(len(self.parameters))
        self._squares = np.zeros(len(self.parameters))
        self._part = np.zeros(len(self.parameters))

    def _move(self, data: Array, gradient: Array) -> None:
        """Move by the average gradient over the root of the average squared gradient."""
        self.steps += 1
        beta1, beta2 = self.betas
        # Both averages start at 0 and are too small at first; these factors undo that (section 3 of the paper).
        correction1, correction2 = 1 - beta1**self.steps, 1 - beta2**self.steps
        part = self._part  # memory for what is in between
        self._means *= beta1
        self._means += np.multiply(gradient, 1 - beta1, out=part)
        np.multiply(gradient, gradient, out=part)
        self._squares *= beta2
        self._squares += np.multiply(part, 1 - beta2, out=part)
        np.sqrt(np.divide(self._squares, correction2, out=part), out=part)
        part += self.eps
        np.divide(self._means, part, out=part)
        data -= np.multiply(part, self.lr / correction1, out=part)


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
    pool = find_flat(parameters)
    norm = math.hypot(*(pool.grad.tolist() if pool else [parameter.grad for parameter in parameters]))
    factor = min(max_norm / (norm + 1e-6), 1.0)  # PyTorch's guard against a norm of 0
    if factor >= 1.0 and not math.isnan(norm):
        return norm
    if pool:
        pool.grad *= factor
    else:
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
    parameters = list(parameters)
    if pool := find_flat(parameters):
        np.clip(pool.grad, -limit, limit, out=pool.grad)
    else:
        for parameter in parameters:
            parameter.grad = min(max(parameter.grad, -limit), limit)


def not_negative(user: str, name: str, number: float) -> float:
    """Return a setting after a look at it."""
    if isinstance(number, bool) or not isinstance(number, float | int) or not number >= 0 or math.isinf(number):
        raise DomainError(f"{user}: {name} must be a finite number, 0 or more, got {number!r}")
    return number
