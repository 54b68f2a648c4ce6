import json
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value
from autograd.errors import DomainError, OperandError, ShapeError, UnknownNameError

X, y = np.arange(22.0).reshape(11, 2), np.arange(11)


def epoch(loader):
    return [labels.tolist() for _, labels in loader]


# --- batches


def test_every_sample_comes_once_an_epoch_and_rows_stay_together():
    loader = nn.DataLoader((X, y), batch_size=4, shuffle=True, rng=0)
    batches = list(loader)
    assert [len(labels) for _, labels in batches] == [4, 4, 3]
    assert len(loader) == 3
    assert sorted(np.concatenate([labels for _, labels in batches])) == y.tolist()
    for rows, labels in batches:
        np.testing.assert_array_equal(rows[:, 0], 2 * labels)


def test_without_shuffling_the_order_is_kept():
    assert epoch(nn.DataLoader((X, y), batch_size=4)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
    assert epoch(nn.DataLoader((X, y), batch_size=4, drop_last=True)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert epoch(nn.DataLoader((X, y), batch_size=99)) == [y.tolist()]


@given(st.integers(1, 30), st.integers(1, 9), st.booleans(), st.booleans())
def test_the_length_is_the_number_of_batches(samples, size, shuffle, drop_last):
    if drop_last and size > samples:
        return
    loader = nn.DataLoader(np.arange(samples), batch_size=size, shuffle=shuffle, drop_last=drop_last, rng=0)
    assert len(list(loader)) == len(loader)


def test_epochs_differ_and_a_seed_gives_the_same_ones():
    first, second = (nn.DataLoader((X, y), batch_size=4, shuffle=True, rng=5) for _ in range(2))
    epochs = [epoch(first) for _ in range(3)]
    assert epochs == [epoch(second) for _ in range(3)]
    assert epochs[0] != epochs[1]
    assert epochs[0] != epoch(nn.DataLoader((X, y), batch_size=4, shuffle=True, rng=6))


def test_a_single_array_comes_as_such_and_a_tuple_of_one_as_a_tuple():
    assert [batch.tolist() for batch in nn.DataLoader(y, batch_size=6)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    assert [len(batch) for batch in nn.DataLoader((y,), batch_size=6)] == [1, 1]
    assert [batch.shape for batch in nn.DataLoader([[1, 2], [3, 4], [5, 6]], batch_size=2)] == [(2, 2), (1, 2)]
    assert next(iter(nn.DataLoader(Tensor(X), batch_size=3, shuffle=True, rng=0))).__class__ is np.ndarray


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, bool])
def test_kinds_of_numbers_are_kept(dtype):
    for shuffle in (False, True):
        assert next(iter(nn.DataLoader(X.astype(dtype), shuffle=shuffle, rng=0))).dtype == dtype


def test_shuffled_batches_are_copies():
    data = X.copy()
    for batch in nn.DataLoader(data, batch_size=3, shuffle=True, rng=0):
        batch[:] = -1.0
    np.testing.assert_array_equal(data, X)


# --- exact resume


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("taken", range(13))
def test_another_loader_goes_on_exactly(shuffle, taken):
    def loader(rng):
        return nn.DataLoader((X, y), batch_size=3, shuffle=shuffle, rng=rng)

    whole = loader(2)
    expected = [batch for _ in range(4) for batch in epoch(whole)]  # 4 epochs of 4 batches
    interrupted, seen = loader(2), []
    state = interrupted.state_dict()
    while len(seen) < taken:
        for _, labels in interrupted:
            seen.append(labels.tolist())
            state = json.loads(json.dumps(interrupted.state_dict()))
            if len(seen) == taken:
                break
    resumed = loader(99)
    resumed.load_state_dict(state)
    rest = []
    while len(rest) < 16 - taken:
        rest += epoch(resumed)
    assert seen + rest == expected


def test_a_state_after_an_epoch_is_that_before_the_next():
    loader = nn.DataLoader((X, y), batch_size=4, shuffle=True, rng=0)
    epoch(loader)
    resumed = nn.DataLoader((X, y), batch_size=4, shuffle=True)
    resumed.load_state_dict(loader.state_dict())
    assert loader.state_dict()["given"] == 0
    assert epoch(resumed) == epoch(loader)


def test_an_epoch_that_was_left_early_is_not_gone_on_with():
    loader = nn.DataLoader((X, y), batch_size=4)
    next(iter(loader))
    assert len(epoch(loader)) == 3


def test_generators_of_other_kinds_are_restored_too():
    loader = nn.DataLoader((X, y), batch_size=4, shuffle=True, rng=np.random.Generator(np.random.MT19937(3)))
    state = loader.state_dict()
    first = epoch(loader)
    loader.load_state_dict(state)
    assert epoch(loader) == first


@pytest.mark.parametrize(
    "state", [{}, {"given": 4, "generator": {}}, {"given": -1, "generator": {}}, {"given": 1, "generator": {"a": 1}}]
)
def test_a_state_that_does_not_fit_is_refused(state):
    with pytest.raises(DomainError, match="the state does not fit this loader"):
        nn.DataLoader((X, y), batch_size=4).load_state_dict(state)


# --- a batch is taken at once, however many samples are in it


def calls_per_batch(batch_size):
    """Return how many functions are called for a batch, those of NumPy included."""
    loader = nn.DataLoader((X.repeat(100, axis=0), y.repeat(100)), batch_size=batch_size, shuffle=True, rng=0)
    events = Counter()
    batches = iter(loader)
    next(batches)  # which shuffles
    sys.setprofile(lambda frame, event, argument: events.update([event]))
    try:
        next(batches)
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


def test_a_batch_of_many_samples_takes_no_more_calls_than_one_of_few():
    assert calls_per_batch(4) == calls_per_batch(100) < 12


# --- bad input


@pytest.mark.parametrize(
    ("data", "settings", "error", "message"),
    [
        ([], {}, ShapeError, "got no samples"),
        ((), {}, ShapeError, "got no samples"),
        ((X[:0], y[:0]), {}, ShapeError, "got no samples"),
        ((X, y[:3]), {}, ShapeError, r"got lengths \[11, 3\]"),
        ([[1, 2], [3]], {}, ShapeError, "rows of different lengths"),
        (3.0, {}, ShapeError, "without rows"),
        (None, {}, OperandError, "got NoneType"),
        ("text", {}, OperandError, "got str"),
        ([Value(1.0)], {}, OperandError, "of objects"),
        (X, {"batch_size": 12, "drop_last": True}, DomainError, "11 samples fill no batch of 12"),
        (X, {"rng": "seed"}, OperandError, "rng: got 'seed'"),
    ],
)
def test_bad_input_is_named(data, settings, error, message):
    with pytest.raises(error, match=message):
        nn.DataLoader(data, **settings)


def test_a_loader_tells_what_it_holds():
    assert (
        repr(nn.DataLoader((X, y), batch_size=4))
        == "DataLoader((11, 2), (11,), batch_size=4, shuffle=False, 3 batches)"
    )


# --- windows


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.integers(0, 10))
def test_windows_are_what_a_loop_cuts_out(length, horizon, stride, more):
    series = np.arange(length + horizon + more)
    inputs, targets = nn.windows(series, length, horizon=horizon, stride=stride)
    starts = range(0, more + 1, stride)
    assert inputs.tolist() == [series[s : s + length].tolist() for s in starts]
    assert targets.tolist() == [series[s + length : s + length + horizon].tolist() for s in starts]


