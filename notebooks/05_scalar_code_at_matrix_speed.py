# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5. Scalar code at matrix speed
#
# A network of single numbers can be read, and is slow: every multiplication is a Python object. A network of matrices
# is fast, and hides the numbers. Here the same code is both. One line above it, `@autograd.compile`, records what the
# function does with its numbers, differentiates that, and rolls tens of thousands of scalar operations back into the
# few matrix operations that they came from.

# %%
import statistics
import time

import numpy as np

import autograd
import nn
from autograd import Value

# %% [markdown]
# ## The program
#
# Two moons of points, a network of 337 numbers, a loss that punishes points on the wrong side. Nothing in it knows of
# matrices: each neuron multiplies and adds, one number after the other.

# %%
X, y = nn.datasets.moons(100, noise=0.1, rng=1337)
y = 2.0 * y - 1.0


def weights(outputs, inputs, rng):
    return [[Value(w) for w in row] for row in rng.uniform(-1, 1, size=(outputs, inputs))]


rng = np.random.default_rng(0)
W1, W2, W3 = weights(16, 2, rng), weights(16, 16, rng), weights(1, 16, rng)
b1, b2, b3 = ([Value(0.0) for _ in layer] for layer in (W1, W2, W3))
for name, layer in {"W1": W1, "W2": W2, "W3": W3}.items():
    for i, row in enumerate(layer):
        for j, w in enumerate(row):
            w.label = f"{name}.{i}.{j}"
for name, biases in {"b1": b1, "b2": b2, "b3": b3}.items():
    for i, b in enumerate(biases):
        b.label = f"{name}.{i}"
parameters = [w for layer in (W1, W2, W3) for row in layer for w in row] + b1 + b2 + b3


# %%
def neurons(W, b, x):
    return [sum((w * xi for w, xi in zip(row, x, strict=True)), bias) for row, bias in zip(W, b, strict=True)]


def loss(X, y):
    losses = []
    for x, target in zip(X, y, strict=True):
        hidden = [z.relu() for z in neurons(W1, b1, x)]
        hidden = [z.relu() for z in neurons(W2, b2, hidden)]
        (score,) = neurons(W3, b3, hidden)
        losses.append((1 - target * score).relu())
    return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in parameters)


# %% [markdown]
# ## The same, compiled
#
# Results and gradients are those of the eager program, up to the rounding of sums that are added in another order.

# %%
fast = autograd.compile(loss)


def gradients(function, *data):
    """Return the loss and the gradient of every parameter."""
    for p in parameters:
        p.grad = 0.0
    result = function(*data)
    result.backward()
    return result.data, np.array([p.grad for p in parameters])


eager_loss, eager = gradients(loss, X.tolist(), y.tolist())
compiled_loss, compiled = gradients(fast, X, y)
print("loss       ", eager_loss, compiled_loss)
print("difference ", abs(eager - compiled).max())
assert np.allclose(eager, compiled, rtol=1e-12, atol=1e-14)
fast.stats

# %% [markdown]
# ## The program that it wrote
#
# The compiler writes NumPy, forward and backward: the backpropagation that textbooks derive by hand. Compare:
# $\delta_2 = (\delta_3 W_3) \odot \mathbf 1[z_2 > 0]$, and the gradient of $W_2$ is $\delta_2^\top a_1$. The listing
# goes on with this call's numbers, so that it runs by itself.

# %%
listing = fast.source
print(listing[: listing.index("# what the program reads")])

# %% [markdown]
# ## Tens of thousands of nodes, rolled up
#
# Drawn as a graph, every array is one box.

# %%
fast.draw()

# %% [markdown]
# ## How fast
#
# One loss and one gradient, as medians; the machine that runs this notebook is not a quiet one.


# %%
def milliseconds(run, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


slow_time = milliseconds(lambda: gradients(loss, X.tolist(), y.tolist()), 3)
fast_time = milliseconds(lambda: gradients(fast, X, y), 50)
print(f"eager     {slow_time:8.2f} ms")
print(f"compiled  {fast_time:8.2f} ms, {slow_time / fast_time:.0f} times faster")

# %% [markdown]
# ## Branches are guarded, never guessed
#
# Where Python looks at a number to decide what to do next, the compiled function remembers the answer, and checks it on
# every call. Another answer is traced anew; a third call with either is fast again.

# %%
traced = []


@autograd.compile
def kinked(x):
    traced.append(x)
    return x * x if x > 0 else -3.0 * x


print([kinked(x) for x in (2.0, 3.0, -1.0, 4.0, -2.0)], "traced", len(traced), "times")
assert len(traced) == 2
