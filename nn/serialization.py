"""Weights in files: safetensors and npz. Arrays and text only; nothing that is read is ever executed.

PyTorch's layers of the same kind have the same names and layouts here: what `safetensors.torch.save_file(
model.state_dict(), path)` wrote is loaded by `nn.load`, and what `nn.save` wrote by `safetensors.torch.load_file`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograd import DomainError, MissingFileError, UnknownNameError
from autograd.files import write_whole
from nn.module import Module

Arrays = dict[str, Any]
Notes = dict[str, str]

#: The version of what is written; files of later versions are refused.
VERSION: Final = 1
_OURS: Final = "chainrule"
_NOTES: Final = "__metadata__"  # the entry of an npz file that holds the notes, as safetensors calls them


def save(module: Module, path: str | PathLike[str]) -> None:
    """Write the parameters and buffers of a network, as `state_dict` names them: all of the file or nothing.

    Parameters
    ----------
    module
        The network.
    path
        Ends in .safetensors or .npz, which chooses the format.

    Raises
    ------
    UnknownNameError
        The path ends in something else.
    OutputError
        The file cannot be written; a file that was there before is as it was.

    >>> import nn
    >>> model = nn.Linear(3, 2, rng=0)
    >>> save(model, "layer.npz")  # doctest: +SKIP
    >>> load(nn.Linear(3, 2), "layer.npz")  # doctest: +SKIP
    """
    arrays = {name: np.asarray(numbers) for name, numbers in module.state_dict().items()}
    write_arrays(path, arrays, {"module": type(module).__name__})


def load(module: Module, path: str | PathLike[str], *, strict: bool = True) -> None:
    """Set the parameters and buffers of a network from a file; nothing is changed unless everything fits.

    Parameters
    ----------
    module
        A network like the one that was saved. Its precision is kept.
    path
        A .safetensors or .npz file, of `save`, PyTorch or anyone.
    strict
        Whether the names must be exactly this network's; otherwise those that both know are loaded.

    Raises
    ------
    MissingFileError
        There is no such file; the message names those that are there (a `FileNotFoundError`).
    DomainError
        The file is damaged, of a later version, or far larger than the network (a `ValueError`).
    UnknownNameError, ShapeError
        It holds other names, or arrays of other shapes.
    """
    sizes = [np.size(numbers) for numbers in module.state_dict().values()]
    limit = (2**20 + sum(16 * size + 1024 for size in sizes)) if strict else None
    arrays, _ = read_arrays(path, limit=limit)
    module.load_state_dict(arrays, strict=strict)


def write_arrays(path: str | PathLike[str], arrays: Mapping[str, Any], notes: Mapping[str, str]) -> None:
    """Write arrays by name, and notes, as one file that appears whole or not at all."""
    path = Path(path)
    write, _ = _format(path)
    notes = {"version": str(VERSION), **notes}
    write_whole(path, write({name: np.asarray(array, order="C") for name, array in arrays.items()}, notes))


def read_arrays(path: str | PathLike[str], *, limit: int | None = None) -> tuple[Arrays, Notes]:
    """Return the arrays of a file by name, and its notes, after a look at whether it can be trusted.

    `limit` is the number of bytes that it may unpack to.
    """
    path = Path(path)
    _, read = _format(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise MissingFileError(f"load: there is no file {str(path)!r}; {_neighbours(path)}") from None
    try:
        arrays, notes = read(content, limit)
    except DomainError as error:
        raise DomainError(f"load: cannot read {str(path)!r}: {error}") from None
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, MemoryError, NotImplementedError) as error:
        raise DomainError(
            f"load: {str(path)!r} is damaged or no {path.suffix} file of numbers ({type(error).__name__}: {error})"
        ) from error
    notes = {str(name): str(note) for name, note in notes.items()} if isinstance(notes, dict) else {}
    version = notes.get("version", "1")
    if version not in map(str, range(1, VERSION + 1)):
        raise DomainError(f"load: {str(path)!r} has version {version!r}, this library reads up to {VERSION}; update it")
    return arrays, notes


# --- the two formats --------------------------------------------------------------------------------------------------


def _write_safetensors(arrays: Arrays, notes: Notes) -> bytes:
    # One note that holds all: the library writes several in an order that changes from run to run.
    content: bytes = _safetensors().numpy.save(arrays, metadata={_OURS: json.dumps(notes)})
    return content


def _read_safetensors(content: bytes, limit: int | None) -> tuple[Arrays, Notes]:
    _check_size(len(content), limit)
    library = _safetensors()
    try:
        arrays = library.numpy.load(content)
    except KeyError as kind:  # such as bfloat16
        raise DomainError(f"it holds numbers of kind {kind}, which NumPy lacks; save them as float32") from None
    except library.SafetensorError as error:
        raise ValueError(error) from None
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return arrays, json.loads(header.get(_NOTES, {}).get(_OURS, "{}"))


def _write_npz(arrays: Arrays, notes: Notes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # not numpy.savez, where an array cannot be called "file"
        for name, array in {**arrays, _NOTES: np.array(json.dumps(notes))}.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return buffer.getvalue()


def _read_npz(content: bytes, limit: int | None) -> tuple[Arrays, Notes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_size(sum(member.file_size for member in archive.infolist()), limit)
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # NumPy hands out as bytes whatever is no array
            raise ValueError(f"the entry {name!r} is no array")
    return arrays, json.loads(str(arrays.pop(_NOTES, "{}")))


def _check_size(size: int, limit: int | None) -> None:
    if limit is not None and size > limit:
        raise DomainError(f"it unpacks to {size:,} bytes, expected at most {limit:,} for this network")


_FORMATS: Final[dict[str, tuple[Callable[[Arrays, Notes], bytes], Callable[[bytes, int | None], Any]]]] = {
    ".safetensors": (_write_safetensors, _read_safetensors),
    ".npz": (_write_npz, _read_npz),
}


def _format(path: Path) -> Any:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        hint = ""
        if path.suffix in (".pt", ".pth", ".bin", ".pkl", ".ckpt"):
            hint = "; pickles can run programs and are not read: in PyTorch, safetensors.torch.save_file(state, path)"
        raise UnknownNameError(f"weights are kept in .safetensors or .npz files, got {str(path)!r}{hint}") from None


def _neighbours(path: Path, shown: int = 5) -> str:
    """Say which files of weights there are where one is missing."""
    folder = path.resolve().parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r} either"
    names = sorted(file.name for file in folder.glob("*") if file.suffix.lower() in _FORMATS)
    more = [f"{len(names) - shown} more"] if len(names) > shown else []
    return f"there are {', '.join(names[:shown] + more)}" if names else f"{str(folder)!r} holds no weights"


def _safetensors() -> Any:
    import safetensors.numpy

    return safetensors
