"""What must hold for every program: random ones, with shared parts, all operators and all rows."""

import copy
import math
import pickle

import numpy as np
from hypothesis import given, settings

from autograd import Value, grad, hessian, hvp, jacobian, jvp, topological_order, value_and_grad, vjp
from autograd.sweeps import sweep_backward, sweep_forward
from autograd.testing import check_gradients
from tests.engine.programs import ARITY, ON_NODES, ROWS, is_smooth_near, programs

every_program = settings(max_examples=150)
close = {"rtol": 1e-11, "atol": 1e-11}


def leaves_of(program):
    return [Value(x) for x in program.point]


def swept(program, inputs):
    out = program(inputs)
    out.backward()
    return out, [x.grad for x in inputs]


@given(programs())
@every_program
def test_recording_does_not_change_a_number(program):
    # Python's own power of floats may be complex; its division may raise.
    on_floats = ON_NODES | {"**": ROWS["power"], "/": ROWS["divide"]}
    assert program(leaves_of(program)).data == program(list(program.point), on_floats)


@given(programs())
@every_program
def test_backward_equals_grad(program):
    out, gradient = swept(program, leaves_of(program))
    assert value_and_grad(program)(list(program.point)) == (out.data, gradient)


@given(programs())
@every_program
def test_a_second_backward_gives_exactly_twice(program):
    inputs = leaves_of(program)
    out, once = swept(program, inputs)
    out.backward()
    assert [x.grad for x in inputs] == [2 * slope for slope in once]


@given(programs())
@every_program
def test_forward_equals_reverse(program):
    point = list(program.point)
    value, gradient = value_and_grad(program)(point)
    for place, slope in enumerate(gradient):
        unit = [float(place == index) for index in range(len(point))]
        out, pushed = jvp(program, (point,), (unit,))
        assert out == value
        np.testing.assert_allclose(pushed, slope, **close)


@given(programs())
@every_program
def test_symbolic_sweeps_equal_numeric_ones(program):
    inputs = leaves_of(program)
    order = topological_order(program(inputs))
    direction = {x: 0.3 + place for place, x in enumerate(inputs)}
    for sweep, seeds, *wrt in (sweep_backward, {order[-1]: 1.0}, inputs), (sweep_forward, direction):
        numeric, symbolic = sweep(order, seeds, *wrt), sweep(order, seeds, *wrt, symbolic=True)
        assert symbolic.keys() == numeric.keys()
        for node, derivative in symbolic.items():
            number = derivative.data if isinstance(derivative, Value) else derivative
            np.testing.assert_allclose(number, numeric[node], **close)


@given(programs())
@every_program
def test_copies_have_the_same_gradient(program):
    inputs = leaves_of(program)
    for place, x in enumerate(inputs):
        x.label = str(place)
    out = program(inputs)
    twins = [copy.deepcopy(out), pickle.loads(pickle.dumps(out))]
    out.backward()
    expected = {x.label: x.grad for x in inputs if x.is_swept}
    for twin in twins:
        twin.backward()
        assert {x.label: x.grad for x in topological_order(twin) if x.label} == expected


@given(programs())
@every_program
def test_first_derivatives_equal_those_of_fifty_digits(program):
    size = len(program.point)
    expected = [program.derivative(*[int(place == index) for index in range(size)]) for place in range(size)]
    np.testing.assert_allclose(grad(program)(list(program.point)), expected, rtol=1e-9, atol=1e-11)


@given(programs(inputs=3, wishes=16))
@every_program
def test_second_derivatives_are_symmetric_and_equal_those_of_fifty_digits(program):
    point = list(program.point)
    found = np.array(hessian(program)(point))
    size = range(len(point))
    expected = [[program.derivative(*[(i == k) + (j == k) for k in size]) for j in size] for i in size]
    np.testing.assert_allclose(found, found.T, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(programs(inputs=3, wishes=16))
@every_program
def test_second_derivatives_agree_in_all_combinations_of_modes(program):
    point = list(program.point)
    expected = hessian(program)(point)
    for place in range(len(point)):
        unit = [float(place == index) for index in range(len(point))]

        def slope(x, unit=unit):
            return jvp(program, (x,), (unit,))[1]

        np.testing.assert_allclose(hvp(program)(point, unit), expected[place], **close)
        np.testing.assert_allclose(grad(slope)(point), expected[place], **close)
        np.testing.assert_allclose(jvp(slope, (point,), (unit,))[1], expected[place][place], **close)


@given(programs(inputs=3, wishes=12))
@settings(max_examples=50)
def test_finite_differences_agree(program):
    check_gradients(program, list(program.point), order=2, rtol=1e-6, atol=1e-7)


@given(programs(inputs=2, wishes=12))
@every_program
def test_pullback_is_the_transpose_of_the_pushforward(program):
    def both(v):
        return {"a": program(v), "b": [program(v) * v[0]]}

    point = list(program.point)
    cotangent, tangent = {"a": 0.3, "b": [-1.7]}, [0.9, -0.4][: len(point)]
    _, pullback = vjp(both, point)
    _, pushed = jvp(both, (point,), (tangent,))
    assert math.isclose(
        pushed["a"] * cotangent["a"] + pushed["b"][0] * cotangent["b"][0],
        sum(slope * t for slope, t in zip(pullback(cotangent)[0], tangent, strict=True)),
        rel_tol=1e-11,
        abs_tol=1e-11,
    )
    rows = jacobian(both)(point)
    np.testing.assert_allclose(np.array([rows["a"], rows["b"][0]]) @ tangent, [pushed["a"], pushed["b"][0]], **close)


def test_programs_are_made_of_everything():
    """The guard against ill-conditioned steps leaves some point for each operation."""
    numbers = [0.37, -0.83, 1.71]
    for name in ON_NODES:
        shifts = [[numbers[(shift + place) % 3] for place in range(ARITY[name])] for shift in range(3)]
        constant = all(ON_NODES[name](*map(Value, point)).data == 0 for point in shifts)
        assert constant or any(is_smooth_near(name, point) for point in shifts), name
