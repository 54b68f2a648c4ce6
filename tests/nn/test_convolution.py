"""Layers that convolve and pool: what they compute, hold, print, and refuse."""

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, ShapeError, Tensor
from autograd.testing import check_gradients
from tests.tensor.cases import numbers

IMAGES, SEQUENCES = numbers(2, 4, 5, 6), numbers(2, 4, 7)
#: Each layer, what it is given, the function that it is with its settings, and the shape that comes out.
LAYERS = [
    (nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2, rng=0), SEQUENCES, autograd.conv1d, (2, 6, 4)),
    (nn.Conv2d(4, 3, (3, 2), dilation=(1, 2), padding="same", rng=0), IMAGES, autograd.conv2d, (2, 3, 5, 6)),
    (nn.Conv2d(4, 3, 1, bias=False, rng=0), IMAGES, autograd.conv2d, (2, 3, 5, 6)),
    (nn.ConvTranspose1d(4, 2, 3, stride=2, padding=1, rng=0), SEQUENCES, autograd.conv_transpose1d, (2, 2, 13)),
    (
        nn.ConvTranspose2d(4, 6, 3, stride=(1, 2), output_padding=(0, 1), groups=2, rng=0),
        IMAGES,
        autograd.conv_transpose2d,
        (2, 6, 7, 14),
    ),
    (nn.MaxPool1d(3, 2, padding=1), SEQUENCES, autograd.max_pool1d, (2, 4, 4)),
    (nn.MaxPool2d((2, 3), dilation=(2, 1)), IMAGES, autograd.max_pool2d, (2, 4, 2, 2)),
    (nn.AvgPool1d(2), SEQUENCES, autograd.avg_pool1d, (2, 4, 3)),
    (nn.AvgPool2d(3, 2, padding=1, count_include_pad=False), IMAGES, autograd.avg_pool2d, (2, 4, 3, 3)),
    (nn.AdaptiveAvgPool1d(3), SEQUENCES, autograd.adaptive_avg_pool1d, (2, 4, 3)),
    (nn.AdaptiveAvgPool2d((2, None)), IMAGES, autograd.adaptive_avg_pool2d, (2, 4, 2, 6)),
    (nn.AdaptiveMaxPool1d(2), SEQUENCES, autograd.adaptive_max_pool1d, (2, 4, 2)),
    (nn.AdaptiveMaxPool2d(2), IMAGES, autograd.adaptive_max_pool2d, (2, 4, 2, 2)),
]


def raw(x):
    return x.data if isinstance(x, Tensor) else x


def arguments(layer):
    """Return what the function of a layer is called with, besides x."""
    names = "kernel_size output_size stride padding output_padding dilation groups count_include_pad"
    settings = {name: getattr(layer, name) for name in names.split() if hasattr(layer, name)}
    return [parameter.data for parameter in layer.parameters()], settings


@pytest.mark.parametrize(("layer", "x", "function", "shape"), LAYERS, ids=[repr(row[0]) for row in LAYERS])
def test_each_layer_is_its_function(layer, x, function, shape):
    parameters, settings = arguments(layer)
    assert layer(x).shape == shape
    np.testing.assert_array_equal(raw(layer(x)), function(x, *parameters, **settings))
    single = layer.astype(np.float32)(Tensor(x.astype(np.float32)))
    assert single.dtype == np.float32
    layer.astype(np.float64)


@pytest.mark.parametrize(("layer", "x", "function", "shape"), LAYERS, ids=[repr(row[0]) for row in LAYERS])
def test_each_layer_prints_what_makes_it_again(layer, x, function, shape):
    again = eval(repr(layer), vars(nn) | {name: getattr(nn, name) for name in nn.__all__})
    assert repr(again) == repr(layer)
    again.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(raw(again(x)), raw(layer(x)))


