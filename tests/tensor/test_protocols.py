"""NumPy's functions and operators on tensors: the everyday surface, and what is refused."""

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, Tensor, jvp
from autograd.numpy_protocol import FUNCTIONS, UFUNCS
from tests.tensor.cases import definite, numbers

X, Y = numbers(3, 4), numbers(4, shift=1)
UNARY = [ufunc for ufunc in UFUNCS if ufunc.nin == 1 and ufunc is not np.logical_not]
BINARY = [ufunc for ufunc in UFUNCS if ufunc.nin == 2 and ufunc is not np.matmul]


@pytest.mark.parametrize("ufunc", UNARY, ids=lambda ufunc: ufunc.__name__)
def test_ufuncs_of_one_operand(ufunc):
    x = np.abs(X) / 2 if ufunc.__name__ in ("log", "sqrt", "log1p") else X / 3
    found = ufunc(Tensor(x))
    found = found.data if isinstance(found, Tensor) else found
    np.testing.assert_allclose(found, ufunc(x), rtol=1e-14)


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda ufunc: ufunc.__name__)
def test_ufuncs_of_two_operands(ufunc):
    x = np.abs(X)
    for found in (ufunc(Tensor(x), Y), ufunc(x, Tensor(Y)), ufunc(Tensor(x), Tensor(Y))):
        found = found.data if isinstance(found, Tensor) else found
        np.testing.assert_allclose(found, ufunc(x, Y), rtol=1e-13)


def test_operators_with_arrays_on_the_left():
    t = Tensor(Y)
    for found, expected in [
        (X + t, X + Y),
        (X - t, X - Y),
        (X * t, X * Y),
        (X / t, X / Y),
        (np.abs(X) ** t, np.abs(X) ** Y),
        (X @ t, X @ Y),
        (np.float64(2.0) * t, 2.0 * Y),
        (np.float32(2.0) - t, 2.0 - Y),
        (np.int64(2) / t, 2 / Y),
        ([1.0, 2.0, 3.0, 4.0] * t, np.array([1.0, 2.0, 3.0, 4.0]) * Y),
        (2**t, 2**Y),
        (t**2, Y**2),
    ]:
        assert isinstance(found, Tensor)
        np.testing.assert_allclose(found.data, expected, rtol=1e-14)
    assert (t < X).dtype == bool
    (X @ t).sum().backward()
    np.testing.assert_allclose(t.grad, X.sum(0))


