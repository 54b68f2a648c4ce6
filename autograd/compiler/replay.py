"""A program that can run: what all its forms share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.lowering import Lowered
from autograd.compiler.positions import PositionCheck, as_slice, outside, positions_read

Array = np.ndarray[Any, Any]


class Element(NamedTuple):
    """Where a result is read: an element of an array, or a constant."""

    array: int
    position: int
    constant: float = 0.0


class Replay:
    """A compiled program that can run.

    Attributes
    ----------
    flat
        For each array its elements; the sources come first, and are written before a run.
    outputs
        Where each result is read after `forward()`.
    gradients
        For each element that was differentiated in, (source, position), where its derivative is read after
        `backward()`.
    lines
        How many statements it has.
    misses
        For each statement that had to gather its operands: which, and why.
    """

    flat: list[Any]
    outputs: list[Element]
    gradients: list[tuple[tuple[int, int], Element]]
    lines: int
    misses: list[tuple[str, str]]
    forward: Callable[[], None]
    backward: Callable[[], None]

    def __init__(self, lowered: Lowered) -> None:
        self.seconds = dict(lowered.seconds)
        self.sources = lowered.program.sources
        self._checks, self._positions = positions_read(lowered.program, lowered.outputs)
        self._positions_at: list[tuple[Element, int]] = []
        self._gradient_moves: list[tuple[int, Array | slice, Array | slice]] | None = None

    def read_gradients(self, starts: dict[int, int], count: int) -> Array:
        """Return the gradients as one array, each source's from its start, after a run."""
        if self._gradient_moves is None:
            moves: dict[int, list[tuple[int, int]]] = {}
            for (source, position), element in self.gradients:
                if element.array >= 0:
                    moves.setdefault(element.array, []).append((starts[source] + position, element.position))
            self._gradient_moves = [
                (array, as_slice(to), as_slice(start))
                for array, pairs in moves.items()
                for to, start in [np.array(pairs).T]
            ]
        gradient = np.zeros(count)
        for (source, position), element in self.gradients if self._has_constant_gradients else ():
            if element.array < 0:
                gradient[starts[source] + position] = element.constant
        for array, to, start in self._gradient_moves:
            gradient[to] = self.flat[array][start]
        return gradient

    def check(self) -> None:
        """Check, after a forward pass, the positions that rows were taken by.

        Raises
        ------
        DomainError
            A position lies outside of its list.
        """
        for check, view in self._views:
            check(self.flat[check.source][check.elements] if view is None else view)
        for element, rows in self._positions_at:
            if not 0 <= (position := self.read(element)) < rows:
                raise outside(position, rows)

    @functools.cached_property
    def _views(self) -> list[tuple[PositionCheck, Array | None]]:
        """The checks of positions that are given, and a view of these where they are evenly spaced."""
        return [
            (check, self.flat[check.source][check.elements] if isinstance(check.elements, slice) else None)
            for check in self._checks
        ]

    @functools.cached_property
    def _has_constant_gradients(self) -> bool:
        return any(element.array < 0 for _, element in self.gradients)

    def read(self, element: Element) -> float:
        """Return a result after a run."""
        return element.constant if element.array < 0 else float(self.flat[element.array][element.position])

    def size_text(self) -> str:
        """Say how long the program is: "42 array statements"."""
        one, many = self._unit
        return f"{self.lines:,} {one if self.lines == 1 else many}"

    @property
    def _unit(self) -> tuple[str, str]:
        return "line of Python", "lines of Python"

    @property
    def buffer_bytes(self) -> int:
        """The memory of all arrays."""
        return sum(np.asarray(array).nbytes for array in self.flat)