def test_windows_of_channels_are_views():
    series = np.arange(20.0).reshape(10, 2)
    inputs, targets = nn.windows(series, 4, horizon=3)
    assert (inputs.shape, targets.shape) == ((4, 4, 2), (4, 3, 2))
    np.testing.assert_array_equal(inputs[2], series[2:6])
    np.testing.assert_array_equal(targets[2], series[6:9])
    assert np.shares_memory(inputs, series)
    [(rows, _)] = nn.DataLoader((inputs, targets), shuffle=True, rng=0)
    assert not np.shares_memory(rows, series)


def test_the_target_of_a_token_is_the_next_one():
    inputs, targets = nn.next_tokens(np.arange(9), 4, stride=2)
    assert inputs.tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]
    np.testing.assert_array_equal(targets, inputs + 1)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"length": 0}, DomainError, "length is 0"),
        ({"length": 2.0}, OperandError, "length is 2.0"),
        ({"length": 10}, ShapeError, r"got 10 steps, expected at least 10 \+ 1"),
        ({"length": 2, "stride": 0}, DomainError, "stride is 0"),
        ({"length": 2, "series": "text"}, OperandError, "encoded by a Vocabulary"),
        ({"length": 2, "series": 5}, ShapeError, "got no axis"),
    ],
)
@pytest.mark.parametrize("cut", [nn.windows, nn.next_tokens])
def test_windows_that_cannot_be_cut_are_refused(cut, settings, error, message):
    settings = dict(settings)
    with pytest.raises(error, match=message):
        cut(settings.pop("series", range(10)), settings.pop("length"), **settings)


# --- vocabularies


@given(st.text(min_size=1))
def test_decoding_gives_the_text_back(text):
    vocabulary = nn.Vocabulary(text)
    tokens = vocabulary.encode(text)
    assert vocabulary.decode(tokens) == text
    assert set(tokens.tolist()) == set(range(len(vocabulary)))


def test_rows_of_words_are_what_a_language_model_learns():
    vocabulary = nn.Vocabulary(nn.datasets.names(), boundary="\n")
    assert len(vocabulary) == 27
    inputs, targets = vocabulary.encode_words(["mary", "jo"])
    assert inputs.dtype == targets.dtype == np.int64
    assert vocabulary.decode(inputs[0]) == "\nmary"
    assert vocabulary.decode(targets[0]) == "mary\n"
    assert (vocabulary.decode(inputs[1]), targets[1].tolist()) == ("\njo\n\n", [10, 15, 0, -100, -100])
    inputs, targets = vocabulary.encode_words(["mary", "jo"], length=3, ignored=-1)
    assert (vocabulary.decode(inputs[0]), vocabulary.decode(targets[0])) == ("\nma", "mar")
    assert targets[1].tolist() == [10, 15, 0]


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: nn.Vocabulary(""), DomainError, "got no characters"),
        (lambda: nn.Vocabulary([1, 2]), OperandError, "got 1 of type int, expected text"),
        (lambda: nn.Vocabulary("abc", boundary="a"), DomainError, "boundary: got 'a'"),
        (lambda: nn.Vocabulary("abc", boundary="--"), DomainError, "boundary: got '--'"),
        (lambda: nn.Vocabulary("abc").encode("abd"), UnknownNameError, "the character 'd' is not among the 3"),
        (lambda: nn.Vocabulary("abc").decode([3]), DomainError, "got 3, expected 0 to 2"),
        (lambda: nn.Vocabulary("abc").decode([-1]), DomainError, "got -1"),
        (lambda: nn.Vocabulary("abc").encode_words(["a"]), DomainError, "has no boundary"),
        (lambda: nn.Vocabulary("abc", boundary=".").encode_words([]), DomainError, "got 0 words"),
    ],
)
def test_bad_text_is_named(act, error, message):
    with pytest.raises(error, match=message):
        act()
