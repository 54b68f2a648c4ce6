"""L-BFGS: PyTorch's path and number of evaluations, its line search, and closures that fail."""

import math

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, Tensor, Value, compile
from nn.optimizers.line_search import Point, search_line
from tests.golden.table import LANDSCAPES, START, read, valley
from tests.nn.descents import KINDS, named, numbers, take_step

GOLDEN = read("optimizers")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", named(GOLDEN["searches"]))
def test_searches_are_pytorchs(row, kind):
    parameters, entries = KINDS[kind]()
    optimizer = nn.LBFGS(parameters, **row["settings"])
    looks = 0

    def landscape(w):
        nonlocal looks
        looks += 1
        return LANDSCAPES[row["landscape"]](w)

    path, losses = {}, {}
    for step in range(1, row["after"][-1] + 1):
        losses[step] = float(take_step(optimizer, entries, landscape).data)
        path[step] = numbers(parameters)
    np.testing.assert_allclose([path[step] for step in row["after"]], row["path"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose([losses[step] for step in row["after"]], row["losses"], rtol=1e-8, atol=1e-14)
    assert looks == row["looks"]


def test_lbfgs_needs_a_closure_that_returns_the_loss():
    optimizer = nn.LBFGS([Value(1.0)])
    with pytest.raises(OperandError, match=r"optimizer\.step\(closure\)"):
        optimizer.step()
    with pytest.raises(OperandError, match="must return the loss"):
        optimizer.step(lambda: None)
    with pytest.raises(DomainError, match="one group"):
        nn.LBFGS([{"parameters": [Value(1.0)]}, {"parameters": [Tensor(1.0)]}])


def test_lbfgs_leaves_the_parameters_where_they_were_when_the_closure_fails():
    w, looks = Tensor(START), []
    optimizer = nn.LBFGS([w])

    def closure():
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt
        optimizer.zero_grad()
        loss = valley(w)
        loss.backward()
        return loss

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(closure)
    np.testing.assert_array_equal(w.data, START)


def test_lbfgs_steps_back_from_where_the_loss_is_not_defined():
    w = Tensor([0.5, 3.0])
    optimizer = nn.LBFGS([w], lr=100.0)

    def closure():
        optimizer.zero_grad()
        with np.errstate(all="ignore"):
            loss = (w - w.log()).sum()  # nan below 0, lowest at 1
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    np.testing.assert_allclose(w.data, [1.0, 1.0], atol=1e-6)
    w.data = np.array([-1.0, 1.0])
    assert math.isnan(optimizer.step(closure).data)
    np.testing.assert_array_equal(w.data, [-1.0, 1.0])


def test_lbfgs_stays_where_the_gradient_is_not_defined():
    w = Tensor([4.0, 3.0])
    optimizer = nn.LBFGS([w])

    def closure():
        w.grad = np.array([np.nan, 1.0])
        return 1.0

    assert optimizer.step(closure) == 1.0
    np.testing.assert_array_equal(w.data, [4.0, 3.0])


def test_a_search_fulfils_the_strong_wolfe_conditions():
    for first in (1e-3, 0.1, 1.0, 7.0, 300.0):

        def look(t):
            return Point(t, math.cos(t) + 0.1 * t * t, 0.2 * t - math.sin(t), np.zeros(1))

        start = look(0.3)
        line = lambda t, look=look: look(0.3 + t)._replace(length=t)
        point, evaluations = search_line(line, line(0.0), first, reach=1.0, tolerance=1e-9, most=25)
        assert point.loss <= start.loss + 1e-4 * point.length * start.slope
        assert abs(point.slope) <= 0.9 * abs(start.slope)
        assert evaluations <= 12


def test_compiled_closures_are_as_good():
    paths = []
    for make in (compile, lambda function: function):
        w = [Value(x) for x in START]
        optimizer, loss = nn.LBFGS(w, max_iterations=3), make(lambda w=w: valley(w))

        def closure(optimizer=optimizer, loss=loss):
            optimizer.zero_grad()
            found = loss()
            found.backward()
            return found

        paths.append([(optimizer.step(closure).data, *numbers(w)) for _ in range(3)])
    np.testing.assert_allclose(*paths, rtol=1e-9, atol=1e-12)
