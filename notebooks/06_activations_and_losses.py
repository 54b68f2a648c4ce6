# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6. Activations and losses
#
# An activation makes a network more than a straight line; a loss tells it what is wrong. Both are functions of a
# number, and what matters in training is their *slope*.

# %%
from functools import partial

import numpy as np
from matplotlib import pyplot as plt

import nn
from autograd import Tensor, Value, jvp, sigmoid
from nn.plots import activations, histograms

rng = np.random.default_rng(0)

# %% [markdown]
# ## Why there must be one
#
# Two layers without an activation between them are one layer: a weighted sum of weighted sums is a weighted sum.

# %%
first, second = nn.Linear(3, 5, rng=0), nn.Linear(5, 2, rng=1)
X = rng.normal(size=(4, 3))
both = second(first(Tensor(X))).array
weight = second.weight.array @ first.weight.array  # (2, 3)
bias = second.weight.array @ first.bias.array + second.bias.array  # (2,)
assert np.allclose(both, X @ weight.T + bias, rtol=1e-12)

# %% [markdown]
# ## Six of them, with their derivatives
#
# The derivatives are found by the library, not written by hand.

# %%
activations()

# %% [markdown]
# * **step**, the perceptron's: its slope is 0, so nothing can be learned through it.
# * **sigmoid**: a slope of at most 1/4, and hardly any far from 0: the unit is *saturated*.
# * **tanh**: a slope of up to 1, centred around 0.
# * **relu**: a slope of 1 or 0. A unit that is negative for all samples learns nothing any more: it is *dead*.
# * **leaky_relu** leaves it a small slope; **gelu** is a smooth relu.

# %%
x = np.linspace(-6, 6, 1201)
for name in ("sigmoid", "tanh", "relu", "gelu"):
    _, slope = jvp(nn.ACTIVATIONS[name], (x,), (np.ones_like(x),))
    print(f"{name:8} steepest {slope.max():.3f}, at x = 5 {slope[x.searchsorted(5.0)]:.5f}")
assert sigmoid(Value(0.0)).data == 0.5

# %% [markdown]
# ## Vanishing gradients
#
# The chain rule multiplies: each layer's slope with that of the next. Eight sigmoids make it at most
# $(1/4)^8 \approx 0.000015$ of what it was. Here are the gradients of two deep networks, on a logarithmic axis; the
# layer on top is the first, where the samples come in.


# %%
def gradients(activation):
    """Return a deep network after one sweep backward."""
    X, y = nn.datasets.moons(200, noise=0.1, rng=0)
    layers = [nn.Linear(2 if k == 0 else 16, 16, rng=k) for k in range(8)]
    model = nn.Sequential(*[part for layer in layers for part in (layer, activation())], nn.Linear(16, 2, rng=8))
    nn.cross_entropy(model(Tensor(X)), y).backward()
    return model


deep = gradients(nn.Sigmoid)
histograms(deep)

# %%
rectified = gradients(nn.ReLU)
histograms(rectified)

# %%
for name, model in {"sigmoid": deep, "relu": rectified}.items():
    sizes = [np.linalg.norm(layer.weight.grad) for layer in (model[0], model[14])]
    print(f"{name:8} gradient of the first layer: {sizes[0]:.1e}, of the eighth: {sizes[1]:.1e}")

# %% [markdown]
# The other half of the story is how weights start: that is the next notebook.

# %% [markdown]
# ## Losses for classes
#
# The score is a number, the truth is "yes". How much does each loss punish a score, and how hard does it pull? The pull
# is the slope.

# %%
scores = np.linspace(-6, 6, 241)
yes = np.ones_like(scores)
losses = {
    "squared error of the sigmoid": lambda s: nn.mse_loss(sigmoid(s), yes, reduction="none"),
    "cross-entropy": lambda s: nn.binary_cross_entropy_with_logits(s, yes, reduction="none"),
    "hinge": lambda s: nn.hinge_loss(s, yes, reduction="none"),
}
_, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
pulls = {}
for (name, loss), colour in zip(losses.items(), ("#7d8793", "#2f86c5", "#e0731d"), strict=True):
    values, pulls[name] = jvp(loss, (scores,), (yes,))
    left.plot(scores, values, color=colour, label=name)
    right.plot(scores, pulls[name], color=colour)
left.set(title="Loss if the truth is yes", xlabel="score", ylim=(0, 5))
right.set(title="Its slope: how hard it pulls", xlabel="score")
left.legend(frameon=False)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# A network that is confidently wrong (score -6) should be pulled hardest. Cross-entropy pulls with almost 1. The
# squared error hardly pulls at all: the sigmoid is saturated. Hence cross-entropy for classes.

# %%
wrong = {name: abs(pull[0]) for name, pull in pulls.items()}
print({name: round(float(pull), 4) for name, pull in wrong.items()})
assert wrong["cross-entropy"] > 0.99 > 0.01 > wrong["squared error of the sigmoid"]

# %% [markdown]
# ## Losses for numbers
#
# Which single number stands best for 1, 2, 3, 4 and 100? That depends on the loss: the squared error asks for the mean,
# the absolute error for the median, and Huber's, squared for errors up to 10 and straight beyond, for something in
# between.

# %%
numbers = [1.0, 2.0, 3.0, 4.0, 100.0]
losses = {"squared": nn.mse_loss, "absolute": nn.l1_loss, "Huber's": partial(nn.huber_loss, delta=10.0)}
for name, loss in losses.items():
    guess = Value(10.0)
    optimizer = nn.Adam([guess], lr=0.5)
    schedule = nn.Schedule(optimizer, nn.schedules.cosine, steps=600)
    for _ in range(600):
        optimizer.zero_grad()
        loss([guess] * 5, numbers).backward()
        optimizer.step()
        schedule.step()
    print(f"{name:8} {guess.data:5.2f}")
print(f"mean {np.mean(numbers):.2f}, median {np.median(numbers):.2f}")

# %% [markdown]
# ## To try
#
# * `activations("elu", "silu", "softplus")`, or any function of your own: `activations(lambda x: x / (1 + abs(x)))`.
# * Sixteen layers of tanh. How large are the gradients of the first?
