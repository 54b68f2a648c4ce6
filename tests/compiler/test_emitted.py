"""What emitted programs call: each kind of product and sum, held to the eager numbers, infinities and nan included."""

import math

import numpy as np
import pytest

from autograd import Value, compile, dot, largest, logsumexp, total
from autograd.node import Node
from autograd.trees import leaves
from tests.compiler.corpus import CORPUS

SPECIAL = [[1.0, -2.0, 0.5, 3.0], [math.inf, 0.0, 1.0, -1.0], [-math.inf, 2.0, 0.0, 1.0], [math.nan, 1.0, 0.0, 2.0]]
MATRICES = {
    "ordinary": np.random.default_rng(0).normal(size=(6, 4)),
    "special": np.array([*SPECIAL, [-math.inf] * 4, [math.inf, -math.inf, 0.0, 1e308]]),
    "huge": np.random.default_rng(1).normal(size=(6, 4)) * 1e150,
}


def row_dots(x, w):
    return [dot(row, [a * b for a, b in zip(row, w, strict=True)]) for row in x]


def matrix_times_vector(x, w):
    return [dot(row, w) for row in x]


def vector_times_matrix(x, w):
    return [dot(column, [row[0] for row in x]) for column in zip(*x, strict=True)]


def matrix_products(x, w):
    return [[dot(a, b) for b in x] for a in x]


def outer_products(x, w):
    return [[dot([row[0]], [b]) for b in w] for row in x]


def sums_of_rows(x, w):
    return [total(row) for row in x], [total(column) for column in zip(*x, strict=True)]


def sums_of_all(x, w):
    return total([a for row in x for a in row]), total(w), dot(w, [-2.0] * 4)


def log_sums(x, w):
    return [logsumexp(row) for row in x], [logsumexp(list(column)) for column in zip(*x[:3], strict=True)]


def ragged_log_sums(x, w):
    return [logsumexp(row[i:j]) for i in range(4) for j in range(i + 1, 5) for row in x]


def ragged_sums(x, w):
    return [(total(w[:i]), largest(w[:i]), dot(w[:i], w[:i])) for i in range(1, 5) for _ in x], [
        dot(row[:i], w[:i]) for i in range(1, 5) for row in x
    ]


def squares(x, w):
    return total([a * a * b for row in x for a, b in zip(row, w, strict=True)])


def activations(x, w):
    return [[(a.sigmoid(), a.silu(), a.relu(), a.softplus()) for a in map(Value, row)] for row in x]


PROGRAMS = [
    row_dots, matrix_times_vector, vector_times_matrix, matrix_products, outer_products, sums_of_rows, sums_of_all,
    log_sums, ragged_log_sums, ragged_sums, squares, activations,
]  # fmt: skip


def numbers_and_slopes(function, x, w):
    """Return the results' numbers, and the gradient of the first result."""
    nodes = [[Value(float(a)) for a in row] for row in x], [Value(float(a)) for a in w]
    results = [y for y in leaves(function(*nodes)) if isinstance(y, Node)]
    results[0].backward()
    return [y.data for y in results], [a.grad for row in (*nodes[0], nodes[1]) for a in row]


@pytest.mark.parametrize("numbers", MATRICES)
@pytest.mark.parametrize("function", PROGRAMS)
def test_products_and_sums(function, numbers):
    x, w = MATRICES[numbers], np.array([0.5, -1.5, 2.0, 0.25])
    fast = compile(function, executor="numpy")
    with np.errstate(all="ignore"):
        expected, found = numbers_and_slopes(function, x, w), numbers_and_slopes(fast, x, w)
    scale = 1.0 if numbers != "huge" else 1e150
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12, atol=1e-13 * scale)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12, atol=1e-13 * scale)


def test_ragged_log_sums_are_one_statement():
    fast = compile(ragged_log_sums, executor="numpy")
    fast(MATRICES["ordinary"], [1.0])
    assert fast.source.count("logsumexp_of_segments(") == 2  # its definition, and one call


@pytest.mark.parametrize(
    "x", [-1e4, -745.0, -710.0, -40.0, -1e-300, 0.0, -0.0, 39.9, 40.1, 700.0, 1e4, math.inf, -math.inf]
)
def test_sigmoid_neither_overflows_nor_loses_digits(x):
    xs = [x, 0.5, -0.5]
    fast = compile(lambda xs: [Value(a).sigmoid() for a in xs], executor="numpy")
    with np.errstate(over="raise"):
        found = [y.data for y in fast(xs)]
    np.testing.assert_allclose(found, [Value(a).sigmoid().data for a in xs], rtol=1e-15, atol=0.0)


def test_the_source_runs_by_itself():
    fast = compile(lambda x: (total([v.sigmoid() * 0.5 for v in x]), logsumexp(x)), executor="numpy")
    first, _ = fast([Value(0.1), Value(0.7), Value(-0.2)])
    printed: list[object] = []
    exec(fast.source, {"print": lambda *parts: printed.append(parts)})
    assert printed[0] == ("result", pytest.approx(first.data, rel=1e-15))


def test_queries_and_keys_are_read_as_views():
    entry = CORPUS["self_attention"]
    fast = compile(entry, executor="numpy")
    fast(*entry.numbers(1)).backward()
    assert fast.explain_misses().startswith("no misses")


def test_what_is_used_once_stands_in_the_order_it_was_made_in():
    """The last position's key is used by one query only, and is written when that query is: out of order."""
    entry = CORPUS["causal_attention"]
    fast = compile(lambda X: entry(X)[0], executor="numpy")
    fast(*entry.numbers(1)).backward()
    assert "np.take(parameters" not in fast.source


def test_a_bias_of_zero_is_not_added():
    fast = compile(lambda x, w: [dot(row, w) for row in x], executor="numpy")
    fast(MATRICES["ordinary"], [1.0, 2.0, 3.0, 4.0])
    assert fast.stats.statements == 1
