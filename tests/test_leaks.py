import os
import random

import numpy as np
import pytest

from autograd import no_grad
from autograd.recording import recording, transforming
from tests.leaks import global_state, leaked


def stop_recording():
    token = recording.set(False)
    return lambda: recording.reset(token)


def stay_in_a_derivative():
    token = transforming.set(True)
    return lambda: transforming.reset(token)


def silence_numpy():
    old = np.seterr(divide="ignore")
    return lambda: np.seterr(**old)


def print_fewer_digits():
    old = np.get_printoptions()
    np.set_printoptions(precision=3)
    return lambda: np.set_printoptions(**old)


def draw_from_numpy():
    old = np.random.get_state()  # noqa: NPY002
    np.random.uniform()  # noqa: NPY002
    return lambda: np.random.set_state(old)  # noqa: NPY002


def draw_from_random():
    old = random.getstate()
    random.random()
    return lambda: random.setstate(old)


def set_a_variable():
    os.environ["CHAINRULE_LEAK"] = "1"
    return lambda: os.environ.pop("CHAINRULE_LEAK")


def change_the_folder():
    old = os.getcwd()  # noqa: PTH109
    os.chdir("/")
    return lambda: os.chdir(old)


LEAKS = {
    "autograd's recording flag": stop_recording,
    "autograd's flag of a running derivative": stay_in_a_derivative,
    "numpy.seterr": silence_numpy,
    "numpy.set_printoptions": print_fewer_digits,
    "numpy.random's global state": draw_from_numpy,
    "random's global state": draw_from_random,
    "os.environ": set_a_variable,
    "the working directory": change_the_folder,
}


@pytest.mark.parametrize("name", global_state())
def test_each_leak_is_noticed(name):
    before = global_state()
    repair = LEAKS[name]()
    noticed = leaked(before, global_state())
    repair()
    assert noticed == [name]


def test_what_comes_back_is_no_leak():
    before = global_state()
    with no_grad(), np.errstate(all="ignore"):
        np.random.default_rng(0).uniform()
    assert leaked(before, global_state()) == []
