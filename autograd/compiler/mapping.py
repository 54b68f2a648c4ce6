"""`vmap` within a trace: the function of a sample is run once, on symbols that stand for all samples.

Everything written meanwhile is batched, as each sample would compute it for itself. Where that cannot be, because
Python looks at a number that differs from sample to sample, or because samples differ in form, the caller runs the
function sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.compiler.batching import ENTERING, PACK, PICK, SPREAD, invariant
from autograd.compiler.detached import Detached
from autograd.compiler.symbols import COMPARISONS, IndexSymbol, NumberSymbol, Symbol
from autograd.errors import TracingError
from autograd.primitive import Primitive
from autograd.primitives.comparison import stop_gradient
from autograd.recording import recording
from autograd.trees import Tree, children, leaves, map_leaves
from autograd.value import Value, as_operand

if TYPE_CHECKING:
    from autograd.compiler.recorder import Writer

#: What a function may return besides numbers: the same thing for all samples.
_STATIC: Final = (float, int, str, bool, type(None), Value)


class UnlikeSamplesError(TracingError):
    """Samples must be computed one by one."""


def map_batch(writer: Writer, function: Callable[..., Any], arguments: Sequence[Any]) -> list[Any] | None:
    """Return the results of a function for each sample, or None if the samples must be computed one by one."""
    extent = len(arguments[0])
    if extent < 2:
        return None
    batch = Batch(writer, extent)
    mode: Any = recording.get()
    guards = len(writer.guards)
    token = recording.set(batch if mode is writer else batch.detached())
    try:
        result = function(*[batch.joined(list(argument)) for argument in arguments])
        if not batch.failed:
            return batch.parted(result)
    except Exception:
        pass
    finally:
        recording.reset(token)
        batch.closed = True
    del writer.guards[guards:]
    return None


class Batch:
    """The recorder of one batch: it writes into the program of the writer that it belongs to."""

    def __init__(self, writer: Writer, extent: int) -> None:
        self.writer, self.program, self.extent = writer, writer.program, extent
        self.closed = self.failed = False
        self._spread: dict[int, int] = {}

    def record(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Write an operation in all samples, and return the symbol of its results."""
        if self.closed:
            raise self.escaped()
        places = [self._place(operand, primitive.name) for operand in operands]
        numbers = all(getattr(x, "is_number", True) for x in operands)
        kind = NumberSymbol if numbers or primitive in COMPARISONS else Symbol
        return kind(self, self.program.append(primitive, tuple(places)))

    def leaf(self, data: Any, label: str) -> Symbol:
        """Return a number as a node."""
        if isinstance(data, Symbol):
            return Symbol(self, self._place(data, "Value"))
        # Not the spread constant of another variable: two variables that start from one number are two variables.
        return Symbol(self, self._spread_out(self.program.constant(float(data))))

    def mapped(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Let a batch within a batch be computed one by one."""

    def detached(self) -> Any:
        """Return the recorder whose results are constants to every derivative."""
        return Detached(self)  # type: ignore[arg-type]

    def attached(self) -> Batch:
        """Return this recorder."""
        return self

    def parameter(self, value: Value) -> Symbol:
        """Return the symbol of a captured `Value`: one number for all samples."""
        return self.writer.parameter(value)

    # --- what symbols ask -------------------------------------------------------------------------------------------

    def operands_of(self, place: int) -> tuple[Any, ...]:
        """Return what a place is computed from; what enters the batch is given, as far as a sample can see."""
        if self.program.primitives[place] in ENTERING:
            return ()
        constants = self.program.constants
        operands = self.program.operands[place]
        return tuple([constants[x] if x in constants else Symbol(self, x) for x in operands])

    def number(self, symbol: Symbol) -> Symbol:
        """Return the numbers of a symbol as constants to every derivative."""
        if symbol.is_number:
            return symbol
        return NumberSymbol(self, self.program.append(stop_gradient, (symbol.place,)))

    def guard(self, symbol: Symbol, kind: str) -> bool | int:
        """Answer a question about a number that is the same in all samples; about others there is no one answer."""
        place = None if self.closed else invariant(self.program, symbol.place)
        if place is None:
            self.failed = True  # for good, even if the function goes on
            raise self.escaped() if self.closed else UnlikeSamplesError("the answer differs from sample to sample")
        return self.writer.guard(Symbol(self.writer, place), kind)

    def escaped(self) -> TracingError:
        """Return the error of a number that is used outside of its batch."""
        return TracingError(
            "a number of one sample was used outside of its vmap, which runs its function once for all samples: it "
            "escaped by a side effect, such as  kept.append(x) .\n"
            "  instead of   kept.append(x)  inside,   return x  as well:  return y, x"
        )

    # --- into the batch and out of it -------------------------------------------------------------------------------

    def joined(self, items: Sequence[Tree]) -> Tree:
        """Return one sample that stands for all: numbers become symbols, everything else must be the same."""
        first = items[0]
        if isinstance(first, np.ndarray):
            if any(not isinstance(item, np.ndarray) or item.shape != first.shape for item in items):
                raise UnlikeSamplesError("samples are arrays of different shape")
            objects = np.empty(first.shape, dtype=object)
            for position, column in enumerate(zip(*[item.ravel().tolist() for item in items], strict=True)):
                objects.flat[position] = self._column(column)
            return objects
        inside = children(first)
        if inside is None:
            return self._column(items)
        plain = type(first) in (list, tuple, dict) or hasattr(first, "_fields")
        if not plain or any(type(item) is not type(first) or len(item) != len(first) for item in items):
            raise UnlikeSamplesError("samples have different structure")
        if isinstance(first, dict):
            return {key: self.joined([item[key] for item in items]) for key in first}
        parts = [self.joined(column) for column in zip(*items, strict=True)]
        return (
            parts if isinstance(first, list) else (type(first)(*parts) if hasattr(first, "_fields") else tuple(parts))
        )

    def parted(self, result: Tree) -> list[Tree]:
        """Return one result for each sample: numbers of the batch are picked from it."""
        if isinstance(result, Symbol):
            return list(self._picks(result))
        columns = [self._repeated(leaf) for leaf in leaves(result)]
        if children(result) is None:
            return list(columns[0])
        rows = zip(*columns, strict=True) if columns else iter([()] * self.extent)
        return [_rebuilt(result, row) for row in rows]

    def _column(self, items: Sequence[Any]) -> Any:
        """Return what stands for one thing in each sample."""
        first = items[0]
        if kinds := {_KINDS.get(kind) for kind in set(map(type, items))}:
            if len(kinds) > 1:
                raise UnlikeSamplesError("samples hold things of different kind")
            kind = kinds.pop()
            if kind is not None and not (type(first) is int and items.count(first) == len(items)):
                return kind(self, self._packed(self._places(items)))
        if any(item is not first and (type(item) is not type(first) or item != first) for item in items):
            raise UnlikeSamplesError("samples differ in what is no number")
        return first

    def _packed(self, places: list[int]) -> int:
        """Return the place of what stands at one place in each sample."""
        program, first, stride = self.program, places[0], places[1] - places[0]
        if not stride and all(place == first for place in places):
            return self._spread_out(first)
        # The elements of an argument stand side by side. (Where parameters stand is settled after the trace.)
        start, last = program.leaves.get(first), program.leaves.get(places[-1])
        if start and last and start.source == last.source != 0 and self._are_even(places, stride):
            return program.leaf(*start, stride, self.extent)
        return program.append(PACK, tuple(places))

    def _are_even(self, places: list[int], stride: int) -> bool:
        return stride != 0 and places == list(range(places[0], places[0] + stride * self.extent, stride))

    def _places(self, items: Sequence[Any]) -> list[int]:
        """Return the places of numbers given to the batch."""
        writer = self.writer
        symbols = [
            item if isinstance(item, Symbol) else writer.parameter(item) if isinstance(item, Value) else None
            for item in items
        ]
        if any(symbol is not None and symbol.writer is not writer for symbol in symbols):
            raise self.escaped()
        return [
            self.program.constant(float(item)) if symbol is None else symbol.place
            for symbol, item in zip(symbols, items, strict=True)
        ]

    def _place(self, operand: Any, user: str) -> int:
        """Return the place of an operand, spread over the samples if it is one number for all."""
        if isinstance(operand, Value):
            operand = self.writer.parameter(operand)
        if not isinstance(operand, Symbol):
            return self.program.constant(as_operand(operand, user))  # type: ignore[arg-type]
        if operand.writer is self:
            return operand.place
        if operand.writer is not self.writer:
            raise self.escaped()
        if operand.place not in self._spread:
            self._spread[operand.place] = self._spread_out(operand.place)
        return self._spread[operand.place]

    def _spread_out(self, place: int) -> int:
        return self.program.append(SPREAD, (place, self.program.constant(float(self.extent))))

    def _picks(self, symbol: Symbol) -> Iterator[Symbol]:
        """Yield the symbol of each sample's number."""
        if symbol.writer is self.writer:  # one number for all
            yield from [symbol] * self.extent
            return
        if symbol.writer is not self:
            raise self.escaped()
        kind, program = type(symbol), self.program
        for sample in range(self.extent):
            yield kind(self.writer, program.append(PICK, (symbol.place, program.constant(float(sample)))))

    def _repeated(self, leaf: Any) -> Iterator[Any]:
        """Yield what a leaf of the result is in each sample."""
        if isinstance(leaf, Symbol):
            yield from self._picks(leaf)
        elif isinstance(leaf, np.ndarray):
            for row in zip(*[self._repeated(item) for item in leaf.ravel().tolist()], strict=True):
                objects = np.empty(leaf.shape, dtype=leaf.dtype)
                objects.flat[:] = row
                yield objects
        elif isinstance(leaf, _STATIC) or np.isscalar(leaf):
            yield from [leaf] * self.extent
        else:
            raise UnlikeSamplesError("the results hold what is no number")


#: What stands for numbers that are given as these.
_KINDS: Final[dict[type, type[Symbol]]] = {
    Symbol: Symbol,
    Value: Symbol,
    NumberSymbol: NumberSymbol,
    float: NumberSymbol,
    np.float64: NumberSymbol,
    IndexSymbol: IndexSymbol,
    int: IndexSymbol,
    np.int64: IndexSymbol,
}


def _rebuilt(tree: Tree, row: Sequence[Any]) -> Tree:
    items = iter(row)
    return map_leaves(lambda _: next(items), tree)
