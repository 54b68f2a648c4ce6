"""Hold every program's three forms equal: `python -m tests.benchmarks.programs.check`.

The gradients written by hand equal those of the scalar program on `Value`s to 1e-10; the array form, on NumPy,
gives the same loss.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

from autograd import Value
from autograd.node import topological_order
from tests.benchmarks.harness import table
from tests.benchmarks.programs.peers import NUMPY

PROGRAMS = ("moons", "digits", "gpt", "rnn", "asian", "nbody", "lstm", "attention", "pendulum")


def load(name: str) -> ModuleType:
    """Import a program by name."""
    return importlib.import_module(f"tests.benchmarks.programs.{name}")


def nodes(numbers: Any) -> Any:
    """Turn a float, or a nested list of floats, into Values."""
    return [nodes(part) for part in numbers] if isinstance(numbers, list) else Value(numbers)


def gradients(values: Any) -> Any:
    """Read the gradients of nested Values."""
    return [gradients(part) for part in values] if isinstance(values, list) else values.grad


def eager(program: ModuleType) -> tuple[Value, dict[str, Any]]:
    """Run the scalar form and its backward pass; return the loss and the parameters."""
    p = {name: nodes(array.tolist()) for name, array in program.parameters().items()}
    loss = program.scalar(p, *(array.tolist() for array in program.data()))
    loss.backward()
    return loss, p


def check(name: str) -> tuple[str, str, str, str]:
    """Compare the three forms of one program; return its row of the table."""
    program = load(name)
    loss, p = eager(program)
    value, by_hand = program.hand(program.parameters(), *program.data())
    np.testing.assert_allclose(value, loss.data, rtol=1e-12)
    np.testing.assert_allclose(program.arrays(NUMPY, program.parameters(), *program.data()), value, rtol=1e-12)
    difference = 0.0
    for key, expected in by_hand.items():
        found = np.array(gradients(p[key]))
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12, err_msg=f"{name}: {key}")
        difference = max(difference, float(np.max(np.abs(found - expected) / (np.abs(expected) + 1e-12))))
    assert by_hand.keys() == p.keys(), f"{name}: gradients of {by_hand.keys()} but parameters {p.keys()}"
    return name, f"{len(topological_order(loss)):,}", f"{value:.12g}", f"{difference:.1e}"


def main() -> None:
    """Check all programs and print their sizes."""
    rows = [check(name) for name in PROGRAMS]
    table("programs: hand-written gradients against eager", ("", "scalar nodes", "loss", "largest difference"), rows)


if __name__ == "__main__":
    main()
