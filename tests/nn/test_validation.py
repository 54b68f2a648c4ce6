"""Cross-validation: here, on threads and on processes, with the same numbers; and what is said when it fails."""

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import nn
from autograd.errors import DomainError, OperandError, ShapeError

try:
    from sklearn import model_selection, preprocessing  # changes os.environ, which no test may do
except ImportError:
    model_selection = preprocessing = None

IRIS = nn.datasets.iris()
X, Y = IRIS.data, IRIS.target


def layer(rng=None):
    return nn.Sequential(nn.Linear(4, 8, rng=rng), nn.Dropout(0.2, rng=rng), nn.Linear(8, 3, rng=rng))


def fixed():
    return nn.Linear(4, 3, rng=0)


def scalar(rng):
    return nn.MLP(4, [3], rng=rng)


def one_epoch():
    return [nn.EarlyStopping(patience=1), Once()]


class Once(nn.Callback):
    def on_epoch(self, trainer):
        trainer.stop("one is enough")


def dies(outputs, targets):
    if len(targets) == 51:
        os._exit(1)
    return nn.accuracy(outputs, targets)


def fails(outputs, targets):
    raise nn.DivergenceError("no", nn.History([{"epoch": 1}]))


def validate(factory=layer, data=(X, Y), **settings):
    settings = {
        "folds": nn.StratifiedKFold(3, rng=0),
        "epochs": 3,
        "metrics": [nn.accuracy],
        "optimizer": nn.optimizer_factory("adam", lr=0.02),
        "prepare": nn.Standardizer,
        "rng": 0,
    } | settings
    return nn.cross_validate(factory, nn.cross_entropy, data, **settings)


def assert_equal_scores(scores, others):
    assert list(scores) == list(others)
    for name in scores:
        np.testing.assert_array_equal(scores[name], others[name])


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("factory", [layer, fixed, scalar])
def test_whoever_runs_the_folds_the_numbers_are_the_same(factory, processes):
    scores = validate(factory)
    assert scores["accuracy"].shape == scores["loss"].shape == (3,)
    assert scores.mean("accuracy") > 0.6
    assert_equal_scores(validate(factory), scores)
    assert_equal_scores(validate(factory, executor=processes), scores)
    with ThreadPoolExecutor(2) as threads:
        assert_equal_scores(validate(factory, executor=threads), scores)


def test_each_fold_is_a_training_of_its_own_on_what_is_not_held_back():
    splitter = nn.KFold(3, rng=4)
    scores = validate(fixed, folds=splitter, epochs=2, rng=7)
    seeds = np.random.default_rng(7).integers(2**63, size=3).tolist()
    for place, (train, test) in enumerate(splitter.split(X)):
        scale = nn.Standardizer.fit(X[train])
        model = fixed()
        nn.fit(
            model,
            nn.cross_entropy,
            (scale.transform(X[train]), Y[train]),
            epochs=2,
            optimizer=nn.Adam(model.parameters(), lr=0.02),
            rng=seeds[place],
            progress=False,
        )
        judged = nn.evaluate(model, nn.cross_entropy, (scale.transform(X[test]), Y[test]), metrics=[nn.accuracy])
        assert {name: numbers[place] for name, numbers in scores.items()} == judged


def test_a_seed_is_given_to_factories_that_have_none():
    seeds = []

    def factory(rng):
        seeds.append(rng)
        return nn.Linear(4, 3, rng=rng)

    validate(factory)
    validate(factory)
    assert len(set(seeds[:3])) == 3
    assert seeds[:3] == seeds[3:]
    validate(lambda rng=5: seeds.append(rng) or nn.Linear(4, 3, rng=rng))
    assert seeds[6:] == [5, 5, 5]


@pytest.mark.parametrize(
    ("folds", "count"),
    [
        (4, 4),
        (nn.RepeatedKFold(2, n_repeats=2, rng=0), 4),
        ([(range(50, 150), range(50))], 1),
        (nn.TimeSeriesSplit(2), 2),
    ],
)
def test_folds_are_a_number_a_splitter_or_pairs(folds, count):
    assert validate(fixed, folds=folds, epochs=1).folds == count


def test_a_number_of_folds_is_stratified_where_targets_are_classes():
    y = np.repeat([0, 1], [6, 144])
    share = nn.cross_validate(
        fixed, nn.cross_entropy, (X, y), folds=3, epochs=1, metrics={"rare": lambda p, y: float((y == 0).sum())}, rng=0
    )
    assert share["rare"].tolist() == [2, 2, 2]


