"""`compile`: scalar code at matrix speed."""

from __future__ import annotations

import copy
import functools
import sys
import warnings
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, overload

from autograd.compiler.arguments import Call, read_call
from autograd.compiler.executors import Executor
from autograd.compiler.misses import explain
from autograd.compiler.path import Path, Run
from autograd.compiler.source import standalone
from autograd.errors import DomainError, GraphError, RetraceWarning, TracingError
from autograd.recording import recording

if TYPE_CHECKING:
    from autograd.visual.picture import Picture

#: How many paths through its branches a function may have before it is run eagerly.
LIMIT = 16
#: For how many forms of its arguments a function is compiled until somebody is told.
FORMS = 64


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
        functools.update_wrapper(self, function, updated=())
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.function = function
        self.on_retrace = on_retrace
        self.executor = executor
        self._paths: dict[Any, list[Path]] = {}
        self._traces: dict[Any, int] = {}
        self._given_up: set[Any] = set()
        self._last: tuple[Path, Run] | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.__name__ = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Return the method of an object as a compiled function of its own, which the object keeps."""
        if instance is None:
            return self
        method = self._like(self.function.__get__(instance, owner))
        vars(instance)[self.__name__] = method  # found there first from now on
        return method

    def _like(self, function: Callable[..., Any]) -> Compiled:
        """Return a function compiled with the same settings."""
        return Compiled(function, on_retrace=self.on_retrace, executor=self.executor)

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return self._like(copy.deepcopy(self.function, memo))

    def __reduce__(self) -> str | tuple[Any, ...]:
        # Programs are not stored: they are made again. A function that its decorator has hidden is found by name.
        module, name = getattr(self.function, "__module__", None), getattr(self.function, "__qualname__", "")
        if getattr(sys.modules.get(str(module)), name, None) is self:
            return name
        if isinstance(self.function, MethodType):
            return (getattr, (self.function.__self__, self.__name__))
        again = functools.partial(Compiled, on_retrace=self.on_retrace, executor=self.executor)
        return (again, (self.function,))

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Return what the function returns."""
        if not isinstance(recording.get(), bool):  # within the trace of another compiled function
            return self.function(*arguments, **settings)
        call = read_call(arguments, settings)
        if self._given_up and call.key in self._given_up:
            return self.function(*arguments, **settings)
        paths = self._paths.setdefault(call.key, [])
        reason = ""
        for path in list(paths):
            if difference := path.trace.watch.difference():
                paths.remove(path)  # it was made for something that is there no longer
                reason = difference
                continue
            with path.lock:
                run = path.run(call)
                broken = path.broken_guard()
                if broken is None:
                    return self._finished(path, call, run)
            reason = (
                f"{broken.line} asks for the {broken.kind} of a number, and the answer is no longer {broken.answer}"
            )
        for path in paths:
            with path.lock:
                if path.holds_exactly(run := path.run(call)):
                    return self._finished(path, call, run)
        if reason and not self._may_trace_again(call.key, reason):
            return self.function(*arguments, **settings)
        if not paths and len(self._paths) == FORMS:
            self._warn(
                f"compiled for {FORMS} forms of its arguments: shapes, whole numbers and other settings. Pass what "
                "changes from call to call as a float or an array"
            )
        path = Path(self.function, self.executor, call, arguments, settings)
        self._traces[call.key] = self._traces.get(call.key, 0) + 1
        paths.insert(0, path)
        with path.lock:  # its guards are of these very numbers; sums that are rounded otherwise must not break them
            return self._finished(path, call, path.run(call))

    def _finished(self, path: Path, call: Call, run: Run) -> Any:
        """Return what the function returns, after the run of a path that holds for the call."""
        path.replay.check()
        self._last = (path, run)
        return path.result(call, run)

    def _may_trace_again(self, key: Any, reason: str) -> bool:
        """Decide what to do about a branch that was not met before, or a thing that was replaced."""
        if self.on_retrace == "error":
            raise TracingError(
                f"{self.__name__}: {reason}. With on_retrace='error' it is not traced again.\n"
                "  use autograd.where(condition, x, y) to compute both branches, pass as an argument what changes,\n"
                "  or use on_retrace='trace'"
            )
        if self._traces[key] < LIMIT:
            return True
        self._given_up.add(key)
        self._warn(
            f"traced {LIMIT} times, and yet another time would be needed: {reason}. It runs eagerly from now on, for "
            "arguments of this form. autograd.where, maximum, minimum and take need no branches, and what is passed as "
            "an argument may change"
        )
        return False

    def _warn(self, words: str) -> None:
        warnings.warn(f"{self.__name__}: {words}", RetraceWarning, stacklevel=4)

    # --- looking inside ----------------------------------------------------------------------------------------------

    @property
    def _latest(self) -> tuple[Path, Run]:
        if self._last is None:
            raise GraphError(f"{self.__name__} has not been compiled yet: call it once, then look at its program")
        return self._last

    @property
    def source(self) -> str:
        """The program of the latest call: NumPy that runs by itself, with that call's numbers at its end."""
        path, run = self._latest
        stats = self.stats
        title = f"{self.__name__}: {stats.scalar_nodes:,} scalar nodes as {path.replay.size_text()}."
        with path.lock:
            numbers = path.numbers(run)
        return standalone(path.replay, title, numbers, len(path.outputs))

    @property
    def stats(self) -> Stats:
        """What compiling the program of the latest call did."""
        path, _ = self._latest
        replay = path.replay
        return Stats(
            scalar_nodes=len(path.trace.program),
            statements=replay.lines,
            buffer_bytes=replay.buffer_bytes,
            traces=sum(self._traces.values()),
            seconds=dict(replay.seconds),
        )

    def explain_misses(self) -> str:
        """Say which statements of the latest program had to gather their operands, why, and what would help."""
        path, _ = self._latest
        return explain(path.replay.misses)

    def draw(self) -> Picture:
        """Draw the latest program: a box for each array instead of one for each number."""
        from autograd.compiler.picture import program_picture

        path, _ = self._latest
        return program_picture(path.replay, self.stats, self.__name__)

    __picture__ = draw

    def __repr__(self) -> str:
        return f"compile({self.__name__})"

    __name__: str


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

    Results equal the eager ones to about 1e-12, since sums are re-associated. Side effects happen while tracing only;
    numbers are symbols meanwhile. `isinstance` takes them for what they stand for: `Value`, float, or bool; elements of
    whole-number arrays for `np.int64`, those of other arrays and what is computed for float. Only `type(x)` cannot be
    made to do so: write `isinstance(x, float)`, not `type(x) is float`.
    A `Value` that the function reaches without being given it is a parameter, read afresh on every call. If another
    `Value` stands where it stood, or other numbers, text or functions where the code names some, the function is traced
    again.

    Parameters
    ----------
    function
        A function of floats, `Value`s, float arrays, and lists, tuples and dictionaries of them.
    on_retrace
        What to do about a branch not met before: "trace" it, or raise an "error".
    executor
        What the program becomes: "numpy" statements; for narrow programs, such as the steps of a solver, straight-line
        "python", or, with the extra of that name, machine code ("jit"). "auto" chooses by size and form, also for parts
        of a program, and turns to machine code when a program has run often enough to be worth compiling.

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
