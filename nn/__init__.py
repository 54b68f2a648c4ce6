"""chainrule's nn: neural networks whose gradients are derived, never written.

scalar           Neuron, Layer, MLP: the textbook network, one number at a time
module           Module: parameters by path, zero_grad, state
activations      functions by name
initialization   how weights start
losses           mse_loss, cross_entropy, ...
optimizers       SGD, Adagrad, RMSprop, Adam, AdamW, LBFGS, gradient clipping
schedules        learning rates that change from step to step
averaging        EMA, SWA: averages of the weights along the way
metrics          accuracy, confusion_matrix
datasets         digits, iris, xor, moons, spirals, blobs
splitting        train_test_split
"""

from typing import TYPE_CHECKING

import autograd
from autograd.lazy import importer

if not hasattr(autograd, "__chainrule__"):
    raise ImportError(
        f"nn needs chainrule's package 'autograd', but Python found another one at {autograd.__file__}: that of the "
        "distribution 'autograd' (HIPS), which uses the same name. Keep one of them in an environment: "
        "pip uninstall -y autograd chainrule, then pip install the one you want"
    )

if TYPE_CHECKING:
    from nn import datasets, initialization, schedules
    from nn.activations import ACTIVATIONS
    from nn.averaging import EMA, SWA
    from nn.layers.containers import Flatten, Residual, Sequential
    from nn.layers.dropout import Dropout, Dropout1d, Dropout2d
    from nn.layers.linear import Bilinear, Embedding, Linear
    from nn.layers.recurrent import GRU, LSTM, RNN
    from nn.layers.recurrent_cells import GRUCell, LSTMCell, RNNCell
    from nn.losses import (
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        half_sse_loss,
        hinge_loss,
        l1_loss,
        mse_loss,
    )
    from nn.metrics import accuracy, confusion_matrix
    from nn.module import Module
    from nn.optimizers import (
        LBFGS,
        OPTIMIZERS,
        SGD,
        Adagrad,
        Adam,
        AdamW,
        Optimizer,
        RMSprop,
        clip_grad_norm,
        clip_grad_value,
        optimizer_factory,
    )
    from nn.scalar import MLP, Layer, Neuron
    from nn.schedules import ReduceOnPlateau, Schedule
    from nn.serialization import load, save
    from nn.splitting import train_test_split
    from nn.twins import as_scalar_network, as_tensor_network

#: Where each name comes from; a module is imported when one of its names is first asked for: `import nn` is quick.
_HOMES = {
    "ACTIVATIONS": "nn.activations",
    "Adagrad": "nn.optimizers",
    "Adam": "nn.optimizers",
    "AdamW": "nn.optimizers",
    "Bilinear": "nn.layers.linear",
    "Dropout": "nn.layers.dropout",
    "Dropout1d": "nn.layers.dropout",
    "Dropout2d": "nn.layers.dropout",
    "EMA": "nn.averaging",
    "Embedding": "nn.layers.linear",
    "Flatten": "nn.layers.containers",
    "GRU": "nn.layers.recurrent",
    "GRUCell": "nn.layers.recurrent_cells",
    "LBFGS": "nn.optimizers",
    "LSTM": "nn.layers.recurrent",
    "LSTMCell": "nn.layers.recurrent_cells",
    "Layer": "nn.scalar",
    "Linear": "nn.layers.linear",
    "MLP": "nn.scalar",
    "Module": "nn.module",
    "Neuron": "nn.scalar",
    "OPTIMIZERS": "nn.optimizers",
    "Optimizer": "nn.optimizers",
    "RMSprop": "nn.optimizers",
    "RNN": "nn.layers.recurrent",
    "RNNCell": "nn.layers.recurrent_cells",
    "ReduceOnPlateau": "nn.schedules",
    "Residual": "nn.layers.containers",
    "SGD": "nn.optimizers",
    "SWA": "nn.averaging",
    "Schedule": "nn.schedules",
    "Sequential": "nn.layers.containers",
    "accuracy": "nn.metrics",
    "as_scalar_network": "nn.twins",
    "as_tensor_network": "nn.twins",
    "binary_cross_entropy": "nn.losses",
    "binary_cross_entropy_with_logits": "nn.losses",
    "clip_grad_norm": "nn.optimizers",
    "clip_grad_value": "nn.optimizers",
    "confusion_matrix": "nn.metrics",
    "cross_entropy": "nn.losses",
    "datasets": "nn",
    "half_sse_loss": "nn.losses",
    "hinge_loss": "nn.losses",
    "initialization": "nn",
    "l1_loss": "nn.losses",
    "load": "nn.serialization",
    "mse_loss": "nn.losses",
    "optimizer_factory": "nn.optimizers",
    "save": "nn.serialization",
    "schedules": "nn",
    "train_test_split": "nn.splitting",
}


__getattr__ = importer(__name__, _HOMES)

__all__ = [
    "ACTIVATIONS",
    "EMA",
    "GRU",
    "LBFGS",
    "LSTM",
    "MLP",
    "OPTIMIZERS",
    "RNN",
    "SGD",
    "SWA",
    "Adagrad",
    "Adam",
    "AdamW",
    "Bilinear",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GRUCell",
    "LSTMCell",
    "Layer",
    "Linear",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "RNNCell",
    "ReduceOnPlateau",
    "Residual",
    "Schedule",
    "Sequential",
    "accuracy",
    "as_scalar_network",
    "as_tensor_network",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm",
    "clip_grad_value",
    "confusion_matrix",
    "cross_entropy",
    "datasets",
    "half_sse_loss",
    "hinge_loss",
    "initialization",
    "l1_loss",
    "load",
    "mse_loss",
    "optimizer_factory",
    "save",
    "schedules",
    "train_test_split",
]
