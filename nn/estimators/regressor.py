"""`MLPRegressor`: a network that predicts numbers, as scikit-learn has its regressors."""

from __future__ import annotations

from typing import Any, Self

from autograd import ShapeError
from nn.estimators.network import Array, Network, base
from nn.losses import mse_loss
from nn.metrics import r2


class MLPRegressor(base.MultiOutputMixin, base.RegressorMixin, Network):  # type: ignore[misc]
    """A multilayer perceptron for numbers, trained by the mean squared error.

    Targets are learned as they are: scale them when they are far from 0, by scikit-learn's
    `TransformedTargetRegressor(MLPRegressor(), transformer=StandardScaler())`.

    Parameters
    ----------
    hidden
        The widths of the hidden layers; () for a linear model.
    activation
        A name of `nn.ACTIVATIONS`, or a function.
    epochs
        How often all samples are shown.
    batch_size
        How many samples make one update.
    optimizer
        A name of `nn.OPTIMIZERS`, or a function from parameters to an optimizer, such as `nn.optimizer_factory` makes.
    lr
        The learning rate of an optimizer that is given by name.
    alpha
        The factor of the L2 penalty: alpha / 2 times the sum of the squared weights is added to the costs of each batch
        of `batch_size` samples.
    shuffle
        Whether each epoch has the samples in another order.
    early_stopping, validation_fraction, patience
        Whether to hold back that fraction of the samples, to stop when the loss on them has not got better for so
        many epochs, and to go back to the best epoch.
    warm_start
        Whether `fit` goes on from what was learned before.
    rng
        A seed: the same network and order at every `fit`; None for others every time.
    verbose
        Whether a bar is shown.

    Attributes
    ----------
    model_
        The network, an `nn.Sequential`.
    loss_curve_
        The loss of every epoch.
    validation_scores_
        The score of every epoch on what was held back, with `early_stopping`.
    n_iter_
        How many epochs were run.

    >>> import numpy as np
    >>> x = np.linspace(-2.0, 2.0, 80)[:, None]
    >>> model = MLPRegressor(activation="tanh", epochs=200, lr=0.01, rng=0).fit(x, np.sin(2.0 * x[:, 0]))
    >>> model.score(x, np.sin(2.0 * x[:, 0])) > 0.95
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from samples X, shape (samples, features), and targets, shape (samples,) or (samples, targets).

        Raises
        ------
        ValueError
            Shapes do not fit, a number is not finite, or a setting is out of range.
        """
        anew = not (self.warm_start and hasattr(self, "model_"))
        self._learn(X, y, sample_weight, anew=anew)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Show some samples once; errors are those of `fit`."""
        self._learn(X, y, sample_weight, anew=not hasattr(self, "model_"), once=True)
        return self

    def predict(self, X: Any) -> Array:
        """Return the prediction for each sample, in the shape of the targets."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_column else outputs

    def _read_targets(self, y: Array, *, anew: bool, classes: Any) -> Array:
        columns = y.reshape(len(y), -1).astype(float)
        if anew:
            self._is_column, self.n_outputs_ = y.ndim == 1, columns.shape[1]
        if columns.shape[1] != self.n_outputs_:
            raise ShapeError(f"MLPRegressor: got {columns.shape[1]} targets a sample, expected {self.n_outputs_}")
        return columns

    def _loss(self, outputs: Any, targets: Array, **settings: Any) -> Any:
        return mse_loss(outputs, targets, **settings)

    def _score(self, outputs: Array, targets: Array) -> float:
        return r2(outputs, targets)
