"""Weights in files: what was saved is loaded, whatever the format; what is damaged or hostile is refused."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
from safetensors.numpy import load_file, save, save_file

import nn
from autograd import DomainError, MissingFileError, OutputError, ShapeError, Tensor, UnknownNameError, no_grad
from nn.serialization import read_arrays, write_arrays
from tests.golden.table import FOLDER
from tests.tensor.cases import numbers

SUFFIXES = (".safetensors", ".npz")


class Odd(nn.Module):
    """Parameters and buffers with names and shapes that formats stumble over."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.file = nn.Linear(3, 2, rng=rng)
        self.allow_pickle = nn.Linear(2, 1, rng=rng).astype(np.float32)
        self.count = np.array(seed)
        self.nothing = rng.normal(size=(0, 3))
        self.turned = rng.normal(size=(4, 3)).T


def same(first, second):
    one, other = first.state_dict(), second.state_dict()
    return list(one) == list(other) and all(
        np.array_equal(one[name], other[name]) and np.asarray(one[name]).dtype == np.asarray(other[name]).dtype
        for name in one
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("make", [Odd, lambda seed: nn.MLP(3, [4, 2], rng=seed)], ids=["tensors", "values"])
def test_what_is_saved_is_loaded_to_the_bit(make, suffix, tmp_path):
    path = tmp_path / f"weights{suffix}"
    model, other = make(1), make(2)
    nn.save(model, path)
    nn.load(other, str(path))
    assert same(model, other)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_both_formats_are_those_of_everyone(tmp_path):
    model = Odd(1)
    nn.save(model, tmp_path / "w.safetensors")
    nn.save(model, tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz") as npz:
        for name, numbers in load_file(tmp_path / "w.safetensors").items():
            np.testing.assert_array_equal(numbers, npz[name])
    save_file({name: np.asarray(numbers) for name, numbers in Odd(3).state_dict().items()}, tmp_path / "s.safetensors")
    np.savez_compressed(tmp_path / "n.npz", weight=np.ones((2, 3)), bias=np.zeros(2))
    nn.load(model, tmp_path / "s.safetensors")
    assert same(model, Odd(3))
    layer = nn.Linear(3, 2)
    nn.load(layer, tmp_path / "n.npz")
    assert layer.weight.tolist() == [[1, 1, 1], [1, 1, 1]]


def bytes_of(suffix):
    buffer = io.BytesIO()
    if suffix == ".safetensors":
        return save({"weight": np.ones((2, 3)), "bias": np.zeros(2)})
    np.savez(buffer, weight=np.ones((2, 3)), bias=np.zeros(2))
    return buffer.getvalue()


def npz(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def npy(shape, kind="<f8", body=b""):
    head = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + body


def safetensors(header, body=b""):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


HOSTILE = {
    "pickled": (".npz", npz(weight=npy((2, 3), "|O", b"cos\nsystem\n(S'true'\ntR."), bias=npy((2,), body=bytes(16)))),
    "bomb": (".npz", npz(weight=bytes(50_000_000), bias=npy((2,), body=bytes(16)))),
    "giant": (".npz", npz(weight=npy((10**12,)), bias=npy((2,), body=bytes(16)))),
    "negative": (".npz", npz(weight=npy((-2, 3)), bias=npy((2,), body=bytes(16)))),
    "no numbers": (".npz", npz(weight=b"hello", bias=b"")),
    "text": (".safetensors", b"weight: 1 2 3" * 9),
    "long head": (".safetensors", struct.pack("<Q", 2**60) + b"{}"),
    "overlapping": (
        ".safetensors",
        safetensors(
            {
                "weight": {"dtype": "F64", "shape": [2, 3], "data_offsets": [0, 48]},
                "bias": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]},
            },
            bytes(48),
        ),
    ),
    "bfloat": (
        ".safetensors",
        safetensors({"bias": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)),
    ),
    "future": (
        ".safetensors",
        save({"weight": np.ones((2, 3)), "bias": np.zeros(2)}, {"chainrule": json.dumps({"version": "2"})}),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name, tmp_path):
    suffix, content = HOSTILE[name]
    path = tmp_path / f"w{suffix}"
    path.write_bytes(content)
    layer = nn.Linear(3, 2, rng=0)
    before = layer.state_dict()
    with pytest.raises(DomainError, match=r"load: "):
        nn.load(layer, path)
    assert all(np.array_equal(number, before[key]) for key, number in layer.state_dict().items())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_anywhere_is_refused(suffix, tmp_path):
    path, content = tmp_path / f"w{suffix}", bytes_of(suffix)
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(DomainError):
            nn.load(nn.Linear(3, 2), path)


def test_states_of_other_networks_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    nn.save(nn.Linear(3, 2, rng=0), path)
    with pytest.raises(ShapeError, match=r"weight has shape \(3, 2\), got an array of shape \(2, 3\)"):
        nn.load(nn.Linear(2, 3), path)
    with pytest.raises(UnknownNameError, match="bias"):
        nn.load(nn.Linear(3, 2, bias=False), path)
    layer = nn.Linear(3, 2, bias=False)
    nn.load(layer, path, strict=False)
    np.testing.assert_array_equal(layer.weight.data, nn.Linear(3, 2, rng=0).weight.data)


def test_other_suffixes_are_refused_and_pickles_explained():
    for path, match in [("w.pt", "pickles can run programs"), ("w", "got 'w'"), ("w.h5", r"\.safetensors or \.npz")]:
        with pytest.raises(UnknownNameError, match=match):
            nn.load(nn.Linear(3, 2), path)
        with pytest.raises(UnknownNameError, match=match):
            nn.save(nn.Linear(3, 2), path)


def test_a_file_that_is_missing_is_named_with_its_neighbours(tmp_path):
    model, path = nn.Linear(3, 2), tmp_path / "bset.npz"
    with pytest.raises(MissingFileError, match=r"^load: there is no file '.*bset\.npz'; '.*' holds no weights$"):
        nn.load(model, path)
    for name in ("best.npz", "last.safetensors", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"bset\.npz'; there are best\.npz, last\.safetensors$"):
        nn.load(model, path)
    for place in range(6):
        (tmp_path / f"epoch{place}.npz").write_bytes(b"")
    with pytest.raises(MissingFileError, match=r"best\.npz, epoch0\.npz, .*, epoch3\.npz, 3 more$"):
        nn.load(model, path)
    with pytest.raises(MissingFileError, match=r"a\.npz'; there is no folder '.*nowhere' either$"):
        nn.load(model, tmp_path / "nowhere" / "a.npz")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_cannot_be_written_leaves_the_old_one(suffix, tmp_path, monkeypatch):
    path = tmp_path / f"w{suffix}"
    nn.save(nn.Linear(3, 2, rng=0), path)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="No space left"):
        nn.save(nn.Linear(3, 2, rng=1), path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_weights_are_the_same_bytes(suffix, tmp_path):
    for name in "ab":
        write_arrays(tmp_path / f"{name}{suffix}", Odd(1).state_dict(), {str(n): "note" for n in range(9)})
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_notes_travel_with_the_arrays(suffix, tmp_path):
    path = tmp_path / f"w{suffix}"
    write_arrays(path, {"x": np.array(2.5)}, {"epoch": "7"})
    arrays, notes = read_arrays(path)
    assert arrays["x"].item() == 2.5
    assert notes == {"version": "1", "epoch": "7"}


class Network(nn.Module):
    """The network of tests/golden/make_state.py."""

    def __init__(self):
        self.seen = nn.Sequential(nn.Conv2d(1, 3, 2), nn.BatchNorm2d(3), nn.ReLU())
        self.read = nn.LSTM(9, 4, num_layers=2, bidirectional=True)
        self.mixed = nn.TransformerEncoderLayer(8, 2, 5, dropout=0.0)
        self.said = nn.Linear(8, 2)

    def forward(self, x):
        seen = self.seen(x)
        steps, _ = self.read(seen.reshape(*seen.shape[:2], -1))
        return self.said(self.mixed(steps)[:, -1])


def test_a_state_of_pytorch_is_loaded_and_one_of_ours_has_its_names_and_kinds(tmp_path):
    network = Network().astype(np.float32)
    nn.load(network, FOLDER / "state.safetensors")
    expected = json.loads((FOLDER / "state.json").read_text(encoding="utf-8"))["answer"]
    with no_grad():
        answer = network.eval()(Tensor(numbers(2, 1, 4, 4), dtype=np.float32))
    np.testing.assert_allclose(answer.data, expected, rtol=1e-5, atol=1e-6)
    nn.save(network, tmp_path / "again.safetensors")
    theirs, ours = load_file(FOLDER / "state.safetensors"), load_file(tmp_path / "again.safetensors")
    assert {name: (a.dtype, a.shape) for name, a in theirs.items()} == {n: (a.dtype, a.shape) for n, a in ours.items()}
    for name, array in theirs.items():
        np.testing.assert_array_equal(ours[name], array)
