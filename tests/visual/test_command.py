"""`chainrule draw`, as a shell user meets it."""

import argparse
import subprocess
import sys

import pytest

from autograd.errors import OutputError
from autograd.visual.command import add_command


@pytest.fixture
def chainrule():
    def run(*words):
        parser = argparse.ArgumentParser(prog="chainrule")
        add_command(parser.add_subparsers())
        arguments = parser.parse_args(["draw", *words])
        return arguments.run(arguments)

    return run


def test_it_prints_every_gradient_and_saves(chainrule, tmp_path, capsys):
    path = tmp_path / "L.svg"
    assert chainrule("tanh(a*b + c)", "a=2", "b=-3", "c=10", "-o", str(path)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "tanh(a*b + c) = 0.9993292997",
        "",
        "  name  value         gradient",
        "  a         2  -0.004022852049",
        "  b        -3   0.002681901366",
        "  c        10   0.001340950683",
        "",
        f"saved {path}",
    ]
    svg = path.read_text()
    assert "<title>tanh(a*b + c) = 0.9993</title>" in svg
    assert "-0.004023" in svg


def test_words_come_in_any_order(chainrule, tmp_path, capsys):
    path = str(tmp_path / "L.dot")
    for words in (
        ["-o", path, "a*b", "a=2", "b=3"],
        ["a*b", "-o", path, "a=2", "b=3"],
        ["a*b", "a=2", "--output", path, "b=3"],
    ):
        assert chainrule(*words) == 0
        assert capsys.readouterr().out.startswith("a*b = 6\n")


def test_without_a_file_it_says_how_to_save(chainrule, capsys):
    assert chainrule("9**9**9") == 0
    assert capsys.readouterr().out == "9**9**9 = inf\n\nto save the picture, add: -o picture.svg\n"


def test_a_dash_writes_to_the_pipe(chainrule, capsys):
    assert chainrule("-o", "-", "--", "-x**2", "x=3") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("<svg")
    assert printed.out.endswith("</svg>\n")
    assert printed.err.startswith("-x**2 = -9\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tanh(a*b + c)", "a=2"], "needs a number for b, c; add b=1.5 c=1.5"),
        (["a*b", "a=2", "b=3", "d=4"], "has no 'd'; its names are a, b"),
        (["sigmodi(a)", "a=2"], "did you mean 'sigmoid'?"),
        (["tanh(a", "a=2"], "'(' was never closed\n    tanh(a\n        ^\n"),
        (["a", "a=two"], "a needs a number such as 2, -0.5 or 1e-3, got 'two'"),
        (["a", "a"], "expected NAME=NUMBER such as a=2, got 'a'"),
        (["a", "2=a"], "expected NAME=NUMBER such as a=2, got '2=a'"),
        (["a", "a=1", "a=2"], "'a' is given twice"),
        (["a", "a=1", "-o", "a.jpeg"], "no picture format is called '.jpeg'"),
        (["a", "a=1", "--colour"], "there is no option --colour"),
        (["-a**2", "a=1"], 'stands behind "--"'),
        ([], "FORMULA"),
    ],
)
def test_wrong_usage_is_code_two(chainrule, capsys, words, message):
    with pytest.raises(SystemExit) as caught:
        chainrule(*words)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.startswith("usage: chainrule draw")
    assert message in printed.err


def test_a_place_that_cannot_be_written_is_an_output_error(chainrule, tmp_path, capsys):
    with pytest.raises(OutputError, match="create the folder first"):
        chainrule("a", "a=1", "-o", str(tmp_path / "nowhere" / "L.svg"))
    assert not capsys.readouterr().out


def test_help_shows_examples(chainrule, capsys):
    with pytest.raises(SystemExit) as caught:
        chainrule("--help")
    assert caught.value.code == 0
    assert 'chainrule draw "tanh(a*b + c)" a=2 b=-3 c=10 -o L.svg' in capsys.readouterr().out


def test_nothing_of_the_pictures_is_imported_early():
    """Other commands load this one too, to list it."""
    code = (
        "import sys, autograd, autograd.visual.command; "
        "print(*sorted({'graphviz', 'pygraphviz', 'autograd.visual.svg', 'subprocess'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
