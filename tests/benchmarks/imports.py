"""Time to import the packages in a fresh process, against importing NumPy alone.

Run with `python -m tests.benchmarks.imports`. The processes take turns; the time of an empty process is shown too.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from time import perf_counter

from tests.benchmarks.harness import duration, table

#: Modules are compiled once and kept, as they are for users, whatever this shell is told.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
STATEMENTS = ("pass", "import numpy", "import autograd", "import nn", "import autograd, nn")


def time_process(statement: str) -> float:
    """Return the seconds from starting Python to its end."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=ENVIRONMENT)
    return perf_counter() - start


def time_import(statement: str) -> float:
    """Return the seconds that the statement alone takes, as the fresh process itself sees them."""
    program = f"from time import perf_counter as now\nstart = now()\n{statement}\nprint(now() - start)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=ENVIRONMENT)
    return float(run.stdout)


def main(rounds: int = 31) -> None:
    """Print both measures; the target is for the import alone."""
    samples: dict[str, list[tuple[float, float]]] = {statement: [] for statement in STATEMENTS}
    for _ in range(rounds):
        for statement in STATEMENTS:
            samples[statement].append((time_import(statement), time_process(statement)))
    medians = {name: [statistics.median(part) for part in zip(*pairs, strict=True)] for name, pairs in samples.items()}
    base = medians["import numpy"]
    rows = [
        (name, duration(alone), f"{alone / base[0]:.2f}x", duration(whole), f"{whole / base[1]:.2f}x")
        for name, (alone, whole) in medians.items()
    ]
    header = ("", "import", "against numpy", "whole process", "against numpy")
    table("imports (target: below 1.3x)", header, rows)


if __name__ == "__main__":
    main()
