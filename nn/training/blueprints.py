"""What travels to workers: a network as bytes without its numbers, and the numbers as arrays; never a graph."""

from __future__ import annotations

import io
import pickle
import threading
from typing import Any

import numpy as np

from autograd import Node, OperandError, Tensor, Value
from nn.training.runners import Array, Loss, as_array, runner_of
from nn.training.workers import explain_unpicklable


class Blueprint:
    """A model and a loss as bytes, without the numbers of their nodes; equal models have equal bytes.

    Attributes
    ----------
    text
        The bytes.
    nodes
        The nodes, in the order in which they occur.
    """

    def __init__(self, model: Any, loss: Loss) -> None:
        buffer = io.BytesIO()
        pickler = _Pickler(buffer)
        for name, part in (("model", model), ("loss", loss)):
            try:
                pickler.dump(part)
            except OperandError:
                raise
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                raise OperandError(f"fit: {explain_unpicklable(name, error)}") from error
        self.text, self.nodes = buffer.getvalue(), [node for _, node in pickler.places.values()]


class _Pickler(pickle.Pickler):
    """Writes the place of a node instead of the node."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.places: dict[int, tuple[int, Node]] = {}

    def persistent_id(self, item: Any) -> tuple[int, bool, bool] | None:
        if not isinstance(item, Node):
            return None
        if not item.is_leaf:
            raise OperandError(
                f"fit: the model holds {item!r}, which was computed from other nodes; with an executor it may hold "
                "parameters and arrays only (compute it in `forward`, or keep its .data)"
            )
        place, _ = self.places.setdefault(id(item), (len(self.places), item))
        return place, item.is_array, bool(getattr(item, "constant", False))


class _Unpickler(pickle.Unpickler):
    """Makes a node for each place."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.nodes: dict[int, Any] = {}

    def persistent_load(self, place: tuple[int, bool, bool]) -> Any:
        position, is_array, constant = place
        if position not in self.nodes:
            self.nodes[position] = Tensor(np.zeros(0), constant=constant) if is_array else Value(0.0)
        return self.nodes[position]


class Replica:
    """A model in a worker, made from a blueprint."""

    def __init__(self, text: bytes) -> None:
        unpickler = _Unpickler(io.BytesIO(text))
        model, loss = unpickler.load(), unpickler.load()
        self._nodes = [unpickler.nodes[place] for place in range(len(unpickler.nodes))]
        self._runner = runner_of(model, loss)

    def run(self, numbers: list[Any], x: Array, y: Array) -> tuple[float, Array, list[Any]]:
        """Return the loss of a part of a batch, the outputs, and the gradient of each node."""
        for node, number in zip(self._nodes, numbers, strict=True):
            if isinstance(node, Tensor):
                node.array, node.grad = number, 0.0
            else:
                node.data, node.grad = number, 0.0
        loss, outputs = self._runner.loss(x, y)
        self._runner.backward(loss)
        gradients = [node.grad if node.is_swept or not node.is_array else None for node in self._nodes]
        return float(loss.data), as_array(outputs), gradients


#: The replicas of this thread by blueprint: a worker is asked again and again, and compiles a scalar network once.
_replicas = threading.local()
_MOST_REPLICAS = 4


def run_shard(text: bytes, numbers: list[Any], x: Array, y: Array) -> tuple[float, Array, list[Any]]:
    """Return loss, outputs and gradients of a part of a batch, computed in this process."""
    known: dict[bytes, Replica] = vars(_replicas).setdefault("known", {})
    if text not in known:
        while len(known) >= _MOST_REPLICAS:
            del known[next(iter(known))]
        known[text] = Replica(text)
    return known[text].run(numbers, x, y)
