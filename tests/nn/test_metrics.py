import numpy as np
import pytest

from autograd import Tensor, Value
from autograd.errors import DomainError, OperandError, ShapeError, UnknownNameError
from nn import metrics
from nn.metrics import accuracy, confusion_matrix, f1, mae, precision, predicted_classes, r2, recall, rmse, roc_auc
from tests.golden import table

ROWS = [[0.1, 2.0, -1.0], [3.0, 0.5, 0.2], [-5.0, -4.0, -3.0], [0.0, 1.0, 0.5]]
RIGHT = [1, 0, 2, 1]


def values(nested):
    return [values(item) if isinstance(item, list) else Value(item) for item in nested]


GOLDEN = [(row, said) for row in table.read("metrics")["rows"] for said in row["metrics"]]


@pytest.mark.parametrize(("row", "said"), GOLDEN)
@pytest.mark.parametrize("form", [lambda rows: rows, np.array])
def test_metrics_equal_those_of_scikit_learn(row, said, form):
    metric = getattr(metrics, said["metric"])
    found = metric(form(row["predictions"]), form(row["targets"]), **said["settings"])
    np.testing.assert_allclose(found, said["value"], rtol=1e-13, atol=1e-15)


def test_every_metric_has_golden_numbers():
    assert {said["metric"] for _, said in GOLDEN} == set(metrics.__all__) - {"predicted_classes"}


@pytest.mark.parametrize("form", [list, np.array, values, Tensor, lambda rows: np.array(values(rows)), tuple])
def test_rows_of_scores_in_any_form(form):
    assert accuracy(form(ROWS), RIGHT) == 1.0
    assert accuracy(form(ROWS), [1, 0, 2, 0]) == 0.75
    assert predicted_classes(form(ROWS)).tolist() == RIGHT


@pytest.mark.parametrize("form", [list, np.array, values, lambda scores: [[score] for score in scores]])
@pytest.mark.parametrize("negative", [0, -1])
def test_one_score_a_sample_in_any_form(form, negative):
    labels = [1, negative, 1, negative]
    assert accuracy(form([0.3, -0.2, 4.0, 1.5]), labels) == 0.75
    assert accuracy(form([0.9, 0.2, 0.6, 0.4]), labels, threshold=0.5) == 1.0


def test_a_score_on_the_threshold_is_not_above_it():
    assert predicted_classes([0.0, -0.0, 1e-300]).tolist() == [0, 0, 1]


@pytest.mark.parametrize("kind", [int, np.uint8, np.int64, bool])
def test_classes_are_taken_as_they_are(kind):
    assert accuracy(np.array([1, 0, 1, 1]).astype(kind), [1, 0, 0, 1]) == 0.75


@pytest.mark.parametrize("labels", [np.array([1.0, 0.0]), [[1], [0]], [True, False], np.array([1, 0], dtype=np.uint8)])
def test_labels_in_any_form(labels):
    assert accuracy([1, 0], labels) == 1.0
    assert accuracy([2.0, -2.0], labels) == 1.0


def test_nothing_is_recorded():
    scores = values(ROWS)
    accuracy(scores, RIGHT)
    assert all(score.is_leaf and score.grad == 0.0 for row in scores for score in row)


def test_a_confusion_matrix_has_truth_in_rows_and_predictions_in_columns():
    counts = confusion_matrix([1, 0, 1, 1, 2], [0, 0, 1, 1, 1])
    assert counts.tolist() == [[1, 1, 0], [0, 2, 1], [0, 0, 0]]
    assert np.trace(counts) / counts.sum() == accuracy([1, 0, 1, 1, 2], [0, 0, 1, 1, 1])


