"""Derivatives of functions of arrays: shapes, trees, nesting, and what is refused."""

import copy

import numpy as np
import pytest

import autograd
from autograd import (
    OperandError,
    ShapeError,
    Tensor,
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from autograd.testing import assert_gradients_match, check_gradients, check_manual
from tests.tensor.cases import numbers

X = numbers(2, 3)


def cubes(v):
    return (v**3).sum()


def test_gradients_are_arrays_of_the_argument():
    value, gradient = value_and_grad(cubes)(np.array([1.0, 2.0]))
    assert (value, gradient.tolist()) == (9.0, [3.0, 12.0])
    assert type(value) is float
    assert type(gradient) is np.ndarray
    assert gradient.flags.writeable
    assert grad(cubes)(np.ones(2, np.float32)).dtype == np.float32
    assert grad(lambda v: (v * 0).sum())(np.array([1, 2])).tolist() == [0.0, 0.0]
    assert grad(lambda v: Tensor(1.0))(X).tolist() == np.zeros((2, 3)).tolist()


def test_trees_of_arrays_and_floats():
    def loss(p):
        return ((p["w"] @ p["x"] + p["b"]) ** 2).sum() * p["scale"][0]

    point = {"w": X, "x": numbers(3, shift=1), "b": 0.7, "scale": [2.0]}
    gradient = grad(loss)(point)
    residual = X @ point["x"] + 0.7
    np.testing.assert_allclose(gradient["w"], 4 * np.outer(residual, point["x"]))
    assert gradient["b"] == pytest.approx(4 * residual.sum())
    assert gradient["scale"][0] == pytest.approx((residual**2).sum())
    assert type(gradient["b"]) is float
    assert gradient.keys() == point.keys()


def test_jacobian_has_the_shape_of_output_and_input():
    found = jacobian(lambda x: (x @ x.T)[0])(X)
    assert found.shape == (2, 2, 3)
    np.testing.assert_allclose(found[1], np.stack([X[1], X[0]]))
    assert jacobian(lambda x, y: {"a": x * y}, argnums=(0, 1))(X, 2.0)["a"][1].shape == (2, 3)
    assert jacobian(lambda s: s * Tensor([1.0, 2.0]))(3.0).tolist() == [1.0, 2.0]
    assert jacobian(lambda x: [x.sum(), x[0, 0]])(X)[1].tolist() == [[1.0, 0, 0], [0, 0, 0]]
    assert jacobian(lambda x: x[:0])(X).shape == (0, 3, 2, 3)


def test_hessian_and_products_with_it():
    np.testing.assert_allclose(hessian(cubes)(np.array([1.0, 2.0])), [[6, 0], [0, 12]])
    assert hessian(lambda x: (x**2).sum())(X).shape == (2, 3, 2, 3)
    np.testing.assert_allclose(hvp(cubes)(np.array([1.0, 2.0]), np.array([1.0, -1.0])), [6.0, -12.0])
    mixed = hessian(lambda p: (p["a"] * p["a"] * p["s"]).sum())({"a": np.array([1.0, 2.0]), "s": 3.0})
    np.testing.assert_allclose(mixed["a"]["a"], 6 * np.eye(2))
    np.testing.assert_allclose(mixed["a"]["s"], [2.0, 4.0])
    assert mixed["s"]["s"] == 0.0


def test_pullbacks_and_pushforwards():
    value, pullback = vjp(lambda x, s: [x * s, x.sum()], X, 2.0)
    np.testing.assert_allclose(value[0], 2 * X)
    x_bar, s_bar = pullback([np.ones((2, 3)), 1.0])
    np.testing.assert_allclose(x_bar, 3 * np.ones((2, 3)))
    assert s_bar == pytest.approx(X.sum())
    out, moved = jvp(lambda x: {"y": x @ x.T, "c": 1.0}, (X,), (np.ones((2, 3)),))
    ones = np.ones((2, 3))
    np.testing.assert_allclose(out["y"], X @ X.T)
    np.testing.assert_allclose(moved["y"], X @ ones.T + ones @ X.T)
    assert moved["c"] == 0.0


def test_nesting_is_free_of_perturbation_confusion():
    # d/dx of x * d/dy (x + y) is 1; an engine that mixes up the two variables says 2.
    found = grad(lambda x: (x * grad(lambda y: (x + y).sum())(Tensor([1.0, 2.0]))).sum())(np.array([3.0, 4.0]))
    assert found.tolist() == [1.0, 1.0]
    inner = jvp(lambda x: x * jvp(lambda y: x * y, (np.ones(2),), (np.ones(2),))[1], (X[0, :2],), (np.ones(2),))
    np.testing.assert_allclose(inner[1], 2 * X[0, :2])


def test_gradients_of_tensors_can_be_differentiated_again():
    x = Tensor([1.0, 2.0])
    penalty = (grad(cubes)(x) ** 2).sum()
    penalty.backward()
    np.testing.assert_allclose(x.grad, 36 * np.array([1.0, 8.0]))
    with no_grad():
        assert grad(cubes)(np.array([1.0])).tolist() == [3.0]
    assert grad(cubes)(Tensor([2.0], constant=True)).data.tolist() == [12.0]


def test_what_is_refused():
    with pytest.raises(ShapeError, match=r"shape \(2, 3\); sum it"):
        grad(lambda x: x)(X)
    with pytest.raises(ShapeError, match=r"not its \.data"):
        grad(lambda x: x.data)(X)
    with pytest.raises(OperandError, match="return the tensor itself"):
        jacobian(lambda x: x.data)(X)
    with pytest.raises(ShapeError, match=r"the tangents, at 0: expected an array of shape \(2, 3\)"):
        jvp(cubes, (X,), (np.ones(3),))
    with pytest.raises(ShapeError, match="the cotangent"):
        vjp(lambda x: x * 2, X)[1](np.ones(3))
    with pytest.raises(OperandError, match="real numbers"):
        grad(lambda x: x)(np.array(["a"]))


def test_gradient_checks_take_arrays():
    report = check_gradients(lambda x, s: (x @ x.T * s).tanh(), X, 0.3, order=1)
    assert report.count == 2 * 4 * 7
    with pytest.raises(autograd.GradientMismatch, match=r"argument 0, \[0\]"):
        check_gradients(lambda x: (autograd.stop_gradient(x) * x).sum(), X[0])
    assert_gradients_match(Tensor(X), X)


def test_manual_gradients_of_tensors():
    w, b = Tensor(X, label="w"), Tensor([0.5, -0.5], label="b")
    loss = ((w.sum(axis=1) + b) ** 2).sum()
    slope = 2 * (X.sum(axis=1) + b.data)
    by_hand = {"w": np.repeat(slope[:, None], 3, axis=1), "b": slope}
    assert check_manual(loss, by_hand).ok
    assert check_manual(loss, {"anything": (w, by_hand["w"])}).ok
    wrong = check_manual(loss, {"b": slope + np.array([0.0, 1.0])})
    assert not wrong.ok
    assert "[1] is" in str(wrong)
    assert not w.is_swept


def test_pictures_show_shape_and_precision():
    x, v = Tensor(X, label="x"), Value(2.0, label="v")
    loss = (x * v).sum()
    text = str(autograd.draw(loss).boxes)
    assert "(2, 3) float64" in text
    loss.backward()
    autograd.draw(loss).svg
    big = copy.deepcopy(loss)
    for _ in range(300):
        big = big + Tensor([1.0]).sum()
    assert "collapsed" in " ".join(autograd.draw(big).notes)
    assert autograd.draw(Tensor(np.ones((0, 2))).sum())


def test_results_may_be_changed_without_harm():
    value, pullback = vjp(lambda x: x.exp(), X)
    value *= 100.0
    np.testing.assert_allclose(pullback(np.ones((2, 3)))[0], np.exp(X))
    first, second = grad(lambda x, y: (x + y.T).sum(), (0, 1))(X, X.T)
    first *= 2.0
    assert second.tolist() == np.ones((3, 2)).tolist()
    w = Tensor(X)
    (X @ w.T).sum().backward()
    w.grad *= 2.0
    np.testing.assert_allclose(w.grad, 2 * np.tile(X.sum(0), (2, 1)))
    parts = [Tensor(X), Tensor(X)]
    autograd.concatenate(parts).sum().backward()
    parts[0].grad *= 2.0
    assert parts[1].grad.tolist() == np.ones((2, 3)).tolist()
