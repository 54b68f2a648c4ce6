"""Losses: how wrong the predictions are, as one number to differentiate.

Each loss is one function for numbers in lists (`Value`s, floats, traced numbers) and for arrays and tensors. It is an
ordinary function of nodes: one of your own is as good.

regression    mse_loss, half_sse_loss, rmse_loss, l1_loss, huber_loss, smooth_l1_loss
probability   binary_cross_entropy, binary_cross_entropy_with_logits, hinge_loss, kl_div_loss
classes       cross_entropy, nll_loss, multi_margin_loss
registry      LOSSES, find_loss: all of them by name

pairs         predictions and targets, brought together
labels        what scores and labels must be
class_arrays  classes in arrays and tensors
class_lists   classes in lists
reduction     mean, sum or none
"""

from nn.losses.classes import cross_entropy, multi_margin_loss, nll_loss
from nn.losses.probability import binary_cross_entropy, binary_cross_entropy_with_logits, hinge_loss, kl_div_loss
from nn.losses.registry import LOSSES, find_loss
from nn.losses.regression import half_sse_loss, huber_loss, l1_loss, mse_loss, rmse_loss, smooth_l1_loss

__all__ = [
    "LOSSES",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "find_loss",
    "half_sse_loss",
    "hinge_loss",
    "huber_loss",
    "kl_div_loss",
    "l1_loss",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "rmse_loss",
    "smooth_l1_loss",
]
