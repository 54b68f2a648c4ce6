"""Large programs: compiled in steps that grow as the program does, and right."""

import math
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Value, compile

COMPILER = str(Path(autograd.compiler.__file__).parent)


def lines_run(function, *arguments):
    """Return how many lines of the compiler a call runs; each round of a loop counts."""
    count = 0

    def local(frame, event, argument):
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, event, argument: local if frame.f_code.co_filename.startswith(COMPILER) else None)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return count


def long_sum(xs):
    return sum(xs)


def sum_of_products(xs):
    return sum((x * y for x, y in zip(xs, xs[::-1], strict=True)), 1.0)


def balanced_sum(xs):
    while len(xs) > 1:
        xs = [sum(pair) for pair in zip(xs[::2], xs[1::2], strict=len(xs) % 2 == 0)]
    return xs[0]


def chain(xs):
    out = xs[0]
    for x in xs[1:]:
        out = autograd.tanh(out * x) - x
    return out


def cumulative_sums(xs):
    sums = [xs[0]]
    for x in xs[1:]:
        sums.append(sums[-1] + x)
    return sums


def guarded(xs):
    return sum(x if x > 0 else 2 * x for x in xs)


def one_by_one(xs):
    return [autograd.exp(x) for x in xs]


LARGE = [long_sum, sum_of_products, balanced_sum, chain, cumulative_sums, guarded, one_by_one]


@pytest.mark.parametrize("executor", ["numpy", "python"])
@pytest.mark.parametrize("function", LARGE, ids=lambda function: function.__name__)
def test_compiling_takes_steps_in_proportion_to_the_program(function, executor):
    def steps(size):
        xs = [Value(0.1 + math.sin(k)) for k in range(size)]
        return lines_run(compile(function, executor=executor), xs)

    small, large = steps(128), steps(256)
    assert large < 2.1 * small


@pytest.mark.parametrize("function", [long_sum, sum_of_products])
def test_a_sum_of_a_hundred_thousand_terms(function):
    numbers = np.sin(np.arange(1e5)).tolist()
    xs = [Value(x) for x in numbers]
    loss = compile(function)(xs)
    loss.backward()
    gradients = np.array([x.grad for x in xs])
    expected = np.ones(len(xs)) if function is long_sum else 2 * np.array(numbers[::-1])
    assert loss.data == pytest.approx(function(numbers), rel=1e-10)
    np.testing.assert_allclose(gradients, expected, rtol=1e-12)


def test_a_chain_of_thousand_operations():
    x, y = Value(0.7), Value(0.7)
    loss = compile(lambda x: chain([x] * 1_000))(x)
    loss.backward()
    expected = chain([y] * 1_000)
    expected.backward()
    assert (loss.data, x.grad) == pytest.approx((expected.data, y.grad), rel=1e-11)


def test_little_is_kept_of_a_large_program():
    xs = [Value(math.sin(k)) for k in range(100)]
    function = compile(lambda xs: sum(autograd.tanh(x * y + x) for x in xs for y in xs))
    tracemalloc.start()
    try:
        function(xs)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept / function.stats.scalar_nodes < 120  # bytes a node, with all arrays; as tuples the trace alone takes 80
