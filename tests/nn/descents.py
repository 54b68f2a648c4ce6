"""Parameters of several kinds, and steps of an optimizer down a landscape of four numbers."""

import numpy as np
import pytest

from autograd import Tensor, Value
from tests.golden.table import START, valley

#: Settings that let every optimizer remember something.
SETTINGS = {
    "adagrad": {"lr": 0.3, "lr_decay": 0.1, "initial_accumulator_value": 0.1},
    "adam": {"lr": 0.05, "amsgrad": True},
    "adamw": {"lr": 0.05, "weight_decay": 0.1},
    "lbfgs": {"lr": 0.5, "max_iterations": 1, "history": 3},
    "rmsprop": {"lr": 0.02, "momentum": 0.5, "centered": True},
    "sgd": {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
}


def values():
    w = [Value(x) for x in START]
    return w, lambda: w


def tensors(dtype=None):
    w = [Tensor(x, dtype=dtype) for x in START]
    return w, lambda: w


def one_tensor(dtype=None):
    w = Tensor(START, dtype=dtype)
    return [w], lambda: w


def mixed():
    first, pair, last = Value(START[0]), Tensor(START[1:3]), Value(START[3])
    return [first, pair, last], lambda: [first, pair[0], pair[1], last]


#: How the four numbers of a landscape can be held: the parameters, and a function that gives the numbers as nodes.
KINDS = {"values": values, "tensors": tensors, "one tensor": one_tensor, "mixed": mixed}


def numbers(parameters):
    return np.concatenate([np.ravel(p.data) for p in parameters])


def take_step(optimizer, entries, landscape=valley):
    """Make one step down a landscape, and return the loss from before."""

    def closure():
        optimizer.zero_grad()
        loss = landscape(entries())
        loss.backward()
        return loss

    return optimizer.step(closure)


def named(rows):
    return [pytest.param(row, id=f"{row['name']}-{index}") for index, row in enumerate(rows)]
