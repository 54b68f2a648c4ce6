"""How the numbers of a module are set from a state: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import Node, OperandError, ShapeError, Tensor, UnknownNameError
from autograd.errors import did_you_mean
from autograd.trees import describe
from nn.parts import Holder, own_items, parts


def load_state(module: Holder, state: Mapping[str, Any], *, strict: bool = True) -> None:
    """Set parameters and buffers from numbers by path; see `Module.load_state_dict`."""
    if not isinstance(state, Mapping):
        raise OperandError(
            f"load_state_dict: expected numbers by path, as state_dict() gives them, got {describe(state)}"
        )
    known = {path: item for path, item in parts(module) if not isinstance(item, Holder)}
    missing, unknown = [n for n in known if n not in state], [n for n in state if n not in known]
    if (strict and (missing or unknown)) or (state and len(unknown) == len(state)):
        raise UnknownNameError(_explain_names(missing, unknown, list(known)))
    fitting = {path: _fit(path, item, state[path]) for path, item in known.items() if path in state}
    for path, number in fitting.items():
        if isinstance(known[path], Node):
            known[path].data = number
    _replace_buffers(module, fitting)


def _replace_buffers(module: Holder, arrays: Mapping[str, Any]) -> None:
    """Let the attributes that are arrays, and whose path is among these, be these arrays."""
    holders = [("", module), *((f"{path}.", item) for path, item in parts(module) if isinstance(item, Holder))]
    for prefix, holder in holders:
        for name, item in own_items(holder):
            if isinstance(item, np.ndarray) and prefix + name in arrays:
                setattr(holder, name, arrays[prefix + name])


def _fit(path: str, item: Any, number: Any) -> Any:
    """Return the number or array that replaces an item, after a look at whether it can."""
    if isinstance(item, Node) and not isinstance(item, Tensor):
        return _as_number(path, number)
    array, old = np.asarray(number), item.array if isinstance(item, Tensor) else item
    if array.shape != old.shape:
        raise ShapeError(
            f"load_state_dict: {path} has shape {old.shape}, got an array of shape {array.shape}; "
            "was the state saved from a network of other widths?"
        )
    if array.dtype.kind not in "fiub":
        raise OperandError(f"load_state_dict: {path} must hold numbers, got an array of {array.dtype}")
    return array.astype(old.dtype)


def _explain_names(missing: list[str], unknown: list[str], known: list[str]) -> str:
    """Say which names of a state do not fit."""
    problems = []
    if missing:
        problems.append(f"{len(missing)} of {len(known)} parameters are missing, first {missing[0]!r}")
    if unknown:
        problems.append(f"{len(unknown)} names are unknown, first {unknown[0]!r}")
    hint = did_you_mean(unknown[0], known) if unknown else ""
    return f"load_state_dict: {'; '.join(problems)}; {hint}was the state saved from a network of other widths?"


def _as_number(name: str, number: Any) -> float:
    try:
        return float(number)
    except (TypeError, ValueError):
        raise ShapeError(
            f"load_state_dict: {name} must be one number, got {type(number).__name__} {number!r}"
        ) from None
