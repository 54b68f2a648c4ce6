"""One step of loss and gradients by each array engine, and what is asked of this one.

Run with `python -m tests.benchmarks layers`; HIPS/autograd and MyGrad take part if `python -m tests.benchmarks.peers`
has made their environments. Each engine has a process of its own, all of one thread, and they take turns. A share is
the median over the turns of our time over theirs in the same turn: machines have fast and slow minutes.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tests.benchmarks.harness import duration, table
from tests.benchmarks.peers import CONTENDERS, Contender, data

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


def report(row: Row, shares: Mapping[str, float], texts: Mapping[str, str]) -> bool:
    """Print what was measured, which share of it we take, and what is asked; return whether that is met."""
    lines, met = [], True
    for name in CONTENDERS:
        limit = row.limits.get(name)
        if name not in shares:
            lines += [(name, "not installed", "", "" if limit is None else f"<= {limit:g}x", "")] if limit else []
            continue
        ratio = shares[name]
        verdict = "" if limit is None else "yes" if ratio <= limit else "no"
        met = met and verdict != "no"
        lines.append((name, texts[name], f"{ratio:.2f}x", "" if limit is None else f"<= {limit:g}x", verdict))
    table(row.title, ("", "median", f"{OURS} takes of it", "asked", "met"), lines)
    return met


def main(rounds: int = 15) -> None:
    """Print a table for each row, and how many are met."""
    contenders = Contender.all()
    met = []
    for row in ROWS:
        able = {name: contender for name, contender in contenders.items() if row.name in contender.rows}
        check_outcomes(row.name, able)
        samples: dict[str, list[float]] = {name: [] for name in able}
        for _ in range(rounds):
            for name, contender in able.items():
                samples[name].append(contender.ask(row.name, "seconds"))
        shares = {
            name: statistics.median(ours / theirs for ours, theirs in zip(samples[OURS], seconds, strict=True))
            for name, seconds in samples.items()
        }
        medians = {name: duration(statistics.median(seconds)) for name, seconds in samples.items()}
        met.append(report(row, shares, medians))
    for row in MEMORY:
        peaks = {name: each.ask(row.name, "bytes") for name, each in contenders.items() if row.name in each.rows}
        shares = {name: peaks[OURS] / peak for name, peak in peaks.items()}
        met.append(report(row, shares, {name: f"{peak / 2**20:.2f} MiB" for name, peak in peaks.items()}))
    for contender in contenders.values():
        contender.close()
    print(f"\n{sum(met)} of {len(met)} rows are met")


if __name__ == "__main__":
    main()
