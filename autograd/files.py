"""Writing files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from autograd.errors import OutputError


def make_folder(folder: Path) -> None:
    """Make a folder, and those it lies in, where they are missing.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"save: cannot make the folder {str(folder)!r}: {reason}; choose another place") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever sees half of it.

    Raises
    ------
    OutputError
        The folder is missing or cannot be written, or the path is a folder.
    """
    place = path.resolve()  # a link stays a link
    beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            beside.write_bytes(content)
            os.replace(beside, place)  # noqa: PTH105 - says what it does to an old file
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "choose another place" if place.parent.is_dir() else "create the folder first"
        raise OutputError(f"save: cannot write {str(path)!r}: {reason}; {advice}") from error
