"""Plots of training and of its results, in one style, drawn by matplotlib (extra `plot`).

training         history_curves, learning_curves, rate_search: how training went
classification   confusion, misread, image_grid: what a classifier gets right and wrong
regression       predicted_and_true: how near predicted numbers are
boundaries       decision_boundary: what it says of each point of the plane
animation        TrainingAnimation: how it learned to, as GIF or HTML
functions        activations: with their derivatives
paths            descend, descent_paths: what optimizers do on a surface
landscape        loss_surface, WeightPath: the same of a network
histograms       histograms: weights and gradients, layer by layer
attention        attention_maps: who looks at whom
plot             Plot, and the style

Each function returns a `Plot`, which shows itself in a notebook and is saved by suffix. Nothing here touches
`pyplot` or changes matplotlib's settings for others, and the same numbers give the same SVG bytes.
"""

from nn.plots.animation import TrainingAnimation
from nn.plots.attention import attention_maps
from nn.plots.boundaries import decision_boundary
from nn.plots.classification import confusion, image_grid, misread
from nn.plots.functions import activations
from nn.plots.histograms import histograms
from nn.plots.landscape import WeightPath, loss_surface
from nn.plots.paths import descend, descent_paths
from nn.plots.plot import Plot
from nn.plots.regression import predicted_and_true
from nn.plots.training import history_curves, learning_curves, rate_search

__all__ = [
    "Plot",
    "TrainingAnimation",
    "WeightPath",
    "activations",
    "attention_maps",
    "confusion",
    "decision_boundary",
    "descend",
    "descent_paths",
    "histograms",
    "history_curves",
    "image_grid",
    "learning_curves",
    "loss_surface",
    "misread",
    "predicted_and_true",
    "rate_search",
]
