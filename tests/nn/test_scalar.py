"""Neurons, layers and perceptrons of single numbers."""

import copy
import math
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, ShapeError, UnknownNameError, Value


def test_parameters_are_named_by_path_and_labelled():
    model = nn.MLP(2, [3, 1], rng=0)
    names = [name for name, _ in model.named_parameters()]
    assert names[:4] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0",
    ]
    assert len(names) == len(model.parameters()) == 3 * 3 + 4
    assert [parameter.label for parameter in model.parameters()] == names


def test_the_same_seed_gives_the_same_network():
    first, same, other = (
        nn.MLP(4, [3, 2], rng=7),
        nn.MLP(4, [3, 2], rng=np.random.default_rng(7)),
        nn.MLP(4, [3, 2], rng=8),
    )
    assert first.state_dict() == same.state_dict() != other.state_dict()


def test_a_network_is_its_equation():
    model = nn.MLP(2, [3, 2], activation="tanh", rng=0)
    W1, W2 = ([[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.layers)
    x = np.array([0.3, -0.8])
    expected = W2 @ np.tanh(W1 @ x)
    assert [out.data for out in model(x.tolist())] == pytest.approx(expected.tolist(), rel=1e-14)
    assert [out.data for out in model(x)] == pytest.approx(expected.tolist(), rel=1e-14)
    assert [out.data for out in model([Value(0.3), Value(-0.8)])] == pytest.approx(expected.tolist(), rel=1e-14)


def test_one_output_is_a_number_and_several_are_a_list():
    assert isinstance(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0]), Value)
    assert isinstance(nn.MLP(2, [1, 1, 2], rng=0)([1.0, 2.0]), list)
    assert isinstance(nn.Layer(2, 1, rng=0)([1.0, 2.0]), Value)


@pytest.mark.parametrize("activation", [*nn.ACTIVATIONS, autograd.sin, lambda x: x * x])
def test_any_activation(activation):
    model = nn.MLP(3, [4, 1], activation=activation, rng=0)
    model([0.1, 0.2, -0.3]).backward()
    function = nn.ACTIVATIONS.get(activation, activation) if isinstance(activation, str) else activation
    hidden = [neuron([0.1, 0.2, -0.3]) for neuron in model.layers[0].neurons]
    sums = [autograd.dot(neuron.w, [0.1, 0.2, -0.3], neuron.b) for neuron in model.layers[0].neurons]
    assert [h.data for h in hidden] == [function(s).data for s in sums]


def test_a_layer_equals_its_neurons():
    layer = nn.Layer(3, 4, activation="tanh", rng=0)
    x = [0.1, Value(0.2), -0.3]
    assert [out.data for out in layer(x)] == [neuron(x).data for neuron in layer.neurons]


def test_initialization_fits_the_activation():
    relu, tanh = nn.Layer(300, 200, "relu", rng=0), nn.Layer(300, 200, "tanh", rng=0)
    spread = [np.std([[w.data for w in neuron.w] for neuron in layer.neurons]) for layer in (relu, tanh)]
    assert spread == pytest.approx([math.sqrt(2 / 300), math.sqrt(2 / 500)], rel=0.02)
    assert {neuron.b.data for neuron in relu.neurons} == {0.0}


@pytest.mark.parametrize("name", nn.initialization.INITIALIZERS)
def test_every_initializer_has_its_variance(name):
    variance = {
        "uniform": 1 / 3,
        "xavier": 2 / 500,
        "he": 2 / 300,
        "lecun": 1 / 300,
        "orthogonal": 1 / 300,
        "zeros": 0.0,
    }.get(name.split("_")[0], 1.0)
    weights = nn.initialization.INITIALIZERS[name]((200, 300), np.random.default_rng(0))
    assert weights.shape == (200, 300)
    assert np.mean(weights**2) == pytest.approx(variance, rel=0.03)
    model = nn.MLP(2, [2], initializer=name, rng=0)
    assert (sum(w * w for w in model.state_dict().values()) == 0) == (name == "zeros")


def test_weights_that_start_at_zero_stay_alike():
    model = nn.MLP(2, [3, 1], activation="tanh", initializer="zeros", rng=0)
    model.layers[1].neurons[0].b.data = 0.5
    for _ in range(5):
        model.zero_grad()
        (model([1.0, 2.0]) ** 2).backward()
        for parameter in model.parameters():
            parameter.data -= 0.1 * parameter.grad
    assert len({tuple(w.data for w in neuron.w) for neuron in model.layers[0].neurons}) == 1


