"""A corpus of scalar programs in the styles people write: what every stage of the compiler is held to.

Each is a function of its parameters, nested lists of `Value`s, and of arrays or nested lists of floats. `Entry.numbers`
makes both from a seed; `Entry.parameters` keeps the `Value`s and changes their numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, product
from types import SimpleNamespace
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Value, dot, exp, grad, hessian, largest, log, logsumexp, maximum, softmax, sqrt, take, total, where
from autograd.node import Node


def nested(array: np.ndarray, label: str) -> Any:
    """Turn an array into nested lists of labelled Values."""
    if array.ndim:
        return [nested(row, f"{label}.{i}") for i, row in enumerate(array)]
    return Value(float(array), label)


def values_in(tree: Any) -> Iterator[Value]:
    """Yield the Values within lists, dictionaries, arrays and modules, in order."""
    if isinstance(tree, Node):
        yield tree
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from values_in(item)
    elif isinstance(tree, dict | SimpleNamespace | nn.Module):
        yield from values_in(list((tree if isinstance(tree, dict) else vars(tree)).values()))


@dataclass
class Entry:
    """A program, and how to make its parameters and arguments from a generator."""

    function: Callable[..., Any]
    shapes: dict[str, Any]
    data: Callable[[np.random.Generator], tuple[Any, ...]]
    make: Callable[[np.random.Generator], Any] | None = None
    p: Any = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(0)
        drawn = {name: nested(rng.normal(0.0, 0.5, shape), name) for name, shape in self.shapes.items()}
        self.p = self.make(rng) if self.make else SimpleNamespace(**drawn)
        self.parameters = list(dict.fromkeys(values_in(self.p)))

    def numbers(self, seed: int) -> tuple[Any, ...]:
        """Give the parameters new numbers, and return new arguments."""
        rng = np.random.default_rng(seed)
        for value in self.parameters:
            value.data, value.grad = float(rng.normal(0.0, 0.5)), 0.0
        return self.data(rng)

    def __call__(self, *data: Any) -> Any:
        """Run the program on its parameters."""
        return self.function(self.p, *data)


CORPUS: dict[str, Entry] = {}


def program(data: Any = (), make: Any = None, **shapes: Any) -> Callable[[Any], Any]:
    """Enter a program; `data` are the shapes of its float arrays, or a function of a generator."""
    draw = (
        data
        if callable(data)
        else lambda rng: tuple([rng.normal(size=shape) if shape else float(rng.normal()) for shape in data])
    )

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        CORPUS[function.__name__] = Entry(function, shapes, draw, make)
        return function

    return enter


# --- sums, products, comprehensions --------------------------------------------------------------------------------


@program([(6, 3), (6,)], w=(3,), b=())
def least_squares(p, X, y):
    predictions = [sum(w * x for w, x in zip(p.w, row, strict=True)) + p.b for row in X]
    return sum((t - target) ** 2 for t, target in zip(predictions, y, strict=True)) / len(y), predictions


@program([(5, 4)], W=(3, 4))
def index_loops(p, X):
    loss = 0
    for j in range(3):
        for i in range(5):
            z = 0.0
            for k in reversed(range(4)):
                z = X[i, k] * p.W[j][k] + z
            loss += z * z * z
    return loss


@program([(5, 4)], W=(4, 3), b=(3,))
def object_arrays(p, X):
    W, b = np.array(p.W), np.array(p.b)
    Z = X @ W + b
    return (np.tanh(Z) ** 2).sum() + 0.1 * (W * W).mean()


@program([(4, 4), (4,)], W=(4, 4))
def mixed_orders_of_summation(p, A, v):
    rows = sum(sum(A[i][j] * p.W[i][j] for j in range(4)) for i in range(4))
    columns = sum(sum(p.W[i][j] * v[i] for i in range(4)) for j in range(4))
    diagonal = sum(p.W[i][i] for i in range(4)) - sum(p.W[i][3 - i] for i in range(4))
    return rows * columns + diagonal, rows, [columns, {"diagonal": diagonal}]


@program([(7, 2)], w=(2, 2))
def shared_weights(p, X):
    h = X.tolist()
    for _ in range(3):
        h = [[(p.w[0][0] * a + p.w[0][1] * b).tanh(), (p.w[1][0] * a + p.w[1][1] * b).tanh()] for a, b in h]
    return sum(a * b for a, b in h)


@program([(3, 3)], M=(3, 3))
def determinant_by_cofactors(p, A):
    def minor(rows, j):
        return [[x for k, x in enumerate(row) if k != j] for row in rows[1:]]

    def det(rows):
        if len(rows) == 1:
            return rows[0][0]
        return sum((-1) ** j * x * det(minor(rows, j)) for j, x in enumerate(rows[0]))

    return det(p.M) + det([[a + m for a, m in zip(r, s, strict=True)] for r, s in zip(A, p.M, strict=True)]) ** 2


@program([(9,)], c=(5,))
def polynomial(p, xs):
    horner = [0.0] * len(xs)
    for c in reversed(p.c):
        horner = [h * x + c for h, x in zip(horner, xs, strict=True)]
    powers = [sum(c * x**k for k, c in enumerate(p.c)) for x in xs]
    return sum((a - 2 * b) ** 2 for a, b in zip(horner, powers, strict=True))


@program([(4,)], w=(4,))
def running_products(p, x):
    factors = [1.0 + w * xi for w, xi in zip(p.w, x, strict=True)]
    return list(accumulate(factors, lambda a, b: a * b))[::-1]


# --- ragged shapes -------------------------------------------------------------------------------------------------


@program([(6,)], x=(6,))
def triangular_pairs(p, m):
    energy = Value(0.0)
    for i in range(len(p.x)):
        for j in range(i):
            energy = energy - m[i] * m[j] / ((p.x[i] - p.x[j]) ** 2 + 0.01).sqrt()
    return energy


@program([(5, 4)], Q=(3, 4), K=(3, 4), V=(3, 4))
def causal_attention(p, X):
    q, k, v = ([[dot(row, x) for row in W] for x in X] for W in (p.Q, p.K, p.V))
    out = []
    for t in range(len(X)):
        weights = softmax([dot(q[t], k[s]) / math.sqrt(3) for s in range(t + 1)])
        out.append([sum(w * v[s][d] for s, w in enumerate(weights)) for d in range(3)])
    return sum(o * o for row in out for o in row), out


@program([(5, 4)], Q=(3, 4), K=(3, 4), V=(3, 4))
def self_attention(p, X):
    q, k, v = ([[dot(row, x) for row in W] for x in X] for W in (p.Q, p.K, p.V))
    shares = [softmax([dot(a, b) for b in k]) for a in q]
    return sum(sum(w * value[d] for w, value in zip(row, v, strict=True)) ** 2 for row in shares for d in range(3))


@program(lambda rng: ([rng.normal(size=n).tolist() for n in (1, 4, 2, 3)],), a=(), b=())
def sequences_of_unequal_length(p, sequences):
    scores = [sum((p.a * x + p.b).sigmoid() for x in sequence) / len(sequence) for sequence in sequences]
    return logsumexp(scores), scores


@program([(5, 5)], x=(5,))
def lower_triangular_solve(p, L):
    x = []
    for i in range(5):
        x.append((p.x[i] - sum(L[i][j] * x[j] for j in range(i))) / (2.0 + L[i][i] ** 2))
    return sum(v * v for v in x)


# --- recurrences ---------------------------------------------------------------------------------------------------


@program([(4, 5, 2)], W=(3, 2), U=(3, 3), b=(3,), v=(3,))
def recurrent_network(p, batch):
    loss = 0.0
    for sequence in batch:
        h = [0.0] * 3
        for x in sequence:
            h = [(dot(w, x) + dot(u, h) + b).tanh() for w, u, b in zip(p.W, p.U, p.b, strict=True)]
        loss = loss + dot(p.v, h) ** 2
    return loss


@program([(5, 4, 2)], W=(4, 2), U=(4, 4), b=(4,), gates=(2, 4))
def gated_network(p, batch):
    """Weights that every step shares: their gradients are sums over steps, of arrays that stand side by side."""
    loss = 0.0
    for sequence in batch:
        h = c = [0.0] * 4
        for x in sequence:
            z = [dot(w, x) + dot(u, h) + b for w, u, b in zip(p.W, p.U, p.b, strict=True)]
            keep = [(k * ci).sigmoid() for k, ci in zip(p.gates[0], c, strict=True)]
            c = [f * ci + (1 - f) * zi.tanh() for f, ci, zi in zip(keep, c, z, strict=True)]
            h = [ci * (o * zi).sigmoid() for ci, o, zi in zip(c, p.gates[1], z, strict=True)]
        loss = loss + sum(hi * hi for hi in h)
    return loss


@program([(6, 5)], s=(), mu=(), sigma=())
def paths_of_prices(p, noise):
    payoffs = []
    for path in noise:
        price, mean = p.s, 0.0
        for z in path:
            price = price * exp(p.mu + p.sigma * z)
            mean = mean + price
        payoffs.append((mean / len(path) - 1.0).relu())
    return sum(payoffs) / len(payoffs)


@program([(6,)], a=(), q=(), r=())
def kalman_filter(p, measurements):
    mean, variance, nll = 0.0, 1.0, 0.0
    for z in measurements:
        mean, variance = p.a * mean, p.a * p.a * variance + exp(p.q)
        innovation, spread = z - mean, variance + exp(p.r)
        gain = variance / spread
        nll = nll + 0.5 * (innovation * innovation / spread + log(spread))
        mean, variance = mean + gain * innovation, (1 - gain) * variance
    return nll, {"mean": mean, "variance": variance}


@program([()], rate=(), y=(2,))
def ode_steps(p, dt):
    def slope(u, v):
        return [p.rate * v - u**3, -u + 0.5 * v]

    u, v = p.y
    for _ in range(5):
        a = slope(u, v)
        b = slope(u + dt * 0.1 * a[0], v + dt * 0.1 * a[1])
        u, v = u + dt * 0.05 * (a[0] + b[0]), v + dt * 0.05 * (a[1] + b[1])
    return u * u + v, (u, v)


@program([(8,)], w=(3,), b=())
def convolution(p, signal):
    filtered = [sum(w * signal[t + k] for k, w in enumerate(p.w)) + p.b for t in range(len(signal) - 2)]
    pooled = [maximum(a, b) for a, b in zip(filtered[::2], filtered[1::2], strict=True)]
    return sum(x.relu() for x in pooled) - 0.2 * sum((b - a) ** 2 for a, b in pairwise(filtered))


# --- likelihoods, distances, tables --------------------------------------------------------------------------------


@program([(6,)], means=(3,), scales=(3,), weights=(3,))
def mixture_likelihood(p, xs):
    norm = logsumexp(p.weights)
    parts = list(zip(p.weights, p.means, p.scales, strict=True))
    return -total([logsumexp([w - norm - 0.5 * ((x - m) / exp(s)) ** 2 - s for w, m, s in parts]) for x in xs])


@program([(7, 2)], centres=(3, 2))
def soft_k_means(p, points):
    distances = [[sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) for c in p.centres] for x in points]
    nearest = sum(-largest([-d for d in row]) for row in distances)
    return nearest + sum(sqrt(d) for row in distances for d in row), distances


@program(lambda rng: (rng.integers(0, 5, size=(3, 4)), rng.integers(0, 3, size=3)), table=(5, 2), W=(3, 2))
def embeddings(p, tokens, targets):
    loss = 0.0
    for row, target in zip(tokens, targets, strict=True):
        words = take(p.table, row)
        mean = [sum(column) / len(row) for column in zip(*words, strict=True)]
        scores = [dot(w, mean) for w in p.W]
        loss = loss + logsumexp(scores) - take(scores, target)
    return loss / len(tokens)


STEPS = np.linspace(0.0, 1.0, 8)
CLASS_WEIGHTS = [0.5, 2.0, 1.25]


@program([(8, 3)], w=(3,))
def constants_from_tables(p, X):
    decay = [math.exp(-t) for t in STEPS]
    weighted = [c * w for c, w in zip(CLASS_WEIGHTS, p.w, strict=True)]
    return sum(d * sum(w * x for w, x in zip(weighted, row, strict=True)) ** 2 for d, row in zip(decay, X, strict=True))


@program([(10,)], low=(), high=(), slope=())
def choices(p, xs):
    clipped = [autograd.clip(x, -0.5 + 0.1 * p.low, 0.5 + 0.1 * p.high) for x in xs]
    chosen = [where(x > 0, p.slope * x, x * x * p.low) for x in xs]
    return sum(clipped) + sum(autograd.minimum(c, p.high) for c in chosen), [x > 0 for x in xs]


# --- modules, activations, losses ----------------------------------------------------------------------------------


@program([(6, 2), (6,)], make=lambda rng: nn.MLP(2, [4, 4, 1], activation="tanh", rng=rng))
def perceptron(model, X, y):
    scores = [model(x) for x in X]
    hinge = total([(1 - t * s).relu() for t, s in zip(y, scores, strict=True)]) / len(scores)
    return hinge + 1e-3 * sum(w * w for w in model.parameters()), scores


@program([(5, 3)], make=lambda rng: [nn.Neuron(3, activation=name, rng=rng) for name in sorted(nn.ACTIVATIONS)])
def every_activation(neurons, X):
    return total([neuron(x) ** 2 for neuron in neurons for x in X])


@program(
    lambda rng: (rng.normal(size=(4, 2)), rng.uniform(size=4), [2, 0, 1, 2]),
    make=lambda rng: nn.MLP(2, [3], activation="linear", rng=rng),
)
def every_loss(model, X, targets, labels):
    logits = [model(x) for x in X]
    first = [row[0] for row in logits]
    return {
        "cross_entropy": nn.cross_entropy(logits, labels),
        "mse": nn.mse_loss(first, targets),
        "half_sse": nn.half_sse_loss(first, targets),
        "l1": nn.l1_loss(first, targets),
        "bce": nn.binary_cross_entropy_with_logits(first, targets),
    }


class Tree:
    """A class of the user's own, recursive and stateful while it is built."""

    def __init__(self, w: list[Value], depth: int) -> None:
        self.w = w
        self.children = [Tree(w, depth - 1) for _ in range(2)] if depth else []

    def __call__(self, x: Any) -> Any:
        here = (self.w[0] * x + self.w[1]).tanh()
        return here + sum((child(here) for child in self.children), start=0.0)


