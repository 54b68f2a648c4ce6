"""`compile`: scalar code at matrix speed."""

from __future__ import annotations

import functools
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, overload

import numpy as np

from autograd.compiler.arguments import Call, read_call
from autograd.compiler.replay import Executor, Replay, make_replay
from autograd.compiler.source import standalone
from autograd.compiler.symbols import Symbol
from autograd.compiler.trace import COMPARISONS, Guard, Trace, trace
from autograd.errors import DomainError, GraphError, RetraceWarning, TracingError
from autograd.node import UNSWEPT
from autograd.primitive import Variadic
from autograd.recording import recording
from autograd.trees import leaves, map_leaves
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.visual.picture import Picture

#: How many paths through its branches a function may have before it is run eagerly.
LIMIT = 16

Array = np.ndarray[Any, Any]


class Stats(NamedTuple):
    """What compiling did.

    Attributes
    ----------
    scalar_nodes
        Scalar nodes that were traced: operations, inputs and constants.
    statements
        Array statements that they became, gradients included.
    buffer_bytes
        The memory of all arrays.
    traces
        How many times the function was traced, for all shapes and branches.
    seconds
        The time of each stage.
    """

    scalar_nodes: int
    statements: int
    buffer_bytes: int
    traces: int
    seconds: dict[str, float]


class CompiledValue(Value):
    """A number that a compiled function returned; `backward()` replays the compiled gradient."""

    __slots__ = ("_gradient",)
    _gradient: Callable[[], tuple[float, ...]]

    @property
    def partials(self) -> tuple[float, ...]:  # type: ignore[override]
        """The derivatives in the captured parameters and the given values."""
        return self._gradient()

    def backward(self) -> None:
        """Compute the derivative in every parameter and given value, into their `grad`; see `Value.backward`."""
        if not self.operands or any(operand.operands for operand in self.operands):
            super().backward()  # there is a graph behind this one
            return
        self.grad = 1.0
        for leaf, gradient in zip(self.operands, self._gradient(), strict=True):
            leaf.grad += gradient

    def __reduce__(self) -> tuple[Any, ...]:
        raise GraphError("what a compiled function returned cannot be pickled with its graph; store its .data")


class _Program:
    """One traced path of a function, with the replays made of it."""

    def __init__(
        self,
        function: Callable[..., Any],
        executor: Executor,
        call: Call,
        arguments: tuple[Any, ...],
        settings: dict[str, Any],
    ) -> None:
        start = time.perf_counter()
        self.trace: Trace = trace(function, arguments, settings, call)
        seconds = time.perf_counter() - start
        self.outputs = [leaf for leaf in leaves(self.trace.outputs) if isinstance(leaf, Symbol)]
        self.nodes = [leaf.place for leaf in self.outputs if not leaf.is_number]
        self.wrt = [0] + [number for number, slot in enumerate(call.slots, start=1) if slot.kind == "value"]
        self.lock = threading.Lock()
        self.runs = 0
        self._kept = [leaf.place for leaf in self.outputs] + [guard.place for guard in self.trace.guards]
        self._gradients: dict[int, Replay] = {}
        first = self.nodes[0] if self.nodes and recording.get() else None  # under no_grad nobody asks for a gradient
        self._executor = executor
        self.replay = make_replay(self.trace.program, self._kept, first, self.wrt, executor)
        self.replay.seconds = {"trace": seconds, **self.replay.seconds}
        if first is not None:
            self._gradients[first] = self.replay

    def gradient_of(self, place: int) -> Replay:
        """Return the replay with the gradient of an output."""
        if place not in self._gradients:
            self._gradients[place] = make_replay(self.trace.program, self._kept, place, self.wrt, self._executor)
        return self._gradients[place]

    def numbers(self, call: Call) -> list[Array]:
        """Return the numbers of the sources in a call: parameters first."""
        given = [np.array([parameter.data for parameter in self.trace.parameters], dtype=float)]
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
        self.runs += 1

    def broken_guard(self) -> Guard | None:
        """Return the first guard whose answer would be another one now."""
        for guard, element in zip(self.trace.guards, self.replay.outputs[len(self.outputs) :], strict=True):
            number = self.replay.read(element)
            if (number != 0 if guard.kind == "truth" else int(number)) != guard.answer:
                return guard
        return None

    def gradient(self, place: int, numbers: Sequence[Array], run: int, count: int) -> tuple[float, ...]:
        """Return the gradient of an output; where another call came in between, its forward pass is run again."""
        replay = self.gradient_of(place)
        with self.lock:
            if run != self.runs or replay is not self.replay:
                self.forward(replay, numbers)
            with np.errstate(all="ignore"):
                replay.backward()
            starts = {source: sum(len(numbers[s]) for s in self.wrt if s < source) for source in self.wrt}
            return tuple(replay.read_gradients(starts, count).tolist())


