"""A function by the name that a shell user writes: `package.module:function` or `path/to/file.py:function`."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from autograd.errors import did_you_mean

Refuse = Callable[[str], NoReturn]


@contextlib.contextmanager
def imported(target: str, refuse: Refuse) -> Iterator[Any]:
    """Import a function, and let its module find its neighbours within the `with` block.

    Modules are looked for in the working directory first, as `python -m` does; those beside a file, in its folder.
    `refuse` gets the message when there is no such function, and does not return.
    """
    place, colon, name = target.rpartition(":")
    if not (colon and place and name):
        refuse(f"expected MODULE:FUNCTION such as my_model:loss or path/to/file.py:loss, got {target!r}")
    path = Path(place) if place.endswith(".py") or "/" in place else None
    if path is not None and not path.is_file():
        refuse(f"there is no file {place!r}")
    before = list(sys.path)
    sys.path.insert(0, str(path.parent.resolve() if path else Path.cwd()))
    try:
        module = _import(place, path, refuse)
        yield _find(module, place, name, refuse)
    finally:
        sys.path[:] = before


def _import(place: str, path: Path | None, refuse: Refuse) -> ModuleType:
    importlib.invalidate_caches()
    try:
        return importlib.import_module(place) if path is None else _load_file(path)
    except ModuleNotFoundError as error:
        if path is None and error.name and (place == error.name or place.startswith(f"{error.name}.")):
            refuse(f"there is no module {error.name!r}; is it in another folder? path/to/file.py:function works too")
        refuse(f"importing {place} failed: {explain_exception(error)}")
    except (Exception, SystemExit) as error:  # whatever the user's own module does
        refuse(f"importing {place} failed: {explain_exception(error)}")


def _load_file(path: Path) -> ModuleType:
    """Import a file, under a name that no other module has."""
    name = f"checked_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected a Python file, whose name ends in .py, got {path.name!r}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


def _find(module: ModuleType, place: str, name: str, refuse: Refuse) -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            known = [other for other in vars(found) if callable(getattr(found, other)) and not other.startswith("_")]
            refuse(
                f"{place} has no {name!r}; {did_you_mean(part, known)}there are {', '.join(known) or 'no functions'}"
            )
        found = getattr(found, part)
    if not callable(found):
        refuse(f"{name} of {place} is {type(found).__name__}, expected a function")
    return found


def explain_exception(error: BaseException) -> str:
    """Say what was raised and by which line, without the way there.

    >>> explain_exception(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    frames = traceback.extract_tb(error.__traceback__)
    what = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    if isinstance(error, SyntaxError):
        return f"{what} ({error.filename}, line {error.lineno})"
    return f"{what} ({frames[-1].filename}, line {frames[-1].lineno})" if frames else what
