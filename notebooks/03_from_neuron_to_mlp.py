# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 3. From the neuron to the network
#
# A neuron weighs its inputs, adds a bias, and answers with an activation function of the sum:
#
# $$y = f(w_1 x_1 + w_2 x_2 + b)$$
#
# One neuron can learn a straight line, and nothing else. This notebook shows what it learns, what it can never learn,
# and why a second layer changes that.

# %%
import math

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

import nn
from autograd import draw

INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
AND, OR, XOR = [0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]

# %% [markdown]
# ## One neuron
#
# With the *step* function, 1 for sums above zero and 0 otherwise, a neuron gives a plain yes or no. Here the weights
# are chosen by hand. Two inputs of weight 1 exceed a threshold of 1.5 only together: the neuron computes AND.

# %%
neuron = nn.Neuron(2, activation="step")
neuron.load_state_dict({"w.0": 1.0, "w.1": 1.0, "b": -1.5})
assert [neuron(x).data for x in INPUTS] == AND
draw(neuron)

# %% [markdown]
# ## The perceptron learns
#
# The step function is flat but for a jump, so its derivative is 0, and gradient descent would never take a step:

# %%
neuron([1.0, 1.0]).backward()
assert [parameter.grad for parameter in neuron.parameters()] == [0.0, 0.0, 0.0]

# %% [markdown]
# Rosenblatt's perceptron (1958) learns by another rule. Show it an example. If the answer is right, do nothing;
# otherwise move the weights towards the inputs that should have counted, or away from those that should not:
#
# $$w_i \leftarrow w_i + (\text{wanted} - y)\,x_i, \qquad b \leftarrow b + (\text{wanted} - y)$$


# %%
def train_perceptron(wanted, epochs):
    """Train a perceptron; return it, and the number of mistakes in each epoch, until there are none."""
    neuron = nn.Neuron(2, activation="step", initializer="zeros")
    mistakes = []
    while len(mistakes) < epochs and 0 not in mistakes:
        mistakes.append(0)
        for x, target in zip(INPUTS, wanted, strict=True):
            error = target - neuron(x).data
            mistakes[-1] += error != 0
            for w, x_i in zip(neuron.w, x, strict=True):
                w.data += error * x_i
            neuron.b.data += error
    return neuron, mistakes


perceptrons = {}
for name, wanted in {"AND": AND, "OR": OR, "XOR": XOR}.items():
    perceptrons[name], mistakes = train_perceptron(wanted, epochs=1000)
    print(f"{name:3}  {len(mistakes):4} epochs; mistakes in each: {mistakes[:8]}")
    answers = [perceptrons[name](x).data for x in INPUTS]
    assert (answers == wanted) == (name != "XOR")

# %% [markdown]
# AND and OR are learned within a few epochs. XOR, *one or the other but not both*, is not, and a thousand epochs do not
# help. The reason shows once the answers are drawn: what a neuron says changes along the line
# $w_1 x_1 + w_2 x_2 + b = 0$, and no straight line has both XOR's ones on one side and both zeros on the other.


# %%
ORANGE, BLUE = "#e0731d", "#2f86c5"
COLOURS = LinearSegmentedColormap.from_list("answers", [ORANGE, "white", BLUE])  # no, undecided, yes


def show_answers(ask, wanted, title, axes):
    """Colour the plane by what is answered, and mark the four inputs by what is wanted."""
    grid = np.linspace(-0.5, 1.5, 101)
    answers = [[ask([x, y]) for x in grid] for y in grid]
    axes.imshow(answers, extent=(-0.5, 1.5, -0.5, 1.5), origin="lower", cmap=COLOURS, alpha=0.5)
    for x, target in zip(INPUTS, wanted, strict=True):
        axes.plot(*x, "o", markersize=11, color=BLUE if target else ORANGE, markeredgecolor="black")
    axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1])


_, row = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for axes, (name, wanted) in zip(row, {"AND": AND, "OR": OR, "XOR": XOR}.items(), strict=True):
    neuron = perceptrons[name]
    show_answers(lambda x, neuron=neuron: neuron(x).data, wanted, f"{name}, a perceptron", axes)

# %% [markdown]
# It can also be proved in three lines. To answer XOR the sum must be
#
# * at most 0 for the inputs 0,0 and 1,1: $\quad b \le 0 \quad$ and $\quad w_1 + w_2 + b \le 0$;
# * above 0 for 1,0 and 0,1: $\quad w_1 + b > 0 \quad$ and $\quad w_2 + b > 0$.
#
# Add the first pair, and $w_1 + w_2 + 2b \le 0$. Add the second pair, and $w_1 + w_2 + 2b > 0$. Both cannot be.

