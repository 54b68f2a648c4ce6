"""`Module`: something with parameters, found by looking at what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograd import Node, ShapeError, UnknownNameError
from autograd.errors import did_you_mean
from autograd.pool import Members
from autograd.trees import children


class Module:
    """A part of a network.

    Parameters are the nodes among its attributes, and those inside of the modules, lists, tuples and dictionaries
    among its attributes, in the order in which they were assigned. Attributes whose name starts with an underscore
    are private and not searched.

    >>> from autograd import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """Yield (path, parameter), such as ("layers.0.neurons.3.w.1", Value(0.2)); each parameter once."""
        seen: set[int] = set()
        for path, parameter in _nodes(self, ""):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield path, parameter

    def parameters(self) -> list[Any]:
        """Return all parameters, in the order of `named_parameters`."""
        return list(_search(self).found.values)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter back to zero."""
        _search(self).found.zero_grad()

    def state_dict(self) -> dict[str, float]:
        """Return the number of every parameter by its path."""
        return {path: parameter.data for path, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter from a `state_dict`; nothing is changed unless everything fits.

        Raises
        ------
        UnknownNameError
            The names are not this module's.
        ShapeError
            A value is not one number.
        """
        parameters = dict(self.named_parameters())
        missing, unknown = [n for n in parameters if n not in state], [n for n in state if n not in parameters]
        if missing or unknown:
            raise UnknownNameError(_explain_names(missing, unknown, list(parameters)))
        numbers = {name: _as_number(name, state[name]) for name in parameters}
        for name, parameter in parameters.items():
            parameter.data = numbers[name]

    def label_parameters(self, prefix: str = "") -> None:
        """Label each parameter with its path, so that pictures and messages can name it."""
        for path, parameter in self.named_parameters():
            parameter.label = f"{prefix}{path}"

    def __getstate__(self) -> dict[str, Any]:
        return {name: item for name, item in vars(self).items() if name != _LAST}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters())} parameters)"


def _nodes(holder: Any, path: str) -> Iterator[tuple[str, Node]]:
    """Yield the nodes inside of an attribute."""
    if isinstance(holder, Node):
        yield path, holder
        return
    if isinstance(holder, Module):
        inside = [(name, item) for name, item in vars(holder).items() if not name.startswith("_")]
    else:
        inside = children(holder) or []
    for name, item in inside:
        yield from _nodes(item, f"{path}.{name}" if path else name)


class _Search:
    """The parameters that were found in a module, and what was searched: as it is, and as it was."""

    __slots__ = ("before", "found", "searched")

    def __init__(self, attributes: dict[str, Any]) -> None:
        found: dict[int, Any] = {}
        self.searched: list[Any] = []
        _collect(attributes, found, self.searched)
        self.found = Members(found.values())
        attributes[_LAST] = self
        self.before = [holder.copy() for holder in self.searched]

    def holds(self) -> bool:
        """Tell whether a search would find the same."""
        try:
            return self.searched == self.before
        except ValueError:  # two arrays among the attributes do not compare to one truth value
            return False


#: Where a module keeps its last search: training loops ask for the parameters at every step.
_LAST = "_last_search"


def _search(module: Module) -> _Search:
    """Return the parameters of a module: what `_nodes` yields, without the paths; searched again after a change."""
    attributes = vars(module)
    search: _Search | None = attributes.get(_LAST)
    return search if search is not None and search.holds() else _Search(attributes)


def _collect(holder: Any, found: dict[int, Any], searched: list[Any]) -> None:
    """Add the nodes inside of a container, and all containers there that can change."""
    if isinstance(holder, dict):
        items = [item for name, item in holder.items() if not (isinstance(name, str) and name.startswith("_"))]
    else:
        items = holder
    if not isinstance(holder, tuple):
        searched.append(holder)
    for item in items:
        if isinstance(item, Node):
            found[id(item)] = item
        elif isinstance(item, Module):
            _collect(vars(item), found, searched)
        elif isinstance(item, list | tuple | dict):
            _collect(item, found, searched)


def _explain_names(missing: list[str], unknown: list[str], known: list[str]) -> str:
    """Say which names of a state do not fit."""
    parts = []
    if missing:
        parts.append(f"{len(missing)} of {len(known)} parameters are missing, first {missing[0]!r}")
    if unknown:
        parts.append(f"{len(unknown)} names are unknown, first {unknown[0]!r}")
    hint = did_you_mean(unknown[0], known) if unknown else ""
    return f"load_state_dict: {'; '.join(parts)}; {hint}was the state saved from a network of other widths?"


def _as_number(name: str, number: Any) -> float:
    try:
        return float(number)
    except (TypeError, ValueError):
        raise ShapeError(
            f"load_state_dict: {name} must be one number, got {type(number).__name__} {number!r}"
        ) from None
