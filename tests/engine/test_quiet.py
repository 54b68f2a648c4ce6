"""Functions that run while NumPy warns of nothing."""

import threading

import numpy as np
import pytest

from autograd.quiet import quietly


def overflow():
    np.exp(np.array([1e6]))


def test_nothing_is_warned_of_within_and_everything_again_afterwards():
    quietly(overflow)
    quietly(lambda: quietly(overflow))
    with pytest.raises(ZeroDivisionError):
        quietly(lambda: 1 / 0)
    quietly(overflow)
    with pytest.warns(RuntimeWarning, match="overflow"):
        overflow()


def test_threads_do_not_meet():
    both = threading.Barrier(2, timeout=10)
    seen = []

    def work():
        both.wait()
        overflow()  # an error, were it not quiet
        both.wait()
        seen.append(True)

    threads = [threading.Thread(target=quietly, args=(work,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True, True]
