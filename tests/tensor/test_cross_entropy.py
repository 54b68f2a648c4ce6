"""The cost of labels keeps its probabilities for the way back: once, for the scores it saw, and only if needed."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import nn
from autograd import Tensor, grad, no_grad
from autograd.primitives.cross_entropy import Workings, cost_at_labels, cross_entropy_of_labels, places_of
from autograd.testing import check_gradients

LABELS = np.array([2, 0, 1, 2, 1])


def scores(rows: int = 5, dtype: str = "float64") -> Tensor:
    """Return scores of three classes."""
    return Tensor(np.random.default_rng(0).normal(size=(rows, 3)), dtype=dtype)


def slope(x: Tensor, labels: np.ndarray) -> np.ndarray:
    """Return the derivative of the mean cost, by its formula."""
    p = np.exp(x.data) / np.exp(x.data).sum(1, keepdims=True)
    return (p - np.eye(3)[labels]) / len(labels)


@pytest.mark.parametrize("rows", [5, 40])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mean", [True, False])
def test_every_pass_over_one_graph_finds_the_same(rows: int, dtype: str, mean: bool) -> None:
    x, labels = scores(rows, dtype), np.resize(LABELS, rows)
    weights = None if mean else np.full(rows, 1 / rows)
    costs = cost_at_labels(x, labels, 1, mean=mean)
    for passes in (1, 2, 3):
        costs.backward(weights)
        np.testing.assert_allclose(x.grad, passes * slope(x, labels), rtol=1e-5 if dtype == "float32" else 1e-12)
        assert x.grad.dtype == dtype


def test_the_gradient_is_the_users_own() -> None:
    x = scores()
    loss = nn.cross_entropy(x, LABELS)
    loss.backward()
    x.grad[:] = 9.0
    x.grad = 0.0
    loss.backward()
    np.testing.assert_allclose(x.grad, slope(x, LABELS))


@pytest.mark.parametrize("same", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_a_graph_find_the_same(same) -> None:  # type: ignore[no-untyped-def]
    x = scores()
    loss = nn.cross_entropy(x, LABELS)
    twin = same(loss)
    twin.backward()
    loss.backward()
    leaf = twin.operands[0]
    expected = slope(x, LABELS)
    np.testing.assert_allclose(leaf.grad, 2 * expected if leaf is x else expected)


def test_labels_changed_after_the_forward_pass_change_nothing() -> None:
    for loss in (nn.cross_entropy, nn.nll_loss, nn.multi_margin_loss):
        x, labels = scores(), LABELS.copy()
        cost = loss(x, labels)
        expected = grad(lambda x: loss(x, LABELS))(x.data)  # noqa: B023 - called at once
        labels[:] = 0
        cost.backward()
        np.testing.assert_allclose(x.grad, expected)


@pytest.mark.parametrize("mean", [True, False])
def test_second_derivatives_agree_with_finite_differences(mean: bool) -> None:
    check_gradients(lambda x: cost_at_labels(x, LABELS, 1, mean=mean).sum(), scores().data, order=2)


def test_what_was_kept_serves_no_other_scores() -> None:
    workings, x, other = Workings(), scores().array, scores().array
    workings.keep(x, x)
    assert workings.take(other) is None
    assert workings.take(x) is None
    workings = Workings()
    workings.keep(x, other)
    assert workings.take(x) is other
    assert workings.take(x) is None
    workings.keep(x, other)  # computed once more, for somebody who looked
    assert workings.take(x) is None


def test_nothing_is_kept_where_nothing_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr(Workings, "keep", lambda self, *them: kept.append(them))
    places = places_of(LABELS, (5, 3), 1)
    constant = Tensor(scores().data, constant=True)
    for x in (constant, scores().array):
        nn.cross_entropy(x, LABELS)
    with no_grad():
        nn.cross_entropy(scores(), LABELS)
    cross_entropy_of_labels(scores(), places=places, axis=1, mean=True)
    assert not kept
    nn.cross_entropy(scores(), LABELS)
    assert len(kept) == 1


def test_what_was_kept_is_gone_after_the_pass() -> None:
    loss = nn.cross_entropy(scores(), LABELS)
    workings = loss.primitive.settings["workings"]
    probabilities = weakref.ref(workings._kept[1])
    loss.backward()
    gc.collect()
    assert probabilities() is None or probabilities() is loss.operands[0].grad


def test_a_look_at_forgotten_costs_keeps_nothing_again() -> None:
    x = Tensor(np.random.default_rng(0).normal(size=(20_000, 3)))
    total = nn.cross_entropy(x, np.resize(LABELS, 20_000), reduction="none").sum()
    total.backward(keep="leaves")
    costs = total.operands[0]
    assert costs.data.shape == (20_000,)
    assert costs.primitive.settings["workings"]._kept is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("row", [[np.inf, 0.0, 0.0], [-np.inf, 0.0, 1.0], [np.nan, 0.0, 0.0], [1e30, 0.0, -1e30]])
def test_extreme_scores_cost_what_they_do_without_a_graph(row: list[float]) -> None:
    x = Tensor([row, [0.0, 1.0, 2.0]])
    loss = nn.cross_entropy(x, [1, 0])
    np.testing.assert_array_equal(loss.item(), nn.cross_entropy(x.data, [1, 0]))
    loss.backward()
    first, second = x.grad.copy(), grad(lambda x: nn.cross_entropy(x, [1, 0]))(x.data)
    np.testing.assert_array_equal(first, second)