@pytest.mark.parametrize(
    ("layer", "shapes", "bound"),
    [
        (nn.Conv1d(4, 60, 4, groups=2, rng=0), [(60, 2, 4), (60,)], 8**-0.5),
        (nn.Conv2d(4, 60, (2, 3), rng=0), [(60, 4, 2, 3), (60,)], 24**-0.5),
        (nn.ConvTranspose1d(60, 4, 3, rng=0), [(60, 4, 3), (4,)], 12**-0.5),
        (nn.ConvTranspose2d(60, 4, 3, groups=2, bias=False, rng=0), [(60, 2, 3, 3)], 18**-0.5),
    ],
    ids=lambda x: type(x).__name__,
)
def test_weights_have_pytorchs_shapes_and_distribution(layer, shapes, bound):
    assert [parameter.shape for parameter in layer.parameters()] == shapes
    weight = layer.weight.data
    assert 0.97 * bound < np.abs(weight).max() <= bound
    assert np.isclose(weight.std(), bound / np.sqrt(3), rtol=0.1)
    same = type(layer)(*([4, 60] if "T" not in repr(layer) else [60, 4]), weight.shape[2:], groups=layer.groups, rng=0)
    np.testing.assert_array_equal(same.weight.data, weight)


def test_gradients_of_a_small_network():
    model = nn.Sequential(
        nn.Conv2d(1, 2, 2, padding=1, rng=1),
        autograd.tanh,
        nn.MaxPool2d(2),
        nn.Conv2d(2, 1, 1, rng=2),
        nn.GlobalAvgPool(),
    )
    parameters = model.parameters()

    def loss(x, *arrays):
        for (module, name), array in zip(places, arrays, strict=True):
            setattr(module, name, array)
        return (model(x) ** 2).sum()

    places = [(module, name) for module in (model[0], model[3]) for name in ("weight", "bias")]
    assert check_gradients(loss, numbers(1, 1, 3, 3), *[p.data for p in parameters], order=1).count > 20


def test_global_pooling_is_over_all_places():
    np.testing.assert_allclose(nn.GlobalAvgPool()(IMAGES), IMAGES.mean(axis=(2, 3)))
    np.testing.assert_array_equal(nn.GlobalMaxPool()(IMAGES), IMAGES.max(axis=(2, 3)))
    x = Tensor([[[1.0, 3.0, 3.0]]])
    nn.GlobalMaxPool()(x).sum().backward()
    assert x.grad.tolist() == [[[0.0, 1.0, 0.0]]]
    assert nn.GlobalMaxPool()(np.zeros((0, 3, 4, 5))).shape == (0, 3)
    assert nn.GlobalAvgPool()([[[1, 2]]]).tolist() == nn.GlobalAvgPool()(np.array([[[1.0, 2.0]]])).tolist() == [[1.5]]
    with pytest.raises(ShapeError, match=r"GlobalAvgPool: .* got \(2, 3\)"):
        nn.GlobalAvgPool()(numbers(2, 3))


@pytest.mark.parametrize("make", [nn.Conv2d, nn.ConvTranspose2d])
def test_an_empty_batch_gives_one(make):
    layer = make(3, 2, 3, padding=1, rng=0)
    out = layer(np.zeros((0, 3, 4, 5)))
    assert out.shape == (0, 2, 4, 5)
    out.sum().backward()
    assert not layer.weight.grad.any()


