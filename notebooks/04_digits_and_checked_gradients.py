# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 4. A network reads digits, and its gradients are checked
#
# Now all of it together: real data, a network of single numbers, and training. But first a question that is asked too
# seldom: *are the gradients right?* A network with a wrong gradient often learns all the same, only worse, and nobody
# notices. So we check before we train: against measurement, and against backpropagation written by hand.

# %%
import math

import numpy as np

import nn
from autograd import draw, no_grad
from autograd.testing import check_manual
from nn.plots import confusion, image_grid, learning_curves

# %% [markdown]
# ## The data
#
# 1,797 handwritten digits of 8×8 pixels come with the package. A pixel's ink goes from 0 to 16; divided by 16, from 0
# to 1. A quarter of the images is held back, to judge the network by what it has not seen.

# %%
digits = nn.datasets.digits()
X_train, X_test, y_train, y_test = nn.train_test_split(
    digits.data / 16, digits.target, test_size=0.25, rng=0, stratify=digits.target
)
image_grid(digits.images[:16], captions=[str(label) for label in digits.target[:16]])

# %% [markdown]
# ## The network
#
# 64 pixels go in, 24 hidden neurons look at them through a sigmoid, and 10 outputs give a score to each digit. The
# *cross-entropy* turns scores into probabilities (softmax) and takes $-\ln$ of that of the right digit, as a mean over
# the images.

# %%
model = nn.MLP(64, [24, 10], activation="sigmoid", rng=0)
draw(model)


# %%
def loss_of(images, labels):
    """Return the mean cross-entropy of some images, with the whole computation behind it."""
    return nn.cross_entropy([model(image) for image in images.tolist()], labels.tolist())


images, labels = X_train[:32], y_train[:32]
loss = loss_of(images, labels)
loss

# %% [markdown]
# Is that plausible? Who knows nothing gives each of the ten digits a probability of one tenth, which costs
# $-\ln \frac{1}{10} = 2.303$. A network that has learned nothing yet should be near that.

# %%
assert abs(loss.data - math.log(10)) < 0.3

# %% [markdown]
# ## First check: measure
#
# `backward()` gives the gradient in all of the parameters at once. To measure one of them, move that parameter a little
# to both sides and compute the loss twice. That is far too slow to train with, and just right for a sample.

# %%
model.zero_grad()
loss.backward()
parameters = dict(model.named_parameters())


def measure(parameter, h=1e-4):
    """Return the slope of the loss in one parameter, by moving it."""
    middle, losses = parameter.data, []
    with no_grad():
        for parameter.data in (middle - h, middle + h):
            losses.append(loss_of(images, labels).data)
    parameter.data = middle
    return (losses[1] - losses[0]) / (2 * h)


print(f"{len(parameters)} parameters; a few of them:\n")
print(f"{'parameter':26}{'backward()':>14}{'measured':>14}")
for name in np.random.default_rng(7).choice([*parameters], size=8, replace=False):
    derived, measured = parameters[name].grad, measure(parameters[name])
    print(f"{name:26}{derived:14.8f}{measured:14.8f}")
    assert math.isclose(derived, measured, rel_tol=1e-5, abs_tol=1e-9)

# %% [markdown]
# ## Second check: by hand
#
# The same network on paper, for a whole batch at once, in matrices. Forwards, with $n$ images in the rows of $X$:
#
# $$Z_1 = X W_1 + b_1, \quad A_1 = \sigma(Z_1), \quad Z_2 = A_1 W_2 + b_2, \quad P = \text{softmax}(Z_2)$$
#
# And backwards, with $Y$ for the right answers. Softmax and cross-entropy together leave a strikingly simple error, and
# the slope of the sigmoid is best written with its *result*, $\sigma' = A_1 (1 - A_1)$:
#
# $$dZ_2 = \frac{P - Y}{n}, \quad dW_2 = A_1^\top dZ_2, \quad
#   dZ_1 = dZ_2 W_2^\top \odot A_1 (1 - A_1), \quad dW_1 = X^\top dZ_1$$
#
# and the gradient of a bias is that of its $Z$, summed over the images.


# %%
def numbers(layer):
    """Return the weights of a layer as a matrix (inputs, outputs), and its biases."""
    weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T
    return weights, np.array([neuron.b.data for neuron in layer.neurons])


def slope_of_sigmoid(a):
    """Return the derivative of the sigmoid, given what it answered."""
    return a * (1 - a)


