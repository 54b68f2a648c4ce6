"""Loss and gradients of every program: replayed and called, beside NumPy by hand, PyTorch, JAX, CasADi and micrograd.

Run with `python -m tests.benchmarks.replays [names]`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from tests.benchmarks.harness import Seconds, compare, take_quick_turns
from tests.benchmarks.programs.check import PROGRAMS, load
from tests.benchmarks.programs.peers import contenders, ours
from tests.benchmarks.targets import CALL, HAND, REPLAY, Row, at_least, at_most, print_rows
from tests.benchmarks.threads import restart_on_one_thread

#: Where a hand-written form of arrays exists and is the measure.
ORDINARY = {
    "rnn": "vanilla RNN",
    "asian": "Asian option, all Greeks",
    "nbody": "N-body energy, 32 bodies",
    "lstm": "LSTM cell, unrolled",
    "attention": "one attention head",
}


def main(names: Sequence[str] = (), rounds: int = 9) -> list[Row]:
    """Time every contender on every program; print the medians, and return the lines of what was asked."""
    rows: list[Row] = []
    for name in names or PROGRAMS:
        program = load(name)
        runs = contenders(program)
        if name == "pendulum":
            runs |= executors(program)
        medians = take_quick_turns(runs, rounds=rounds)
        compare(f"{name}: loss and gradients", medians, HAND, {})
        rows += asked(name, medians)
    return rows


def executors(program: ModuleType) -> dict[str, Callable[[], object]]:
    """Return a program as lines of Python, as without the extra `jit`, and as machine code where Numba is there."""
    expected = program.hand(program.parameters(), *program.data())
    lines = ours(program, expected, "python", " (python)")
    return lines | (ours(program, expected, "jit", " (jit)") if importlib.util.find_spec("numba") else {})


def of_executor(executor: str, medians: Mapping[str, Seconds]) -> dict[str, Seconds]:
    """Return medians with one executor's measures as those of this library."""
    return {
        name.removesuffix(f" ({executor})"): seconds for name, seconds in medians.items() if name not in (REPLAY, CALL)
    }


def asked(name: str, medians: Mapping[str, Seconds]) -> list[Row]:
    """Return the lines that ask for something of one program."""
    if name == "moons":
        return [
            at_least("moons 2-16-16-1", 5000, "micrograd", medians),
            at_most("moons 2-16-16-1", 1.0, HAND, medians, note=" (aim: 0.5x)"),
            at_least("moons 2-16-16-1", 1, "PyTorch", medians),
            at_least("moons 2-16-16-1", 1, "JAX", medians),
            at_least("moons 2-16-16-1", 5, "CasADi SX", medians),
        ]
    if name == "pendulum":
        return [
            at_least("pendulum, RK4, as Python", 20, "eager", of_executor("python", medians)),
            at_least("pendulum, RK4, jit", 20, "eager", of_executor("jit", medians)),
            at_most("pendulum, RK4, jit", 1.0, "CasADi SX", of_executor("jit", medians)),
        ]
    return [at_most(ORDINARY[name], 2.0, HAND, medians)] if name in ORDINARY else []


if __name__ == "__main__":
    restart_on_one_thread()
    print_rows(main(sys.argv[1:]))
