"""`load_arrays`: arrays out of NumPy's files, without pickled objects."""

from __future__ import annotations

import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import DomainError, OperandError, UnknownNameError, did_you_mean


def load_arrays(path: str | PathLike[str], *names: str) -> Any:
    """Return the arrays of an .npz file: those named, in that order, as a tuple; without names all, by name.

    An .npy file holds one array, which is returned.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "data.npz"
    ...     np.savez(path, X=np.eye(2), y=np.arange(2))
    ...     X, y = load_arrays(path, "X", "y")
    >>> X.shape, y
    ((2, 2), array([0, 1]))

    Raises
    ------
    DomainError
        When the file is neither .npz nor .npy, damaged, or holds pickled objects.
    UnknownNameError
        When there is no such array.
    OperandError
        When names are given for an .npy file.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            found = np.load(file, allow_pickle=False)
            if isinstance(found, np.ndarray):
                return _single(path, found, names)
            with found:
                return _several(path, found, names)
    except (zipfile.BadZipFile, EOFError) as error:
        raise DomainError(f"{path}: the file is damaged ({error}), expected one written by numpy.savez") from error
    except ValueError as error:
        if isinstance(error, DomainError | UnknownNameError):
            raise
        raise DomainError(
            f"{path}: cannot be read ({error}), expected an .npz or .npy file of numbers, without pickled objects"
        ) from error


def _single(path: Path, array: NDArray[Any], names: tuple[str, ...]) -> NDArray[Any]:
    if names:
        raise OperandError(
            f"{path}: the file holds a single array without a name, but {', '.join(names)} was asked for"
        )
    return array


def _several(path: Path, found: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if name not in found.files:
            known = ", ".join(found.files) or "nothing"
            raise UnknownNameError(
                f"{path}: there is no array {name!r}; {did_you_mean(name, found.files)}the file holds {known}"
            )
    return tuple(found[name] for name in names) if names else {name: found[name] for name in found.files}
