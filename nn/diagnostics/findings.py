"""What was found in a training, as a sentence with a remedy."""

from __future__ import annotations

from dataclasses import dataclass

#: The remedy for each pitfall.
PITFALLS: dict[str, str] = {
    "zero initialization": "draw the weights at random, as layers do unless told otherwise",
    "dead units": "lower the learning rate or use leaky ReLU",
    "saturated units": "draw smaller weights (xavier_uniform), scale the inputs, or use ReLU",
    "vanishing gradients": "use ReLU with he_uniform, or normalization layers, or residual connections",
    "exploding gradients": "clip them (clip_norm=1.0), draw smaller weights, or scale inputs and targets",
    "learning rate too high": "lower the learning rate, to a tenth at first; nn.find_learning_rate suggests one",
    "learning rate too low": "raise the learning rate, to ten times at first; nn.find_learning_rate suggests one",
    "unscaled inputs": "scale them to mean 0 and deviation 1 with nn.Standardizer, fitted on the training part",
    "overfitting": "stop early (nn.EarlyStopping), use dropout, weight decay, a smaller network or more data",
    "label leakage": "hold back the end of the series instead: nn.TimeSeriesSplit, or cut it before taking windows",
}


@dataclass(frozen=True)
class Finding:
    """A pitfall that a training is in.

    Attributes
    ----------
    pitfall
        Its name, one of `PITFALLS`.
    layer
        The path of the layer as in `named_modules`, or "" when it concerns the whole training.
    epoch
        Since when.
    message
        The sentence: where, what, since when, and what to try.

    >>> print(Finding.of("dead units", "2", 3, "61 % of units dead"))
    layer 2: 61 % of units dead since epoch 3: lower the learning rate or use leaky ReLU
    """

    pitfall: str
    layer: str
    epoch: int
    message: str

    @classmethod
    def of(cls, pitfall: str, layer: str, epoch: int, fact: str) -> Finding:
        """Return the finding whose sentence says this fact and the remedy."""
        place = f"layer {layer}: " if layer else ""
        return cls(pitfall, layer, epoch, f"{place}{fact} since epoch {epoch}: {PITFALLS[pitfall]}")

    def __str__(self) -> str:
        return self.message
