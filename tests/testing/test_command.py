"""`chainrule check`, as a shell user meets it."""

import argparse
import re
import sys

import pytest

from autograd.testing.command import add_command

SOURCE = '''\
"""Functions to check."""
import math
from dataclasses import dataclass

import numpy as np

import autograd
import beside

BROKEN = autograd.Elementwise("broken", math.tanh, np.tanh, lambda out, x: 1.001 * (1 - out * out))


@dataclass
class Layer:
    width: int = 2

    @staticmethod
    def forward(x):
        return autograd.tanh(x).sum()


def product(a, b):
    return a * b + beside.cube(a)


def of_a_list(v):
    return v[0] * v[1].tanh()


def affine(W, b):
    return ((W @ np.array([0.5, -0.25])) * b).sum()


def wrong(a):
    return BROKEN(a)


def divides(a):
    return 1 / (a - a.data)


def forgets(a):
    a * a


def fails(a):
    raise KeyError("weights")


def logarithm(a):
    return autograd.log(a)
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "functions_to_check.py").write_text(SOURCE)
    (tmp_path / "beside.py").write_text("def cube(x):\n    return x * x * x\n")
    monkeypatch.chdir(tmp_path)
    for name in ("functions_to_check", "beside", "checked_functions_to_check"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    before, path = set(sys.modules), list(sys.path)
    yield tmp_path
    assert sys.path == path
    for name in set(sys.modules) - before:
        if name in ("functions_to_check", "beside") or name.startswith("checked_"):
            del sys.modules[name]


def check(*words):
    parser = argparse.ArgumentParser(prog="chainrule")
    add_command(parser.add_subparsers())
    arguments = parser.parse_args(["check", *words])
    return arguments.run(arguments)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("functions_to_check:product --at 0.3 -1.7", 4),
        ("functions_to_check.py:product --at 0.3 -1.7", 4),
        ("functions_to_check:product --at 3e-1 -1.7e-2", 4),
        ("functions_to_check:of_a_list --at -0.3 1.7", 4),
        ("functions_to_check:affine --shapes 3x2 3 --seed 4", 18),
        ("functions_to_check:Layer.forward --shapes 2 --order 2", 20),
        ("autograd:tanh --at 0.3 --rtol 1e-5 --atol 1e-7", 2),
    ],
)
def test_right_derivatives_are_called_right(folder, capsys, words, count):
    assert check(*words.split()) == 0
    told, complaint = capsys.readouterr()
    assert told.startswith(f"right: {words.split()[0]}\n{count} derivatives equal finite differences")
    assert complaint == ""


def test_a_file_in_another_folder_finds_its_neighbours(folder, capsys, monkeypatch):
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert check("../functions_to_check.py:product", "--at", "0.3", "-1.7") == 0
    assert check(f"{folder}/functions_to_check.py:product", "--at", "0.3", "-1.7") == 0


def test_a_derivative_that_is_off_by_a_thousandth_is_found(folder, capsys):
    assert check("functions_to_check:wrong", "--at", "0.3") == 1
    told, complaint = capsys.readouterr()
    assert told.startswith("wrong: functions_to_check:wrong\n2 of 2 derivatives of order 1 differ")
    assert "off by a factor of 1.001" in told
    assert complaint == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("functions_to_check --at 1", r"expected MODULE:FUNCTION such as my_model:loss .* got 'functions_to_check'"),
        ("no_such_module:f --at 1", "there is no module 'no_such_module'; is it in another folder"),
        ("no/such/file.py:f --at 1", "there is no file 'no/such/file.py'"),
        ("beside.py:cuve --at 1", "beside.py has no 'cuve'; did you mean 'cube'"),
        ("functions_to_check:Layer.width --at 1", r"Layer.width .* is int, expected a function"),
        ("syntax.py:f --at 1", r"importing syntax.py failed: SyntaxError: .*syntax.py, line 1"),
        ("absent:f --at 1", r"importing absent failed: ModuleNotFoundError: No module named 'no_such_thing' .*line 1"),
        ("leaving:f --at 1", "importing leaving failed: SystemExit: 3"),
        ("functions_to_check:product --at 1", r"got 1 arguments, but the function is called as product\(a, b\)"),
        ("functions_to_check:product --shapes 2 2 2", "got 3 arguments"),
        ("functions_to_check:fails --at 1", "failed: KeyError: 'weights' .*functions_to_check.py, line"),
        ("functions_to_check:divides --at 1", "is inf at this point; choose one inside its domain"),
        ("functions_to_check:forgets --at 1", "did it forget its return"),
        ("functions_to_check:logarithm --at -1", "nan at this point; choose one inside its domain"),
        ("functions_to_check:product --at nan 1", "derivatives can be checked at finite points only"),
        ("functions_to_check:product", "one of the arguments --at --shapes is required"),
        ("functions_to_check:product --at 1 2 --shapes 2", "not allowed with argument"),
        ("functions_to_check:affine --shapes 3*2", r"expected lengths such as 3 or 3x2, got '3\*2'"),
        ("functions_to_check:wrong --at 1 --rtol 0", "expected a finite number above 0, got '0'"),
    ],
)
def test_what_cannot_be_checked_is_wrong_usage(folder, capsys, words, message):
    (folder / "syntax.py").write_text("def f(:\n")
    (folder / "absent.py").write_text("import no_such_thing\n")
    (folder / "leaving.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(SystemExit) as end:
        check(*words.split())
    assert end.value.code == 2
    told, complaint = capsys.readouterr()
    assert told == ""
    assert re.search(message, complaint)
    assert "Traceback" not in complaint