def test_a_confusion_matrix_of_scores():
    assert confusion_matrix(values(ROWS), [1, 0, 2, 0], classes=4).tolist() == [
        [1, 1, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
    ]
    assert confusion_matrix([1.5, -1.0, 2.0], [1, -1, -1]).tolist() == [[1, 1], [0, 1]]


def test_a_confusion_matrix_counts_like_a_loop():
    rng = np.random.default_rng(3)
    predicted, labels = rng.integers(7, size=500), rng.integers(7, size=500)
    counts = np.zeros((7, 7), dtype=int)
    for guess, truth in zip(predicted, labels, strict=True):
        counts[truth, guess] += 1
    np.testing.assert_array_equal(confusion_matrix(predicted, labels), counts)


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    ("predictions", "labels", "error", "message"),
    [
        ([], [], ShapeError, r"predictions: got shape \(0,\)"),
        ([[]], [0], ShapeError, r"predictions: got shape \(1, 0\)"),
        ([1], [], ShapeError, r"labels: got shape \(0,\)"),
        (1, [1], ShapeError, r"predictions: got shape \(\)"),
        ([1, 2], [1], ShapeError, "got 2 predictions but 1 labels"),
        ([[1.0, 2.0], [3.0]], [0, 1], ShapeError, "predictions: got rows of different lengths"),
        ([[[1.0]]], [0], ShapeError, r"got shape \(1, 1, 1\)"),
        (["a", "b"], [0, 1], OperandError, r"predictions: got \['a', 'b'\]"),
        ([None], [0], OperandError, r"predictions: got \[None\]"),
        ([1j], [0], OperandError, "predictions: got"),
        ([1, 0], ["a", "b"], OperandError, "labels: got"),
        ([1, 0], [0.5, 1.0], DomainError, "labels: got 0.5"),
        ([1, 0], [float("nan"), 1.0], DomainError, "labels: got nan"),
        ([1, 0], [-1, 1], DomainError, "labels: got class -1, expected 0 (or more|to 1)"),
        ([[0.5, 0.1], [0.2, float("nan")]], [0, 1], DomainError, "predictions: sample 1 has a nan"),
        ([0.5, 0.1], [1, 2], DomainError, "expected labels 0 and 1, or -1 and 1"),
        ([0.5, 0.1, 0.2], [1, 0, -1], DomainError, "expected labels 0 and 1, or -1 and 1"),
        ([1, 0], [[1, 0], [0, 1]], ShapeError, "expected one class a sample; try labels.argmax"),
    ],
)
def test_bad_input_is_named(metric, predictions, labels, error, message):
    with pytest.raises(error, match=message):
        metric(predictions, labels)


def test_labels_beyond_the_scores_are_named():
    with pytest.raises(DomainError, match="labels: got class 3, expected 0 to 2"):
        accuracy(ROWS, [0, 1, 2, 3])
    with pytest.raises(DomainError, match="labels: got class 4, expected 0 to 2"):
        confusion_matrix([0, 1], [0, 4], classes=3)
    with pytest.raises(DomainError, match="predictions: got class 4, expected 0 to 2"):
        confusion_matrix([0, 4], [0, 1], classes=3)
    for classes in (0, -1, 2.5, True, "3"):
        with pytest.raises(DomainError, match="classes: got"):
            confusion_matrix([0, 1], [0, 1], classes=classes)


# --- precision, recall, F1


@pytest.mark.parametrize("metric", [precision, recall, f1])
def test_the_average_follows_from_the_number_of_classes(metric):
    rng = np.random.default_rng(5)
    labels = rng.integers(2, size=40)
    for outputs in (rng.normal(size=40), rng.normal(size=(40, 1)), rng.normal(size=(40, 2)), rng.integers(2, size=40)):
        assert metric(outputs, labels) == metric(outputs, labels, average="binary")
        assert metric(outputs, labels) == metric(outputs, labels, average=None)[1]
    outputs = rng.normal(size=(40, 3))  # three scores a sample, though the labels are of two classes
    assert metric(outputs, labels) == metric(outputs, labels, average="macro")
    with pytest.raises(DomainError, match="'binary' is for two classes, got 3; try average='macro'"):
        metric(outputs, labels, average="binary")
    with pytest.raises(UnknownNameError, match="average: got 'makro', did you mean 'macro'"):
        metric(outputs, labels, average="makro")


def test_precision_and_recall_move_against_each_other_with_the_threshold():
    scores, labels = [0.9, 0.8, 0.6, 0.4, 0.2], [1, 1, 0, 1, 0]
    assert (precision(scores, labels, threshold=0.7), recall(scores, labels, threshold=0.7)) == (1.0, 2 / 3)
    assert (precision(scores, labels, threshold=0.3), recall(scores, labels, threshold=0.3)) == (0.75, 1.0)


