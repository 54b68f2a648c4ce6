"""A traced program simplified and differentiated: what is given a form that runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograd.compiler import packing
from autograd.compiler.builder import Builder
from autograd.compiler.differentiate import differentiate
from autograd.compiler.program import Program
from autograd.compiler.simplify import simplify


class Lowered(NamedTuple):
    """A simplified program with its gradient, ready to be given a form that runs.

    Attributes
    ----------
    outputs, gradients
        The places of the results, and of the derivative in each of `inputs`.
    inputs
        The elements that are differentiated in: (source, position).
    forward_places, forward_roles
        How many places and roles there were before the gradient was appended.
    """

    program: Builder
    outputs: list[int]
    inputs: list[tuple[int, int]]
    gradients: list[int]
    forward_places: int
    forward_roles: int
    seconds: dict[str, float]


def lower(program: Program, outputs: Sequence[int], loss: int | None = None, wrt: Sequence[int] = ()) -> Lowered:
    """Simplify and differentiate a traced program.

    Parameters
    ----------
    outputs
        The places to compute.
    loss
        The place to differentiate, or None.
    wrt
        The numbers of the sources whose elements to differentiate in.
    """
    seconds: dict[str, float] = {}
    wanted = [*outputs, *([] if loss is None else [loss])]
    builder, places = timed(seconds, "simplify", simplify, program, wanted)
    program.pack()  # it is kept, for the gradients of other outputs
    size, roles = len(builder), max(builder.roles, default=0)
    inputs: dict[tuple[int, int], int] = {}
    gradients: list[int] = []
    if loss is not None:
        read = [place for place, leaf in builder.leaves.items() if leaf.source in wrt]
        seeds = [(places[-1], builder.constant(1.0))]
        adjoints = timed(seconds, "differentiate", differentiate, builder, seeds, read)
        inputs = packing.by_element(builder, read, adjoints)
        gradients = [inputs[key] for key in sorted(inputs)]
    return Lowered(builder, places[: len(outputs)], sorted(inputs), gradients, size, roles, seconds)


def timed(seconds: dict[str, float], stage: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a stage, and note its time."""
    start = time.perf_counter()
    result = function(*arguments)
    seconds[stage] = time.perf_counter() - start
    return result
