"""Formulas as text: `tanh(a*b + c)`.

Python's parser reads them, and a whitelist decides: numbers, names, `+ - * / **`, comparisons, parentheses, and calls
of registered elementwise primitives. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import math
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from autograd.errors import DomainError, FormulaError, did_you_mean
from autograd.primitive import Elementwise, find, registry

LONGEST: Final = 4_000  # characters

_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.USub: "negative",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
_ALIASES: Final = {
    "abs": "absolute",
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "atan2": "arctan2",
    "ln": "log",
    "max": "maximum",
    "min": "minimum",
    "pow": "power",
}
_CONSTANTS: Final = {"pi": math.pi}
_ADVICE: Final = "a formula has numbers, names, + - * / **, comparisons, parentheses and functions such as tanh(x)"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read.

    `names` are its variables, in the order of their first use. `steps` is the formula in postfix form: a number or
    a name is pushed, a primitive takes its operands from the stack.
    """

    text: str
    names: tuple[str, ...]
    steps: tuple[float | str | Elementwise, ...]

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """Return the formula's value for numbers or nodes in place of its names.

        Raises
        ------
        DomainError
            A variable is missing, or one is given that the formula does not have.

        >>> parse_formula("2 * (a - b)").evaluate({"a": 2.0, "b": -3.0})
        10.0
        """
        self._check(variables)
        stack: list[Any] = []
        for step in self.steps:
            if isinstance(step, Elementwise):
                count = len(step.rules)
                operands = stack[-count:]
                del stack[-count:]
                stack.append(step(*operands))
            else:
                stack.append(variables.get(step, _CONSTANTS.get(step)) if isinstance(step, str) else step)
        return stack.pop()

    def _check(self, variables: Mapping[str, Any]) -> None:
        missing = [name for name in self.names if name not in variables and name not in _CONSTANTS]
        if missing:
            examples = " ".join(f"{name}=1.5" for name in missing)
            raise DomainError(f"the formula {self.text!r} needs a number for {', '.join(missing)}; add {examples}")
        for name in variables:
            if name not in self.names:
                known = f"its names are {', '.join(self.names)}" if self.names else "it has no names"
                hint = did_you_mean(name, self.names)
                raise DomainError(f"the formula {self.text!r} has no {name!r}; {hint}{known}")


def parse_formula(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    FormulaError
        It cannot be read, or holds something that is no part of formulas; the message points at the place.

    >>> parse_formula("tanh(a*b + c)").names
    ('a', 'b', 'c')
    >>> parse_formula("2 * (a + 1")
    Traceback (most recent call last):
    autograd.errors.FormulaError: '(' was never closed
        2 * (a + 1
            ^
    """
    text = " ".join(text.split())
    if not text:
        raise FormulaError(f"the formula is empty; {_ADVICE}")
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text):,} characters; at most {LONGEST:,} can be read")
    return _Reader(text).read()


class _Reader:
    """Turns the syntax tree into postfix form, with a stack of its own: depth is no concern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, None] = {}
        self.steps: list[float | str | Elementwise] = []
        self.todo: list[ast.AST | Elementwise] = []

    def read(self) -> Formula:
        self.todo.append(self._tree())
        while self.todo:
            part = self.todo.pop()
            if isinstance(part, Elementwise):
                self.steps.append(part)
            else:
                self._visit(part)
        return Formula(self.text, tuple(self.names), tuple(self.steps))

    def _tree(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about spellings; what is meant is decided here
                return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            if not error.offset:  # so Python says that the text ended where more was to come
                raise self._error("the formula ends too early", len(self.text)) from None
            raise self._error(error.msg, error.offset - 1) from None
        except (RecursionError, MemoryError):
            raise FormulaError("the formula is nested too deeply; split it up") from None
        except ValueError as error:
            raise FormulaError(f"the formula cannot be read: {error}; {_ADVICE}") from error

    def _visit(self, part: ast.AST) -> None:
        match part:
            case ast.Constant(value=bool() | str() | bytes() | complex()) | ast.Constant(value=None):
                raise self._error(f"{ast.unparse(part)} is not a real number", part)
            case ast.Constant(value=int() | float() as value):
                self.steps.append(_as_float(value))
            case ast.Name(id=name):
                self.names[name] = None
                self.steps.append(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                self.todo.append(operand)
            case ast.UnaryOp(op=operator, operand=operand):
                self._apply(self._operator(operator, part), [operand], part)
            case ast.BinOp(left=left, op=operator, right=right):
                self._apply(self._operator(operator, part), [left, right], part)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                self._apply(self._operator(operator, part), [left, right], part)
            case ast.Call(func=ast.Name(id=name) as function, args=operands, keywords=[]):
                self._apply(self._function(name, function), operands, part)
            case _:
                raise self._error(f"{_NAMES.get(type(part), 'this')} is no part of a formula", part)

    def _apply(self, primitive: Elementwise, operands: list[ast.expr], part: ast.AST) -> None:
        wanted = len(primitive.rules)
        if len(operands) != wanted:
            raise self._error(f"{primitive.name} takes {wanted} operand{'s' * (wanted > 1)}, got {len(operands)}", part)
        self.todo += [primitive, *reversed(operands)]

    def _operator(self, operator: ast.AST, part: ast.AST) -> Elementwise:
        name = _OPERATORS.get(type(operator))
        if name is None:
            advice = "; a power is written **" if isinstance(operator, ast.BitXor) else ""
            raise self._error(f"this operator is no part of a formula{advice}", part)
        primitive = find(name)
        assert isinstance(primitive, Elementwise)
        return primitive

    def _function(self, name: str, part: ast.AST) -> Elementwise:
        primitive = registry.get(_ALIASES.get(name, name))
        if isinstance(primitive, Elementwise):
            return primitive
        known = sorted([*_ALIASES, *(key for key, row in registry.items() if isinstance(row, Elementwise))])
        hint = did_you_mean(name, known).strip()
        reason = f"no function is called {name!r}" + (f"; {hint}" if hint else "")
        raise self._error(reason, part, "" if hint else f"known are {', '.join(known)}")

    def _error(self, reason: str, place: ast.AST | int, advice: str = "") -> FormulaError:
        """Return the error with the formula and a caret below the place."""
        column = place if isinstance(place, int) else self._column(place)
        column = max(0, min(column, len(self.text)))
        return FormulaError(f"{reason}\n    {self.text}\n    {' ' * column}^" + (f"\n{advice}" if advice else ""))

    def _column(self, part: ast.AST) -> int:
        # Python counts the bytes of UTF-8 here, people count characters.
        offset: int = getattr(part, "col_offset", 0)
        return len(self.text.encode()[:offset].decode(errors="ignore"))


_NAMES: Final[dict[type[ast.AST], str]] = {
    ast.Attribute: "a dot after a name",
    ast.Call: "such a call",
    ast.Compare: "a chain of comparisons",
    ast.BoolOp: "and/or",
    ast.IfExp: "if/else (write where(condition, x, y))",
    ast.Tuple: "a list of several",
    ast.List: "a list",
    ast.Subscript: "an index",
    ast.Starred: "a star",
    ast.Lambda: "lambda",
    ast.NamedExpr: "an assignment",
}


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf


def normal_name(name: str) -> str:
    """Return a name as Python's parser would: compatible characters unified.

    >>> normal_name("ﬁt")
    'fit'
    """
    return unicodedata.normalize("NFKC", name)
