"""`MLPClassifier`: a network that tells classes apart, as scikit-learn has its classifiers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from autograd import DomainError, sigmoid, softmax
from autograd.errors import import_extra
from nn.estimators.network import Array, Network, base, validation
from nn.losses import binary_cross_entropy_with_logits, cross_entropy
from nn.metrics import accuracy

multiclass = import_extra("sklearn.utils.multiclass", "sklearn", "nn.estimators")


class MLPClassifier(base.ClassifierMixin, Network):  # type: ignore[misc]
    """A multilayer perceptron for classes, trained by cross-entropy; for several labels a sample too.

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
    classes_
        The classes, in the order of the outputs.

    >>> import nn
    >>> iris = nn.datasets.iris()
    >>> model = MLPClassifier(hidden=(16,), epochs=60, lr=0.01, rng=0).fit(iris.data, iris.target)
    >>> model.score(iris.data, iris.target) > 0.95
    True
    >>> model.predict_proba(iris.data[:2]).argmax(axis=1)
    array([0, 0])
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from samples X, shape (samples, features), and their classes, shape (samples,).

        With several labels a sample, y holds 0 or 1 for each, shape (samples, labels).

        Raises
        ------
        ValueError
            Shapes do not fit, a number is not finite, there is a single class, or a setting is out of range.
        """
        anew = not (self.warm_start and hasattr(self, "model_"))
        self._learn(X, y, sample_weight, anew=anew)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Show some samples once; at the first call, `classes` are all that will ever come.

        Raises
        ------
        ValueError
            As `fit` does; also when a class was not told of.
        """
        anew = not hasattr(self, "model_")
        if anew and classes is None:
            raise DomainError("partial_fit: the first call needs all classes, such as classes=np.unique(y)")
        self._learn(X, y, sample_weight, anew=anew, once=True, classes=classes)
        return self

    def predict(self, X: Any) -> Array:
        """Return the class of each sample, shape (samples,); of several labels 0 or 1 each, shape (samples, labels)."""
        outputs = self._outputs(X)
        if self._is_multilabel:
            return (outputs > 0).astype(np.int64)
        return self.classes_[outputs.argmax(axis=1)]  # type: ignore[no-any-return]

    def predict_proba(self, X: Any) -> Array:
        """Return the confidence in each class, shape (samples, classes)."""
        outputs = self._outputs(X)
        return sigmoid(outputs) if self._is_multilabel else softmax(outputs, axis=1)  # type: ignore[no-any-return]

    def _read_targets(self, y: Array, *, anew: bool, classes: Any) -> Array:
        multiclass.check_classification_targets(y)
        kind = multiclass.type_of_target(y)
        if anew:
            self._is_multilabel = kind == "multilabel-indicator"
            self.classes_ = self._find_classes(y, classes)
            self.n_outputs_ = len(self.classes_)
        if self._is_multilabel:
            return y.astype(np.float64)
        y = validation.column_or_1d(y, warn=True)
        places = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        if (unknown := self.classes_[places] != y).any():
            raise DomainError(
                f"MLPClassifier: got the class {y[unknown].tolist()[0]!r}, expected one of {self.classes_.tolist()}"
            )
        return places

    def _find_classes(self, y: Array, classes: Any) -> Array:
        if self._is_multilabel:
            return np.arange(y.shape[1])
        found = multiclass.unique_labels(y) if classes is None else multiclass.unique_labels(classes)
        if len(found) < 2:
            raise DomainError(f"MLPClassifier: y holds one class, {found.tolist()[0]!r}; expected two or more")
        return np.asarray(found)

    def _loss(self, outputs: Any, targets: Array, **settings: Any) -> Any:
        loss = binary_cross_entropy_with_logits if self._is_multilabel else cross_entropy
        return loss(outputs, targets, **settings)

    def _score(self, outputs: Array, targets: Array) -> float:
        if self._is_multilabel:
            return float(((outputs > 0) == targets).all(axis=1).mean())
        return accuracy(outputs, targets)

    def _strata(self, targets: Array) -> Array | None:
        return None if self._is_multilabel else targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
