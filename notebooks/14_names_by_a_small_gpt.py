# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 14. Names by a small GPT
#
# A language model says what comes next. This one is a GPT, as large ones are, only smaller: two layers, letters instead
# of words, and eight thousand given names to learn from. Then it makes up names of its own.

# %%
import time

import numpy as np

import nn
from autograd import log_softmax
from nn.plots import attention_maps, history_curves

names = nn.datasets.names()
order = np.random.default_rng(0).permutation(len(names))
train, test = [names[k] for k in order[:7200]], [names[k] for k in order[7200:]]
names

# %% [markdown]
# ## Letters as numbers
#
# A dot stands before and after each name. The input is the name from the dot on, the target the same, one letter later;
# beyond the end stands -100, which the loss ignores.

# %%
vocabulary = nn.Vocabulary(names, boundary=".")
inputs, targets = vocabulary.encode_words(["emma"], length=8)
print(vocabulary.decode(inputs[0]), inputs[0], targets[0], sep="\n")

# %%
X_train, y_train = vocabulary.encode_words(train)
X_test, y_test = vocabulary.encode_words(test, length=X_train.shape[1])
print(X_train.shape, X_test.shape)


def loss_of(scores, targets):
    """Return the mean loss of the letters: scores (batch, time, letters), targets (batch, time)."""
    return nn.cross_entropy(scores.swapaxes(1, -1), targets, ignore_index=-100)


# %% [markdown]
# ## What must be beaten
#
# The *bigram model* counts which letter follows which, and knows nothing else. Its loss is the mean of
# $-\log p(\text{next letter})$ over the names held back. To guess among 27 letters at random would cost
# $\ln 27 = 3.30$.

# %%
counted, is_letter = y_train >= 0, y_test >= 0
counts = np.ones((len(vocabulary), len(vocabulary)))  # one of each, so that nothing is impossible
np.add.at(counts, (X_train[counted], y_train[counted]), 1)
log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
bigram = -log_p[X_test[is_letter], y_test[is_letter]].mean()
print(f"bigram: {bigram:.3f}")

# %% [markdown]
# ## The GPT
#
# Each letter becomes a vector, and so does its place. In each layer, *attention* lets every letter look back at those
# before it, and takes along what it finds; a small network then works on each place by itself. In the end each place
# has 27 scores for what comes next.

# %%
gpt = nn.GPT(len(vocabulary), context=X_train.shape[1], width=32, heads=4, layers=2, rng=0).astype(np.float32)
print(gpt, f"{sum(p.size for p in gpt.parameters()):,} weights", sep="\n")
start = time.perf_counter()
history = nn.fit(
    gpt,
    loss_of,
    (X_train, y_train),
    validation=(X_test, y_test),
    epochs=5,
    batch_size=64,
    optimizer=nn.AdamW(gpt.parameters(), lr=5e-3),
    callbacks=[nn.LearningRate(nn.schedules.cosine, steps=5)],
    rng=0,
    progress=False,
)
print(f"{time.perf_counter() - start:.0f} s")
history_curves(history)

# %%
log_p = log_softmax(nn.predict(gpt, X_test), axis=-1)
held_back = -np.take_along_axis(log_p, np.maximum(y_test, 0)[..., None], axis=-1)[..., 0][is_letter].mean()
print(f"GPT: {held_back:.3f}, bigram: {bigram:.3f}")
assert held_back < bigram - 0.2

# %% [markdown]
# ## Made-up names
#
# From the dot on, each letter is drawn by its probability, until the next dot. At a low temperature the likely becomes
# likelier, and the names more ordinary.

# %%
for temperature in (0.5, 1.0):
    drawn = gpt.generate(np.zeros((16, 1), dtype=int), length=14, temperature=temperature, rng=0)
    made = [vocabulary.decode(row[1:]).partition(".")[0] for row in drawn]
    print(f"temperature {temperature}:", ", ".join(made))
    known = sum(name in set(names) for name in made)
    print(f"  {known} of {len(made)} are in the list")

# %% [markdown]
# The bigram model draws like this:

# %%
rng = np.random.default_rng(0)
made = []
for _ in range(8):
    letters = [0]
    while len(letters) == 1 or (letters[-1] and len(letters) < 15):
        letters.append(rng.choice(len(vocabulary), p=counts[letters[-1]] / counts[letters[-1]].sum()))
    made.append(vocabulary.decode(letters).strip("."))
print(", ".join(made))

# %% [markdown]
# ## Who looks at whom
#
# In each row, the letter that looks; the darker a square, the more it takes from there. Nobody looks ahead: that would
# be cheating. One layer, four heads, and each looks at something else.

# %%
word = ".christina"
x = gpt.positions(gpt.tokens(vocabulary.encode(word)[None]))
block = gpt.blocks[0]
_, weights = block.self_attn(block.norm1(x), causal=True, need_weights=True, average_attn_weights=False)
attention_maps(weights.array[0], list(word))

# %% [markdown]
# ## To try
#
# * Train it for 30 epochs. When does the held-back loss rise again, and what do the names look like then?
# * `nn.datasets.alice()` is a whole book; `nn.next_tokens` cuts it into windows.
