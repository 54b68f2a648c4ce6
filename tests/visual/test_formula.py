"""Formulas as text: what is read, what is refused, and that nothing is ever run."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.errors import DomainError, FormulaError
from autograd.primitive import Elementwise, registry
from autograd.visual.formula import LONGEST, parse_formula


def value_of(text, **variables):
    return parse_formula(text).evaluate(variables)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a*b + c", 4.0),
        ("a + b*c", -28.0),
        ("-a**2", -4.0),
        ("(-a)**2", 4.0),
        ("a**-1", 0.5),
        ("2**3**2", 512.0),
        ("+a - -b", -1.0),
        ("a/b/c", 2.0 / -3.0 / 10.0),
        ("max(a, b) - min(a, b)", 5.0),
        ("where(a < b, c, abs(b))", 3.0),
        ("(a >= 2) + (a != b) + (b == -3) + (a > c) + (c <= 10)", 4.0),
        ("atan2(a, b)", math.atan2(2.0, -3.0)),
        ("ln(exp(a))", 2.0),
        ("pow(a, c)", 1024.0),
        ("cos(pi)", -1.0),
        (" a\n + \tb ", -1.0),
        ("clip(c, b, a)", 2.0),
    ],
)
def test_formulas_mean_what_they_say(text, value):
    formula = parse_formula(text)
    numbers = {name: x for name, x in {"a": 2.0, "b": -3.0, "c": 10.0}.items() if name in formula.names}
    assert formula.evaluate(numbers) == value
    nodes = {name: Value(x) for name, x in numbers.items()}
    result = formula.evaluate(nodes)
    assert (result.data if isinstance(result, Value) else result) == value


def test_gradients_flow_through_a_formula():
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    value_of("tanh(a*b + c)", a=a, b=b, c=c).backward()
    slope = 1 - math.tanh(4.0) ** 2
    assert (a.grad, b.grad, c.grad) == pytest.approx((-3 * slope, 2 * slope, slope), rel=1e-12)


@pytest.mark.parametrize("name", [name for name, row in registry.items() if isinstance(row, Elementwise)])
def test_every_elementwise_primitive_is_a_function(name):
    primitive = registry[name]
    names = [f"x{i}" for i in range(len(primitive.rules))]
    points = [0.3 + 0.4 * i for i in range(len(names))]
    result = value_of(f"{name}({', '.join(names)})", **dict(zip(names, points, strict=True)))
    assert result == primitive(*points)


def test_huge_numbers_are_floats():
    assert value_of("9**9**9**9") == math.inf
    assert value_of("1e999 - 1") == math.inf
    assert value_of(f"{'9' * 400}") == math.inf
    assert value_of("0 * 9**9**9") != value_of("0 * 9**9**9")  # nan


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("tanh(a*b + c", r"'\(' was never closed", 4),
        ("a +", "ends too early", 3),
        ("a b", "invalid syntax", 2),
        ("é + b)", r"unmatched '\)'", 5),
        ("a ^ 2", r"a power is written \*\*", 0),
        ("a + foo(b)", "no function is called 'foo'", 4),
        ("1 + sigmodi(a)", "did you mean 'sigmoid'", 4),
        ("ü*math.sin(a)", "such a call", 2),
        ("a.real", "a dot after a name", 0),
        ("2 + x[0]", "an index", 4),
        ("max(a, b, c)", "maximum takes 2 operands, got 3", 0),
        ("tanh()", "tanh takes 1 operand, got 0", 0),
        ("dot(a, b)", "no function is called 'dot'", 0),
        ("a < b < c", "a chain of comparisons", 0),
        ("a and b", "and/or", 0),
        ("a if b else c", r"write where\(condition, x, y\)", 0),
        ("a % b", "this operator", 0),
        ("~a", "this operator", 0),
        ("not a", "this operator", 0),
        ("a in b", "this operator", 0),
        ("'a' + b", "'a' is not a real number", 0),
        ("True", "True is not a real number", 0),
        ("None + a", "None is not a real number", 0),
        ("1 + 2j", "2j is not a real number", 4),
        ("[a, b]", "a list", 0),
        ("(a, b)", "a list of several", 0),
        ("tanh(x=a)", "such a call", 0),
        ("tanh(*a)", "a star", 5),
        ("lambda: 1", "lambda", 0),
        ("(a := 2)", "an assignment", 1),
        ("[x for x in a]", "no part of a formula", 0),
        ("f'{a}'", "no part of a formula", 0),
        ("a = 2", "invalid syntax", 2),
        ("a; b", "invalid syntax", 1),
        ("0777", "leading zeros", 0),
        ("x²", "invalid character", 1),
    ],
)
def test_what_is_no_formula_is_refused_with_a_caret(text, reason, column):
    with pytest.raises(FormulaError, match=reason) as caught:
        parse_formula(text)
    lines = str(caught.value).splitlines()
    assert lines[1] == f"    {text}"
    assert lines[2] == f"    {' ' * column}^"


@pytest.mark.parametrize(
    "text", ["__import__('os').system('echo run')", "().__class__", "exec('1')", "open('x')", "eval"]
)
def test_nothing_is_run(text):
    try:
        formula = parse_formula(text)
    except FormulaError:
        return
    with pytest.raises(DomainError):
        formula.evaluate({})


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_formula_is_refused(text):
    with pytest.raises(FormulaError, match="the formula is empty"):
        parse_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * (LONGEST + 1),
        "(" * 1900 + "a" + ")" * 1900,
        "-" * 3900 + "a",
        "tanh(" * 700 + "a" + ")" * 700,
        "a**" * 1300 + "a",
        "a" + "[0]" * 1300,
        "a\x00b",
        "a\ud800b",
    ],
)
def test_size_and_depth_are_no_crash(text):
    try:
        formula = parse_formula(text)
    except FormulaError:
        return
    formula.evaluate({"a": Value(1.0)})


def test_a_formula_as_long_as_allowed_is_computed():
    text = "a" + "+a" * 1999
    assert value_of(text, a=1.0) == 2000.0


def test_variables_must_fit():
    formula = parse_formula("tanh(rate*b + c)")
    assert formula.names == ("rate", "b", "c")
    with pytest.raises(DomainError, match=r"needs a number for rate, c; add rate=1\.5 c=1\.5"):
        formula.evaluate({"b": 1.0})
    with pytest.raises(DomainError, match="has no 'rat'; did you mean 'rate'"):
        formula.evaluate({"rate": 1.0, "b": 1.0, "c": 1.0, "rat": 1.0})
    with pytest.raises(DomainError, match="it has no names"):
        parse_formula("1 + 1").evaluate({"a": 1.0})
    assert value_of("2*pi", pi=3.0) == 6.0  # a name given wins over a constant


formulas = st.recursive(
    st.sampled_from(["a", "b", "2", "0.5", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"-({t})"),
        st.tuples(st.sampled_from(["tanh", "sin", "sigmoid"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(formulas)
def test_formulas_agree_with_python(text):
    names = {"a": 0.7, "b": -1.3, "pi": math.pi}
    functions = {"tanh": math.tanh, "sin": math.sin, "sigmoid": registry["sigmoid"]}
    try:
        expected = eval(text, functions, names)
    except ZeroDivisionError:
        return
    formula = parse_formula(text)
    given_names = {name: names[name] for name in formula.names if name != "pi"}
    assert formula.evaluate(given_names) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab1.+-*/()<>=^,~ \n'\"\\é²ⅷ[]{}:%#@!&|", max_size=30))
def test_any_text_is_a_formula_or_an_error(text):
    try:
        formula = parse_formula(text)
    except FormulaError:
        return
    formula.evaluate(dict.fromkeys(formula.names, 1.0))
