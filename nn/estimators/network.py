"""What the estimators share: their settings, and how their network is made and trained."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import DomainError
from autograd.errors import import_extra
from nn.activations import find_activation
from nn.initialization import find_initializer
from nn.layers.containers import Sequential
from nn.layers.linear import Linear
from nn.optimizers import Optimizer, optimizer_factory
from nn.randomness import generator
from nn.splitting import train_test_split
from nn.training.fitting import fit
from nn.training.prediction import predict
from nn.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from nn.randomness import Rng

Array = NDArray[Any]

base: Any = import_extra("sklearn.base", "sklearn", "nn.estimators")
validation: Any = import_extra("sklearn.utils.validation", "sklearn", "nn.estimators")

_FLOATS = [np.float64, np.float32]


class Network(base.BaseEstimator):  # type: ignore[misc]
    """An estimator of scikit-learn whose model is an `nn.Sequential` of linear layers and activations."""

    def __init__(
        self,
        *,
        hidden: Any = (32,),
        activation: Any = "relu",
        epochs: int = 100,
        batch_size: int = 32,
        optimizer: Any = "adam",
        lr: float = 3e-3,
        alpha: float = 1e-4,
        shuffle: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        rng: Rng = 0,
        verbose: bool = False,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.lr = lr
        self.alpha = alpha
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.rng = rng
        self.verbose = verbose

    # --- what classifiers and regressors differ in ------------------------------------------------------------------

    def _read_targets(self, y: Array, *, anew: bool, classes: Any) -> Array:
        """Return targets as the loss wants them; anew: remember what they are, and how many outputs they need."""
        raise NotImplementedError

    def _loss(self, outputs: Any, targets: Array, **settings: Any) -> Any:
        """Return the loss of outputs."""
        raise NotImplementedError

    def _strata(self, targets: Array) -> Array | None:
        """Return the classes of which a part that is held back must have its share."""
        return None

    def _score(self, outputs: Array, targets: Array) -> float:
        """Return how good outputs are."""
        raise NotImplementedError

    # --- training ---------------------------------------------------------------------------------------------------

    def _learn(
        self, X: Any, y: Any, sample_weight: Any, *, anew: bool, once: bool = False, classes: Any = None
    ) -> None:
        """Read the data, make the network if it is to learn anew, and train it; once: for a single epoch."""
        X, y = validation.validate_data(self, X, y, dtype=_FLOATS, accept_sparse="csr", multi_output=True, reset=anew)
        X = _dense(X)
        weights = None
        if sample_weight is not None:
            weights = validation._check_sample_weight(sample_weight, X, ensure_non_negative=True)
            counted = weights > 0
            X, y, weights = X[counted], y[counted], weights[counted]
        targets = self._read_targets(y, anew=anew, classes=classes)
        if anew:
            self._start(X)
        self._train(X, targets, weights, once=once)

    def _start(self, X: Array) -> None:
        """Make a network that has learned nothing, and its optimizer."""
        self._random = generator(self.rng)
        name, activation = find_activation(self.activation)
        widths = [X.shape[1], *np.atleast_1d(np.asarray(self.hidden, dtype=np.int64)).tolist(), self.n_outputs_]
        follows = [name] * (len(widths) - 2) + ["linear"]
        layers = [
            Linear(*pair, initializer=find_initializer(None, after), rng=self._random)
            for pair, after in zip(pairwise(widths), follows, strict=True)
        ]
        steps = [step for layer in layers for step in (layer, activation)]
        self.model_ = Sequential(*steps[:-1]).astype(X.dtype)
        self._optimizer = self._make_optimizer(layers)
        self.loss_curve_: list[float] = []
        self.n_iter_ = 0

    def _make_optimizer(self, layers: list[Linear]) -> Optimizer:
        """Return the optimizer; the gradient of the penalty is the decay of the weights, and biases are free."""
        weights, biases = [layer.weight for layer in layers], [layer.bias for layer in layers]
        if self.optimizer == "lbfgs":
            raise DomainError("optimizer: 'lbfgs' needs the whole data in each step; expected 'adam', 'sgd', ...")
        make = optimizer_factory(self.optimizer, lr=self.lr) if isinstance(self.optimizer, str) else self.optimizer
        decay = self.alpha / self.batch_size
        return make([{"parameters": weights, "weight_decay": decay}, {"parameters": biases}])

    def _train(self, X: Array, targets: Array, weights: Array | None, *, once: bool) -> None:
        """Train the network, and remember how it went."""
        loss = Cost(self._loss, targets, None if weights is None else weights / weights.mean())
        # The network is trained to the places of the targets, where their weights are found too.
        data, held_back = (X, np.arange(len(X))), None
        callbacks = []
        if self.early_stopping and not once:
            X, X_held, places, places_held = train_test_split(
                *data, test_size=self.validation_fraction, rng=self._random, stratify=self._strata(targets)
            )
            data, held_back = (X, places), (X_held, places_held)
            callbacks = [EarlyStopping(self.patience)]
        history = fit(
            self.model_,
            loss,
            data,
            validation=held_back,
            epochs=1 if once else self.epochs,
            batch_size=self.batch_size,
            optimizer=self._optimizer,
            metrics={"score": lambda outputs, places: self._score(outputs, targets[places])} if held_back else {},
            callbacks=callbacks,
            shuffle=self.shuffle,
            rng=self._random,
            progress=self.verbose,
        )
        if history.is_interrupted and not history.rows:  # nothing was learned
            raise KeyboardInterrupt
        self.loss_curve_ += [row["loss"] for row in history.rows]
        self.n_iter_ = len(self.loss_curve_)
        if held_back:
            self.validation_scores_ = [row["val_score"] for row in history.rows]

    def _outputs(self, X: Any) -> Array:
        """Return what the network says of samples, shape (samples, outputs)."""
        validation.check_is_fitted(self)
        X = validation.validate_data(self, X, dtype=_FLOATS, accept_sparse="csr", reset=False)
        return predict(self.model_, _dense(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _dense(X: Any) -> Array:
    """Return samples as an array; a sparse matrix is made dense, since layers multiply arrays."""
    return X if isinstance(X, np.ndarray) else X.toarray()


class Cost:
    """A loss of outputs and the places of their targets, with a weight for each sample.

    Parameters
    ----------
    loss
        A loss of `nn.losses`.
    targets
        Those of all samples.
    weights
        Shape (samples,), with mean 1; or None.
    """

    def __init__(self, loss: Callable[..., Any], targets: Array, weights: Array | None) -> None:
        self.loss, self.targets, self.weights = loss, targets, weights

    def __call__(self, outputs: Any, places: Array) -> Any:
        """Return the mean cost of the samples at these places."""
        targets = self.targets[places]
        if self.weights is None:
            return self.loss(outputs, targets)
        costs = self.loss(outputs, targets, reduction="none")
        weights = self.weights[places].astype(costs.dtype).reshape(-1, *[1] * (costs.ndim - 1))
        return (costs * weights).mean()
