"""Run all benchmarks, or those named: `python -m tests.benchmarks [imports moons gpt chain compiled ...]`.

They run in a process of their own that is told to use one thread, whatever library computes.
"""

from __future__ import annotations

import importlib
import sys

from tests.benchmarks.threads import restart_on_one_thread

BENCHMARKS = {
    "imports": "tests.benchmarks.imports",
    "moons": "tests.benchmarks.moons",
    "gpt": "tests.benchmarks.gpt",
    "chain": "tests.benchmarks.chain",
    "layers": "tests.benchmarks.layers",
    "transformer": "tests.benchmarks.transformer",
    "compiled": "tests.benchmarks.compiled",
    "compile_time": "tests.benchmarks.compile_time",
    "memory": "tests.benchmarks.memory",
    "training": "tests.benchmarks.training",
    "goals": "tests.benchmarks.goals",
}


def main(names: list[str]) -> None:
    """Run each benchmark; unknown names are refused before anything runs."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise SystemExit(f"no benchmark is named {unknown[0]!r}; choose from {', '.join(BENCHMARKS)}")
    restart_on_one_thread()
    for name in names or BENCHMARKS:
        importlib.import_module(BENCHMARKS[name]).main()


if __name__ == "__main__":
    main(sys.argv[1:])
