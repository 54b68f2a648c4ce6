import builtins
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import MissingExtraError, OutputError, ShapeError, UnknownNameError
from nn import plots
from nn.training.rates import RateSearch

pytest.importorskip("matplotlib")

SVG = "{http://www.w3.org/2000/svg}"


def curves():
    accuracies = {"training": [0.7, 0.8, 0.9], "held back": [0.6, 0.7, 0.75]}
    return plots.learning_curves(np.linspace(2.0, 0.5, 30), accuracies=accuracies, steps_per_epoch=10)


def counts():
    return plots.confusion([[9, 1, 0], [2, 8, 0], [0, 0, 0]], names=["cat", "dog & <fox>", "elk"])


def images():
    return plots.image_grid(np.arange(3 * 64).reshape(3, 8, 8), captions=["a", "b", "<c>"], columns=2)


def falling_far():
    return plots.history_curves(nn.History([{"epoch": k + 1, "loss": 10.0**-k} for k in range(4)]))


def predictions():
    return plots.predicted_and_true([1.0, 2.5, 2.75], [1.0, 2.0, 3.0], name="price of <a> & b")


def samples():
    return nn.datasets.moons(20, noise=0.1, rng=0)


def classifier():
    return nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 3, rng=1))


def boundary():
    return plots.decision_boundary(classifier(), *samples(), resolution=20)


def functions():
    return plots.activations("step", "relu", "tanh", "sigmoid")


def ways():
    optimizers = {"SGD": lambda p: nn.SGD(p, lr=0.1), "Adam": lambda p: nn.Adam(p, lr=0.5)}
    return plots.descent_paths(bowl, optimizers, start=(1.0, 2.0), steps=5, minimum=(0.5, 0.0))


def landscape():
    return plots.loss_surface(classifier(), nn.cross_entropy, samples(), resolution=4, rng=0)


def swept():
    model = classifier()
    nn.cross_entropy(model(Tensor(samples()[0])), samples()[1]).backward()
    return plots.histograms(model)


def attention():
    return plots.attention_maps(np.full((2, 2, 3), 1 / 3), ["<a>", "b"], ["c", "d", "e"])


def wrong():
    scores = [[2.0, 0.0], [9.0, 0.0], [0.0, 1.0], [0.0, 1.5]]
    return plots.misread(np.zeros((4, 8, 8)), [0, 1, 1, 0], scores, names=["cat", "dog"])


def rates():
    return plots.rate_search(RateSearch([0.001, 0.01, 0.1, 1.0], [1.0, 0.9, 0.5, 30.0], 0.1))


def history():
    return plots.history_curves(nn.History(ROWS))


def bowl(x, y):
    return (x - 0.5) ** 2 + 3.0 * y * y


ROWS = [
    {"epoch": 1, "loss": 0.9, "r2": 0.1, "val_loss": 0.8, "val_r2": 0.2, "lr": 0.1, "seconds": 1.0},
    {"epoch": 2, "loss": 0.5, "r2": 0.4, "val_loss": 0.6, "val_r2": 0.3, "lr": 0.1, "seconds": 1.0},
    {"epoch": 3, "loss": 0.2, "r2": 0.7, "val_loss": 0.7, "val_r2": 0.1, "lr": 0.1, "seconds": 1.0},
]
PLOTS = [
    *(curves, counts, images, falling_far, predictions),
    *(boundary, functions, ways, landscape, swept, attention, wrong, rates, history),
]


def texts(plot):
    return [element.text for element in ElementTree.fromstring(plot.svg()).iter(f"{SVG}text")]


@pytest.mark.parametrize("make", PLOTS)
def test_the_same_numbers_give_the_same_bytes(make):
    plot = make()
    assert plot.svg() == plot.svg() == make().svg()


@pytest.mark.parametrize("make", PLOTS)
def test_an_svg_stands_alone_and_says_what_it_shows(make):
    plot = make()
    tree = ElementTree.fromstring(plot.svg())
    assert tree.tag == f"{SVG}svg"
    assert tree.find(f"{SVG}title").text == plot.description
    assert tree.attrib["role"] == "img"
    links = [value for element in tree.iter() for name, value in element.attrib.items() if name.endswith("href")]
    assert all(link.startswith(("#", "data:")) for link in links)
    assert plot._repr_svg_() == plot.svg()


@pytest.mark.parametrize("make", PLOTS)
def test_texts_follow_the_scheme_of_the_page(make):
    assert "prefers-color-scheme:dark" in make().svg()
    for element in ElementTree.fromstring(make().svg()).iter(f"{SVG}text"):
        styled = [part.attrib["style"] for part in element.iter() if "style" in part.attrib]  # formulas have parts
        assert styled
        assert all("fill: currentColor" in style or "fill: #ffffff" in style for style in styled)


def test_curves_are_named():
    assert {"Training loss", "each batch", "mean of the epoch", "Accuracy (%)", "held back", "epoch"} <= set(
        texts(curves())
    )
    assert (
        repr(curves())
        == "Plot('Loss goes from 2 to 0.5 in 3 epochs; accuracy training: 90.0 %; accuracy held back: 75.0 %')"
    )
    alone = plots.learning_curves([3.0, 2.0])
    assert "step" in texts(alone)
    assert repr(alone) == "Plot('Loss goes from 3 to 2 in 2 steps')"


