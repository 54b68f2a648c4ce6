"""What must hold for every program of arrays: random ones, with shared parts."""

import copy
import pickle

import numpy as np
from hypothesis import given, settings

from autograd import Tensor, Value, grad, hvp, jvp, topological_order, value_and_grad
from autograd.sweeps import sweep_backward
from tests.tensor.cases import numbers
from tests.tensor.programs import NAMES, ON_OBJECTS, build, programs

every_program = settings(max_examples=100, deadline=None)
close = {"rtol": 1e-11, "atol": 1e-11}


def all_of(program):
    return list(range(len(program.point)))


def directions(program):
    return tuple(numbers(*x.shape, shift=7 + place) for place, x in enumerate(program.point))


def as_objects(x):
    cells = np.empty(x.shape, dtype=object)
    for place in np.ndindex(x.shape):
        cells[place] = Value(float(x[place]))
    return cells


@given(programs())
@every_program
def test_tensors_give_what_values_give(program):
    value, gradients = value_and_grad(program, all_of(program))(*program.point)
    objects = [as_objects(x) for x in program.point]
    out = program(*objects, table=ON_OBJECTS)
    out.backward()
    np.testing.assert_allclose(value, out.data, rtol=1e-12)
    for gradient, cells in zip(gradients, objects, strict=True):
        expected = np.reshape([cell.grad for cell in cells.flat], cells.shape)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-12 * scale)


@given(programs())
@every_program
def test_backward_equals_grad_and_twice_is_twice(program):
    leaves = [Tensor(x) for x in program.point]
    out = program(*leaves)
    out.backward()
    once = [leaf.grad.copy() for leaf in leaves]
    for gradient, other in zip(once, grad(program, all_of(program))(*program.point), strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-14)
    out.backward(keep="leaves")
    for leaf, gradient in zip(leaves, once, strict=True):
        np.testing.assert_array_equal(leaf.grad, 2 * gradient)


@given(programs())
@every_program
def test_forward_equals_reverse(program):
    moved = jvp(program, program.point, directions(program))[1]
    gradients = grad(program, all_of(program))(*program.point)
    expected = sum((g * d).sum() for g, d in zip(gradients, directions(program), strict=True))
    np.testing.assert_allclose(moved, expected, **close)


@given(programs())
@every_program
def test_symbolic_sweeps_equal_numeric_ones(program):
    leaves = [Tensor(x) for x in program.point]
    out = program(*leaves)
    order = topological_order(out)
    numeric = sweep_backward(order, {out: np.float64(1.0)})
    symbolic = sweep_backward(order, {out: np.float64(1.0)}, symbolic=True)
    assert symbolic.keys() == numeric.keys()
    for node, derivative in symbolic.items():
        number = derivative.data if isinstance(derivative, Tensor) else derivative
        assert np.shape(number) == node.shape
        np.testing.assert_allclose(number, numeric[node], **close)


@given(programs(inputs=2, wishes=10))
@settings(max_examples=60, deadline=None)
def test_second_derivatives_agree_in_all_combinations_of_modes(program):
    x, *rest = program.point

    def along(v):
        return program(v, *rest)

    direction, other = directions(program)[0], numbers(*x.shape, shift=31)
    pushed = hvp(along)(x, direction)
    twice_back = grad(lambda v: (grad(along)(v) * direction).sum())(x)
    back_over_forward = grad(lambda v: jvp(along, (v,), (direction,))[1])(x)
    forward_twice = jvp(lambda v: jvp(along, (v,), (direction,))[1], (x,), (other,))[1]
    np.testing.assert_allclose(twice_back, pushed, **close)
    np.testing.assert_allclose(back_over_forward, pushed, **close)
    np.testing.assert_allclose(forward_twice, (pushed * other).sum(), **close)
    step = 1e-5
    differences = (grad(along)(x + step * direction) - grad(along)(x - step * direction)) / (2 * step)
    np.testing.assert_allclose(pushed, differences, rtol=2e-5, atol=1e-5 * max(1.0, np.abs(pushed).max()))


@given(programs())
@every_program
def test_copies_have_the_same_gradient(program):
    leaves = [Tensor(x, label=str(place)) for place, x in enumerate(program.point)]
    out = program(*leaves)
    twins = [copy.deepcopy(out), pickle.loads(pickle.dumps(out))]
    out.backward()
    for twin in twins:
        twin.backward()
        for node in topological_order(twin):
            if node.label:
                np.testing.assert_array_equal(node.grad, leaves[int(node.label)].grad)


def test_programs_are_made_of_everything():
    met = {build([(2, 2), (2, 2)], [(name, [0, 1])]).steps for name in NAMES}
    assert {step[0] for steps in met for step in steps} == set(NAMES)
