"""`DataLoader`: samples in batches, in an order of its own, from where it was left off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, ShapeError
from autograd.node import Node
from nn.randomness import generator
from nn.settings import count

if TYPE_CHECKING:
    from nn.randomness import Rng


class DataLoader:
    """Give arrays out in batches: `for X, y in DataLoader((X, y), batch_size=32, shuffle=True, rng=0)`.

    A tuple of arrays gives tuples of arrays, whose rows belong together; a single array gives arrays. Nothing is
    copied beforehand, so that windows of a series (views) cost no memory until their batch is asked for.

    Parameters
    ----------
    batch_size
        How many samples are in a batch; the last one of an epoch has the rest.
    shuffle
        Whether each epoch has a new random order; otherwise the samples come as they are.
    rng
        Where the order comes from: the same seed gives the same batches, whatever else draws numbers.
    drop_last
        Whether to leave out a last batch that is not full.

    >>> loader = DataLoader((np.arange(5), np.arange(5) ** 2), batch_size=2, shuffle=True, rng=0)
    >>> len(loader), [squares.tolist() for _, squares in loader]
    (3, [[4, 16], [9, 0], [1]])

    Raises
    ------
    OperandError
        When the data are not arrays of numbers.
    ShapeError
        When there are no samples, lengths differ, or rows are ragged.
    DomainError
        When `batch_size` is not a whole number, 1 or more, or no batch is full and `drop_last` leaves nothing.
    """

    def __init__(
        self, data: Any, *, batch_size: int = 32, shuffle: bool = False, rng: Rng = None, drop_last: bool = False
    ) -> None:
        self._single = not isinstance(data, tuple)
        self.arrays = tuple(map(_as_array, (data,) if self._single else data))
        self.samples = _common_length(self.arrays)
        self.batch_size = count("DataLoader", "batch_size", batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        if drop_last and self.batch_size > self.samples:
            raise DomainError(
                f"DataLoader: {self.samples} samples fill no batch of {self.batch_size}, and drop_last leaves out the "
                f"rest; try batch_size={self.samples} or drop_last=False"
            )
        self._rng = generator(rng)
        self._epoch = self._rng.bit_generator.state  # from which the order of the present epoch was drawn
        self._given = 0  # batches of the present epoch that were given out
        self._skipped = 0  # batches that the next epoch starts after

    def __len__(self) -> int:
        full, rest = divmod(self.samples, self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        self._given, self._skipped = self._skipped, 0
        self._epoch = self._rng.bit_generator.state
        order = self._rng.permutation(self.samples) if self.shuffle else None
        for start in range(self._given * self.batch_size, len(self) * self.batch_size, self.batch_size):
            chosen = slice(start, start + self.batch_size)
            if order is None:
                batch = tuple([array[chosen] for array in self.arrays])
            else:
                positions = order[chosen]
                batch = tuple([array.take(positions, axis=0) for array in self.arrays])
            self._given += 1
            yield batch[0] if self._single else batch
        self._epoch, self._given = self._rng.bit_generator.state, 0

    def state_dict(self) -> dict[str, Any]:
        """Return where the loader stands, so that another one goes on from there: plain numbers, ready for JSON.

        Taken between two batches, or after a `break`, it remembers how many of the epoch were given out.
        """
        return {"generator": self._epoch, "given": self._given}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another loader of the same data and settings stood: the next epoch is the rest of its epoch.

        >>> loader = DataLoader(np.arange(6), batch_size=2, shuffle=True, rng=3)
        >>> batches = iter(loader)
        >>> first, state = next(batches), loader.state_dict()
        >>> resumed = DataLoader(np.arange(6), batch_size=2, shuffle=True)
        >>> resumed.load_state_dict(state)
        >>> [batch.tolist() for batch in resumed] == [batch.tolist() for batch in batches]
        True

        Raises
        ------
        DomainError
            When the state is not that of such a loader.
        """
        try:
            given, epoch = int(state["given"]), state["generator"]
            if not 0 <= given <= len(self):
                raise ValueError(f"{given} batches were given out, of {len(self)}")
            self._rng.bit_generator.state = epoch
        except (KeyError, TypeError, ValueError) as error:
            raise DomainError(
                f"load_state_dict: the state does not fit this loader ({error}), expected one of a loader with the "
                "same data, batch_size, shuffle and kind of generator"
            ) from error
        self._epoch, self._given, self._skipped = epoch, given, given

    def __repr__(self) -> str:
        shapes = ", ".join(str(array.shape) for array in self.arrays)
        return f"DataLoader({shapes}, batch_size={self.batch_size}, shuffle={self.shuffle}, {len(self)} batches)"


def _as_array(data: Any) -> NDArray[Any]:
    """Return what is given as an array with rows, the same one where it is an array already."""
    if isinstance(data, Node) and not data.is_number:
        data = data.array  # type: ignore[attr-defined]
    if isinstance(data, str | bytes | dict | set) or data is None:
        raise OperandError(f"DataLoader: got {type(data).__name__}, expected an array or a tuple of arrays")
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ShapeError("DataLoader: got rows of different lengths, expected one; pad or cut them first") from error
    if array.dtype == object:
        raise OperandError(f"DataLoader: got {type(data).__name__} of objects, expected an array or a tuple of arrays")
    if array.ndim == 0:
        raise ShapeError(f"DataLoader: got an array without rows ({array!r}), expected one row a sample")
    return array


def _common_length(arrays: tuple[NDArray[Any], ...]) -> int:
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ShapeError(f"DataLoader: got lengths {lengths}, expected one length for all arrays")
    if not lengths or not lengths[0]:
        raise ShapeError("DataLoader: got no samples, expected at least one; was everything held back or filtered out?")
    return lengths[0]
