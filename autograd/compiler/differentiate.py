"""Stage 3, differentiate: append the derivative of an output to its program.

The adjoint of a place is the sum of (adjoint of a user) x (local derivative in it): a dot. Nothing is scattered, so
that the backward pass is made of the same kinds of statement as the forward pass. Local derivatives come from the
rows of the primitives: the same equations that eager nodes are differentiated by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from autograd.compiler.builder import ALONE, Builder
from autograd.compiler.symbols import Symbol
from autograd.primitive import Primitive, is_one
from autograd.primitives.nary import DOT, TOTAL
from autograd.value import as_operand

#: For each place what adds up to its adjoint, in pairs: the adjoint of a user, and the local derivative or ALONE.
Parts = defaultdict[int, list[int]]


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
    parts: Parts = defaultdict(list)
    for place, cotangent in outputs:
        parts[place] += (cotangent, ALONE)
    adjoints: dict[int, int] = {}
    rules = _RuleWriter(program)
    for place in range(len(active) - 1, -1, -1):
        if place in parts and active[place]:
            program.origin = program.order[place]
            part = parts.pop(place)
            adjoints[place] = program.sum(part[-2::-2], part[-1::-2])  # in the order of the users
            _pass_on(program, rules, place, adjoints[place], active, parts)
    program.origin = None
    return [adjoints[place] if place in adjoints else program.constant(0.0) for place in wrt]


def _pass_on(program: Builder, rules: _RuleWriter, place: int, adjoint: int, active: bytearray, parts: Parts) -> None:
    """Add what a place contributes to the adjoints of its operands."""
    primitive, operands = program.primitives[place], program.operands[place]
    if primitive is None:
        return
    if primitive is DOT:
        count = len(operands) // 2
        factors = operands[count:-1] + operands[:count]  # the derivative in w is x, and in x is w
        for operand, factor in zip(operands, factors, strict=False):
            if active[operand]:
                parts[operand] += (adjoint, factor)
        return
    if primitive is TOTAL:
        for operand in operands:
            if active[operand]:
                parts[operand] += (adjoint, ALONE)
        return
    for operand, partial in zip(operands, rules.partials(place, primitive, operands, active), strict=True):
        if partial is not None:
            parts[operand] += (adjoint, ALONE if is_one(partial) else rules.place(partial))


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


class _RuleWriter:
    """Runs the rules of primitives on the places of a program."""

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

    def partials(
        self, place: int, primitive: Primitive, operands: tuple[int, ...], active: bytearray
    ) -> tuple[Any, ...]:
        """Return the local derivatives of a place in its active operands."""
        constants = self.program.constants
        given = [constants[x] if x in constants else Symbol(self, x) for x in operands]  # type: ignore[arg-type]
        return primitive.local_derivatives(Symbol(self, place), given, [bool(active[x]) for x in operands])  # type: ignore[arg-type]
