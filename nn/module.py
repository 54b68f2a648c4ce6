"""`Module`: a part of a network, whose parameters and buffers are found by looking at what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from autograd import AutogradError, Node, OperandError, Tensor
from autograd.elsewhere import missing
from nn.elsewhere import OF_MODULES
from nn.observing import observers
from nn.parts import Holder, own_items, parts, search


class Module(Holder):
    """A part of a network: what it has are its attributes, and `forward` is its equation.

    Its parameters are the nodes among its attributes, and its parts the modules there; lists, tuples and dictionaries
    are looked into. Attributes that are NumPy arrays are its buffers: numbers that are kept but not learned, such as
    running averages. All in the order in which they were assigned. Attributes whose name starts with an underscore are
    private: neither searched nor saved.

    Attributes
    ----------
    training
        Whether it learns or is used: dropout and batch normalization behave differently.

    >>> from autograd import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0)
    Value(7.0)
    >>> [name for name, _ in line.named_parameters()]
    ['slope', 'offset']
    """

    training: bool = True
    #: Whether the modules within it are details: `summary` then gives it one row.
    is_unit: ClassVar[bool] = False

    def __call__(self, *inputs: Any, **settings: Any) -> Any:
        """Return `forward(*inputs)`; whoever observes the network is told, and errors are told where they happened."""
        try:
            outputs = self.forward(*inputs, **settings)
        except AutogradError as error:  # costs nothing until there is one
            first_line, _, _ = repr(self).partition("\n")
            error.add_note(f"in {first_line.removesuffix('(')}")
            raise
        for observer in observers.get():
            observer(self, inputs, outputs)
        return outputs

    if not TYPE_CHECKING:  # asked for what is missing; to a type checker it would be everything

        def __getattr__(self, name: str) -> Any:
            return missing(self, name, OF_MODULES)

    def forward(self, *inputs: Any, **settings: Any) -> Any:
        """Compute the outputs: each kind of module says how."""
        name = type(self).__name__
        raise OperandError(f"{name} does not say what it computes; write its equation as {name}.forward(self, x)")

    # --- what it holds ----------------------------------------------------------------------------------------------

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """Yield (path, parameter), such as ("layers.0.neurons.3.w.1", Value(0.2)); each parameter once."""
        seen: set[int] = set()
        for path, item in parts(self):
            if isinstance(item, Node) and id(item) not in seen:
                seen.add(id(item))
                yield path, item

    def named_buffers(self) -> Iterator[tuple[str, Any]]:
        """Yield (path, array) for the numbers that are kept but not learned, such as running averages."""
        return ((path, item) for path, item in parts(self) if isinstance(item, np.ndarray))

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield (path, module) for itself, by the path "", and for all its parts; each once."""
        seen: set[int] = set()
        for path, item in [("", self), *parts(self)]:
            if isinstance(item, Module) and id(item) not in seen:
                seen.add(id(item))
                yield path, item

    def parameters(self) -> list[Any]:
        """Return all parameters, in the order of `named_parameters`."""
        return list(search(self).found.values)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter back to zero."""
        search(self).found.zero_grad()

    def label_parameters(self, prefix: str = "") -> None:
        """Label each parameter with its path, so that pictures and messages can name it."""
        for path, parameter in self.named_parameters():
            parameter.label = f"{prefix}{path}"

    # --- how it is used ---------------------------------------------------------------------------------------------

    def train(self) -> Self:
        """Let it and all its parts behave as in training; return it."""
        return self._set_training(True)

    def eval(self) -> Self:
        """Let it and all its parts behave as in use: nothing is dropped, and running averages are fixed; return it."""
        return self._set_training(False)

    def _set_training(self, training: bool) -> Self:
        for _, module in self.named_modules():
            module.training = training
        return self

    def freeze(self) -> Self:
        """Make its parameters constants: they get no gradient and are not moved by optimizers; return it.

        Raises
        ------
        OperandError
            A parameter is a `Value`: give the optimizer only those that shall learn.
        """
        return self._set_constant(True)

    def unfreeze(self) -> Self:
        """Let its parameters learn again; return it."""
        return self._set_constant(False)

    def _set_constant(self, constant: bool) -> Self:
        parameters = dict(self.named_parameters())
        for path, parameter in parameters.items():
            if not isinstance(parameter, Tensor):
                raise OperandError(
                    f"freeze: {path} is a {type(parameter).__name__}, which cannot be frozen; "
                    "give the optimizer only the parameters that shall learn"
                )
        for parameter in parameters.values():
            parameter.constant = constant
        return self

    def astype(self, dtype: Any) -> Self:
        """Turn all its parameters and buffers of real numbers into float32 or float64; return it.

        The parameters stay the same nodes, so optimizers go on with them; their gradients are forgotten.

        >>> from autograd import Tensor
        >>> import nn
        >>> layer = nn.Linear(3, 2, rng=0).astype("float32")
        >>> layer.weight.dtype
        dtype('float32')
        """
        dtype = np.dtype(dtype)
        if dtype not in (np.float32, np.float64):
            raise OperandError(f"astype: expected float32 or float64, got {dtype}")
        for path, parameter in self.named_parameters():
            if not isinstance(parameter, Tensor) and dtype != np.float64:
                raise OperandError(f"astype: {path} is a {type(parameter).__name__}, which is always float64")
        for _, parameter in self.named_parameters():
            if isinstance(parameter, Tensor):
                parameter.array = parameter.array.astype(dtype)
                parameter.grad = 0.0
        for _, module in self.named_modules():
            for name, item in own_items(module):
                if isinstance(item, np.ndarray) and item.dtype.kind == "f":
                    setattr(module, name, item.astype(dtype))
        return self

    # --- its numbers ------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the numbers of all parameters and buffers by path: arrays, or floats where they are `Value`s."""
        return {
            path: item.data if isinstance(item, Node) else item.copy()
            for path, item in parts(self)
            if not isinstance(item, Module)
        }

    def load_state_dict(self, state: Mapping[str, Any], *, strict: bool = True) -> None:
        """Set parameters and buffers from a `state_dict`; nothing is changed unless everything fits.

        Parameters
        ----------
        state
            Numbers by path. They are converted to the precision of what they replace.
        strict
            Whether the names must be exactly this module's; otherwise those that both know are loaded.

        Raises
        ------
        UnknownNameError
            The names are not this module's.
        ShapeError
            An array has another shape.
        OperandError
            The state is no mapping, or holds something else than numbers.
        """
        from nn.states import load_state

        load_state(self, state, strict=strict)

    def summary(self, *inputs: Any) -> Any:
        """Return a table of its parts: names, kinds, shapes of the outputs for these inputs, numbers of parameters.

        >>> import nn
        >>> print(nn.Sequential(nn.Linear(3, 4, rng=0), nn.Flatten()).summary(np.zeros((1, 3))))
        path  module        output  parameters
        0     Linear(3, 4)  (1, 4)          16
        1     Flatten()     (1, 4)           0
        16 parameters, 128 bytes
        """
        from nn.summary import Summary

        return Summary.of(self, inputs)

    def __repr__(self) -> str:
        inside = [(name, item) for name, item in own_items(self) if isinstance(item, Module)]
        if not inside:
            return f"{type(self).__name__}({len(self.parameters())} parameters)"
        return nested_repr(type(self).__name__, inside)


def nested_repr(kind: str, items: Iterable[tuple[str, Any]]) -> str:
    """Return the text of a module that is made of others: one indented line or block for each.

    >>> print(nested_repr("Pair", [("first", 1), ("second", 2)]))
    Pair(
      (first): 1
      (second): 2
    )
    """
    inside = [f"  ({name}): " + repr(item).replace("\n", "\n  ") for name, item in items]
    return "\n".join([f"{kind}(", *inside, ")"])
