"""`Group`: parameters that share settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd import DomainError, Node, OperandError, Tensor, UnknownNameError, Value
from autograd.errors import did_you_mean
from autograd.trees import describe
from nn.module import Module
from nn.optimizers.settings import CHECKS


class Group:
    """Some parameters of an optimizer and their settings, which may be changed between steps.

    Attributes
    ----------
    parameters
        The nodes, in the order given.
    settings
        A dictionary of all settings by name, for reading; `group[name] = setting` is checked.

    Raises
    ------
    UnknownNameError
        The optimizer has no setting of that name.
    DomainError
        The setting is out of range.

    >>> from autograd import Value
    >>> group = Group("SGD", [Value(1.0)], {"lr": 0.1, "momentum": 0.9})
    >>> group["lr"] /= 2
    >>> group.settings
    {'lr': 0.05, 'momentum': 0.9}
    """

    def __init__(self, user: str, parameters: Any, settings: Mapping[str, Any]) -> None:
        self._user = user
        self.parameters = tuple(read_parameters(user, parameters))
        self.settings = dict(settings)
        for name, setting in settings.items():
            self[name] = setting

    def __getitem__(self, name: str) -> Any:
        self._know(name)
        return self.settings[name]

    def __setitem__(self, name: str, setting: Any) -> None:
        self._know(name)
        self.settings[name] = CHECKS[name](self._user, name, setting)

    def _know(self, name: str) -> None:
        if name not in self.settings:
            hint = did_you_mean(name, self.settings)
            raise UnknownNameError(
                f"{self._user}: no setting is named {name!r}; {hint}there are {', '.join(self.settings)}"
            )

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={setting!r}" for name, setting in self.settings.items())
        return f"Group({len(self.parameters)} parameters, {settings})"


def read_groups(user: str, parameters: Any, settings: Mapping[str, Any]) -> list[Group]:
    """Return the groups that were given as dictionaries, or one of all parameters."""
    entries = as_list(user, parameters)
    if not any(isinstance(entry, Mapping) for entry in entries):
        return [Group(user, entries, settings)]
    groups = []
    for place, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or "parameters" not in entry:
            given = sorted(entry) if isinstance(entry, Mapping) else describe(entry)
            raise OperandError(
                f"{user}: group {place} must be a dictionary such as "
                f'{{"parameters": layer.parameters(), "lr": 0.01}}, got {given}'
            )
        own = {name: setting for name, setting in entry.items() if name != "parameters"}
        group = Group(user, entry["parameters"], settings)
        for name, setting in own.items():
            group[name] = setting
        groups.append(group)
    check_once(user, [parameter for group in groups for parameter in group.parameters])
    return groups


def read_parameters(user: str, parameters: Any) -> list[Any]:
    """Return what was given as a list of nodes to move, after a look at each.

    Raises
    ------
    OperandError
        Something is no node that numbers can be moved in.
    DomainError
        There is none, or one is there twice.
    """
    found = as_list(user, parameters)
    if not found:
        raise DomainError(f"{user}: got no parameters; pass model.parameters()")
    for place, parameter in enumerate(found):
        if not isinstance(parameter, Value | Tensor):
            raise OperandError(
                f"{user}: expected a list of nodes (Value or Tensor), got {describe(parameter)}; "
                "pass model.parameters(), not model.named_parameters()"
            )
        if parameter.operands:
            made_by = parameter.primitive.name if parameter.primitive else "another operation"
            raise OperandError(
                f"{user}: parameter {place} was computed from others, by {made_by!r}, and would be computed anew; "
                "pass the leaves that it depends on"
            )
    check_once(user, found)
    return found


def check_once(user: str, parameters: Iterable[Any]) -> None:
    """Refuse a parameter that is there twice: it would be moved twice."""
    places: dict[int, int] = {}
    for place, parameter in enumerate(parameters):
        first = places.setdefault(id(parameter), place)
        if first != place:
            raise DomainError(f"{user}: parameters {first} and {place} are the same object; pass each once")


def as_list(user: str, parameters: Any) -> list[Any]:
    """Return an iterable of parameters as a list; a module or a single node is none, even if it can be iterated."""
    if isinstance(parameters, Module):
        raise OperandError(f"{user}: expected parameters, got a {type(parameters).__name__}; pass model.parameters()")
    if isinstance(parameters, Node | Mapping | str) or not isinstance(parameters, Iterable):
        raise OperandError(f"{user}: expected a list of parameters, got {describe(parameters)}; put it into a list?")
    return list(parameters)
