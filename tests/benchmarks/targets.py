"""Lines of what was asked of compiled programs: the factor asked, the factor measured, and whether that is met.

Where a program can be measured in two ways, both are shown: `replay` runs the compiled statements from parameters and
data in arrays to the loss and the gradient in an array, as the peers do; `call` is what users write,
`loss(X, y).backward()`, which reads and writes a `Value` for each parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.harness import Seconds, table

HAND = "NumPy by hand"
REPLAY, CALL = "chainrule: replay", "chainrule: call"
HEADER = ("program", "asked", "replay", "call", "met")


class Row(NamedTuple):
    """One line: `replay` or `call` is empty where there is no such measure."""

    program: str
    asked: str
    replay: str
    call: str
    met: str


def at_least(program: str, factor: float, peer: str, medians: Mapping[str, Seconds]) -> Row:
    """Ask for a speed of so many times the peer's.

    >>> at_least("moons", 50, "micrograd", {"micrograd": 3.0, REPLAY: 0.01, CALL: 0.1})
    Row(program='moons', asked='>= 50x micrograd', replay='300x', call='30.00x', met='replay only')
    """
    asked = f">= {factor:,g}x {peer}"
    return _row(program, asked, peer, medians, lambda ours, theirs: theirs / ours, lambda ratio: ratio >= factor)


def at_most(program: str, factor: float, peer: str, medians: Mapping[str, Seconds], *, note: str = "") -> Row:
    """Ask for at most so many times the peer's time.

    >>> at_most("moons", 1.0, HAND, {HAND: 2.0, CALL: 1.0})
    Row(program='moons', asked='<= 1.0x the time of NumPy by hand', replay='', call='0.50x', met='yes')
    """
    asked = f"<= {factor}x the time of {peer}{note}"
    return _row(program, asked, peer, medians, lambda ours, theirs: ours / theirs, lambda ratio: ratio <= factor)


def _row(
    program: str,
    asked: str,
    peer: str,
    medians: Mapping[str, Seconds],
    compare: Callable[[Seconds, Seconds], float],
    suffices: Callable[[float], bool],
) -> Row:
    if peer not in medians:
        return Row(program, asked, "", "", "not installed")
    ratios = {name: compare(medians[name], medians[peer]) for name in (REPLAY, CALL) if name in medians}
    return Row(program, asked, *(factor(ratios.get(name)) for name in (REPLAY, CALL)), verdict(ratios, suffices))


def within(program: str, limit: float, measured: float, unit: str) -> Row:
    """Ask for at most so many of a unit.

    >>> within("compiling", 8.0, 9.5, "us a node")
    Row(program='compiling', asked='<= 8 us a node', replay='', call='9.50', met='no')
    """
    return Row(program, f"<= {limit:g} {unit}", "", f"{measured:.2f}", "yes" if measured <= limit else "no")


def verdict(ratios: Mapping[str, float], suffices: Callable[[float], bool]) -> str:
    """Say "yes" if all measures suffice, "no" if none does, and else which."""
    met = [name for name, ratio in ratios.items() if suffices(ratio)]
    if len(met) in (0, len(ratios)):
        return "yes" if met else "no"
    return f"{met[0].removeprefix('chainrule: ')} only"


def factor(ratio: float | None) -> str:
    """Write a factor with the digits that matter."""
    if ratio is None:
        return ""
    return f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.2f}x"


def print_rows(rows: Sequence[Row]) -> None:
    """Print all lines, and how many are met in full."""
    table("compiled programs: what was asked, and what this run has measured", HEADER, rows)
    print(f"\n{sum(row.met == 'yes' for row in rows)} of {len(rows)} lines are met")
