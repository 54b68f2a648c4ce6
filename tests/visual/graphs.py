"""The graphs that pictures are tried on: a neuron, a network, losses, `a + a`, chains."""

import random
from itertools import pairwise

from autograd import Value, dot, logsumexp, total


def twice():
    a = Value(3.0, label="a")
    return a + a


def neuron():
    x1, x2 = Value(2.0, label="x1"), Value(0.5, label="x2")
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(6.88, label="b")
    return (x1 * w1 + x2 * w2 + b).tanh()


def network(*widths, activation="tanh"):
    """Return a function of a list of numbers; its parameters bear the labels that modules give them."""
    rng = random.Random(0)
    layers = [
        [
            (
                [Value(rng.uniform(-1, 1), label=f"layers.{k}.neurons.{j}.w.{i}") for i in range(fan_in)],
                Value(0.1 * j, label=f"layers.{k}.neurons.{j}.b"),
            )
            for j in range(fan_out)
        ]
        for k, (fan_in, fan_out) in enumerate(pairwise(widths))
    ]

    def forward(x):
        for depth, layer in enumerate(layers):
            x = [dot(w, x, b) for w, b in layer]
            if depth < len(layers) - 1:
                x = [getattr(number, activation)() for number in x]
        return x

    return forward


def mlp():
    return network(2, 3, 1)([Value(0.5, label="x1"), Value(-1.0, label="x2")])[0]


def squared_error():
    w, b = Value(1.5, label="w"), Value(0.1, label="b")
    return sum((w * x + b - y) ** 2 for x, y in [(1.0, 2.0), (2.0, 4.0), (3.0, 5.0)]) / 3


def squared_error_of_network():
    model = network(2, 2, 1)
    return total([(model(x)[0] - y) ** 2 for x, y in [([0.0, 1.0], 1.0), ([1.0, 1.0], 0.0), ([1.0, 0.0], 1.0)]]) / 3


def two_layer_sigmoid():
    rng = random.Random(1)
    W1 = [[Value(rng.random(), label=f"W1.{i}.{j}") for j in range(2)] for i in range(2)]
    W2 = [Value(rng.random(), label=f"W2.{i}") for i in range(2)]
    losses = []
    for x, y in [((0.0, 1.0), 1.0), ((1.0, 1.0), 0.0)]:
        hidden = [dot([W1[i][j] for i in range(2)], x).sigmoid() for j in range(2)]
        losses.append((dot(W2, hidden).sigmoid() - y) ** 2 * 0.5)
    return total(losses)


def cross_entropy():
    scores = [Value(x, label=f"z{i}") for i, x in enumerate([0.1, 0.9, -0.3])]
    return logsumexp(scores) - scores[1]


def softmax_cross_entropy():
    scores = [Value(x, label=f"z{i}") for i, x in enumerate([0.1, 0.9, -0.3])]
    powers = [score.exp() for score in scores]
    return -(powers[1] / (powers[0] + powers[1] + powers[2])).log()


def chain():
    x = y = Value(1.1, label="x")
    for _ in range(12):
        y = (y.tanh() * 1.5) + x
    return y


def digits():
    """A loss with thousands of nodes: it can only be drawn collapsed."""
    model, rng = network(64, 32, 10, activation="relu"), random.Random(2)
    losses = []
    for _ in range(3):
        scores = model([rng.random() for _ in range(64)])
        losses.append(logsumexp(scores) - scores[3])
    return total(losses) / 3


SMALL = (
    twice,
    neuron,
    mlp,
    squared_error,
    squared_error_of_network,
    two_layer_sigmoid,
    cross_entropy,
    softmax_cross_entropy,
    chain,
)
ALL = (*SMALL, digits)
