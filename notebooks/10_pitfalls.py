# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10. Pitfalls: provoked, named, cured
#
# When a training fails, it seldom says why: the loss just stays where it is. `nn.Diagnostics` is a callback that looks
# at gradients, units and steps while it runs, and names what is wrong, where, and what to try. Here is each pitfall on
# purpose, and then its cure.

# %%
import numpy as np

import nn
from nn.initialization import he_normal
from nn.plots import histograms, history_curves, rate_search

digits = nn.datasets.digits()
X, y = digits.data / 16.0, digits.target
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.25, rng=0, stratify=y)


def network(*, hidden=2, activation=nn.ReLU, initializer=None):
    """Return a network 64-32-...-32-10."""
    sizes = [64] + [32] * hidden + [10]
    steps = []
    for k in range(hidden + 1):
        steps += [nn.Linear(sizes[k], sizes[k + 1], initializer=initializer, rng=k), activation()]
    return nn.Sequential(*steps[:-1])


def train(model, optimizer, data=(X_train, y_train), test=(X_test, y_test), **settings):
    """Train; say what was found and how good it is; return the findings by (pitfall, layer)."""
    watch = nn.Diagnostics()
    settings = {"epochs": 10, "rng": 0, "progress": False, **settings}
    try:
        nn.fit(model, nn.cross_entropy, data, optimizer=optimizer, callbacks=[watch], **settings)
    except nn.DivergenceError as error:
        print("stopped:", error)
    print(watch.report() or "nothing found")
    print(f"-> {nn.accuracy(nn.predict(model, test[0]), test[1]):.0%} of the held-back images are read rightly")
    return {(finding.pitfall, finding.layer) for finding in watch.findings}


adam, sgd = (lambda lr, name=name: nn.optimizer_factory(name, lr=lr) for name in ("adam", "sgd"))

# %% [markdown]
# ## A healthy training
#
# Nothing is found, and that is what it should say most of the time.

# %%
assert train(network(), adam(3e-3)) == set()

# %% [markdown]
# ## Learning rate too low, too high
#
# Steps so small that nothing happens; and steps so large that each undoes the one before.

# %%
assert ("learning rate too low", "") in train(network(), sgd(1e-5))

# %%
assert ("learning rate too high", "") in train(network(activation=nn.Tanh), sgd(8.0))

# %% [markdown]
# The cure: let `nn.find_learning_rate` try them all. It marks where the loss falls fastest; somewhat below that is
# safe.

# %%
search = nn.find_learning_rate(
    network(), nn.cross_entropy, (X_train, y_train), lowest=1e-5, highest=10.0, optimizer=nn.Adam, rng=0
)
rate_search(search)

# %%
assert train(network(), adam(search.suggestion / 3)) == set()

# %% [markdown]
# ## Vanishing gradients
#
# Eight layers of sigmoids: each multiplies the gradient by a quarter at most, and little of it arrives.

# %%
deep = network(hidden=7, activation=nn.Sigmoid)
found = train(deep, sgd(0.1))
assert "vanishing gradients" in {pitfall for pitfall, _ in found}
histograms(deep)

# %% [markdown]
# The cure: an activation whose slope is 1, and weights drawn to fit it.

# %%
assert train(network(hidden=7, initializer=he_normal), sgd(0.05)) == set()

# %% [markdown]
# ## Exploding gradients
#
# Weights five times as large as they should be, in eight layers: $5^8 = 390625$.

# %%
found = train(network(hidden=7, initializer=lambda shape, rng: 5.0 * he_normal(shape, rng)), adam(3e-3))
assert "exploding gradients" in {pitfall for pitfall, _ in found}

# %% [markdown]
# The cure is to draw them smaller; or, where gradients are huge only now and then, to clip their norm:
# `nn.fit(..., clip_norm=1.0)`.

# %% [markdown]
# ## Dead units
#
# A relu that is negative for all samples has slope 0 for all samples, and never learns again. One bad step is enough,
# and a learning rate that is too high takes bad steps.

# %%
found = train(network(), adam(0.5))
assert "dead units" in {pitfall for pitfall, _ in found}

# %% [markdown]
# The cure is the learning rate. A leaky relu cannot die: even at this rate, units live on.

# %%
found = train(network(activation=nn.LeakyReLU), adam(0.5))
assert "dead units" not in {pitfall for pitfall, _ in found}

# %% [markdown]
# ## Saturated units
#
# Large weights drive tanh to its ends, where it is flat.

# %%
found = train(network(activation=nn.Tanh, initializer=lambda shape, rng: 8.0 * he_normal(shape, rng)), sgd(0.01))
assert "saturated units" in {pitfall for pitfall, _ in found}

# %%
assert train(network(activation=nn.Tanh, initializer="xavier_uniform"), sgd(0.1)) == set()

# %% [markdown]
# ## All weights zero
#
# Units that start equal stay equal, as notebook 7 shows.

# %%
found = train(network(activation=nn.Tanh, initializer="zeros"), adam(3e-3))
assert "zero initialization" in {pitfall for pitfall, _ in found}

# %% [markdown]
# ## Unscaled inputs
#
# Pixels from 0 to 255 instead of 0 to 1: the first steps are so large that they kill most units.

# %%
found = train(network(), sgd(0.01), data=(255 * X_train, y_train), test=(255 * X_test, y_test))
assert ("unscaled inputs", "") in found

# %% [markdown]
# ## Overfitting
#
# 40 images, and a network that learns them by heart.

# %%
watch, model = nn.Diagnostics(), network()
history = nn.fit(
    model,
    nn.cross_entropy,
    (X_train[:40], y_train[:40]),
    validation=(X_test, y_test),
    epochs=60,
    optimizer=adam(0.01),
    metrics=[nn.accuracy],
    callbacks=[watch],
    rng=0,
    progress=False,
)
print(watch.report())
assert ("overfitting", "") in {(finding.pitfall, finding.layer) for finding in watch.findings}
history_curves(history)

# %% [markdown]
# More samples are the best cure; `nn.EarlyStopping`, `nn.Dropout` and weight decay are others (notebook 11).
#
# ## A series that was shuffled
#
# Windows of a series overlap. Held back at random, nearly each of them has a neighbour in the training data: the test
# is a test of memory.

# %%
series = nn.datasets.co2().values
windows, following = nn.windows((series - series.mean()) / series.std(), 12)
watch = nn.Diagnostics()
forecaster = nn.Sequential(nn.Linear(12, 8, rng=0), nn.Tanh(), nn.Linear(8, 1, rng=1))
nn.fit(
    forecaster,
    nn.mse_loss,
    (windows, following),
    validation=0.2,
    epochs=1,
    callbacks=[watch],
    rng=0,
    progress=False,
)
print(watch.report())
assert [finding.pitfall for finding in watch.findings] == ["label leakage"]

# %% [markdown]
# ## Not a number
#
# One missing pixel would make every weight nan in a single step. `nn.fit` looks before it starts; and when a loss
# becomes nan on the way, it stops, says where that began, and gives back the last good weights.

# %%
broken = X_train.copy()
broken[123, 45] = np.nan
model = network()
try:
    nn.fit(model, nn.cross_entropy, (broken, y_train), epochs=3, optimizer=adam(3e-3), rng=0, progress=False)
except ValueError as error:
    print(type(error).__name__, error)
assert all(np.isfinite(parameter.array).all() for parameter in model.parameters())

# %% [markdown]
# ## To try
#
# * Which of the deep networks above learn with `nn.BatchNorm1d(32)` after each linear layer?
# * Let a diagnosis run along in your own training: `callbacks=[nn.Diagnostics()]`.
