"""chainrule's nn: neural networks whose gradients are derived, never written.

scalar           Neuron, Layer, MLP: the textbook network, one number at a time
module           Module: parameters and buffers by path, train and eval, state, summary
layers           Linear, Conv2d, LSTM, MultiheadAttention, GPT, ...: layers on arrays
twins            a scalar network as one on arrays, and back
activations      functions by name
initialization   how weights start
losses           mse_loss, cross_entropy, ...
optimizers       SGD, Adagrad, RMSprop, Adam, AdamW, LBFGS, gradient clipping
schedules        learning rates that change from step to step
averaging        EMA, SWA: averages of the weights along the way
training         fit, predict, and the callbacks of training
validation       cross_validate: train on all folds but one, in turn
estimators       MLPClassifier, MLPRegressor: networks as scikit-learn has its models
diagnostics      Diagnostics: the pitfalls of a training, found and named
plots            history_curves, confusion, decision_boundary, ...: training and its results in pictures
metrics          accuracy, confusion_matrix, precision, recall, f1, roc_auc, r2, mae, rmse
data             DataLoader, windows, Vocabulary
datasets         digits, iris, moons, a series, names, a text, ...
splitting        train_test_split
folds            KFold, StratifiedKFold, GroupKFold, TimeSeriesSplit, ...
serialization    weights in safetensors and npz files
"""

from typing import TYPE_CHECKING

import autograd
from autograd.lazy import importer
from nn.elsewhere import OF_NN

if not hasattr(autograd, "__chainrule__"):
    raise ImportError(
        f"nn needs chainrule's package 'autograd', but Python found another one at {autograd.__file__}: that of the "
        "distribution 'autograd' (HIPS), which uses the same name. Keep one of them in an environment: "
        "pip uninstall -y autograd chainrule, then pip install the one you want"
    )

if TYPE_CHECKING:
    from nn import datasets, estimators, initialization, plots, schedules
    from nn.activations import ACTIVATIONS
    from nn.averaging import EMA, SWA
    from nn.data import (
        DataLoader,
        Preparation,
        Standardizer,
        Table,
        Vocabulary,
        load_arrays,
        load_csv,
        next_tokens,
        windows,
    )
    from nn.diagnostics import Diagnostics, Finding
    from nn.folds import GroupKFold, KFold, RepeatedKFold, RepeatedStratifiedKFold, StratifiedKFold, TimeSeriesSplit
    from nn.layers.activations import (
        ELU,
        GELU,
        LeakyReLU,
        LogSoftmax,
        ReLU,
        Sigmoid,
        SiLU,
        Softmax,
        Softplus,
        Step,
        Tanh,
    )
    from nn.layers.attention import MultiheadAttention
    from nn.layers.batch_normalization import BatchNorm1d, BatchNorm2d
    from nn.layers.containers import Flatten, Residual, Sequential
    from nn.layers.convolution import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
    from nn.layers.dot_product_attention import scaled_dot_product_attention
    from nn.layers.dropout import Dropout, Dropout1d, Dropout2d
    from nn.layers.gpt import GPT
    from nn.layers.linear import Bilinear, Embedding, Linear
    from nn.layers.normalization import GroupNorm, LayerNorm, RMSNorm
    from nn.layers.pooling import (
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AvgPool1d,
        AvgPool2d,
        GlobalAvgPool,
        GlobalMaxPool,
        MaxPool1d,
        MaxPool2d,
    )
    from nn.layers.positions import LearnedPositions, RotaryPositions, SinusoidalPositions, rotary, sinusoidal
    from nn.layers.recurrent import GRU, LSTM, RNN
    from nn.layers.recurrent_cells import GRUCell, LSTMCell, RNNCell
    from nn.layers.transformer import (
        TransformerDecoder,
        TransformerDecoderLayer,
        TransformerEncoder,
        TransformerEncoderLayer,
    )
    from nn.losses import (
        LOSSES,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        half_sse_loss,
        hinge_loss,
        huber_loss,
        kl_div_loss,
        l1_loss,
        mse_loss,
        multi_margin_loss,
        nll_loss,
        rmse_loss,
        smooth_l1_loss,
    )
    from nn.metrics import accuracy, confusion_matrix, f1, mae, precision, r2, recall, rmse, roc_auc
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
    from nn.training.callback import Callback
    from nn.training.checkpoints import Checkpoint, Resume
    from nn.training.failures import DivergenceError
    from nn.training.fitting import evaluate, fit
    from nn.training.history import History
    from nn.training.logging import CSVLogger, JSONLogger, ProgressBar, TensorBoard
    from nn.training.prediction import predict, predict_proba
    from nn.training.rates import LearningRate, ReduceLearningRate, find_learning_rate
    from nn.training.stopping import EarlyStopping, StopAfter
    from nn.training.trainer import Trainer
    from nn.training.workers import WorkerError
    from nn.twins import as_scalar_network, as_tensor_network
    from nn.validation import Scores, cross_validate

