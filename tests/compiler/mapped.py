"""Programs that map a function over samples: what they give must be what a loop over the samples gives."""

from __future__ import annotations

import collections
import math

import numpy as np

import autograd
from autograd import (
    Value,
    compile,
    dot,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    logsumexp,
    no_grad,
    take,
    tanh,
    total,
    value_and_grad,
    vjp,
    vmap,
    where,
)

SAMPLES = 7
RNG = np.random.default_rng(8)
X = RNG.normal(size=(SAMPLES, 3)).round(3)
Y = RNG.normal(size=SAMPLES).round(3)
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])
W = [[Value(float(w)) for w in row] for row in RNG.normal(size=(3, 3)).round(3)]
B = [Value(float(b)) for b in RNG.normal(size=3).round(3)]
PARAMETERS = [*B, *[w for row in W for w in row]]
Pair = collections.namedtuple("Pair", ["first", "rest"])


def layer(row):
    return [tanh(dot(ws, row, b)) for ws, b in zip(W, B, strict=True)]


def network(row):
    return dot(B, layer(layer(row)))


def cross_entropy(row, label):
    scores = layer(row)
    return logsumexp(scores) - take(scores, label)


def penalty():
    return 0.01 * sum(p * p for p in PARAMETERS)


def recurrent(row):
    state = 0.1
    for x in row:
        state = tanh(B[0] * state + W[0][0] * x)
    return state * B[1]


def causal(row):
    keys = [w * x for w, x in zip(B, row, strict=True)]
    rows = [[exp(q * k) for k in keys[: i + 1]] for i, q in enumerate(keys)]
    return sum(sum(e * x for e, x in zip(es, row, strict=False)) / total(es) for es in rows)


def squared(row, y):
    return (network(row) - y) ** 2


def normalized(row):
    mean = sum(row) / len(row)
    spread = (sum((x - mean) ** 2 for x in row) / len(row)) ** 0.5
    return sum(b * (x - mean) / spread for b, x in zip(B, row, strict=True))


#: Each maps a function over the samples: what it gives must be what the loop gives.
CORPUS = {
    "regression": (lambda X, y: sum(vmap(squared)(X, y)) / len(y), X, Y),
    "results": (lambda X: vmap(network)(X), X),
    "layers": (lambda X: vmap(layer)(X), X),
    "dictionaries": (lambda X, y: vmap(lambda row, y: {"loss": squared(row, y), "y": (y, 2.0, None)})(X, y), X, Y),
    "named tuples": (lambda X: vmap(lambda row: Pair(row[0] * B[0], [x * x for x in row]))(X), X),
    "cross-entropy": (lambda X, labels: total(vmap(cross_entropy)(X, labels)), X, LABELS),
    "embeddings": (lambda labels: total([total(v) for v in vmap(lambda t: take(W, t))(labels)]), LABELS),
    "penalty": (lambda X, y: sum(vmap(squared)(X, y)) / len(y) + penalty(), X, Y),
    "recurrent": (lambda X: sum(vmap(recurrent)(X)), X),
    "causal": (lambda X: sum(vmap(causal)(X)), X),
    "normalized": (lambda X: sum(vmap(normalized)(X)), X),
    "two maps": (lambda X: sum(vmap(network)(X)) + sum(v * v for v in vmap(recurrent)(X)), X),
    "two maps of one another": (lambda X: sum(vmap(lambda h: dot(B, h))(vmap(layer)(X))), X),
    "different batches": (lambda X, Z: sum(vmap(network)(X)) * sum(vmap(network)(Z)), X, X[:4]),
    "one result": (lambda X: vmap(network)(X)[3], X),
    "some results": (lambda X: (lambda s: s[1] * s[5] + s[1] - exp(s[0]))(vmap(network)(X)), X),
    "picks times themselves": (lambda X: (lambda s: dot(s, s) + dot(s, s[::-1]))(vmap(network)(X)), X),
    "picks times one": (lambda X: (lambda s: sum(B[0] * v for v in s) + sum(s[2] * v for v in s))(vmap(network)(X)), X),
    "sums of one batch": (lambda X: (lambda s: (sum(s) + total(s)) * sum(s) - 2.0 * sum(s))(vmap(network)(X)), X),
    "weighted by data": (lambda X, y: dot(y, vmap(network)(X)), X, Y),
    "softmax over the batch": (lambda X: logsumexp(vmap(network)(X)), X),
    "standardized before": (
        lambda X: sum(vmap(network)([[(x - 0.5) * b for x, b in zip(row, B, strict=True)] for row in X])),
        X,
    ),
    "columns": (lambda X: sum(vmap(lambda c: dot(c, c, B[0]))(X.T)), X),
    "reversed": (lambda X: vmap(lambda r, s: dot(r, s) * B[0])(X, X[::-1]), X),
    "the same for all": (lambda X: sum(vmap(lambda row, w: row[0] * w + B[1])(X, [B[0]] * SAMPLES)), X),
    "no batch in it": (lambda X: sum(vmap(lambda row: B[0] * B[1] + exp(B[2]))(X)) + sum(B), X),
    "constants": (lambda X: sum(vmap(lambda row, c: dot(row, B) * c)(X, [0.5 * k for k in range(SAMPLES)])), X),
    "whole numbers": (lambda X: sum(vmap(lambda row, k: take(layer(row), k))(X, [0, 1, 2, 2, 1, 0, 1])), X),
    "the same whole number": (lambda X: sum(vmap(lambda row, k: row[k] ** k * B[k])(X, [2] * SAMPLES)), X),
    "parameters as samples": (lambda v: sum(vmap(lambda row, b: dot(row, v) * b * b)(W, B)), X[0]),
    "branches": (lambda X: sum(vmap(lambda r: network(r) if r[0] > 0 else 2.0 * recurrent(r))(X)), X),
    "branches of all": (lambda X: sum(vmap(lambda r: network(r) if B[0] * 2.0 > -9.0 else r[0])(X)), X),
    "whole parts": (lambda X: sum(vmap(lambda r: r[0] * int(r[1] * 3.0 + 9.5) * B[0])(X)), X),
    "where": (lambda X: sum(vmap(lambda r: where(r[0] > r[1], network(r), B[0] * r[2]))(X)), X),
    "comparisons": (lambda X: vmap(lambda r: (r[0] > 0.3, r[1] * B[0] > 0.0))(X), X),
    "largest": (lambda X: sum(vmap(lambda r: autograd.largest([*layer(r), B[1], 0.1 * r[0]]))(X)), X),
    "nested": (lambda X: sum(sum(vmap(lambda x, b: tanh(x * b) + B[2] * x)(row, B)) for row in X), X),
    "nested twice": (lambda X: sum(vmap(lambda row: sum(vmap(lambda x, b: tanh(x * b) * row[0])(row, B)))(X)), X),
    "gradients inside": (lambda X: total([total(g) for g in vmap(grad(lambda r: dot(B, layer(r))))(X)]), X),
    "gradients in what is captured": (
        lambda X: total([total(g) for g in vmap(lambda r: grad(lambda b: exp(dot(b, r)))(B))(X)]),
        X,
    ),
    "gradients at constants": (lambda X: sum(vmap(lambda r: grad(lambda t: t * t * r[0] * B[0])(2.0))(X)), X),
    "hessians inside": (lambda X: vmap(hessian(lambda r: exp(dot(r, B)) * r[0]))(X), X),
    "directional derivatives inside": (lambda X: vmap(lambda r: jvp(network, (r,), ([1.0, 0.0, 2.0],)))(X), X),
    "detached": (lambda X: sum(vmap(lambda r: network(r) * network(r).data + B[0].data * r[0] * B[1])(X)), X),
    "without gradient": (lambda X: sum(no_grad()(vmap(network))(X)) * B[0], X),
    "arrays": (lambda X: vmap(lambda row: row @ row * B[0] + np.array([1.0, 2.0, 3.0]) @ row)(X), X),
    "arrays returned": (lambda X: [row.tolist() for row in vmap(lambda row: np.tanh(row) * 2.0)(X)], X),
    "static arguments": (lambda X: vmap(lambda row, s: row[0] * B[0] if s == "a" else row[1])(X, ["a"] * SAMPLES), X),
    "differing statics": (lambda X: vmap(lambda row, s: row[0] * B[0] if s == "a" else row[1])(X, list("abababa")), X),
    "ragged": (lambda X: sum(vmap(lambda r: dot(r, r, B[0]))([list(r[: 1 + i % 3]) for i, r in enumerate(X)])), X),
    "constants returned": (lambda X: vmap(lambda row: [1.0, "text", B[1], row[0]])(X), X),
    "ordinary math": (lambda X: vmap(lambda r, c: r[0] * math.sin(c) * B[0])(X, [0.3 * k for k in range(SAMPLES)]), X),
    "no numbers": (lambda X: vmap(lambda row: [])(X), X),
    "compiled inside": (lambda X: sum(vmap(compile(network))(X)), X),
    "pairs": (lambda X: sum(vmap(lambda p: p["a"][0] * p["b"] * B[0])([{"a": r, "b": r[1]} for r in X])), X),
    "matrices": (
        lambda Z: sum(vmap(lambda m: sum(dot(r, B) ** 2 for r in m))(Z)),
        X.reshape(7, 1, 3) * np.ones((2, 1)),
    ),
}


