import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.errors import DomainError, OperandError, ShapeError
from nn.splitting import train_test_split

X = np.arange(40.0).reshape(20, 2)
y = np.arange(20) % 2


def test_the_parts_make_the_whole_and_rows_stay_together():
    X_train, X_test, y_train, y_test = train_test_split(X, y, rng=0)
    assert (X_train.shape, X_test.shape) == ((15, 2), (5, 2))
    rows = np.concatenate([X_train, X_test])
    labels = np.concatenate([y_train, y_test])
    assert sorted(rows[:, 0].tolist()) == X[:, 0].tolist()
    np.testing.assert_array_equal(labels, (rows[:, 0] / 2) % 2)


def test_the_order_is_random_but_the_seeds_own():
    first, second = train_test_split(X, rng=1), train_test_split(X, rng=1)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[0][:, 0].tolist() != sorted(first[0][:, 0].tolist())
    assert first[1][:, 0].tolist() != train_test_split(X, rng=2)[1][:, 0].tolist()


def test_lists_stay_lists_of_the_same_objects():
    objects = [object() for _ in range(8)]
    train, test = train_test_split(objects, test_size=2, rng=0)
    assert isinstance(train, list)
    assert {id(x) for x in train + test} == {id(x) for x in objects}
    assert isinstance(train_test_split(tuple(objects), rng=0)[0], list)


@pytest.mark.parametrize(("test_size", "held_back"), [(0.25, 5), (0.01, 1), (0.31, 7), (7, 7), (np.int64(3), 3)])
def test_shares_are_rounded_up_to_samples(test_size, held_back):
    assert len(train_test_split(X, test_size=test_size, rng=0)[1]) == held_back


def test_what_is_returned_is_a_copy():
    data = X.copy()
    train_test_split(data, rng=0)[0][:] = -1.0
    np.testing.assert_array_equal(data, X)


@given(st.lists(st.integers(2, 30), min_size=1, max_size=6), st.floats(0.05, 0.95), st.integers(0, 10))
def test_stratified_parts_hold_every_class_in_its_share(members, test_size, seed):
    labels = np.repeat(np.arange(len(members)), members)
    held_back = int(np.ceil(test_size * len(labels)))
    if not len(members) <= held_back <= len(labels) - len(members):
        return
    train, test = train_test_split(labels, test_size=test_size, rng=seed, stratify=labels)
    counts = np.bincount(test, minlength=len(members))
    assert counts.sum() == held_back
    assert counts.min() >= 1
    assert np.bincount(train, minlength=len(members)).min() >= 1
    ideal = np.array(members) * held_back / len(labels)
    # Off by less than one sample, unless small classes had to be given the one place they must have.
    if (ideal >= 1).all() and (np.array(members) - ideal >= 1).all():
        assert np.abs(counts - ideal).max() < 1


def test_stratified_samples_are_chosen_at_random_within_a_class():
    labels = ["a"] * 10 + ["b"] * 10
    chosen = [sorted(train_test_split(list(range(20)), test_size=4, rng=seed, stratify=labels)[1]) for seed in range(5)]
    assert all(sum(position < 10 for position in test) == 2 for test in chosen)
    assert len({tuple(test) for test in chosen}) > 1


@pytest.mark.parametrize(
    ("arrays", "settings", "error", "message"),
    [
        ((), {}, ShapeError, "got no arrays"),
        ((X, y[:3]), {}, ShapeError, r"got lengths \[20, 3\]"),
        ((X, 0.25), {}, OperandError, "got float, expected arrays or lists"),
        (("text",), {}, OperandError, "got str"),
        ((np.float64(1.0),), {}, OperandError, "got float64"),
        ((np.array(1.0),), {}, ShapeError, "without rows"),
        (([],), {}, DomainError, "of 0 samples"),
        (([1],), {}, DomainError, "leaves 0 to train on"),
        ((X,), {"test_size": 20}, DomainError, "leaves 0 to train on"),
        ((X,), {"test_size": 0}, DomainError, "0 to test on"),
        ((X,), {"test_size": -3}, DomainError, "-3 of 20"),
        ((X,), {"test_size": 1.0}, DomainError, "share between 0 and 1"),
        ((X,), {"test_size": float("nan")}, DomainError, "got nan"),
        ((X,), {"test_size": True}, OperandError, "got True"),
        ((X,), {"test_size": "half"}, OperandError, "got 'half'"),
        ((X,), {"stratify": [0, 1]}, ShapeError, r"got shape \(2,\), expected one class for each of 20"),
        ((X,), {"stratify": [0] * 19 + [1]}, DomainError, "a class has a single sample"),
        ((X,), {"stratify": list(range(10)) * 2, "test_size": 4}, DomainError, "4 samples cannot hold all 10 classes"),
        ((X,), {"stratify": list(range(10)) * 2, "test_size": 16}, DomainError, "4 samples cannot hold all 10 classes"),
        ((X,), {"rng": "seed"}, OperandError, "rng: got 'seed'"),
    ],
)
def test_bad_input_is_named(arrays, settings, error, message):
    with pytest.raises(error, match=message):
        train_test_split(*arrays, **settings)
