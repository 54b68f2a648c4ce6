"""Normalization beyond what PyTorch says: statistics in training and in use, precision, and what is refused."""

import numpy as np
import pytest

import nn
from autograd import DomainError, ShapeError, Tensor
from tests.tensor.cases import numbers


def test_running_statistics_move_in_training_only_and_are_never_written_to():
    layer, x = nn.BatchNorm1d(3, momentum=0.25), numbers(5, 3)
    before = (layer.running_mean, layer.running_var, layer.num_batches_tracked)
    layer(x)
    assert [array.tolist() for array in before] == [[0, 0, 0], [1, 1, 1], 0]
    np.testing.assert_allclose(layer.running_mean, 0.25 * x.mean(0), rtol=1e-14)
    np.testing.assert_allclose(layer.running_var, 0.75 + 0.25 * x.var(0, ddof=1), rtol=1e-14)
    assert isinstance(layer.num_batches_tracked, np.ndarray)
    after = layer.state_dict()
    layer.eval()(x)
    for path, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, after[path])


def test_what_was_learned_from_the_batch_is_used_sample_by_sample():
    layer, x = nn.BatchNorm1d(3, momentum=None), numbers(6, 3)
    layer(x)
    layer.eval()
    np.testing.assert_allclose(layer(x[:1]).data, layer(x).data[:1], rtol=1e-14)
    np.testing.assert_allclose(layer(x).data.var(0, ddof=1), 1.0, rtol=1e-4)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3)], ids=repr)
def test_numbers_far_from_zero_lose_no_more_than_their_own_digits(layer):
    x = numbers(4, 3)
    near, far = layer.astype(np.float32)(x.astype(np.float32)).data, layer((x + 1000.0).astype(np.float32)).data
    np.testing.assert_allclose(far, near, atol=3e-3)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(3), nn.LayerNorm(3), nn.RMSNorm(3), nn.GroupNorm(1, 3)], ids=repr)
def test_equal_numbers_have_gradients_too(layer):
    x = Tensor(np.zeros((2, 3)))
    (layer(x) * numbers(2, 3)).sum().backward()
    assert np.isfinite(x.grad).all()


def test_an_empty_batch_stays_empty_where_samples_stand_alone():
    for layer in (nn.LayerNorm(3), nn.RMSNorm(3), nn.GroupNorm(1, 3), nn.BatchNorm1d(3).eval()):
        assert layer(np.zeros((0, 3))).shape == (0, 3)


def test_text():
    layers = [nn.BatchNorm2d(4), nn.LayerNorm(3), nn.LayerNorm((3, 2)), nn.RMSNorm(5), nn.GroupNorm(2, 4)]
    assert [repr(layer) for layer in layers] == [
        "BatchNorm2d(4)",
        "LayerNorm(3)",
        "LayerNorm((3, 2))",
        "RMSNorm(5)",
        "GroupNorm(2, 4)",
    ]
    assert [parameter.label for parameter in nn.GroupNorm(2, 4).parameters()] == ["weight", "bias"]


@pytest.mark.parametrize(
    ("attempt", "error", "match"),
    [
        (lambda: nn.BatchNorm1d(0), DomainError, "num_features must be a whole number, 1 or more, got 0"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((2, 4))), ShapeError, r"with 3 features, got \(2, 4\)"),
        (lambda: nn.BatchNorm2d(3)(np.zeros((2, 3))), ShapeError, r"\(batch, channels, height, width\)"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((1, 3))), ShapeError, r"1 number\(s\) a feature.*give more samples"),
        (lambda: nn.BatchNorm1d(3)(np.zeros((0, 3))), ShapeError, r"0 number\(s\) a feature"),
        (lambda: nn.LayerNorm((3, 2))(np.zeros((3, 3))), ShapeError, r"LayerNorm\(\(3, 2\)\): expected x of shape"),
        (lambda: nn.LayerNorm((3, 2))(np.zeros(2)), ShapeError, r"\(..., 3, 2\), got \(2,\)"),
        (lambda: nn.LayerNorm(()), DomainError, "the size of at least one axis"),
        (lambda: nn.RMSNorm(1.5), DomainError, "normalized_shape must be a whole number, 1 or more, got 1.5"),
        (lambda: nn.BatchNorm1d(3, eps=-1e-5), DomainError, "BatchNorm1d: eps must be a finite number, 0 or more"),
        (lambda: nn.BatchNorm2d(3, momentum=1.5), DomainError, "momentum must be a number from 0 to 1, got 1.5"),
        (lambda: nn.LayerNorm(3, eps=np.nan), DomainError, "LayerNorm: eps must be"),
        (lambda: nn.RMSNorm(3, eps="small"), DomainError, "RMSNorm: eps must be"),
        (lambda: nn.GroupNorm(2, 4, eps=-1.0), DomainError, "GroupNorm: eps must be"),
        (lambda: nn.GroupNorm(3, 4), DomainError, "4 channels do not fall into 3 groups"),
        (lambda: nn.GroupNorm(2, 4)(np.zeros((2, 3))), ShapeError, r"\(batch, 4, ...\), got \(2, 3\)"),
    ],
)
def test_what_is_refused(attempt, error, match):
    with pytest.raises(error, match=match):
        attempt()
