"""Gradients that are clipped, and those that add up."""

import math

import numpy as np
import pytest

import nn
from autograd import OperandError, Tensor, Value
from tests.golden.table import read
from tests.nn.descents import named

GOLDEN = read("optimizers")


@pytest.mark.parametrize("parts", [1, 2, 6])
def test_gradients_of_micro_batches_add_up_to_that_of_the_batch(parts):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    whole, split = Tensor([0.3, -0.2, 0.9]), Tensor([0.3, -0.2, 0.9])
    (((x @ whole) - y) ** 2).mean().backward()
    for rows in np.split(np.arange(12), parts):
        ((((x[rows] @ split) - y[rows]) ** 2).mean() / parts).backward()
    np.testing.assert_allclose(split.grad, whole.grad, rtol=1e-12)
    for w in (whole, split):
        nn.Adam([w], lr=0.1).step()
    np.testing.assert_allclose(split.data, whole.data, rtol=1e-12)


@pytest.mark.parametrize("row", named(GOLDEN["clips"]))
@pytest.mark.parametrize("kind", ["tensors", "one tensor", "mixed"])
def test_clipping_is_over_values_and_tensors(row, kind):
    slopes = np.array(row["gradients"], dtype=float)
    if kind == "one tensor":
        parameters = [Tensor(np.zeros(len(slopes)))]
        parameters[0].grad = slopes
    else:
        parameters = [Value(0.0) if kind == "mixed" and place == 0 else Tensor(0.0) for place in range(len(slopes))]
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope if parameter.is_array else float(slope)
    norm = getattr(nn, row["name"])(parameters, row["limit"])
    expected = np.array(row["clipped"], dtype=float)
    if norm is not None and math.isinf(float(row["norm"])) and math.isfinite(norm):
        row, expected = row | {"norm": np.hypot(*slopes)}, [row["limit"] / 2**0.5] * 2  # PyTorch's square overflows
    np.testing.assert_allclose(np.concatenate([np.ravel(p.grad) for p in parameters]), expected, rtol=1e-12)
    assert norm is None or norm == pytest.approx(float(row["norm"]), rel=1e-12, nan_ok=True)
    np.testing.assert_array_equal(slopes, np.array(row["gradients"], dtype=float))  # not written to


def test_clipping_keeps_the_precision_and_leaves_out_what_has_no_gradient():
    w, unused = Tensor(np.ones(3, np.float32)), Tensor([1.0])
    for gradient, norm in [(3.0, 27**0.5), (1e25, 1e25 * 3**0.5), (1e-25, 1e-25 * 3**0.5), (0.0, 0.0)]:
        w.grad = np.full(3, gradient, np.float32)
        assert nn.clip_grad_norm([w, unused], 1.0) == pytest.approx(norm, rel=1e-6)
        assert w.grad.dtype == np.float32
        np.testing.assert_allclose(w.grad, min(gradient, 3**-0.5), rtol=1e-6)
    nn.clip_grad_value(iter([w, unused]), 0.25)
    assert w.grad.dtype == np.float32
    assert not unused.is_swept


@pytest.mark.parametrize("clip", [nn.clip_grad_norm, nn.clip_grad_value])
@pytest.mark.parametrize("parameters", [Tensor([1.0]), nn.MLP(2, [1]), [1.0], None])
def test_what_cannot_be_clipped(clip, parameters):
    with pytest.raises(OperandError, match=clip.__name__):
        clip(parameters, 1.0)