def test_state_goes_out_and_in():
    model, other = nn.MLP(2, [3, 1], rng=0), nn.MLP(2, [3, 1], rng=1)
    other.load_state_dict(model.state_dict())
    assert other.state_dict() == model.state_dict()
    before = other.state_dict()
    with pytest.raises(UnknownNameError, match="missing"):
        other.load_state_dict({})
    with pytest.raises(UnknownNameError, match="unknown"):
        other.load_state_dict(before | {"layers.0.neurons.0.w.9": 1.0})
    with pytest.raises(ShapeError, match="one number"):
        other.load_state_dict(before | {"layers.0.neurons.0.w.0": 7.0, "layers.0.neurons.0.b": [1.0]})
    assert other.state_dict() == before


def test_a_perceptron_cannot_learn_xor_and_two_layers_can():
    inputs, wanted = nn.datasets.xor()
    accuracies = {}
    for widths in ([1], [4, 1]):
        model = nn.MLP(2, widths, activation="tanh", rng=3)
        optimizer = nn.Adam(model.parameters(), lr=0.1)
        for _ in range(150):
            loss = nn.binary_cross_entropy_with_logits([model(x) for x in inputs.tolist()], wanted.ravel().tolist())
            model.zero_grad()
            loss.backward()
            optimizer.step()
        accuracies[len(widths)] = np.mean(
            [(model(x).data > 0) == t for x, t in zip(inputs, wanted.ravel(), strict=True)]
        )
    assert accuracies[1] <= 0.75
    assert accuracies[2] == 1.0


def test_widths_may_be_an_array():
    assert repr(nn.MLP(2, np.array([3, 1]))) == repr(nn.MLP(2, [3, 1]))


def test_reprs():
    assert repr(nn.MLP(2, [16, 1], activation="tanh")) == "MLP(2, [16, 1], activation='tanh')  # 65 parameters"
    assert (
        repr(nn.MLP(2, [1], "relu", output_activation="tanh"))
        == "MLP(2, [1], output_activation='tanh')  # 3 parameters"
    )
    assert repr(nn.MLP(2, [1])) == "MLP(2, [1])  # 3 parameters"
    assert repr(nn.Layer(2, 3)) == "Layer(2, 3, activation='relu')"
    assert repr(nn.Neuron(2)) == "Neuron(2, activation='relu')"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_independent(copied):
    model = nn.MLP(2, [2, 1], rng=0)
    twin = copied(model)
    assert twin([1.0, 2.0]).data == model([1.0, 2.0]).data
    twin.parameters()[0].data += 1.0
    assert twin.state_dict() != model.state_dict()


def test_shared_parameters_are_counted_once():
    class Tied(nn.Module):
        def __init__(self):
            self.first = Value(1.0)
            self.again = [self.first, {"x": Value(2.0)}]

    assert [name for name, _ in Tied().named_parameters()] == ["first", "again.1.x"]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: nn.MLP(3, [2])([1.0, 2.0]), ShapeError, "takes 3 inputs, got 2"),
        (lambda: nn.Neuron(3)([1.0]), ShapeError, "3 inputs got 1"),
        (lambda: nn.Layer(3, 2)([1.0]), ShapeError, "3 inputs got 1"),
        (lambda: nn.Neuron(3)(None), OperandError, "expected a list of numbers, got NoneType"),
        (lambda: nn.Layer(3, 2)(1.0), OperandError, "expected a list of numbers, got float"),
        (lambda: nn.MLP(2, [2], activation=["relu"]), UnknownNameError, "no activation"),
        (lambda: nn.MLP(2, None), DomainError, "list of layer widths"),
        (lambda: nn.MLP(2, [2])(1.0), OperandError, "list of 2 numbers, got float"),
        (lambda: nn.MLP(2, [2])([math.nan, 1.0]), DomainError, "input 0 is nan"),
        (lambda: nn.MLP(2, [2])(["a", 1.0]), OperandError, "string 'a'"),
        (lambda: nn.MLP(2, [2])([None, 1.0]), OperandError, "None"),
        (lambda: nn.MLP(2, [2], activation="rellu"), UnknownNameError, "did you mean 'relu'"),
        (lambda: nn.MLP(2, [2], initializer="best"), UnknownNameError, "he_uniform"),
        (lambda: nn.MLP(2, []), DomainError, "list of layer widths"),
        (lambda: nn.MLP(2, 3), DomainError, "list of layer widths"),
        (lambda: nn.MLP(2, [0]), DomainError, "width must be a whole number, 1 or more"),
        (lambda: nn.MLP(-1, [1]), DomainError, "width must be a whole number, 1 or more"),
        (lambda: nn.MLP(2.5, [1]), DomainError, "width must be a whole number, 1 or more"),
        (lambda: nn.MLP(2, [1], rng="seed"), OperandError, "rng"),
    ],
)
def test_bad_input(make, error, words):
    with pytest.raises(error, match=words):
        make()
