import numpy as np
import pytest

from autograd.errors import DomainError, OperandError
from nn.randomness import generator


def test_a_generator_is_handed_back_so_that_draws_go_on():
    rng = np.random.default_rng(3)
    assert generator(rng) is rng


@pytest.mark.parametrize("seed", [7, np.int64(7), np.uint8(7)])
def test_a_seed_gives_the_same_numbers_each_time(seed):
    assert generator(seed).random(4).tolist() == np.random.default_rng(7).random(4).tolist()


def test_none_is_unpredictable():
    assert generator(None).random() != generator(None).random()


def test_numpys_global_state_is_left_alone():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - the state that must not move
    generator(None).random()
    generator(1).random()
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


@pytest.mark.parametrize("wrong", [True, np.True_, "7", 1.0, [1], np.random.RandomState(0), np.random])
def test_what_is_no_seed_is_refused(wrong):
    with pytest.raises(OperandError, match=r"rng: got .* expected a numpy\.random\.Generator"):
        generator(wrong)


def test_a_negative_seed_is_refused():
    with pytest.raises(DomainError, match="try rng=3"):
        generator(-3)
