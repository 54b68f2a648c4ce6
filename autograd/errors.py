"""Every exception that chainrule raises on purpose.

Each one is also the builtin type that a caller would expect, so `except ValueError` keeps working;
each message says what was given, what was expected and what to try.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class AutogradError(Exception):
    """What all errors of this library have in common."""


class OperandError(AutogradError, TypeError):
    """Something that is not a number, or not a node, stands where one is needed."""


class ShapeError(AutogradError, ValueError):
    """Lengths, widths or nestings do not fit together."""


class DomainError(AutogradError, ValueError):
    """A setting, label or argument lies outside what is meaningful."""


class UnknownNameError(AutogradError, ValueError):
    """A name (of an activation, a format, a parameter) that nobody knows."""


class GraphError(AutogradError, RuntimeError):
    """The computation graph cannot do what was asked of it."""


class TracingError(AutogradError, RuntimeError):
    """A function cannot be compiled as it is written; the message shows what to write instead."""


class RetraceWarning(UserWarning):
    """A compiled function meets new branches again and again, and runs eagerly from now on."""


class FormulaError(AutogradError, ValueError):
    """A formula on the command line that cannot be read."""


class MissingFileError(AutogradError, FileNotFoundError):
    """A file to be read that is not there."""


class OutputError(AutogradError, OSError):
    """A file or folder that cannot be written."""


class MissingExtraError(AutogradError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""


class GradientMismatch(AutogradError, AssertionError):  # noqa: N818 - reads as the finding it reports
    """Two gradients that should be equal are not."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint such as "did you mean 'tanh'? ", or nothing when no known name is near.

    >>> did_you_mean("tahn", ["sin", "tanh"])
    "did you mean 'tanh'? "
    """
    import difflib  # only errors pay for it

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}? " if near else ""


def import_extra(module: str, extra: str, purpose: str) -> Any:
    """Import an optional dependency, or say which extra brings it.

    >>> import_extra("math", "plot", "square roots").sqrt(4.0)
    2.0
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} needs the package {package!r}, which is not installed; "
            f"try: pip install 'chainrule[{extra}]' (or pip install {_DISTRIBUTIONS.get(package, package)})"
        ) from error


#: Packages that are installed under another name.
_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
