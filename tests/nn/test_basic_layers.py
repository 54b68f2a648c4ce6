"""Linear, Bilinear, Embedding, containers and dropout."""

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, ShapeError, Tensor
from autograd.testing import check_gradients
from tests.tensor.cases import numbers


def test_linear_is_its_equation():
    layer = nn.Linear(3, 2, rng=0)
    for x in (numbers(3), numbers(4, 3), numbers(2, 4, 3)):
        np.testing.assert_allclose(layer(x).data, x @ layer.weight.data.T + layer.bias.data, rtol=1e-14)
    assert nn.Linear(3, 2, bias=False).bias is None
    np.testing.assert_array_equal(nn.Linear(3, 2, bias=False, rng=0).weight.data, layer.weight.data)


def test_linear_weights_start_as_pytorch_draws_them_or_as_asked():
    layer = nn.Linear(16, 500, rng=0)
    for parameter in (layer.weight, layer.bias):
        assert 0.24 < np.abs(parameter.data).max() <= 0.25
        assert np.isclose(parameter.data.std(), 0.25 / np.sqrt(3), rtol=0.05)
    he = nn.Linear(50, 500, initializer="he_normal", rng=0)
    assert np.isclose(he.weight.data.std(), np.sqrt(2 / 50), rtol=0.02)
    assert not he.bias.data.any()


def test_bilinear_is_its_equation():
    layer, a, b = nn.Bilinear(3, 4, 2, rng=0), numbers(5, 3), numbers(5, 4, shift=1)
    by_hand = [[a[n] @ layer.weight.data[k] @ b[n] + layer.bias.data[k] for k in range(2)] for n in range(5)]
    np.testing.assert_allclose(layer(a, b).data, by_hand, rtol=1e-12)
    with pytest.raises(ShapeError, match=r"last axes \[3, 4\], got \[4, 3\]"):
        layer(b, a)


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [(nn.Linear(3, 1, rng=0), [(2, 3)]), (nn.Bilinear(2, 3, 1, rng=0), [(1, 2), (1, 3)])],
    ids=["Linear", "Bilinear"],
)
def test_gradients_of_inputs_and_parameters(layer, shapes):
    inputs = [numbers(*shape, shift=place) for place, shape in enumerate(shapes)]

    def loss(weight, bias, *xs):
        layer.weight, layer.bias = weight, bias
        return (layer(*xs) ** 2).sum()

    assert check_gradients(loss, layer.weight.data, layer.bias.data, *inputs, order=2).count > 100


def test_an_embedding_adds_up_the_gradients_of_a_row():
    layer = nn.Embedding(5, 3, rng=0)
    rows = layer([[1, 4], [1, 1]])
    assert rows.shape == (2, 2, 3)
    np.testing.assert_array_equal(rows.data[0, 1], layer.weight.data[4])
    rows.sum().backward()
    assert layer.weight.grad[:, 0].tolist() == [0, 3, 0, 0, 1]
    assert layer([]).shape == (0, 3)
    for wrong, error, match in [
        ([5], DomainError, "from 0 to 4, got 5"),
        ([-1], DomainError, "got -1"),
        ([0.5], OperandError, "array of integers, got list of float64"),
    ]:
        with pytest.raises(error, match=match):
            layer(wrong)


def test_sequential_is_a_list_of_steps():
    model = nn.Sequential(nn.Linear(3, 4, rng=0), autograd.tanh, nn.Linear(4, 2, rng=1))
    x = numbers(5, 3)
    np.testing.assert_array_equal(model(x).data, model[2](autograd.tanh(model[0](x))).data)
    np.testing.assert_array_equal(model[:2](x).data, autograd.tanh(model[0](x)).data)
    assert len(model) == 3
    assert list(model) == [model[0], model[1], model[-1]]
    assert [p.label for p in model.parameters()] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    with pytest.raises(OperandError, match="got int at 1"):
        nn.Sequential(autograd.tanh, 3)


def test_modules_in_sequence_are_drawn_as_a_flow_with_a_way_around():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Residual(autograd.tanh, nn.Linear(3, 3, rng=1)), nn.Flatten())
    picture = autograd.draw(model)
    assert [(box.id, box.tag, box.kind) for box in picture.boxes] == [
        ("input", "", "input"),
        ("0", "Linear(2, 3)", "operation"),
        ("1.inner.0", "tanh", "operation"),
        ("1.inner.1", "Linear(3, 3)", "operation"),
        ("1+", "1", "operation"),
        ("2", "Flatten()", "output"),
    ]
    assert [(arrow.source, arrow.target) for arrow in picture.arrows] == [
        ("input", "0"),
        ("0", "1.inner.0"),
        ("1.inner.0", "1.inner.1"),
        ("1.inner.1", "1+"),
        ("0", "1+"),
        ("1+", "2"),
    ]
    assert "flowchart" in picture.mermaid()
    assert picture.title == "Sequential, 21 parameters"


