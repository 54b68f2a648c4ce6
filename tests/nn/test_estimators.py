"""Networks as scikit-learn has its models: its own checks, and its tools at work on them."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import nn

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

CLASSIFIER, REGRESSOR = nn.estimators.MLPClassifier, nn.estimators.MLPRegressor
DIGITS = nn.datasets.digits()
X, Y = DIGITS.images.reshape(-1, 64) / 16.0, DIGITS.target
FEW, LABELS = X[:200], Y[:200]
MOONS, SIDES = nn.datasets.moons(120, noise=0.1, rng=0)
WAVE = np.linspace(-2.0, 2.0, 90)[:, None]
HEIGHT = np.sin(2.0 * WAVE[:, 0])


def names_of_checks(estimator):
    return {check.func.__name__ for _, check in estimator_checks.estimator_checks_generator(estimator)}


@pytest.fixture
def numpy_as_it_was():
    state = np.random.get_state()  # noqa: NPY002 - which scikit-learn's checks seed
    yield
    np.random.set_state(state)  # noqa: NPY002


@pytest.mark.usefixtures("numpy_as_it_was")
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("kind", "theirs"), [(CLASSIFIER, MLPClassifier), (REGRESSOR, MLPRegressor)])
def test_all_checks_pass_that_scikit_learns_own_network_passes(kind, theirs):
    results = estimator_checks.check_estimator(kind(), on_skip=None, on_fail="raise")
    not_passed = {result["check_name"] for result in results if result["status"] != "passed"}
    # The first is skipped without SCIPY_ARRAY_API, the other for whoever has no `decision_function`, as theirs has not.
    assert not_passed <= {"check_array_api_input", "check_classifiers_multilabel_output_format_decision_function"}
    assert names_of_checks(theirs()) <= names_of_checks(kind())


def test_pipelines_searches_and_validations_use_them():
    pipeline = make_pipeline(StandardScaler(), CLASSIFIER(hidden=(32,), epochs=20, rng=0))
    assert cross_val_score(pipeline, X, Y, cv=3).mean() > 0.92
    search = GridSearchCV(pipeline, {"mlpclassifier__hidden": [(), (8, 8)], "mlpclassifier__epochs": [1, 12]}, cv=2)
    search.fit(FEW, LABELS)
    assert search.best_params_["mlpclassifier__epochs"] == 12
    scaled = TransformedTargetRegressor(REGRESSOR(activation="tanh", lr=0.02, rng=0), transformer=StandardScaler())
    assert cross_val_score(scaled, WAVE[::-1], 100.0 + HEIGHT[::-1], cv=nn.KFold(3, rng=0)).min() > 0.9


def test_the_network_is_there_to_be_looked_at():
    model = CLASSIFIER(hidden=(7, 5), activation="tanh", epochs=3).fit(FEW, LABELS)
    assert [layer.weight.shape for layer in model.model_ if isinstance(layer, nn.Linear)] == [(7, 64), (5, 7), (10, 5)]
    assert len(model.loss_curve_) == model.n_iter_ == 3
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    np.testing.assert_array_equal(model.predict_proba(FEW), nn.predict_proba(model.model_, FEW))
    np.testing.assert_array_equal(model.predict(FEW), nn.predict(model.model_, FEW).argmax(axis=1))
    assert not hasattr(model, "validation_scores_")


def test_an_estimator_is_nn_fit_with_these_settings():
    model = REGRESSOR(hidden=(6,), epochs=4, batch_size=16, lr=0.01, alpha=0.5).fit(WAVE, HEIGHT)
    random = np.random.default_rng(0)
    first = nn.Linear(1, 6, initializer="he_uniform", rng=random)
    last = nn.Linear(6, 1, initializer="xavier_uniform", rng=random)
    network = nn.Sequential(first, nn.ACTIVATIONS["relu"], last)
    weights = {"parameters": [first.weight, last.weight], "weight_decay": 0.5 / 16}
    optimizer = nn.Adam([weights, {"parameters": [first.bias, last.bias]}], lr=0.01)
    data = (WAVE, HEIGHT[:, None])
    nn.fit(network, nn.mse_loss, data, epochs=4, batch_size=16, optimizer=optimizer, rng=random, progress=False)
    np.testing.assert_allclose(model.predict(WAVE), nn.predict(network, WAVE)[:, 0], rtol=1e-12)


@pytest.mark.parametrize("kind", [CLASSIFIER, REGRESSOR])
def test_early_stopping_goes_back_to_the_best_epoch(kind):
    y = SIDES if kind is CLASSIFIER else SIDES.astype(float)
    settings = {"hidden": (64,), "lr": 0.03, "early_stopping": True, "patience": 5, "validation_fraction": 0.3}
    model = kind(epochs=500, **settings).fit(MOONS, y)
    assert 5 < model.n_iter_ < 500
    assert len(model.validation_scores_) == model.n_iter_
    best = kind(epochs=model.n_iter_ - 5, **settings).fit(MOONS, y)
    np.testing.assert_array_equal(model.predict(MOONS), best.predict(MOONS))
    assert model.score(MOONS, y) > 0.6


@pytest.mark.parametrize(("kind", "y"), [(CLASSIFIER, SIDES), (REGRESSOR, SIDES + 0.5)])
def test_weights_count_samples_as_often(kind, y):
    weights = np.arange(120) % 3
    settings = {"batch_size": 500, "shuffle": False, "epochs": 5}
    weighted = kind(**settings).fit(MOONS, y, sample_weight=weights)
    repeated = kind(**settings).fit(np.repeat(MOONS, weights, axis=0), np.repeat(y, weights))
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-10)
    plain = kind(**settings).fit(MOONS, y)
    np.testing.assert_allclose(plain.loss_curve_, kind(**settings).fit(MOONS, y, np.full(120, 7.0)).loss_curve_)


def test_partial_fit_shows_samples_once():
    model = CLASSIFIER(shuffle=False)
    for start in range(0, 200, 50):
        model.partial_fit(FEW[start : start + 50], LABELS[start : start + 50], classes=np.arange(10))
    assert model.n_iter_ == len(model.loss_curve_) == 4
    whole = CLASSIFIER(shuffle=False, epochs=4).fit(FEW[:50], LABELS[:50])
    parts = CLASSIFIER(shuffle=False)
    for _ in range(4):
        parts.partial_fit(FEW[:50], LABELS[:50], np.arange(10))
    np.testing.assert_array_equal(parts.predict_proba(FEW), whole.predict_proba(FEW))
    regressor = REGRESSOR(early_stopping=True).partial_fit(WAVE, HEIGHT).partial_fit(WAVE, HEIGHT)
    assert regressor.n_iter_ == 2


def test_warm_start_goes_on():
    model = REGRESSOR(epochs=3, warm_start=True).fit(WAVE, HEIGHT)
    model.fit(WAVE, HEIGHT)
    assert model.n_iter_ == 6
    assert model.loss_curve_ == REGRESSOR(epochs=6).fit(WAVE, HEIGHT).loss_curve_


def test_several_labels_and_several_targets():
    both = np.stack([SIDES, MOONS[:, 0] > 0.5], axis=1).astype(int)
    model = CLASSIFIER(lr=0.02).fit(MOONS, both, sample_weight=np.ones(120))
    assert model.predict(MOONS).shape == model.predict_proba(MOONS).shape == (120, 2)
    assert model.score(MOONS, both) > 0.9
    targets = np.stack([HEIGHT, -HEIGHT], axis=1)
    assert REGRESSOR(activation="tanh", lr=0.02, epochs=200).fit(WAVE, targets).score(WAVE, targets) > 0.95


def test_words_are_classes_and_float32_stays():
    words = np.where(SIDES, "up", "down")
    model = CLASSIFIER(lr=0.02).fit(MOONS.astype(np.float32), words)
    assert set(model.predict(MOONS)) == {"up", "down"}
    assert model.predict_proba(MOONS.astype(np.float32)).dtype == model.model_[0].weight.dtype == np.float32


@pytest.mark.parametrize(
    "optimizer", [*sorted(set(nn.OPTIMIZERS) - {"lbfgs"}), nn.optimizer_factory("sgd", lr=0.01, momentum=0.9)]
)
def test_any_optimizer_serves(optimizer):
    assert len(CLASSIFIER(optimizer=optimizer, epochs=2).fit(MOONS, SIDES).loss_curve_) == 2


def test_clones_and_pickles():
    model = CLASSIFIER(hidden=(5,), epochs=2, alpha=0.25, rng=3).fit(MOONS, SIDES)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "model_")
    np.testing.assert_array_equal(copy.fit(MOONS, SIDES).predict_proba(MOONS), model.predict_proba(MOONS))
    again = pickle.loads(pickle.dumps(model))
    again.partial_fit(MOONS, SIDES), model.partial_fit(MOONS, SIDES)
    np.testing.assert_array_equal(again.predict_proba(MOONS), model.predict_proba(MOONS))


@pytest.mark.parametrize(
    ("learn", "message"),
    [
        (lambda: CLASSIFIER().fit(MOONS, np.ones(120)), "y holds one class, 1.0; expected two or more"),
        (lambda: CLASSIFIER().partial_fit(MOONS, SIDES), r"the first call needs all classes.*classes=np\.unique\(y\)"),
        (lambda: CLASSIFIER().partial_fit(MOONS, SIDES + 1, [0, 1]), r"got the class 2, expected one of \[0, 1\]"),
        (lambda: CLASSIFIER(hidden=(0,)).fit(MOONS, SIDES), "must be a whole number, 1 or more"),
        (lambda: CLASSIFIER(activation="rellu").fit(MOONS, SIDES), "did you mean 'relu'"),
        (lambda: CLASSIFIER(optimizer="lbfgs").fit(MOONS, SIDES), "'lbfgs' needs the whole data"),
        (lambda: REGRESSOR().fit(WAVE, HEIGHT, sample_weight=-np.ones(90)), "[Nn]egative"),
        (lambda: REGRESSOR().partial_fit(WAVE, HEIGHT).partial_fit(WAVE, np.ones((90, 2))), "got 2 targets a sample"),
    ],
)
def test_bad_input_is_named(learn, message):
    with pytest.raises(ValueError, match=message):
        learn()


def test_without_scikit_learn_the_extra_is_named():
    program = """if True:
        import sys
        sys.modules["sklearn"] = None
        import nn
        print(nn.estimators.__all__)
        try:
            nn.estimators.MLPClassifier
        except ImportError as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'chainrule[sklearn]' (or pip install scikit-learn)" in run.stdout