X, W = numbers(2, 3, 5, 4), numbers(6, 3, 3, 3)
BAD = {
    "channels": (lambda: autograd.conv2d(X, W[:, :2]), ShapeError, r"\(2, 3, 5, 4\) has 3 channels.*\(6, 2, 3, 3\)"),
    "channels last": (lambda: nn.Conv2d(3, 6, 3)(X.transpose(0, 2, 3, 1)), ShapeError, r"is x \(batch, channels"),
    "transposed channels": (lambda: autograd.conv_transpose2d(X, W), ShapeError, r"has 3 channels.*expects 6"),
    "a large kernel": (lambda: nn.Conv2d(3, 6, 5)(X), ShapeError, r"kernel of \(5, 5\).* padded image of \(5, 4\)"),
    "a large dilation": (lambda: nn.Conv2d(3, 6, 3, dilation=3)(X), ShapeError, r"dilation \(3, 3\)"),
    "no batch": (lambda: nn.Conv2d(3, 6, 3)(X[0]), ShapeError, r"\(batch, channels, height, width\), got \(3, 5, 4\)"),
    "a sequence": (lambda: nn.Conv1d(3, 6, 3)(X), ShapeError, r"\(batch, channels, length\), got \(2, 3, 5, 4\)"),
    "whole numbers": (lambda: nn.Conv2d(3, 6, 3)(X.astype(np.uint8)), OperandError, r"float64, got uint8 of shape"),
    "no places": (lambda: autograd.conv2d(X[:, :, :0], W), ShapeError, "only the batch may be empty"),
    "a bias": (lambda: autograd.conv2d(X, W, np.ones(3)), ShapeError, r"bias of shape \(6,\).* got \(3,\)"),
    "a stride of zero": (lambda: autograd.conv2d(X, W, stride=0), DomainError, "2 numbers from 1 upwards as stride"),
    "a layer's stride": (lambda: nn.Conv2d(3, 6, 3, stride=-1), DomainError, "Conv2d: .* as stride, got -1"),
    "a stride of a half": (lambda: nn.Conv2d(3, 6, 3, stride=0.5), OperandError, "stride must be a whole number"),
    "three strides": (lambda: nn.Conv2d(3, 6, 3, stride=(1, 1, 1)), DomainError, r"expected 2 numbers.*\(1, 1, 1\)"),
    "negative padding": (lambda: nn.Conv2d(3, 6, 3, padding=-1), DomainError, "from 0 upwards as padding"),
    "another padding": (lambda: nn.Conv2d(3, 6, 3, padding="full"), DomainError, '"same", "valid".*full'),
    "another padding of a function": (
        lambda: autograd.conv2d(X, W, padding="full"),
        DomainError,
        'conv2d: .*"same", "valid".*full',
    ),
    "same with strides": (lambda: nn.Conv2d(3, 6, 3, padding="same", stride=2)(X), DomainError, "needs a stride of 1"),
    "groups": (lambda: nn.Conv2d(3, 6, 3, groups=2), DomainError, "in_channels=3 .* must divide into 2 groups"),
    "no groups": (lambda: autograd.conv2d(X, W, groups=0), DomainError, "groups must be a whole number"),
    "channels of a layer": (lambda: nn.Conv2d(0, 6, 3), DomainError, "in_channels must be a whole number, 1 or more"),
    "output padding": (lambda: nn.ConvTranspose2d(3, 2, 3, output_padding=1)(X), DomainError, "less than the stride"),
    "nothing left": (lambda: nn.ConvTranspose2d(3, 2, 1, padding=3)(X), ShapeError, r"nothing is left.*\(-1, -2\)"),
    "a large window": (lambda: nn.MaxPool2d(5)(X), ShapeError, r"window of \(5, 5\).* padded image of \(5, 4\)"),
    "a window of zero": (lambda: nn.AvgPool2d(0), DomainError, "from 1 upwards as kernel_size"),
    "much padding": (lambda: nn.MaxPool2d(3, padding=2)(X), DomainError, r"at most half of the window"),
    "pooling of numbers": (lambda: nn.MaxPool2d(2)(X[0, 0]), ShapeError, r"height, width\), got \(5, 4\)"),
    "no windows": (lambda: nn.AdaptiveAvgPool2d(0), DomainError, "from 1 upwards as output_size"),
    "windows of three axes": (lambda: nn.AdaptiveMaxPool2d((1, 2, 3)), DomainError, "2 numbers"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_what_was_expected(name):
    call, error, message = BAD[name]
    with pytest.raises(error, match=message):
        call()
