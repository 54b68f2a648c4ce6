"""Fail a test that leaves the process in another state than it found: the next test would run under it.

A plugin for pytest, put in force by `conftest.py` for the doctests of the packages too.
"""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from autograd.recording import recording, transforming

#: What pytest itself writes while a test runs.
_PYTEST_OWN = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION")


def global_state():
    """Return all state that a test must leave alone, by name, in a form that compares."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 - to see whether somebody used it
    return {
        "autograd's recording flag": recording.get(),
        "autograd's flag of a running derivative": transforming.get(),
        "numpy.seterr": np.geterr(),
        "numpy.set_printoptions": np.get_printoptions(),
        "numpy.random's global state": (kind, keys.tobytes(), *rest),
        "random's global state": random.getstate(),
        "os.environ": {name: value for name, value in os.environ.items() if name not in _PYTEST_OWN},
        "the working directory": Path.cwd(),
    }


def leaked(before, after):
    """List the names of what differs."""
    return [name for name, value in before.items() if value != after[name]]


@pytest.fixture(autouse=True)
def leaves_no_trace():
    before = global_state()
    yield
    if names := leaked(before, global_state()):
        pytest.fail(f"this test changed {', '.join(names)} and did not set it back")
