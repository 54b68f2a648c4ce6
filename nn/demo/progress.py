"""How the training is followed: a bar on a terminal, a line an epoch in a log, nothing when quiet."""

from __future__ import annotations

import math
import shutil
import sys
import time
from types import TracebackType
from typing import Self

from tqdm import tqdm


class Progress:
    """Shows each step and epoch on the standard error stream; used as a context manager."""

    def __init__(self, steps: int, epochs: int, *, quiet: bool = False) -> None:
        on_terminal = sys.stderr.isatty() and not quiet
        self._in_log = not sys.stderr.isatty() and not quiet
        width = min(100, shutil.get_terminal_size().columns)
        self._bar = tqdm(total=steps, unit="step", disable=not on_terminal, ncols=width, leave=False)
        self._epochs = epochs
        self._accuracies: list[float] = []
        self._losses: list[float] = []
        self._started = time.perf_counter()

    def step(self, loss: float) -> None:
        """Move on by one batch."""
        self._losses.append(loss)
        held_back = f"{self._accuracies[-1]:.1%}" if self._accuracies else "-"
        self._bar.set_postfix_str(f"loss {loss:.3f}, accuracy {held_back}", refresh=False)
        self._bar.update()

    def epoch(self, accuracy: float) -> None:
        """Take note of the accuracy after an epoch; in a log, write a line, with the mean loss of its steps."""
        self._accuracies.append(accuracy)
        if self._in_log:
            done = len(self._accuracies)
            left = (time.perf_counter() - self._started) * (self._epochs - done) / done
            loss = math.fsum(self._losses) / max(len(self._losses), 1)
            line = f"epoch {done}/{self._epochs}: loss {loss:.3f}, accuracy {accuracy:.1%}, {left:.0f} s left"
            print(line, file=sys.stderr, flush=True)
        self._losses.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
