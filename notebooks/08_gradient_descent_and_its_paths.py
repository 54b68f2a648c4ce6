# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 8. Gradient descent and its paths
#
# The gradient points uphill. Gradient descent goes a small step the other way, and again. How small, and how the steps
# before are used, is all the difference between optimizers. Here their paths can be seen.

# %%
import numpy as np

import nn
from nn.plots import WeightPath, descend, descent_paths, loss_surface, rate_search

# %% [markdown]
# ## The learning rate
#
# For $f(x) = x^2$ the slope is $2x$, and a step with rate $\eta$ multiplies $x$ by $1 - 2\eta$. So it can be worked out
# what happens: with $\eta = 0.01$ it creeps, with 0.4 it is soon there, with 0.9 it jumps over the bottom and back, and
# with 1.1 each jump lands higher than the one before.

# %%
for rate in (0.01, 0.4, 0.9, 1.1):
    path = descend(lambda x, y: x * x + 0.0 * y, (1.0, 0.0), lambda p, rate=rate: nn.SGD(p, lr=rate), steps=10)[:, 0]
    print(f"rate {rate:4}: {np.round(path[:5], 3)} ... {path[-1]:.3g}")
    assert np.allclose(path, (1 - 2 * rate) ** np.arange(11), rtol=1e-9)

# %% [markdown]
# ## A long valley
#
# Now with two numbers: twenty times steeper across than along. The rate that is right along the valley is too high
# across it, and the other way round.


# %%
def valley(x, y):
    return 0.5 * x * x + 10.0 * y * y


rates = {f"rate {rate}": lambda p, rate=rate: nn.SGD(p, lr=rate) for rate in (0.004, 0.04, 0.099)}
descent_paths(valley, rates, start=(-4.0, 1.5), steps=40, minimum=(0.0, 0.0))

# %% [markdown]
# At 0.1 the jumps across would no longer shrink: $1 - 20 \cdot 0.1 = -1$.

# %%
ends = [descend(valley, (-4.0, 1.5), lambda p, rate=rate: nn.SGD(p, lr=rate), steps=100)[-1] for rate in (0.099, 0.101)]
print(f"0.099 ends at y = {ends[0][1]:.3f}, 0.101 at y = {ends[1][1]:.3f}")
assert abs(ends[0][1]) < 1.5 < abs(ends[1][1])

# %% [markdown]
# ## Better ways
#
# *Momentum* adds up the steps, as a ball rolls: across the valley they cancel, along it they grow. *RMSprop* divides
# each coordinate's gradient by its usual size. *Adam* does both.

# %%
optimizers = {
    "SGD": lambda p: nn.SGD(p, lr=0.09),
    "momentum": lambda p: nn.SGD(p, lr=0.02, momentum=0.8),
    "RMSprop": lambda p: nn.RMSprop(p, lr=0.1),
    "Adam": lambda p: nn.Adam(p, lr=0.3),
}
descent_paths(valley, optimizers, start=(-4.0, 1.5), steps=60, minimum=(0.0, 0.0))

# %%
for name, make in optimizers.items():
    heights = [valley(*point) for point in descend(valley, (-4.0, 1.5), make, steps=60)]
    print(f"{name:8} after 20 steps {heights[20]:.4f}, after 60 {heights[60]:.6f}")

# %% [markdown]
# ## A bent valley
#
# Rosenbrock's function (1960) has its minimum at (1, 1), at the end of a bent valley with an almost level floor.


# %%
def rosenbrock(x, y):
    return (1.0 - x) ** 2 + 20.0 * (y - x * x) ** 2


descent_paths(
    rosenbrock,
    {
        "SGD": lambda p: nn.SGD(p, lr=0.004),
        "momentum": lambda p: nn.SGD(p, lr=0.002, momentum=0.9),
        "Adam": lambda p: nn.Adam(p, lr=0.1),
    },
    start=(-1.2, 1.0),
    steps=150,
    x=(-1.8, 1.8),
    y=(-0.8, 2.6),
    minimum=(1.0, 1.0),
)

# %% [markdown]
# ## The same in a network
#
# A network's loss is a function of all its weights, 354 here. Of these many directions two can be drawn: those in which
# training went furthest (Li et al. 2018, arXiv:1712.09913).

# %%
X, y = nn.datasets.moons(200, noise=0.15, rng=0)


def network():
    return nn.Sequential(
        nn.Linear(2, 16, rng=0), nn.Tanh(), nn.Linear(16, 16, rng=1), nn.Tanh(), nn.Linear(16, 2, rng=2)
    )


model, path = network(), WeightPath()
nn.fit(
    model,
    nn.cross_entropy,
    (X, y),
    epochs=60,
    optimizer=nn.Adam(model.parameters(), lr=0.01),
    callbacks=[path],
    rng=0,
    progress=False,
)
print(path.weights.shape)
loss_surface(model, nn.cross_entropy, (X, y), path=path)

# %% [markdown]
# ## Finding a learning rate
#
# Let the rate grow from tiny to huge while training for a hundred steps. At first nothing happens, then the loss falls,
# then it explodes. A good rate lies where it falls, well before the explosion (Smith 2017, arXiv:1506.01186).

# %%
search = nn.find_learning_rate(network(), nn.cross_entropy, (X, y), lowest=1e-5, highest=10.0, rng=0)
rate_search(search)

# %% [markdown]
# Too low, about right, too high: 30 epochs of each.

# %%
losses = {}
for rate in (1e-5, 1e-2, 3.0):
    model = network()
    optimizer = nn.Adam(model.parameters(), lr=rate)
    history = nn.fit(model, nn.cross_entropy, (X, y), epochs=30, optimizer=optimizer, rng=0, progress=False)
    losses[rate] = history["loss"]
    print(f"rate {rate:g}: loss {losses[rate][0]:.3f} -> {losses[rate][-1]:.3f}")
assert losses[1e-2][-1] < 0.5 * min(losses[1e-5][-1], losses[3.0][-1])

# %% [markdown]
# ## To try
#
# * A saddle, `lambda x, y: x * x - y * y`, from (1, 0.001). Who leaves it first?
# * `nn.SGD(p, lr=0.02, momentum=0.9, nesterov=True)` in the bent valley.
