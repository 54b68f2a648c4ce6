"""Names of a package that are imported when they are first asked for, so that importing the package is quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def importer(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package (PEP 562).

    Parameters
    ----------
    homes
        For each name the module it comes from; the package itself for its own submodules.

    >>> importer("autograd", {"softmax": "autograd.functions"})("softmax")([0.0, 0.0])
    [0.5, 0.5]
    """

    def import_name(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes[name]
        if home == package:
            return importlib.import_module(f"{package}.{name}")
        found = getattr(importlib.import_module(home), name)
        setattr(sys.modules[package], name, found)  # the next time it is there
        return found

    return import_name
