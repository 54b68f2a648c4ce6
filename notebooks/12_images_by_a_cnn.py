# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 12. Images by a convolutional network
#
# A dense layer sees 64 unrelated numbers. A *convolution* slides one small window of weights over the whole image: what
# it has learned in one corner it knows in all others, with a fraction of the weights.

# %%
import time

import numpy as np

import nn
from autograd import Tensor, draw
from nn.plots import confusion, history_curves, image_grid, misread

digits = nn.datasets.digits()
X = digits.images[:, None] / 16.0  # (samples, channels, height, width)
y = digits.target
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.25, rng=0, stratify=y)
print(f"{len(X_train)} images to learn from, {len(X_test)} held back")

# %% [markdown]
# ## What a convolution computes
#
# At each place, the sum of the products of the window's weights with the pixels below it. These two windows are made by
# hand: one answers where it gets darker from left to right, the other from top to bottom.

# %%
edges = nn.Conv2d(1, 2, 3, padding=1, rng=0)
sobel = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
edges.weight.data = np.stack([sobel, sobel.T])[:, None]
edges.bias.data = np.zeros(2)
image = X_train[0]
answers = edges(Tensor(image[None])).array[0]
image_grid(np.concatenate([4 * image, abs(answers)]), captions=["image", "left to right", "top to bottom"])

# %% [markdown]
# ## The network
#
# Twice: convolve, keep what is positive, and keep the largest of each 2x2 pixels. What remains, 48 maps of 2x2 numbers,
# goes to ten neurons, one for each digit. Dropout silences a third of the numbers at random while it learns, so that it
# does not rely on any.

# %%
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1, rng=0),  # (batch, 16, 8, 8)
    nn.ReLU(),
    nn.MaxPool2d(2),  # (batch, 16, 4, 4)
    nn.Conv2d(16, 48, 3, padding=1, rng=1),  # (batch, 48, 4, 4)
    nn.ReLU(),
    nn.MaxPool2d(2),  # (batch, 48, 2, 2)
    nn.Flatten(),  # (batch, 192)
    nn.Dropout(0.3, rng=0),
    nn.Linear(192, 10, rng=2),  # (batch, 10)
).astype(np.float32)
draw(model)

# %% [markdown]
# ## Training

# %%
start = time.perf_counter()
history = nn.fit(
    model,
    nn.cross_entropy,
    (X_train, y_train),
    validation=(X_test, y_test),
    epochs=30,
    batch_size=32,
    optimizer=nn.Adam(model.parameters(), lr=3e-3),
    metrics=[nn.accuracy],
    callbacks=[nn.LearningRate(nn.schedules.cosine, steps=30)],
    rng=0,
    progress=False,
)
print(f"{time.perf_counter() - start:.0f} s")
history_curves(history)

# %%
scores = nn.predict(model, X_test)
accuracy = nn.accuracy(scores, y_test)
print(f"{accuracy:.1%} of the held-back images are read rightly")
assert accuracy >= 0.98

# %% [markdown]
# ## What it gets wrong
#
# The surest first. The network's confidence is no promise: it was trained to be confident.

# %%
confusion(nn.confusion_matrix(scores, y_test))

# %%
misread(X_test[:, 0], y_test, scores)

# %% [markdown]
# ## Compared with dense layers
#
# A perceptron with one hidden layer has half as many weights here, and makes more mistakes.

# %%
dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 64, rng=0), nn.ReLU(), nn.Linear(64, 10, rng=1)).astype(np.float32)
nn.fit(
    dense,
    nn.cross_entropy,
    (X_train, y_train),
    epochs=30,
    batch_size=32,
    optimizer=nn.Adam(dense.parameters(), lr=3e-3),
    callbacks=[nn.LearningRate(nn.schedules.cosine, steps=30)],
    rng=0,
    progress=False,
)
for name, network in {"dense": dense, "convolutional": model}.items():
    wrong = 1 - nn.accuracy(nn.predict(network, X_test), y_test)
    print(f"{name:14} {sum(p.size for p in network.parameters()):5} weights, {wrong:.1%} misread")

# %% [markdown]
# The real difference shows when images are shifted by one pixel, which neither of them has ever seen.

# %%
shifted = np.zeros_like(X_test)
shifted[:, :, :, 1:] = X_test[:, :, :, :-1]
of_dense, of_convolutional = (nn.accuracy(nn.predict(network, shifted), y_test) for network in (dense, model))
print(f"one pixel to the right: dense {of_dense:.0%}, convolutional {of_convolutional:.0%}")
assert of_convolutional > of_dense

# %% [markdown]
# ## What it looks for
#
# The sixteen windows of the first layer. Compare them with those made by hand above.

# %%
image_grid(model[0].weight.array[:, 0])

# %% [markdown]
# ## To try
#
# * Leave the second convolution out. Leave the dropout out. What does each cost?
# * `nn.datasets.mnist()` has 5,000 images of 28x28 pixels (`pip install 'chainrule[data]'`).
