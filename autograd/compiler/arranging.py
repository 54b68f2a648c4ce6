"""In which order the captured `Value`s are read: weights with weights, biases with biases."""

from __future__ import annotations

from collections.abc import Iterable

from autograd.compiler.batching import SPREAD
from autograd.compiler.names import arrange_labels, identifier
from autograd.compiler.program import Leaf, Program, Section, Source
from autograd.primitive import Primitive
from autograd.value import Value


def arrange_parameters(program: Program, parameters: list[Value]) -> list[Value]:
    """Order the captured values so that those used alike stand together: weights with weights, biases with biases.

    Labels tell which matrix a value belongs to (see `names`); values without one are alike when the same primitive is
    the first to use them.
    """
    places = {leaf.position: place for place, leaf in program.leaves.items() if leaf.source == 0}
    uses = _first_uses(program, places.values())
    unlabelled: dict[str, list[int]] = {}
    labelled: dict[str, int] = {}
    for position, value in enumerate(parameters):
        if value.label and value.label not in labelled:
            labelled[value.label] = position
        else:
            unlabelled.setdefault(uses[places[position]].name if places[position] in uses else "", []).append(position)
    arranged: list[int] = []
    sections = []
    taken = {source.name for source in program.sources}
    for name, shape, labels in arrange_labels(list(labelled)):
        taken.add(name := identifier(name, set(), taken))
        sections.append(Section(name, len(arranged), shape))
        arranged += [labelled[label] for label in labels]
    for group in unlabelled.values():
        arranged += group
    for new, old in enumerate(arranged):
        program.leaves[places[old]] = Leaf(0, new)
    program.sources[0] = Source("parameters", (len(arranged),), tuple(sections))
    return [parameters[position] for position in arranged]


def _first_uses(program: Program, parameters: Iterable[int]) -> dict[int, Primitive]:
    """Return the primitive that is the first to use each parameter, by its place."""
    uses: dict[int, Primitive] = {}
    unused = {place: place for place in parameters}
    for place, (primitive, operands) in enumerate(zip(program.primitives, program.operands, strict=True)):
        if not unused:
            break
        for operand in unused.keys() & operands:
            parameter = unused.pop(operand)
            if primitive is SPREAD:  # what uses it is what uses it in a batch
                unused[place] = parameter
            elif primitive is not None:
                uses.setdefault(parameter, primitive)
    return uses
