"""Stage 1, trace: run a function once on symbols, and write down what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.arguments import Call, replace_numbers
from autograd.compiler.arranging import arrange_parameters
from autograd.compiler.captured import values_as_symbols
from autograd.compiler.names import identifier
from autograd.compiler.program import Program
from autograd.compiler.recorder import Guard, Writer, foreign
from autograd.compiler.refusals import (
    copied,
    random_states,
    refuse_hidden_results,
    refuse_mutation,
    refuse_random_draws,
)
from autograd.compiler.symbols import IndexSymbol, NumberSymbol, Symbol
from autograd.compiler.watching import Watch
from autograd.recording import recording
from autograd.trees import Tree, leaves
from autograd.value import Value


class Trace(NamedTuple):
    """A traced function: the program, and what connects it with the function's arguments and results.

    Attributes
    ----------
    program
        Source 0 is the captured parameters; then come the arguments' numbers, in order.
    outputs
        What the function returned, with symbols for its numbers.
    parameters
        The captured `Value`s, as in source 0.
    guards
        What Python looked at on the way.
    watch
        What else the function depends on.
    """

    program: Program
    outputs: Tree
    parameters: list[Value]
    guards: list[Guard]
    watch: Watch


def trace(function: Callable[..., Any], arguments: tuple[Tree, ...], settings: dict[str, Tree], call: Call) -> Trace:
    """Run a function on symbols in place of the numbers among its arguments.

    Raises
    ------
    TracingError
        The function does what cannot be compiled; the message says what to write instead.
    """
    writer = Writer(Program())
    writer.program.source("parameters", (0,))
    writer.numbers.append([])
    slots = iter(zip(call.slots, call.contents, strict=True))
    asked, taken = {slot.name for slot in call.slots}, {"parameters"}

    def next_slot() -> Iterator[Symbol]:
        slot, content = next(slots)
        kind = {"float": NumberSymbol, "index": IndexSymbol, "value": Symbol}[slot.kind]
        taken.add(name := identifier(slot.name, asked, taken))
        source = writer.program.source(name, slot.shape)
        numbers = np.ravel([x.data for x in content] if slot.kind == "value" else content)
        writer.numbers.append(numbers)
        return (kind(writer, place) for place in writer.program.all_leaves(source, len(numbers)))

    symbolic = [replace_numbers(argument, next_slot) for argument in arguments]
    named = {name: replace_numbers(argument, next_slot) for name, argument in settings.items()}
    before = copied([*symbolic, *named.values()])
    watch = Watch([function, *arguments, *settings.values()])
    states = random_states(watch.generators)
    token = recording.set(writer)
    try:
        with values_as_symbols():
            outputs = function(*symbolic, **named)
    finally:
        recording.reset(token)
        writer.closed = True
    refuse_random_draws(states, random_states(watch.generators))
    for (name, _), was, now in zip(call.key, before, [*symbolic, *named.values()], strict=True):
        refuse_mutation(name, was, now)
    refuse_hidden_results(outputs)
    for leaf in leaves(outputs):
        if isinstance(leaf, Symbol) and leaf.writer is not writer:
            raise foreign(leaf)
    watch.settle(writer.parameters)
    parameters = arrange_parameters(writer.program, writer.parameters)
    return Trace(writer.program, outputs, parameters, writer.guards, watch)
