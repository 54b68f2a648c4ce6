"""Every loss by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import UnknownNameError
from autograd.errors import did_you_mean
from nn.losses.classes import cross_entropy, multi_margin_loss, nll_loss
from nn.losses.probability import binary_cross_entropy, binary_cross_entropy_with_logits, hinge_loss, kl_div_loss
from nn.losses.regression import half_sse_loss, huber_loss, l1_loss, mse_loss, rmse_loss, smooth_l1_loss

Loss = Callable[..., Any]

#: Each takes predictions and targets, and `reduction`.
LOSSES: dict[str, Loss] = {
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
    "half_sse_loss": half_sse_loss,
    "hinge_loss": hinge_loss,
    "huber_loss": huber_loss,
    "kl_div_loss": kl_div_loss,
    "l1_loss": l1_loss,
    "mse_loss": mse_loss,
    "multi_margin_loss": multi_margin_loss,
    "nll_loss": nll_loss,
    "rmse_loss": rmse_loss,
    "smooth_l1_loss": smooth_l1_loss,
}


def find_loss(choice: str | Loss) -> Loss:
    """Return a loss by name, or the function that was given: any function of predictions and targets is a loss.

    Raises
    ------
    UnknownNameError
        Nobody knows the name.

    >>> find_loss("mse_loss")([1.0, 3.0], [0.0, 0.0])
    5.0
    """
    if callable(choice):
        return choice
    if isinstance(choice, str) and choice in LOSSES:
        return LOSSES[choice]
    hint = did_you_mean(str(choice), LOSSES)
    raise UnknownNameError(
        f"no loss is named {choice!r}; {hint}there are {', '.join(LOSSES)}, or pass any function of predictions and "
        "targets"
    )