#: Where each name comes from; a module is imported when one of its names is first asked for: `import nn` is quick.
_HOMES = {
    "ACTIVATIONS": "nn.activations",
    "Adagrad": "nn.optimizers",
    "Adam": "nn.optimizers",
    "AdamW": "nn.optimizers",
    "AdaptiveAvgPool1d": "nn.layers.pooling",
    "AdaptiveAvgPool2d": "nn.layers.pooling",
    "AdaptiveMaxPool1d": "nn.layers.pooling",
    "AdaptiveMaxPool2d": "nn.layers.pooling",
    "AvgPool1d": "nn.layers.pooling",
    "AvgPool2d": "nn.layers.pooling",
    "BatchNorm1d": "nn.layers.batch_normalization",
    "BatchNorm2d": "nn.layers.batch_normalization",
    "Bilinear": "nn.layers.linear",
    "CSVLogger": "nn.training.logging",
    "Callback": "nn.training.callback",
    "Checkpoint": "nn.training.checkpoints",
    "Conv1d": "nn.layers.convolution",
    "Conv2d": "nn.layers.convolution",
    "ConvTranspose1d": "nn.layers.convolution",
    "ConvTranspose2d": "nn.layers.convolution",
    "DataLoader": "nn.data",
    "Diagnostics": "nn.diagnostics",
    "DivergenceError": "nn.training.failures",
    "Dropout": "nn.layers.dropout",
    "Dropout1d": "nn.layers.dropout",
    "Dropout2d": "nn.layers.dropout",
    "ELU": "nn.layers.activations",
    "EMA": "nn.averaging",
    "EarlyStopping": "nn.training.stopping",
    "Embedding": "nn.layers.linear",
    "Finding": "nn.diagnostics",
    "Flatten": "nn.layers.containers",
    "GELU": "nn.layers.activations",
    "GPT": "nn.layers.gpt",
    "GRU": "nn.layers.recurrent",
    "GRUCell": "nn.layers.recurrent_cells",
    "GlobalAvgPool": "nn.layers.pooling",
    "GlobalMaxPool": "nn.layers.pooling",
    "GroupKFold": "nn.folds",
    "GroupNorm": "nn.layers.normalization",
    "History": "nn.training.history",
    "JSONLogger": "nn.training.logging",
    "KFold": "nn.folds",
    "LBFGS": "nn.optimizers",
    "LOSSES": "nn.losses",
    "LSTM": "nn.layers.recurrent",
    "LSTMCell": "nn.layers.recurrent_cells",
    "Layer": "nn.scalar",
    "LayerNorm": "nn.layers.normalization",
    "LeakyReLU": "nn.layers.activations",
    "LearnedPositions": "nn.layers.positions",
    "LearningRate": "nn.training.rates",
    "Linear": "nn.layers.linear",
    "LogSoftmax": "nn.layers.activations",
    "MLP": "nn.scalar",
    "MaxPool1d": "nn.layers.pooling",
    "MaxPool2d": "nn.layers.pooling",
    "Module": "nn.module",
    "MultiheadAttention": "nn.layers.attention",
    "Neuron": "nn.scalar",
    "OPTIMIZERS": "nn.optimizers",
    "Optimizer": "nn.optimizers",
    "Preparation": "nn.data",
    "ProgressBar": "nn.training.logging",
    "RMSNorm": "nn.layers.normalization",
    "RMSprop": "nn.optimizers",
    "RNN": "nn.layers.recurrent",
    "RNNCell": "nn.layers.recurrent_cells",
    "ReLU": "nn.layers.activations",
    "ReduceLearningRate": "nn.training.rates",
    "ReduceOnPlateau": "nn.schedules",
    "RepeatedKFold": "nn.folds",
    "RepeatedStratifiedKFold": "nn.folds",
    "Residual": "nn.layers.containers",
    "Resume": "nn.training.checkpoints",
    "RotaryPositions": "nn.layers.positions",
    "SGD": "nn.optimizers",
    "SWA": "nn.averaging",
    "Schedule": "nn.schedules",
    "Scores": "nn.validation",
    "Sequential": "nn.layers.containers",
    "SiLU": "nn.layers.activations",
    "Sigmoid": "nn.layers.activations",
    "SinusoidalPositions": "nn.layers.positions",
    "Softmax": "nn.layers.activations",
    "Softplus": "nn.layers.activations",
    "Standardizer": "nn.data",
    "Step": "nn.layers.activations",
    "StopAfter": "nn.training.stopping",
    "StratifiedKFold": "nn.folds",
    "Table": "nn.data",
    "Tanh": "nn.layers.activations",
    "TensorBoard": "nn.training.logging",
    "TimeSeriesSplit": "nn.folds",
    "Trainer": "nn.training.trainer",
    "TransformerDecoder": "nn.layers.transformer",
    "TransformerDecoderLayer": "nn.layers.transformer",
    "TransformerEncoder": "nn.layers.transformer",
    "TransformerEncoderLayer": "nn.layers.transformer",
    "Vocabulary": "nn.data",
    "WorkerError": "nn.training.workers",
    "accuracy": "nn.metrics",
    "as_scalar_network": "nn.twins",
    "as_tensor_network": "nn.twins",
    "binary_cross_entropy": "nn.losses",
    "binary_cross_entropy_with_logits": "nn.losses",
    "clip_grad_norm": "nn.optimizers",
    "clip_grad_value": "nn.optimizers",
    "confusion_matrix": "nn.metrics",
    "cross_entropy": "nn.losses",
    "cross_validate": "nn.validation",
    "datasets": "nn",
    "estimators": "nn",
    "evaluate": "nn.training.fitting",
    "f1": "nn.metrics",
    "find_learning_rate": "nn.training.rates",
    "fit": "nn.training.fitting",
    "half_sse_loss": "nn.losses",
    "hinge_loss": "nn.losses",
    "huber_loss": "nn.losses",
    "initialization": "nn",
    "kl_div_loss": "nn.losses",
    "l1_loss": "nn.losses",
    "load": "nn.serialization",
    "load_arrays": "nn.data",
    "load_csv": "nn.data",
    "mae": "nn.metrics",
    "mse_loss": "nn.losses",
    "multi_margin_loss": "nn.losses",
    "next_tokens": "nn.data",
    "nll_loss": "nn.losses",
    "optimizer_factory": "nn.optimizers",
    "plots": "nn",
    "precision": "nn.metrics",
    "predict": "nn.training.prediction",
    "predict_proba": "nn.training.prediction",
    "r2": "nn.metrics",
    "recall": "nn.metrics",
    "rmse": "nn.metrics",
    "rmse_loss": "nn.losses",
    "roc_auc": "nn.metrics",
    "rotary": "nn.layers.positions",
    "save": "nn.serialization",
    "scaled_dot_product_attention": "nn.layers.dot_product_attention",
    "schedules": "nn",
    "sinusoidal": "nn.layers.positions",
    "smooth_l1_loss": "nn.losses",
    "train_test_split": "nn.splitting",
    "windows": "nn.data",
}


