"""What a classifier gets right and wrong: counts of each confusion, and the pictures themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd import ShapeError, softmax
from nn.plots.plot import BLUE, INK, ORANGE, Plot, figure_of


def confusion(counts: ArrayLike, *, names: Sequence[str] | None = None) -> Plot:
    """Plot a confusion matrix, truth in rows: hits in blue, misses in orange.

    >>> confusion([[9, 1], [2, 8]], names=["cat", "dog"])
    Plot('Confusion matrix: 17 of 20 right')

    Raises
    ------
    ShapeError
        When the counts are not square, or names do not fit.
    MissingExtraError
        When matplotlib is not installed.
    """
    table = np.asarray(counts)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.size == 0:
        raise ShapeError(f"confusion: got counts of shape {table.shape}, expected (classes, classes)")
    names = [str(k) for k in range(len(table))] if names is None else list(names)
    if len(names) != len(table):
        raise ShapeError(f"confusion: got {len(names)} names for {len(table)} classes")
    longest = max(map(len, names))
    side = 1.4 + 0.36 * len(table) + 0.07 * max(0, longest - 4)
    with figure_of(side + 0.2, side, **{"axes.grid": False, "xtick.major.size": 0.0}) as figure:
        axes = figure.subplots()
        _draw_cells(axes, table)
        axes.set(xlim=(-0.5, len(table) - 0.5), ylim=(len(table) - 0.5, -0.5), aspect="equal")
        slanted = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if longest > 4 else {}
        axes.set_xticks(range(len(table)), names, **slanted)
        axes.set_yticks(range(len(table)), names)
        axes.set(xlabel="predicted", ylabel="true", title="Confusion matrix")
        axes.spines[:].set_visible(False)
    return Plot(figure, f"Confusion matrix: {np.trace(table)} of {table.sum()} right")


def image_grid(images: ArrayLike, *, captions: Sequence[str] = (), columns: int = 8) -> Plot:
    """Plot small grey pictures side by side, dark where the numbers are large, each with its caption above.

    >>> image_grid(np.zeros((3, 8, 8)), captions=["a", "b", "c"])
    Plot('3 images: a; b; c')

    Raises
    ------
    ShapeError
        When there are no images, or captions do not fit.
    MissingExtraError
        When matplotlib is not installed.
    """
    pictures = np.asarray(images, dtype=np.float64)
    if pictures.ndim != 3 or pictures.size == 0 or columns < 1:
        raise ShapeError(f"image_grid: got images of shape {pictures.shape}, expected (images, height, width)")
    if captions and len(captions) != len(pictures):
        raise ShapeError(f"image_grid: got {len(captions)} captions for {len(pictures)} images")
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    with figure_of(1.15 * columns, 1.35 * rows, **{"axes.titlesize": 9.0, "axes.titleweight": "normal"}) as figure:
        for axes in figure.subplots(rows, columns, squeeze=False).flat:
            axes.set_axis_off()
        for k, (axes, picture) in enumerate(zip(figure.axes, pictures, strict=False)):
            axes.imshow(picture, cmap="gray_r", vmin=pictures.min(), vmax=pictures.max() or 1.0, interpolation="none")
            axes.set_title(captions[k] if captions else "", loc="center")
    return Plot(
        figure, f"{len(pictures)} image{'s' * (len(pictures) > 1)}" + (": " + "; ".join(captions)) * bool(captions)
    )


def misread(
    images: ArrayLike, labels: ArrayLike, scores: ArrayLike, *, names: Sequence[str] | None = None, count: int = 16
) -> Plot:
    """Plot the images that a classifier gets wrong, those first of which it is surest.

    Parameters
    ----------
    images, labels
        Shape (images, height, width), and their classes, whole numbers from 0.
    scores
        The outputs of the model, shape (images, classes): logits, as of `nn.predict`.
    names
        What the classes are called; by default their numbers.
    count
        How many are shown at most.

    >>> misread(np.zeros((3, 8, 8)), [0, 1, 1], [[2.0, 0.0], [9.0, 0.0], [0.0, 1.0]], names=["cat", "dog"])
    Plot('1 of 3 misread: dog, read as cat (100 %)')

    Raises
    ------
    ShapeError
        Images, labels and scores do not belong together, or nothing is misread.
    MissingExtraError
        When matplotlib is not installed.
    """
    pictures, truth = np.asarray(images), np.asarray(labels)
    confidence = np.asarray(softmax(np.asarray(scores, dtype=np.float64), axis=-1))
    if pictures.ndim != 3 or truth.shape != pictures.shape[:1] or confidence.shape[:-1] != truth.shape:
        raise ShapeError(
            f"misread: got images of shape {pictures.shape}, labels of {truth.shape} and scores of {confidence.shape}; "
            "expected (images, height, width), (images,) and (images, classes)"
        )
    said = confidence.argmax(axis=-1)
    wrong = np.flatnonzero(said != truth)
    if not len(wrong):
        raise ShapeError(f"misread: all {len(truth)} images are read rightly; there is nothing to show")
    shown = wrong[np.argsort(-confidence[wrong, said[wrong]], kind="stable")][:count]
    names = [str(k) for k in range(confidence.shape[-1])] if names is None else names
    captions = [f"{names[truth[k]]}, read as {names[said[k]]}\n({100 * confidence[k, said[k]]:.0f} %)" for k in shown]
    plot = image_grid(pictures[shown], captions=captions, columns=8)
    listed = "; ".join(captions).replace("\n", " ")
    return Plot(plot.figure, f"{len(wrong)} of {len(truth)} misread: {listed}")


def _draw_cells(axes: Any, table: Any) -> None:
    """Draw one square a count: the fuller the class, the stronger the colour."""
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    corners = 0.46 * np.array([[-1, 1, 1, -1], [-1, -1, 1, 1]])
    for row, column in np.ndindex(*table.shape):
        square = corners + np.array([[column], [row]])
        if table[row, column] == 0:
            axes.fill(*square, color=INK, alpha=0.04, linewidth=0)
            continue
        hit, share = row == column, shares[row, column]
        strength = 0.15 + 0.85 * (share if hit else min(1.0, 4 * share))
        axes.fill(*square, color=BLUE if hit else ORANGE, alpha=strength, linewidth=0)
        ink = "white" if strength > 0.6 else INK
        axes.text(column, row, f"{table[row, column]}", ha="center", va="center_baseline", color=ink, fontsize=9.0)
