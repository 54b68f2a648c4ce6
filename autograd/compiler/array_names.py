"""Names for the arrays of an emitted program: for what computes them, or for what they are the derivative in."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from autograd.compiler.builder import Builder
from autograd.compiler.layout import Layout, Statement
from autograd.primitives.comparison import identity
from autograd.primitives.nary import DOT


def name_arrays(layout: Layout, program: Builder, forward: int) -> list[str]:
    """Return a name for each array; the first `forward` statements are the forward pass.

    `tanh2` is the second array of hyperbolic tangents, `d_tanh2` the derivative of the loss in it, and `d_layers_0_w`
    that in a matrix of parameters.
    """
    names = [source.name for source in program.sources]
    statements = {array: list(run) for array, run in itertools.groupby(layout.statements, lambda s: s.array)}
    backward = {statement.array for statement in layout.statements[forward:]}
    backward -= {statement.array for statement in layout.statements[:forward]}
    adjoints = dict(_adjoints(layout, program))
    hosts = {host for host, _ in layout.homes.values()}
    counts: Counter[str] = Counter()
    for array in range(len(names), len(layout.sizes)):
        if array in layout.given:
            names.append(f"data{array}")
            continue
        primal = adjoints.get(array) if array in backward else None
        if primal is not None:
            name = f"d_{primal if isinstance(primal, str) else names[primal]}"
            counts[name] += 1
            names.append(name if counts[name] == 1 else f"{name}_{counts[name]}")
            continue
        kind = _kind(statements.get(array), is_host=array in hosts)
        counts[kind] += 1
        names.append(f"{kind}{counts[kind]}")
    return names


def _adjoints(layout: Layout, program: Builder) -> Iterator[tuple[int, int | str]]:
    """Yield (array, the array or section that it is the derivative in)."""
    for adjoint, place in program.adjoints.values():
        array, primal = int(layout.array_of[adjoint]), int(layout.array_of[place])
        leaf = program.leaves.get(place)
        if leaf is None:
            if 0 <= primal < array:
                yield array, primal
            continue
        source = program.sources[leaf.source]
        inside = [
            section for section in source.sections if section.start <= leaf.position < section.start + section.size
        ]
        part = inside[0] if inside and layout.sizes[array] <= inside[0].size else source
        yield array, part.name


def _kind(statements: list[Statement] | None, *, is_host: bool) -> str:
    """Return what an array is named for that is no derivative."""
    if statements is None or statements[0].primitive is identity:
        return "joined" if is_host or statements is not None else "part"
    first = statements[0]
    is_product = first.primitive is DOT and first.terms is None and first.segments is None  # a sum of one product
    return "multiply" if is_product else first.primitive.name