@program([(3,)], w=(2,))
def recursive_class(p, xs):
    return sum(Tree(p.w, 2)(x) for x in xs)


@program([(4, 3)], gain=(3,), shift=(3,))
def layer_norm(p, X):
    out = []
    for row in X:
        mean = sum(row) / len(row)
        spread = sqrt(sum((x - mean) ** 2 for x in row) / len(row) + 1e-5)
        out += [g * (x - mean) / spread + s for g, x, s in zip(p.gain, row, p.shift, strict=True)]
    return sum(o.silu() for o in out), out


# --- derivatives inside --------------------------------------------------------------------------------------------


@program([(3, 2)], w=(2, 2), v=(2,))
def gradient_penalty(p, X):
    def critic(x):
        return sum(
            v * sum(w * xi for w, xi in zip(row, x, strict=True)).tanh() for v, row in zip(p.v, p.w, strict=True)
        )

    slopes = [grad(critic)(list(x)) for x in X]
    return sum((sqrt(sum(g * g for g in s) + 1e-9) - 1) ** 2 for s in slopes)


@program([(2,)])
def second_derivatives(p, x):
    return hessian(lambda v: v[0] ** 3 * v[1] + exp(v[0] * v[1]) / (2.0 + v[1] ** 2))(x.tolist())


