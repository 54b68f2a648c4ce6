"""Settings that are whole numbers: what each takes, and what it says of others."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nn
from autograd import DomainError

X, Y = nn.datasets.moons(20, noise=0.1, rng=0)


def sharded(shards):
    model = nn.Linear(2, 2, rng=0)
    with ThreadPoolExecutor(1) as threads:
        return nn.fit(model, nn.cross_entropy, (X, Y), executor=threads, shards=shards, epochs=1, progress=False, rng=0)


COUNTS = {
    "EarlyStopping: patience": nn.EarlyStopping,
    "Resume: every": lambda number: nn.Resume("training.npz", every=number),
    "fit: shards": sharded,
    "DataLoader: batch_size": lambda number: nn.DataLoader((X, Y), batch_size=number),
    "predict: batch_size": lambda number: nn.predict(nn.Linear(2, 2, rng=0), X, batch_size=number),
    "Linear: in_features": lambda number: nn.Linear(number, 3, rng=0),
    "GRU: num_layers": lambda number: nn.GRU(3, 2, num_layers=number, rng=0),
    "a layer: width": lambda number: nn.MLP(2, [number, 1], rng=0),
}


@pytest.mark.parametrize("setting", COUNTS)
def test_whole_numbers_are_taken_from_python_and_numpy_and_nothing_else_is(setting):
    for number in (2, np.int64(2), np.uint8(2)):
        COUNTS[setting](number)
    for number in (0, -1, 2.0, True, "2", None):
        with pytest.raises(DomainError, match=f"^{setting} must be a whole number, 1 or more, got {number!r}$"):
            COUNTS[setting](number)