class Compiled:
    """A function that is traced on its first call, and replayed as NumPy statements from then on; see `compile`."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        on_retrace: Literal["trace", "error"] = "trace",
        executor: Executor = "auto",
    ) -> None:
        if not callable(function):
            raise DomainError(f"compile: expected a function, got {type(function).__name__}")
        if on_retrace not in ("trace", "error"):
            raise DomainError(f"compile: on_retrace must be 'trace' or 'error', got {on_retrace!r}")
        if executor not in get_args(Executor):
            raise DomainError(f"compile: executor must be one of {', '.join(get_args(Executor))}, got {executor!r}")
        functools.update_wrapper(self, function)
        self.function = function
        self.on_retrace = on_retrace
        self.executor = executor
        self._programs: dict[Any, list[_Program]] = {}
        self._given_up: set[Any] = set()
        self._last: tuple[_Program, list[Array]] | None = None

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Return what the function returns."""
        if not isinstance(recording.get(), bool):  # within the trace of another compiled function
            return self.function(*arguments, **settings)
        call = read_call(arguments, settings)
        if call.key in self._given_up:
            return self.function(*arguments, **settings)
        programs = self._programs.setdefault(call.key, [])
        broken: Guard | None = None
        for program in programs:
            numbers = program.numbers(call)
            with program.lock:
                program.forward(program.replay, numbers)
                broken = program.broken_guard()
                if broken is None:
                    return self._result(program, call, numbers)
        if broken is not None and not self._may_trace_again(call.key, broken):
            return self.function(*arguments, **settings)
        programs.insert(0, _Program(self.function, self.executor, call, arguments, settings))
        return self(*arguments, **settings)

    def _may_trace_again(self, key: Any, guard: Guard) -> bool:
        """Decide what to do about a branch that was not met before."""
        asked = f"{guard.line} asks for the {guard.kind} of a number, and the answer is no longer {guard.answer}"
        if self.on_retrace == "error":
            raise TracingError(
                f"{self.__name__}: {asked}. With on_retrace='error' it is not traced again.\n"
                "  use autograd.where(condition, x, y) to compute both branches, or on_retrace='trace'"
            )
        if len(self._programs[key]) < LIMIT:
            return True
        self._given_up.add(key)
        warnings.warn(
            f"{self.__name__}: traced {LIMIT} times, and yet another branch: {asked}. It runs eagerly from now on, for "
            "arguments of this form. autograd.where, maximum, minimum and take need no branches",
            RetraceWarning,
            stacklevel=3,
        )
        return False

    def _result(self, program: _Program, call: Call, numbers: list[Array]) -> Any:
        """Return what the function returns, with this run's numbers."""
        self._last = (program, numbers)
        run, replay = program.runs, program.replay
        elements = iter(replay.outputs)
        operands: tuple[Value, ...] = ()
        if program.nodes and recording.get():
            given = [call.contents[source - 1] for source in program.wrt[1:]]
            operands = (*program.trace.parameters, *[node for content in given for node in content])

        def finished(leaf: Any) -> Any:
            if not isinstance(leaf, Symbol):
                return leaf
            number = replay.read(next(elements))
            if leaf.is_number:
                return bool(number) if leaf.primitive in COMPARISONS else number
            place = leaf.place
            return _node(number, operands, lambda: program.gradient(place, numbers, run, len(operands)))

        return map_leaves(finished, program.trace.outputs)

    # --- looking inside ----------------------------------------------------------------------------------------------

    @property
    def _latest(self) -> tuple[_Program, list[Array]]:
        if self._last is None:
            raise GraphError(f"{self.__name__} has not been compiled yet: call it once, then look at its program")
        return self._last

    @property
    def source(self) -> str:
        """The program of the latest call: NumPy that runs by itself, with that call's numbers at its end."""
        program, numbers = self._latest
        stats = self.stats
        title = f"{self.__name__}: {stats.scalar_nodes:,} scalar nodes as {stats.statements:,} array statements."
        return standalone(program.replay, title, numbers, len(program.outputs))

    @property
    def stats(self) -> Stats:
        """What compiling the program of the latest call did."""
        program, _ = self._latest
        replay = program.replay
        return Stats(
            scalar_nodes=len(program.trace.program),
            statements=replay.lines,
            buffer_bytes=replay.buffer_bytes,
            traces=sum(map(len, self._programs.values())),
            seconds=dict(replay.seconds),
        )

    def explain_misses(self) -> str:
        """Say which statements of the latest program had to gather their operands, and why."""
        program, _ = self._latest
        misses = [f"{miss}, so elements are gathered one by one" for miss in program.replay.misses]
        if not misses:
            return "no misses: every operand is a view"
        hint = "a group becomes a view when its numbers are made, and used, in the same order"
        return "\n".join([*misses, hint])

    def draw(self) -> Picture:
        """Draw the latest program: a box for each array instead of one for each number."""
        from autograd.compiler.picture import program_picture

        program, _ = self._latest
        return program_picture(program.replay, self.stats, self.__name__)

    __picture__ = draw

    def __repr__(self) -> str:
        return f"compile({self.__name__})"

    __name__: str