(W1, b1), (W2, b2) = map(numbers, model.layers)
Z1 = images @ W1 + b1
A1 = 1 / (1 + np.exp(-Z1))
Z2 = A1 @ W2 + b2
P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)

dZ2 = (P - np.eye(10)[labels]) / len(images)
dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
dZ1 = dZ2 @ W2.T * slope_of_sigmoid(A1)
dW1, db1 = images.T @ dZ1, dZ1.sum(axis=0)

# %% [markdown]
# `check_manual` takes the loss and, for each name, the pair of parameters and gradient. The network keeps the weights
# of a neuron in a row; hence the transposes.


# %%
def hold_against_backward(dW1, db1, dW2, db2):
    """Compare gradients by hand with those of the library, array by array."""
    hidden, output = model.layers
    return check_manual(
        loss,
        {
            "W1": ([neuron.w for neuron in hidden.neurons], dW1.T),
            "b1": ([neuron.b for neuron in hidden.neurons], db1),
            "W2": ([neuron.w for neuron in output.neurons], dW2.T),
            "b2": ([neuron.b for neuron in output.neurons], db2),
        },
    )


report = hold_against_backward(dW1, db1, dW2, db2)
print(report)
assert report.ok
assert all(array.exact for array in report.arrays.values())

# %% [markdown]
# All 1,810 derivatives agree, up to the rounding of the last digits. What the library found by itself, from the rows of
# its tables, is what a person derives on paper.

# %% [markdown]
# ## A slip, and how it is caught
#
# The most popular mistake by hand: `slope_of_sigmoid` is written for the *answer* $A_1$ and is given $Z_1$. Nothing
# crashes, all shapes fit, and it even trains a little.

# %%
dZ1 = dZ2 @ W2.T * slope_of_sigmoid(Z1)
slip = hold_against_backward(images.T @ dZ1, dZ1.sum(axis=0), dW2, db2)
print(slip)
assert not slip.ok
assert [name for name, array in slip.arrays.items() if array.verdict == "wrong"] == ["W1", "b1"]

# %% [markdown]
# The table also says where to look. The second layer is right and the first is wrong, so the mistake is on the way from
# one to the other: in `dZ1`.

# %% [markdown]
# ## Training
#
# Now that the gradients can be trusted: five times through all images (*epochs*), in a fresh random order each, 32
# images a step (*batches*). Each step computes the loss of its batch and its gradient, and moves every parameter a bit
# downhill.

# %%
rng = np.random.default_rng(0)
optimizer = nn.Adam(model.parameters(), lr=0.05)


def scores_of(images):
    """Return the ten scores of each image, without remembering how they came about."""
    with no_grad():
        return [[score.data for score in model(image)] for image in images.tolist()]


losses, accuracies = [], []
for _ in range(5):
    order = rng.permutation(len(X_train))
    batches = [order[start : start + 32] for start in range(0, len(order), 32)]
    for batch in batches:
        loss = loss_of(X_train[batch], y_train[batch])
        model.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
    accuracies.append(nn.accuracy(scores_of(X_test), y_test))

print(f"{len(losses)} steps; the loss went from {losses[0]:.2f} to {np.mean(losses[-len(batches) :]):.2f}")
print(f"{accuracies[-1]:.1%} of the {len(y_test)} held-back images are read rightly")
assert accuracies[-1] > 0.93

# %%
learning_curves(losses, accuracies={"held back": accuracies}, steps_per_epoch=len(batches))

# %% [markdown]
# ## What it gets wrong
#
# The confusion matrix counts, for each digit, what it was taken for. And a look at the misread images themselves tells
# whether a person would have done better.

# %%
scores = np.array(scores_of(X_test))
confusion(nn.confusion_matrix(scores, y_test))

# %%
misread = np.flatnonzero(scores.argmax(axis=1) != y_test)
captions = [f"{y_test[k]}, read as {scores[k].argmax()}" for k in misread[:8]]
image_grid(X_test[misread[:8]].reshape(-1, 8, 8), captions=captions, columns=4)

# %% [markdown]
# ## To try
#
# * Train with the slip: put the wrong gradient into every `parameter.grad` by hand before each step. How good does it
#   get? Would you have noticed?
# * Measure all 1,810 derivatives. How long does it take, compared with one `backward()`?
# * `chainrule demo` on the command line runs a larger version of this notebook, and writes a report.
