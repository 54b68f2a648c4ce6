"""Narrow runs within wide programs become lines of Python, and the numbers stay the same."""

import math
import subprocess
import sys

import numpy as np
import pytest

import autograd
from autograd import Value, compile

rng = np.random.default_rng(5)
X = rng.normal(size=(20, 6)).tolist()
STEPS = 30


def parameters():
    draw = np.random.default_rng(1).normal(size=(6, 4)).tolist()
    return [[Value(w, label=f"w.{i}.{j}") for j, w in enumerate(row)] for i, row in enumerate(draw)]


def scores(w, rows):
    columns = list(zip(*w, strict=True))
    return [sum(autograd.dot(row, column).tanh() for column in columns) for row in rows]


def newton_after_a_layer(w, rows):
    """A wide part, a scalar iteration, and a wide part that uses its result."""
    level = sum(s * s for s in scores(w, rows)) / len(rows)
    root = level
    for _ in range(STEPS):
        root = 0.5 * (root + level / root)
    return sum((s - root) ** 2 for s in scores(w, rows[:10]))


def filtered(w, rows):
    """A recurrence over what a wide part computed."""
    average, loss = 0.0, 0.0
    for score in scores(w, rows):
        average = 0.9 * average + 0.1 * score
        loss = loss + (average - score) * (average - score)
    return loss


def logarithms(w, rows):
    """Python's floats raise at log(0), where IEEE 754 has -inf."""
    level = sum(s * s for s in scores(w, rows))
    for k in range(STEPS):
        level = autograd.log(level * level) + 0.1 * k
    return level


def run(function, rows, executor="auto"):
    w = parameters()
    fast = compile(lambda rows: function(w, rows), executor=executor)
    results = []
    for call in (lambda rows: function(w, rows), fast):
        for row in w:
            for value in row:
                value.grad = 0.0
        loss = call(rows)
        loss.backward()
        results.append([loss.data, *[value.grad for row in w for value in row]])
    return fast, results


@pytest.mark.parametrize("function", [newton_after_a_layer, filtered])
def test_wide_programs_have_narrow_blocks(function, tmp_path):
    fast, (expected, found) = run(function, X)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert "np.dot" in fast.source
    assert fast.source.count("for t in range(") >= 2
    path = tmp_path / "program.py"
    path.write_text(fast.source, encoding="utf-8")
    printed = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True).stdout
    assert float(printed.split()[1]) == pytest.approx(expected[0], rel=1e-12)


@pytest.mark.parametrize("executor", ["python", "jit"])
@pytest.mark.parametrize("function", [newton_after_a_layer, filtered])
def test_wide_programs_run_line_by_line_too(function, executor):
    if executor == "jit":
        pytest.importorskip("numba", reason="the extra `jit` is not installed")
    _, (expected, found) = run(function, X, executor)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_blocks_follow_ieee_754():
    with np.errstate(all="ignore"):
        fast, (expected, found) = run(logarithms, X)
        np.testing.assert_allclose(found, expected, rtol=1e-11)
        assert "math.log" in fast.source
        nothing = [[0.0] * 6] * 20
        assert fast(nothing).data == run(logarithms, nothing)[1][0][0] == math.inf
