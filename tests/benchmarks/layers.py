"""One step of loss and gradients by each array engine, and what is asked of this one.

Run with `python -m tests.benchmarks layers`; HIPS/autograd and MyGrad take part if `python -m tests.benchmarks.peers`
has made their environments. Each engine has a process of its own for each row, all of one thread, and they take turns.
A share is the median over the turns of our time over theirs in the same turn: machines have fast and slow minutes.
Where the NumPy calls of a step alone, with no engine around them, take longer than what is asked, that is said.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tests.benchmarks.harness import duration, table
from tests.benchmarks.peers import CONTENDERS, FLOOR, Contender, data

OURS = "chainrule"


class Row(NamedTuple):
    """A step, what it is, and at most how many times each contender's time (or memory) it may take."""

    name: str
    title: str
    limits: Mapping[str, float]


_MLP = {"NumPy by hand": 1.25, "PyTorch": 1.0, "HIPS/autograd": 0.5, "MyGrad": 0.5}
#: A new row is a line here, and a step of its name in each script of `tests/benchmarks/peers`.
ROWS = [
    *[Row(f"MLP {dtype}", f"MLP {'-'.join(map(str, data.SIZES))}, batch {data.ROWS}, {dtype}", _MLP)
      for dtype in ("float32", "float64")],
    Row("CNN", "CNN of two 3x3 convolutions (16, 32) with pooling on 28x28, batch 32, float32",
        {"PyTorch": 3.0, "HIPS/autograd": 0.5, "MyGrad": 0.5}),
    *[Row(f"LSTM {dtype}", f"LSTM of {data.UNITS} units, {data.STEPS} steps, batch {data.BATCH}, {dtype}",
          {"PyTorch": 2.0, "HIPS/autograd": 0.5, "MyGrad": 0.5}) for dtype in ("float32", "float64")],
    Row("Transformer block", "Transformer block of width 64, 4 heads, length 64, batch 8, float32",
        {"PyTorch": 1.5, "HIPS/autograd": 0.5, "MyGrad": 0.5}),
    *[Row(name, f"{name}, 10 elements, forward and backward, {data.CHAIN} times",
          {"PyTorch": 1.0, "HIPS/autograd": 1.0, "MyGrad": 1.0}) for name in data.OPERATIONS],
]  # fmt: skip
MEMORY = [
    Row(name, f"most memory in use during a step: {name}", {"PyTorch": 1.2, "HIPS/autograd": 1.0})
    for name in ("MLP float32", "CNN")
]


def check_outcomes(row: str, contenders: Mapping[str, Contender]) -> None:
    """Raise an error unless all compute the same loss and gradients."""
    expected = contenders[OURS].ask(row, "outcome")
    for name, contender in contenders.items():
        np.testing.assert_allclose(contender.ask(row, "outcome"), expected, rtol=2e-3, err_msg=f"{row}: {name}")


def measure(row: str, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each contender's turns: each has a process of its own for this row alone.

    What a process has done before (how the allocator of the C library has adapted to it, above all) is no property of
    the step.
    """
    with Contender.able(row) as contenders:
        check_outcomes(row, contenders)
        samples: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, contender in contenders.items():
                samples[name].append(contender.ask(row, "seconds"))
    return samples


def share(seconds: Sequence[float], others: Sequence[float]) -> float:
    """Return the median over the turns of a time over another's."""
    return statistics.median(mine / theirs for mine, theirs in zip(seconds, others, strict=True))


def judge(ratio: float, limit: float | None, floor: float) -> str:
    """Return whether a limit is kept; or that it cannot be, since NumPy without an engine takes longer."""
    if limit is None:
        return ""
    return "yes" if ratio <= limit else "out of reach" if floor > limit else "no"


def report(row: Row, shares: Mapping[str, float], texts: Mapping[str, str], floors: Mapping[str, float]) -> list[str]:
    """Print what was measured, which share of it we and the floor take, and what is asked; return the verdicts."""
    lines, verdicts = [], []
    for name in CONTENDERS:
        limit = row.limits.get(name)
        asked = "" if limit is None else f"<= {limit:g}x"
        if name not in shares:
            lines += [(name, "not installed", "", "", asked, "")] if limit else []
            continue
        floor = floors.get(name)
        verdicts.append(judge(shares[name], limit, floor or 0.0))
        share_of_floor = "" if floor is None else f"{floor:.2f}x"
        lines.append((name, texts[name], f"{shares[name]:.2f}x", share_of_floor, asked, verdicts[-1]))
    table(row.title, ("", "median", f"{OURS} takes of it", FLOOR if floors else "", "asked", "met"), lines)
    return [verdict for verdict in verdicts if verdict]


def report_time(row: Row, rounds: int) -> list[str]:
    """Print the times of a row, and return the verdicts."""
    samples = measure(row.name, rounds)
    shares = {name: share(samples[OURS], seconds) for name, seconds in samples.items()}
    floors = {name: share(samples[FLOOR], seconds) for name, seconds in samples.items() if FLOOR in samples}
    texts = {name: duration(statistics.median(seconds)) for name, seconds in samples.items()}
    return report(row, shares, texts, floors)


def report_memory(row: Row) -> list[str]:
    """Print the memory of a row, and return the verdicts."""
    with Contender.able(row.name) as contenders:
        peaks = {name: each.ask(row.name, "bytes") for name, each in contenders.items() if name != FLOOR}
    shares = {name: peaks[OURS] / peak for name, peak in peaks.items()}
    return report(row, shares, {name: f"{peak / 2**20:.2f} MiB" for name, peak in peaks.items()}, {})


def main(rounds: int = 15) -> None:
    """Print a table for each row, and how many limits are kept."""
    verdicts = [verdict for row in ROWS for verdict in report_time(row, rounds)]
    verdicts += [verdict for row in MEMORY for verdict in report_memory(row)]
    kept, missed = verdicts.count("yes"), verdicts.count("no")
    print(f"\n{kept} of {len(verdicts)} limits are kept, {missed} missed, {len(verdicts) - kept - missed} out of reach")


if __name__ == "__main__":
    main()
