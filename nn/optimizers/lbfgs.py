"""`LBFGS`: a quasi-Newton method, which learns the curvature of the loss from the gradients on its way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from autograd import DomainError, OperandError
from autograd.array_node import raw_of
from autograd.trees import describe
from nn.optimizers.blocks import Array, Memory
from nn.optimizers.line_search import Point, search_line
from nn.optimizers.optimizer import Optimizer
from nn.optimizers.state import Part, read_state

#: What y . s must exceed for a pair to be used: below, the curvature that it shows is not positive.
LEAST_CURVATURE = 1e-10


class LBFGS(Optimizer):
    """L-BFGS with a line search for the strong Wolfe conditions (Liu & Nocedal 1989; Nocedal & Wright, chapter 7.2).

    For losses without noise: all data in every evaluation. One `step(closure)` makes up to `max_iterations` moves, and
    evaluates the loss several times for each. Where Adam needs hundreds of steps, a handful is often enough.

    Parameters
    ----------
    parameters
        The nodes to move.
    lr
        The length that each line search tries first; 1 is Newton's.
    max_iterations, max_evaluations
        When a step ends at the latest: after so many moves, or about so many evaluations of the loss; by default a
        quarter more of them than moves.
    tolerance_grad, tolerance_change
        When a step ends early: no entry of the gradient is larger, or the loss and all parameters changed by less.
    history
        How many of the last moves the curvature is taken from.

    >>> from autograd import Tensor
    >>> x = Tensor([-1.0, 2.0])
    >>> optimizer = LBFGS([x])
    >>> def closure():                                       # Rosenbrock's valley, lowest at (1, 1)
    ...     optimizer.zero_grad()
    ...     loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(3):
    ...     loss = optimizer.step(closure)
    >>> x.data.round(4)
    array([1., 1.])
    """

    def __init__(
        self,
        parameters: Any,
        lr: float = 1.0,
        *,
        max_iterations: int = 20,
        max_evaluations: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history: int = 100,
    ) -> None:
        if max_evaluations is None:
            max_evaluations = max_iterations * 5 // 4
        super().__init__(
            parameters,
            lr=lr,
            max_iterations=max_iterations,
            max_evaluations=max_evaluations,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history=history,
        )
        if len(self.groups) > 1:
            raise DomainError("LBFGS: moves all parameters along one direction; expected one group, got several")
        (self._all,) = self._blocks
        numbers = self._numbers()
        self._memory = Memory(numbers.shape, numbers.dtype)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move all parameters until the loss is flat, or often enough; return the loss from before.

        Parameters
        ----------
        closure
            A function that sets gradients to zero, computes the loss and its gradients, and returns the loss.

        Raises
        ------
        OperandError
            There is no closure.
        """
        if closure is None:
            raise OperandError(
                "LBFGS: looks at the loss several times a step; pass a function: optimizer.step(closure)"
            )
        before = closure()
        numbers = self._numbers()
        try:
            with np.errstate(all="ignore"):
                self._descend(closure, numbers, _as_float(before))
        except BaseException:
            self._write(numbers)  # not left at a point that was only tried
            raise
        return before

    def _descend(self, closure: Callable[[], Any], numbers: Array, loss: float) -> None:
        """Move along one direction after the other."""
        settings, memory = self.groups[0].settings, self._memory
        if numbers.dtype != memory.dtype:
            memory.convert(numbers.dtype)
        small, gradient, evaluations = settings["tolerance_change"], self._gradient(), 1
        for _ in range(settings["max_iterations"]):
            if not math.isfinite(loss) or _largest(gradient) <= settings["tolerance_grad"]:
                return
            memory.steps += 1
            direction = self._direction(gradient)
            memory["gradient"], memory["move"] = gradient, np.zeros_like(gradient)
            start = Point(0.0, loss, float(gradient @ direction), gradient)
            if not -math.inf < start.slope <= -small:  # nor is a nan
                return
            # Nothing is known of the curvature before the first move: it is a short one.
            first = settings["lr"] * (min(1.0, 1.0 / float(np.abs(gradient).sum())) if memory.steps == 1 else 1.0)
            reach = _largest(direction)
            look = partial(self._look, closure, numbers, direction)
            most = settings["max_evaluations"] - evaluations
            point, looks = search_line(look, start, first, reach=reach, tolerance=small, most=most)
            memory["move"] = point.length * direction
            numbers = numbers + memory["move"]
            self._write(numbers)
            gradient, loss, evaluations = point.gradient, point.loss, evaluations + looks
            is_still = point.length * reach <= small or abs(loss - start.loss) < small
            if is_still or evaluations >= settings["max_evaluations"]:
                return

    def _look(self, closure: Callable[[], Any], numbers: Array, direction: Array, length: float) -> Point:
        """Return what is found at a length along a direction."""
        self._write(numbers + length * direction)
        loss = _as_float(closure())
        gradient = self._gradient()
        return Point(length, math.inf if math.isnan(loss) else loss, float(gradient @ direction), gradient)

    def _direction(self, gradient: Array) -> Array:
        """Return -H gradient, H being the inverse of the second derivatives as far as it is known (algorithm 7.4)."""
        if self._memory.steps > 1:
            self._learn(self._memory["move"], gradient - self._memory["gradient"])
        pairs = [(move, change, 1.0 / float(change @ move)) for move, change in self._pairs()]
        direction, shares = -gradient, []
        for move, change, rho in reversed(pairs):
            shares.append(rho * float(move @ direction))
            direction = direction - shares[-1] * change
        if pairs:
            move, change, rho = pairs[-1]
            direction = direction * (1.0 / (rho * float(change @ change)))
        for move, change, rho in pairs:
            direction = direction + (shares.pop() - rho * float(change @ direction)) * move
        return direction

    def _learn(self, move: Array, change: Array) -> None:
        """Remember a move and how the gradient changed by it, unless the curvature there was not positive."""
        if not float(change @ move) > LEAST_CURVATURE:
            return
        pairs = [*self._pairs(), (move, change)][-self.groups[0].settings["history"] :]
        for name in [name for name in self._memory if "." in name]:
            del self._memory[name]
        for place, pair in enumerate(pairs):
            self._memory[f"moves.{place}"], self._memory[f"changes.{place}"] = pair

    def _pairs(self) -> list[tuple[Array, Array]]:
        """Return the moves that are remembered, and the changes of the gradient."""
        memory = self._memory
        return [
            (memory[name], memory[name.replace("moves", "changes")]) for name in memory if name.startswith("moves.")
        ]

    # --- all parameters as one vector -------------------------------------------------------------------------------

    def _numbers(self) -> Array:
        with self._pool:
            return np.concatenate([block.numbers().ravel() for block in self._all])

    def _gradient(self) -> Array:
        with self._pool:
            found = [(block.numbers(), block.read()) for block in self._all]
            slopes = [np.zeros_like(numbers) if read is None else read[1] for numbers, read in found]
            return np.concatenate([np.ravel(slope) for slope in slopes]).astype(self._memory.dtype, copy=False)

    def _write(self, numbers: Array) -> None:
        with self._pool:
            end = 0
            for block in self._all:
                start, end = end, end + block.numbers().size
                block.write(numbers[start:end])

    # --- what it remembers ------------------------------------------------------------------------------------------

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the state of another LBFGS for parameters of the same shapes; see `Optimizer.load_state_dict`."""
        pairs = sum(name.startswith("groups.0.all.moves.") for name in state)
        read_state("LBFGS", state, self.groups, self._parts(), lambda _: _names(pairs))

    def _remembered(self, settings: Mapping[str, Any]) -> list[str]:
        return _names(len(self._pairs()))

    def _parts(self) -> list[Part]:
        """Return what is remembered, of all parameters together."""
        return [Part("groups.0.all", self._memory, self.groups[0])]


def _names(pairs: int) -> list[str]:
    return ["gradient", "move", *[f"{kind}.{place}" for kind in ("moves", "changes") for place in range(pairs)]]


def _largest(vector: Array) -> float:
    return float(np.abs(vector).max(initial=0.0))


def _as_float(loss: Any) -> float:
    """Return the number of a loss."""
    number = raw_of(loss)
    if not isinstance(number, float | int | np.generic | np.ndarray) or np.size(number) != 1:
        raise OperandError(f"LBFGS: the closure must return the loss, one number; got {describe(loss)}")
    return float(np.asarray(number).item())
