"""`assert_gradients_match` compares entry by entry, in whatever the gradients are written."""

import math

import numpy as np
import pytest

from autograd import DomainError, GradientMismatch, OperandError, ShapeError, Value
from autograd.testing import assert_gradients_match


@pytest.mark.parametrize("form", [list, tuple, np.array, lambda g: [Value(x) for x in g], lambda g: dict(enumerate(g))])
def test_equal_gradients_pass_in_any_form(form):
    assert_gradients_match(form([0.1, -0.2]), form([0.1, -0.2]))


def test_forms_may_be_mixed():
    assert_gradients_match({"W": [[1.0, 2.0]], "b": Value(3.0)}, {"W": np.array([[1.0, 2.0]]), "b": np.float32(3.0)})
    assert_gradients_match(1, np.array(1.0))


@pytest.mark.parametrize("same", [math.nan, math.inf, -math.inf, 0.0])
def test_what_is_not_finite_equals_itself_only(same):
    assert_gradients_match([same], [same])
    with pytest.raises(GradientMismatch):
        assert_gradients_match([same], [1.0])
    with pytest.raises(GradientMismatch):
        assert_gradients_match([1.0], [same])


def test_a_mismatch_is_an_assertion_error_that_shows_the_worst_entries():
    expected = np.linspace(1.0, 2.0, 8)
    actual = expected.copy()
    actual[:7] *= 1 + np.array([1e-3, 0.0, 2e-3, 5e-3, 4e-3, 6e-3, 7e-3])
    with pytest.raises(AssertionError) as caught:
        assert_gradients_match({"W": actual}, {"W": expected})
    assert isinstance(caught.value, GradientMismatch)
    first, *lines = str(caught.value).splitlines()
    assert first == "gradients differ in 6 of 8 entries (rtol=1e-07, atol=1e-12):"
    assert [line.split(":")[0].strip() for line in lines[:-1]] == [f"['W'][{index}]" for index in (6, 5, 3, 4, 2)]
    assert lines[-1] == "  and 1 more"


def test_a_number_alone_has_no_index():
    with pytest.raises(GradientMismatch, match=r"\n  actual 1\.001, expected 1\.0, relative difference 1\.0e-03"):
        assert_gradients_match(1.001, 1.0)


def test_tolerances_decide():
    assert_gradients_match([1.001], [1.0], rtol=0.01)
    assert_gradients_match([0.001], [0.0], atol=0.01)
    with pytest.raises(GradientMismatch):
        assert_gradients_match([1.001], [1.0], rtol=1e-4, atol=1e-4)
    with pytest.raises(GradientMismatch):
        assert_gradients_match([1.0 + 2**-52], [1.0], rtol=0.0, atol=0.0)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1.0], [1.0, 2.0]),
        (1.0, [1.0]),
        ({"W": 1.0}, {"W1": 1.0}),
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones((2, 1)), np.ones(2)),
    ],
)
def test_different_structures_are_refused(actual, expected):
    with pytest.raises(ShapeError, match="different structure"):
        assert_gradients_match(actual, expected)


@pytest.mark.parametrize("wrong", [None, "1", True, 1j])
def test_entries_that_are_not_numbers_are_refused(wrong):
    with pytest.raises(OperandError, match=r"actual\[0\]"):
        assert_gradients_match([wrong], [1.0])
    with pytest.raises(OperandError, match=r"expected\[0\]"):
        assert_gradients_match([1.0], [wrong])


@pytest.mark.parametrize("setting", [{"rtol": -1e-7}, {"atol": math.inf}])
def test_tolerances_out_of_range_are_refused(setting):
    with pytest.raises(DomainError, match=next(iter(setting))):
        assert_gradients_match([1.0], [1.0], **setting)
