"""Real data that comes with the package, so that everything here runs offline.

* **digits**: 1,797 handwritten digits, 8x8 pixels. E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten
  Digits* (its test part), UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
* **iris**: 150 flowers, 4 lengths. R. A. Fisher, *The use of multiple measurements in taxonomic problems*, Annals of
  Eugenics 7 (1936), UCI Machine Learning Repository, https://doi.org/10.24432/C56C76, licence CC BY 4.0; the numbers
  are those printed in the paper (the repository's file differs in two rows).
* **co2**: 526 months of carbon dioxide at Mauna Loa. C. D. Keeling and T. P. Whorf, *Atmospheric CO2 concentrations
  derived from flask air samples at sites in the SIO network*, Carbon Dioxide Information Analysis Center, Oak Ridge
  National Laboratory, U.S. Department of Energy, 2004; in the public domain.
* **names**: the 8,000 given names most often given in the United States from 1880 on. Social Security Administration,
  *National data on the relative frequency of given names*; a work of the U.S. Government, in the public domain (CC0).
* **alice**: L. Carroll, *Alice's Adventures in Wonderland*, 1865, in the public domain; the text of Project Gutenberg.

The numbers are stored as whole numbers in small compressed files (`DATA.txt` beside them says how they were made).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.datasets.records import Dataset, Digits, Names, Series, Text


@cache
def _stored(name: str) -> dict[str, NDArray[Any]]:
    """Read a file of whole numbers, once a process; callers get arrays made from these, never these."""
    from importlib.resources import files  # slow to import, and only needed here

    with (files("nn.datasets") / name).open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)


@cache
def _text(name: str) -> str:
    """Read a text, once a process."""
    from importlib.resources import files

    return (files("nn.datasets") / name).read_text(encoding="ascii")


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


def co2() -> Series:
    """Load the carbon dioxide in the air over Mauna Loa, in parts per million: monthly means, 1958 to 2001.

    A rising trend and a season of 12 months: plants take up carbon dioxide in the northern summer.

    >>> from nn.datasets import co2
    >>> co2()
    Series(CO2 (ppm), 526 steps from 1958-03 to 2001-12, period 12)
    >>> co2().values[-3:].tolist()
    [368.05, 369.38, 371.02]
    """
    stored = _stored("co2.npz")
    filled = np.zeros(len(stored["values"]), dtype=bool)
    filled[stored["filled"]] = True
    return Series(
        values=stored["values"] / 100.0,  # stored in hundredths
        times=stored["months"].astype("datetime64[M]"),
        filled=filled,
        period=12,
        name="CO2 (ppm)",
        description=(
            "Carbon dioxide in the air at the Mauna Loa Observatory, Hawaii, in parts per million by volume: means of "
            "the weekly flask samples of each month. Five months have none (June and October 1958, February to April "
            "1964); their values lie on the line between the neighbours."
        ),
        source=(
            "C. D. Keeling, T. P. Whorf: Atmospheric CO2 concentrations derived from flask air samples at sites in "
            "the SIO network, in Trends: A Compendium of Data on Global Change, Carbon Dioxide Information Analysis "
            "Center, Oak Ridge National Laboratory, U.S. Department of Energy, 2004"
        ),
        licence="public domain",
    )


def names() -> Names:
    """Load 8,000 given names in small letters a to z, the most frequent first.

    >>> from nn.datasets import names
    >>> names()
    Names(james, john, robert, ...: 8000)
    >>> len(names()), max(names(), key=len)
    (8000, 'maryelizabeth')
    """
    return Names(
        _text("names.txt").split(),
        description=(
            "The 8,000 names that were given most often, to girls and boys together, in the United States from 1880 "
            "to 2017, in the order of how often, in small letters; what stands for a missing name is left out."
        ),
        source="U.S. Social Security Administration: National data on the relative frequency of given names",
        licence="public domain (CC0): a work of the U.S. Government",
    )


def alice() -> Text:
    """Load *Alice's Adventures in Wonderland*: about 144,000 characters of 69 kinds.

    >>> from nn.datasets import alice
    >>> alice()
    Text(Alice's Adventures in Wonderland, 143726 characters)
    >>> alice().text[33:81]
    'Alice was beginning to get very tired of sitting'
    """
    return Text(
        _text("alice.txt"),
        title="Alice's Adventures in Wonderland",
        description=(
            "The whole book, from the first chapter on. Lines are without indents, there is at most one empty line "
            "in a row, and the rows of stars are left out. Quotation marks are ` and '."
        ),
        source="Lewis Carroll: Alice's Adventures in Wonderland, Macmillan, London 1865; text of Project Gutenberg",
        licence="public domain",
    )
