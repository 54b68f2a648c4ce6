"""The character GPT on names of 3 to 16 positions: loss and gradients, and training from a cold start.

Run with `python -m tests.benchmarks.names`. A name of n letters has n + 1 positions: from the dot before it to its last
letter, each with the next character to guess. A cold start is fresh weights and a fresh compiled function: tracing and
compiling all lengths is part of its time. The plain engine takes a step of each length, from the same weights, and its
thousand steps are counted as so many of each; this library takes them all.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

import autograd
import nn
from autograd import Value
from tests.benchmarks import gpt
from tests.benchmarks.harness import compare, duration, table, take_quick_turns
from tests.benchmarks.plain_engine import Scalar
from tests.benchmarks.programs import gpt as by_hand
from tests.benchmarks.programs.ours import Called, Numbers, gradients
from tests.benchmarks.programs.peers import hold_equal
from tests.benchmarks.targets import CALL, HAND, REPLAY, Row, at_least, at_most, print_rows
from tests.benchmarks.threads import restart_on_one_thread

PLAIN = "plain engine"
LENGTHS = range(3, 17)
#: Three names of each length, the shortest first.
NAMES = """bo al jo
ava mia eli
emma noah luna
sofia grace henry
olivia amelia sophia
madison eleanor william
isabella victoria benjamin
charlotte elizabeth alexander
evangeline maximilian clementine
christopher maximiliana bartholomew
massimiliano mariafelicia theodosianus
annachristina mariacarolina johnsebastian
annaelisabetta mariamagdalena johannchristof
wilhelminamaria mariaclementine maximilianjosef"""
BY_LENGTH = [line.split() for line in NAMES.splitlines()]
assert [{len(name) + 1 for name in names} for names in BY_LENGTH] == [{length} for length in LENGTHS]


def name_of(step: int) -> str:
    """Return the name that a step trains on: lengths take turns, and so do the names of a length."""
    names = BY_LENGTH[step % len(LENGTHS)]
    return names[step // len(LENGTHS) % len(names)]


# --- loss and gradients -------------------------------------------------------------------------------------------


def plain_numbers(weights: gpt.Weights, name: str) -> Numbers:
    """Return what the plain engine computes."""
    for p in gpt.flatten(weights):
        p.grad = 0.0
    loss = gpt.plain_loss(weights, gpt.tokenize(name))
    loss.backward()
    return loss.data, gradients(weights)


def in_turn(runs: list[Callable[[], object]]) -> Callable[[], None]:
    """Return a function that runs one after the other."""

    def run() -> None:
        for each in runs:
            each()

    return run


def contenders() -> dict[str, Callable[[], None]]:
    """Return what computes the loss and gradients of one name of each length, after a comparison of the numbers."""
    arrays, p, plain = by_hand.parameters(), gpt.initial_weights(Value), gpt.initial_weights(Scalar)
    compiled = autograd.compile(lambda tokens: gpt.loss(p, tokens))
    runs: dict[str, list[Callable[[], object]]] = {PLAIN: [], HAND: [], REPLAY: [], CALL: []}
    for name, *others in BY_LENGTH:
        data = by_hand.data(name)
        called = Called(compiled, p, data)
        expected = by_hand.hand(arrays, *data)
        hold_equal(f"{PLAIN}: {name}", plain_numbers(plain, name), expected)
        hold_equal(f"{CALL}: {name}", called.numbers(), expected)
        hold_equal(f"{REPLAY}: {name}", called.replay()(), expected)
        for other in map(by_hand.data, others):  # the same program with other characters
            hold_equal(CALL, Called(compiled, p, other).numbers(), by_hand.hand(arrays, *other))
        runs[PLAIN].append(lambda name=name: gpt.plain_loss(plain, gpt.tokenize(name)).backward())
        runs[HAND].append(lambda data=data: by_hand.hand(arrays, *data))
        runs[REPLAY].append(called.replay())
        runs[CALL].append(called)
    return {name: in_turn(each) for name, each in runs.items()}


def replays(rounds: int) -> list[Row]:
    """Time loss and gradients, averaged over the lengths."""
    passes = take_quick_turns(contenders(), rounds=rounds, at_least=0.3)
    medians = {name: seconds / len(LENGTHS) for name, seconds in passes.items()}
    compare("character GPT: loss and gradients, mean over 3 to 16 positions", medians, HAND, {})
    return [
        at_least("character GPT", 500, PLAIN, medians),
        at_most("character GPT", 3.0, HAND, medians),
    ]


# --- training from a cold start -----------------------------------------------------------------------------------


def train_plain(steps: int) -> tuple[list[float], list[float]]:
    """Return the loss and the seconds of each training step on the plain engine."""
    weights = gpt.initial_weights(Scalar)
    parameters = gpt.flatten(weights)
    update = gpt.plain_adam(parameters)
    losses, seconds = [], []
    for step in range(steps):
        start = perf_counter()
        loss = gpt.plain_loss(weights, gpt.tokenize(name_of(step)))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        update()
        losses.append(loss.data)
        seconds.append(perf_counter() - start)
    return losses, seconds


def train(steps: int) -> tuple[list[float], list[float]]:
    """Return the loss and the seconds of each training step, compiled."""
    weights = gpt.initial_weights(Value)
    optimizer = nn.Adam(gpt.flatten(weights), **gpt.SETTINGS)
    loss_of = autograd.compile(lambda tokens: gpt.loss(weights, tokens))
    losses, seconds = [], []
    for step in range(steps):
        start = perf_counter()
        loss = loss_of(np.array(gpt.tokenize(name_of(step))))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
        seconds.append(perf_counter() - start)
    return losses, seconds


def cold_start(rounds: int, steps: int) -> list[Row]:
    """Time training from nothing; the two take turns, and both see the same losses as far as the plain engine goes."""
    sample = len(LENGTHS)
    plain: list[list[float]] = []
    ours: list[list[float]] = []
    for _ in range(rounds):
        gc.collect()
        expected, seconds = train_plain(sample)
        plain.append(seconds)
        gc.collect()
        losses, seconds = train(steps)
        ours.append(seconds)
        np.testing.assert_allclose(losses[:sample], expected, rtol=1e-7)
    of_length = [statistics.median(each) for each in zip(*plain, strict=True)]
    medians = {
        PLAIN: sum(of_length[step % sample] for step in range(steps)),
        CALL: statistics.median(map(sum, ours)),
    }
    first = statistics.median(sum(seconds[:sample]) for seconds in ours)
    later = (medians[CALL] - first) / (steps - sample)
    table(
        f"character GPT: {steps:,} steps of training from a cold start, Adam",
        ("", "median", "the first step of each length", "a later step"),
        [
            (f"{PLAIN}, extrapolated from {sample}", duration(medians[PLAIN]), duration(sum(of_length)), ""),
            (
                "chainrule",
                duration(medians[CALL]),
                duration(first),
                duration(later),
            ),
        ],
    )
    return [at_least(f"character GPT, {steps:,} steps, cold start", 50, PLAIN, medians)]


def main(rounds: int = 3, steps: int = 1000) -> list[Row]:
    """Time both; print the medians, and return the lines of what was asked."""
    sys.setrecursionlimit(100_000)  # the plain engine walks by recursion
    return replays(rounds) + cold_start(rounds, steps)


if __name__ == "__main__":
    restart_on_one_thread()
    print_rows(main())
