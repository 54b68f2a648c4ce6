"""Choices by positions that are data: any layout of the rows, and positions that lie outside of them."""

from itertools import pairwise

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value, compile, take, total


def close(function, *arguments):
    """Hold a compiled function to the eager one; return its source."""
    fast = compile(function, executor="numpy")
    for _ in range(2):
        assert fast(*arguments) == pytest.approx(function(*arguments), rel=1e-13)
    return fast.source


@pytest.mark.parametrize("executor", ["numpy", "python"])
@pytest.mark.parametrize("outside", [[0, -1], [0, 3]])
def test_positions_outside_are_refused(executor, outside):
    rows = [Value(1.0), Value(2.0), Value(4.0)]
    picked = compile(lambda index: total(take(rows, index)), executor=executor)
    with pytest.raises(ValueError, match="position"):
        picked(np.array(outside))
    assert picked(np.array([2, 1])).data == 6.0
    with pytest.raises(DomainError, match=rf"position {outside[1]} lies outside of a list of 3 rows"):
        picked(np.array(outside))


def test_only_the_branch_that_is_taken_is_checked():
    rows = [1.0, 2.0, 4.0]

    @compile
    def guarded(x, index):
        return x * take(rows[:2] if x > 0 else rows, index)[0]

    assert guarded(2.0, np.array([1])) == 4.0
    assert guarded(-2.0, np.array([2])) == -8.0
    with pytest.raises(DomainError, match="position 2 lies outside of a list of 2"):
        guarded(2.0, np.array([2]))


@pytest.mark.parametrize("executor", ["numpy", "python"])
def test_positions_that_are_computed_are_checked(executor):
    rows = [1.0, 2.0, 4.0]
    shifted = compile(lambda x, index: [x * take(rows, i + 1) for i in index], executor=executor)
    assert shifted(2.0, np.array([-1, 1])) == [2.0, 8.0]
    for outside in ([-1, 2], [-2, 0]):
        with pytest.raises(DomainError, match="lies outside of a list of 3 rows"):
            shifted(2.0, np.array(outside))


def test_rows_in_any_order():
    x = np.arange(12.0).reshape(3, 4) ** 2
    index = np.array([1, 0, 2])
    orders = [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1], [0, 1, 3, 2], [1, 0, 3]]
    for order in orders:
        close(
            lambda x, index, o=order: sum(take([r[k] for k in o], i) for r, i in zip(x, index, strict=True)), x, index
        )
    close(
        lambda x, index: total([take([r[0], r[1], s[0], s[1]], index[0]) for r, s in pairwise(x)]),
        x,
        index,
    )
    close(lambda x, index: [take(list(column), index[1]) for column in zip(*x, strict=True)], x, index)


def test_rows_that_are_constants():
    table = [[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]]
    index = np.array([2, 0, 1, 1])
    close(lambda index, s: sum(s * a - b for a, b in take(table, index)), index, 1.5)
    close(lambda index, s: sum(s * take([4.0, 4.0, 4.0], i) for i in index), index, 1.5)


def test_embedding_gradient():
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(5, 3)).tolist()
    tables = [[[Value(x) for x in row] for row in numbers] for _ in range(2)]

    def loss(words, places, table):
        found = take(table, words)
        return total(
            [autograd.tanh(x) * x for row, place in zip(found, places, strict=True) for x in (*row, take(row, place))]
        )

    fast = compile(lambda words, places: loss(words, places, tables[1]), executor="numpy")
    for seed in range(3):
        words, places = rng.integers(0, 5, size=7), rng.integers(0, 3, size=7)
        slow = loss(words, places, tables[0])
        quick = fast(words, places)
        slow.backward()
        quick.backward()
        assert quick.data == pytest.approx(slow.data, rel=1e-13)
        grads = [[x.grad for row in table for x in row] for table in tables]
        np.testing.assert_allclose(grads[1], grads[0], rtol=1e-12, err_msg=f"draw {seed}")
    assert "take_along_axis" not in fast.source
