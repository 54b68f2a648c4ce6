"""`chainrule draw "tanh(a*b + c)" a=2 b=-3 c=10 -o L.svg` on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from autograd.value import Value
    from autograd.visual.formula import Formula
    from autograd.visual.picture import Picture

Parsed = tuple[argparse.Namespace, list[str]]

_DESCRIPTION: Final = """\
Compute a formula and its gradient, and draw its computation graph: every number, every gradient, and the local
derivative on every edge.
"""
_EPILOG: Final = """\
examples:
  chainrule draw "tanh(a*b + c)" a=2 b=-3 c=10 -o L.svg
  chainrule draw "log(1 + exp(-y*s))" y=1 s=0.3
  chainrule draw -o - -- "-x**2" x=3 > parabola.svg

A formula has numbers, names, + - * / **, comparisons, parentheses and functions: tanh, sigmoid, relu, exp, log,
sqrt, sin, where, max, ... One that begins with a minus stands behind "--".
"""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `chainrule draw`."""
    parser = subparsers.add_parser(
        "draw",
        help="compute a formula and its gradient, and draw its computation graph",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("formula", metavar="FORMULA", help='for example "tanh(a*b + c)"')
    parser.add_argument("variables", nargs="*", metavar="NAME=NUMBER", help="the numbers to put in, such as a=2 b=-3")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where to save the picture; its suffix says how: .svg .dot .gv .mmd .md, with Graphviz .png .pdf; "
        "- writes SVG to the standard output",
    )
    # argparse fills positionals from the first run of words only; here numbers may follow options too.
    parser.parse_known_args = partial(_in_any_order, parser, parser.parse_known_args)  # type: ignore[assignment]
    parser.set_defaults(run=partial(run, parser))


def _in_any_order(parser: argparse.ArgumentParser, parse: Callable[..., Parsed], *arguments: Any) -> Parsed:
    parsed, rest = parse(*arguments)
    for word in rest:
        if word.startswith("-"):
            parser.error(f'there is no option {word}; a formula that begins with a minus stands behind "--"')
    parsed.variables += rest
    return parsed, []


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Compute and draw; return 0. Wrong usage ends in `parser.error`, with exit code 2."""
    from autograd.errors import DomainError, FormulaError, UnknownNameError
    from autograd.visual.formula import parse_formula
    from autograd.visual.saving import format_of

    piped = arguments.output == "-"
    try:
        if arguments.output and not piped:
            format_of(Path(arguments.output))  # before any work
        formula = parse_formula(arguments.formula)
        variables = parse_variables(arguments.variables)
        value, picture = differentiate(formula, variables)
    except (FormulaError, DomainError, UnknownNameError) as error:
        parser.error(str(error))
    report = table(formula.text, value, variables)
    if piped:
        print(report, file=sys.stderr)
        print(picture.svg(), end="")
    else:
        if arguments.output:
            report += f"\n\nsaved {picture.save(arguments.output)}"
        else:
            report += "\n\nto save the picture, add: -o picture.svg"
        print(report)
    return 0


def parse_variables(words: Sequence[str]) -> dict[str, Value]:
    """Read the numbers that stand for names.

    Raises
    ------
    DomainError
        A word that is not `NAME=NUMBER`, or a name that is given twice.

    >>> parse_variables(["a=2", "b=-3e-1"])
    {'a': Value(2.0, label='a'), 'b': Value(-0.3, label='b')}
    """
    from autograd.errors import DomainError
    from autograd.value import Value
    from autograd.visual.formula import normal_name

    variables: dict[str, Value] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = normal_name(name.strip())
        if not equals or not name.isidentifier():
            raise DomainError(f"expected NAME=NUMBER such as a=2, got {word!r}")
        if name in variables:
            raise DomainError(f"{name!r} is given twice; leave one of them out")
        try:
            variables[name] = Value(float(text), label=name)
        except ValueError:
            raise DomainError(f"{name} needs a number such as 2, -0.5 or 1e-3, got {text!r}") from None
    return variables


def differentiate(formula: Formula, variables: Mapping[str, Value]) -> tuple[float, Picture]:
    """Evaluate a formula, run backward through it, and draw it."""
    from autograd.value import Value
    from autograd.visual.graph import draw
    from autograd.visual.measure import number

    result = Value(formula.evaluate(variables))  # a formula without names is a number
    result.backward()
    picture = draw(result)
    return result.data, replace(picture, title=f"{formula.text} = {number(result.data)}")


def table(text: str, value: float, variables: Mapping[str, Value]) -> str:
    """Write the value of a formula, and a line for each variable.

    >>> from autograd import Value
    >>> print(table("a*a", 4.0, {"a": Value(2.0)}))
    a*a = 4
    <BLANKLINE>
      name  value  gradient
      a         2         0
    """
    rows = [("name", "value", "gradient")]
    rows += [(name, f"{x.data:.10g}", f"{x.grad:.10g}") for name, x in variables.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{text} = {value:.10g}"]
    if variables:
        lines.append("")
        lines += [f"  {name:<{widths[0]}}  {x:>{widths[1]}}  {grad:>{widths[2]}}" for name, x, grad in rows]
    return "\n".join(lines)
