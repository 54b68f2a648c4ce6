"""The memory that compiling a program of ten million scalar nodes takes: a large batch, written without `vmap`.

Run with `python -m tests.benchmarks.memory`, or with another number of nodes behind it.
"""

from __future__ import annotations

import resource
import subprocess
import sys

from tests.benchmarks.compile_time import HEADER, measure, moons_program, rows
from tests.benchmarks.harness import duration, table

NODES = 10_000_000


def peak() -> float:
    """Return the most memory that this process has had, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure in a process of its own, whose peak is that of the compiler."""
    subprocess.run([sys.executable, "-m", "tests.benchmarks.memory", str(NODES)], check=True)


def compile_largest(nodes: int) -> None:
    """Print the time and the peak memory of compiling the demo of so many nodes."""
    function, data = moons_program(nodes)
    before = peak()
    found = measure(function, data)
    table("compile moons in plain operators: microseconds a node (target: 8)", HEADER, rows([found]))
    print(f"\npeak memory {peak():.2f} GiB (target: 6; before: {before:.2f}), {duration(found[2]['total'])} in all")


if __name__ == "__main__":
    compile_largest(int(sys.argv[1]) if len(sys.argv) > 1 else NODES)
