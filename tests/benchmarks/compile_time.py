"""What compiling costs: microseconds a scalar node, stage by stage, from ten thousand nodes to a million.

Run with `python -m tests.benchmarks.compile_time`; `python -m tests.benchmarks.memory` compiles ten million nodes. The
moons program is micrograd's demo in plain operators, with as many samples as make the nodes; the character GPT has
nodes of many operands, so the time is given for each operand as well. The total is processor time, which a machine that
is busy otherwise changes less; the stages are as `stats` gives them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np

import autograd
import nn
from autograd import Value
from tests.benchmarks import gpt
from tests.benchmarks.harness import table
from tests.benchmarks.programs import moons

STAGES = ("trace", "simplify", "differentiate", "re-roll", "emit", "load")
SIZES = (10_000, 100_000, 1_000_000)
NODES_A_SAMPLE = 658  # of the moons program
Measured = tuple[int, int, dict[str, float]]


def values(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return parameters as nested lists of `Value`s."""
    number = np.frompyfunc(Value, 1, 1)
    return {name: number(array).tolist() for name, array in arrays.items()}


def moons_program(nodes: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the demo with about as many nodes, and its data."""
    X, labels = nn.datasets.moons(max(2, nodes // NODES_A_SAMPLE), noise=0.1, rng=0)
    p = values(moons.parameters())
    return lambda X, y: moons.scalar(p, X, y), (X.tolist(), (2.0 * labels - 1.0).tolist())


def gpt_program(copies: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the loss of a batch of names."""
    weights = gpt.initial_weights(Value)
    names = (gpt.NAMES * (copies // len(gpt.NAMES) + 1))[:copies]
    return lambda: autograd.total([gpt.loss(weights, gpt.tokenize(name)) for name in names]), ()


def measure(function: Callable[..., Any], data: tuple[Any, ...]) -> Measured:
    """Compile a program with its gradient; return its nodes, its operands, and the seconds of each stage."""
    gc.collect()
    compiled = autograd.compile(function, executor="numpy")
    start = process_time()
    compiled(*data)
    total = process_time() - start
    start = process_time()
    compiled(*data)
    total -= process_time() - start
    stats = compiled.stats
    program = compiled._latest[0].trace.program
    edges = sum(map(len, program.operands))
    return stats.scalar_nodes, edges, {**stats.seconds, "total": total}


def best(function: Callable[..., Any], data: tuple[Any, ...], rounds: int) -> Measured:
    """Return the measurement with the least total time."""
    return min((measure(function, data) for _ in range(rounds)), key=lambda found: found[2]["total"])


def rows(found: list[Measured]) -> list[tuple[str, ...]]:
    """Return microseconds a node by stage, in total, by operand, and against the first row."""
    first = found[0][2]["total"] / found[0][0]
    return [
        (
            f"{nodes:,}",
            *[f"{seconds.get(stage, 0.0) / nodes * 1e6:.2f}" for stage in (*STAGES, "total")],
            f"{seconds['total'] / edges * 1e6:.2f}",
            f"{seconds['total'] / nodes / first:.2f}x",
        )
        for nodes, edges, seconds in found
    ]


HEADER = ("nodes", *STAGES, "total", "an operand", "against first")


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print the time a node of programs of growing size."""
    found = [best(*moons_program(nodes), rounds=max(1, min(5, 500_000 // nodes))) for nodes in sizes]
    table("compile moons in plain operators: microseconds a node (target: 8)", HEADER, rows(found))
    found = [best(*gpt_program(names), rounds=3) for names in (1, 10, 40)]
    table("compile the character GPT, on 1, 10 and 40 names: microseconds a node", HEADER, rows(found))


if __name__ == "__main__":
    main()
