"""`fit`: train a model on data; `evaluate`: judge it on others. What most programs call."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import DomainError, OperandError
from nn.module import Module
from nn.optimizers import Adam, clip_grad_norm
from nn.randomness import generator
from nn.settings import count
from nn.training.batches import read_batches, split_off
from nn.training.callback import Callback
from nn.training.history import History, Row
from nn.training.logging import ProgressBar
from nn.training.runners import Loss, runner_of
from nn.training.sharding import ShardedRunner
from nn.training.trainer import Trainer

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from nn.randomness import Rng

Metric = Callable[[Any, Any], float]


def fit(
    model: Any,
    loss: Loss,
    data: Any,
    *,
    validation: Any = None,
    epochs: int = 10,
    batch_size: int | None = None,
    optimizer: Any = None,
    metrics: Sequence[Metric] | Mapping[str, Metric] = (),
    callbacks: Iterable[Callback] = (),
    shuffle: bool = True,
    clip_norm: float | None = None,
    rng: Rng = None,
    progress: bool = True,
    executor: Executor | None = None,
    shards: int = 2,
) -> History:
    """Train a model by gradient descent on batches, and return what happened epoch by epoch.

    Parameters
    ----------
    model
        An `nn.Module` of `Tensor`s, which gets a batch of inputs; or one of `Value`s, written for one row, which runs
        compiled; or any function of a batch, if an optimizer is given.
    loss
        The function (outputs, targets) to minimise, such as `nn.cross_entropy`: a mean over the samples.
    data
        Inputs and targets (X, y) with as many samples along their first axes; or a `DataLoader`, or anything that
        gives batches (x, y) each time it is gone through.
    validation
        The same kind of thing, or the fraction of the samples to hold back (drawn with `rng`).
    epochs
        How often all samples are shown.
    batch_size
        How many samples make one update, by default 32; not for data that come in batches.
    optimizer
        An optimizer of the model's parameters, or a function from parameters to one; by default Adam.
    metrics
        Functions (outputs, targets) such as `nn.accuracy`, computed over all samples of an epoch.
    callbacks
        Who is told and may step in: `EarlyStopping`, `Checkpoint`, `Diagnostics`, ...
    shuffle
        Whether each epoch has the samples in another order. Leave it for a series in time: False.
    clip_norm
        The largest norm of all gradients together, as `clip_grad_norm` holds it.
    rng
        A seed or generator for the order, and the split: the same seed gives the same training.
    progress
        Whether a bar is shown.
    executor
        Who computes the gradients: each batch is divided, and the gradients are added up in the order of the samples,
        so that the numbers are those of one process. Any `concurrent.futures.Executor`: a `ProcessPoolExecutor`, or
        that of a Dask client, `client.get_executor()`. Only weights and samples travel. It pays where a batch takes
        much longer than sending the weights; what observes layers does not see those of the workers.
    shards
        In how many parts a batch is divided for the executor.

    Raises
    ------
    DivergenceError
        The loss became nan or infinite; the message names the cause.
    ShapeError, DomainError, OperandError
        Data and model do not fit together; or, with an executor, a part of the model cannot work elsewhere.
    WorkerError
        A worker died; the model has the weights it had before this batch.

    >>> import autograd, nn
    >>> X, y = nn.datasets.moons(200, noise=0.1, rng=0)
    >>> model = nn.Sequential(nn.Linear(2, 16, rng=0), autograd.relu, nn.Linear(16, 2, rng=1))
    >>> history = fit(model, nn.cross_entropy, (X, y), epochs=60, metrics=[nn.accuracy], rng=0, progress=False)
    >>> history["accuracy"][-1] > 0.85
    True
    """
    random, epochs = generator(rng), count("fit", "epochs", epochs, least=0)
    optimizer = _optimizer(model, optimizer)
    runner = runner_of(model, loss)
    if executor is not None:
        runner = ShardedRunner(runner, model, loss, optimizer.parameters, executor, shards)
    data, validation = split_off(data, validation, random)
    batches = read_batches(data, runner, batch_size=batch_size, shuffle=shuffle, rng=random)
    held_back = None
    if validation is not None:
        held_back = read_batches(validation, runner, default=max(batch_size or 0, 256), shuffle=False, rng=random)
    trainer = Trainer(model, loss, optimizer, metrics=_named(metrics), callbacks=callbacks, runner=runner)
    if clip_norm is not None:
        trainer.callbacks.insert(0, _Clip(clip_norm))  # the others see what moves the parameters
    if progress:
        trainer.callbacks.append(ProgressBar())
    return trainer.fit(batches, epochs, held_back)


def evaluate(
    model: Any,
    loss: Loss,
    data: Any,
    *,
    metrics: Sequence[Metric] | Mapping[str, Metric] = (),
    batch_size: int | None = None,
) -> Row:
    """Return the loss and the metrics of a trained model on data, by name.

    The model behaves as in use (nothing is dropped, running averages are fixed), and no graph is recorded. Arguments
    and errors are those of `fit`, but `batch_size` is by default 256.

    >>> import nn
    >>> X, y = nn.datasets.moons(100, rng=0)
    >>> list(evaluate(nn.Linear(2, 2, rng=0), nn.cross_entropy, (X, y), metrics=[nn.accuracy]))
    ['loss', 'accuracy']
    """
    runner = runner_of(model, loss)
    batches = read_batches(data, runner, batch_size=batch_size, default=256, shuffle=False, rng=generator(0))
    return Trainer(model, loss, None, metrics=_named(metrics), runner=runner).evaluate(batches)


def _optimizer(model: Any, optimizer: Any) -> Any:
    """Return the optimizer, made for the model's parameters where it is a function of them."""
    if hasattr(optimizer, "step") and not isinstance(optimizer, type):
        _check_moves(model, optimizer)
        return optimizer
    if optimizer is not None and not callable(optimizer):
        raise OperandError(f"fit: expected an optimizer such as nn.Adam(model.parameters()), got {optimizer!r}")
    if not hasattr(model, "parameters"):
        raise OperandError(
            f"fit: {type(model).__name__} does not say what its parameters are; pass an optimizer: nn.Adam([...])"
        )
    parameters = model.parameters()
    if not parameters:
        raise OperandError(
            f"fit: {type(model).__name__} has no parameters; they are looked for in its attributes without a leading _"
        )
    return (optimizer or Adam)(parameters)


