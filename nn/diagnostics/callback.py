"""`Diagnostics`: the callback that measures a training, and names what goes wrong."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from typing import Any

import numpy as np

from nn.diagnostics.activity import Observed, observe
from nn.diagnostics.evidence import Evidence
from nn.diagnostics.findings import Finding
from nn.diagnostics.layers import Array, layers_of
from nn.diagnostics.leakage import leaked_part
from nn.diagnostics.rules import RULES
from nn.diagnostics.steps import StepMeter
from nn.training.callback import Callback
from nn.training.trainer import Trainer

#: A judgement takes about a millisecond. It is made at the end of the first and the last epoch, and in between
#: whenever so many iterations have gone by, and a quarter more than at the last one.
_LEAST_ITERATIONS, _GROWTH = 64, 1.25
#: How many samples the units are shown: fewer if they are large, but a batch at least. How many tell the loss at the
#: start.
_SAMPLES, _NUMBERS, _ENOUGH = 256, 1_000_000, 32


class Diagnostics(Callback):
    """Name the pitfalls that a training is in, with layer and remedy, while it runs.

    It looks at gradients, updates and units now and then, changes nothing, and draws no random numbers: the training
    is the same with it as without. What each pitfall is judged by is said in `nn.diagnostics.rules`.

    Attributes
    ----------
    findings
        What was found, at most once for each pitfall and layer, with the latest numbers; empty if all is well.
    latest
        What was measured at the last judgement: norms of gradients, weights and updates of each layer
        (`latest.steps`), dead and saturated units (`latest.activities`), losses; None before the first.

    >>> import nn
    >>> X, y = nn.datasets.moons(200, noise=0.1, rng=0)
    >>> first, last = nn.Linear(2, 16, initializer="zeros"), nn.Linear(16, 2, initializer="zeros")
    >>> model = nn.Sequential(first, nn.Tanh(), last)
    >>> diagnostics = Diagnostics()
    >>> _ = nn.fit(model, nn.cross_entropy, (X, y), epochs=2, callbacks=[diagnostics], rng=0, progress=False)
    >>> [(finding.pitfall, finding.layer) for finding in diagnostics.findings]
    [('zero initialization', '0')]
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.latest: Evidence | None = None
        self._found: dict[tuple[str, str], Finding] = {}
        self._start = self._leaked = math.nan

    @property
    def findings(self) -> list[Finding]:
        """What was found, in the order of finding."""
        return list(self._found.values())

    def report(self) -> str:
        """Return the sentences of all findings, each on a line."""
        return "\n".join(map(str, self.findings))

    def state(self) -> dict[str, Any]:
        """Return what it must remember."""
        return {"start": self._start, "leaked": self._leaked, "findings": [astuple(one) for one in self.findings]}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._start, self._leaked = state["start"], state["leaked"]
        findings = [Finding(*numbers) for numbers in state["findings"]]
        self._found = {(finding.pitfall, finding.layer): finding for finding in findings}

    # --- measuring --------------------------------------------------------------------------------------------------

    def on_start(self, trainer: Trainer) -> None:
        """Look at what there is to measure."""
        if trainer.epoch == 0:  # otherwise it goes on, and remembers
            self._forget()
        self._layers = layers_of(trainer.model, getattr(trainer.optimizer, "parameters", ()))
        self._meter = StepMeter(self._layers)
        self._samples = _Samples()
        self._losses: list[float] = []
        self._next, self._is_within = 0.0, False

    def on_gradients(self, trainer: Trainer) -> None:
        """Measure the gradients."""
        self._meter.before()

    def on_iteration(self, trainer: Trainer) -> None:
        """Measure the update."""
        self._meter.after()
        self._samples.add(trainer.batch[0])
        self._losses.append(trainer.batch_loss)
        self._is_within = True

    def on_epoch(self, trainer: Trainer) -> None:
        """Judge, if it is time."""
        self._is_within = False
        if trainer.iteration >= self._next or trainer.epoch == trainer.epochs:
            self._next = max(trainer.iteration + _LEAST_ITERATIONS, trainer.iteration * _GROWTH)
            self._judge(trainer, failed=False)

    def on_end(self, trainer: Trainer) -> None:
        """Judge what was not judged yet: a training that was stopped, or whose loss became nan."""
        failed = not math.isfinite(trainer.batch_loss)
        if self._losses and (failed or not self._is_within):
            self._judge(trainer, failed=failed)

    # --- judging ----------------------------------------------------------------------------------------------------

    def _judge(self, trainer: Trainer, *, failed: bool) -> None:
        """Put the evidence together, and ask every rule."""
        is_first = math.isnan(self._start)
        if is_first:
            self._start, self._leaked = _loss_at_start(trainer, self._losses), _leaked(trainer)
        seen = Observed((), None) if failed else self._observe(trainer)
        self.latest = evidence = Evidence(
            epoch=trainer.epoch + failed,
            epochs=trainer.epochs,
            iterations=trainer.iteration,
            rows=trainer.history.rows,
            losses=self._losses,
            start=self._start,
            is_first=is_first,
            failed=failed,
            layers=self._layers,
            steps=self._meter.take(),
            activities=seen.activities,
            inputs=seen.inputs,
            leaked=self._leaked,
        )
        self._losses = []
        with np.errstate(all="ignore"):  # a training that fails has numbers of any size
            for rule in RULES:
                known = frozenset(pitfall for pitfall, _ in self._found)
                for pitfall, layer, fact in rule(replace(evidence, known=known)):
                    earlier = self._found.get((pitfall, layer))
                    since = earlier.epoch if earlier else evidence.epoch
                    self._found[pitfall, layer] = Finding.of(pitfall, layer, since, fact)

    def _observe(self, trainer: Trainer) -> Observed:
        samples = self._samples.take()
        if samples is None:
            return Observed((), None)
        return observe(trainer.model, self._layers, samples)


class _Samples:
    """Some inputs from all over the time since they were last taken, however many batches there were."""

    def __init__(self) -> None:
        self._kept: list[Any] = []
        self._count, self._stride, self._rows = 0, 1, 0

    def add(self, x: Any) -> None:
        """Keep each batch at first; when there are many, every other one, and so on."""
        if self._count % self._stride == 0:
            self._kept.append(x)
            self._rows += len(x)
            if self._rows > 2 * _SAMPLES and len(self._kept) > 1:
                self._kept, self._stride = self._kept[::2], 2 * self._stride
                self._rows = sum(map(len, self._kept))
        self._count += 1

    def take(self) -> Array | None:
        """Return samples, at most so many, and start anew."""
        kept = [x for x in self._kept if isinstance(x, np.ndarray) and x.shape[1:] == self._kept[0].shape[1:]]
        self.__init__()  # type: ignore[misc]
        if not kept:
            return None
        rows = np.concatenate(kept)
        most = min(_SAMPLES, max(len(kept[0]), _NUMBERS * len(rows) // rows.size))
        return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]


def _loss_at_start(trainer: Trainer, losses: list[float]) -> float:
    """Return the loss of the first batch, which no update has touched; of small ones, the mean of the first few."""
    batches = math.ceil(_ENOUGH / len(trainer.batch[1]))
    return float(np.mean(losses[:batches]))


def _leaked(trainer: Trainer) -> float:
    """Return which part of the validation data is shown in training, where both are arrays."""
    training, validation = (getattr(batches, "arrays", None) for batches in (trainer.batches, trainer.validation))
    return leaked_part(training[0], validation[0]) if training and validation else 0.0
