"""`Optimizer`: what all optimizers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain
from typing import Any, ClassVar

from autograd import DomainError
from autograd.pool import Pool
from autograd.quiet import quietly
from nn.optimizers.blocks import Array, Block, Memory, TensorBlock, ValueBlock
from nn.optimizers.groups import Group, read_groups
from nn.optimizers.joint import JointBlock, join
from nn.optimizers.state import Part, read_state, write_state


class Optimizer:
    """Something that moves parameters by their gradients: `Value`s, `Tensor`s, or both.

    A rule is written once, for arrays: a subclass has `_change`, and `_remembered`. All `Value`s of a group move as
    one array; each `Tensor` is given a new array of its precision.

    A `Tensor` that is frozen (`constant`), or whose gradient was not computed since `zero_grad()`, stays as it is, and
    so does what is remembered of it. A `Value` has no such state: its gradient is 0.0 then, and like any gradient of 0
    it lets momentum and weight decay go on.

    Gradients of leaves add up until `zero_grad()`. So several `backward()` before one `step()` are one large batch:
    the losses of k equal parts, each divided by k, have the gradient of the mean over all.

    Parameters
    ----------
    parameters
        The nodes to move, as `module.parameters()` returns them; or a list of dictionaries, each with "parameters" and
        the settings that are to differ from those given to the optimizer.
    settings
        What the rule needs, by name.

    Attributes
    ----------
    groups
        The groups of parameters, a list of `Group`: `optimizer.groups[1]["lr"] = 0.01`.

    Raises
    ------
    OperandError
        What was given are not the nodes of a network.
    DomainError
        There are no parameters, one is there twice, or a setting is out of range.
    UnknownNameError
        A group has a setting that the optimizer does not know.

    >>> import nn
    >>> network = nn.MLP(2, [3, 1], rng=0)
    >>> body, head = network.layers
    >>> optimizer = nn.SGD([{"parameters": body.parameters()}, {"parameters": head.parameters(), "lr": 0.5}], lr=0.1)
    >>> [group["lr"] for group in optimizer.groups]
    [0.1, 0.5]
    """

    #: Whether weight decay shrinks the parameters directly, instead of adding to their gradients.
    decouples_decay: ClassVar[bool] = False
    #: Whether `_change` moves each entry by itself, whatever the shape: a class that has such a rule says so beside it.
    #: Small tensors are then moved together, end to end in one array.
    is_entrywise: ClassVar[bool] = False

    def __init__(self, parameters: Any, **settings: Any) -> None:
        self.groups: list[Group] = read_groups(type(self).__name__, parameters, settings)
        self._pool = Pool([p for group in self.groups for p in group.parameters if not p.is_array])
        self._blocks: list[list[Block]] = []
        start = 0
        for group in self.groups:
            tensors = [
                TensorBlock(parameter, str(place))
                for place, parameter in enumerate(group.parameters)
                if parameter.is_array
            ]
            end = start + len(group.parameters) - len(tensors)
            self._blocks.append([*([ValueBlock(self._pool, slice(start, end))] if end > start else []), *tensors])
            start = end
        self._tensors = [block.tensor for block in chain(*self._blocks) if isinstance(block, TensorBlock)]
        rule = next(kind for kind in type(self).__mro__ if "_change" in vars(kind))
        joined = vars(rule).get("is_entrywise", False)
        self._moving: list[list[Block | JointBlock]] = [join(x) if joined else [*x] for x in self._blocks]

    @property
    def parameters(self) -> tuple[Any, ...]:
        """The nodes that it moves, group after group."""
        return tuple([parameter for group in self.groups for parameter in group.parameters])

    @property
    def lr(self) -> float:
        """The learning rate: the length of a step per gradient. Setting it sets that of every group.

        Raises
        ------
        DomainError
            On reading: the groups have different ones. On setting: it is no finite number, 0 or more.
        """
        rates = [group.settings["lr"] for group in self.groups]
        if any(rate != rates[0] for rate in rates):
            raise DomainError(f"lr: the groups have different ones, {rates}; use optimizer.groups[0]['lr']")
        return float(rates[0])

    @lr.setter
    def lr(self, rate: float) -> None:
        for group in self.groups:
            group["lr"] = rate

    def zero_grad(self) -> None:
        """Set the gradient of every parameter back to zero."""
        if self._pool.values:
            self._pool.zero_grad()
        for tensor in self._tensors:
            tensor.grad = 0.0

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter once, by its gradient.

        Parameters
        ----------
        closure
            A function that computes gradients and returns the loss, called first; its result is returned. Only
            `LBFGS` needs it.

        Raises
        ------
        ShapeError
            A gradient that was set by hand does not have its parameter's shape.
        """
        loss = None if closure is None else closure()
        with self._pool if self._pool.values else nullcontext():
            quietly(self._move_all)  # a number that overflows is an infinity, as everywhere here
        return loss

    def _move_all(self) -> None:
        for group, blocks in zip(self.groups, self._moving, strict=True):
            for block in blocks:
                self._move(block, group.settings)

    def _move(self, block: Block | JointBlock, settings: Mapping[str, Any]) -> None:
        """Move one block, if there is a gradient."""
        found = block.read()
        if found is None:
            for member in getattr(block, "members", ()):
                self._move(member, settings)
            return
        numbers, gradient = found
        decay, room = settings["weight_decay"], block.room()
        if decay and not self.decouples_decay:
            gradient = gradient + decay * numbers
        block.memory.steps += 1
        self._change(gradient, block.memory, settings, room)
        if decay and self.decouples_decay:
            numbers = numbers * (1 - settings["lr"] * decay)
        block.subtract(room, numbers)

    def _change(self, gradient: Array, memory: Memory, settings: Mapping[str, Any], out: Array) -> None:
        """Write into `out` what is to be subtracted from the parameters, given their gradient; all of one shape."""
        raise NotImplementedError

    # --- what it remembers ------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Array]:
        """Return settings and all that is remembered, as arrays by name: training goes on from there to the bit.

        >>> from autograd import Value
        >>> from nn import SGD
        >>> x = Value(1.0)
        >>> optimizer = SGD([x], lr=0.1, momentum=0.9)
        >>> (2.0 * x).backward()
        >>> optimizer.step()
        >>> optimizer.state_dict()["groups.0.values.velocity"]
        array([2.])
        """
        return write_state(self.groups, self._parts(), self._remembered)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the state of an optimizer of the same kind, for parameters of the same shapes.

        Nothing is changed unless everything fits.

        Raises
        ------
        UnknownNameError
            The names are not those of this optimizer.
        ShapeError
            An array is not of its parameter's shape.
        DomainError
            A setting is out of range.
        """
        read_state(type(self).__name__, state, self.groups, self._parts(), self._remembered)

    def _parts(self) -> list[Part]:
        """Return what is remembered of each block."""
        return [
            Part(f"groups.{place}.{block.name}", block.memory, group)
            for place, (group, blocks) in enumerate(zip(self.groups, self._blocks, strict=True))
            for block in blocks
        ]

    def _remembered(self, settings: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the arrays that the rule remembers of a block, with these settings."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.groups))})"
