"""Steps that lines repeat become loops, and the numbers stay the same."""

import subprocess
import sys

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.compiler.loops import Inside, Outside, find_loops
from autograd.compiler.operations import Operation

STEPS = 40
rng = np.random.default_rng(3)
WEIGHTS = rng.normal(size=STEPS).tolist()


def logistic_map(x, rate):
    for _ in range(STEPS):
        x = rate * x * (1 - x)
    return x


def readings(xs, decay):
    """An exponential average of what is read, with a loss at every step."""
    average, loss = 0.0, 0.0
    for x in xs:
        average = decay * average + (1 - decay) * x
        loss = loss + (average - x) ** 2
    return loss


def backward_readings(xs, decay):
    average = 0.5
    for x in reversed(xs):
        average = (decay * average - x).tanh()
    return average


def two_steps_back(x, rate):
    a, b = x, 0.5 * x
    for _ in range(STEPS):
        a, b = b, rate * b + 0.25 * autograd.sin(a)
    return a * b


def old_and_new(x, rate):
    for k in range(STEPS):
        new = x - rate * x * x
        x = 0.5 * (x + new) + WEIGHTS[k] * 0.01
    return x


def two_loops(x, rate):
    kept = []
    for _ in range(STEPS):
        x = (rate * x).sin()
        kept.append(x)
    for y in reversed(kept):
        x = 0.5 * x + y * x
    return x, kept[7] * kept[8]


def alternating(x, rate):
    for k in range(STEPS):
        x = (rate * x).sin() if k % 2 else (rate + x).cos()
    return x


LIST = rng.uniform(0.1, 0.9, size=STEPS).tolist()
PROGRAMS = [
    (logistic_map, 0.3, 0.8),
    (readings, LIST, 0.8),
    (backward_readings, LIST, 0.8),
    (two_steps_back, 0.3, 0.8),
    (old_and_new, 0.3, 0.8),
    (two_loops, 0.3, 0.8),
    (alternating, 0.3, 0.8),
]


@pytest.mark.parametrize(("function", "x", "rate"), PROGRAMS)
def test_loops_compute_what_the_steps_do(function, x, rate, tmp_path):
    results = []
    fast = compile(function, executor="python")
    for run in (function, fast):
        parameter = Value(rate, label="rate")
        found = run(x, parameter)
        found = found[0] + 0.5 * found[1] if isinstance(found, tuple) else found
        found.backward()
        results.append((found.data, parameter.grad))
    assert results[1] == pytest.approx(results[0], rel=1e-12)
    assert fast.source.count("for t in range(") >= 2, "a loop forward, and a loop backward"
    assert fast.stats.statements < STEPS
    path = tmp_path / "program.py"
    path.write_text(fast.source, encoding="utf-8")
    printed = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True).stdout
    first = fast(x, Value(rate))
    first = first[0] if isinstance(first, tuple) else first
    assert float(printed.split()[1]) == first.data


def test_a_loop_says_where_its_operands_come_from():
    # x_k = x_(k-1) * y_(k-2), y_k = 2 x_k, from places 100 and up
    lines = []
    for k in range(10):
        x, y = (2 * k - 2 if k else 100), (2 * k - 3 if k > 1 else 101 + k)
        lines += [
            Operation(2 * k, 2 * k, "{} * {}", (x, y)),
            Operation(2 * k + 1, 2 * k + 1, "{} * {} + 1", (2.0, 2 * k)),
        ]
    (loop,) = find_loops(lines)
    assert (loop.start, loop.period, loop.steps) == (0, 2, 10)
    assert loop.sources == (
        (Inside(0, 1, (100,)), Inside(1, 2, (101, 102))),
        (Outside((2.0,) * 10), Inside(0, 0, ())),
    )


def test_an_operand_out_of_step_ends_the_loop():
    lines = [Operation(k, k, "math.sin({})", (k - 1,)) for k in range(1, 41)]
    lines[25] = lines[25]._replace(operands=(3,))
    assert [(loop.start, loop.stop) for loop in find_loops(lines)] == [(0, 25), (25, 40)]


def test_lines_that_never_repeat_are_no_loop():
    lines = [Operation(k, k, "math.sin({})" + " + 1" * k, (k - 1,)) for k in range(1, 60)]
    assert find_loops(lines) == []


def test_factors_that_stand_the_other_way_round_in_the_first_step_need_no_table():
    def damped(x, rate):
        slowed = -rate
        for _ in range(STEPS):
            x = x + 0.1 * (slowed * x)
        return x

    fast = compile(damped, executor="python")
    x, rate = Value(0.3), Value(0.2)
    loss = fast(x, rate)
    assert loss.data == pytest.approx(damped(0.3, 0.2), rel=1e-13)
    assert "for t in range(" in fast.source
    assert "given1" not in fast.source
    loss.backward()
    assert rate.grad == pytest.approx(-0.1 * STEPS * loss.data / (1 - 0.1 * 0.2), rel=1e-12)
