"""One path through a function: its trace, the replays that are made of it, and what they read and write."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.compiler.arguments import Call
from autograd.compiler.batching import computed_by
from autograd.compiler.executors import Executor, make_replay
from autograd.compiler.program import interpret
from autograd.compiler.recorder import Guard
from autograd.compiler.replay import Replay
from autograd.compiler.results import result_node
from autograd.compiler.symbols import COMPARISONS, Symbol
from autograd.compiler.trace import Trace, trace
from autograd.pool import Members
from autograd.quiet import make_runner
from autograd.recording import recording
from autograd.trees import leaves, map_leaves

Array = np.ndarray[Any, np.dtype[np.float64]]


class Run:
    """A call of a path, for whoever may ask for a gradient of it later.

    Attributes
    ----------
    numbers
        Those of the sources; None while they stand in the arrays of the path's replay.
    gradients
        What has been asked for, by the place of the output.
    """

    __slots__ = ("__weakref__", "gradients", "numbers")

    def __init__(self) -> None:
        self.numbers: list[Array] | None = None
        self.gradients: dict[int, Array] = {}


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
        self._quietly = make_runner()  # while the lock is held
        self._executor = executor
        self._kept = [leaf.place for leaf in self.outputs] + [guard.place for guard in self.trace.guards]
        self._given = [source for source, slot in enumerate(call.slots, start=1) if slot.kind == "value"]
        self._gradients: dict[int, Replay] = {}
        self._current: Callable[[], Run | None] = _no_run  # whose numbers stand in the arrays of the replay
        self._nodes = {leaf.place for leaf in self.outputs if not leaf.is_number}
        first = next((leaf.place for leaf in self.outputs if not leaf.is_number), None)
        if not recording.get():  # under no_grad nobody asks for a gradient
            first = None
        self.replay = self._make_replay(first)
        self.replay.seconds = {"trace": seconds, **self.replay.seconds}
        # Where the gradient in each source begins, and how long it is.
        self._starts, self._count = {}, 0
        for source in (0, *self._given):
            self._starts[source] = self._count
            self._count += len(self.replay.flat[source])
        if first is not None:
            self._gradients[first] = self.replay

    def _make_replay(self, loss: int | None) -> Replay:
        with _collector_paused():
            return make_replay(self.trace.program, self._kept, loss, [0, *self._given], self._executor)

    def run(self, call: Call) -> Run:
        """Run the forward pass on the numbers of a call: parameters first."""
        self._leave()
        self._current = _no_run
        replay = self.replay
        self.parameters.read_into(replay.flat[0])
        for source, (slot, content) in enumerate(zip(call.slots, call.contents, strict=True), start=1):
            if isinstance(content, np.ndarray):
                replay.flat[source].reshape(slot.shape)[...] = content
            else:
                replay.flat[source][:] = [node.data for node in content] if slot.kind == "value" else content
        self._quietly(replay.forward)
        run = Run()
        self._current = weakref.ref(run)
        return run

    def forward(self, replay: Replay, numbers: Sequence[Array]) -> None:
        """Run the forward pass on given numbers of the sources."""
        for flat, given in zip(replay.flat, numbers, strict=False):
            flat[:] = given
        self._quietly(replay.forward)

    def numbers(self, run: Run) -> list[Array]:
        """Return the numbers of the sources in a call."""
        if run.numbers is None:
            run.numbers = [flat.copy() for flat in self.replay.flat[: len(self.trace.program.sources)]]
        return run.numbers

    def _leave(self) -> None:
        """Keep the numbers that stand in the arrays of the replay, if somebody may still ask for a gradient at them."""
        run = self._current()
        if run is not None and len(run.gradients) < len(self._nodes):
            self.numbers(run)

    def broken_guard(self) -> Guard | None:
        """Return the first guard whose answer would be another one now."""
        if not self.trace.guards:
            return None
        for guard, element in zip(self.trace.guards, self.replay.outputs[len(self.outputs) :], strict=True):
            if not guard.holds(self.replay.read(element)):
                return guard
        return None

    def holds_exactly(self, run: Run) -> bool:
        """Tell whether the guards hold where sums are rounded in the function's own order, as they were in the trace.

        The replay adds up in another order. What is exactly as large as something else may be so in one order only.
        """
        broken = self.broken_guard()
        for guards in ([broken] if broken else [], self.trace.guards):  # the one that is in doubt first
            places = [guard.place for guard in guards]
            exact = interpret(self.trace.program, [numbers.tolist() for numbers in self.numbers(run)], places)
            if not all(guard.holds(number) for guard, number in zip(guards, exact, strict=True)):
                return False
        return True

    def result(self, call: Call, run: Run) -> Any:
        """Return what the function returns, with the numbers of the run that has just been."""
        replay = self.replay
        elements = iter(replay.outputs)
        operands: tuple[Any, ...] = ()
        if self._nodes and recording.get():
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
            return result_node(number, self.parameters, operands, lambda: self._gradient(place, run))

        outputs = self.trace.outputs
        return finished(outputs) if isinstance(outputs, Symbol) else map_leaves(finished, outputs)

    def _gradient(self, place: int, run: Run) -> Array:
        """Return the gradient of an output; where another call came in between, its forward pass is run again."""
        with self.lock:
            if place in run.gradients:
                return run.gradients[place]
            if place not in self._gradients:
                self._gradients[place] = self._make_replay(place)
            replay = self._gradients[place]
            if replay is not self.replay:
                self.forward(replay, self.numbers(run))
            elif run is not (current := self._current()):
                if current is not None:
                    self.numbers(current)  # kept, for they are overwritten
                self.forward(replay, self.numbers(run))
                self._current = weakref.ref(run)
            self._quietly(replay.backward)
            gradient = run.gradients[place] = replay.read_gradients(self._starts, self._count)
            return gradient


def _no_run() -> None:
    return None


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
