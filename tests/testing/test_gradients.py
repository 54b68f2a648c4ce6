"""`check_gradients` passes right derivatives and catches wrong ones, in both modes and to second order."""

import math
import random
import re

import numpy as np
import pytest

import autograd
import autograd.transforms.forward
import autograd.transforms.reverse
from autograd import DomainError, GradientMismatch, OperandError, Value, dot, exp, log, relu, sin, sqrt, stop_gradient
from autograd.primitive import Elementwise
from autograd.testing import check_gradients

DICE = random.Random(6)


def row(*rules, scalar=math.tanh):
    return Elementwise("mine", scalar, scalar, *rules)


WRONG_AT_FIRST_ORDER = {
    "off by a thousandth": (row(lambda out, x: 1.001 * (1 - out * out)), [0.37]),
    "wrong sign": (row(lambda out, x: out * out - 1), [0.37]),
    "dropped term": (row(lambda out, x: sin(x), scalar=lambda x: x * math.sin(x)), [0.37]),
    "dropped operand": (row(lambda out, x, y: y, None, scalar=lambda x, y: x * y), [0.37, -1.7]),
    "swapped operands": (row(lambda out, x, y: x, lambda out, x, y: y, scalar=lambda x, y: x * y), [0.37, -1.7]),
    "fed the input for the output": (row(lambda out, x: 1 - x * x), [0.37]),
    "infinite": (row(lambda out, x: math.inf), [0.37]),
    "not a number": (row(lambda out, x: math.nan), [0.37]),
}
# The first derivative 3x² is right as a number, but as an equation it is something else.
WRONG_AT_SECOND_ORDER = {
    "off by a thousandth": lambda out, x: 3 * x * x + 0.006 * x * (x - stop_gradient(x)),
    "wrong sign": lambda out, x: 6 * stop_gradient(x) * stop_gradient(x) - 3 * x * x,
    "dropped term": lambda out, x: 3 * x * stop_gradient(x),
    "cut off": lambda out, x: 3 * stop_gradient(x) ** 2,
}


@pytest.mark.parametrize("case", WRONG_AT_FIRST_ORDER)
def test_a_wrong_rule_is_caught(case):
    function, point = WRONG_AT_FIRST_ORDER[case]
    with pytest.raises(GradientMismatch, match="order 1"):
        check_gradients(function, *point)


@pytest.mark.parametrize("case", WRONG_AT_SECOND_ORDER)
def test_a_wrong_derivative_of_a_rule_is_caught_at_second_order_only(case):
    cube = row(WRONG_AT_SECOND_ORDER[case], scalar=lambda x: x**3)
    check_gradients(cube, 0.7)
    with pytest.raises(GradientMismatch, match="order 2"):
        check_gradients(cube, 0.7, order=2)


@pytest.mark.parametrize(("mode", "sweep"), [("forward", "sweep_forward"), ("reverse", "sweep_backward")])
@pytest.mark.parametrize("order", [1, 2])
def test_each_mode_is_checked_by_itself(monkeypatch, mode, sweep, order):
    transforms = getattr(autograd.transforms, mode)
    right = getattr(transforms, sweep)

    def wrong(nodes, seeds, *arguments, **settings):
        arrived = right(nodes, seeds, *arguments, **settings)
        return {node: slope if node in seeds else 1.001 * slope for node, slope in arrived.items()}

    monkeypatch.setattr(transforms, sweep, wrong)
    with pytest.raises(GradientMismatch, match=f"by {mode} mode: .*\n.*\n.*off by a factor of 1.001") as caught:
        check_gradients(lambda x: exp(x) * x, 0.3, order=order)
    assert "1 of 2 derivatives of order 1" in str(caught.value)


def test_the_message_names_the_place_both_numbers_and_the_factor():
    wrong = row(lambda out, x: 2 * (1 - out * out))

    def loss(scale, layers):
        return {"cost": [scale * layers[0]["w"], scale * wrong(layers[1]["w"])]}

    with pytest.raises(GradientMismatch) as caught:
        check_gradients(loss, 2.0, [{"w": 0.3}, {"w": 0.7}])
    slope = 2.0 * (1 - math.tanh(0.7) ** 2)
    message = str(caught.value)
    assert message.startswith("2 of 12 derivatives of order 1 differ from finite differences; the worst is\n")
    assert "\n  d output ['cost'][1] / d argument 1, [1]['w'] = 0.7\n" in message
    assert f"by reverse mode: {2 * slope:.12g}\n" in message
    assert float(re.search(r"by finite differences: (\S+) \(to", message)[1]) == pytest.approx(slope, rel=1e-9)
    assert "relative difference: 5.0e-01, off by a factor of 2\n" in message


def test_the_message_names_a_second_derivative():
    cube = row(lambda out, x: 3 * stop_gradient(x) ** 2, scalar=lambda x: x**3)
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda v: v[0] * cube(v[1]), [2.0, 0.7], order=2)
    assert "d (d the output / d argument 0, [1]) / d argument 0, [1] = 0.7" in str(caught.value)
    assert "over reverse mode: 0\n" in str(caught.value)
    assert "stop_gradient" in str(caught.value)


