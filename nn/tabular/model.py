"""`TableModel`: a network together with what it knows of the columns of a table, kept in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, UnknownNameError, did_you_mean
from nn.data.preparation import Preparation
from nn.data.table import Table
from nn.initialization import find_initializer
from nn.layers.activations import ELU, GELU, Activation, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from nn.layers.containers import Sequential
from nn.layers.linear import Linear
from nn.randomness import generator
from nn.serialization import load, save
from nn.training.prediction import predict, predict_proba

if TYPE_CHECKING:
    from nn.randomness import Rng

FORMAT: Final = "chainrule table model"
VERSION: Final = 1
WEIGHTS, PREPARATION, DESCRIPTION = "weights.safetensors", "preparation.json", "model.json"
#: What may stand between the layers, by the names of `nn.activations`.
ACTIVATIONS: Final[dict[str, type[Activation]]] = {
    "elu": ELU,
    "gelu": GELU,
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softplus": Softplus,
    "tanh": Tanh,
}


def find_module(activation: str) -> Activation:
    """Return an activation as a module.

    Raises
    ------
    UnknownNameError
        Nothing that learns is called so.
    """
    if activation not in ACTIVATIONS:
        hint = did_you_mean(activation, ACTIVATIONS)
        raise UnknownNameError(f"activation: got {activation!r}; {hint}there are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[activation]()


def build_network(widths: Sequence[int], activation: str, rng: Rng = None) -> Sequential:
    """Return linear layers of these widths, inputs first, with an activation between them.

    Weights start as fits the activation: those before a rectifier by He et al. 2015, others by Glorot & Bengio 2010.

    >>> build_network([4, 8, 3], "relu", rng=0)
    Sequential(
      (0): Linear(4, 8)
      (1): ReLU()
      (2): Linear(8, 3)
    )

    Raises
    ------
    UnknownNameError
        Nobody knows the activation.
    """
    random = generator(rng)
    between = find_module(activation)
    steps: list[Any] = []
    for inputs, outputs in pairwise(widths[:-1]):
        steps += [Linear(inputs, outputs, initializer=find_initializer(None, activation), rng=random), between]
    return Sequential(*steps, Linear(*widths[-2:], initializer="xavier_uniform", rng=random))


@dataclass(frozen=True)
class TableModel:
    """A network together with what it knows of the columns: from a table to predictions.

    Attributes
    ----------
    preparation
        How columns become features, and outputs become classes or numbers.
    network
        From features, shape (rows, features), to outputs, shape (rows, classes) or (rows, 1).
    hidden, activation
        The widths of its hidden layers, and the name of what stands between the layers.
    """

    preparation: Preparation
    network: Sequential
    hidden: tuple[int, ...]
    activation: str

    @classmethod
    def build(cls, preparation: Preparation, hidden: Sequence[int], activation: str, rng: Rng = None) -> TableModel:
        """Return a model that has not learned yet."""
        widths = [len(preparation.feature_names), *hidden, preparation.outputs]
        return cls(preparation, build_network(widths, activation, rng), tuple(hidden), activation)

    @property
    def task(self) -> str:
        """What is predicted: "classification" or "regression"."""
        return "regression" if self.preparation.classes is None else "classification"

    @property
    def widths(self) -> list[int]:
        """How many numbers go in, how many units each layer has, how many numbers come out."""
        return [len(self.preparation.feature_names), *self.hidden, self.preparation.outputs]

    def outputs(self, table: Table) -> NDArray[np.float64]:
        """Return what the network gives for each row, shape (rows, classes) or (rows, 1)."""
        return predict(self.network, self.preparation.transform(table))

    def predict(self, table: Table) -> NDArray[Any]:
        """Return the predicted class or number of each row, shape (rows,).

        Raises
        ------
        UnknownNameError
            When the table lacks columns.
        DomainError
            When a column that held numbers in training holds text.
        """
        return self.preparation.decode(self.outputs(table))

    def confidences(self, table: Table) -> NDArray[np.float64]:
        """Return the model's confidence in each class, shape (rows, classes)."""
        return predict_proba(self.network, self.preparation.transform(table))

    def save(self, folder: str | PathLike[str], **notes: Any) -> None:
        """Write weights, preparation and description into a folder; notes go into the description."""
        folder = Path(folder)
        description = {
            "format": FORMAT,
            "version": VERSION,
            "made_by": f"chainrule {version('chainrule')}",
            "task": self.task,
            "target": self.preparation.target,
            "hidden": list(self.hidden),
            "activation": self.activation,
            **notes,
        }
        save(self.network, folder / WEIGHTS)
        write_json(folder / PREPARATION, self.preparation.state_dict())
        write_json(folder / DESCRIPTION, description)

    @classmethod
    def load(cls, folder: str | PathLike[str]) -> TableModel:
        """Return the model of a folder that `save`, or `chainrule train`, wrote.

        Raises
        ------
        DomainError
            When the folder holds no model, or a file is damaged or of a later version.
        """
        folder = Path(folder)
        description = _read_json(folder, DESCRIPTION)
        if description.get("format") != FORMAT or description.get("version") != VERSION:
            found = f"{description.get('format')!r}, version {description.get('version')!r}"
            raise DomainError(f"{folder / DESCRIPTION}: got {found}, expected {FORMAT!r}, version {VERSION}")
        preparation = Preparation.from_state_dict(_read_json(folder, PREPARATION))
        hidden, activation = description.get("hidden"), description.get("activation")
        if not isinstance(hidden, list) or not all(isinstance(width, int) and width > 0 for width in hidden):
            raise DomainError(f"{folder / DESCRIPTION}: hidden is {hidden!r}, expected a list of widths")
        _check_size(folder, [len(preparation.feature_names), *hidden, preparation.outputs])
        model = cls.build(preparation, hidden, str(activation), rng=0)
        load(model.network, folder / WEIGHTS)
        return model


def write_json(path: Path, content: Any) -> None:
    """Write lists, dictionaries, texts and numbers, in a form that people can read."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not path.is_file():
        raise DomainError(
            f"{folder}: there is no trained model here ({name} is missing); "
            f"train one: chainrule train data.csv --target NAME --out {folder}"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DomainError(f"{path}: the file is damaged ({error}); train again") from error
    if not isinstance(content, dict):
        raise DomainError(f"{path}: got {type(content).__name__}, expected an object with names; train again")
    return content


def _check_size(folder: Path, widths: Sequence[int]) -> None:
    """Make sure that the weights fill the network, before memory is taken for it."""
    path = folder / WEIGHTS
    if not path.is_file():
        raise DomainError(f"{folder}: {WEIGHTS} is missing; train again")
    parameters = sum((before + 1) * after for before, after in pairwise(widths))
    if path.stat().st_size < 8 * parameters:
        raise DomainError(f"{path}: the file is too small for a network of widths {widths}; train again")
