"""The table of primitives as a whole: what every row must do, unasked."""

import math

import numpy as np
import pytest

import autograd
from autograd import DomainError, OperandError, ShapeError, UnknownNameError, Value
from autograd.primitive import Elementwise, find, register, registry

ROWS = [row for row in registry.values() if isinstance(row, Elementwise)]
OPERANDS = (0.37, 0.82, 1.9)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_documented_and_says_its_name(row):
    assert row.__doc__
    assert row.symbol
    assert repr(row) == f"<primitive {row.name}>"
    assert find(row.name) is row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_gives_the_same_on_floats_arrays_and_nodes(row):
    numbers = OPERANDS[: len(row.rules)]
    expected = row(*numbers)
    assert type(expected) is float
    np.testing.assert_allclose(row(*map(np.array, numbers)), expected, rtol=1e-15)
    np.testing.assert_allclose(
        row(*[np.full((2, 3), number) for number in numbers]), np.full((2, 3), expected), rtol=1e-15
    )
    assert row(*map(Value, numbers)).data == pytest.approx(expected, rel=1e-15)
    nested = row(*[np.array([Value(number)], dtype=object) for number in numbers])
    assert nested[0].data == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_keeps_float32(row):
    assert row(*[np.array([number], dtype=np.float32) for number in OPERANDS[: len(row.rules)]]).dtype in (
        "float32",
        "bool",
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_refuses_what_is_not_a_number(row):
    with pytest.raises(OperandError, match=row.name):
        row(*["a"] * len(row.rules))
    with pytest.raises(OperandError, match=row.name):
        row(*[Value(1.0), None, None][: len(row.rules)] if len(row.rules) > 1 else [None])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rules_give_the_same_on_floats_and_arrays(row):
    numbers = OPERANDS[: len(row.rules)]
    wanted = [True] * len(numbers)
    plain = row.local_derivatives(row(*numbers), numbers, wanted)
    arrays = [np.array([number]) for number in numbers]
    for scalar, array in zip(plain, row.local_derivatives(row(*arrays), arrays, wanted), strict=True):
        assert (scalar is None) == (array is None)
        if scalar is not None:
            np.testing.assert_allclose(array, scalar, rtol=1e-14)


def test_wrong_numbers_of_operands_are_refused():
    with pytest.raises(OperandError, match="tanh takes 1 operand, got 2"):
        autograd.tanh(Value(1.0), 2.0)
    with pytest.raises(OperandError, match="add takes 2 operands, got 1"):
        autograd.add(1.0)


def test_names_are_unique_and_unknown_ones_refused():
    with pytest.raises(DomainError, match="tanh"):
        register(find("tanh"))
    with pytest.raises(UnknownNameError, match="tanhh"):
        find("tanhh")


def test_nary_primitives():
    ws, xs = [Value(1.0), Value(2.0)], [Value(3.0), 4.0]
    out = autograd.dot(ws, xs, bias=Value(0.5))
    assert out.data == 11.5
    out.backward()
    assert ([w.grad for w in ws], xs[0].grad) == ([3.0, 4.0], 1.0)
    assert autograd.dot([1.0, 2.0], [3.0, 4.0]) == 11.0
    assert autograd.total([]) == 0.0
    assert autograd.total(x for x in [1.0, Value(2.0)]).data == 3.0
    assert len(out.operands) == 5
    with pytest.raises(ShapeError, match="2 weights but 1 inputs"):
        autograd.dot(ws, xs[:1])
    with pytest.raises(ShapeError, match="biases"):
        autograd.affine([ws], [1.0, 2.0], [])
    with pytest.raises(ShapeError, match="empty"):
        autograd.logsumexp([])


def test_take():
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    assert autograd.take(rows, 1) is rows[1]
    assert autograd.take(rows, np.array([1, 0]))[0] is rows[1]
    for wrong in (2, -1, 0.5, "a", None):
        with pytest.raises(DomainError, match="take"):
            autograd.take(rows, wrong)
    with pytest.raises(OperandError, match="no derivative"):
        autograd.take(rows, Value(1.0))


def test_softmax_of_huge_scores():
    assert autograd.softmax([1000.0, 1000.0]) == [0.5, 0.5]
    scores = [Value(-1e4), Value(1e4)]
    assert [p.data for p in autograd.softmax(scores)] == [0.0, 1.0]
    assert sum(p.data for p in autograd.softmax([Value(0.1), Value(2.0), -3.0])) == pytest.approx(1.0)
    assert autograd.log_softmax([Value(0.0)] * 4)[0].data == pytest.approx(-math.log(4))
