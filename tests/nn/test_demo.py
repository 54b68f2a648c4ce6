import builtins
import dataclasses
import io
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import nn
from autograd import GradientMismatch, OutputError, cli
from autograd.compiler.compiled import Stats
from nn.demo import command, job, pictures, report
from nn.demo.by_hand import Arrays, backpropagate, relative_differences
from nn.demo.progress import Progress
from nn.demo.settings import Settings
from nn.demo.training import batch_loss, train
from nn.folder import staged
from nn.reports import duration, versions

TINY = Settings(epochs=2, batch_size=64, hidden=32)

STATS = Stats(scalar_nodes=10, statements=2, buffer_bytes=80, traces=1, seconds={})


@pytest.fixture
def few_digits(monkeypatch):
    """Let the demo see only the first 200 images."""
    whole = nn.datasets.digits()
    few = dataclasses.replace(whole, data=whole.data[:200], target=whole.target[:200])
    monkeypatch.setattr(job, "digits", lambda: few)
    return few


class Silent:
    def __init__(self):
        self.losses, self.accuracies = [], []

    def step(self, loss):
        self.losses.append(loss)

    def epoch(self, accuracy):
        self.accuracies.append(accuracy)


# --- backpropagation by hand


def loss_by_hand(parameters, X, labels):
    z2 = np.maximum(X @ parameters.W1 + parameters.b1, 0.0) @ parameters.W2 + parameters.b2
    return np.mean(np.log(np.exp(z2).sum(axis=1)) - z2[np.arange(len(X)), labels])


def test_backpropagation_by_hand_agrees_with_central_differences():
    rng = np.random.default_rng(1)
    parameters = Arrays(rng.normal(size=(5, 4)), rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=3))
    X, labels = rng.normal(size=(7, 5)), rng.integers(3, size=7)
    for name, gradient in backpropagate(parameters, X, labels)._asdict().items():
        for index in np.ndindex(gradient.shape):
            nearby = []
            for shift in (1e-6, -1e-6):
                moved = getattr(parameters, name).copy()
                moved[index] += shift
                nearby.append(loss_by_hand(parameters._replace(**{name: moved}), X, labels))
            assert gradient[index] == pytest.approx((nearby[0] - nearby[1]) / 2e-6, abs=1e-8), (name, index)


def test_relative_differences_treat_zero_and_nan_as_they_should():
    zeros = Arrays(*[np.zeros(2)] * 4)
    assert relative_differences(zeros, zeros).W1.tolist() == [0.0, 0.0]
    assert relative_differences(zeros, zeros._replace(b1=np.array([1e-300, 0.0]))).b1.tolist() == [1.0, 0.0]
    assert np.isnan(relative_differences(zeros, zeros._replace(b2=np.array([np.nan, 0.0]))).b2[0])


# --- the run


def test_the_first_gradients_are_those_by_hand(few_digits):
    experiment = job.prepare(TINY)
    check = job.check_first_step(experiment)
    assert check.largest_difference < 1e-10
    assert [gradient.shape for gradient in check.gradients] == [(64, 32), (32,), (32, 10), (10,)]
    assert all(np.abs(gradient).max() > 0 for gradient in check.gradients)
    # 64 images: a dot for each of 42 neurons, 32 relus, a logsumexp and a subtraction; one total and one division.
    assert check.nodes == 64 * (42 + 32 + 2) + 2
    assert check.operations > 64 * 2 * (64 * 32 + 32 * 10)


@pytest.mark.parametrize("name", Arrays._fields)
@pytest.mark.parametrize("wrong", [lambda gradient: 1.001 * gradient, lambda gradient: gradient * np.nan])
def test_a_gradient_that_is_off_by_a_thousandth_stops_the_demo(few_digits, monkeypatch, name, wrong):
    def off(*given):
        written = backpropagate(*given)
        return written._replace(**{name: wrong(getattr(written, name))})

    monkeypatch.setattr(job, "backpropagate", off)
    with pytest.raises(GradientMismatch, match="a gradient differs from backpropagation by hand"):
        job.check_first_step(job.prepare(TINY))


