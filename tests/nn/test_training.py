"""The loop: what is learned, what is told, what stops it, and how it goes on."""

import numpy as np
import pytest

import nn

X, Y = nn.datasets.moons(120, noise=0.1, rng=0)


def tensors(seed=0):
    return nn.Sequential(nn.Linear(2, 8, rng=seed), nn.Dropout(0.1, rng=seed), nn.Linear(8, 2, rng=seed + 1))


def values(seed=0):
    return nn.MLP(2, [4, 2], activation="tanh", rng=seed)


def fit(model, **settings):
    settings = {"epochs": 3, "batch_size": 16, "rng": 0, "progress": False, "metrics": [nn.accuracy]} | settings
    optimizer = settings.pop("optimizer", lambda parameters: nn.Adam(parameters, lr=0.02))
    return nn.fit(model, nn.cross_entropy, settings.pop("data", (X, Y)), optimizer=optimizer, **settings)


@pytest.mark.parametrize("make", [tensors, values])
def test_both_kinds_of_networks_learn_and_one_seed_is_one_training(make):
    first, second = make(), make()
    history = fit(first, epochs=8, validation=0.25)
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert history.names == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    again = fit(second, epochs=8, validation=0.25)
    assert history["val_loss"] == again["val_loss"]
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(one.data, other.data)
