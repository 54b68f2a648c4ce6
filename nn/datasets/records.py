"""What the data sets are returned as: samples, a series, names or a text, each with its source and licence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Samples, what they are, and where they come from.

    Attributes
    ----------
    data
        One row of features a sample, shape (samples, features).
    target
        Of each sample its class, 0 or more, or the number to predict, shape (samples,).
    feature_names, target_names
        What the columns of `data` and the classes in `target` mean; without classes, the name of the target.
    description, source, licence
        What was measured, by whom, and on which terms it may be passed on.
    """

    data: NDArray[np.float64]
    target: NDArray[Any]
    feature_names: list[str]
    target_names: list[str]
    description: str
    source: str
    licence: str

    def __repr__(self) -> str:
        samples, features = self.data.shape
        kind = (
            f"{len(self.target_names)} classes"
            if self.target.dtype.kind == "i"
            else f"a number: {self.target_names[0]}"
        )
        return f"{type(self).__name__}({samples} samples, {features} features, {kind})"


class Digits(Dataset):
    """Handwritten digits: a dataset whose rows are also pictures."""

    @property
    def images(self) -> NDArray[np.float64]:
        """The rows of `data` as square pictures, shape (samples, pixels, pixels); 8x8 in those that are shipped."""
        side = round(self.data.shape[1] ** 0.5)
        return self.data.reshape(-1, side, side)


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """One number a time step, evenly spaced, the oldest first.

    Attributes
    ----------
    values
        What was measured, shape (steps,).
    times
        When, shape (steps,), as NumPy dates.
    filled
        The steps without a measurement, whose value lies on the line between the neighbours, shape (steps,), bool.
    period
        After how many steps a season comes again.
    name, description, source, licence
        What the number is, how it was measured, by whom, and on which terms it may be passed on.
    """

    values: NDArray[np.float64]
    times: NDArray[np.datetime64]
    filled: NDArray[np.bool_]
    period: int
    name: str
    description: str
    source: str
    licence: str

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Series({self.name}, {len(self)} steps from {self.times[0]} to {self.times[-1]}, period {self.period})"


@dataclass(frozen=True, eq=False, repr=False)
class Names(Sequence[str]):
    """A list of names in small letters, with `description`, `source` and `licence`."""

    words: list[str]
    description: str
    source: str
    licence: str

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        return self.words[position]

    def __repr__(self) -> str:
        return f"Names({', '.join(self.words[:3])}, ...: {len(self)})"


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """A text in one string, `text`, with `title`, `description`, `source` and `licence`."""

    text: str
    title: str
    description: str
    source: str
    licence: str

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        return f"Text({self.title}, {len(self)} characters)"