def test_the_same_seed_gives_the_same_run(few_digits):
    runs = []
    for seed in (3, 3, 4):
        experiment = job.prepare(dataclasses.replace(TINY, seed=seed))
        runs.append((job.learn(experiment, Silent()), experiment.model.state_dict()))
    assert runs[0][0].losses == runs[1][0].losses
    assert runs[0][1] == runs[1][1]
    assert runs[0][0].losses != runs[2][0].losses


def test_a_run_learns_and_is_watched(few_digits):
    experiment = job.prepare(dataclasses.replace(TINY, epochs=4))
    watcher = Silent()
    history = job.learn(experiment, watcher)
    assert experiment.steps_per_epoch == 3  # of 150 images
    assert watcher.losses == history.losses
    assert len(history.losses) == 12
    assert watcher.accuracies == history.accuracies
    assert len(history.accuracies) == 4
    assert history.losses[-1] < 0.7 * history.losses[0]
    assert history.accuracy == np.mean(history.predicted == experiment.test_labels) > 0.5
    assert np.bincount(experiment.test_labels).tolist() == [5] * 10


def test_every_epoch_sees_every_image_once():
    seen = []
    rows, labels = np.array([[k, 1.0] for k in range(10)]), np.array([0, 1] * 5)
    model = nn.MLP(2, [3, 2], rng=0)

    def loss_of(rows, labels):
        seen.extend(rows[:, 0].tolist())
        return batch_loss(model, rows, labels)

    settings = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "rng": np.random.default_rng(0)}
    losses = list(train(model, loss_of, rows, labels, **settings))
    assert len(losses) == 6
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]


# --- progress


def test_a_log_gets_a_line_an_epoch(capsys):
    with Progress(4, 2) as progress:
        for loss in (2.0, 1.0, 0.5, 0.25):
            progress.step(loss)
            if loss in (1.0, 0.25):
                progress.epoch(1.0 - loss)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("epoch 1/2: loss 1.500, accuracy 0.0%")
    assert lines[1] == "epoch 2/2: loss 0.375, accuracy 75.0%, 0 s left"


