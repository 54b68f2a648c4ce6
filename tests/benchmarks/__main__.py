"""Run all benchmarks, or those named: `python -m tests.benchmarks [imports moons gpt chain compiled tensor]`."""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = {
    "imports": "tests.benchmarks.imports",
    "moons": "tests.benchmarks.moons",
    "gpt": "tests.benchmarks.gpt",
    "chain": "tests.benchmarks.chain",
    "compiled": "tests.benchmarks.programs.peers",
    "tensor": "tests.benchmarks.tensor",
}


def main(names: list[str]) -> None:
    """Run each benchmark; unknown names are refused before anything runs."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise SystemExit(f"no benchmark is named {unknown[0]!r}; choose from {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        importlib.import_module(BENCHMARKS[name]).main()


if __name__ == "__main__":
    main(sys.argv[1:])
