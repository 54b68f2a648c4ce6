import numpy as np
import pytest

import nn
from autograd import Tensor, relu
from autograd.errors import DomainError, ShapeError, UnknownNameError
from nn import plots
from nn.plots.boundaries import Plane
from nn.plots.histograms import weights_by_layer
from nn.plots.landscape import _losses_at
from nn.training.rates import RateSearch

pytest.importorskip("matplotlib")

X, y = nn.datasets.moons(20, noise=0.1, rng=0)


def classifier():
    return nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 2, rng=1))


# --- decision boundaries ----------------------------------------------------------------------------------------------


def test_the_boundary_is_where_the_classifier_has_no_favourite():
    line = nn.Linear(2, 1)
    line.weight.data, line.bias.data = np.array([[1.0, 0.0]]), np.array([-0.3])  # x = 0.3
    axes = plots.decision_boundary(line, X, y).figure.axes[0]
    (contour,) = [found for found in axes.collections if hasattr(found, "levels")]
    drawn = np.concatenate([path.vertices for path in contour.get_paths()])
    assert np.allclose(drawn[:, 0], 0.3, atol=1e-3)


def test_the_plane_is_coloured_by_confidence_in_the_favourite():
    model = nn.Linear(2, 3, rng=0)
    (image,) = plots.decision_boundary(model, X, y, resolution=7).figure.axes[0].images
    colours, confidence = image.get_array(), nn.predict_proba(model, Plane(X, y, 7).grid).reshape(7, 7, 3)
    assert colours.shape == (7, 7, 4)
    assert np.allclose(colours[..., 3], 0.65 * (confidence.max(axis=-1) - 1 / 3) * 1.5)


def test_estimators_are_asked_by_their_own_method():
    class Estimator:
        def predict_proba(self, points):
            return np.stack([points[:, 0] < 0.5, points[:, 0] >= 0.5], axis=1)

    right = np.mean((X[:, 0] >= 0.5) == y)
    expected = f"Decision boundary: 20 samples of 2 classes, {100 * right:.1f} % on their side"
    assert plots.decision_boundary(Estimator(), X, y).description == expected


def test_samples_on_one_spot_have_a_plane_around_them():
    assert Plane([[1.0, 2.0]], [0], 3).grid.tolist()[0] == [0.0, 1.0]


# --- activations ------------------------------------------------------------------------------------------------------


def test_derivatives_are_those_of_the_functions():
    axes = plots.activations("tanh", lowest=-2.0, highest=2.0, points=9).figure.axes[0]
    function, slope = (line.get_xydata().T for line in axes.lines[2:])
    assert np.allclose(function[1], np.tanh(function[0]))
    assert np.allclose(slope[1], 1 - np.tanh(slope[0]) ** 2)


def test_lines_are_broken_where_they_jump():
    axes = plots.activations("step", "relu").figure.axes
    assert [[int(np.isnan(line.get_ydata()).sum()) for line in each.lines[2:]] for each in axes] == [[1, 0], [0, 1]]


def test_functions_of_ones_own_are_plotted():
    def softsign(x):
        return x / (1.0 + abs(x))

    assert plots.activations(softsign, relu).description.endswith("softsign, relu")


# --- paths ------------------------------------------------------------------------------------------------------------


def bowl(x, y):
    return (x - 0.5) ** 2 + 3.0 * y * y


def test_a_path_follows_the_gradient():
    path = plots.descend(bowl, (1.5, 1.0), lambda p: nn.SGD(p, lr=0.1), steps=3)
    steps = np.arange(4)
    assert np.allclose(path, np.stack([0.5 + 0.8**steps, 0.4**steps], axis=1))


def test_a_path_ends_where_the_function_does():
    path = plots.descend(lambda x, y: x**4 + y * y, (3.0, 1.0), lambda p: nn.SGD(p, lr=1.0), steps=50)
    assert len(path) < 20
    assert np.isfinite(path).all()


