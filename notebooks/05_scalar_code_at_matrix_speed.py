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
# The compiler writes NumPy, forward and backward. Its listing goes on with this call's numbers, so that it runs by
# itself: copied into a file, it prints the same loss and the same gradients.

# %%
listing = fast.source
print(listing[listing.index("def forward") : listing.index("# what the program reads")])

# %% [markdown]
# ## Beside a textbook's
#
# This is backpropagation as textbooks derive it by hand: $\delta_2 = (\delta_3 W_3) \odot \mathbf 1[z_2 > 0]$, and the
# gradient of $W_2$ is $\delta_2^\top a_1$. Line by line it is what the compiler found by itself, from scalar code that
# knows no matrix.


# %%
def by_hand(X, y):
    """Return the gradient of every parameter, in the order of `parameters`."""
    w1, w2, w3 = (np.array([[w.data for w in row] for row in layer]) for layer in (W1, W2, W3))
    c1, c2, c3 = (np.array([b.data for b in biases]) for biases in (b1, b2, b3))
    return textbook(X, y, w1, w2, w3, c1, c2, c3)


def textbook(X, y, W1, W2, W3, b1, b2, b3):
    z1 = X @ W1.T + b1  # (100, 16)
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2.T + b2  # (100, 16)
    a2 = np.maximum(z2, 0)
    scores = (a2 @ W3.T + b3)[:, 0]  # (100,)
    delta3 = (-y * (1 - y * scores > 0) / len(y))[:, None]  # (100, 1)
    delta2 = delta3 @ W3 * (z2 > 0)  # (100, 16)
    delta1 = delta2 @ W2 * (z1 > 0)  # (100, 16)
    weights = [delta1.T @ X, delta2.T @ a1, delta3.T @ a2]
    biases = [delta1.sum(axis=0), delta2.sum(axis=0), delta3.sum(axis=0)]
    flat = np.concatenate([array.ravel() for array in weights + biases])
    return flat + 2e-4 * np.concatenate([array.ravel() for array in (W1, W2, W3, b1, b2, b3)])


print("largest difference to the textbook:", abs(by_hand(X, y) - compiled).max())
assert np.allclose(by_hand(X, y), compiled, rtol=1e-12, atol=1e-14)

# %% [markdown]
# ## Tens of thousands of nodes, rolled up
#
# How many `Value`s does one eager loss hang on? And the same as a picture of the compiled program: every array is one
# box.

# %%
nodes = len(autograd.topological_order(loss(X.tolist(), y.tolist())))
print(f"{nodes:,} nodes, rolled into {fast.stats.statements} array statements")

# %%
fast.draw()

# %% [markdown]
# ## How fast
#
# One loss and all its gradients, as medians; the machine that runs this notebook is not a quiet one. The compiled
# function is called as users call it, and writes its gradients into 337 `Value`s; the textbook has arrays already.


# %%
def milliseconds(run, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


arrays = [np.array([[w.data for w in row] for row in layer]) for layer in (W1, W2, W3)]
arrays += [np.array([b.data for b in biases]) for biases in (b1, b2, b3)]
times = {
    "eager, one Value a number": milliseconds(lambda: loss(X.tolist(), y.tolist()).backward(), 3),
    "compiled, the same code": milliseconds(lambda: fast(X, y).backward(), 200),
    "the textbook's NumPy": milliseconds(lambda: textbook(X, y, *arrays), 200),
}
for name, time_taken in times.items():
    print(f"{name:26} {time_taken:9.3f} ms  {times['eager, one Value a number'] / time_taken:7.0f}x")

# %% [markdown]
# ## Training
#
# Nothing changes in the loop. Between the optimizer and the compiled loss the numbers stay in arrays, and the first
# look at any `Value` brings them back.

# %%
optimizer = nn.SGD(parameters, lr=0.5)
start = time.perf_counter()
for step in range(1001):
    optimizer.zero_grad()
    now = fast(X, y)
    now.backward()
    optimizer.step()
    if step % 250 == 0:
        print(f"step {step:4}: loss {now.data:.4f}, W1[0][0] = {W1[0][0].data:+.4f}")
print(f"{1e3 * (time.perf_counter() - start) / 1001:.2f} ms a step")
assert now.data < 0.1

# %% [markdown]
# ## One sample, many samples
#
# A function of one sample is mapped over a batch by `vmap`. Within a compiled function it is traced once, however many
# samples there are.


# %%
def sample_loss(x, target):
    hidden = [z.relu() for z in neurons(W1, b1, x)]
    hidden = [z.relu() for z in neurons(W2, b2, hidden)]
    (score,) = neurons(W3, b3, hidden)
    return (1 - target * score).relu()


@autograd.compile
def batch_loss(X, y):
    losses = autograd.vmap(sample_loss)(X, y)
    return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in parameters)


print(batch_loss(X, y).data, loss(X.tolist(), y.tolist()).data)
print(f"{batch_loss.stats.scalar_nodes:,} scalar nodes traced instead of {fast.stats.scalar_nodes:,}")

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
