"""Optimizers that give each parameter a step size of its own, by the sizes of its gradients so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.optimizers.blocks import Array, Memory
from nn.optimizers.optimizer import Optimizer


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients (Duchi, Hazan & Singer 2011).

    Parameters
    ----------
    parameters
        The nodes to move, or groups of them.
    lr
        The learning rate.
    lr_decay
        At step t the learning rate is lr / (1 + (t - 1) * lr_decay).
    initial_accumulator_value
        Where the sums of squares start.
    eps
        What keeps a division by a vanishing gradient finite.
    weight_decay
        The factor of an L2 penalty, added to the gradient as `weight_decay * parameter`.

    >>> from autograd import Tensor
    >>> x = Tensor([4.0, -1.0])
    >>> optimizer = Adagrad([x], lr=0.5)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    Tensor([ 3.5, -0.5])
    """

    is_entrywise = True

    def __init__(
        self,
        parameters: Any,
        lr: float = 1e-2,
        *,
        lr_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            parameters,
            lr=lr,
            lr_decay=lr_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
            weight_decay=weight_decay,
        )

    def _change(self, gradient: Array, memory: Memory, settings: Mapping[str, Any], out: Array) -> None:
        """Go along the gradient over the root of the sum of squares."""
        squares = memory["sum"]
        if memory.steps == 1:
            squares += settings["initial_accumulator_value"]
        squares += np.multiply(gradient, gradient, out=out)
        np.sqrt(squares, out=out)
        out += settings["eps"]
        np.divide(gradient, out, out=out)
        out *= settings["lr"] / (1 + (memory.steps - 1) * settings["lr_decay"])

    def _remembered(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("sum",)


class RMSprop(Optimizer):
    """Steps divided by the root of a running average of squared gradients (Hinton 2012, lecture 6e).

    Parameters
    ----------
    parameters
        The nodes to move, or groups of them.
    lr
        The learning rate.
    alpha
        How much of the running average is kept from step to step.
    eps
        What keeps a division by a vanishing gradient finite.
    momentum
        How much of a running sum of steps is kept; 0 for none.
    centered
        Whether to divide by the running standard deviation instead (Graves 2013, arXiv:1308.0850, equation 40).
    weight_decay
        The factor of an L2 penalty, added to the gradient as `weight_decay * parameter`.

    >>> from autograd import Tensor
    >>> x = Tensor([4.0, -1.0])
    >>> optimizer = RMSprop([x], lr=0.05)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x.data.round(6)
    array([ 3.5, -0.5])
    """

    is_entrywise = True

    def __init__(
        self,
        parameters: Any,
        lr: float = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            parameters, lr=lr, alpha=alpha, eps=eps, momentum=momentum, centered=centered, weight_decay=weight_decay
        )

    def _change(self, gradient: Array, memory: Memory, settings: Mapping[str, Any], out: Array) -> None:
        """Go along the gradient over the root of the average square, or along the running sum of that."""
        alpha, momentum = settings["alpha"], settings["momentum"]
        square = memory["square"]
        square *= alpha
        square += np.multiply(np.multiply(gradient, gradient, out=out), 1 - alpha, out=out)
        if settings["centered"]:
            mean = memory["mean"]
            mean *= alpha
            mean += np.multiply(gradient, 1 - alpha, out=out)
            np.subtract(square, np.multiply(mean, mean, out=out), out=out)
        np.sqrt(out if settings["centered"] else square, out=out)
        out += settings["eps"]
        np.divide(gradient, out, out=out)
        if momentum:
            velocity = memory["velocity"]
            velocity *= momentum
            velocity += out
            out[...] = velocity
        out *= settings["lr"]

    def _remembered(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square", *(["mean"] if settings["centered"] else []), *(["velocity"] if settings["momentum"] else []))


class Adam(Optimizer):
    """Steps scaled by running averages of the gradient and of its square (Kingma & Ba 2015, arXiv:1412.6980).

    Parameters
    ----------
    parameters
        The nodes to move, or groups of them.
    lr
        The learning rate: about the length of a step.
    betas
        How much of each running average is kept from step to step.
    eps
        What keeps a division by a vanishing gradient finite.
    amsgrad
        Whether to divide by the largest average square so far (Reddi, Kale & Kumar 2018, arXiv:1904.09237).
    weight_decay
        The factor of an L2 penalty, added to the gradient as `weight_decay * parameter`.

    >>> from autograd import Value
    >>> x = Value(4.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> round(x.data, 6)
    3.9
    """

    is_entrywise = True

    def __init__(
        self,
        parameters: Any,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        amsgrad: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, eps=eps, amsgrad=amsgrad, weight_decay=weight_decay)

    def _change(self, gradient: Array, memory: Memory, settings: Mapping[str, Any], out: Array) -> None:
        """Go along the average gradient over the root of the average squared gradient."""
        (beta1, beta2), steps = settings["betas"], memory.steps
        mean, square = memory["mean"], memory["square"]
        mean *= beta1
        mean += np.multiply(gradient, 1 - beta1, out=out)
        square *= beta2
        square += np.multiply(np.multiply(gradient, gradient, out=out), 1 - beta2, out=out)
        if settings["amsgrad"]:
            square = np.maximum(memory["largest"], square, out=memory["largest"])
        # Both averages start at 0 and are too small at first; dividing by c1 and c2 undoes that. The step
        # lr * (mean / c1) / (sqrt(square / c2) + eps) is computed with fewer passes, as at the end of section 2.
        c1, root = 1 - beta1**steps, math.sqrt(1 - beta2**steps)
        np.sqrt(square, out=out)
        out += settings["eps"] * root
        np.divide(mean, out, out=out)
        out *= settings["lr"] * root / c1

    def _remembered(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("mean", "square", "largest") if settings["amsgrad"] else ("mean", "square")


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters directly (Loshchilov & Hutter 2019, arXiv:1711.05101).

    Before each step the parameters are multiplied by 1 - lr * weight_decay; in `Adam` the penalty goes through the
    running averages, and hardly holds what has large gradients. The settings are those of `Adam`.

    >>> from autograd import Tensor
    >>> x = Tensor([4.0, -1.0])
    >>> optimizer = AdamW([x], lr=0.1, weight_decay=0.5)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    Tensor([ 3.7 , -0.85])
    """

    decouples_decay = True

    def __init__(
        self,
        parameters: Any,
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        amsgrad: bool = False,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, amsgrad=amsgrad, weight_decay=weight_decay)
