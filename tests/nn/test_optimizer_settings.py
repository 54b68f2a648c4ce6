"""Groups and settings of optimizers, and the parameters, settings and states that are refused."""

import math

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, Tensor, UnknownNameError, Value
from tests.golden.table import valley
from tests.nn.descents import KINDS, SETTINGS, numbers, take_step

X, Y = Value(1.0), Tensor([1.0, 2.0])


@pytest.mark.parametrize("name", [name for name in nn.OPTIMIZERS if name != "lbfgs"])
@pytest.mark.parametrize("kind", ["values", "tensors", "mixed"])
def test_groups_are_optimizers_side_by_side(name, kind):
    (one, entries), (two, its_entries) = KINDS[kind](), KINDS[kind]()
    make, settings = nn.OPTIMIZERS[name], SETTINGS[name]
    grouped = make([{"parameters": one[:1], "lr": 0.01}, {"parameters": iter(one[1:])}], **settings)
    apart = [make(two[:1], **settings | {"lr": 0.01}), make(two[1:], **settings)]
    for _ in range(4):
        take_step(grouped, entries)
        for optimizer in apart:
            optimizer.zero_grad()
        valley(its_entries()).backward()
        for optimizer in apart:
            optimizer.step()
    np.testing.assert_array_equal(numbers(one), numbers(two))
    assert grouped.parameters == tuple(one)


def test_the_settings_of_groups_can_be_changed():
    x, y = Value(1.0), Tensor([1.0])
    optimizer = nn.SGD([{"parameters": [x]}, {"parameters": [y], "lr": 0.5}], lr=0.1)
    with pytest.raises(DomainError, match=r"different ones, \[0.1, 0.5\]"):
        optimizer.lr
    optimizer.groups[1]["lr"] = 0.2
    assert [group["lr"] for group in optimizer.groups] == [0.1, 0.2]
    optimizer.lr = 0.3
    assert (optimizer.lr, optimizer.groups[1].settings["lr"]) == (0.3, 0.3)
    assert repr(optimizer.groups[0]) == "Group(1 parameters, lr=0.3, momentum=0.0, nesterov=False, weight_decay=0.0)"
    for setting, value, words in [("lr", math.nan, "lr must be"), ("lr", -1.0, "lr must"), ("nesterov", 1, "True or")]:
        with pytest.raises(DomainError, match=words):
            optimizer.groups[0][setting] = value
    with pytest.raises(UnknownNameError, match="did you mean 'momentum'"):
        optimizer.groups[0]["momentun"] = 0.9
    assert optimizer.lr == 0.3


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ([], DomainError, "no parameters"),
        (X, OperandError, "list of parameters"),
        (Y, OperandError, "list of parameters"),
        (None, OperandError, "list of parameters"),
        ({"parameters": [X]}, OperandError, "list of parameters"),
        (nn.MLP(2, [1]), OperandError, r"got a MLP; pass model\.parameters"),
        (nn.MLP(2, [1]).named_parameters(), OperandError, "named_parameters"),
        ([np.array([1, 2])], OperandError, "Value or Tensor"),
        ([3], OperandError, "Value or Tensor"),
        ([X, Y, X], DomainError, "parameters 0 and 2 are the same object"),
        ([Y, X, Y], DomainError, "parameters 0 and 2 are the same object"),
        ([X, Y * 2.0], OperandError, "parameter 1 was computed from others, by 'multiply'"),
        ([{"parameters": [X]}, {"parameters": []}], DomainError, "no parameters"),
        ([{"parameters": [X]}, Y], OperandError, "group 1 must be a dictionary"),
        ([{"params": [X]}], OperandError, "group 0 .*params"),
        ([{"parameters": [X], "rate": 0.1}], UnknownNameError, "'rate'"),
        ([{"parameters": [X], "lr": math.nan}], DomainError, "lr must"),
        ([{"parameters": [X]}, {"parameters": [X]}], DomainError, "the same object"),
    ],
)
def test_bad_parameters(name, parameters, error, words):
    if not isinstance(parameters, list | dict | nn.Module | Value | Tensor | None):
        parameters = nn.MLP(2, [1]).named_parameters()  # an iterator is used up by the first test
    with pytest.raises(error, match=words):
        nn.OPTIMIZERS[name](parameters, lr=0.1)


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "fast", None, True, np.ones(2)])
def test_bad_learning_rates(name, rate):
    with pytest.raises(DomainError, match="lr must be a finite number, 0 or more"):
        nn.OPTIMIZERS[name]([X], lr=rate)


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("sgd", "momentum", -0.1),
        ("sgd", "weight_decay", math.inf),
        ("adam", "betas", (0.9, 1.0)),
        ("adam", "betas", 0.9),
        ("adam", "eps", -1e-8),
        ("adamw", "amsgrad", "yes"),
        ("rmsprop", "alpha", 1.0),
        ("rmsprop", "centered", None),
        ("adagrad", "lr_decay", -1.0),
        ("lbfgs", "history", 0),
        ("lbfgs", "max_iterations", 1.5),
    ],
)
def test_bad_settings(name, setting, value):
    with pytest.raises(DomainError, match=f"{nn.OPTIMIZERS[name].__name__}: {setting} must"):
        nn.OPTIMIZERS[name]([X], lr=0.1, **{setting: value})


def test_a_gradient_of_another_shape_is_refused():
    w = Tensor([1.0, 2.0])
    w.grad = np.ones(3)
    with pytest.raises(ShapeError, match=r"shape \(2,\), but its grad \(3,\)"):
        nn.SGD([w], lr=0.1).step()


def states():
    """Name states that do not fit an Adam of a Value and a Tensor of two numbers, and how they are made."""
    good = trained_adam().state_dict()
    yield "empty", {}, UnknownNameError, "names are missing"
    yield "another kind", nn.SGD([X, Y], lr=0.1).state_dict(), UnknownNameError, "names are missing"
    yield "more", good | {"groups.0.1.means": np.ones(2)}, UnknownNameError, "'groups.0.1.means'; did you mean"
    yield "less", {n: a for n, a in good.items() if n != "groups.0.1.mean"}, UnknownNameError, "missing, first"
    yield "another network", good | {"groups.0.1.mean": np.ones(3)}, ShapeError, r"shape \(2,\) of its parameters"
    yield "whole numbers", good | {"groups.0.1.mean": np.ones(2, int)}, DomainError, "floats"
    yield "objects", good | {"groups.0.1.mean": np.array([None, None])}, DomainError, "floats"
    yield "steps", good | {"groups.0.1.steps": np.array(-1)}, DomainError, "0 or more"
    yield "steps of floats", good | {"groups.0.1.steps": np.array(1.5)}, DomainError, "type int"
    yield "rate", good | {"groups.0.lr": np.array(math.nan)}, DomainError, "finite"
    yield "rates", good | {"groups.0.lr": np.array([0.1, 0.1])}, DomainError, "type float"
    yield "flag", good | {"groups.0.amsgrad": np.array(1.0)}, DomainError, "type bool"


def trained_adam():
    x, y = Value(1.0), Tensor([1.0, 2.0])
    (x * y).sum().backward()
    optimizer = nn.Adam([x, y], lr=0.1)
    optimizer.step()
    return optimizer


@pytest.mark.parametrize(("state", "error", "words"), [pytest.param(*row[1:], id=row[0]) for row in states()])
def test_states_that_do_not_fit_change_nothing(state, error, words):
    optimizer = trained_adam()
    before = optimizer.state_dict()
    with pytest.raises(error, match=words):
        optimizer.load_state_dict({"groups.0.lr": np.array(0.7)} | state)
    for name, array in optimizer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