CALLS = {
    "sum": lambda np, x: np.sum(x, axis=0),
    "mean": lambda np, x: np.mean(x, 1, keepdims=True),
    "prod": lambda np, x: np.prod(x),
    "max": lambda np, x: np.max(x, axis=-1),
    "min": lambda np, x: np.min(x),
    "amax": lambda np, x: np.amax(x, axis=(0, 1)),
    "amin": lambda np, x: np.amin(x),
    "var": lambda np, x: np.var(x, axis=0, ddof=1),
    "std": lambda np, x: np.std(x),
    "cumsum": lambda np, x: np.cumsum(x),
    "cumprod": lambda np, x: np.cumprod(x, axis=1),
    "argmax": lambda np, x: np.argmax(x, axis=1),
    "argmin": lambda np, x: np.argmin(x),
    "argsort": lambda np, x: np.argsort(x),
    "sort": lambda np, x: np.sort(x, axis=0),
    "round": lambda np, x: np.round(x, 1),
    "clip": lambda np, x: np.clip(x, -0.5, 0.5),
    "reshape": lambda np, x: np.reshape(x, (2, -1)),
    "ravel": lambda np, x: np.ravel(x),
    "transpose": lambda np, x: np.transpose(x),
    "swapaxes": lambda np, x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda np, x: np.moveaxis(x, 0, 1),
    "expand_dims": lambda np, x: np.expand_dims(x, (0, 2)),
    "squeeze": lambda np, x: np.squeeze(x[:1], axis=0),
    "broadcast_to": lambda np, x: np.broadcast_to(x, (2, 3, 4)),
    "concatenate": lambda np, x: np.concatenate([x, x], axis=1),
    "stack": lambda np, x: np.stack([x, x], axis=-1),
    "vstack": lambda np, x: np.vstack([x, x[0]]),
    "hstack": lambda np, x: np.hstack([x, x]),
    "split": lambda np, x: np.split(x, [1], axis=1)[1],
    "flip": lambda np, x: np.flip(x, axis=0),
    "roll": lambda np, x: np.roll(x, 2, axis=1),
    "tile": lambda np, x: np.tile(x, (2, 1)),
    "repeat": lambda np, x: np.repeat(x, 2, axis=0),
    "tril": lambda np, x: np.tril(x),
    "triu": lambda np, x: np.triu(x, k=1),
    "pad": lambda np, x: np.pad(x, 1, constant_values=2.0),
    "diagonal": lambda np, x: np.diagonal(x),
    "trace": lambda np, x: np.trace(x),
    "take": lambda np, x: np.take(x, [0, 2, 5]),
    "take_along_axis": lambda np, x: np.take_along_axis(x, np.zeros((3, 1), int), 1),
    "where": lambda np, x: np.where(np.eye(3, 4) > 0, x, 0.0),
    "einsum": lambda np, x: np.einsum("ij,kj->ik", x, x),
    "tensordot": lambda np, x: np.tensordot(x, x, axes=([0], [0])),
    "outer": lambda np, x: np.outer(x, x),
    "dot": lambda np, x: np.dot(x, x.T),
    "inner": lambda np, x: np.inner(x, x),
    "copy": lambda np, x: np.copy(x),
    "linalg.norm": lambda np, x: np.linalg.norm(x, axis=1),
    "linalg.solve": lambda np, x: np.linalg.solve(definite(3, 3), x),
    "linalg.inv": lambda np, x: np.linalg.inv(x[:, :3]),
    "linalg.det": lambda np, x: np.linalg.det(x[:, :3]),
    "linalg.slogdet": lambda np, x: np.linalg.slogdet(x[:, :3])[1],
    "linalg.cholesky": lambda np, x: np.linalg.cholesky(x[:2] @ x[:2].T),
    "shape": lambda np, x: np.shape(x),
    "ndim": lambda np, x: np.ndim(x),
    "size": lambda np, x: np.size(x),
    "zeros_like": lambda np, x: np.zeros_like(x),
    "ones_like": lambda np, x: np.ones_like(x),
    "full_like": lambda np, x: np.full_like(x, 3.0),
    "all": lambda np, x: np.all(x),
    "any": lambda np, x: np.any(x, axis=0),
    "isclose": lambda np, x: np.isclose(x, x),
    "add.reduce": lambda np, x: np.add.reduce(x),
    "maximum.reduce": lambda np, x: np.maximum.reduce(x, axis=1),
}


@pytest.mark.parametrize("name", CALLS)
def test_numpys_functions(name):
    found, expected = CALLS[name](np, Tensor(X)), CALLS[name](np, X)
    if isinstance(found, Tensor):
        assert found.shape == expected.shape
        found = found.data
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_table_is_tested_as_a_whole():
    names = {f"{'linalg.' if 'linalg' in each.__module__ else ''}{each.__name__}" for each in FUNCTIONS}
    assert names - set(CALLS) == {"empty_like"}


