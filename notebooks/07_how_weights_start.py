# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 7. How weights start
#
# Before the first step, weights are drawn at random. Why not 0? And how large? Three experiments.

# %%
import numpy as np
from matplotlib import pyplot as plt

import nn
from autograd import Tensor
from nn.plots import decision_boundary

X, y = nn.datasets.moons(200, noise=0.1, rng=0)


def train(start, epochs=60):
    """Return a network with weights that start as they are told, after training, and the history."""
    model = nn.Sequential(nn.Linear(2, 8, rng=0), nn.Tanh(), nn.Linear(8, 2, rng=1))
    for layer in (model[0], model[2]):
        layer.weight.data = start(layer.weight.shape)
        layer.bias.data = np.zeros(layer.bias.shape)
    history = nn.fit(
        model,
        nn.cross_entropy,
        (X, y),
        epochs=epochs,
        optimizer=nn.Adam(model.parameters(), lr=0.03),
        metrics=[nn.accuracy],
        rng=0,
        progress=False,
    )
    return model, history


# %% [markdown]
# ## Zeros fail
#
# With all weights 0, every hidden neuron answers 0, and since the weights that follow are 0 too, no gradient comes
# back. Nothing moves but the last bias.

# %%
zeros, history_of_zeros = train(np.zeros)
print(f"accuracy {history_of_zeros['accuracy'][-1]:.0%}, loss {history_of_zeros['loss'][-1]:.3f}")
print(f"to say one half of everything costs ln 2 = {np.log(2):.3f}")
assert not any(layer.weight.array.any() for layer in (zeros[0], zeros[2]))

# %% [markdown]
# ## Equal numbers fail too
#
# All weights 0.5: now there are gradients, but all eight neurons get the same one. They start as copies, and stay
# copies: the network has one hidden neuron, eight times. This is the *symmetry* that chance must break.

# %%
equal, history_of_equal = train(lambda shape: np.full(shape, 0.5))
print(equal[0].weight.array.round(3))
assert np.ptp(equal[0].weight.array, axis=0).max() < 1e-12

# %%
decision_boundary(equal, X, y, title="All weights equal: one neuron, eight times")

# %%
chance = np.random.default_rng(0)
drawn, history_of_drawn = train(lambda shape: nn.initialization.xavier_uniform(shape, chance))
decision_boundary(drawn, X, y, title="Weights drawn at random")

# %%
for name, history in {"zeros": history_of_zeros, "equal": history_of_equal, "random": history_of_drawn}.items():
    print(f"{name:7} accuracy {history['accuracy'][-1]:.1%}")
assert history_of_drawn["accuracy"][-1] > history_of_equal["accuracy"][-1] > history_of_zeros["accuracy"][-1]

# %% [markdown]
# Biases may start at 0: once the weights differ, so do the neurons.

# %% [markdown]
# ## How large?
#
# A signal passes 20 layers of 100 neurons. If weights are a bit too small, it shrinks in each and is nothing in the
# end; if they are a bit too large, it explodes. In between is a width at which it keeps its size: for relu a variance
# of $2 / n$ for $n$ inputs (He et al. 2015), because relu silences half of the signal; for tanh about $1 / n$ (Glorot &
# Bengio 2010).

# %%
LAYERS, WIDTH = 20, 100


def sizes(activation, deviation):
    """Return the deviations of the signal after each layer, and of the gradient that comes back to it."""
    rng = np.random.default_rng(0)
    steps = []
    for _ in range(LAYERS):
        layer = nn.Linear(WIDTH, WIDTH, bias=False, rng=rng)
        layer.weight.data = rng.normal(0.0, deviation, (WIDTH, WIDTH))
        steps += [layer, activation()]
    x = Tensor(rng.normal(size=(200, WIDTH)))
    signals = [x]
    for step in steps:
        signals.append(step(signals[-1]))
    signals[-1].backward(rng.normal(size=signals[-1].shape))
    return [s.array.std() for s in signals[2::2]], [s.grad.std() for s in signals[2::2]]


he, xavier = (2 / WIDTH) ** 0.5, (1 / WIDTH) ** 0.5
tried = {
    "relu, half of He": (nn.ReLU, 0.5 * he),
    "relu, He": (nn.ReLU, he),
    "relu, twice He": (nn.ReLU, 2 * he),
    "tanh, Xavier": (nn.Tanh, xavier),
    "tanh, a tenth of Xavier": (nn.Tanh, 0.1 * xavier),
}
measured = {name: sizes(*settings) for name, settings in tried.items()}

# %%
_, panels = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
for axes, which, title in zip(panels, (0, 1), ("Signal after each layer", "Gradient on its way back"), strict=True):
    for (name, both), colour in zip(
        measured.items(), ("#9cc5e6", "#2f86c5", "#123f63", "#e0731d", "#f0b78c"), strict=True
    ):
        axes.plot(range(1, LAYERS + 1), both[which], color=colour, label=name)
    axes.set(title=title, xlabel="layer", yscale="log")
    axes.spines[["top", "right"]].set_visible(False)
panels[1].legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
plt.show()

# %%
signals = {name: both[0][-1] for name, both in measured.items()}
print({name: f"{size:.1e}" for name, size in signals.items()})
assert 0.1 < signals["relu, He"] < 10
assert 0.1 < signals["tanh, Xavier"] < 1
assert signals["relu, half of He"] < 1e-5 < 1e5 < signals["relu, twice He"]

# %% [markdown]
# The gradient comes from the right, and what happened to the signal happens to it: it vanishes, explodes, or keeps its
# size. A weight's gradient is the product of the signal that comes in and the gradient that comes back.
#
# ## What it means for training
#
# Ten relu layers, once with He's weights, once with half of them, and nothing else changed:


# %%
def deep(factor):
    """Return the accuracy of a deep network by epoch."""
    rng = np.random.default_rng(0)
    layers = []
    for k in range(10):
        layer = nn.Linear(2 if k == 0 else 32, 32, rng=rng)
        layer.weight.data = factor * nn.initialization.he_normal(layer.weight.shape, rng)
        layer.bias.data = np.zeros(32)
        layers += [layer, nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(32, 2, rng=rng))
    optimizer = nn.SGD(model.parameters(), lr=0.05)
    fitted = nn.fit(
        model, nn.cross_entropy, (X, y), epochs=40, optimizer=optimizer, metrics=[nn.accuracy], rng=0, progress=False
    )
    return fitted["accuracy"]


good, small = deep(1.0), deep(0.5)
print(f"after 40 epochs: He {good[-1]:.0%}, half of He {small[-1]:.0%}")
assert good[-1] > small[-1] + 0.1

# %% [markdown]
# Layers here start well by themselves: `nn.Neuron` picks He or Xavier by its activation, `nn.Linear` does as PyTorch.
#
# ## To try
#
# * What does `nn.initialization.orthogonal` do to the signal of linear layers?
# * Put `nn.LayerNorm(100)` after each layer of the 20. Does the start still matter?
