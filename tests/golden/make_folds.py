"""Write folds.json: the folds of scikit-learn's splitters, without shuffling.

pip install scikit-learn
python -m tests.golden.make_folds        # from the project's root
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from sklearn import model_selection

from tests.golden.table import Row, write

NOTES = [
    f"Made by make_folds.py with scikit-learn {sklearn.__version__}.",
    "A row holds the splitter, its settings, what is split, and the test (or both) positions of every fold.",
]
rng = np.random.default_rng(3)
SPLITTERS: list[tuple[str, dict[str, Any]]] = [
    ("KFold", {"n_splits": 2}),
    ("KFold", {"n_splits": 7}),
    ("StratifiedKFold", {"n_splits": 3}),
    ("StratifiedKFold", {"n_splits": 5}),
    ("GroupKFold", {"n_splits": 3}),
    ("GroupKFold", {"n_splits": 4}),
    ("TimeSeriesSplit", {"n_splits": 4}),
    ("TimeSeriesSplit", {"n_splits": 3, "gap": 2}),
    ("TimeSeriesSplit", {"n_splits": 3, "test_size": 4, "gap": 1, "max_train_size": 9}),
]
CLASSES = rng.choice([3, 1, 2], size=43, p=[0.5, 0.3, 0.2]).tolist()
#: Groups of different sizes: where two are alike, either may go first.
GROUPS = rng.permutation(np.repeat(["a", "b", "c", "d", "e", "f"], [11, 9, 8, 7, 5, 3])).tolist()


def row(name: str, settings: dict[str, Any]) -> Row:
    """Divide 43 samples."""
    splitter = getattr(model_selection, name)(**settings)
    folds = [[train.tolist(), test.tolist()] for train, test in splitter.split(np.zeros(43), CLASSES, GROUPS)]
    return {"splitter": name, "settings": settings, "folds": folds}


def main() -> None:
    """Write every row."""
    write("folds", NOTES, data=[{"y": CLASSES, "groups": GROUPS}], rows=[row(*case) for case in SPLITTERS])


if __name__ == "__main__":
    main()
