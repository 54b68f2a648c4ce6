# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 11. Validation: k-fold and early stopping
#
# A network can learn its samples by heart. What counts is what it says of others, and how sure that number is.

# %%
import numpy as np

import nn
from nn.plots import decision_boundary, history_curves

X, y = nn.datasets.moons(700, noise=0.4, rng=0)
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=500, rng=0, stratify=y)


def network():
    return nn.Sequential(
        nn.Linear(2, 64, rng=0), nn.ReLU(), nn.Linear(64, 64, rng=1), nn.ReLU(), nn.Linear(64, 2, rng=2)
    )


# %% [markdown]
# ## Overfitting
#
# 200 noisy samples, 4,482 weights, 200 epochs. The training loss falls and falls. That of the other samples falls with
# it for a while, and then rises: from there on the network learns the noise.

# %%
model = network()
history = nn.fit(
    model,
    nn.cross_entropy,
    (X_train, y_train),
    validation=(X_test, y_test),
    epochs=200,
    optimizer=nn.Adam(model.parameters(), lr=5e-3),
    metrics=[nn.accuracy],
    rng=0,
    progress=False,
)
history_curves(history)

# %%
best = history.best("val_loss")
print(f"least held-back loss: {best['val_loss']:.3f} in epoch {best['epoch']}; at last {history['val_loss'][-1]:.3f}")
assert history["val_loss"][-1] > 1.2 * best["val_loss"]
decision_boundary(model, X_train, y_train, title="By heart")

# %% [markdown]
# ## Early stopping
#
# Look at held-back samples after each epoch, stop when they have not got better for a while, and go back to the best
# weights. The samples that decide must not be those that judge in the end: 50 of the 200 are held back for that.

# %%
stopped = network()
history = nn.fit(
    stopped,
    nn.cross_entropy,
    (X_train, y_train),
    validation=0.25,
    epochs=200,
    optimizer=nn.Adam(stopped.parameters(), lr=5e-3),
    callbacks=[nn.EarlyStopping(patience=15)],
    rng=0,
    progress=False,
)
print(history.stopped)
decision_boundary(stopped, X_train, y_train, title="Stopped early")


# %%
def judge(model):
    scores = nn.predict(model, X_test)
    return float(nn.cross_entropy(scores, y_test)), nn.accuracy(scores, y_test)


for name, each in {"by heart": model, "stopped early": stopped}.items():
    loss, accuracy = judge(each)
    print(f"{name:13} loss {loss:.3f}, accuracy {accuracy:.1%} on 500 other samples")
assert judge(stopped)[0] < judge(model)[0]

# %% [markdown]
# ## One split is luck
#
# How good is it? With 50 held-back samples the answer depends on which 50. In *k-fold* cross-validation every sample is
# held back once: the samples are dealt into k folds, and k networks are trained, each without one of the folds.

# %%
folds = nn.StratifiedKFold(5, rng=0)
for train, test in folds.split(X_train, y_train):
    print(f"train on {len(train)}, test on {len(test)}, {y_train[test].mean():.0%} of them of class 1")

# %%
scores = nn.cross_validate(
    network,
    nn.cross_entropy,
    (X_train, y_train),
    folds=folds,
    epochs=20,
    optimizer=nn.optimizer_factory("adam", lr=5e-3),
    metrics=[nn.accuracy],
    rng=0,
)
accuracies = np.array(scores["accuracy"])
deviation = accuracies.std(ddof=1)
print(f"folds: {np.round(accuracies, 2)}")
print(
    f"accuracy {accuracies.mean():.3f}, deviation between folds {deviation:.3f}, error of the mean about "
    f"{deviation / 5**0.5:.3f}"
)

# %% [markdown]
# The folds differ by more than one would like to believe; their mean can be relied on far more than any of them.
# So, too, is a choice made: how many epochs?

# %%
for epochs in (5, 20, 200):
    scores = nn.cross_validate(
        network,
        nn.cross_entropy,
        (X_train, y_train),
        folds=folds,
        epochs=epochs,
        optimizer=nn.optimizer_factory("adam", lr=5e-3),
        metrics=[nn.accuracy],
        rng=0,
    )
    print(f"{epochs:3} epochs: loss {np.mean(scores['loss']):.3f}, accuracy {np.mean(scores['accuracy']):.3f}")

# %% [markdown]
# ## Not all samples may be shuffled
#
# Samples of one person belong in one fold (`nn.GroupKFold`), and the future must not be used to foretell the past:

# %%
for train, test in nn.TimeSeriesSplit(3).split(np.zeros(8)):
    print("learn from", train, "foretell", test)

# %% [markdown]
# ## To try
#
# * Other remedies: `nn.Dropout(0.5)` after each layer, `nn.AdamW(..., weight_decay=0.1)`, fewer neurons, more samples.
# * `nn.RepeatedStratifiedKFold(5, n_repeats=4)`: how much do the means differ from repeat to repeat?
