"""The forms that a program can take give the same numbers."""

import math
import subprocess
import sys

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value, compile
from autograd.compiler.line_replay import WarmingReplay

STEPS = 30


def pendulum(start, damping):
    """A damped pendulum by Euler's method, and all activations on the way."""
    angle, speed = start
    for _ in range(STEPS):
        angle, speed = angle + 0.1 * speed, speed - 0.1 * (autograd.sin(angle) + damping * speed)
        speed = speed + 0.01 * autograd.silu(angle) - 0.01 * autograd.where(angle > 0, autograd.gelu(speed), angle / 3)
    return angle * angle + autograd.logsumexp([angle, speed]) + autograd.largest([angle, speed])


def test_long_recurrences_become_lines_of_python(tmp_path):
    damping = Value(0.3, label="damping")
    fast = compile(lambda start: pendulum(start, damping))
    loss = fast([1.0, 0.0])
    loss.backward()
    found, damping.grad = damping.grad, 0.0
    expected = pendulum([1.0, 0.0], damping)
    expected.backward()
    assert (loss.data, found) == pytest.approx((expected.data, damping.grad), rel=1e-12)
    assert "np." not in fast.source
    path = tmp_path / "program.py"
    path.write_text(fast.source, encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True)
    assert float(run.stdout.split()[1]) == pytest.approx(loss.data, rel=1e-15)
    assert fast.draw().notes[0].endswith("lines of Python")


@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, math.nan, -2.0, 800.0])
def test_lines_of_python_follow_ieee_754(x):
    function = lambda x: autograd.exp(x) + 1.0 / x + autograd.log(x) + x**0.5
    with np.errstate(all="ignore"):
        np.testing.assert_equal(compile(function, executor="python")(x), compile(function, executor="numpy")(x))


@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, math.nan, -2.0, 800.0, 1e300])
def test_machine_code_follows_ieee_754(x):
    pytest.importorskip("numba", reason="the extra `jit` is not installed")

    def function(x):
        largest = [autograd.logsumexp([x, -x, 1.0]), autograd.largest([x, 0.0])]
        return [autograd.exp(x), 1.0 / x, autograd.log(x), x**0.5, autograd.floor(x), x.softplus(), *largest]

    for found, expected in zip(compile(function, executor="jit")(Value(x)), function(Value(x)), strict=True):
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-15)


@pytest.mark.parametrize("start", [[1.0, 0.2], [math.inf, 0.2], [0.0, math.nan]])
def test_loops_run_as_machine_code(start):
    pytest.importorskip("numba", reason="the extra `jit` is not installed")
    offsets = [0.01 * math.sin(k) for k in range(80)]

    def driven(start, damping):
        angle, speed = start
        for offset in offsets:
            angle, speed = angle + 0.1 * speed, speed - 0.1 * (autograd.sin(angle) + damping * speed)
            speed = (speed + 0.01 * autograd.silu(angle) + offset) / (1.0 + 0.1 * angle * angle)
        return angle * speed

    results = []
    for executor in ("jit", "numpy"):
        damping = Value(0.3)
        fast = compile(lambda start, damping=damping: driven(start, damping), executor=executor)
        with np.errstate(all="ignore"):
            loss = fast(start)
            loss.backward()
        results.append((loss.data, damping.grad))
    assert results[0] == pytest.approx(results[1], rel=1e-12, nan_ok=True)


def test_unknown_executors_are_refused():
    with pytest.raises(DomainError, match="numpy"):
        compile(lambda x: x, executor="gpu")


def test_without_numba_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    autograd.compiler.tape.tape_loop.cache_clear()
    with pytest.raises(autograd.MissingExtraError, match=r"chainrule\[jit\]"):
        compile(lambda x: x * x, executor="jit")(1.0)


def test_a_tape_gives_the_same_numbers():
    pytest.importorskip("numba", reason="the extra `jit` is not installed")
    autograd.compiler.tape.tape_loop.cache_clear()

    def smooth(start, damping):
        angle, speed = start
        for _ in range(STEPS):
            angle, speed = angle + 0.1 * speed, speed - 0.1 * (autograd.sin(angle) + damping * speed)
            speed = speed + 0.01 * autograd.silu(angle) - 0.01 * autograd.where(angle > 0, autograd.gelu(speed), angle)
        return angle * angle

    results = {}
    for executor in ("numpy", "python", "jit"):
        damping = Value(0.3)
        loss = compile(lambda start, damping=damping: smooth(start, damping), executor=executor)([1.0, 0.0])
        loss.backward()
        results[executor] = (loss.data, damping.grad)
    assert results["jit"] == pytest.approx(results["numpy"], rel=1e-12)
    assert results["python"] == pytest.approx(results["numpy"], rel=1e-12)


def test_what_runs_often_becomes_machine_code(monkeypatch):
    pytest.importorskip("numba", reason="the extra `jit` is not installed")
    monkeypatch.setattr(WarmingReplay, "pays_after", 3.5 * WarmingReplay.operation * 4000)

    def decay(x, rate):
        for _ in range(500):
            x = x - 0.01 * rate * autograd.sin(x)
        return x

    fast = compile(decay)
    forms = []
    for k in range(8):
        x, rate = Value(0.5 + 0.1 * k), Value(0.2)
        fast(x, rate).backward()
        forms.append(type(fast._latest[0].replay).__name__)
        expected = [Value(0.5 + 0.1 * k), Value(0.2)]
        decay(*expected).backward()
        assert [x.grad, rate.grad] == pytest.approx([v.grad for v in expected], rel=1e-12)
    assert forms[0] == "WarmingReplay"
    assert forms[-1] == "MachineReplay"
    assert fast.stats.traces == 1