def _check_moves(model: Any, optimizer: Any) -> None:
    """Refuse an optimizer of another network: the training would run and nothing be learned."""
    moved = {id(parameter) for parameter in getattr(optimizer, "parameters", ())}
    learning = [p for p in model.parameters() if not p.is_array or not p.constant] if isinstance(model, Module) else []
    if moved and learning and not any(id(parameter) in moved for parameter in learning):
        raise OperandError(
            f"fit: the optimizer moves no parameter of this {type(model).__name__}, which would learn nothing; "
            "make it of model.parameters(), or pass a function such as lambda p: nn.Adam(p, lr=1e-3)"
        )


def _named(metrics: Any) -> Mapping[str, Metric]:
    """Return metrics by their names."""
    if isinstance(metrics, Mapping):
        if taken := {"epoch", "loss", "lr", "seconds"} & set(metrics):
            raise DomainError(f"metrics: {min(taken)!r} is a column of every history; choose another name")
        return metrics
    if not isinstance(metrics, Iterable) or not all(map(callable, metrics)):
        raise OperandError(f"fit: expected a list of functions such as [nn.accuracy] as metrics, got {metrics!r}")
    named: dict[str, Metric] = {}
    for metric in metrics:
        function = metric.func if isinstance(metric, functools.partial) else metric
        name = getattr(function, "__name__", type(function).__name__)
        if name in named:
            raise DomainError(f"metrics: there are two named {name!r}; pass them by name, such as {{'first': ...}}")
        named[name] = metric
    return named


class _Clip(Callback):
    """Hold the norm of all gradients together."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def on_gradients(self, trainer: Trainer) -> None:
        clip_grad_norm(trainer.optimizer.parameters, self.limit)
