"""Functions of functions: first and higher derivatives of functions of numbers and of containers of numbers."""

import collections
import math

import numpy as np
import pytest

import autograd
from autograd import OperandError, Value, exp, grad, hessian, hvp, jacobian, jvp, sin, value_and_grad, vjp, vmap

POINT = {"p": 2.0, "q": [5.0, (0.5,)]}


def function(v):
    return v["p"] ** 3 * v["q"][0] + sin(v["q"][1][0])


def test_gradients_have_the_structure_of_their_argument():
    value, slopes = value_and_grad(function)(POINT)
    assert value == 40.0 + math.sin(0.5)
    assert slopes == {"p": 60.0, "q": [8.0, (math.cos(0.5),)]}


def test_named_tuples_keep_their_type():
    pair = collections.namedtuple("pair", "x y")
    assert grad(lambda v: v.x * v.y)(pair(2.0, 3.0)) == pair(3.0, 2.0)


def test_argnums_chooses_arguments():
    def f(x, y, scale=1.0):
        return x * y * scale

    assert grad(f, argnums=1)(2.0, 3.0) == 2.0
    assert grad(f, argnums=(0, 1))(2.0, 3.0, scale=10.0) == (30.0, 20.0)
    with pytest.raises(OperandError, match="argnums"):
        grad(f, argnums=2)(1.0, 2.0)


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_any_order(order):
    f = lambda x: exp(2 * x) + x**4
    for _ in range(order):
        f = grad(f)
    falling = math.prod(range(4, 4 - order, -1))
    assert autograd.Value(f(0.3)).data == pytest.approx(
        2**order * math.exp(0.6) + falling * 0.3 ** (4 - order), rel=1e-12
    )


def test_nested_derivatives_do_not_confuse_their_variables():
    assert grad(lambda u: u * grad(lambda w: u + w)(1.0))(1.0) == 1.0
    assert grad(lambda u: u * grad(lambda w: u * w * w)(3.0))(2.0) == 24.0
    assert jvp(lambda u: u * jvp(lambda w: u + w, (1.0,), (1.0,))[1], (1.0,), (1.0,)) == (1.0, 1.0)
    assert grad(lambda u: jvp(lambda w: u * u * w, (1.0,), (u,))[1])(2.0) == 12.0


def test_floats_give_floats_and_nodes_give_nodes():
    assert type(grad(lambda x: 3.0 * x)(2.0)) is float
    assert type(grad(lambda x: 1.0)(2.0)) is float
    x = Value(2.0)
    slope = grad(lambda t: t**3)(x)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)
    assert isinstance(grad(lambda t: 3.0 * t)(x), Value)


def test_gradients_store_nothing_on_nodes():
    weight = Value(3.0)
    assert grad(lambda x: weight * x)(2.0) == 3.0
    assert not weight.is_swept


def test_a_penalty_on_a_gradient_can_be_trained():
    weight = Value(3.0)
    slope = grad(lambda x: weight * x * x)(Value(2.0))
    (slope**2).backward()
    assert weight.grad == 2 * 12.0 * 4.0


def test_forward_equals_reverse():
    f = lambda v: [v[0] * exp(v[1]), v[0] ** 2, 5.0]
    rows = jacobian(f)([3.0, 0.4])
    columns = [jvp(f, ([3.0, 0.4],), (unit,))[1] for unit in ([1.0, 0.0], [0.0, 1.0])]
    np.testing.assert_allclose(np.transpose(columns), rows, rtol=1e-15)


def test_pullback_can_be_used_again():
    (value, _), pullback = vjp(lambda v, w: (v[0] * w, w), [3.0, 4.0], 2.0)
    assert value == 6.0
    assert pullback((1.0, 0.0)) == ([2.0, 0.0], 3.0)
    assert pullback((0.0, 1.0)) == ([0.0, 0.0], 1.0)
    with pytest.raises(OperandError, match="cotangent"):
        pullback(1.0)


