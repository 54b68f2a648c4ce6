"""Files that a training leaves on its way: its best weights, and all that it takes to go on exactly."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import DomainError
from autograd.files import make_folder
from nn.serialization import read_arrays, save, write_arrays
from nn.settings import count
from nn.training.callback import Callback
from nn.training.stopping import Judge, check_has_weights

if TYPE_CHECKING:
    from nn.training.trainer import Trainer


class Checkpoint(Callback):
    """Write the weights of the best epoch so far to a file, for `nn.load`.

    Parameters
    ----------
    path
        Ends in .safetensors or .npz; its folder is made when it is missing.
    monitor, mode
        What is judged, and which way is better: as in `EarlyStopping`.
    """

    def __init__(self, path: str | PathLike[str], *, monitor: str | None = None, mode: str | None = None) -> None:
        self.path = Path(path)
        self._judge = Judge("Checkpoint", monitor, mode)

    def on_start(self, trainer: Trainer) -> None:
        """Find out before any work is lost whether the file can be written."""
        check_has_weights("Checkpoint", trainer.model)
        if trainer.epoch == 0:
            self._judge.forget()
        make_folder(self.path.parent)
        if not self.path.exists():
            save(trainer.model, self.path)

    def on_epoch(self, trainer: Trainer) -> None:
        """Write the weights if they are the best so far."""
        if self._judge.is_better(trainer):
            save(trainer.model, self.path)

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return self._judge.state()

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._judge.load_state(state)


class Resume(Callback):
    """Keep everything that it takes to go on in a file, and go on from it when it is there already.

    Run the same program again after an interruption: the training goes on after the last whole epoch, and its numbers
    are those of a training that was never interrupted. Weights, the optimizer's memory, the history, what callbacks
    remember, and the states of all random generators are kept: that which shuffles, and those of layers (`Dropout`).

    Parameters
    ----------
    path
        Ends in .safetensors or .npz; its folder is made when it is missing.
    every
        How many epochs there are between two writings.
    """

    rank = 1  # it keeps what the others remember of an epoch when they have seen it

    def __init__(self, path: str | PathLike[str], *, every: int = 1) -> None:
        self.path, self.every = Path(path), count("Resume", "every", every)

    def on_start(self, trainer: Trainer) -> None:
        """Go on from the file, if there is one."""
        check_has_weights("Resume", trainer.model)
        self._data = [_fingerprint(trainer.batches), _fingerprint(trainer.validation)]
        if self.path.exists():
            self._read(trainer)
        else:
            make_folder(self.path.parent)
            self._write(trainer)

    def on_epoch(self, trainer: Trainer) -> None:
        """Write the file."""
        if trainer.epoch % self.every == 0 or trainer.epoch == trainer.epochs:
            self._write(trainer)

    def _write(self, trainer: Trainer) -> None:
        best_epoch, best, best_weights = trainer.best or (0, 0.0, {})
        callbacks = _remembering(trainer)
        arrays = {
            f"{part}.{name}": np.asarray(array)
            for part, numbers in (
                ("model", trainer.model.state_dict()),
                ("optimizer", trainer.optimizer.state_dict()),
                ("best", best_weights),
                *[(f"callback {place}", callback.arrays()) for place, callback in enumerate(callbacks)],
            )
            for name, array in numbers.items()
        }
        progress = {
            "data": self._data,
            "epoch": trainer.epoch,
            "iteration": trainer.iteration,
            "history": trainer.history.rows,
            "stopped": trainer.history.stopped,
            "best": [best_epoch, best],
            "batches": trainer.batches.state_dict() if hasattr(trainer.batches, "state_dict") else {},
            "generators": [generator.bit_generator.state for generator in _generators(trainer)],
            "callbacks": [[type(callback).__name__, callback.state()] for callback in callbacks],
        }
        write_arrays(self.path, arrays, {"training": json.dumps(progress)})

    def _read(self, trainer: Trainer) -> None:
        arrays, notes = read_arrays(self.path)
        if "training" not in notes:
            raise DomainError(f"Resume: {str(self.path)!r} holds weights but no training; choose another path")
        progress = json.loads(notes["training"])
        generators, callbacks = list(_generators(trainer)), _remembering(trainer)
        names = [type(callback).__name__ for callback in callbacks]
        if (len(generators), names) != (len(progress["generators"]), [name for name, _ in progress["callbacks"]]):
            raise DomainError(
                f"Resume: {str(self.path)!r} is of a training with other callbacks or layers; "
                "go on with the same program, or delete the file to start again"
            )
        if progress["data"] != self._data:
            raise DomainError(
                f"Resume: {str(self.path)!r} is of a training on other data, or with other samples held back; "
                "pass the same data, and a seed to fit: rng=0"
            )
        parts = {part: _part(arrays, part) for part in ("model", "optimizer", "best")}
        trainer.model.load_state_dict(parts["model"])
        trainer.optimizer.load_state_dict(parts["optimizer"])
        trainer.epoch, trainer.iteration = progress["epoch"], progress["iteration"]
        trainer.history.rows[:] = progress["history"]
        trainer.history.stopped = progress["stopped"]
        best_epoch, best = progress["best"]
        trainer.best = (best_epoch, best, parts["best"]) if best_epoch else None
        if progress["batches"]:
            trainer.batches.load_state_dict(progress["batches"])
        for generator, state in zip(generators, progress["generators"], strict=True):
            generator.bit_generator.state = state
        for place, (callback, (_, state)) in enumerate(zip(callbacks, progress["callbacks"], strict=True)):
            callback.load_state(state)
            callback.load_arrays(_part(arrays, f"callback {place}"))


def _fingerprint(batches: Any) -> int:
    """Return a number that is another one for other arrays; 0 for batches that are none."""
    number = 0
    for array in getattr(batches, "arrays", ()):
        number = zlib.crc32(np.ascontiguousarray(array).data, number)
    return number


def _part(arrays: dict[str, Any], part: str) -> dict[str, Any]:
    prefix = f"{part}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _remembering(trainer: Trainer) -> list[Callback]:
    """Return the callbacks that have something to remember; others, such as a bar, may come and go."""
    return [callback for callback in trainer.callbacks if type(callback).state is not Callback.state]


def _generators(trainer: Trainer) -> Iterator[np.random.Generator]:
    """Yield the random generators of the layers, each once."""
    seen: set[int] = set()
    for _, module in trainer.model.named_modules():
        for item in vars(module).values():
            if isinstance(item, np.random.Generator) and id(item) not in seen:
                seen.add(id(item))
                yield item