def test_groups_stay_together():
    groups = np.arange(150) // 10
    seen = []
    metric = {"groups": lambda outputs, targets: seen.append(set(targets[:, 0].tolist())) or 0.0}
    nn.cross_validate(
        lambda: nn.Linear(4, 1, rng=0),
        nn.mse_loss,
        (X, groups[:, None].astype(float)),
        folds=nn.GroupKFold(3),
        groups=groups,
        epochs=1,
        metrics=metric,
        optimizer=lambda parameters: nn.SGD(parameters, lr=1e-9),
    )
    held_back = seen[1::2]  # after each epoch of training the scores
    assert sorted(group for part in held_back for group in part) == list(range(15))


def test_callbacks_are_new_in_each_fold_and_judge_by_a_part_of_the_training_part():
    assert_equal_scores(validate(epochs=20, callbacks=one_epoch), validate(epochs=1, callbacks=one_epoch))
    assert validate(epochs=2, callbacks=one_epoch, validation=0.25).folds == 3


@pytest.mark.skipif(model_selection is None, reason="needs scikit-learn")
def test_splitters_and_transformers_of_scikit_learn_serve():
    splitter = model_selection.StratifiedKFold(3, shuffle=True, random_state=0)
    scores = validate(folds=splitter, prepare=preprocessing.StandardScaler())
    np.testing.assert_allclose(validate(folds=splitter)["loss"], scores["loss"], rtol=1e-9)
    assert_equal_scores(validate(folds=splitter, prepare=preprocessing.StandardScaler), scores)
    assert_equal_scores(validate(folds=splitter, prepare=lambda: preprocessing.StandardScaler()), scores)
    group = model_selection.GroupKFold(3)
    assert validate(folds=group, groups=np.arange(150) // 10, epochs=1).folds == 3


def test_scores_are_shown_with_their_spread():
    scores = nn.Scores([{"loss": 0.5, "accuracy": 0.9}, {"loss": 0.7, "accuracy": 0.8}])
    assert repr(scores) == "Scores(2 folds)\n  loss      0.6 ± 0.1\n  accuracy  0.85 ± 0.05"
    assert scores.std("loss") == pytest.approx(0.1)
    with pytest.raises(KeyError, match="no scores named 'f1'; there are loss, accuracy"):
        scores["f1"]


def test_what_cannot_be_sent_is_named(processes):
    with pytest.raises(OperandError, match=r"the optimizer cannot be sent.*try nn\.optimizer_factory"):
        validate(optimizer=lambda parameters: nn.Adam(parameters), executor=processes)
    with pytest.raises(OperandError, match=r"the model_factory cannot be sent.*`def` at the top"):
        validate(lambda: fixed(), executor=processes)


def test_a_worker_that_dies_loses_nothing():
    folds = [(range(60, 150), range(60)), (range(99), range(99, 150))]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(nn.WorkerError, match="a worker died, 1 folds were finished") as caught:
            validate(folds=folds, metrics=[dies], executor=pool)
        assert [list(row) for row in caught.value.results] == [["loss", "dies"]]


@pytest.mark.parametrize("makes", [lambda pool: None, lambda pool: pool])
def test_a_training_that_fails_says_in_which_fold(makes, processes):
    with pytest.raises(nn.DivergenceError, match="no") as caught:
        validate(metrics=[fails], executor=makes(processes))
    assert caught.value.__notes__[-1] == "in fold 1"
    assert caught.value.history["epoch"] == [1]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"data": X}, OperandError, r"expected data as \(inputs, targets\)"),
        ({"data": (X, Y[:9])}, ShapeError, r"shapes \(9,\) and \(150, 4\)"),
        ({"folds": None}, OperandError, r"expected folds as a number, a splitter such as nn.KFold\(5\)"),
        ({"folds": "five"}, OperandError, "expected folds as a number"),
        ({"folds": iter([])}, DomainError, "there are no folds"),
        ({"folds": 1}, DomainError, "n_splits: got 1"),
        ({"folds": nn.GroupKFold(3)}, OperandError, "got no groups"),
    ],
)
def test_bad_input_is_named(settings, error, message):
    with pytest.raises(error, match=message):
        validate(**settings)


def test_ctrl_c_ends_all_folds():
    started = []

    class Interrupting(nn.Callback):
        def on_start(self, trainer):
            started.append(trainer)

        def on_iteration(self, trainer):
            if trainer.epoch == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nn.cross_validate(
            lambda: nn.Linear(2, 2, rng=0),
            nn.cross_entropy,
            nn.datasets.moons(60, rng=0),
            folds=3,
            epochs=3,
            rng=0,
            callbacks=lambda: [Interrupting()],
        )
    assert len(started) == 1


def test_a_network_is_not_judged_by_what_it_has_seen_in_another_fold():
    model = nn.Linear(2, 2, rng=0)
    with pytest.raises(OperandError, match="the network of another fold"):
        nn.cross_validate(lambda: model, nn.cross_entropy, nn.datasets.moons(60, rng=0), folds=3, epochs=1, rng=0)
