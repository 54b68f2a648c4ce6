"""All that was asked of compiled programs, measured in one run: `python -m tests.benchmarks compiled`.

Contenders take turns in one process, on one thread: the process starts again with the settings of
`tests.benchmarks.threads`, which BLAS, OpenMP, Numba and XLA read when they are loaded. Every number is the ratio of
two medians of this run, and every contender is first held to the same losses and gradients. Peers that are not
installed are left out. It takes some minutes; `main(rounds=1)` is a quick look.
"""

from __future__ import annotations

import importlib
import importlib.util

from tests.benchmarks import names, replays, steps
from tests.benchmarks.targets import Row, print_rows, within
from tests.benchmarks.threads import restart_on_one_thread


def compile_time() -> list[Row]:
    """Return the lines about the time of compiling, microseconds a scalar node; none without their benchmark."""
    if importlib.util.find_spec("tests.benchmarks.compile_time") is None:
        return []
    benchmark = importlib.import_module("tests.benchmarks.compile_time")
    each = []
    for nodes in benchmark.SIZES:
        found, _, seconds = benchmark.best(*benchmark.moons_program(nodes), rounds=max(1, min(3, 500_000 // nodes)))
        each.append(seconds["total"] / found * 1e6)
    sizes = f"{benchmark.SIZES[0]:,} to {benchmark.SIZES[-1]:,} nodes"
    return [
        within(f"compiling {sizes}", 8.0, max(each), "us a node"),
        within(f"compiling {sizes}", 1.2, each[-1] / each[0], "times the smallest's us a node"),
    ]


def main(rounds: int = 9) -> None:
    """Print the medians of every part, then all lines of what was asked."""
    rows = replays.main(rounds=rounds)
    rows += steps.main(rounds=rounds)
    rows += names.main(rounds=min(rounds, 3))
    rows += compile_time()
    print_rows(rows)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
