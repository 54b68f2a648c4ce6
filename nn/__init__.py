"""chainrule's nn: neural networks whose gradients are derived, never written.

scalar           Neuron, Layer, MLP: the textbook network, one number at a time
module           Module: parameters by path, zero_grad, state
activations      functions by name
initialization   how weights start
losses           mse_loss, cross_entropy, ...
optimizers       SGD, Adam, gradient clipping
metrics          accuracy, precision, recall, f1, confusion_matrix, roc_auc, r2, mae, rmse
datasets         digits, iris, co2, names, alice, xor, moons, ...
splitting        train_test_split
data             DataLoader, windows, Vocabulary, ...
folds            KFold, StratifiedKFold, GroupKFold, TimeSeriesSplit, ...
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
    from nn import datasets, initialization
    from nn.activations import ACTIVATIONS
    from nn.data import DataLoader, Vocabulary, next_tokens, windows
    from nn.folds import GroupKFold, KFold, RepeatedKFold, RepeatedStratifiedKFold, StratifiedKFold, TimeSeriesSplit
    from nn.layers.containers import Flatten, Residual, Sequential
    from nn.layers.dropout import Dropout, Dropout1d, Dropout2d
    from nn.layers.linear import Bilinear, Embedding, Linear
    from nn.losses import (
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        half_sse_loss,
        hinge_loss,
        l1_loss,
        mse_loss,
    )
    from nn.metrics import accuracy, confusion_matrix, f1, mae, precision, r2, recall, rmse, roc_auc
    from nn.module import Module
    from nn.optimizers import SGD, Adam, Optimizer, clip_grad_norm, clip_grad_value
    from nn.scalar import MLP, Layer, Neuron
    from nn.serialization import load, save
    from nn.splitting import train_test_split
    from nn.twins import as_scalar_network, as_tensor_network

#: Where each name comes from; a module is imported when one of its names is first asked for: `import nn` is quick.
_HOMES = {
    "ACTIVATIONS": "nn.activations",
    "Adam": "nn.optimizers",
    "Bilinear": "nn.layers.linear",
    "DataLoader": "nn.data",
    "Dropout": "nn.layers.dropout",
    "Dropout1d": "nn.layers.dropout",
    "Dropout2d": "nn.layers.dropout",
    "Embedding": "nn.layers.linear",
    "Flatten": "nn.layers.containers",
    "GroupKFold": "nn.folds",
    "KFold": "nn.folds",
    "Layer": "nn.scalar",
    "Linear": "nn.layers.linear",
    "MLP": "nn.scalar",
    "Module": "nn.module",
    "Neuron": "nn.scalar",
    "Optimizer": "nn.optimizers",
    "RepeatedKFold": "nn.folds",
    "RepeatedStratifiedKFold": "nn.folds",
    "Residual": "nn.layers.containers",
    "SGD": "nn.optimizers",
    "Sequential": "nn.layers.containers",
    "StratifiedKFold": "nn.folds",
    "TimeSeriesSplit": "nn.folds",
    "Vocabulary": "nn.data",
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
    "f1": "nn.metrics",
    "half_sse_loss": "nn.losses",
    "hinge_loss": "nn.losses",
    "initialization": "nn",
    "l1_loss": "nn.losses",
    "load": "nn.serialization",
    "mae": "nn.metrics",
    "mse_loss": "nn.losses",
    "next_tokens": "nn.data",
    "precision": "nn.metrics",
    "r2": "nn.metrics",
    "recall": "nn.metrics",
    "rmse": "nn.metrics",
    "roc_auc": "nn.metrics",
    "save": "nn.serialization",
    "train_test_split": "nn.splitting",
    "windows": "nn.data",
}


__getattr__ = importer(__name__, _HOMES)

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "SGD",
    "Adam",
    "Bilinear",
    "DataLoader",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GroupKFold",
    "KFold",
    "Layer",
    "Linear",
    "Module",
    "Neuron",
    "Optimizer",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "Residual",
    "Sequential",
    "StratifiedKFold",
    "TimeSeriesSplit",
    "Vocabulary",
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
    "f1",
    "half_sse_loss",
    "hinge_loss",
    "initialization",
    "l1_loss",
    "load",
    "mae",
    "mse_loss",
    "next_tokens",
    "precision",
    "r2",
    "recall",
    "rmse",
    "roc_auc",
    "save",
    "train_test_split",
    "windows",
]
