"""Which form a program is given to run in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from autograd.compiler.array_replay import ArrayReplay, MixedReplay
from autograd.compiler.expansion import expand
from autograd.compiler.line_replay import LineReplay, MachineReplay, WarmingReplay
from autograd.compiler.lowering import Lowered, lower
from autograd.compiler.program import Program
from autograd.compiler.replay import Replay
from autograd.compiler.straight import is_narrow
from autograd.compiler.tape import suits_tape

#: Batches of more samples are not narrow.
_FEW_SAMPLES: Final = 8
Executor = Literal["auto", "numpy", "python", "jit"]


def make_replay(
    program: Program,
    outputs: Sequence[int],
    loss: int | None = None,
    wrt: Sequence[int] = (),
    executor: Executor = "auto",
) -> Replay:
    """Return a program in the form asked for, or that suits it: array statements, or if narrow lines of Python."""
    lowered = lower(program, outputs, loss, wrt)
    single = _without_batches(lowered, executor) if lowered.program.batched else lowered
    forms: dict[str, type[Replay]] = {
        "auto": MixedReplay,
        "numpy": ArrayReplay,
        "python": LineReplay,
        "jit": MachineReplay,
    }
    form = forms[executor]
    if executor == "auto" and not single.program.batched:
        wanted = [*single.outputs, *single.gradients]
        if is_narrow(single.program, wanted):
            form = WarmingReplay if suits_tape(single.program, wanted) else LineReplay
    return form(single if issubclass(form, LineReplay) else lowered)


def _without_batches(lowered: Lowered, executor: Executor) -> Lowered:
    """Return a program without batches, where it may be run number by number; else as it is."""
    if executor == "numpy" or (executor == "auto" and max(lowered.program.batched.values()) > _FEW_SAMPLES):
        return lowered
    program, places = expand(lowered.program, [*lowered.outputs, *lowered.gradients])
    count = len(lowered.outputs)
    return lowered._replace(program=program, outputs=places[:count], gradients=places[count:])
