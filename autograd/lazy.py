"""Names of a package that are imported when they are first asked for, so that importing the package is quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from autograd.elsewhere import told


def importer(
    package: str, homes: Mapping[str, str], elsewhere: Mapping[str, str] = MappingProxyType({})
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package (PEP 562): what finds its names, and what lists them.

    Parameters
    ----------
    homes
        For each name the module it comes from; the package itself for its own submodules.
    elsewhere
        What is written here for names that other libraries have: the error says it.

    >>> import_name, list_names = importer("autograd", {"softmax": "autograd.functions"})
    >>> import_name("softmax")([0.0, 0.0])
    [0.5, 0.5]
    >>> "softmax" in list_names()
    True
    """

    def import_name(name: str) -> Any:
        if name not in homes:
            message = f"module {package!r} has no attribute {name!r}{told(name, elsewhere)}"
            raise AttributeError(message, name=name, obj=sys.modules[package])  # with both, Python suggests a name
        home = homes[name]
        if home == package:
            return importlib.import_module(f"{package}.{name}")
        found = getattr(importlib.import_module(home), name)
        setattr(sys.modules[package], name, found)  # the next time it is there
        return found

    def list_names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return import_name, list_names
