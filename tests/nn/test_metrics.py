import numpy as np
import pytest

from autograd import Value
from autograd.errors import DomainError, OperandError, ShapeError
from nn.metrics import accuracy, confusion_matrix, predicted_classes

ROWS = [[0.1, 2.0, -1.0], [3.0, 0.5, 0.2], [-5.0, -4.0, -3.0], [0.0, 1.0, 0.5]]
RIGHT = [1, 0, 2, 1]


def values(nested):
    return [values(item) if isinstance(item, list) else Value(item) for item in nested]


@pytest.mark.parametrize("form", [list, np.array, values, lambda rows: np.array(values(rows)), tuple])
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
