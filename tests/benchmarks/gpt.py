"""One training step of a character-level GPT made of single numbers: on a plain engine, and on this one.

Run with `python -m tests.benchmarks.gpt`. Both train on one name a step: width 16, 4 heads, one layer, context 16,
RMSNorm, an MLP four times as wide with relu, no biases, Adam. Losses and gradients are held equal before timing.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd import Value, dot, exp, logsumexp, take, total
from tests.benchmarks.harness import compare, take_turns
from tests.benchmarks.plain_engine import Scalar

NAMES = """emma olivia ava isabella sophia charlotte mia amelia harper evelyn abigail emily elizabeth mila ella avery
sofia camila aria scarlett victoria madison luna grace chloe penelope layla riley zoey nora lily eleanor hannah lillian
addison aubrey ellie stella natalie leah bo christopher""".split()  # noqa: SIM905 - reads better than forty quoted strings
ALPHABET = ".abcdefghijklmnopqrstuvwxyz"  # the dot begins and ends a name
WIDTH, HEADS, CONTEXT = 16, 4, 16
BLOCK = 8  # names that are trained on in turn: of 3 to 9 characters
SHAPES = {
    "token": (len(ALPHABET), WIDTH),
    "position": (CONTEXT, WIDTH),
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "projection": (WIDTH, WIDTH),
    "expand": (4 * WIDTH, WIDTH),
    "contract": (WIDTH, 4 * WIDTH),
    "unembed": (len(ALPHABET), WIDTH),
}
SETTINGS = {"lr": 0.01, "betas": (0.85, 0.99), "eps": 1e-8}
Weights = dict[str, list[list[Any]]]


def initial_weights(number: Callable[[float], Any]) -> Weights:
    """Draw the same weights for any kind of number."""
    rng = random.Random(42)
    return {
        name: [[number(rng.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SHAPES.items()
    }


def flatten(weights: Weights) -> list[Any]:
    """List all parameters."""
    return [p for matrix in weights.values() for row in matrix for p in row]


# --- on the plain engine: every sum and product is written out --------------------------------------------------


def plain_linear(matrix: list[list[Any]], x: list[Any]) -> list[Any]:
    return [sum(w * xi for w, xi in zip(row, x)) for row in matrix]  # noqa: B905 - as people write it


def plain_softmax(scores: list[Any]) -> list[Any]:
    largest = max(score.data for score in scores)
    exps = [(score - largest).exp() for score in scores]
    normalizer = sum(exps)
    return [e / normalizer for e in exps]


def plain_norm(x: list[Any]) -> list[Any]:
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def plain_attend(query: list[Any], keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
    """Mix the values of all positions so far, head by head."""
    mixed = []
    size = WIDTH // HEADS
    for start in range(0, WIDTH, size):
        head = range(start, start + size)
        shares = plain_softmax([sum(query[j] * key[j] for j in head) / size**0.5 for key in keys])
        mixed += [sum(share * value[j] for share, value in zip(shares, values)) for j in head]  # noqa: B905
    return mixed


def plain_loss(weights: Weights, tokens: list[int]) -> Any:
    """Return the mean negative log likelihood of each next character."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    losses = []
    for position, (token, target) in enumerate(zip(tokens, tokens[1:])):  # noqa: B905, RUF007
        x = [t + p for t, p in zip(weights["token"][token], weights["position"][position])]  # noqa: B905
        x = plain_norm(x)
        normed = plain_norm(x)
        keys.append(plain_linear(weights["key"], normed))
        values.append(plain_linear(weights["value"], normed))
        mixed = plain_attend(plain_linear(weights["query"], normed), keys, values)
        x = [a + b for a, b in zip(x, plain_linear(weights["projection"], mixed))]  # noqa: B905
        hidden = [h.relu() for h in plain_linear(weights["expand"], plain_norm(x))]
        x = [a + b for a, b in zip(x, plain_linear(weights["contract"], hidden))]  # noqa: B905
        losses.append(-plain_softmax(plain_linear(weights["unembed"], x))[target].log())
    return sum(losses) / len(losses)


