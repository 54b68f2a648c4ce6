"""What is the library's own, what the user's, and what nobody's to change."""

from __future__ import annotations

import sys
from pathlib import Path
from types import BuiltinFunctionType, ModuleType
from typing import Any, Final

import numpy as np

from autograd.node import Node

#: Where the library's own code stands.
PACKAGE: Final = str(Path(__file__).parents[1])
LIBRARY: Final = tuple([str(Path(__file__).parents[2] / package / "_")[:-1] for package in ("autograd", "nn")])
#: What can hold no `Value`, or is nobody's to change.
OPAQUE: Final = (Node, ModuleType, type, BuiltinFunctionType, str, bytes, float, int, complex, np.generic)
#: Packages whose modules nobody changes, besides those of Python and those that are installed.
_PACKAGES: Final = frozenset({"autograd", "builtins", "nn", "numpy"})


def is_users(kind: type) -> bool:
    """Tell whether a class is the user's own."""
    return kind.__module__.partition(".")[0] not in _PACKAGES


def is_ours(thing: Any) -> bool:
    """Tell whether a thing has no attributes that are anybody's to change."""
    return isinstance(thing, OPAQUE) or type(thing).__module__.startswith("autograd.")


def may_change(module: ModuleType) -> bool:
    """Tell whether a module is one of the user's, who may set what it holds."""
    name = module.__name__.partition(".")[0]
    if name in _PACKAGES or name in sys.stdlib_module_names:
        return False
    return "site-packages" not in (getattr(module, "__file__", None) or "")
