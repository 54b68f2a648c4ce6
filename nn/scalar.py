"""The textbook network: neurons, layers and perceptrons made of single numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError, OperandError, ShapeError, Value, affine, dot
from nn.activations import Activation, find_activation
from nn.initialization import find_initializer
from nn.module import Module
from nn.randomness import generator
from nn.settings import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from autograd.visual.picture import Picture
    from nn.initialization import Initializer
    from nn.randomness import Rng


class Neuron(Module):
    """A weighted sum of its inputs, plus a bias, through an activation.

    Parameters
    ----------
    nin
        How many inputs it takes.
    activation
        A name ("relu", "tanh", "step", ...) or any function of a number.
    initializer
        A name or function of `nn.initialization`; by default the one that fits the activation.
    rng
        A seed or generator for the weights; the bias starts at 0.

    >>> neuron = Neuron(2, activation="step")
    >>> neuron.load_state_dict({"w.0": 1.0, "w.1": 1.0, "b": -1.5})  # a perceptron that computes AND
    >>> [neuron(x).data for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    [0.0, 0.0, 0.0, 1.0]
    """

    #: A tuple: that they are still the same weights is then seen at a glance, at every step of a training loop.
    w: tuple[Value, ...]
    b: Value

    def __init__(
        self,
        nin: int,
        activation: str | Activation = "relu",
        *,
        initializer: str | Initializer | None = None,
        rng: Rng = None,
    ) -> None:
        [[*weights]] = _draw(1, nin, activation, initializer, rng)
        self._build(weights, activation)

    def _build(self, weights: Sequence[float], activation: str | Activation) -> None:
        self.w = tuple([Value(weight) for weight in weights])
        self.b = Value(0.0)
        self.activation, self.activate = find_activation(activation)
        self.label_parameters("neuron.")

    @classmethod
    def with_weights(cls, weights: Sequence[float], activation: str | Activation) -> Neuron:
        """Return a neuron with the given weights and a bias of 0."""
        neuron = cls.__new__(cls)
        neuron._build(weights, activation)
        return neuron

    def __call__(self, x: Sequence[Value | float]) -> Value:
        """Return the activation of the weighted sum of the inputs."""
        if _count(x, "a neuron", len(self.w)) != len(self.w):
            raise ShapeError(f"a neuron of {len(self.w)} inputs got {len(x)}")
        return self.activate(dot(self.w, x, self.b))  # type: ignore[no-any-return]

    def __picture__(self) -> Picture:
        """Return the neuron as textbooks draw it; `autograd.draw` asks for it."""
        return _network_picture([[self]], repr(self))

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={self.activation!r})"


class Layer(Module):
    """Neurons side by side, each of which sees all inputs.

    >>> layer = Layer(3, 2, activation="tanh", rng=0)
    >>> len(layer([1.0, 2.0, 3.0]))
    2
    """

    is_unit = True
    neurons: list[Neuron]

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: str | Activation = "relu",
        *,
        initializer: str | Initializer | None = None,
        rng: Rng = None,
    ) -> None:
        weights = _draw(nout, nin, activation, initializer, rng)
        self.neurons = [Neuron.with_weights(row, activation) for row in weights]
        self.label_parameters("layer.")

    def __call__(self, x: Sequence[Value | float]) -> Any:
        """Return the list of the neurons' outputs; of a single neuron, its output."""
        outputs = self.forward(x)
        return outputs[0] if len(outputs) == 1 else outputs

    def forward(self, x: Sequence[Value | float]) -> list[Value]:
        """Return `[neuron(x) for neuron in neurons]`, looking at the inputs only once."""
        nin = len(self.neurons[0].w)
        if _count(x, "a layer", nin) != nin:
            raise ShapeError(f"a layer of {nin} inputs got {len(x)}")
        sums = affine([neuron.w for neuron in self.neurons], x, [neuron.b for neuron in self.neurons])
        return [neuron.activate(weighted) for neuron, weighted in zip(self.neurons, sums, strict=True)]

    def __picture__(self) -> Picture:
        """Return the layer as textbooks draw it; `autograd.draw` asks for it."""
        return _network_picture([self.neurons], repr(self))

    def __repr__(self) -> str:
        first = self.neurons[0]
        return f"Layer({len(first.w)}, {len(self.neurons)}, activation={first.activation!r})"


class MLP(Module):
    """A multi-layer perceptron: layers one after the other, the last one linear.

    Parameters
    ----------
    nin
        How many inputs it takes.
    nouts
        The width of each layer; the last one is the number of outputs.
    activation
        That of all layers but the last: a name or any function of a number.
    output_activation
        That of the last layer.
    initializer
        A name or function of `nn.initialization`; by default the one that fits each activation.
    rng
        A seed or generator: the same seed gives the same network.

    Raises
    ------
    DomainError
        A width is not a whole number, 1 or more.
    ShapeError
        On a call: the number of inputs is not `nin`.

    >>> model = MLP(2, [16, 16, 1], rng=0)
    >>> model
    MLP(2, [16, 16, 1], activation='relu')  # 337 parameters
    >>> type(model([1.0, -2.0])).__name__
    'Value'
    """

    layers: list[Layer]

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int] | NDArray[np.integer[Any]],
        activation: str | Activation = "relu",
        *,
        output_activation: str | Activation = "linear",
        initializer: str | Initializer | None = None,
        rng: Rng = None,
    ) -> None:
        nouts = nouts.tolist() if isinstance(nouts, np.ndarray) else nouts
        if not isinstance(nouts, list | tuple) or not nouts:
            raise DomainError(f"MLP: expected a list of layer widths such as [16, 16, 1], got {nouts!r}")
        find_activation(activation)  # even if there is no hidden layer to use it
        random = generator(rng)
        widths = list(itertools.pairwise([nin, *nouts]))
        functions = [activation] * (len(widths) - 1) + [output_activation]
        self.layers = [
            Layer(fan_in, fan_out, function, initializer=initializer, rng=random)
            for (fan_in, fan_out), function in zip(widths, functions, strict=True)
        ]
        self.label_parameters()

    def __call__(self, x: Sequence[Value | float]) -> Any:
        """Feed the inputs forward: a list of outputs, or the output when there is one."""
        x = self._inputs(x)
        for layer in self.layers[:-1]:
            x = layer.forward(x)
        return self.layers[-1](x)

    def _inputs(self, x: Any) -> list[Any]:
        """Return the inputs as a list, after a look at what was given."""
        if isinstance(x, np.ndarray):
            x = x.tolist()
        if not isinstance(x, list | tuple):
            raise OperandError(f"MLP: expected a list of {self.nin} numbers, got {type(x).__name__}")
        if len(x) != self.nin:
            raise ShapeError(f"MLP({self.nin}, ...) takes {self.nin} inputs, got {len(x)}; is a sample one row of X?")
        for position, number in enumerate(x):
            if isinstance(number, float) and number != number:
                raise DomainError(f"MLP: input {position} is nan; remove or replace missing numbers first")
        return list(x)

    @property
    def nin(self) -> int:
        """How many inputs the network takes."""
        return len(self.layers[0].neurons[0].w)

    def __picture__(self) -> Picture:
        """Return the network as textbooks draw it, columns of neurons; `autograd.draw` asks for it."""
        return _network_picture([layer.neurons for layer in self.layers], repr(self))

    def __repr__(self) -> str:
        widths = [len(layer.neurons) for layer in self.layers]
        *hidden, output = [layer.neurons[0].activation for layer in self.layers]
        functions = f", activation={hidden[0]!r}" if hidden else ""
        functions += f", output_activation={output!r}" if output != "linear" else ""
        return f"MLP({self.nin}, {widths}{functions})  # {len(self.parameters())} parameters"


