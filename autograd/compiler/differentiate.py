"""Stage 3, differentiate: append the derivative of an output to its program.

The adjoint of a place is the sum of (adjoint of a user) x (local derivative in it): a dot. Nothing is scattered, so
that the backward pass is made of the same kinds of statement as the forward pass. Local derivatives come from the
rows of the primitives: the same equations that eager nodes are differentiated by.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd.compiler import packing
from autograd.compiler.batching import BATCH_DOT, BATCH_TOTAL, LEAVING, PACK, PICK, SPREAD
from autograd.compiler.builder import Builder
from autograd.compiler.symbols import Symbol
from autograd.compiler.terms import ALONE
from autograd.primitive import Primitive, Variadic, is_one
from autograd.primitives.nary import DOT, TOTAL
from autograd.value import as_operand

#: For each place what adds up to its adjoint, in pairs: the adjoint of a user, and the local derivative or ALONE. None
#: for places that do not depend on what is differentiated in, and for those that are done.
Parts = list[list[int] | None]


def differentiate(program: Builder, outputs: Sequence[tuple[int, int]], wrt: Sequence[int]) -> list[int]:
    """Append the derivatives of a weighted sum of outputs.

    Parameters
    ----------
    outputs
        (place, place of its cotangent) for each output.
    wrt
        The places to differentiate in.

    Returns
    -------
        The place of the derivative in each of `wrt`; a constant 0 where nothing depends on it.
    """
    active = _depending_on(program, wrt)
    parts: Parts = [[] if is_active else None for is_active in active]
    for place, cotangent in outputs:
        if (part := parts[place]) is not None:
            part += (cotangent, ALONE)
    adjoints: dict[int, int] = {}
    rules = _Rules(program, active)
    for place in range(len(active) - 1, -1, -1):
        part, parts[place] = parts[place], None
        if part:
            program.origin = program.order[place]
            adjoints[place] = program.sum(  # in the order of the users
                part[-2::-2], part[-1::-2], program.batched.get(place, 0)
            )
            if program.roles[adjoints[place]] not in program.adjoints:
                program.adjoints[program.roles[adjoints[place]]] = (adjoints[place], place)
            in_batch = place in program.batched or program.primitives[place] in LEAVING
            pass_on = _pass_on_in_batch if in_batch else _pass_on
            pass_on(program, rules, place, adjoints[place], parts)
    program.origin = None
    return [adjoints[place] if place in adjoints else program.constant(0.0) for place in wrt]


def _pass_on(program: Builder, rules: _Rules, place: int, adjoint: int, parts: Parts) -> None:
    """Add what a place contributes to the adjoints of its operands."""
    primitive, operands = program.primitives[place], program.operands[place]
    factors: Iterable[int | None]
    if primitive is None:
        return
    if primitive is DOT:
        count = len(operands) // 2
        factors = operands[count:-1] + operands[:count]  # the derivative in w is x, and in x is w
    elif primitive is TOTAL:
        factors = itertools.repeat(ALONE)
    else:
        factors = rules.partials(place, primitive, operands)
    for part, factor in zip(map(parts.__getitem__, operands), factors, strict=False):
        if part is not None and factor is not None:
            part.append(adjoint)
            part.append(factor)


def _pass_on_in_batch(program: Builder, rules: _Rules, place: int, adjoint: int, parts: Parts) -> None:
    """Add what a batched place, or one that leads out of a batch, contributes to the adjoints of its operands."""
    primitive, operands = program.primitives[place], program.operands[place]
    if primitive is None:
        return
    adjoints: list[int] = [adjoint] * len(operands)
    factors: Sequence[int | None] = [ALONE] * len(operands)
    if primitive is DOT or primitive is BATCH_DOT:
        count = len(operands) // 2
        factors = (*operands[count:-1], *operands[:count], None)
    elif primitive is PICK:
        sample, extent = int(program.constants[operands[1]]), program.batched[operands[0]]
        adjoints = [packing.put(program, adjoint, sample, extent)] * 2
    elif primitive is PACK:
        adjoints = [packing.pick(program, adjoint, sample) for sample in range(len(operands))]
    elif primitive not in (TOTAL, BATCH_TOTAL, SPREAD):
        factors = rules.partials(place, primitive, operands)
    spread = program.batched.get(place, 0) if primitive is not PACK else 0
    for operand, part, factor in zip(operands, adjoints, factors, strict=True):
        if (contributions := parts[operand]) is not None and factor is not None:
            given, factors_of = [part], [factor]
            if spread and operand not in program.batched:  # one number, to which all samples contribute
                given, factors_of = packing.over_batch(program, given, factors_of, spread)
            contributions += (given[0], factors_of[0])


def _depending_on(program: Builder, inputs: Sequence[int]) -> bytearray:
    """Return a flag for each place: whether it depends on one of the inputs."""
    active = bytearray(len(program))
    for place in inputs:
        active[place] = 1
    for place, operands in enumerate(program.operands):
        if not active[place]:
            for operand in operands:
                if active[operand]:
                    active[place] = 1
                    break
    return active


class _Rules:
    """Writes the local derivatives of places: runs the rules of a primitive once, and then repeats what they did."""

    def __init__(self, program: Builder, active: bytearray) -> None:
        self.program = program
        self.active = active
        self._recipes: dict[tuple[Primitive, tuple[int, ...]], _Recipe] = {}

    def partials(self, place: int, primitive: Primitive, operands: tuple[int, ...]) -> Sequence[int | None]:
        """Return the place of the derivative in each operand; ALONE where it is 1, None where nothing is passed on."""
        program, active = self.program, self.active
        wanted = tuple(map(active.__getitem__, operands))  # 1 for yes
        if isinstance(primitive, Variadic) or not program.constants.keys().isdisjoint(operands):
            return _run_rules(program, place, primitive, operands, wanted)
        recipe = self._recipes.get((primitive, wanted))
        if recipe is None:
            recipe = self._recipes[primitive, wanted] = _recipe(primitive, wanted)
        places = [place, *operands]
        for row, given in recipe.steps:
            if row is None:
                places.append(program.constant(*given))
            else:
                places.append(program.add(row, tuple([places[x] for x in given])))
        return [x if x is None or x == ALONE else places[x] for x in recipe.results]


class _Recipe(NamedTuple):
    """What the rules of a primitive write, in places of its own: the output, the operands, and one for each step.

    Attributes
    ----------
    steps
        A primitive and its operands; or None and a constant.
    results
        The place of the derivative in each operand; ALONE where it is 1, None where nothing is passed on.
    """

    steps: list[tuple[Primitive | None, tuple[Any, ...]]]
    results: list[int | None]


def _recipe(primitive: Primitive, wanted: tuple[int, ...]) -> _Recipe:
    program = Builder()
    program.source("operands", (1 + len(wanted),))
    out, *operands = [program.leaf(0, position) for position in range(1 + len(wanted))]
    results = _run_rules(program, out, primitive, tuple(operands), wanted)
    steps: list[tuple[Primitive | None, tuple[Any, ...]]] = []
    for place in range(1 + len(wanted), len(program)):
        row = program.primitives[place]
        steps.append((row, (program.constants[place],) if row is None else program.operands[place]))
    return _Recipe(steps, results)


def _run_rules(
    program: Builder, place: int, primitive: Primitive, operands: tuple[int, ...], wanted: tuple[int, ...]
) -> list[int | None]:
    """Run the rules of a primitive on the places of a program."""
    writer: Any = _RuleWriter(program)
    constants = program.constants
    given = [constants[x] if x in constants else Symbol(writer, x) for x in operands]
    partials = primitive.local_derivatives(Symbol(writer, place), given, list(map(bool, wanted)))
    return [None if x is None else ALONE if is_one(x) else writer.place(x) for x in partials]


class _RuleWriter:
    """Writes what rules do into a program."""

    def __init__(self, program: Builder) -> None:
        self.program = program

    def record(self, primitive: Primitive, operands: tuple[Any, ...]) -> Symbol:
        """Write an operation of a rule."""
        return Symbol(self, self.program.add(primitive, tuple([self.place(x) for x in operands])))  # type: ignore[arg-type]

    def place(self, operand: Any) -> int:
        """Return the place of a symbol or number."""
        if isinstance(operand, Symbol):
            return operand.place
        return self.program.constant(as_operand(operand, "differentiate"))  # type: ignore[arg-type]
