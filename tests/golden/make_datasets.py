"""Make the data files in nn/datasets from the copies that scikit-learn carries.

Run by hand: python -m tests.golden.make_datasets
"""

from pathlib import Path

import numpy as np
import sklearn.datasets

FOLDER = Path(__file__).parents[2] / "nn" / "datasets"


def store(name, data, target):
    """Write whole numbers as bytes, after making sure that nothing is lost."""
    stored = np.rint(data).astype(np.uint8)
    np.testing.assert_allclose(stored, data, atol=1e-9)
    np.savez_compressed(FOLDER / name, data=stored, target=target.astype(np.uint8))


digits = sklearn.datasets.load_digits()
store("digits.npz", digits.data, digits.target)
iris = sklearn.datasets.load_iris()
store("iris.npz", 10 * iris.data, iris.target)
