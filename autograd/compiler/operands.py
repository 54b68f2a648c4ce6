"""Operands with their loops rearranged: the same numbers, as the call that reads them wants them."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.compiler.access import contiguous_steps
from autograd.compiler.layout import Constants, Gather, Operand, View


def moves(operand: Operand, loop: int) -> bool:
    """Tell whether an operand differs along a loop."""
    if isinstance(operand, View):
        return operand.steps[loop] != 0
    return isinstance(operand, Gather) or bool(operand.numbers.shape)


def extents_of(operand: Operand) -> tuple[int, ...]:
    """Return the loops of an operand; () for one number."""
    if isinstance(operand, View):
        return operand.extents
    shape: tuple[int, ...] = operand.positions.shape if isinstance(operand, Gather) else operand.numbers.shape
    return shape


def without(operand: Operand, loops: Sequence[int]) -> Operand:
    """Return an operand without loops along which it does not move, or has one element."""
    kept = [loop for loop in range(len(extents_of(operand))) if loop not in loops]
    if isinstance(operand, View):
        return reordered(operand, kept)
    index = tuple([slice(None) if loop in kept else 0 for loop in range(len(extents_of(operand)))])
    if isinstance(operand, Gather):
        return Gather(operand.array, operand.positions[index])
    return Constants(operand.numbers[index])


def dot_for(out: View) -> str:
    """Return the call that multiplies matrices and vectors: np.dot is quicker, but needs a dense result."""
    return "np.dot" if out.steps == contiguous_steps(out.extents) else "np.matmul"


def reordered(view: View, loops: Sequence[int]) -> View:
    """Return a view with these of its loops, in this order."""
    extents, steps = tuple([view.extents[x] for x in loops]), tuple([view.steps[x] for x in loops])
    return View(view.array, view.offset, extents, steps)


def with_loop(view: View, place: int) -> View:
    """Return a view with a loop of extent 1 inserted."""
    extents, steps = view.extents, view.steps
    return View(view.array, view.offset, (*extents[:place], 1, *extents[place:]), (*steps[:place], 0, *steps[place:]))


def one_number(operand: Operand) -> Operand:
    """Return a view of one number for all places as this number: NumPy broadcasts it fastest."""
    if isinstance(operand, View) and operand.extents and not any(operand.steps):
        return View(operand.array, operand.offset, (), ())
    return operand