def test_the_means_stand_in_the_middle_of_their_epochs():
    axes = plots.learning_curves([4.0, 2.0, 1.0, 0.0, 9.0], steps_per_epoch=2).figure.axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[0.5, 4.0], [1.0, 2.0], [1.5, 1.0], [2.0, 0.0], [2.5, 9.0]]
    assert axes.lines[1].get_xydata().tolist() == [[0.75, 3.0], [1.75, 0.5], [2.5, 9.0]]


def test_confusion_shows_its_counts_and_names():
    assert {"9", "1", "2", "8", "cat", "dog & <fox>", "true", "predicted"} <= set(texts(counts()))
    assert "0" not in texts(counts())
    assert repr(counts()) == "Plot('Confusion matrix: 17 of 20 right')"


def test_long_names_of_classes_do_not_run_into_each_other():
    for names, slant in ((["cat", "dog"], 0.0), (["versicolor", "virginica"], 35.0)):
        axes = plots.confusion([[9, 1], [2, 8]], names=names).figure.axes[0]
        assert [label.get_rotation() for label in axes.get_xticklabels()] == [slant] * 2


def test_a_loss_that_falls_far_is_shown_by_its_powers_of_ten():
    assert {"1", "0.1", "0.01", "0.001"} <= set(texts(falling_far()))
    for losses in ([1.0, 0.1], [1.0, 0.0], [1.0, float("nan")]):
        history = nn.History([{"epoch": k + 1, "loss": loss} for k, loss in enumerate(losses)])
        assert plots.history_curves(history).figure.axes[0].get_yscale() == "linear"


def test_predictions_that_never_vary_have_no_correlation():
    assert repr(plots.predicted_and_true([2.0, 2.0], [1.0, 3.0])) == "Plot('2 predictions over the truth')"
    assert "price of <a> & b" in texts(predictions())


def test_images_carry_their_captions():
    assert texts(images()) == ["a", "b", "<c>"]
    assert len(images().figure.axes) == 4
    assert texts(plots.image_grid(np.zeros((1, 2, 3)))) == []


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".SVG"])
def test_plots_are_saved_by_suffix(tmp_path, suffix):
    path = counts().save(tmp_path / f"counts{suffix}")
    content = path.read_bytes()
    assert content == counts().save(tmp_path / f"again{suffix}").read_bytes()
    starts = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}
    assert content.startswith(starts[suffix.lower()])


def test_what_cannot_be_saved_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'\.gif'; expected \.svg"):
        counts().save(tmp_path / "counts.gif")
    with pytest.raises(OutputError, match=r"cannot write .*nowhere"):
        counts().save(tmp_path / "nowhere" / "counts.svg")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.learning_curves([]), r"losses of shape \(0,\)"),
        (lambda: plots.learning_curves([[1.0, 2.0]]), r"losses of shape \(1, 2\)"),
        (lambda: plots.learning_curves([1.0], steps_per_epoch=0), "0 steps an epoch"),
        (lambda: plots.learning_curves([1.0], accuracies={"held back": []}), "no accuracies for 'held back'"),
        (lambda: plots.confusion([[1, 2]]), r"counts of shape \(1, 2\)"),
        (lambda: plots.confusion([[1]], names=["a", "b"]), "2 names for 1 class"),
        (lambda: plots.image_grid(np.zeros((8, 8))), r"images of shape \(8, 8\)"),
        (lambda: plots.image_grid(np.zeros((0, 8, 8))), r"images of shape \(0, 8, 8\)"),
        (lambda: plots.image_grid(np.zeros((2, 8, 8)), captions=["a"]), "1 captions for 2 images"),
        (lambda: plots.predicted_and_true([1.0], [1.0, 2.0]), r"shapes \(1,\) and \(2,\)"),
        (lambda: plots.predicted_and_true([], []), r"shapes \(0,\) and \(0,\)"),
    ],
)
def test_what_cannot_be_plotted_is_named(draw, message):
    with pytest.raises(ShapeError, match=message):
        draw()


def test_a_diverged_loss_leaves_a_gap():
    assert "Training loss" in texts(plots.learning_curves([1.0, float("nan"), 0.5]))


def test_the_callers_matplotlib_is_neither_used_nor_changed():
    import matplotlib as mpl

    expected = curves().svg()
    with mpl.rc_context({"axes.facecolor": "red", "lines.marker": "x", "font.size": 30.0, "svg.hashsalt": "mine"}):
        before = dict(mpl.rcParams)
        assert curves().svg() == expected
        assert dict(mpl.rcParams) == before


def test_importing_needs_no_matplotlib():
    code = "import nn.plots, sys; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_plotting_never_imports_pyplot():
    code = (
        "import sys; from nn import plots; plots.confusion([[1]]).svg(); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("make", PLOTS)
def test_without_matplotlib_the_extra_is_named(monkeypatch, make):
    real = builtins.__import__

    def without(name, *arguments, **settings):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *arguments, **settings)

    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'chainrule\[plot\]'"):
        make()