def test_a_terminal_gets_a_bar(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(2, 1) as progress:
        progress.epoch(0.5)
        progress.step(2.0)
        progress._bar.refresh()
    assert "1/2" in terminal.getvalue()
    assert "loss 2.000, accuracy 50.0%" in terminal.getvalue()
    assert "\n" not in terminal.getvalue()


def test_quiet_is_quiet(capsys):
    with Progress(1, 1, quiet=True) as progress:
        progress.step(1.0)
        progress.epoch(0.5)
    assert capsys.readouterr() == ("", "")


# --- the folder


def test_files_appear_together_at_the_end(tmp_path):
    folder = tmp_path / "new" / "out"
    with staged(folder) as staging:
        (staging / "a.txt").write_text("a")
        assert not (folder / "a.txt").exists()
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    (folder / "mine.txt").write_text("mine")
    with staged(folder) as staging:
        (staging / "a.txt").write_text("again")
    assert (folder / "a.txt").read_text() == "again"
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "mine.txt"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing_behind(tmp_path, failure):
    def fail(folder):
        with staged(folder) as staging:
            (staging / "a.txt").write_text("half")
            raise failure

    with pytest.raises(failure):
        fail(tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old").mkdir()
    with pytest.raises(failure):
        fail(tmp_path / "old")
    assert list((tmp_path / "old").iterdir()) == []


def test_nothing_is_moved_when_a_folder_is_in_the_way(tmp_path):
    (tmp_path / "second").mkdir()

    def work():
        with staged(tmp_path) as staging:
            for name in ("first", "second"):
                (staging / name).write_text(name)

    with pytest.raises(OutputError, match=r"cannot put 'second' into .* a folder is called so"):
        work()
    assert [path.name for path in tmp_path.iterdir()] == ["second"]


def test_a_folder_that_is_a_file_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for path, message in ((file, "it is a file; choose another one"), (file / "inside", "Not a directory")):
        with pytest.raises(OutputError, match=message), staged(path):
            pass
    assert file.read_text() == "mine"


@pytest.mark.parametrize("step", ["tempfile.mkdtemp", "pathlib.Path.mkdir", "pathlib.Path.exists"])
def test_a_folder_that_cannot_be_written_is_named_and_not_left_behind(tmp_path, monkeypatch, step):
    def refuse(*arguments, **settings):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        with (
            pytest.raises(OutputError, match=r"Permission denied; choose another one with --out"),
            staged(tmp_path / "x"),
        ):
            pass
    assert list(tmp_path.iterdir()) == []


# --- the command


class Page(HTMLParser):
    """What a browser would need to read a page: its text, its open tags, what it would fetch."""

    EMPTY = ("meta", "br", "hr", "img", "link")

    def __init__(self, text):
        super().__init__()
        self.open, self.fetched, self.texts, self.headings = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            self.open.append(tag)
        self.fetched += [
            value for name, value in attributes if name in ("src", "href", "xlink:href", "action", "srcset")
        ]

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def run(*arguments):
    return cli.main(["demo", *map(str, arguments)])


def test_the_demo_tells_a_story_and_writes_its_files(few_digits, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("--out", out, "--epochs", 2) == 0
    told, progress = capsys.readouterr()
    names = [line.split("  ")[0] for line in told.splitlines()]
    assert names == [
        "data",
        "network",
        "training",
        "one step",
        "gradients",
        "compiled",
        "trained",
        "accuracy",
        "written",
    ]
    assert "200 handwritten digits of 8x8 pixels: 150 to learn from, 50 held back" in told
    assert "2,410 parameters" in told
    assert float(re.search(r"largest relative difference (\S+)", told)[1]) < 1e-9
    assert told.isascii()  # any terminal can show it
    assert progress.count("epoch ") == 2
    written = {"report.html", "loss.svg", "neuron.svg", "network.svg", "weights.npz"}
    assert {path.name for path in out.iterdir()} == written

    html = (out / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert all(link.startswith(("#", "data:")) for link in page.fetched)
    assert not re.search(r"url\((?!#|&quot;#)|@import|<script", html)
    assert page.headings == [
        "What was trained",
        "What it gets wrong",
        "The network",
        "One neuron at work",
        "Are the gradients right?",
        "Use the weights",
    ]
    for name in ("loss", "neuron", "network"):
        assert (out / f"{name}.svg").read_text(encoding="utf-8") in html
    assert "dz2 = (p - wanted) / len(X)" in "".join(page.texts)
    assert "prefers-color-scheme: dark" in html
    assert "viewport" in html


def test_the_weights_are_those_of_the_network_that_was_judged(few_digits, tmp_path, capsys):
    assert run("--out", tmp_path, "--epochs", 2, "--quiet") == 0
    assert capsys.readouterr().out == ""
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as weights:
        assert len(weights) == 2410
        assert weights["layers.0.neurons.3.w.1"].dtype == np.float64
        model = nn.MLP(64, [32, 10])
        model.load_state_dict(weights)
    experiment = job.prepare(Settings(epochs=2))
    history = job.learn(experiment, Silent())
    assert model.state_dict() == experiment.model.state_dict()
    scores = [value.data for value in model(experiment.test_images[0].tolist())]
    assert scores == pytest.approx(history.scores[0].tolist(), rel=1e-12)


def test_without_matplotlib_it_says_what_is_left_out(few_digits, tmp_path, capsys, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **settings):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *arguments, **settings)

    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", without)
    assert run("--out", tmp_path, "--epochs", 1) == 0
    told = capsys.readouterr().out
    assert re.search(r"left out +loss.svg and other plots: .*pip install 'chainrule\[plot\]'", told)
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "neuron.svg", "network.svg", "weights.npz"}
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert "pip install 'chainrule[plot]'" in "".join(page.texts)
    assert "What it gets wrong" in page.headings


def test_a_bad_output_folder_is_found_out_before_the_training(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(job, "learn", lambda *given: pytest.fail("trained first"))
    (tmp_path / "file").write_text("mine")
    assert run("--out", tmp_path / "file") == 1
    told, complaint = capsys.readouterr()
    assert told == ""
    assert "it is a file; choose another one with --out" in complaint


def test_ctrl_c_leaves_nothing_behind(few_digits, tmp_path, capsys, monkeypatch):
    def interrupt(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "learn", interrupt)
    assert run("--out", tmp_path / "out") == 130
    assert "interrupted" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        (Settings(), 1, "error: accuracy 12.0% is below 95%, which the default settings must reach"),
        (Settings(epochs=3), 0, "note: accuracy 12.0% is below 95%"),
        (Settings(seed=3), 0, "note: accuracy 12.0% is below 95%"),
    ],
)
def test_a_bad_reader_is_called_one(capsys, settings, code, message):
    history = job.History(
        losses=[1.0], accuracies=[0.12], seconds=1.0, scores=np.zeros((1, 10)), stats=STATS, step_seconds=0.001
    )
    assert command._judge(settings, history) == code
    assert message in capsys.readouterr().err
    assert command._judge(settings, dataclasses.replace(history, accuracies=[0.1, 0.95])) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("option", "value"),
    [("--epochs", "0"), ("--epochs", "many"), ("--batch-size", "-1"), ("--seed", "-1"), ("--seed", "x")],
)
def test_bad_options_are_wrong_usage(option, value, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(option, value)
    assert re.search(rf"{option}: expected a whole number, \d or more, got '{value}'", capsys.readouterr().err)


# --- the report


def test_what_comes_from_outside_is_escaped(few_digits, monkeypatch):
    experiment = job.prepare(TINY)
    check, history = job.check_first_step(experiment), job.learn(experiment, Silent())
    hostile = dataclasses.replace(
        experiment, dataset=dataclasses.replace(few_digits, source="<script>alert(1)</script>")
    )
    html = report.page(hostile, check, history, {}, "<b>none</b>")
    assert "<script" not in html
    assert "&lt;b&gt;none&lt;/b&gt;" in html
    assert Page(html).open == []


def test_the_most_frequent_mistakes_are_named(few_digits):
    experiment = job.prepare(TINY)
    truth = experiment.test_labels
    said = np.where(truth == 3, 5, truth)
    history = job.History([1.0], [0.9], 1.0, np.eye(10)[said], STATS, 0.001)
    assert report._mistakes(experiment, history) == "5 of 50 held-back images are misread; most often 3 as 5 (5x)."
    right = job.History([1.0], [1.0], 1.0, np.eye(10)[truth], STATS, 0.001)
    assert report._mistakes(experiment, right) == "Nothing: every held-back image is read rightly."
    assert "misread" not in pictures.draw_run(experiment, right)[0]


def test_the_neuron_that_is_drawn_is_the_networks(few_digits):
    experiment = job.prepare(TINY)
    before = experiment.model.state_dict()
    picture = pictures.neuron_picture(experiment)
    neurons = experiment.model.layers[0].neurons
    answers = [neuron(experiment.test_images[0].tolist()).data for neuron in neurons]
    assert picture.title == f"layers.0.neurons.{np.argmax(answers)} = {max(answers):.4g}"
    assert sum(box.kind == "parameter" for box in picture.boxes) == 6
    assert experiment.model.state_dict() == before
    assert all(parameter.grad == 0.0 for parameter in experiment.model.parameters())


def test_durations_read_well():
    assert [duration(seconds) for seconds in (0.04, 9.94, 83.2)] == ["0.0 s", "9.9 s", "83 s"]


def test_a_page_names_its_versions():
    assert any(entry == f"numpy {np.__version__}" for entry in versions())
