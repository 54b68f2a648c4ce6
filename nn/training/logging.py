"""What a training says while it runs: a bar, tables in files, TensorBoard."""

from __future__ import annotations

import csv
import io
import json
import operator
import sys
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from autograd.errors import OutputError, import_extra
from autograd.files import make_folder
from nn.training.callback import Callback

if TYPE_CHECKING:
    from nn.training.trainer import Trainer


class _FileLogger(Callback):
    """Writes a line to a file after each epoch; the file is whole after each."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._written = 0

    def on_start(self, trainer: Trainer) -> None:
        """Open the file, which is a new one unless a training is resumed."""
        make_folder(self.path.parent)
        self._put("w", "")
        self._written = 0

    def _put(self, mode: str, text: str) -> None:
        try:
            with self.path.open(mode, encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            raise OutputError(
                f"log: cannot write {str(self.path)!r}: {error.strerror}; choose another place"
            ) from error

    def on_epoch(self, trainer: Trainer) -> None:
        """Write what is new in the history."""
        text = io.StringIO(newline="")
        for place, row in enumerate(trainer.history.rows[self._written :], self._written):
            self._write(text, row, is_first=place == 0)
        self._put("a", text.getvalue())
        self._written = len(trainer.history.rows)

    def _write(self, file: TextIO, row: dict[str, float], *, is_first: bool) -> None:
        raise NotImplementedError


class CSVLogger(_FileLogger):
    """Write a table with a header, and a line after each epoch."""

    def _write(self, file: TextIO, row: dict[str, float], *, is_first: bool) -> None:
        table = csv.DictWriter(file, list(row), lineterminator="\n")
        if is_first:
            table.writeheader()
        table.writerow(row)


class JSONLogger(_FileLogger):
    """Write a JSON object after each epoch, each on a line of its own."""

    def _write(self, file: TextIO, row: dict[str, float], *, is_first: bool) -> None:
        file.write(f"{json.dumps(row)}\n")


class TensorBoard(Callback):
    """Write what TensorBoard shows: all numbers of the history by epoch, and the loss by iteration.

    Needs the extra `tensorboard` (the package tensorboardX), which says so when it is missing.

    Parameters
    ----------
    folder
        Where the event files go: then `tensorboard --logdir folder`.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self._library = import_extra("tensorboardX", "tensorboard", "TensorBoard")
        self.folder = Path(folder)

    def on_start(self, trainer: Trainer) -> None:
        """Open the event file."""
        make_folder(self.folder)
        self._writer: Any = self._library.SummaryWriter(str(self.folder))

    def on_iteration(self, trainer: Trainer) -> None:
        """Write the loss of the batch."""
        self._writer.add_scalar("iteration/loss", trainer.batch_loss, trainer.iteration)

    def on_epoch(self, trainer: Trainer) -> None:
        """Write the numbers of the epoch."""
        for name, number in trainer.history.rows[-1].items():
            if name != "epoch":
                self._writer.add_scalar(name, number, trainer.epoch)

    def on_end(self, trainer: Trainer) -> None:
        """Close the event file."""
        self._writer.close()


class ProgressBar(Callback):
    """Show epochs, iterations a second and the latest numbers on one line."""

    rank = 2  # it starts where a resumed training stands

    def on_start(self, trainer: Trainer) -> None:
        """Show the empty bar."""
        from tqdm.auto import tqdm

        batches = operator.length_hint(trainer.batches)
        total = batches * trainer.epochs if batches else None
        self._bar = tqdm(total=total, initial=trainer.iteration, unit="it", dynamic_ncols=True, file=sys.stderr)

    def on_iteration(self, trainer: Trainer) -> None:
        """Move on by one."""
        self._bar.update()

    def on_epoch(self, trainer: Trainer) -> None:
        """Show the numbers of the epoch."""
        row = trainer.history.rows[-1]
        shown = {name: f"{number:.4g}" for name, number in row.items() if name not in ("epoch", "lr", "seconds")}
        self._bar.set_description(f"epoch {trainer.epoch}/{trainer.epochs}", refresh=False)
        self._bar.set_postfix(shown)

    def on_end(self, trainer: Trainer) -> None:
        """Leave the last state on the screen, and say why it ended early, and what the callbacks report."""
        self._bar.close()
        if trainer.history.stopped:
            print(f"stopped: {trainer.history.stopped}", file=sys.stderr)
        for report in filter(None, [callback.report() for callback in trainer.callbacks]):
            print(report, file=sys.stderr)
