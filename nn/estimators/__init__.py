"""Networks as scikit-learn has its models: for its pipelines, searches and validations. Extra `sklearn`.

classifier   MLPClassifier
regressor    MLPRegressor
network      what both share: settings, training, the network in `model_`
"""

from typing import TYPE_CHECKING

from autograd.lazy import importer

if TYPE_CHECKING:
    from nn.estimators.classifier import MLPClassifier
    from nn.estimators.regressor import MLPRegressor

_HOMES = {"MLPClassifier": "nn.estimators.classifier", "MLPRegressor": "nn.estimators.regressor"}

__getattr__, __dir__ = importer(__name__, _HOMES)

__all__ = ["MLPClassifier", "MLPRegressor"]
