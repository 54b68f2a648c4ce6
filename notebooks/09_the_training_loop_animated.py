# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 9. The training loop, animated
#
# Training is one loop: show samples, measure the loss, go a step downhill, again. This notebook counts what is in it,
# writes it by hand, and films it.

# %%
import numpy as np

import nn
from autograd import Tensor
from nn.plots import TrainingAnimation, decision_boundary, history_curves

X, y = nn.datasets.moons(200, noise=0.15, rng=0)
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.25, rng=0, stratify=y)


def network():
    return nn.Sequential(nn.Linear(2, 16, rng=0), nn.Tanh(), nn.Linear(16, 2, rng=1))


# %% [markdown]
# ## Epochs, batches, iterations
#
# * A *batch* is a few samples that are looked at together.
# * An *iteration* is one update of the weights, by the gradient of one batch.
# * An *epoch* is all samples once.
#
# 150 samples in batches of 32 make 5 iterations an epoch; the last batch has only 22 samples. This is the whole loop:

# %%
model = network()
optimizer = nn.Adam(model.parameters(), lr=0.01)
batches = nn.DataLoader((X_train, y_train), batch_size=32, shuffle=True, rng=0)
iterations, losses = 0, []
for _ in range(3):
    total = 0.0
    for batch_X, batch_y in batches:
        loss = nn.cross_entropy(model(Tensor(batch_X)), batch_y)  # how wrong?
        optimizer.zero_grad()  # gradients add up, so yesterday's must go
        loss.backward()  # which way is down?
        optimizer.step()  # a step
        iterations += 1
        total += loss.data * len(batch_y)
    losses.append(total / len(X_train))
print(f"{len(losses)} epochs of {len(batches)} batches: {iterations} iterations; loss by epoch: {np.round(losses, 4)}")
assert (len(batches), iterations) == (5, 15)

# %% [markdown]
# `nn.fit` is that loop with what one always wants around it: held-back samples, metrics, callbacks. From the same seeds
# it gives the same numbers.

# %%
model = network()
history = nn.fit(
    model,
    nn.cross_entropy,
    (X_train, y_train),
    epochs=3,
    batch_size=32,
    optimizer=nn.Adam(model.parameters(), lr=0.01),
    rng=0,
    progress=False,
)
print(np.round(history["loss"], 4))
assert np.allclose(history["loss"], losses, rtol=1e-12)

# %% [markdown]
# ## The film
#
# A callback is told after every epoch. This one looks at the whole plane through the eyes of the network. Press Play:
# first a straight line, since that is what small weights can do, then it bends.

# %%
model = network()
film = TrainingAnimation(X_train, y_train, frames=30)
history = nn.fit(
    model,
    nn.cross_entropy,
    (X_train, y_train),
    validation=(X_test, y_test),
    epochs=120,
    batch_size=32,
    optimizer=nn.Adam(model.parameters(), lr=0.01),
    metrics=[nn.accuracy],
    callbacks=[film],
    rng=0,
    progress=False,
)
film

# %%
history_curves(history)

# %%
print(f"{history['val_accuracy'][-1]:.0%} of the held-back samples are on their side after {120 * 5} iterations")
assert history["val_accuracy"][-1] > 0.95

# %% [markdown]
# `film.save("moons.gif")` writes it for a slide, `film.save("moons.html")` as a page that needs nothing else.

# %%
print(film.save("moons.gif"), film.save("moons.html"))

# %% [markdown]
# ## A perceptron against a network
#
# Without the hidden layer there is only a straight line, however long it is trained.

# %%
line = nn.Linear(2, 2, rng=0)
history_of_line = nn.fit(
    line,
    nn.cross_entropy,
    (X_train, y_train),
    validation=(X_test, y_test),
    epochs=120,
    optimizer=nn.Adam(line.parameters(), lr=0.05),
    metrics=[nn.accuracy],
    rng=0,
    progress=False,
)
assert history_of_line["val_accuracy"][-1] < history["val_accuracy"][-1]
decision_boundary(line, X_test, y_test, title="One layer")

# %%
decision_boundary(model, X_test, y_test, title="Two layers")

# %% [markdown]
# ## Large batches, small batches
#
# The same number of epochs, but of other batches. A small batch gives a rough gradient and many steps, all samples
# together an exact gradient and one step. Rough and often goes further.

# %%
for batch_size in (8, 32, 150):
    model = network()
    trained = nn.fit(
        model,
        nn.cross_entropy,
        (X_train, y_train),
        epochs=20,
        batch_size=batch_size,
        optimizer=nn.SGD(model.parameters(), lr=0.1),
        rng=0,
        progress=False,
    )
    steps = 20 * -(-len(X_train) // batch_size)
    print(f"batches of {batch_size:3}: {steps:3} iterations, loss {trained['loss'][-1]:.3f}")

# %% [markdown]
# ## XOR, one number at a time
#
# The film takes networks of single numbers just as well: four samples, two hidden neurons, nine weights.

# %%
inputs, wanted = nn.datasets.xor()
xor = nn.MLP(2, [2, 1], activation="tanh", rng=1)
film = TrainingAnimation(inputs, wanted, frames=25, resolution=50)
nn.fit(
    xor,
    lambda logits, y: nn.binary_cross_entropy_with_logits(logits, y),
    (inputs, wanted),
    epochs=200,
    batch_size=4,
    optimizer=nn.Adam(xor.parameters(), lr=0.1),
    callbacks=[film],
    rng=0,
    progress=False,
)
film

# %%
confidence = nn.predict_proba(xor, inputs)[:, 1]
print(np.round(confidence, 3), "wanted", wanted)
assert ((confidence > 0.5) == wanted).all()

# %% [markdown]
# ## To try
#
# * Set the learning rate to 1.0, and to 0.0001. What do the films show?
# * Film `nn.datasets.spirals(300, classes=3, rng=0)`. How many hidden neurons does it take?