def test_derivatives_in_tangents_and_cotangents_are_kept():
    _, pullback = vjp(lambda x: x * x, 3.0)
    assert grad(lambda c: pullback(c)[0])(2.0) == 6.0
    cotangent = Value(2.0)
    pullback(cotangent)[0].backward()
    assert cotangent.grad == 6.0
    assert grad(lambda t: jvp(lambda x: x * x, (3.0,), (t,))[1])(2.0) == 6.0
    tangent = Value(2.0)
    jvp(lambda x: x * x, (3.0,), (tangent,))[1].backward()
    assert tangent.grad == 6.0
    for wrong in (None, "a"):
        with pytest.raises(OperandError, match="cotangent"):
            pullback(wrong)
        with pytest.raises(OperandError, match="tangents"):
            jvp(lambda v: v[0], ([1.0],), ([wrong],))


def test_an_output_returned_twice_gets_both_cotangents():
    def twice(x):
        y = x * x
        return [y, y]

    assert vjp(twice, 3.0)[1]([1.0, 10.0]) == (66.0,)


def test_second_derivatives():
    f = lambda v: v[0] ** 2 * v[1] + exp(v[0] * v[1])
    x, y = 0.7, -0.3
    e = math.exp(x * y)
    expected = [[2 * y + y * y * e, 2 * x + (1 + x * y) * e], [2 * x + (1 + x * y) * e, x * x * e]]
    np.testing.assert_allclose(hessian(f)([x, y]), expected, rtol=1e-13)
    np.testing.assert_allclose(hvp(f)([x, y], [1.0, 2.0]), np.array(expected) @ [1.0, 2.0], rtol=1e-13)
    np.testing.assert_allclose(jacobian(jacobian(f))([x, y]), expected, rtol=1e-13)


def test_whole_numbers_are_taken_as_floats():
    assert grad(lambda x: x**2)(3) == 6.0


@pytest.mark.parametrize("wrong", ["a", None, True, 1j])
def test_arguments_that_are_not_numbers_are_refused(wrong):
    with pytest.raises(OperandError):
        grad(lambda x: x)(wrong)


@pytest.mark.parametrize(("output", "hint"), [(None, "return"), ([1.0, 2.0], "jacobian"), ("x", "one number")])
def test_outputs_that_are_not_one_number_are_refused(output, hint):
    with pytest.raises(OperandError, match=hint):
        grad(lambda x: output)(1.0)


@pytest.mark.parametrize(
    ("output", "hint"), [(None, "return"), ("x", "numbers"), (np.array([Value(1.0)]), "tolist"), ([1.0, None], "at 1")]
)
@pytest.mark.parametrize(
    "differentiate", [lambda f: jacobian(f)(1.0), lambda f: vjp(f, 1.0), lambda f: jvp(f, (1.0,), (1.0,))]
)
def test_outputs_that_are_not_numbers_are_refused(differentiate, output, hint):
    with pytest.raises(OperandError, match=hint):
        differentiate(lambda x: output)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian, hvp, lambda f: vjp(f, 1.0)])
def test_a_result_in_place_of_a_function_is_refused(transform):
    for result, hint in ((3.0, "expected a function, got a float"), (Value(3.0), "backward")):
        with pytest.raises(OperandError, match=hint):
            transform(result)


def test_numbers_of_numpy_are_numbers():
    assert jacobian(lambda x: [np.float32(2.0), x])(1.0) == [0.0, 1.0]
    assert grad(lambda x: np.int64(2))(1.0) == 0.0


@pytest.mark.parametrize("argnums", ["a", 1.0, (0, "b"), None])
def test_argnums_are_positions(argnums):
    with pytest.raises(OperandError, match="argnums"):
        grad(lambda x, y: x * y, argnums)


def test_primals_and_tangents_come_one_for_each_argument():
    with pytest.raises(OperandError, match="primals as a tuple"):
        jvp(lambda x: x, 1.0, (1.0,))
    with pytest.raises(OperandError, match="tangents as a tuple"):
        jvp(lambda x: x, (1.0,), 1.0)
    with pytest.raises(OperandError, match="vmap"):
        vmap(lambda x: x)(1.0)


def test_tangents_must_fit():
    with pytest.raises(OperandError, match="tangents"):
        jvp(lambda v: v[0], ([1.0, 2.0],), ([1.0],))


def test_a_rule_of_your_own():
    straight_through = autograd.Elementwise("hard_round", round, np.round, lambda out, x: 1.0)
    assert straight_through(2.6) == 3
    assert grad(lambda x: straight_through(x) ** 2)(2.6) == 6.0
    assert jvp(straight_through, (2.6,), (1.0,)) == (3.0, 1.0)