# %% [markdown]
# ## A second layer
#
# Two neurons draw two lines, and a third one combines their answers. This is a *multi-layer perceptron*, MLP. It needs
# no rule of its own if the jump is replaced by a smooth curve, tanh, which has a slope everywhere: then there are
# gradients, and every weight of every layer learns in the same way.

# %%
model = nn.MLP(2, [2, 1], activation="tanh", rng=1)
optimizer = nn.Adam(model.parameters(), lr=0.1)
losses = []
for _ in range(300):
    logits = [model(x) for x in INPUTS]
    loss = nn.binary_cross_entropy_with_logits(logits, XOR)
    model.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.data)

# %% [markdown]
# The model's output is a *logit*: above 0 it means yes, below 0 no, and its sigmoid is the probability of yes. The loss
# starts near $\ln 2 = 0.693$, what it costs to say "one half" to every question, and falls towards 0.

# %%
probabilities = [model(x).sigmoid().data for x in INPUTS]
for x, probability, target in zip(INPUTS, probabilities, XOR, strict=True):
    print(f"{x[0]:.0f} xor {x[1]:.0f}:  {probability:.3f}, wanted {target:.0f}")
print(f"loss: {losses[0]:.3f} at first, {losses[-1]:.4f} at last")
assert [float(probability > 0.5) for probability in probabilities] == XOR
assert losses[-1] < 0.1

# %%
draw(model)

# %% [markdown]
# What have the hidden neurons done? Each point of the plane becomes a new point, made of their two answers. On the
# right are the four inputs as the last neuron sees them. It still draws one straight line, but now a line is enough.

# %%
hidden, output = model.layers
[last] = output.neurons


def show_hidden(axes):
    """Mark the four inputs by the answers of the hidden neurons, and draw the line of the last neuron."""
    for x, target in zip(INPUTS, XOR, strict=True):
        seen = [h.data for h in hidden(x)]
        axes.plot(*seen, "o", markersize=11, color=BLUE if target else ORANGE, markeredgecolor="black")
        offset = (9, 3 if x[0] == 0 else -12)
        axes.annotate(f"{x[0]:.0f}, {x[1]:.0f}", seen, xytext=offset, textcoords="offset points")
    (w1, w2), b = [w.data for w in last.w], last.b.data
    line = np.array([-1.4, 1.4])
    axes.plot(line, -(w1 * line + b) / w2, "black", linewidth=1)
    axes.set(title="as the last neuron sees it", xlabel="$h_1$", ylabel="$h_2$")
    axes.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal")


_, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4), layout="constrained")
show_answers(lambda x: model(x).sigmoid().data, XOR, "XOR, an MLP", left)
show_hidden(right)

# %% [markdown]
# ## Why weights start at random
#
# Give all neurons of a layer the same weights, and they give the same answers, so they get the same gradients, so they
# stay the same: for ever. However many there are, they are one neuron. Here are four of them, all starting at 0.5:

# %%
twins = nn.MLP(2, [4, 1], activation="tanh", initializer=lambda shape, rng: np.full(shape, 0.5))
optimizer = nn.Adam(twins.parameters(), lr=0.1)
for _ in range(300):
    loss = nn.binary_cross_entropy_with_logits([twins(x) for x in INPUTS], XOR)
    twins.zero_grad()
    loss.backward()
    optimizer.step()

weights = [[p.data for p in neuron.parameters()] for neuron in twins.layers[0].neurons]
print(*np.round(weights, 6), sep="\n")
print(f"loss {loss.data:.4f}")
assert weights[0] != [0.5, 0.5, 0.0]  # they moved
assert all(neuron == weights[0] for neuron in weights)  # and never apart
assert loss.data > 0.4  # XOR is not learned: one neuron cannot

# %% [markdown]
# Zeros are worse still. The hidden answers are tanh(0) = 0, so the last weights get no gradient; the last weights are
# 0, so the hidden neurons get none either. Nothing moves at all, and the loss stays at $\ln 2$:

# %%
zeros = nn.MLP(2, [4, 1], activation="tanh", initializer="zeros")
loss = nn.binary_cross_entropy_with_logits([zeros(x) for x in INPUTS], XOR)
loss.backward()
assert math.isclose(loss.data, math.log(2))
assert all(parameter.grad == 0 for parameter in zeros.parameters())

# %% [markdown]
# So weights start at random, to break the symmetry. And they start small, so that tanh stays where it has a slope; how
# small depends on the number of inputs (see `nn.initialization`).
#
# ## To try
#
# * Train the MLP above from other seeds. About half of them end at a loss of $\frac12 \ln 2$: a valley from which no
#   small step leads down. Which two questions does the network answer then? Do three hidden neurons help?
# * Write down weights, by hand, with which three step neurons compute XOR. (One of them is an OR, one an AND.)
# * What can an MLP with `activation="linear"` learn, however many layers it has?
