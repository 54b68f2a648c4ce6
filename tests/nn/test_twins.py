"""The scalar network and the network on arrays are one: outputs and gradients, there and back."""

import numpy as np
import pytest

import autograd
import nn
from autograd import OperandError, Tensor, compile
from nn.activations import ACTIVATIONS
from tests.tensor.cases import numbers

X = numbers(6, 3)
LABELS = np.array([0, 1, 1, 0, 1, 0])


def gradients(mlp):
    """Return the gradients of a scalar network in the layout of the layers on arrays."""
    found = []
    for layer in mlp.layers:
        found += [[[w.grad for w in neuron.w] for neuron in layer.neurons], [neuron.b.grad for neuron in layer.neurons]]
    return found


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("output", ["linear", "sigmoid"])
def test_outputs_and_gradients_are_equal(activation, output):
    mlp = nn.MLP(3, [5, 4, 2], activation=activation, output_activation=output, rng=3)
    for place, parameter in enumerate(mlp.parameters()):
        parameter.data += 0.01 * np.sin(place)  # biases too
    twin = nn.as_tensor_network(mlp)
    outputs = [mlp(row) for row in X]
    np.testing.assert_allclose(twin(X).data, [[v.data for v in row] for row in outputs], rtol=1e-12, atol=1e-15)
    weights = numbers(6, 2, shift=2)
    autograd.total(
        [w * v for row, ws in zip(outputs, weights, strict=True) for v, w in zip(row, ws, strict=True)]
    ).backward()
    (twin(X) * weights).sum().backward()
    for ours, theirs in zip(gradients(mlp), twin.parameters(), strict=True):
        np.testing.assert_allclose(theirs.grad + np.zeros(theirs.shape), ours, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_there_and_back(activation):
    mlp = nn.MLP(3, [4, 1], activation=activation, rng=1)
    again = nn.as_scalar_network(nn.as_tensor_network(mlp))
    assert repr(again) == repr(mlp)
    assert again.state_dict() == mlp.state_dict()


def test_layers_without_bias_and_with_changing_activations_have_a_scalar_twin():
    network = nn.Sequential(
        nn.Linear(3, 4, bias=False, rng=0), autograd.tanh, nn.Linear(4, 3, rng=1), nn.Linear(3, 2, rng=2), autograd.relu
    )
    twin = nn.as_scalar_network(network)
    np.testing.assert_allclose([[v.data for v in twin(row)] for row in X], network(X).data, rtol=1e-12)


def test_activations_become_modules_and_keep_their_settings():
    twin = nn.as_tensor_network(nn.MLP(3, [4, 2], activation="silu", rng=0))
    assert repr(twin) == "Sequential(\n  (0): Linear(3, 4)\n  (1): SiLU()\n  (2): Linear(4, 2)\n)"
    network = nn.Sequential(nn.Linear(3, 4, rng=0), nn.LeakyReLU(0.25), nn.Linear(4, 2, rng=1))
    back = nn.as_scalar_network(network)
    np.testing.assert_allclose([[v.data for v in back(row)] for row in X], network(X).data, rtol=1e-12)


def test_twins_learn_apart():
    mlp = nn.MLP(3, [2, 1], rng=0)
    twin = nn.as_tensor_network(mlp)
    before = mlp.state_dict()
    twin(X).sum().backward()
    twin[0].weight.data = np.zeros((2, 3))
    assert mlp.state_dict() == before


def test_the_compiled_scalar_network_equals_the_array_twin():
    mlp = nn.MLP(3, [4, 2], activation="tanh", rng=0)
    twin = nn.as_tensor_network(mlp)

    @compile
    def loss(rows, labels):
        return nn.cross_entropy([mlp(row) for row in rows], labels)

    loss(X, LABELS).backward()
    scores = twin(X)
    (autograd.logsumexp(scores, axis=1) - scores[np.arange(6), LABELS]).mean().backward()
    for ours, theirs in zip(gradients(mlp), twin.parameters(), strict=True):
        np.testing.assert_allclose(theirs.grad, ours, rtol=1e-12, atol=1e-15)


def test_what_has_no_twin_is_refused():
    mixed = nn.MLP(3, [2, 1], rng=0)
    mixed.layers[0].neurons[0] = nn.Neuron(3, activation="tanh")
    for wrong, match in [
        (lambda: nn.as_tensor_network(nn.Linear(3, 2)), "expected a scalar nn.MLP, got Linear"),
        (lambda: nn.as_tensor_network(mixed), "layers.0 differ: tanh, relu"),
        (lambda: nn.as_scalar_network(nn.Linear(3, 2)), "got Linear"),
        (lambda: nn.as_scalar_network(nn.Sequential()), "some steps"),
        (lambda: nn.as_scalar_network(nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5))), "step 1 is Dropout"),
        (lambda: nn.as_scalar_network(nn.Sequential(nn.Linear(3, 2), nn.Softmax())), "step 1 is Softmax"),
        (lambda: nn.as_scalar_network(nn.Sequential(autograd.tanh)), "step 0 is <primitive tanh>"),
    ]:
        with pytest.raises(OperandError, match=match):
            wrong()
    assert isinstance(nn.as_tensor_network(nn.MLP(2, [1]))(np.zeros((1, 2))), Tensor)
