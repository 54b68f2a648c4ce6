"""`Preparation`: from the columns of a table to the inputs of a network, learned from the training part alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError, UnknownNameError, did_you_mean
from nn.data.inputs import Category, Number, fit_input
from nn.data.standardizer import Standardizer
from nn.data.table import Column, Table
from nn.metrics.reading import predicted_classes, read_numbers

Numbers = NDArray[np.float64]
VERSION = 1


@dataclass(frozen=True)
class Preparation:
    """What a network needs to know of a table: how each column becomes features, and how its outputs are read.

    It is fitted on the training part, so that nothing of the other parts leaks into it, and may be kept as JSON
    beside the weights. A table to predict for may have its columns in another order, more of them, and no target.

    >>> from nn.data.table import Column, Table
    >>> height = Column("height", np.array(["1", "3", None]), np.array([1.0, 3.0, np.nan]))
    >>> colour = Column("colour", np.array(["red", "blue", "red"]), None)
    >>> table = Table({"height": height, "colour": colour}, None, None, np.array([2, 3, 4]))
    >>> preparation = Preparation.fit(table)
    >>> preparation.feature_names
    ['height', 'colour=blue', 'colour=red']
    >>> preparation.transform(table)
    array([[-1.,  0.,  1.],
           [ 1.,  1.,  0.],
           [ 0.,  0.,  1.]])

    Attributes
    ----------
    inputs
        For each column a `Number` or a `Category`.
    target, classes
        The name of the target, and the names of its classes; None for a number, or without a target.
    mean, scale
        Of a target that is a number: 0 and 1 where it is left as it is.
    """

    inputs: list[Number | Category]
    target: str | None = None
    classes: list[str] | None = None
    mean: float = 0.0
    scale: float = 1.0

    @classmethod
    def fit(cls, table: Table, *, standardize_target: bool = True, max_categories: int = 100) -> Preparation:
        """Learn from the training part of a table.

        `standardize_target` brings a target that is a number to mean 0 and deviation 1, on which a network trains
        well; `decode` brings its outputs back.

        Raises
        ------
        ShapeError
            When there are no rows, or a column has no value in any.
        DomainError
            When a column has more than `max_categories` categories, as those that name each row do.
        """
        if not len(table):
            raise ShapeError("Preparation.fit: got no rows, expected the training part of a table")
        inputs = [fit_input(column, max_categories) for column in table.columns.values()]
        if table.target is None:
            return cls(inputs)
        if table.task == "classification":
            return cls(inputs, table.target.name, _classes(table.target))
        numbers = _target_numbers(table.target)
        measured = Standardizer.fit(numbers)
        mean, scale = (float(measured.mean), float(measured.scale)) if standardize_target else (0.0, 1.0)
        return cls(inputs, table.target.name, None, mean, scale)

    @property
    def feature_names(self) -> list[str]:
        """What each feature is, such as "height" or "colour=red"."""
        return [feature for column in self.inputs for feature in column.features()]

    @property
    def outputs(self) -> int:
        """How many outputs a network needs: one a class, or one for a number."""
        return 1 if self.classes is None else len(self.classes)

    def transform(self, table: Table) -> Numbers:
        """Return the features of each row, shape (rows, features).

        Raises
        ------
        UnknownNameError
            When the table lacks columns.
        DomainError
            When a column that held numbers in training holds text.
        """
        return np.concatenate([spec.transform(column, table.lines) for spec, column in self._pairs(table)], axis=1)

    def targets(self, table: Table) -> NDArray[Any]:
        """Return the targets of a table as a network is to give them, shape (rows,): classes from 0, or numbers.

        Raises
        ------
        OperandError
            When the table, or the preparation, has no target, or they are of different kinds.
        DomainError
            When there is a class that was not seen in training.
        """
        if table.target is None or self.target is None:
            raise OperandError("targets: there is no target; say load_csv(..., target=name) when the table is loaded")
        if self.classes is None:
            return (_target_numbers(table.target) - self.mean) / self.scale
        place = {name: number for number, name in enumerate(self.classes)}
        names = _class_names(table.target)
        for name, line in zip(names, table.lines, strict=True):
            if name not in place:
                raise DomainError(
                    f"line {line}: {self.target} is {name!r}, which the training part does not hold; split with "
                    "stratify, so that every part has every class"
                )
        return np.array([place[name] for name in names], dtype=np.int64)

    def decode(self, outputs: Any) -> NDArray[Any]:
        """Return what outputs of a network mean, shape (rows,): the names of classes, or numbers in the target's unit.

        Raises
        ------
        OperandError, ShapeError, DomainError
            When the outputs are not such of this target.
        """
        numbers = read_numbers(outputs, "outputs")
        width = numbers.shape[1] if numbers.ndim == 2 else 1
        if width != self.outputs and not (width == 1 and self.outputs == 2):
            raise ShapeError(f"decode: got outputs of shape {numbers.shape}, expected {self.outputs} a row")
        if self.classes is None:
            return numbers.reshape(-1) * self.scale + self.mean
        return np.array(self.classes)[predicted_classes(numbers)]

    def unseen(self, table: Table) -> dict[str, list[str]]:
        """Return for each column the categories that training did not see; to a network they are no category at all."""
        found = {}
        for spec, column in self._pairs(table):
            if isinstance(spec, Category):
                cells = sorted({cell for cell in column.cells if cell is not None} - set(spec.categories))
                if cells:
                    found[spec.name] = cells
        return found

    def state_dict(self) -> dict[str, Any]:
        """Return everything as plain lists and dictionaries, ready for JSON."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Any]) -> Preparation:
        """Return the preparation with this `state_dict`.

        Raises
        ------
        DomainError
            When the state is not that of a preparation, or of a later version.
        """
        try:
            fields = dict(state)
            if (version := fields.pop("version")) != VERSION:
                raise DomainError(f"Preparation: got version {version!r}, expected {VERSION}; update the library")
            kinds = [Category if "categories" in given else Number for given in fields["inputs"]]
            inputs = [kind(**given) for kind, given in zip(kinds, fields.pop("inputs"), strict=True)]
            return cls(inputs, **fields)
        except (KeyError, TypeError) as error:
            raise DomainError(f"Preparation: the state is not that of a preparation ({error})") from error

    def _pairs(self, table: Table) -> Iterator[tuple[Number | Category, Column]]:
        """Yield each input with its column in a table, which may have them in any order."""
        absent = [spec.name for spec in self.inputs if spec.name not in table.columns]
        if absent:
            raise UnknownNameError(
                f"the table lacks {len(absent)} of the {len(self.inputs)} columns of the training part, first "
                f"{absent[0]!r}; {did_you_mean(absent[0], table.columns)}its columns are "
                f"{', '.join(list(table.columns)[:10])}"
            )
        for spec in self.inputs:
            yield spec, table.columns[spec.name]


def _classes(target: Column) -> list[str]:
    """Return the names of the classes: numbers in their order, texts in that of the alphabet."""
    names = sorted(set(_class_names(target)), key=float if target.numbers is not None else None)
    if len(names) < 2:
        raise DomainError(f"the target {target.name!r} has a single class {names[0]!r}, expected at least two")
    return names


def _class_names(target: Column) -> list[str]:
    """Return the class of each row; whole numbers have one spelling."""
    if target.missing().any():
        raise DomainError(f"the target {target.name!r} is missing in some rows; try missing_target='drop'")
    if target.numbers is None:
        return [str(cell) for cell in target.cells]
    return [str(int(number)) if number == int(number) else str(number) for number in target.numbers.tolist()]


def _target_numbers(target: Column) -> Numbers:
    if target.numbers is None:
        raise OperandError(f"the target {target.name!r} holds text, expected numbers, as in training")
    return target.numbers
