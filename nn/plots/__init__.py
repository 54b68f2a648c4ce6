"""Plots of training and of its results, in one style, drawn by matplotlib (extra `plot`).

Each function returns a `Plot`, which shows itself in a notebook and is saved by suffix. Nothing here touches
`pyplot` or changes matplotlib's settings for others, and the same numbers give the same SVG bytes.
"""

from nn.plots.classification import confusion, image_grid
from nn.plots.plot import Plot
from nn.plots.tables import loss_by_epoch, predicted_and_true
from nn.plots.training import learning_curves

__all__ = ["Plot", "confusion", "image_grid", "learning_curves", "loss_by_epoch", "predicted_and_true"]
