"""What a sweep holds on to: with keep="leaves", little more than the activations and the gradients of leaves."""

import platform
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from autograd import Tensor, linear
from autograd.array_primitive import ArrayPrimitive
from autograd.primitive import registry

SIZE, DEPTH = 200, 8


def peak(keep):
    layers = [Tensor(np.eye(SIZE), label=str(place)) for place in range(DEPTH)]
    x, bias = Tensor(np.ones((SIZE, SIZE)), constant=True), Tensor(np.zeros(SIZE))
    tracemalloc.start()
    try:
        h = x
        for layer in layers:
            h = linear(h, layer, bias).tanh()
        loss = h.sum()
        del h
        loss.backward(keep=keep)
        return tracemalloc.get_traced_memory()[1] / (8 * SIZE * SIZE)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("keep", "most"), [("leaves", 2 * DEPTH + 5), ("all", 5 * DEPTH + 5)])
def test_the_peak_in_matrices(keep, most):
    # The output and the gradient of a weight for each layer; with "all" also the sum, and the gradients of both.
    assert peak(keep) < most


def test_what_is_kept():
    x = Tensor([1.0, 2.0])
    inner = x * 2.0
    loss = inner.sum()
    loss.backward(keep="leaves")
    assert x.grad.tolist() == [2.0, 2.0]
    assert np.all(inner.grad == 0.0)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep memory by rules of their own")
def test_a_step_does_not_ask_the_system_for_the_memory_of_the_last_one():
    program = """
import resource
import numpy as np
from autograd import Tensor
weights, x = Tensor(np.ones((300, 300))), Tensor(np.ones((300, 300)))
faults = []
for step in range(8):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    (x @ weights).tanh().exp().sum().backward()
    weights.grad = x.grad = 0.0
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(max(faults[4:]))
"""
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(out) < 100  # pages; the arrays of a step have more than a thousand


def test_an_array_that_a_rule_keeps_is_never_written_over():
    slope = np.full((2, 3), 2.0)
    row = ArrayPrimitive("kept", lambda x: (x * slope).sum(), lambda cotangent, out, x: slope, push=None)
    try:
        x = Tensor([[1.0, -1.0, 2.0], [0.5, -3.0, 4.0]])
        h = x.tanh()
        (row(h.relu()) + row(h)).backward(keep="leaves")
    finally:
        del registry["kept"]
    assert (slope == 2.0).all()
    expected = (1.0 + (x.data > 0)) * 2.0 * (1.0 - np.tanh(x.data) ** 2)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-15)


def test_a_cotangent_for_several_is_never_written_over():
    x = Tensor(np.linspace(-1.0, 1.0, 6).reshape(2, 3))
    h = x * 2.0
    parts = h.tanh() + h.relu() + h  # one array is passed on to three
    (parts * parts).sum().backward(keep="leaves")
    kept = Tensor(x.data)
    again = kept * 2.0
    parts = again.tanh() + again.relu() + again
    (parts * parts).sum().backward()
    np.testing.assert_array_equal(x.grad, kept.grad)


@pytest.mark.parametrize("row", [Tensor.tanh, Tensor.relu, Tensor.exp])
def test_what_is_written_over_has_the_precision_of_its_operand(row):
    single, double = Tensor(np.full((2, 3), 0.25, np.float32)), Tensor(np.eye(3))
    for keep in ("all", "leaves"):
        single.grad = 0.0
        (row(single) @ double).sum().backward(keep=keep)
        assert single.grad.dtype == np.float32


def test_nothing_is_written_over_where_references_cannot_be_counted():
    program = """
import sys
import numpy as np

def look(frame, event, argument):
    if frame.f_code.co_name == "_count_references":
        frame.f_locals  # as a debugger does; it holds what it has seen
    return look

sys.settrace(look)
import autograd.sweeps
sys.settrace(None)
a, b = autograd.Tensor(np.full((3, 4), 0.25)), autograd.Tensor(np.full((3, 4), 0.75))
autograd.sin(a.tanh() + b.tanh()).sum().backward(keep="leaves")
slope = np.cos(np.tanh(0.25) + np.tanh(0.75))
np.testing.assert_allclose(a.grad, slope * (1.0 - np.tanh(0.25) ** 2))
np.testing.assert_allclose(b.grad, slope * (1.0 - np.tanh(0.75) ** 2))
"""
    subprocess.run([sys.executable, "-c", program], check=True)
