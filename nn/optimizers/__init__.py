"""Optimizers: how gradients become steps. The update rules are PyTorch's, to the digit.

optimizer        Optimizer: what all share: groups, steps, state
groups           Group: parameters with settings of their own
settings         what a setting may be
blocks           parameters as arrays, and what a rule remembers of them
gradient_descent SGD
adaptive         Adagrad, RMSprop, Adam, AdamW
lbfgs            LBFGS, which looks at the loss several times a step
line_search      how far to go along a direction
clipping         clip_grad_norm, clip_grad_value
names            OPTIMIZERS, optimizer_factory
"""

from nn.optimizers.adaptive import Adagrad, Adam, AdamW, RMSprop
from nn.optimizers.clipping import clip_grad_norm, clip_grad_value
from nn.optimizers.gradient_descent import SGD
from nn.optimizers.groups import Group
from nn.optimizers.lbfgs import LBFGS
from nn.optimizers.names import OPTIMIZERS, optimizer_factory
from nn.optimizers.optimizer import Optimizer

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Group",
    "Optimizer",
    "RMSprop",
    "clip_grad_norm",
    "clip_grad_value",
    "optimizer_factory",
]