def test_all_paths_are_drawn_and_named():
    optimizers = {"plain": lambda p: nn.SGD(p, lr=0.1), "Adam": lambda p: nn.Adam(p, lr=0.3)}
    plot = plots.descent_paths(bowl, optimizers, start=(1.5, 1.0), steps=4, x=(-1.0, 2.0), y=(-2.0, 2.0))
    axes = plot.figure.axes[0]
    assert [text.get_text() for text in plot.figure.legends[0].get_texts()] == ["plain", "Adam"]
    expected = plots.descend(bowl, (1.5, 1.0), optimizers["Adam"], steps=4)
    assert np.array_equal(axes.lines[1].get_xydata(), expected)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-1.0, 2.0), (-2.0, 2.0))


# --- landscapes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_landscape_leaves_the_model_as_it_was(dtype):
    model = classifier().astype(dtype)
    before = model.state_dict()
    plots.loss_surface(model, nn.cross_entropy, (X, y), resolution=3, rng=0)
    after = model.state_dict()
    assert all(np.array_equal(before[name], after[name]) and after[name].dtype == dtype for name in before)


def test_the_losses_are_those_of_the_weights():
    model, other = classifier(), nn.Sequential(nn.Linear(2, 4, rng=5), nn.Tanh(), nn.Linear(4, 2, rng=6))
    rows = np.array([np.concatenate([p.array.ravel() for p in each.parameters()]) for each in (model, other)])
    expected = [float(nn.cross_entropy(nn.predict(each, X), y)) for each in (model, other)]
    assert np.allclose(_losses_at(model, nn.cross_entropy, (X, y), rows), expected, rtol=1e-12)


def test_networks_of_single_numbers_have_landscapes_too():
    model = nn.MLP(2, [3, 1], rng=0)
    before = model.state_dict()
    plots.loss_surface(model, nn.hinge_loss, (X, 2.0 * y - 1.0), resolution=3, rng=0)
    assert model.state_dict() == before


def test_the_path_of_a_training_ends_at_the_weights():
    model, path = classifier(), plots.WeightPath()
    nn.fit(model, nn.cross_entropy, (X, y), epochs=4, callbacks=[path], rng=0, progress=False)
    assert path.weights.shape == (5, 22)
    assert np.array_equal(path.weights[-1], np.concatenate([p.array.ravel() for p in model.parameters()]))
    axes = plots.loss_surface(model, nn.cross_entropy, (X, y), path=path, resolution=3).figure.axes[0]
    route = axes.lines[0].get_xydata()
    assert np.allclose(route[-1], 0.0)
    # Of a path of five points most of the way lies in two directions.
    lengths = np.linalg.norm(path.weights - path.weights[-1], axis=1)
    assert np.linalg.norm(route[0]) > 0.9 * lengths[0]


def test_a_path_of_another_model_is_named():
    path = plots.WeightPath()
    nn.fit(nn.Linear(2, 2, rng=0), nn.cross_entropy, (X, y), epochs=3, callbacks=[path], rng=0, progress=False)
    with pytest.raises(ShapeError, match=r"path of shape \(4, 6\), expected \(epochs \+ 1, 22\)"):
        plots.loss_surface(classifier(), nn.cross_entropy, (X, y), path=path)


# --- histograms -------------------------------------------------------------------------------------------------------


def test_weights_are_gathered_by_layer():
    found = weights_by_layer(classifier())
    assert {name: weights.size for name, (weights, _) in found.items()} == {"0": 8, "2": 8}
    found = weights_by_layer(nn.MLP(2, [3, 1], rng=0))
    assert {name: weights.size for name, (weights, _) in found.items()} == {"layers.0": 6, "layers.1": 3}
    assert list(weights_by_layer(nn.Neuron(2, rng=0))) == ["w"]
    assert list(weights_by_layer(nn.LSTM(2, 3, rng=0))) == ["weight_ih_l0", "weight_hh_l0"]


def test_gradients_are_shown_once_they_are_there():
    model = classifier()
    assert len(plots.histograms(model).figure.axes) == 2
    nn.cross_entropy(model(Tensor(X)), y).backward()
    plot = plots.histograms(model)
    assert len(plot.figure.axes) == 4
    expected = np.median(np.abs(model[0].weight.grad))
    assert plot.figure.axes[1].texts[0].get_text() == f"median {expected:.1e}"


