"""Files appear whole or not at all, in the format that the suffix names."""

import os
import stat

import pytest

from autograd.errors import OutputError, UnknownNameError
from autograd.visual.graph import draw
from tests.visual.graphs import neuron


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".svg", "<svg"),
        (".dot", "digraph"),
        (".gv", "digraph"),
        (".mmd", "flowchart LR"),
        (".md", "```mermaid\nflowchart LR"),
        (".SVG", "<svg"),
    ],
)
def test_the_suffix_is_the_format(tmp_path, suffix, start):
    path = tmp_path / f"loss{suffix}"
    assert draw(neuron()).save(path) == path
    assert path.read_text(encoding="utf-8").startswith(start)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_path_may_be_text(tmp_path):
    assert draw(neuron()).save(str(tmp_path / "loss.svg")).exists()


@pytest.mark.parametrize("name", ["loss", "loss.jpeg", ".svg", "loss.svg."])
def test_unknown_suffixes_are_refused(tmp_path, name):
    with pytest.raises(UnknownNameError, match=r"use \.svg, \.dot"):
        draw(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="create the folder first"):
        draw(neuron()).save(tmp_path / "nowhere" / "loss.svg")


def test_a_folder_in_the_way_stays(tmp_path):
    (tmp_path / "loss.svg").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        draw(neuron()).save(tmp_path / "loss.svg")
    assert [entry.name for entry in tmp_path.iterdir()] == ["loss.svg"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_locked_folder_is_reported(tmp_path):
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            draw(neuron()).save(tmp_path / "loss.svg")
    finally:
        tmp_path.chmod(0o755)


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "loss.svg"
    path.write_text("old")

    def fail(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        draw(neuron()).save(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["loss.svg"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links as Unix has them")
def test_files_have_the_usual_mode_and_links_stay_links(tmp_path):
    plain, link, target = tmp_path / "a.svg", tmp_path / "b.svg", tmp_path / "c.svg"
    draw(neuron()).save(plain)
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert stat.S_IMODE(plain.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    link.symlink_to(target)
    draw(neuron()).save(link)
    assert link.is_symlink()
    assert target.read_bytes() == plain.read_bytes()
