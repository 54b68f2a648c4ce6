"""Real data that comes with the package, so that everything here runs offline.

* **digits**: 1,797 handwritten digits, 8x8 pixels. E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten
  Digits* (its test part), UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
* **iris**: 150 flowers, 4 lengths. R. A. Fisher, *The use of multiple measurements in taxonomic problems*, Annals of
  Eugenics 7 (1936), UCI Machine Learning Repository, https://doi.org/10.24432/C56C76, licence CC BY 4.0; the numbers
  are those printed in the paper (the repository's file differs in two rows).

Both are stored as whole numbers in small compressed files (`DATA.txt` beside them says how they were made).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

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
        The class of each sample, 0 or more, shape (samples,).
    feature_names, target_names
        What the columns of `data` and the numbers in `target` mean.
    description, source, licence
        What was measured, by whom, and on which terms it may be passed on.
    """

    data: NDArray[np.float64]
    target: NDArray[np.int64]
    feature_names: list[str]
    target_names: list[str]
    description: str
    source: str
    licence: str

    def __repr__(self) -> str:
        samples, features = self.data.shape
        return f"{type(self).__name__}({samples} samples, {features} features, {len(self.target_names)} classes)"


class Digits(Dataset):
    """Handwritten digits: a dataset whose rows are also pictures."""

    @property
    def images(self) -> NDArray[np.float64]:
        """The rows of `data` as pictures of 8x8 pixels, shape (1797, 8, 8)."""
        return self.data.reshape(-1, 8, 8)


@cache
def _stored(name: str) -> dict[str, NDArray[np.uint8]]:
    """Read a file of whole numbers, once a process; callers get arrays made from these, never these."""
    from importlib.resources import files  # slow to import, and only needed here

    with (files("nn.datasets") / name).open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)


def _fields(name: str, scale: float, **about: Any) -> dict[str, Any]:
    stored = _stored(name)
    return {"data": stored["data"] / scale, "target": stored["target"].astype(np.int64), **about}


def digits() -> Digits:
    """Load 1,797 handwritten digits: `images` (1797, 8, 8) and `data` (1797, 64) from 0.0 to 16.0, `target` 0 to 9.

    >>> from nn.datasets import digits
    >>> digits()
    Digits(1797 samples, 64 features, 10 classes)
    >>> image, label = digits().images[0], digits().target[0]
    >>> print(f"A {label}:")
    A 0:
    >>> for row in image:
    ...     print("".join(" .:-=+*#@"[int(ink / 2)] for ink in row))
      :*=
      *#+#:
     .#. +=
     :*  ==
     :=  ==
     :+  *-
     .#:+*
      -*+
    """
    return Digits(
        **_fields("digits.npz", 1.0),
        feature_names=[f"pixel {row},{column}" for row in range(8) for column in range(8)],
        target_names=[str(digit) for digit in range(10)],
        description=(
            "Digits written by 13 people on forms. Each 32x32 bitmap was divided into blocks of 4x4; a pixel is the "
            "number of dark points in its block, 0 to 16. These are the 1,797 images of the test part."
        ),
        source=(
            "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, "
            "https://doi.org/10.24432/C50P49"
        ),
        licence="CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    )


def iris() -> Dataset:
    """Load Fisher's 150 irises: `data` (150, 4) lengths in centimetres, `target` 0 to 2.

    >>> from nn.datasets import iris
    >>> flowers = iris()
    >>> flowers.data[0].tolist(), flowers.target_names[flowers.target[0]]
    ([5.1, 3.5, 1.4, 0.2], 'setosa')
    """
    return Dataset(
        **_fields("iris.npz", 10.0),  # stored in millimetres
        feature_names=["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"],
        target_names=["setosa", "versicolor", "virginica"],
        description=(
            "Lengths and widths of the sepals and petals of 50 flowers from each of three species of iris. "
            "Setosa is linearly separable from the other two; versicolor and virginica overlap."
        ),
        source=(
            "R. A. Fisher: The use of multiple measurements in taxonomic problems, Annals of Eugenics 7, 179-188, "
            "1936; UCI Machine Learning Repository, https://doi.org/10.24432/C56C76"
        ),
        licence="CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    )
