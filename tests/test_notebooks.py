"""Each notebook runs alone, shows pictures, and is the same in both of its forms.

The Python file is what is written and reviewed; `jupytext --sync notebooks/*.py` makes the other one from it.
"""

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.py"))
PICTURES = {"image/svg+xml", "image/png"}

#: Seconds that a cell may take on a slow machine; all of a notebook takes a few.
TIMEOUT = 120


def read(path):
    return nbformat.read(path.with_suffix(".ipynb"), as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def test_there_are_notebooks_and_each_has_both_forms():
    names = {path.stem for path in NOTEBOOKS}
    assert names == {path.stem for path in NOTEBOOKS[0].parent.glob("*.ipynb")}
    assert [name[:2] for name in sorted(names)] == [f"{place:02}" for place in range(1, len(names) + 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_both_forms_say_the_same(path):
    written, made = jupytext.read(path), read(path)
    hint = "run `jupytext --sync notebooks/*.py`"
    assert [(c.cell_type, c.source) for c in made.cells] == [(c.cell_type, c.source) for c in written.cells], hint
    assert made.metadata.kernelspec == written.metadata.kernelspec, hint


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert outputs(notebook) == []
    assert all(cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Keep what Jupyter writes out of the user's own folders."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_alone_and_shows_pictures(path, elsewhere):
    notebook = read(path)
    NotebookClient(notebook, timeout=TIMEOUT, resources={"metadata": {"path": str(elsewhere)}}).execute()
    shown = outputs(notebook)
    assert PICTURES & {kind for output in shown for kind in output.get("data", ())}
    assert not [output.text for output in shown if output.get("name") == "stderr" and "Warning" in output.text]