def plain_adam(parameters: list[Any]) -> Callable[[], None]:
    """Return Adam's step written for plain lists, as in its paper."""
    first, second = [0.0] * len(parameters), [0.0] * len(parameters)
    (beta1, beta2), count = SETTINGS["betas"], 0

    def step() -> None:
        nonlocal count
        count += 1
        for i, p in enumerate(parameters):
            first[i] = beta1 * first[i] + (1 - beta1) * p.grad
            second[i] = beta2 * second[i] + (1 - beta2) * p.grad**2
            mean, square = first[i] / (1 - beta1**count), second[i] / (1 - beta2**count)
            p.data -= SETTINGS["lr"] * mean / (math.sqrt(square) + SETTINGS["eps"])

    return step


# --- on this engine: as its users write it ------------------------------------------------------------------------


def linear(matrix: list[list[Any]], x: list[Any]) -> list[Any]:
    return [dot(row, x) for row in matrix]


def norm(x: list[Any]) -> list[Any]:
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def attend(query: list[Any], keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
    """Mix the values of all positions so far, head by head."""
    mixed = []
    size = WIDTH // HEADS
    for start in range(0, WIDTH, size):
        head = slice(start, start + size)
        scores = [dot(query[head], key[head]) / size**0.5 for key in keys]
        normalizer = logsumexp(scores)
        shares = [exp(score - normalizer) for score in scores]
        mixed += [dot(shares, column) for column in zip(*(value[head] for value in values), strict=True)]
    return mixed


def loss(weights: Weights, tokens: list[int]) -> Any:
    """Return the mean negative log likelihood of each next character."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    losses = []
    for position, (token, target) in enumerate(zip(tokens, tokens[1:])):  # noqa: B905, RUF007
        x = norm([t + p for t, p in zip(take(weights["token"], token), weights["position"][position], strict=True)])
        normed = norm(x)
        keys.append(linear(weights["key"], normed))
        values.append(linear(weights["value"], normed))
        mixed = attend(linear(weights["query"], normed), keys, values)
        x = [a + b for a, b in zip(x, linear(weights["projection"], mixed), strict=True)]
        hidden = [h.relu() for h in linear(weights["expand"], norm(x))]
        x = [a + b for a, b in zip(x, linear(weights["contract"], hidden), strict=True)]
        logits = linear(weights["unembed"], x)
        losses.append(logsumexp(logits) - take(logits, target))
    return total(losses) / len(losses)


def tokenize(name: str) -> list[int]:
    """Turn a name into the numbers of its characters, between two dots."""
    return [ALPHABET.index(character) for character in f".{name}."][: CONTEXT + 1]


def trainer(
    weights: Weights, objective: Callable[[Weights, list[int]], Any], update: Callable[[], None]
) -> Callable[[], Any]:
    """Return a function that takes one training step on the next of the first names."""
    parameters, turn = flatten(weights), 0

    def step() -> Any:
        nonlocal turn
        out = objective(weights, tokenize(NAMES[turn % BLOCK]))
        turn += 1
        for p in parameters:
            p.grad = 0.0
        out.backward()
        update()
        return out

    return step


def contenders() -> dict[str, tuple[Weights, Callable[[], Any]]]:
    """Return weights and training step of each engine."""
    plain, ours = initial_weights(Scalar), initial_weights(Value)
    optimizer = nn.Adam(flatten(ours), **SETTINGS)
    return {
        "plain engine": (plain, trainer(plain, plain_loss, plain_adam(flatten(plain)))),
        "this engine": (ours, trainer(ours, loss, optimizer.step)),
    }


def check() -> None:
    """Hold losses, gradients and updated weights of a few steps equal."""
    pair = list(contenders().values())
    for _ in range(3):
        losses = [step().data for _, step in pair]
        np.testing.assert_allclose(losses[1], losses[0], rtol=1e-9)
        for attribute in ("grad", "data"):
            expected, actual = ([getattr(p, attribute) for p in flatten(weights)] for weights, _ in pair)
            np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


def main(rounds: int = 5) -> None:
    """Print how long a step takes, over blocks of names of all lengths."""
    sys.setrecursionlimit(100_000)  # the plain engine walks by recursion
    check()

    def several(step: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(BLOCK):
                step()

        return run

    medians = take_turns({name: several(step) for name, (_, step) in contenders().items()}, rounds=rounds)
    per_step = {name: seconds / BLOCK for name, seconds in medians.items()}
    compare("character GPT: one training step on one name", per_step, "plain engine", {"this engine": ">= 5x"})


if __name__ == "__main__":
    main()