def test_the_report_says_how_much_was_checked_and_how_well():
    report = check_gradients(lambda v: {"a": v[0] * v[1], "b": sin(v[0])}, [0.3, -1.7], order=2)
    assert report.count == 2 * (4 + 2 * 8)
    assert report.worst.difference.absolute < 1e-9
    assert report.worst.order in (1, 2)
    assert str(report).startswith("40 derivatives equal finite differences; the largest difference is ")
    assert repr(report) == str(report)


@pytest.mark.parametrize(
    ("function", "point"),
    [
        (lambda x: log(x), 1e-6),
        (lambda x: log(x), 1e9),
        (lambda x: sin(1000 * x), 0.3),
        (lambda x: exp(20 * x), 1.1),
        (lambda x: relu(x) * x, 1e-4),
        (lambda x: 1e3 * x + 1e-3 * sin(x), 0.4),
        (lambda x: sqrt(x) ** 3, 1e-3),
        (lambda x: x * 0.0 + 3.0, 0.4),
        (lambda x: 3.0, 0.4),
        (lambda x: 5, 0.4),
        (lambda x: exp(-1 / (x * x)), 0.05),
    ],
)
def test_right_derivatives_pass_at_every_scale(function, point):
    assert check_gradients(function, point, order=2).worst.severity <= 1


def test_a_network_passes():
    rng = np.random.default_rng(3)
    weights = {
        "W": rng.normal(size=(3, 2)).tolist(),
        "b": rng.normal(size=3).tolist(),
        "v": rng.normal(size=3).tolist(),
    }

    def loss(weights, inputs):
        hidden = [dot(row, inputs, bias).tanh() for row, bias in zip(weights["W"], weights["b"], strict=True)]
        return (dot(weights["v"], hidden).sigmoid() - 0.3) ** 2

    assert check_gradients(loss, weights, (0.4, -1.1), order=2).count == 2 * (14 + 2 * 14 * 14)


def test_functions_may_use_derivatives_and_parameters_from_outside():
    outside = Value(2.5)
    check_gradients(lambda x: autograd.grad(lambda y: y**3 * x)(x) * outside, 0.7, order=2)
    assert not outside.is_swept


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (relu, "kink"),
        (lambda x: autograd.step(x), "do not settle"),
        (lambda x: 1e9 + (x + 1.0) ** 3 - 1e9, "cancellation"),
        (lambda x: x + DICE.random(), "randomness"),
        (lambda x: x * x.data + x, "one at a time"),
        (lambda x: Value(x.data) * 2.0, "cut off"),
    ],
)
def test_advice_fits_the_finding(function, hint):
    point = 0.0 if hint in ("kink", "do not settle") else 0.3
    with pytest.raises(GradientMismatch, match=hint):
        check_gradients(function, point)


@pytest.mark.parametrize(
    ("function", "point"), [(log, -1.0), (lambda x: 1 / x, 0.0), (sqrt, 0.0), (lambda x: exp(1e4 * x), 1.0)]
)
def test_functions_that_are_not_finite_there_are_refused(function, point):
    with pytest.raises(DomainError, match="inside"):
        check_gradients(function, point)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_inputs_that_are_not_finite_are_refused(number):
    with pytest.raises(DomainError, match=r"argument 1, \[0\] is"):
        check_gradients(lambda x, v: x * v[0], 1.0, [number])


@pytest.mark.parametrize(
    "wrong", ["a", None, True, 1j, {1.0}, Value(1.0), np.array(["a"]), [1.0, [np.array([None])]], [None]]
)
def test_inputs_that_are_not_floats_are_refused(wrong):
    with pytest.raises(OperandError, match="argument 0"):
        check_gradients(lambda v: 1.0, wrong)


@pytest.mark.parametrize("point", [(), ([],), ({"w": ()},)])
def test_nothing_to_differentiate_in_is_refused(point):
    with pytest.raises(OperandError, match="pass the point"):
        check_gradients(lambda *v: 1.0, *point)


@pytest.mark.parametrize(
    ("output", "hint"), [(None, "return"), ("a", "the output is"), ([], "numbers"), ([1.0, True], r"output \[1\]")]
)
def test_functions_that_do_not_return_numbers_are_refused(output, hint):
    with pytest.raises(OperandError, match=hint):
        check_gradients(lambda x: output, 1.0)


def test_what_is_no_function_is_refused():
    with pytest.raises(OperandError, match="expected a function"):
        check_gradients(3.0, 1.0)


@pytest.mark.parametrize(
    "setting", [{"order": 0}, {"order": 1.5}, {"order": True}, {"rtol": -1.0}, {"atol": math.nan}, {"eps": 0.0}]
)
def test_settings_out_of_range_are_refused(setting):
    with pytest.raises(DomainError, match=next(iter(setting))):
        check_gradients(sin, 1.0, **setting)


def test_tolerances_decide():
    off = row(lambda out, x: 1.001 * (1 - out * out))
    assert check_gradients(off, 0.37, rtol=0.01).worst.difference.relative == pytest.approx(0.000999, rel=1e-3)
    assert check_gradients(lambda x: 3.0, 0.37, rtol=0.0, atol=0.0).worst.severity == 0.0