__getattr__, __dir__ = importer(__name__, _HOMES, OF_NN)

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "EMA",
    "GELU",
    "GPT",
    "GRU",
    "LBFGS",
    "LOSSES",
    "LSTM",
    "MLP",
    "OPTIMIZERS",
    "RNN",
    "SGD",
    "SWA",
    "Adagrad",
    "Adam",
    "AdamW",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Bilinear",
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "DataLoader",
    "Diagnostics",
    "DivergenceError",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "EarlyStopping",
    "Embedding",
    "Finding",
    "Flatten",
    "GRUCell",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupKFold",
    "GroupNorm",
    "History",
    "JSONLogger",
    "KFold",
    "LSTMCell",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "LearnedPositions",
    "LearningRate",
    "Linear",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "MultiheadAttention",
    "Neuron",
    "Optimizer",
    "Preparation",
    "ProgressBar",
    "RMSNorm",
    "RMSprop",
    "RNNCell",
    "ReLU",
    "ReduceLearningRate",
    "ReduceOnPlateau",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "Residual",
    "Resume",
    "RotaryPositions",
    "Schedule",
    "Scores",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositions",
    "Softmax",
    "Softplus",
    "Standardizer",
    "Step",
    "StopAfter",
    "StratifiedKFold",
    "Table",
    "Tanh",
    "TensorBoard",
    "TimeSeriesSplit",
    "Trainer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "Vocabulary",
    "WorkerError",
    "accuracy",
    "as_scalar_network",
    "as_tensor_network",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm",
    "clip_grad_value",
    "confusion_matrix",
    "cross_entropy",
    "cross_validate",
    "datasets",
    "estimators",
    "evaluate",
    "f1",
    "find_learning_rate",
    "fit",
    "half_sse_loss",
    "hinge_loss",
    "huber_loss",
    "initialization",
    "kl_div_loss",
    "l1_loss",
    "load",
    "load_arrays",
    "load_csv",
    "mae",
    "mse_loss",
    "multi_margin_loss",
    "next_tokens",
    "nll_loss",
    "optimizer_factory",
    "plots",
    "precision",
    "predict",
    "predict_proba",
    "r2",
    "recall",
    "rmse",
    "rmse_loss",
    "roc_auc",
    "rotary",
    "save",
    "scaled_dot_product_attention",
    "schedules",
    "sinusoidal",
    "smooth_l1_loss",
    "train_test_split",
    "windows",
]