def test_gradients_of_0_are_counted():
    model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.ReLU(), nn.Linear(4, 2, rng=1))
    model[0].bias.data = np.array([-50.0, -50.0, -50.0, 50.0])
    nn.cross_entropy(model(Tensor(X)), y).backward()
    assert plots.histograms(model).figure.axes[1].texts[0].get_text().endswith("75 % are 0")
    model[0].bias.data = np.full(4, -50.0)
    model.zero_grad()
    nn.cross_entropy(model(Tensor(X)), y).backward()
    assert not model[2].weight.grad.any()
    assert len(plots.histograms(model).figure.axes) == 2


# --- attention, images, histories -------------------------------------------------------------------------------------


def test_attention_is_the_darker_the_larger():
    axes = plots.attention_maps([[1.0, 0.0], [0.25, 0.75]], ["a", "b"]).figure.axes[0]
    assert np.allclose(axes.images[0].get_array()[..., 3], [[1.0, 0.05], [0.2875, 0.7625]])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_the_surest_mistakes_come_first():
    scores = [[1.0, 0.0], [9.0, 0.0], [0.0, 1.0], [0.0, 2.0]]
    plot = plots.misread(np.zeros((4, 8, 8)), [1, 1, 1, 0], scores, count=2)
    assert plot.description == "3 of 4 misread: 1, read as 0 (100 %); 0, read as 1 (88 %)"


def test_a_history_shows_each_metric_beside_the_loss():
    rows = [
        {"epoch": 1, "loss": 0.9, "r2": 0.1, "val_loss": 0.8, "val_r2": 0.2, "lr": 0.1, "seconds": 1.0},
        {"epoch": 2, "loss": 0.2, "r2": 0.7, "val_loss": 0.9, "val_r2": 0.1, "lr": 0.1, "seconds": 1.0},
    ]
    plot = plots.history_curves(nn.History(rows))
    assert [axes.get_title(loc="left") for axes in plot.figure.axes] == ["Loss", "R2"]
    assert list(plot.figure.axes[1].lines[1].get_ydata()) == [0.2, 0.1]
    assert plot.description.endswith("least val_loss 0.8 in epoch 1")


def test_the_axis_of_a_loss_that_stays_far_from_0_does_not_begin_there():
    far = plots.history_curves(nn.History([{"epoch": k, "loss": 2.5 - 0.1 * k} for k in (1, 2, 3)]))
    near = plots.history_curves(nn.History([{"epoch": k, "loss": 0.9 - 0.2 * k} for k in (1, 2, 3)]))
    assert far.figure.axes[0].get_ylim()[0] > 2.0
    assert near.figure.axes[0].get_ylim()[0] == 0.0


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plots.decision_boundary(classifier(), X[:, :1], y), ShapeError, r"got \(20, 1\)"),
        (lambda: plots.activations("relo"), UnknownNameError, "did you mean 'relu'"),
        (lambda: plots.activations(lowest=2.0, highest=1.0), DomainError, "lowest < highest"),
        (lambda: plots.descent_paths(bowl, {}, start=(0.0, 0.0)), DomainError, "at least one optimizer"),
        (lambda: plots.histograms(nn.ReLU()), ShapeError, "ReLU has no weights"),
        (lambda: plots.attention_maps(np.zeros((2, 3)), ["a", "b"]), ShapeError, r"\(2, 3\), expected \(2, 2\)"),
        (lambda: plots.attention_maps(np.eye(1), ["a"], names=["x", "y"]), ShapeError, "2 names for 1 maps"),
        (lambda: plots.misread(np.zeros((1, 8, 8)), [0], [[1.0, 0.0]]), ShapeError, "all 1 images are read rightly"),
        (lambda: plots.misread(np.zeros((1, 8, 8)), [0, 1], [[1.0, 0.0]]), ShapeError, r"labels of \(2,\)"),
        (lambda: plots.history_curves(nn.History()), ShapeError, "no epochs"),
    ],
)
def test_what_cannot_be_plotted_is_named(draw, error, message):
    with pytest.raises(error, match=message):
        draw()


def test_the_suggested_rate_is_marked_and_the_explosion_cut_off():
    plot = plots.rate_search(RateSearch([0.001, 0.01, 0.1, 1.0], [1.0, 0.9, 0.5, 30.0], 0.1))
    axes = plot.figure.axes[0]
    assert axes.lines[2].get_xydata().tolist() == [[0.1, 0.5]]
    assert axes.get_ylim()[1] < 2.0
    assert [text.get_text().strip() for text in axes.texts] == ["0.1"]
