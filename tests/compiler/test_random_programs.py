"""What must hold for every program: compiled equals eager, in numbers, gradients and second derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, compile, dot, grad, hessian, logsumexp, take, total, value_and_grad
from tests.engine.programs import NUMBERS, programs

every_program = settings(max_examples=60, derandomize=True)
close = {"rtol": 1e-10, "atol": 1e-10}


def swept(function, point):
    inputs = [Value(x) for x in point]
    out = function(inputs)
    out.backward()
    return [out.data, *[x.grad for x in inputs]]


@pytest.mark.parametrize("executor", ["numpy", "python"])
@given(program=programs())
@every_program
def test_compiled_equals_eager(executor, program):
    fast = compile(program.__call__, executor=executor)
    other = [0.9 * x + 0.01 for x in program.point]
    for point in (program.point, other):
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(swept(fast, point), swept(program, point), **close)


@given(programs())
@every_program
def test_derivatives_compile(program):
    point = list(program.point)
    function = lambda v: program(v)
    value, slope = compile(value_and_grad(function))(point)
    expected, gradient = value_and_grad(function)(point)
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-11)
    np.testing.assert_allclose(slope, gradient, **close)
    np.testing.assert_allclose(compile(grad(function))(point), gradient, **close)


@given(programs(inputs=3, wishes=14))
@settings(max_examples=40, derandomize=True)
def test_second_derivatives_compile(program):
    point = list(program.point)
    function = lambda v: program(v)
    np.testing.assert_allclose(compile(hessian(function))(point), hessian(function)(point), rtol=1e-9, atol=1e-9)


# --- loops over arrays ------------------------------------------------------------------------------------------------

UNARY = [autograd.tanh, autograd.sigmoid, autograd.relu, autograd.sin, autograd.softplus, lambda x: x * x, lambda x: -x]
BINARY = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    autograd.maximum,
    lambda a, b: autograd.where(a > b, a, 2.0 * b),
    lambda a, b: 0.5 * a,
    lambda a, b: b,
]
SUMS = [
    sum,
    total,
    logsumexp,
    autograd.largest,
    lambda xs: dot(xs, list(reversed(xs))),
    lambda xs: sum(x * k for k, x in enumerate(xs)),
    lambda xs: take(xs, len(xs) - 1),
    lambda xs: xs[0],
]
ORDERS = [lambda row: row, lambda row: row[::-1], lambda row: row[1:] + row[:1], lambda row: row[::2] or row]


@st.composite
def loop_programs(draw):
    """Draw a program of nested loops: matrices that are mapped, paired, reordered, transposed, cut and summed."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    steps = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 63), st.integers(0, 63)), min_size=2, max_size=7))
    numbers = draw(st.lists(NUMBERS, min_size=rows * columns, max_size=rows * columns))

    def function(matrix):
        shapes = [matrix]
        for kind, first, second in steps:
            A, B = shapes[first % len(shapes)], shapes[second % len(shapes)]
            if kind == 0:
                shapes.append([[UNARY[first % len(UNARY)](x) for x in row] for row in A])
            elif kind == 1:
                pairs = zip(A, B, strict=False)
                shapes.append([[BINARY[first % 8](a, b) for a, b in zip(r, s, strict=False)] for r, s in pairs])
            elif kind == 2:
                shapes.append([ORDERS[first % len(ORDERS)](row) for row in ORDERS[second % len(ORDERS)](A)])
            elif kind == 3:
                shapes.append([[SUMS[second % len(SUMS)](row) for row in A]])
            elif kind == 4:  # a triangle, then a rectangle again
                ragged = [row[: i + 1] for i, row in enumerate(A)]
                shapes.append([[SUMS[first % len(SUMS)](row) for row in ragged]])
            else:
                products = [[dot(a[: len(b)], b[: len(a)]) for b in B] for a in A]
                shapes.append([[x.tanh() if isinstance(x, autograd.Node) else x for x in row] for row in products])
        return total([total(row) for shape in shapes[-3:] for row in shape])

    return function, np.array(numbers).reshape(rows, columns)


@given(loop_programs())
@settings(max_examples=150, derandomize=True)
def test_loops_compile(drawn):
    function, matrix = drawn
    results = []
    for form in (function, compile(function, executor="numpy"), compile(function, executor="python")):
        nodes = [[Value(float(x)) for x in row] for row in matrix]
        out = form(nodes)
        out.backward()
        results.append([out.data, *[x.grad for row in nodes for x in row]])
    np.testing.assert_allclose(results[1], results[0], **close)
    np.testing.assert_allclose(results[2], results[0], **close)


# --- recurrences -----------------------------------------------------------------------------------------------------


@st.composite
def recurrences(draw):
    """Draw a state that goes through the same steps again and again, reads numbers, adds to a loss, and goes back."""
    steps, width = draw(st.integers(3, 24)), draw(st.integers(1, 3))
    count = st.integers(0, 63)
    body = draw(st.lists(st.tuples(count, count, count), min_size=1, max_size=6))
    readings = draw(st.sampled_from([None, 1, -1, 2]))
    odd = draw(st.integers(0, 2 * steps))  # the step that does something else, if there is such a step
    goes_back, loss_of, wide = draw(st.booleans()), draw(count), draw(st.booleans())
    numbers = draw(st.lists(NUMBERS, min_size=width + 2 * steps, max_size=width + 2 * steps))

    def function(point):
        state, given, kept = list(point[:width]), list(point[width:]), []
        if wide:
            given = [x.tanh() * given[0] for x in given]
        loss = 0.0
        for k in range(steps):
            found = list(state)
            if readings is not None:
                found.append(given[readings * k % len(given)])
            for kind, first, second in body:
                a, b = found[first % len(found)], found[second % len(found)]
                found.append(BINARY[kind % 8](a, b) if kind < 40 else UNARY[kind % len(UNARY)](a))
            state = [x.tanh() if loss_of % 2 else x / (1.0 + x * x) for x in found[-width:]]
            if k == odd:
                state[0] = state[0] * state[-1] + 0.5
            loss = loss + found[loss_of % len(found)].tanh()
            kept.append(state[0])
        for x in reversed(kept if goes_back else []):
            state = [(x + 0.5 * y).sin() for y in state]
        return total(state) + loss + 0.1 * kept[steps // 2]

    return function, numbers


@pytest.mark.parametrize("executor", ["auto", "python", "jit"])
@given(recurrences())
@settings(max_examples=40, derandomize=True, deadline=None)
def test_recurrences_compile(executor, drawn):
    if executor == "jit":
        pytest.importorskip("numba", reason="the extra `jit` is not installed")
    function, point = drawn
    with np.errstate(all="ignore"):
        expected = swept(function, point)
        np.testing.assert_allclose(swept(compile(function, executor=executor), point), expected, **close)
