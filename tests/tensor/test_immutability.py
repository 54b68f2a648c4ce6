"""Arrays never change behind a graph's back, and what people write instead works."""

import numpy as np
import pytest

import autograd
from autograd import GraphError, OperandError, ShapeError, Tensor, no_grad


def test_writing_in_place_is_refused_with_the_cure():
    t = Tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=r"t\.at\[index\]\.set") as caught:
        t[0] = 1.0
    assert "Tensor" in str(caught.value)
    with pytest.raises(ValueError, match="read-only"):
        t.data[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        np.add(t.data, 1.0, out=t.data)
    shown = t.data
    with pytest.raises(ValueError, match="WRITEABLE"):
        shown.flags.writeable = True


def test_the_numbers_given_are_copied():
    a = np.array([1.0, 2.0])
    t = Tensor(a)
    constant = np.array([3.0, 4.0])
    loss = (t * constant).sum()
    a[0] = constant[0] = 100.0
    loss.backward()
    assert t.data[0] == 1.0
    assert t.grad.tolist() == [3.0, 4.0]


def test_arrays_that_cannot_change_are_not_copied():
    a = np.array([1.0, 2.0])
    a.flags.writeable = False
    t = Tensor([1.0, 1.0])
    assert (t * a).inputs[1] is not a
    assert np.shares_memory((t * a).inputs[1], a)
    assert np.shares_memory((t * t.data).inputs[1], t.array)
    view = np.array([1.0, 2.0])[:]
    view.flags.writeable = False
    assert not np.shares_memory((t * view).inputs[1], view)


def test_index_arrays_are_copied():
    t, index = Tensor([1.0, 2.0, 3.0]), np.array([0, 1])
    loss = t[index].sum()
    index[:] = 2
    loss.backward()
    assert t.grad.tolist() == [1.0, 1.0, 0.0]


def test_a_step_of_gradient_descent_as_everybody_writes_it():
    p = Tensor(np.array([1.0, 2.0], np.float32))
    before = p.data
    (p * p).sum().backward()
    p.data -= 0.1 * p.grad
    np.testing.assert_allclose(p.data, [0.8, 1.6], rtol=1e-6)
    assert p.dtype == np.float32
    assert before.tolist() == [1.0, 2.0]
    p.data = p.data * np.float64(2.0)
    assert p.dtype == np.float32
    p.data += 1
    p.data *= 2
    p.data /= 2
    np.testing.assert_allclose(p.data, [2.6, 4.2], rtol=1e-6)
    with no_grad():
        p.data = np.zeros(2)
    assert p.data.tolist() == [0.0, 0.0]


def test_what_data_refuses():
    p = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"shape \(2,\), got \(3,\)"):
        p.data = np.ones(3)
    with pytest.raises(GraphError, match="only a leaf"):
        (p * 2).data = np.ones(2)
    with pytest.raises(OperandError):
        p.data = "a"


def test_what_is_computed_from_data_is_a_plain_array():
    p = Tensor([[1.0, 2.0]])
    assert type(p.data + 1) is np.ndarray
    assert type(np.concatenate([p.data, p.data])) is np.ndarray
    assert type(p.data.copy()) is np.ndarray
    assert type(p.data @ p.data.T) is np.ndarray
    assert isinstance(p.data, np.ndarray)
    assert repr(p.data) == "array([[1., 2.]])"
    copied = p.data.copy()
    copied -= 1
    assert p.data.tolist() == [[1.0, 2.0]]


def test_functional_updates():
    t = Tensor([1.0, 2.0, 3.0])
    changed = t.at[1].set(10.0) * t.at[[0, 0]].add(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(changed.data, [4.0, 20.0, 9.0])
    changed.sum().backward()
    np.testing.assert_array_equal(t.grad, [4.0 + 1.0, 10.0, 6.0])
    values = Tensor([5.0])
    t.at[2:].set(values).sum().backward()
    assert values.grad.tolist() == [1.0]
    mask = t > 1.5
    np.testing.assert_array_equal(autograd.where(mask, 0.0, t).data, [1.0, 0.0, 0.0])
    total = t
    total += 1.0
    assert t.data[0] == 1.0
