"""Tensors that move together move as if each were alone, whatever sets them apart on the way."""

import copy
from itertools import chain

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.optimizers.joint import SMALL, TOGETHER, JointBlock, join
from tests.nn.descents import SETTINGS

SHAPES = [(3, 4), (4,), (), (2, 0), (SMALL + 1,), (7,)]
RULES = [name for name in nn.OPTIMIZERS if name != "lbfgs"]  # which moves along one direction anyway


def give_gradients(tensors, step, *, without=()):
    rng = np.random.default_rng(step)
    for place, tensor in enumerate(tensors):
        slope = rng.normal(size=tensor.shape).astype(tensor.dtype)
        tensor.grad = 0.0 if place in without else slope[()]


def set_apart(tensors, step):
    """Freeze a tensor for a while, change the precision of another, and let a third have no gradient once."""
    tensors[1].constant = 3 <= step < 5
    if step == 7:
        tensors[5].data = tensors[5].data.astype(np.float32)
    return {0} if step == 6 else ()


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("regular", [True, False], ids=["regular", "set apart"])
def test_together_is_as_alone(name, regular):
    tensors, alone = ([Tensor(np.full(shape, 0.5)) for shape in SHAPES] for _ in range(2))
    optimizer = nn.OPTIMIZERS[name](tensors, **SETTINGS[name])
    optimizers = [nn.OPTIMIZERS[name]([tensor], **SETTINGS[name]) for tensor in alone]
    assert any(isinstance(block, JointBlock) for block in chain(*optimizer._moving))
    for step in range(10):
        for group in (tensors, alone):
            give_gradients(group, step, without=() if regular else set_apart(group, step))
        for each in (optimizer, *optimizers):
            each.step()
        for together, single in zip(tensors, alone, strict=True):
            assert together.dtype == single.dtype
            np.testing.assert_array_equal(together.data, single.data)
    state, states = optimizer.state_dict(), [each.state_dict() for each in optimizers]
    for place, single in enumerate(states):
        for entry, array in single.items():
            if entry.startswith("groups.0.0."):
                np.testing.assert_array_equal(state[entry.replace("groups.0.0.", f"groups.0.{place}.")], array)


@pytest.mark.parametrize("name", RULES)
def test_copies_and_loaded_states_remember_for_themselves(name):
    tensors = [Tensor(np.full(shape, 0.5)) for shape in SHAPES]
    optimizer = nn.OPTIMIZERS[name](tensors, **SETTINGS[name])
    start = optimizer.state_dict()
    for step in range(3):
        give_gradients(tensors, step)
        optimizer.step()
    twin = copy.deepcopy(optimizer)
    for step in (3, 4):
        for each in (optimizer, twin):
            give_gradients(each.parameters, step, without={2} if step == 3 else ())
            each.step()
    for ours, its in zip(tensors, twin.parameters, strict=True):
        np.testing.assert_array_equal(ours.data, its.data)
    again = nn.OPTIMIZERS[name]([Tensor(np.full(shape, 0.5)) for shape in SHAPES], **SETTINGS[name])
    twin.load_state_dict(start)  # what it learned is forgotten
    for tensor in twin.parameters:
        tensor.data = np.full(tensor.shape, 0.5)
    for step in range(3):
        for each in (again, twin):
            give_gradients(each.parameters, step)
            each.step()
    for entry, array in again.state_dict().items():
        np.testing.assert_array_equal(twin.state_dict()[entry], array)


def test_rules_that_look_at_a_whole_tensor_are_given_one_at_a_time():
    class Normed(nn.SGD):
        def _change(self, gradient, memory, settings, out):
            out[...] = settings["lr"] * gradient / np.linalg.norm(gradient)

    tensors = [Tensor(np.zeros(2)), Tensor(np.zeros(2))]
    optimizer = Normed(tensors, lr=1.0)
    tensors[0].grad, tensors[1].grad = np.array([3.0, 4.0]), np.array([30.0, 40.0])
    optimizer.step()
    for tensor in tensors:
        np.testing.assert_allclose(tensor.data, [-0.6, -0.8])


def test_parts_cannot_be_made_writeable():
    tensors = [Tensor(np.ones(3)), Tensor(np.ones(2))]
    optimizer = nn.SGD(tensors, lr=0.1)
    give_gradients(tensors, 0)
    optimizer.step()
    with pytest.raises(ValueError, match="WRITEABLE"):
        tensors[0].data.flags.writeable = True


def test_large_tensors_move_alone_and_crowds_are_small():
    sizes = [SMALL + 1, *[SMALL] * 5, 1]
    blocks = chain(*nn.Adam([Tensor(np.ones(size)) for size in sizes])._blocks)
    together = [[m.memory.shape[0] for m in getattr(block, "members", [block])] for block in join(blocks)]
    assert sorted(chain(*together)) == sorted(sizes)
    assert all(sum(crowd) <= TOGETHER for crowd in together)
    assert [SMALL + 1] in together
    assert max(map(len, together)) == 2
