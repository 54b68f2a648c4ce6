"""An output folder whose files appear all together at the end of the work, or not at all."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from autograd.errors import OutputError


@contextlib.contextmanager
def staged(folder: str | PathLike[str]) -> Iterator[Path]:
    """Give an empty folder to write into; at the end of the `with` block its files move to `folder`.

    That `folder` can be made and written to is found out at the beginning, before any work is lost. When the block
    fails or is interrupted, nothing is left behind: no files, and no folder that was not there before.

    Raises
    ------
    OutputError
        When `folder` is a file, or cannot be made or written to.
    """
    folder = Path(folder)
    made: list[Path] = []
    try:
        if folder.is_file():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
        made += [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        # Inside of it, so on the same disk, where moving a file is a matter of its name.
        staging = Path(tempfile.mkdtemp(prefix=".in-the-making-", dir=folder))
    except OSError as error:
        _remove_empty(made)
        reason = error.strerror or str(error)
        raise OutputError(
            f"output folder: cannot write to {str(folder)!r}: {reason}; choose another one with --out"
        ) from error
    try:
        yield staging
        _move(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _remove_empty(made)  # which a folder with files in it survives


def _move(staging: Path, folder: Path) -> None:
    made = sorted(staging.iterdir())
    for path in made:  # before the first is moved
        if (folder / path.name).is_dir():
            raise OutputError(f"output folder: cannot put {path.name!r} into {str(folder)!r}: a folder is called so")
    for path in made:
        try:
            path.replace(folder / path.name)
        except OSError as error:
            raise OutputError(
                f"output folder: cannot put {path.name!r} into {str(folder)!r}: {error.strerror or error}"
            ) from error


def _remove_empty(folders: list[Path]) -> None:
    """Remove folders, innermost first, as long as they are empty."""
    with contextlib.suppress(OSError):
        for path in folders:
            path.rmdir()
