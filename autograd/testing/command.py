"""`chainrule check module:function --at 0.3 -1.7` on the command line."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from autograd.options import above_zero, positive, seed

_DESCRIPTION: Final = """\
Compare the derivatives of a function, by reverse and by forward mode, with finite differences at one point.
"""
_EPILOG: Final = """\
examples:
  chainrule check my_model:loss --at 0.3 -1.7
  chainrule check path/to/file.py:loss --shapes 3x2 3 --seed 1
  chainrule check layers.py:Layer.forward --shapes 2x2 --order 2

Numbers become one argument each, or one list where the function takes a single argument. Shapes become arrays, drawn
from the standard normal distribution. The module is imported, which runs it.

exit code: 0 when all derivatives are right, 1 when one is wrong, 2 when nothing could be checked.
"""
#: Also such numbers as -1e-3, which argparse would take for an option before Python 3.14.
_NEGATIVE: Final = re.compile(r"^-(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `chainrule check`."""
    parser = subparsers.add_parser(
        "check",
        help="check the gradients of a function against finite differences",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser._negative_number_matcher = _NEGATIVE
    parser.add_argument("target", metavar="MODULE:FUNCTION", help="such as package.module:loss or path/to/file.py:loss")
    point = parser.add_mutually_exclusive_group(required=True)
    point.add_argument("--at", nargs="+", type=float, metavar="NUMBER", help="the point, as numbers")
    point.add_argument("--shapes", nargs="+", type=shape, metavar="SHAPE", help="the point, as arrays: 3x2 is (3, 2)")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="of the arrays (default: %(default)s)")
    parser.add_argument(
        "--order", type=positive, default=1, metavar="N", help="2 checks second derivatives too (default: %(default)s)"
    )
    for name, default, meaning in (("--rtol", 1e-7, "relative"), ("--atol", 1e-9, "absolute")):
        help = f"{meaning} difference that is allowed (default: %(default)g)"
        parser.add_argument(name, type=above_zero, default=default, metavar="X", help=help)
    parser.set_defaults(run=partial(run, parser))


def shape(text: str) -> tuple[int, ...]:
    """Read the shape of an array.

    >>> shape("3x2"), shape("4")
    ((3, 2), (4,))
    """
    if not re.fullmatch(r"[1-9]\d*(x[1-9]\d*)*", text):
        raise argparse.ArgumentTypeError(f"expected lengths such as 3 or 3x2, got {text!r}")
    return tuple(int(length) for length in text.split("x"))


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Check, print the verdict, and return 0 or 1; what cannot be checked ends in `parser.error`, with exit code 2."""
    from autograd.errors import AutogradError, GradientMismatch
    from autograd.testing.gradients import check_gradients
    from autograd.testing.importing import explain_exception, imported

    with imported(arguments.target, parser.error) as function:
        try:
            inputs = read_inputs(function, arguments)
            settings = {"order": arguments.order, "rtol": arguments.rtol, "atol": arguments.atol}
            report = check_gradients(function, *inputs, **settings)
        except GradientMismatch as mismatch:
            print(f"wrong: {arguments.target}\n{mismatch}")
            return 1
        except AutogradError as error:
            parser.error(f"{arguments.target}: {error}")
        except Exception as error:
            parser.error(f"{arguments.target} failed: {explain_exception(error)}")
    print(f"right: {arguments.target}\n{report}")
    return 0


def read_inputs(function: Callable[..., Any], arguments: argparse.Namespace) -> Sequence[Any]:
    """Return the arguments that the function gets.

    Raises
    ------
    DomainError
        The function takes another number of them.
    """
    from autograd.errors import DomainError

    if arguments.shapes:
        import numpy as np

        rng = np.random.default_rng(arguments.seed)
        inputs: list[Any] = [rng.standard_normal(lengths) for lengths in arguments.shapes]
    else:
        inputs = list(arguments.at)
    signature = _signature(function)
    if signature is None or _fits(signature, inputs):
        return inputs
    if arguments.at and _fits(signature, [inputs]):
        return [inputs]
    raise DomainError(f"got {len(inputs)} arguments, but the function is called as {function.__name__}{signature}")


def _signature(function: Any) -> inspect.Signature | None:
    """Return how a function is called, if that is known."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _fits(signature: inspect.Signature, inputs: Sequence[Any]) -> bool:
    try:
        signature.bind(*inputs)
    except TypeError:
        return False
    return True