@program([(4,)], w=(4,))
def newton_step(p, y):
    def loss(w):
        return sum((wi**2 - yi) ** 2 for wi, yi in zip(w, y, strict=True))

    w = [wi - 0.01 * g for wi, g in zip(p.w, grad(loss)(p.w), strict=True)]
    return loss(w)


# --- shapes of arguments and results -------------------------------------------------------------------------------


@program(lambda rng: ({"w": rng.normal(size=3).tolist(), "inner": {"b": float(rng.normal())}}, (rng.normal(size=3),)))
def dictionaries_of_floats(p, state, inputs):
    (x,) = inputs
    z = sum(w * xi for w, xi in zip(state["w"], x, strict=True)) + state["inner"]["b"]
    return {"z": z, "squares": [w * w for w in state["w"]], "flags": (z > 0, True, None, "kept", 3)}


@program(lambda rng: ([Value(v) for v in rng.normal(size=3)], {"bias": Value(rng.normal())}), scale=())
def values_as_arguments(p, xs, extra):
    return p.scale * sum(x * x for x in xs) + extra["bias"], xs[0], extra["bias"].detach()


@program([(2,), ()], w=())
def results_that_are_inputs(p, x, y):
    return p.w, x[0], y, 1.5, Value(2.5), p.w.data, Value(y), 3, "text", [x[1], []]


@program([(3,)], a=(), b=())
def cancelling_terms(p, x):
    difference = (p.a + p.b) - p.a - p.b
    return difference * x[0] + (p.a - p.a) + p.b * 0.0 + 0.0 * x[1] + 1.0 * p.a * x[2] - 0.0, p.a * p.b - p.b * p.a


@program([(4,)], w=(4,))
def keyword_styles(p, x):
    squares = map(lambda w, v: (w - v) ** 2, p.w, x)
    best = dict(enumerate(p.w))
    crossed = sum(a * b for (i, a), (j, b) in product(best.items(), repeat=2) if i != j)
    return -sum(squares) + abs(crossed) + 2 ** p.w[0] - (1 / (1 + p.w[1] ** 2)), autograd.erf(p.w[2])
