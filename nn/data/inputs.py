"""How one column becomes features: `Number` and `Category`, and which of them a column is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, ShapeError
from nn.data.standardizer import Standardizer
from nn.data.table import Column

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Number:
    """A column of numbers: missing ones become the mean, all are standardised; one feature."""

    name: str
    mean: float
    scale: float

    def features(self) -> list[str]:
        """Return the names of the features."""
        return [self.name]

    def transform(self, column: Column, lines: NDArray[np.int64]) -> Numbers:
        """Return the column as features, shape (rows, 1)."""
        if column.numbers is None:
            row, cell = next((row, cell) for row, cell in enumerate(column.cells) if _is_text(cell))
            raise DomainError(f"line {lines[row]}: {self.name} is {cell!r}, expected a number, as in training")
        numbers = np.where(np.isnan(column.numbers), self.mean, column.numbers)
        result: Numbers = (numbers - self.mean)[:, None] / self.scale
        return result


@dataclass(frozen=True)
class Category:
    """A column of categories: for each a feature that is 1 where it occurs, and one for missing cells, if any were."""

    name: str
    categories: list[str]
    missing: bool

    def features(self) -> list[str]:
        """Return the names of the features."""
        return [f"{self.name}={category}" for category in self.categories] + [f"{self.name} missing"] * self.missing

    def transform(self, column: Column, lines: NDArray[np.int64]) -> Numbers:
        """Return the column as features, shape (rows, features); a category not seen in training is 0 in all."""
        place: dict[str | None, int] = {category: feature for feature, category in enumerate(self.categories)}
        if self.missing:
            place[None] = len(place)
        found = np.array([place.get(cell, -1) for cell in column.cells], dtype=np.int64)
        result: Numbers = (found[:, None] == np.arange(len(place))).astype(np.float64)
        return result


def fit_input(column: Column, max_categories: int) -> Number | Category:
    """Learn how a column becomes features from its cells in the training part."""
    absent = column.missing()
    if absent.all():
        name = column.name
        raise ShapeError(f"column {name!r} has no value in any row of the training part; drop=[{name!r}] leaves it out")
    if column.numbers is not None:
        measured = Standardizer.fit(column.numbers)
        return Number(column.name, float(measured.mean), float(measured.scale))
    categories = sorted(set(column.cells[~absent].tolist()))
    if len(categories) > max_categories:
        raise DomainError(
            f"column {column.name!r} holds {len(categories)} different texts in {len(absent)} rows, expected at most "
            f"{max_categories} categories; a column that names each row, or holds free text, is dropped by "
            f"drop=[{column.name!r}], numbers with a decimal comma are read by decimal=','"
        )
    return Category(column.name, categories, bool(absent.any()))


def _is_text(cell: str | None) -> bool:
    try:
        float(cell or 0)
    except ValueError:
        return True
    return False