def test_a_residual_keeps_the_shape():
    inner = nn.Linear(3, 3, rng=0)
    x = numbers(5, 3)
    np.testing.assert_array_equal(nn.Residual(inner)(x).data, x + inner(x).data)
    with pytest.raises(ShapeError, match=r"\(5, 3\), what is added to it \(5, 2\)"):
        nn.Residual(nn.Linear(3, 2))(x)


def test_flatten_keeps_the_first_axes():
    x = Tensor(numbers(2, 3, 4, 5))
    assert nn.Flatten()(x).shape == (2, 60)
    assert nn.Flatten(2)(x).shape == (2, 3, 20)
    assert nn.Flatten()(Tensor(np.zeros((0, 3, 4)))).shape == (0, 12)
    assert nn.Flatten()(Tensor(np.zeros(3))[:, None][:, 0][:, None]).shape == (3, 1)
    with pytest.raises(ShapeError, match="no axis"):
        nn.Flatten(4)(x)


def test_dropout_keeps_the_mean_and_passes_gradients_where_numbers_passed():
    layer = nn.Dropout(0.3, rng=0)
    x = Tensor(np.ones((400, 50)))
    y = layer(x)
    assert set(np.unique(y.data)) == {0.0, 1 / 0.7}
    assert abs(y.data.mean() - 1) < 0.02
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)
    assert not np.array_equal(layer(x).data, y.data)
    np.testing.assert_array_equal(nn.Dropout(0.3, rng=0)(x).data, y.data)
    assert nn.Dropout(0.3, rng=0)(Tensor(np.ones(5, np.float32))).dtype == np.float32
    assert nn.Dropout(0.0)(x) is x


@pytest.mark.parametrize(
    ("layer", "shape"), [(nn.Dropout1d(0.4, rng=1), (20, 9, 5)), (nn.Dropout2d(0.4, rng=1), (20, 9, 5, 2))]
)
def test_spatial_dropout_drops_whole_channels(layer, shape):
    y = layer(np.ones(shape)).reshape(20, 9, -1)
    assert np.all(y == y[:, :, :1])
    assert 0.25 < (y[:, :, 0] == 0).mean() < 0.55
    with pytest.raises(ShapeError, match=r"expected \(batch, channels"):
        layer(np.ones((3, 4)))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: nn.Linear(0, 3), "in_features must be a whole number, 1 or more, got 0"),
        (lambda: nn.Linear(3, 2.5), "out_features"),
        (lambda: nn.Embedding(True, 3), "num_embeddings"),
        (lambda: nn.Dropout(1.0), "from 0 up to but not 1"),
        (lambda: nn.Dropout(-0.1), "from 0 up to but not 1"),
        (lambda: nn.Dropout(float("nan")), "from 0 up to but not 1"),
    ],
)
def test_settings_are_looked_at(make, match):
    with pytest.raises(DomainError, match=match):
        make()


def test_inputs_of_another_width_are_refused():
    with pytest.raises(ShapeError, match="linear"):
        nn.Linear(3, 2)(np.zeros((4, 5)))
    with pytest.raises(OperandError, match="Dropout: expected a Tensor or an array of real numbers"):
        nn.Dropout(0.5)([None])


@pytest.mark.parametrize("make", [nn.Residual, lambda *steps: nn.TransformerEncoder(steps)])
def test_what_cannot_be_called_is_no_step(make):
    with pytest.raises(OperandError, match=r"got list at 0; unpack it: \*layers"):
        nn.Sequential([nn.Linear(2, 2), nn.ReLU()])
    with pytest.raises(OperandError, match=r"ReLU at 1 is a class; make a layer of it: ReLU\(...\)"):
        nn.Sequential(nn.Linear(2, 2), nn.ReLU)
    with pytest.raises(OperandError, match="expected modules or functions, got int at 0"):
        make(3)


def test_dropout_of_whole_numbers_gives_floats():
    assert set(nn.Dropout(0.5, rng=0)(np.arange(1, 50) % 2).tolist()) == {0.0, 2.0}
    assert nn.Dropout(np.float32(0.5)).p == 0.5