# --- the area under the ROC curve


def test_the_area_counts_pairs():
    rng = np.random.default_rng(2)
    scores, labels = rng.integers(6, size=50) / 4, rng.integers(2, size=50)
    pairs = [(np.sign(s - o) + 1) / 2 for s in scores[labels == 1] for o in scores[labels == 0]]
    assert roc_auc(scores, labels) == pytest.approx(np.mean(pairs))
    assert roc_auc(-scores, labels) == pytest.approx(1 - np.mean(pairs))
    assert roc_auc(np.exp(scores), labels) == roc_auc(scores, labels)


def test_logits_and_their_probabilities_have_one_area():
    rng = np.random.default_rng(4)
    logits, labels = rng.normal(size=(60, 4)), rng.integers(4, size=60)
    powers = np.exp(logits)
    assert roc_auc(logits + 700.0, labels) == roc_auc(powers / powers.sum(axis=1, keepdims=True), labels)


@pytest.mark.parametrize(
    ("scores", "labels", "error", "message"),
    [
        ([0.1, 0.2], [1, 1], DomainError, "class 1 has 2 of 2 samples"),
        ([0.1, 0.2], [0, -0], DomainError, "class 1 has 0 of 2 samples.*stratify"),
        (ROWS, [0, 1, 1, 0], DomainError, "class 2 has 0 of 4 samples"),
        (ROWS, [0, 1, 2, 3], DomainError, "labels: got class 3, expected 0 to 2"),
        ([0.1, float("nan")], [0, 1], DomainError, "scores: sample 1 has a nan"),
        ([2, 1, 0], [2, 1, 0], OperandError, "got predicted classes, expected scores"),
        ([0.1, 0.2], [0], ShapeError, "got 2 predictions but 1 labels"),
    ],
)
def test_areas_that_are_not_defined_are_refused(scores, labels, error, message):
    with pytest.raises(error, match=message):
        roc_auc(scores, labels)
    with pytest.raises(UnknownNameError, match="average: got 'micro'"):
        roc_auc([0.5, 0.1], [1, 0], average="micro")


# --- regression


@pytest.mark.parametrize("metric", [mae, rmse, r2])
def test_columns_fit_rows(metric):
    guess, truth = np.array([0.5, -2.0, 3.5]), np.array([1.0, -1.5, 2.5])
    expected = metric(guess, truth)
    for form in (
        lambda x: x[:, None],
        lambda x: values(x.tolist()),
        lambda x: [[v] for v in values(x.tolist())],
        Tensor,
    ):
        assert metric(form(guess), truth) == expected
        assert metric(guess, form(truth)) == expected


@pytest.mark.parametrize("metric", [mae, rmse, r2])
@pytest.mark.parametrize(
    ("predictions", "targets", "error", "message"),
    [
        ([], [], ShapeError, "predictions: got shape"),
        ([1.0, 2.0], [1.0], ShapeError, "got 2 predictions but 1 targets"),
        ([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], ShapeError, r"\(2, 2\) do not fit targets of shape \(2,\)"),
        ([1.0, float("nan")], [1.0, 2.0], DomainError, "predictions: sample 1 has a nan"),
        ([1.0, 3.0], [float("nan"), 2.0], DomainError, "targets: sample 0 has a nan"),
        (["a"], [1.0], OperandError, "predictions: got"),
    ],
)
def test_numbers_that_cannot_be_compared_are_refused(metric, predictions, targets, error, message):
    with pytest.raises(error, match=message):
        metric(predictions, targets)


@pytest.mark.parametrize("metric", [mae, rmse, r2])
def test_forecasts_of_several_steps_and_channels(metric):
    rng = np.random.default_rng(1)
    guess, truth = rng.normal(size=(2, 6, 4, 3))
    assert metric(guess, truth) == metric(guess.reshape(6, 12), truth.reshape(6, 12))
    assert metric(Tensor(guess), truth) == metric(guess, truth)
    with pytest.raises(ShapeError, match=r"\(6, 4, 3\) do not fit targets of shape \(6, 3, 4\)"):
        metric(guess, truth.swapaxes(1, 2))


def test_one_sample_has_no_variance():
    with pytest.raises(DomainError, match="r2: got a single sample"):
        r2([1.0], [1.0])
