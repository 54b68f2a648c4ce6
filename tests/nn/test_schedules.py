"""Schedules equal PyTorch's, go on from a state, and refuse what makes no sense."""

import math
from functools import partial

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, Tensor, UnknownNameError, Value
from nn import schedules
from tests.golden.table import decode, read

GOLDEN = read("schedules")
RATES = [0.2, 0.03]
#: Settings of each schedule that is a function of the step.
FUNCTIONS = {
    "cosine": {"steps": 7, "lowest": 0.1},
    "cosine_restarts": {"period": 3, "growth": 2},
    "exponential": {"factor": 0.8},
    "multi_step": {"at": [2, 5]},
    "one_cycle": {"steps": 9},
    "step_decay": {"every": 3},
    "warm_up": {"steps": 4},
}


def optimizer():
    return nn.SGD([{"parameters": [Value(1.0)], "lr": RATES[0]}, {"parameters": [Tensor([1.0])], "lr": RATES[1]}], lr=1)


def rates(optimizer):
    return [group["lr"] for group in optimizer.groups]


def named(rows):
    return [pytest.param(row, id=f"{row['name']}-{index}") for index, row in enumerate(rows)]


def test_every_schedule_has_golden_rows_and_settings():
    functions = {name for name in schedules.__all__ if name.islower()}
    assert functions == {row["name"] for row in GOLDEN["schedules"]} == set(FUNCTIONS)


@pytest.mark.parametrize("row", named(GOLDEN["schedules"]))
def test_rates_are_pytorchs(row):
    settings = dict(row["settings"])
    if "then" in settings:
        settings["then"] = partial(getattr(schedules, settings["then"]), steps=settings.pop("then_steps"))
    driven = optimizer()
    schedule = nn.Schedule(driven, getattr(schedules, row["name"]), **settings)
    found = [rates(driven)]
    for _ in row["rates"][1:]:
        schedule.step()
        found.append(rates(driven))
    np.testing.assert_allclose(found, row["rates"], rtol=1e-10, atol=1e-17)


