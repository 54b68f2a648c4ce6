"""One path through a function: its trace, the replays that are made of it, and what they read and write."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.compiler.arguments import Call
from autograd.compiler.batching import computed_by
from autograd.compiler.replay import Executor, Replay, make_replay
from autograd.compiler.results import result_node
from autograd.compiler.symbols import COMPARISONS, Symbol
from autograd.compiler.trace import Guard, Trace, trace
from autograd.pool import Members
from autograd.recording import recording
from autograd.trees import leaves, map_leaves

Array = np.ndarray[Any, np.dtype[np.float64]]


class Path:
    """A function as it was traced for arguments of one form and for one outcome of its branches.

    Attributes
    ----------
    trace
        What the function did.
    parameters
        The captured `Value`s.
    replay
        The program that computes the results, with the gradient of the first one that has one.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        executor: Executor,
        call: Call,
        arguments: tuple[Any, ...],
        settings: dict[str, Any],
    ) -> None:
        start = time.perf_counter()
        with _collector_paused():
            self.trace: Trace = trace(function, arguments, settings, call)
        seconds = time.perf_counter() - start
        self.parameters = Members(self.trace.parameters)
        self.outputs = [leaf for leaf in leaves(self.trace.outputs) if isinstance(leaf, Symbol)]
        self.lock = threading.Lock()
        self._runs = 0
        self._executor = executor
        self._kept = [leaf.place for leaf in self.outputs] + [guard.place for guard in self.trace.guards]
        self._given = [source for source, slot in enumerate(call.slots, start=1) if slot.kind == "value"]
        self._has_nodes = any(not leaf.is_number for leaf in self.outputs)
        self._gradients: dict[int, Replay] = {}
        self._swept: tuple[int, int, Array] | None = None
        first = next((leaf.place for leaf in self.outputs if not leaf.is_number), None)
        if not recording.get():  # under no_grad nobody asks for a gradient
            first = None
        self.replay = self._make_replay(first)
        self.replay.seconds = {"trace": seconds, **self.replay.seconds}
        if first is not None:
            self._gradients[first] = self.replay

    def _make_replay(self, loss: int | None) -> Replay:
        with _collector_paused():
            return make_replay(self.trace.program, self._kept, loss, [0, *self._given], self._executor)

    def numbers(self, call: Call) -> list[Array]:
        """Return the numbers of the sources in a call: parameters first."""
        given = [self.parameters.numbers()]
        for slot, content in zip(call.slots, call.contents, strict=True):
            data = [node.data for node in content] if slot.kind == "value" else content
            given.append(np.array(data, dtype=float).reshape(-1))
        return given

    def forward(self, replay: Replay, numbers: Sequence[Array]) -> None:
        """Fill the sources, and run the forward pass."""
        for flat, given in zip(replay.flat, numbers, strict=False):
            flat[:] = given
        with np.errstate(all="ignore"):
            replay.forward()
        self._runs += 1

    def broken_guard(self) -> Guard | None:
        """Return the first guard whose answer would be another one now."""
        for guard, element in zip(self.trace.guards, self.replay.outputs[len(self.outputs) :], strict=True):
            number = self.replay.read(element)
            if (number != 0 if guard.kind == "truth" else int(number)) != guard.answer:
                return guard
        return None

    def result(self, call: Call, numbers: list[Array]) -> Any:
        """Return what the function returns, with the numbers of the run that has just been."""
        run, replay = self._runs, self.replay
        elements = iter(replay.outputs)
        operands: tuple[Any, ...] = ()
        if self._has_nodes and recording.get():
            operands = self.parameters.values
            for source in self._given:
                operands += tuple(call.contents[source - 1])

        def finished(leaf: Any) -> Any:
            if not isinstance(leaf, Symbol):
                return leaf
            number = replay.read(next(elements))
            if leaf.is_number:
                return bool(number) if computed_by(leaf) in COMPARISONS else number
            place = leaf.place
            return result_node(number, self.parameters, operands, lambda: self._gradient(place, numbers, run))

        return map_leaves(finished, self.trace.outputs)

    def _gradient(self, place: int, numbers: Sequence[Array], run: int) -> Array:
        """Return the gradient of an output; where another call came in between, its forward pass is run again."""
        with self.lock:
            if self._swept is not None and self._swept[:2] == (run, place):
                return self._swept[2]
            if place not in self._gradients:
                self._gradients[place] = self._make_replay(place)
            replay = self._gradients[place]
            if run != self._runs or replay is not self.replay:
                self.forward(replay, numbers)
            with np.errstate(all="ignore"):
                replay.backward()
            starts, count = {}, 0
            for source in (0, *self._given):
                starts[source] = count
                count += len(numbers[source])
            gradient = replay.read_gradients(starts, count)
            self._swept = (run, place, gradient)
            return gradient


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: a program under way is all alive, and would be searched again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
