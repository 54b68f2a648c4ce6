"""What the README says is so: its examples, pictures, links, commands and numbers."""

import re
import shlex

import pytest

from autograd.cli import build_parser, main
from tests.readme import PICTURES, README, ROOT, run_examples, shown_pictures

TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = [README, *sorted((ROOT / ".github").glob("*.md"))]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Run the examples once; return the folder with what they saved, and the report of what failed."""
    folder = tmp_path_factory.mktemp("readme")
    return folder, run_examples(folder)


def test_examples_say_what_they_print(session):
    _, report = session
    assert report == "", report


@pytest.mark.parametrize("name", shown_pictures())
def test_pictures_are_those_that_the_examples_save(session, name):
    folder, _ = session
    shown, saved = ((place / name).read_text(encoding="utf-8") for place in (PICTURES, folder))
    assert shown == saved, "draw the pictures anew: python -m tests.readme"


def test_no_picture_is_left_over():
    assert sorted(shown_pictures()) == sorted(path.name for path in PICTURES.iterdir())


def test_an_example_that_fails_is_noticed(monkeypatch, tmp_path):
    wrong = tmp_path / "README.md"
    wrong.write_text("```python\n>>> 1 + 1\n3\n```\n", encoding="utf-8")
    monkeypatch.setattr("tests.readme.README", wrong)
    assert "Expected:\n    3\nGot:\n    2\n" in run_examples(tmp_path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w\- ]", "", line).strip().replace(" ", "-").lower() for line in text.splitlines()}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings
        elif "://" not in target:
            assert (document.parent / target).exists(), target


def test_exactly_two_lines_set_up_everything():
    lines = [line for line in TEXT.splitlines() if line.startswith("python3 -m venv")]
    assert [line.split()[-2:] for line in lines] == [[".venv/bin/chainrule", "demo"], ["&&", ".venv/bin/pytest"]]


@pytest.mark.parametrize(("line", "output"), re.findall(r"^\$ chainrule (.*)\n((?:[^$`].*\n|\n)*)", TEXT, re.MULTILINE))
def test_commands_print_what_is_shown(line, output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(line)
    if output:
        assert main(arguments) == 0
        assert capsys.readouterr().out == output
    else:
        build_parser().parse_args(arguments)


def test_the_size_it_states_is_about_right():
    files = [path for folder in ("", "primitives", "transforms") for path in (ROOT / "autograd" / folder).glob("*.py")]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    stated = re.search(r"about ([\d,]+) lines", TEXT)[1].replace(",", "")
    assert lines == pytest.approx(int(stated), rel=0.1)


MICROGRAD = """
import random
from micrograd.engine import Value
from micrograd.nn import Neuron, Layer, MLP

a, b = Value(-4.0), Value(2.0)
c = (a + b) * b**3 - a / b + 1
d = (c * a).relu() + (-b) * 2
d.backward()

rows = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
signs = [-1.0, 1.0, 1.0, 1.0]
model = MLP(2, [8, 1])
draw = random.Random(7)
for p in model.parameters():
    p.data = draw.uniform(-1, 1)
for step in range(100):
    scores = [model([Value(x) for x in row]) for row in rows]
    losses = [(1 + -sign * score).relu() for sign, score in zip(signs, scores)]
    loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
right = sum((score.data > 0) == (sign > 0) for sign, score in zip(signs, scores))
"""


def test_a_program_for_micrograd_runs_with_the_lines_changed():
    removed, added = (re.findall(rf"^\{sign}(from .*)$", TEXT, re.MULTILINE) for sign in "-+")
    program = MICROGRAD
    for old, new in zip(removed, added, strict=True):
        assert f"\n{old}\n" in program
        program = program.replace(old, new)
    names = {}
    exec(program, names)
    assert (names["c"].data, names["d"].data) == (-13.0, 48.0)
    assert (names["a"].grad, names["b"].grad) == (-43.0, 66.0)
    assert names["right"] == 4
