"""Losses, optimizers and gradient clipping equal PyTorch's: the numbers of tests/golden, made by the scripts there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from tests.golden.table import START, decode, read, valley

LOSSES = [row for row in read("losses")["rows"] if hasattr(nn, row["name"])]
OPTIMIZERS = read("optimizers")


def named(rows: list[Any]) -> list[Any]:
    """Give each row an id to be found by."""
    return [pytest.param(row, id=f"{row['name']}-{index}") for index, row in enumerate(rows)]


def nodes(numbers: Any) -> Any:
    """Turn a nested list of floats into one of Values."""
    return [nodes(part) for part in numbers] if isinstance(numbers, list) else Value(numbers)


def gradients(values: Any) -> Any:
    """Read the gradients of a nested list of Values."""
    return [gradients(part) for part in values] if isinstance(values, list) else values.grad


def test_every_loss_of_the_package_has_golden_rows():
    losses = {name for name in nn.__all__ if name.endswith(("_loss", "cross_entropy", "_with_logits"))}
    assert losses == {row["name"] for row in LOSSES}


@pytest.mark.parametrize("row", named(LOSSES))
def test_losses_equal_pytorch(row):
    predictions = nodes(decode(row["predictions"]))
    loss = getattr(nn, row["name"])(predictions, row["targets"])
    loss.backward()
    np.testing.assert_allclose(loss.data, float(row["value"]), rtol=1e-12)
    expected = decode(row["grad"])
    if row["name"] == "cross_entropy" and row["predictions"] == [["inf", 0.0]]:
        expected = [[math.nan, 0.0]]  # what PyTorch's own logsumexp gives; its log_softmax spreads the nan
    # PyTorch's sigmoid(z) - t loses digits where the two are almost equal; its guard of 1e-12 is a 32-bit float.
    rtol = 1e-8 if row["name"] == "binary_cross_entropy" else 1e-11
    np.testing.assert_allclose(gradients(predictions), expected, rtol=rtol, atol=3e-16)


@pytest.mark.parametrize("row", named(OPTIMIZERS["paths"]))
def test_optimizers_follow_pytorchs_path(row):
    parameters = [Value(start) for start in START]
    optimizer = getattr(nn, row["name"])(parameters, **row["settings"])
    path = {}
    for step in range(1, row["after"][-1] + 1):
        optimizer.zero_grad()
        valley(parameters).backward()
        optimizer.step()
        path[step] = [parameter.data for parameter in parameters]
    np.testing.assert_allclose([path[step] for step in row["after"]], row["path"], rtol=1e-10)


@pytest.mark.parametrize("row", named(OPTIMIZERS["clips"]))
def test_clipping_equals_pytorch(row):
    parameters = [Value(0.0) for _ in row["gradients"]]
    for parameter, gradient in zip(parameters, decode(row["gradients"]), strict=True):
        parameter.grad = gradient
    norm = getattr(nn, row["name"])(parameters, row["limit"])
    if norm is not None and math.isinf(float(row["norm"])) and math.isfinite(norm):
        # PyTorch's sum of squares overflows at 1e200 and the gradients become 0; ours does not.
        row = row | {"norm": math.hypot(*row["gradients"]), "clipped": [row["limit"] / 2**0.5] * 2}
    np.testing.assert_allclose([parameter.grad for parameter in parameters], decode(row["clipped"]), rtol=1e-12)
    assert norm is None or norm == pytest.approx(float(row["norm"]), rel=1e-12, nan_ok=True)
