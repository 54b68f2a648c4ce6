"""What can be chosen about a training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What can be chosen about a training.

    Attributes
    ----------
    hidden
        The widths of the hidden layers.
    epochs
        The most epochs; it stops earlier when the rows kept aside for that are predicted no better.
    batch_size
        Rows an update; None for about fifty updates an epoch.
    weight_decay
        How fast weights shrink, so that few rows are not learned by heart; None for as much as fits their number.
    test
        The share of the rows that is held back until the end.
    folds
        How many folds are validated besides; 0 for none.
    """

    hidden: tuple[int, ...] = (32, 16)
    activation: str = "relu"
    epochs: int = 200
    batch_size: int | None = None
    lr: float = 0.01
    weight_decay: float | None = None
    test: float = 0.2
    folds: int = 0
    seed: int = 0

    @property
    def patience(self) -> int:
        """How many epochs without getting better end the training."""
        return max(5, min(20, self.epochs // 5))

    def rows_per_update(self, rows: int) -> int:
        """Return the batch size for so many rows: as chosen, or a power of two from 16 to 256.

        >>> Settings().rows_per_update(240), Settings().rows_per_update(3000), Settings(batch_size=7).rows_per_update(9)
        (16, 64, 7)
        """
        if self.batch_size is not None:
            return self.batch_size
        size = 16
        while size < 256 and size * 50 < rows:
            size *= 2
        return size

    def decay(self, rows: int) -> float:
        """Return the weight decay for so many rows: as chosen, or the less, the more there are to learn from.

        >>> Settings().decay(100), Settings().decay(10_000), Settings(weight_decay=0.0).decay(100)
        (0.3, 0.01, 0.0)
        """
        return min(0.3, 100.0 / rows) if self.weight_decay is None else self.weight_decay
