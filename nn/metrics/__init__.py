"""How good predictions are, as plain numbers. Nothing here is differentiated: losses are what is trained on.

reading          predicted_classes: what may be handed in
classification   accuracy, precision, recall, f1, confusion_matrix
ranking          roc_auc
regression       r2, mae, rmse

Every metric is a function of the outputs of a network and the targets, `metric(outputs, targets)`. Outputs and
targets are lists or arrays, of `Value`s or of floats, or tensors. Classes may be predicted in any of these ways:

* a row of scores (logits or probabilities) a sample: the class is the position of the largest;
* one score a sample: class 1 above `threshold` (0.0 fits logits and margins, 0.5 probabilities), otherwise class 0;
* whole numbers: the classes themselves.

The numbers equal those of scikit-learn, whose functions take the targets first.
"""

from nn.metrics.classification import accuracy, confusion_matrix, f1, precision, recall
from nn.metrics.ranking import roc_auc
from nn.metrics.reading import predicted_classes
from nn.metrics.regression import mae, r2, rmse

__all__ = [
    "accuracy",
    "confusion_matrix",
    "f1",
    "mae",
    "precision",
    "predicted_classes",
    "r2",
    "recall",
    "rmse",
    "roc_auc",
]