def test_numpys_functions_are_recorded():
    x = Tensor(X)
    np.linalg.norm(np.concatenate([np.tanh(x), x]), axis=1).sum().backward()
    assert x.grad.shape == X.shape
    assert jvp(lambda v: np.mean(np.exp(v)), (Y,), (Y,))[1] == pytest.approx((np.exp(Y) * Y).mean())


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda x: np.median(x), r"numpy\.median of a Tensor.*did you mean"),
        (lambda x: np.fft.fft(x), r"fft of a Tensor.*t\.data"),
        (lambda x: np.arcsinh(x), r"numpy\.arcsinh of a Tensor.*did you mean 'arcsin'"),
        (lambda x: np.add(x, x, out=np.zeros((3, 4))), "out= would write"),
        (lambda x: np.sum(x, out=np.zeros(())), "out= would write"),
        (lambda x: np.add(x, x, where=X > 0), "with where="),
        (lambda x: np.add.accumulate(x), r"numpy\.add\.accumulate"),
        (lambda x: np.pad(x, 1, mode="reflect"), "mode='constant'"),
        (lambda x: np.where(x), "two choices"),
        (lambda x: np.sum(x, dtype=int), r"unexpected keyword argument.*help\(autograd\.sum\)"),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest(call, match):
    with pytest.raises(OperandError, match=match):
        call(Tensor(X))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda x: x.sum(axis=2), ShapeError, r"sum: axis=2 of an array with 2 axes; choose one from -2 to 1"),
        (lambda x: x.sum(axis=(0, 0)), ShapeError, "names an axis twice"),
        (lambda x: x.sum(axis="a"), OperandError, "whole number as axis"),
        (lambda x: x[:0].max(axis=0), ShapeError, "no largest entry of nothing"),
        (lambda x: x.reshape(5, 2), ShapeError, "12 entries of shape"),
        (lambda x: autograd.transpose(x, (0,)), ShapeError, "expected an order of the 2 axes"),
        (lambda x: autograd.squeeze(x, 0), ShapeError, "size 3, not 1"),
        (lambda x: autograd.broadcast_to(x, (2, 2)), ShapeError, "does not broadcast"),
        (lambda x: autograd.concatenate([]), ShapeError, "no arrays"),
        (lambda x: autograd.concatenate([x, x.T]), ShapeError, "differ elsewhere than on axis 0"),
        (lambda x: autograd.stack([x, x.T]), ShapeError, "one shape"),
        (lambda x: autograd.split(x, 2), ShapeError, "does not divide into 2"),
        (lambda x: autograd.pad(x, -1), ValueError, "must not be negative"),
        (lambda x: x[Tensor([0.0])], OperandError, "an index is data"),
        (lambda x: x[7], IndexError, "out of bounds"),
        (lambda x: autograd.take(x, 0.5), OperandError, "whole numbers as positions"),
        (lambda x: autograd.einsum("ij,jk", x), ShapeError, "has 2 operands, but 1"),
        (lambda x: autograd.einsum("i", x), ShapeError, "does not name the axes"),
        (lambda x: autograd.einsum("ij,ij", x, x.T), ShapeError, "'i' is 3 and 4"),
        (lambda x: autograd.einsum("ij->ijk", x), ShapeError, "letter of the output"),
        (lambda x: autograd.linear(x, x.T), ShapeError, "matmul: left has 4 columns but right has 3"),
        (lambda x: autograd.linear(x, x, Y), ShapeError, "linear: expected x of shape"),
        (lambda x: autograd.inv(x), ShapeError, "square"),
        (lambda x: autograd.inv(x[:, :3] * 0.0), ValueError, "Singular"),
        (lambda x: autograd.solve(x[:, :3], Y), ShapeError, "b must have 3 rows"),
        (lambda x: autograd.cholesky(-np.eye(2)), ValueError, "positive definite"),
        (lambda x: autograd.sliding_windows(x, 5), ShapeError, "does not fit"),
        (lambda x: autograd.sliding_windows(x, 2, stride=0), ValueError, "stride"),
        (lambda x: x.astype(int), OperandError, "float32 or float64"),
        (lambda x: autograd.norm(x, 0), ValueError, "no derivative"),
        (lambda x: Tensor(1.0) @ x, ShapeError, "vectors or matrices"),
        (lambda x: len(Tensor(1.0)), OperandError, "no length"),
        (lambda x: x.item(), ShapeError, "one entry"),
        (lambda x: x.backward(keep="none"), ValueError, "keep must be"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, match):
    with pytest.raises(error, match=match):
        call(Tensor(X))


def test_what_numpy_warns_of_it_warns_of():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        Tensor([0.0]).log()
    assert autograd.bernoulli_nll(Tensor([0.0]), 1.0).data == 100.0  # handled, so there is nothing to warn of