#: Those that are computed sample by sample, since samples have not one form, or branch, or are looked at.
UNROLLED = {"branches", "whole parts", "differing statics", "ragged", "ordinary math"}


#: What the transformations are tried on: a batch's loss as a function of one list.
LOSSES = {
    "weights": lambda v: sum(vmap(lambda r, y: (tanh(dot(v, r)) * v[0] - y) ** 2)(X.tolist(), Y.tolist())) / 7.0,
    "inputs": lambda v: sum(vmap(lambda x, y: exp(0.1 * x) * x * y + B[0] * x**3)(v, Y[:3].tolist())),
    "results": lambda v: (lambda s: s[0] * s[1] + s[1] * s[3] ** 2 + sum(s))(
        vmap(lambda r: exp(dot(r, v)))(X.tolist())
    ),
    "both": lambda v: logsumexp(vmap(lambda x, r: x * v[0] + dot(r, v) ** 2)(v, X[:3].tolist())),
    "shared": lambda v: sum(vmap(lambda r: tanh(v[0] * r[0] + tanh(v[0] * r[1])) + v[1] * v[2])(X.tolist())),
    "gradients": lambda v: sum(vmap(lambda r: grad(lambda t: tanh(t * dot(r, v)) * t)(v[0]))(X.tolist())),
}
TRANSFORMS = {
    "grad": lambda f: grad(f),
    "value_and_grad": lambda f: value_and_grad(f),
    "hessian": lambda f: hessian(f),
    "grad of grad": lambda f: grad(lambda v: sum(x * x for x in grad(f)(v))),
    "hvp": lambda f: lambda v: hvp(f)(v, [1.0, 0.5, -2.0]),
    "jvp": lambda f: lambda v: jvp(f, (v,), ([0.5, -1.0, 2.0],)),
    "vjp": lambda f: lambda v: vjp(lambda u: [f(u), u[0] * f(u)], v)[1]([2.0, -1.0]),
    "jacobian": lambda f: jacobian(lambda v: [f(v), 2.0 * v[1] * f(v)]),
}
