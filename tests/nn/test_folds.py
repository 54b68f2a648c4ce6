import contextlib
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd.errors import DomainError, OperandError, ShapeError
from tests.golden import table

with contextlib.suppress(ImportError):
    import sklearn.model_selection  # noqa: F401 - changes os.environ when it is first imported, which no test may do

GOLDEN = table.read("folds")
X, (DATA,) = np.arange(43), GOLDEN["data"]
SPLITTERS = [
    nn.KFold(4, rng=1),
    nn.StratifiedKFold(4, rng=1),
    nn.RepeatedKFold(4, n_repeats=3, rng=1),
    nn.RepeatedStratifiedKFold(4, n_repeats=3, rng=1),
    nn.GroupKFold(4),
    nn.TimeSeriesSplit(4),
]


def listed(splitter, X=X, y=DATA["y"], groups=DATA["groups"]):
    return [(train.tolist(), test.tolist()) for train, test in splitter.split(X, y, groups)]


@pytest.mark.parametrize("row", GOLDEN["rows"], ids=lambda row: f"{row['splitter']} {row['settings']}")
def test_folds_equal_those_of_scikit_learn(row):
    kind = getattr(nn, row["splitter"])
    in_order = {"shuffle": False} if "shuffle" in inspect.signature(kind).parameters else {}
    assert listed(kind(**row["settings"], **in_order)) == [(train, test) for train, test in row["folds"]]


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
def test_parts_are_apart_and_there_are_as_many_as_told(splitter):
    folds = listed(splitter)
    assert len(folds) == splitter.get_n_splits(X, DATA["y"], DATA["groups"]) == splitter.get_n_splits()
    for train, test in folds:
        assert not set(train) & set(test)
        assert train == sorted(train)
        assert test == sorted(test)
    if not isinstance(splitter, nn.TimeSeriesSplit):
        for start in range(0, len(folds), 4):
            assert sorted(position for _, test in folds[start : start + 4] for position in test) == X.tolist()
            assert all(len(train) + len(test) == 43 for train, test in folds)


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
def test_a_seed_gives_the_same_folds_at_every_call(splitter):
    assert listed(splitter) == listed(splitter)
    assert type(splitter).__name__ in repr(splitter)


@pytest.mark.parametrize("kind", [nn.KFold, nn.StratifiedKFold, nn.RepeatedKFold, nn.RepeatedStratifiedKFold])
def test_folds_are_drawn(kind):
    assert listed(kind(3, rng=1)) != listed(kind(3, rng=2))
    assert listed(kind(3)) != listed(kind(3))
    drawing = kind(3, rng=np.random.default_rng(0))
    assert listed(drawing) != listed(drawing)
    test = listed(kind(3, rng=1))[0][1]
    assert np.ptp(np.diff(test)) > 0  # not a stretch


def test_repetitions_differ():
    folds = listed(nn.RepeatedKFold(3, n_repeats=2, rng=0))
    assert folds[:3] != folds[3:]


@given(st.lists(st.integers(3, 25), min_size=1, max_size=5), st.booleans(), st.integers(0, 5))
def test_every_fold_holds_each_class_in_its_share(members, shuffle, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(members)), members))
    sizes = []
    for _, test in nn.StratifiedKFold(3, shuffle=shuffle, rng=seed).split(y, y):
        counts = np.bincount(y[test], minlength=len(members))
        assert (np.abs(counts - np.array(members) / 3) < 1).all()
        sizes.append(len(test))
    assert max(sizes) - min(sizes) <= 1


@given(st.lists(st.integers(0, 9), min_size=20, max_size=60))
def test_no_group_is_torn_apart(groups):
    groups = np.array(groups)
    if len(set(groups.tolist())) < 3:
        return
    tested = [set(groups[test].tolist()) for _, test in nn.GroupKFold(3).split(groups, groups=groups)]
    assert all(tested)
    assert sum(map(len, tested)) == len(set(groups.tolist()))


@pytest.mark.parametrize("gap", [0, 3])
def test_the_future_is_never_trained_on(gap):
    for train, test in nn.TimeSeriesSplit(3, gap=gap).split(X):
        assert max(train) == min(test) - gap - 1


def test_lists_tables_and_columns_can_be_split():
    assert listed(nn.KFold(2, shuffle=False), ["a", "b", "c"], None, None) == [([2], [0, 1]), ([0, 1], [2])]
    column = np.array(DATA["y"])[:, None]
    assert listed(nn.StratifiedKFold(3, rng=0), y=column) == listed(nn.StratifiedKFold(3, rng=0))


@pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
def test_scikit_learn_uses_these_splitters(splitter):
    selection = pytest.importorskip("sklearn.model_selection")
    dummy = pytest.importorskip("sklearn.dummy").DummyClassifier(strategy="prior", random_state=0)
    found = selection.cross_val_score(dummy, X[:, None], DATA["y"], cv=splitter, groups=DATA["groups"])
    assert len(found) == splitter.get_n_splits()
    search = selection.GridSearchCV(dummy, {"strategy": ["prior", "uniform"]}, cv=splitter)
    search.fit(X[:, None], DATA["y"], groups=DATA["groups"])
    assert search.n_splits_ == splitter.get_n_splits()


@pytest.mark.parametrize(
    ("split", "error", "message"),
    [
        (lambda: nn.KFold(1), DomainError, "n_splits: got 1, expected 2 or more"),
        (lambda: nn.KFold(2.5), OperandError, "n_splits: got 2.5"),
        (lambda: nn.KFold(True), OperandError, "n_splits: got True"),
        (lambda: nn.KFold(3, rng=-1), DomainError, "rng: got the seed -1"),
        (lambda: nn.RepeatedKFold(3, n_repeats=0), DomainError, "n_repeats: got 0"),
        (lambda: nn.TimeSeriesSplit(3, gap=-1), DomainError, "gap: got -1"),
        (lambda: nn.TimeSeriesSplit(3, test_size=0), DomainError, "test_size: got 0"),
        (lambda: listed(nn.KFold(3), [1, 2]), ShapeError, "got 2 samples, expected at least one for each of 3"),
        (lambda: listed(nn.KFold(3), []), ShapeError, "got 0 samples"),
        (lambda: listed(nn.KFold(3), 5), OperandError, "got int, expected an array or a list"),
        (lambda: listed(nn.StratifiedKFold(3), y=None), OperandError, "got no y, expected the class of each"),
        (lambda: listed(nn.StratifiedKFold(3), y=[1, 2]), ShapeError, r"y: got shape \(2,\)"),
        (lambda: listed(nn.StratifiedKFold(3), y=np.arange(43.0)), DomainError, "a class has 1 samples.*use KFold"),
        (lambda: listed(nn.GroupKFold(3), groups=None), OperandError, r"try split\(X, groups=groups\)"),
        (lambda: listed(nn.GroupKFold(3), groups=[0, 1] * 21 + [0]), DomainError, "got 2 groups"),
        (lambda: listed(nn.TimeSeriesSplit(5), [1, 2, 3]), ShapeError, "3 samples are too few for 5 stretches"),
        (lambda: listed(nn.TimeSeriesSplit(2, gap=5), range(9)), ShapeError, "a gap of 5"),
    ],
)
def test_bad_input_is_named(split, error, message):
    with pytest.raises(error, match=message):
        split()