def _node(number: float, operands: tuple[Value, ...], gradient: Callable[[], tuple[float, ...]]) -> CompiledValue:
    """Return a result as a node of the eager graph, with the parameters as its operands."""
    node = object.__new__(CompiledValue)
    node.data = number
    node.grad = UNSWEPT
    node.label = ""
    node.primitive = COMPILED
    node.operands = operands
    node._gradient = gradient
    return node


def _cannot_differentiate(*_: Any) -> Any:
    raise GraphError(
        "the derivative of a compiled function's result is a number, and cannot be differentiated again.\n"
        "  instead of   grad(grad(compile(f))),   use   compile(grad(grad(f)))"
    )


#: What made the result of a compiled function, as eager graphs show it.
COMPILED = Variadic(
    "compiled",
    _cannot_differentiate,
    _cannot_differentiate,
    _cannot_differentiate,
    doc="the result of a compiled function",
)


@overload
def compile(
    function: Callable[..., Any], *, on_retrace: Literal["trace", "error"] = "trace", executor: Executor = "auto"
) -> Compiled: ...
@overload
def compile(
    *, on_retrace: Literal["trace", "error"] = "trace", executor: Executor = "auto"
) -> Callable[[Callable[..., Any]], Compiled]: ...
def compile(
    function: Callable[..., Any] | None = None,
    *,
    on_retrace: Literal["trace", "error"] = "trace",
    executor: Executor = "auto",
) -> Any:
    """Return a function that does the same as the given one, at the speed of NumPy written by hand.

    On the first call it records the scalar operations of the unchanged function, differentiates them, and re-rolls
    them into a few array statements; later calls replay these. Numbers may change from call to call; shapes, integers
    and other settings are static, and another value is compiled anew. Where Python looks at a number (`if x > 0`,
    `max`, `int`), the answer is guarded: a call that would answer differently is traced again, never guessed.

    Results equal the eager ones to about 1e-12, since sums are re-associated. Side effects happen while tracing only.
    A `Value` that the function reaches without being given it is a parameter, read afresh on every call; reading its
    `.data` within the function freezes the number.

    Parameters
    ----------
    function
        A function of floats, `Value`s, float arrays, and lists, tuples and dictionaries of them.
    on_retrace
        What to do about a branch not met before: "trace" it, or raise an "error".
    executor
        What the program becomes: "numpy" statements; for narrow programs, such as the steps of a solver, straight-line
        "python", or, with the extra of that name, a tape run as machine code ("jit"); "auto" chooses by size and form.

    Raises
    ------
    TracingError
        The function does what cannot be compiled; the message says what to write instead.

    >>> import autograd
    >>> @autograd.compile
    ... def norm(xs):
    ...     return sum(x * x for x in xs) ** 0.5
    >>> norm([3.0, 4.0])
    5.0
    >>> norm.stats.statements
    1
    """
    if function is None:
        return functools.partial(Compiled, on_retrace=on_retrace, executor=executor)
    return Compiled(function, on_retrace=on_retrace, executor=executor)
