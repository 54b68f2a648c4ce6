"""All that was measured of a training so far: what the rules judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nn.diagnostics.activity import Activity
from nn.diagnostics.layers import Array, Layer
from nn.diagnostics.steps import Steps
from nn.training.history import Row


@dataclass(frozen=True)
class Evidence:
    """What is known at the end of an epoch.

    Attributes
    ----------
    epoch, epochs, iterations
        How many epochs are done, how many are wanted, and how many updates were made.
    rows
        The history.
    losses
        Of the batches since the last judgement.
    start
        The loss at the start, before any update.
    is_first
        Whether nothing was judged before, so that the first steps are among those measured.
    failed
        Whether the training ended within an epoch, as by a loss that is nan.
    layers, steps
        The layers, and what steps did to them since the last judgement.
    activities
        What the units of each layer do.
    inputs
        What the first layer with weights was given, or None.
    leaked
        The part of the validation samples whose numbers stand in the training data, moved by some places.
    known
        The pitfalls that were found already.
    """

    epoch: int
    epochs: int
    iterations: int
    rows: Sequence[Row]
    losses: Sequence[float]
    start: float
    is_first: bool
    failed: bool
    layers: Sequence[Layer]
    steps: Steps
    activities: Sequence[Activity] = ()
    inputs: Array | None = None
    leaked: float = 0.0
    known: frozenset[str] = field(default_factory=frozenset)

    @property
    def loss(self) -> float:
        """The mean loss of the last epoch; of one that failed, the largest of its last few batches."""
        if self.failed:
            return max(self.losses[-3:], default=self.start)
        return self.rows[-1]["loss"]