def _count(x: Any, user: str, nin: int) -> int:
    """Return how many inputs there are."""
    if not hasattr(x, "__len__"):
        raise OperandError(f"{user} of {nin} inputs: expected a list of numbers, got {type(x).__name__}")
    return len(x)


def _draw(
    nout: int, nin: int, activation: str | Activation, initializer: str | Initializer | None, rng: Rng
) -> list[list[float]]:
    """Draw a matrix of weights, after a look at its widths."""
    for width in (nin, nout):
        count("a layer", "width", width)
    name, _ = find_activation(activation)
    weights: list[list[float]] = find_initializer(initializer, name)((nout, nin), generator(rng)).tolist()
    return weights


def _network_picture(layers: Sequence[Sequence[Neuron]], title: str) -> Picture:
    """Draw layers of neurons with their weights."""
    from autograd.visual.architecture import LayerSketch, network_picture

    sketches = [
        LayerSketch(
            f"layers.{place}" if len(layers) > 1 else "",
            len(neurons),
            neurons[0].activation,
            [[w.data for w in neuron.w] for neuron in neurons],
            sum(len(neuron.parameters()) for neuron in neurons),
        )
        for place, neurons in enumerate(layers)
    ]
    return network_picture(len(layers[0][0].w), sketches, title=title)