@pytest.mark.parametrize("row", named(GOLDEN["plateaus"]))
@pytest.mark.parametrize("kind", [float, Value, lambda x: Tensor([x]), np.float64])
def test_plateaus_are_pytorchs(row, kind):
    driven = optimizer()
    schedule = nn.ReduceOnPlateau(driven, **row["settings"])
    found = []
    for metric in decode(row["metrics"]):
        schedule.step(kind(metric))
        found.append(rates(driven))
    np.testing.assert_allclose(found, row["rates"], rtol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_factors_are_finite_and_stay_after_the_end(name):
    function = partial(getattr(schedules, name), **FUNCTIONS[name])
    factors = [function(step) for step in range(1000)]
    assert all(0 <= factor <= 1 for factor in factors)
    if name != "cosine_restarts":
        assert factors[-1] == pytest.approx(factors[-2], abs=1e-12)
    assert [type(factor) for factor in factors] == [float] * 1000


def test_one_cycle_without_a_rise_or_without_a_fall():
    assert schedules.one_cycle(0, steps=4, rise=0.0) <= 1.0
    assert schedules.one_cycle(3, steps=4, rise=1.0) == 1.0
    assert schedules.one_cycle(0, steps=1) == pytest.approx(1 / 250_000)


def test_schedules_of_ones_own():
    driven = optimizer()
    schedule = nn.Schedule(driven, lambda step: 1 / (1 + step))
    schedule.step()
    assert rates(driven) == [rate / 2 for rate in RATES]
    bad = nn.Schedule(driven, lambda step: 1.0 if step == 0 else math.nan)
    with pytest.raises(DomainError, match="the factor at step 1 must be a finite number"):
        bad.step()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_schedules_resume(name):
    def make(driven):
        return nn.Schedule(driven, getattr(schedules, name), **FUNCTIONS[name])

    one, two = optimizer(), optimizer()
    schedule = make(one)
    for _ in range(3):
        schedule.step()
    two.load_state_dict(one.state_dict())
    again = make(two)
    again.load_state_dict(schedule.state_dict())
    for _ in range(4):
        assert rates(one) == rates(two)
        schedule.step()
        again.step()


def test_plateaus_resume():
    one, two = optimizer(), optimizer()
    first, second = (nn.ReduceOnPlateau(driven, patience=2, cooldown=1) for driven in (one, two))
    for metric in (1.0, 0.5, 0.7, 0.8):
        first.step(metric)
    second.load_state_dict(first.state_dict())
    two.load_state_dict(one.state_dict())
    for metric in (0.6, 0.9, 0.9, 0.9, 0.9, 0.4):
        first.step(metric)
        second.step(metric)
        assert rates(one) == rates(two)
    assert first.best == second.best == 0.4


def test_a_metric_below_zero_must_become_smaller():
    driven = optimizer()
    schedule = nn.ReduceOnPlateau(driven, patience=0, threshold=0.1, factor=0.5)
    for metric in (-1.0, -0.95):  # which PyTorch takes for progress
        schedule.step(metric)
    assert schedule.best == -1.0
    assert rates(driven) == [rate / 2 for rate in RATES]


def test_the_lowest_rate_does_not_raise_one_that_is_lower():
    driven = optimizer()
    schedule = nn.ReduceOnPlateau(driven, patience=0, lowest=0.05)
    for _ in range(3):
        schedule.step(1.0)
    assert rates(driven) == [0.05, 0.03]


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("step_decay", {"every": 0}, "every must be a whole number, 1 or more"),
        ("step_decay", {"every": 2, "factor": -1.0}, "factor must"),
        ("multi_step", {"at": [5, 3]}, r"try at=\[3, 5\]"),
        ("exponential", {"factor": math.nan}, "factor must"),
        ("cosine", {"steps": 2.5}, "steps must be a whole number"),
        ("cosine", {"steps": 2, "lowest": -0.1}, "lowest must"),
        ("cosine_restarts", {"period": 2, "growth": 0}, "growth must"),
        ("warm_up", {"steps": 0}, "steps must"),
        ("one_cycle", {"steps": 9, "rise": 1.5}, "rise must be a part from 0 to 1"),
        ("one_cycle", {"steps": 9, "shape": "cos"}, "there are cosine, line"),
    ],
)
def test_bad_settings(name, settings, words):
    with pytest.raises((DomainError, UnknownNameError), match=words):
        nn.Schedule(optimizer(), getattr(schedules, name), **settings)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"goal": "low"}, UnknownNameError, '"min" or "max"'),
        ({"factor": 1.0}, DomainError, "below 1"),
        ({"patience": -1}, DomainError, "0 or more"),
        ({"threshold": math.inf}, DomainError, "threshold"),
    ],
)
def test_bad_settings_of_plateaus(settings, error, words):
    with pytest.raises(error, match=words):
        nn.ReduceOnPlateau(optimizer(), **settings)


@pytest.mark.parametrize("make", [nn.ReduceOnPlateau, lambda o: nn.Schedule(o, schedules.cosine, steps=3)])
def test_what_is_no_optimizer_and_what_is_no_state(make):
    with pytest.raises(OperandError, match="expected an optimizer"):
        make([Value(1.0)])
    schedule = make(optimizer())
    with pytest.raises(UnknownNameError, match="load_state_dict: expected"):
        schedule.load_state_dict({"epoch": 3})


def test_what_is_no_function_and_no_metric():
    with pytest.raises(OperandError, match="expected a function of the step"):
        nn.Schedule(optimizer(), "cosine")
    with pytest.raises(TypeError, match="stepss"):
        nn.Schedule(optimizer(), schedules.cosine, stepss=3)
    for metric in (None, [1.0, 2.0], Tensor([1.0, 2.0]), "0.1"):
        with pytest.raises(OperandError, match="expected a metric"):
            nn.ReduceOnPlateau(optimizer()).step(metric)


def test_states_that_do_not_fit_change_nothing():
    schedule = nn.Schedule(optimizer(), schedules.cosine, steps=9)
    plateau = nn.ReduceOnPlateau(optimizer())
    before = schedule.state_dict(), plateau.state_dict()
    for owner, key, bad, error in [
        (schedule, "rates", np.ones(3), ShapeError),
        (schedule, "rates", np.array([0.1, math.nan]), DomainError),
        (schedule, "steps", np.array(-1), DomainError),
        (plateau, "best", np.ones(2), DomainError),
        (plateau, "waited", np.array(0.5), DomainError),
    ]:
        with pytest.raises(error):
            owner.load_state_dict(owner.state_dict() | {key: bad})
    for state, kept in zip((schedule.state_dict(), plateau.state_dict()), before, strict=True):
        for key, array in state.items():
            np.testing.assert_array_equal(array, kept[key])
