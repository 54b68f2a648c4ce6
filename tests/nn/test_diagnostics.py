"""Diagnostics: each pitfall is provoked and found, and healthy trainings of all kinds are left alone."""

import contextlib
import itertools

import numpy as np
import pytest

import nn
from autograd import Value, compile, relu, tanh
from nn.diagnostics import PITFALLS
from nn.diagnostics.leakage import leaked_part
from nn.initialization import he_normal

DIGITS = nn.datasets.digits()
X, Y = DIGITS.images[:640].reshape(-1, 64) / 16.0, DIGITS.target[:640]
HELD = DIGITS.images[640:900].reshape(-1, 64) / 16.0, DIGITS.target[640:900]
MOONS = nn.datasets.moons(240, noise=0.15, rng=0)


def iris(*, scaled):
    data = nn.datasets.iris()
    return (data.data - data.data.mean(axis=0)) / data.data.std(axis=0) if scaled else data.data, data.target


def regression(seed=0, n=240):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, np.sin(X[:, :1]) + 0.5 * X[:, 1:2] + 0.1 * rng.normal(size=(n, 1))


def noise(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(160, 20)), rng.integers(0, 3, 160)


def co2():
    """Return windows of a year of the standardised series, and the month after."""
    series = nn.datasets.co2().values
    X, y = nn.windows((series - series.mean()) / series.std(), 12)
    return X, y.reshape(len(y), 1)


def network(*sizes, activation=nn.ReLU, seed=0, initializer=None):
    steps = []
    for place, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        steps += [nn.Linear(inputs, outputs, initializer=initializer, rng=seed + place), activation()]
    return nn.Sequential(*steps[:-1])


def scaled(factor):
    """Return an initializer: He's, larger or smaller."""
    return lambda shape, rng: factor * he_normal(shape, rng)


def diagnose(model, data, loss=nn.cross_entropy, *, optimizer=None, **settings):
    """Train, and return the diagnostics."""
    diagnostics = nn.Diagnostics()
    settings = {"epochs": 4, "rng": 0, "progress": False} | settings
    with contextlib.suppress(nn.DivergenceError):
        nn.fit(model, loss, data, optimizer=optimizer or adam(3e-3), callbacks=[diagnostics], **settings)
    return diagnostics


def adam(lr):
    return nn.optimizer_factory("adam", lr=lr)


def sgd(lr, **settings):
    return nn.optimizer_factory("sgd", lr=lr, **settings)


def dying():
    model = network(64, 32, 10)
    model[0].bias.data -= 50.0
    return model


class Recurrent(nn.Module):
    def __init__(self, kind):
        self.layer, self.head = kind(1, 12, rng=0), nn.Linear(12, 1, rng=1)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


def images(X):
    return X.reshape(-1, 1, 8, 8)


#: What was done: (pitfall, layer, what provokes it).
PROVOKED = {
    "a bias that silences": ("dead units", "0", lambda: diagnose(dying(), (X, Y), optimizer=sgd(0.01), epochs=2)),
    "relus shot dead": (
        "dead units",
        "2",
        lambda: diagnose(network(64, 64, 64, 10), (X, Y), optimizer=adam(0.5)),
    ),
    "dead channels": (
        "dead units",
        "0",
        lambda: diagnose(
            nn.Sequential(nn.Conv2d(1, 12, 3, rng=0), lambda x: relu(x - 40.0), nn.Flatten(), nn.Linear(432, 10)),
            (images(X), Y),
            epochs=1,
        ),
    ),
    "neurons of a compiled function": ("dead units", "layers.0", lambda: compiled_neurons(-40.0)),
    "large weights before tanh": (
        "saturated units",
        "2",
        lambda: diagnose(
            network(64, 32, 32, 10, activation=nn.Tanh, initializer=scaled(8.0)), (X, Y), optimizer=sgd(0.01)
        ),
    ),
    "large weights before sigmoid": (
        "saturated units",
        "0",
        lambda: diagnose(network(64, 32, 10, activation=nn.Sigmoid, initializer=scaled(20.0)), (X, Y), epochs=2),
    ),
    "saturated neurons": (
        "saturated units",
        "layers.0",
        lambda: diagnose(
            nn.MLP(2, [6, 2], activation="tanh", initializer=scaled(30.0), rng=0), MOONS, optimizer=sgd(1e-3), epochs=2
        ),
    ),
    "many sigmoids": (
        "vanishing gradients",
        "0",
        lambda: diagnose(network(64, *[32] * 7, 10, activation=nn.Sigmoid), (X, Y), optimizer=sgd(0.1)),
    ),
    "small weights in many layers": (
        "vanishing gradients",
        "0",
        lambda: diagnose(
            network(64, *[32] * 6, 10, activation=nn.Tanh, initializer=scaled(0.1)), (X, Y), optimizer=sgd(0.1)
        ),
    ),
    "large weights in many layers": (
        "exploding gradients",
        "12",
        lambda: diagnose(network(4, *[64] * 6, 1, initializer=scaled(3.0)), regression(), nn.mse_loss),
    ),
    "large weights and a loss that overflows": (
        "exploding gradients",
        "12",
        lambda: diagnose(
            network(4, *[64] * 6, 1, initializer=scaled(3.0)), regression(), nn.mse_loss, optimizer=sgd(1e-2)
        ),
    ),
    "huge steps": (
        "learning rate too high",
        "",
        lambda: diagnose(network(64, 32, 10, activation=nn.Tanh), (X, Y), optimizer=sgd(8.0)),
    ),
    "huge steps of Adam": (
        "learning rate too high",
        "",
        lambda: diagnose(network(64, 32, 10, activation=nn.GELU), (X, Y), optimizer=adam(1.0)),
    ),
    "steps until the loss is nan": (
        "learning rate too high",
        "",
        lambda: diagnose(network(4, 32, 1), regression(), nn.mse_loss, optimizer=sgd(2.0), epochs=20),
    ),
    "a line that swings": (
        "learning rate too high",
        "",
        lambda: diagnose(nn.Linear(4, 1, rng=0), regression(), nn.mse_loss, optimizer=sgd(2.0), epochs=6),
    ),
    "huge steps of neurons": (
        "learning rate too high",
        "",
        lambda: diagnose(nn.MLP(2, [6, 2], activation="tanh", rng=0), MOONS, optimizer=adam(4.0)),
    ),
    "tiny steps": ("learning rate too low", "", lambda: diagnose(network(64, 32, 10), (X, Y), optimizer=sgd(1e-5))),
    "tiny steps of Adam": (
        "learning rate too low",
        "",
        lambda: diagnose(network(64, 32, 10, activation=nn.Tanh), (X, Y), optimizer=adam(1e-6)),
    ),
    "zeros": (
        "zero initialization",
        "0",
        lambda: diagnose(network(64, 16, 10, activation=nn.Tanh, initializer="zeros"), (X, Y), epochs=1),
    ),
    "weights that are all equal": (
        "zero initialization",
        "0",
        lambda: diagnose(
            network(64, 16, 10, activation=nn.Sigmoid, initializer=lambda shape, rng: np.full(shape, 0.13)), (X, Y)
        ),
    ),
    "neurons of zeros": (
        "zero initialization",
        "layers.0",
        lambda: diagnose(nn.MLP(2, [5, 2], activation="tanh", initializer="zeros"), MOONS, epochs=2),
    ),
    "labels drawn by chance": (
        "overfitting",
        "",
        lambda: diagnose(network(20, 64, 3), noise(), optimizer=adam(0.01), validation=0.25, epochs=25),
    ),
    "few samples": (
        "overfitting",
        "",
        lambda: diagnose(network(64, 64, 10), (X[:40], Y[:40]), optimizer=adam(0.01), validation=HELD, epochs=50),
    ),
    "pixels up to 255": (
        "unscaled inputs",
        "",
        lambda: diagnose(network(64, 32, 10), (X * 255, Y), epochs=1),
    ),
    "tiny inputs": (
        "unscaled inputs",
        "",
        lambda: diagnose(network(4, 8, 3), (iris(scaled=True)[0] * 1e-4, iris(scaled=True)[1]), epochs=1),
    ),
    "neurons that are given thousands": (
        "unscaled inputs",
        "",
        lambda: diagnose(nn.MLP(2, [5, 2], rng=0), (MOONS[0] * 1000, MOONS[1]), epochs=1),
    ),
    "an LSTM that is given thousands": (
        "unscaled inputs",
        "",
        lambda: diagnose(Recurrent(nn.LSTM), (1000 * co2()[0][:, :, None], co2()[1]), nn.mse_loss, epochs=1),
    ),
    "windows held back at random": (
        "label leakage",
        "",
        lambda: diagnose(network(12, 8, 1), co2(), nn.mse_loss, validation=0.2, epochs=1),
    ),
}


@pytest.mark.parametrize("name", PROVOKED)
def test_a_pitfall_is_found_by_name_and_layer(name):
    pitfall, layer, provoke = PROVOKED[name]
    findings = provoke().findings
    assert (pitfall, layer) in [(finding.pitfall, finding.layer) for finding in findings]
    assert all(str(finding).endswith(PITFALLS[finding.pitfall]) for finding in findings)
    assert len({(finding.pitfall, finding.layer) for finding in findings}) == len(findings)


def test_every_pitfall_is_provoked():
    assert {pitfall for pitfall, _, _ in PROVOKED.values()} == set(PITFALLS)


def xor(model, optimizer, epochs=300):
    inputs, targets = nn.datasets.xor()
    return diagnose(model, (inputs, targets.reshape(-1, 1)), nn.mse_loss, optimizer=optimizer, epochs=epochs)


def compiled_neurons(bias):
    mlp = nn.MLP(2, [4, 2], rng=0)
    for neuron in mlp.layers[0].neurons:
        neuron.b.data = bias
    scores = compile(lambda rows: [mlp(row) for row in rows])
    data = MOONS[0][:60], MOONS[1][:60]
    return diagnose(scores, data, optimizer=nn.Adam(mlp.parameters(), lr=0.01), batch_size=12)


def in_time():
    inputs, targets = co2()
    cut = int(0.8 * len(inputs))
    return (inputs[:cut], targets[:cut]), (inputs[cut:], targets[cut:])


def forecast(model, shape):
    (inputs, targets), (held, held_targets) = in_time()
    data, held_back = (inputs.reshape(shape), targets), (held.reshape(shape), held_targets)
    return diagnose(model, data, nn.mse_loss, validation=held_back, epochs=4)


def letters(length, *, every=False):
    """Return the letters of names as numbers, "." being 0, and the next letter, or that after each."""
    rows = [
        [".abcdefghijklmnopqrstuvwxyz".index(letter) for letter in f".{name.lower()}........"]
        for name in list(nn.datasets.names())[:300]
    ]
    numbers = np.array([row[: length + 1] for row in rows])
    return numbers[:, :-1], numbers[:, 1:] if every else numbers[:, -1]


def every_letter(scores, targets):
    return nn.cross_entropy(scores.reshape(-1, 27), targets.reshape(-1))


HEALTHY = {
    **{
        f"digits, {kind.__name__}": (
            lambda kind=kind: diagnose(network(64, 32, 10, activation=kind), (X, Y), validation=HELD, epochs=12)
        )
        for kind in (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.LeakyReLU, nn.GELU, nn.ELU, nn.SiLU)
    },
    **{
        f"digits, {name}": (
            lambda name=name, lr=lr: diagnose(
                network(64, 32, 10),
                (X, Y),
                optimizer=nn.optimizer_factory(name, lr=lr),
                validation=HELD,
                epochs=12,
            )
        )
        for name, lr in {"sgd": 0.2, "rmsprop": 1e-3, "adagrad": 0.02, "adamw": 3e-3}.items()
    },
    "digits, momentum, three layers": lambda: diagnose(
        network(64, 48, 32, 10), (X, Y), optimizer=sgd(0.05, momentum=0.9), validation=HELD, epochs=15
    ),
    "digits, pixels up to 16": lambda: diagnose(
        network(64, 32, 10), (X * 16, Y), optimizer=adam(1e-3), validation=(HELD[0] * 16, HELD[1]), epochs=12
    ),
    "digits, dropout": lambda: diagnose(
        nn.Sequential(nn.Linear(64, 64, rng=0), nn.ReLU(), nn.Dropout(0.3, rng=1), nn.Linear(64, 10, rng=2)),
        (X, Y),
        validation=HELD,
        epochs=12,
    ),
    "digits up to 255, batch normalization first": lambda: diagnose(
        nn.Sequential(nn.BatchNorm1d(64), nn.Linear(64, 32, rng=0), nn.ReLU(), nn.Linear(32, 10, rng=1)),
        (X * 255, Y),
        validation=(HELD[0] * 255, HELD[1]),
        epochs=6,
    ),
    "digits, layer normalization": lambda: diagnose(
        nn.Sequential(nn.Linear(64, 32, rng=0), nn.LayerNorm(32), nn.Tanh(), nn.Linear(32, 10, rng=1)), (X, Y)
    ),
    "digits, softmax regression from zeros": lambda: diagnose(
        nn.Linear(64, 10, initializer="zeros"), (X, Y), optimizer=sgd(0.5), validation=HELD, epochs=10
    ),
    "digits, convolutions": lambda: diagnose(
        nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1, rng=0),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(96, 10, rng=1),
        ),
        (images(X), Y),
        validation=(images(HELD[0]), HELD[1]),
    ),
    "iris": lambda: diagnose(
        network(4, 8, 3, activation=nn.Tanh), iris(scaled=True), optimizer=adam(0.01), validation=0.3, epochs=40
    ),
    "iris, raw": lambda: diagnose(
        network(4, 16, 3), iris(scaled=False), optimizer=adam(0.01), validation=0.3, epochs=40
    ),
    "moons": lambda: diagnose(network(2, 16, 16, 2), MOONS, optimizer=adam(0.01), validation=0.25, epochs=30),
    "moons, one output": lambda: diagnose(
        network(2, 16, 1, activation=nn.ELU),
        (MOONS[0], MOONS[1].reshape(-1, 1)),
        nn.binary_cross_entropy_with_logits,
        validation=0.25,
    ),
    "moons, float32": lambda: diagnose(
        network(2, 16, 2, activation=nn.Tanh).astype(np.float32), MOONS, optimizer=adam(0.01), epochs=15
    ),
    "moons, neurons": lambda: diagnose(
        nn.MLP(2, [6, 2], activation="tanh", rng=0), MOONS, optimizer=adam(0.02), validation=0.25, epochs=10
    ),
    "moons, relu neurons": lambda: diagnose(
        nn.MLP(2, [6, 6, 2], rng=1), MOONS, optimizer=sgd(0.1), validation=0.25, epochs=10
    ),
    "moons, a compiled function": lambda: compiled_neurons(0.0),
    "spirals": lambda: diagnose(
        network(2, 32, 32, 2), nn.datasets.spirals(240, rng=0), optimizer=adam(0.01), validation=0.25, epochs=60
    ),
    "blobs": lambda: diagnose(network(2, 8, 3), nn.datasets.blobs(200, rng=0), optimizer=adam(0.01), epochs=20),
    "xor, tanh": lambda: xor(network(2, 4, 1, activation=nn.Tanh, seed=3), adam(0.05)),
    "xor, relu": lambda: xor(network(2, 8, 1, seed=3), adam(0.03)),
    "xor, sgd": lambda: xor(network(2, 4, 1, activation=nn.Tanh, seed=3), sgd(0.5), epochs=500),
    "xor, neurons": lambda: xor(nn.MLP(2, [4, 1], activation="tanh", rng=3), adam(0.05)),
    "regression": lambda: diagnose(
        network(4, 32, 1), regression(), nn.mse_loss, optimizer=adam(0.01), validation=0.25, epochs=30
    ),
    "regression, L-BFGS": lambda: diagnose(
        network(4, 8, 1, activation=nn.Tanh), regression(), nn.mse_loss, optimizer=nn.LBFGS, epochs=12, batch_size=240
    ),
    "regression, one sample at a time": lambda: diagnose(
        network(4, 16, 1, activation=nn.Tanh), regression(n=100), nn.mse_loss, optimizer=sgd(0.01), batch_size=1
    ),
    "a line from zeros": lambda: diagnose(
        nn.Linear(4, 1, initializer="zeros"), regression(), nn.mse_loss, optimizer=sgd(0.05), epochs=30
    ),
    "nothing to learn": lambda: diagnose(
        nn.Linear(4, 1, initializer="zeros"), (regression()[0], np.zeros((240, 1))), nn.mse_loss, validation=0.2
    ),
    "a function on a grid": lambda: diagnose(
        network(1, 32, 1, activation=nn.Tanh),
        (grid := np.linspace(-1, 1, 160)[:, None], np.sin(3 * grid)),
        nn.mse_loss,
        optimizer=adam(0.02),
        validation=0.2,
        epochs=40,
    ),
    "a series, cut in time": lambda: forecast(network(12, 16, 1), (-1, 12)),
    "a series, LSTM": lambda: forecast(Recurrent(nn.LSTM), (-1, 12, 1)),
    "a series, GRU": lambda: forecast(Recurrent(nn.GRU), (-1, 12, 1)),
    "names, embedding": lambda: diagnose(
        nn.Sequential(nn.Embedding(27, 8, rng=0), nn.Flatten(), nn.Linear(24, 32, rng=1), nn.Tanh(), nn.Linear(32, 27)),
        letters(3),
        optimizer=adam(0.01),
        validation=0.2,
    ),
    "names, GPT": lambda: diagnose(
        nn.GPT(27, 6, 16, 2, 2, rng=0), letters(6, every=True), every_letter, optimizer=adam(3e-3), validation=0.2
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_has_no_findings(name):
    diagnostics = HEALTHY[name]()
    assert diagnostics.findings == []
    assert diagnostics.report() == ""


# --- what it leaves alone, and what it says --------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: network(2, 8, 2), lambda: nn.MLP(2, [4, 2], activation="tanh", rng=0)])
def test_a_training_is_the_same_with_diagnostics_as_without(make):
    histories = [
        nn.fit(make(), nn.cross_entropy, MOONS, callbacks=callbacks, validation=0.2, epochs=4, rng=0, progress=False)
        for callbacks in ([], [nn.Diagnostics()])
    ]
    assert histories[0]["val_loss"] == histories[1]["val_loss"]


def test_dropout_and_running_averages_are_left_alone():
    def make():
        return nn.Sequential(nn.Linear(2, 8, rng=0), nn.BatchNorm1d(8), nn.Dropout(0.4, rng=0), nn.Linear(8, 2, rng=1))

    models = [make(), make()]
    for model, callbacks in zip(models, ([], [nn.Diagnostics()]), strict=True):
        nn.fit(model, nn.cross_entropy, MOONS, callbacks=callbacks, epochs=3, rng=0, progress=False)
    for one, other in zip(*[model.state_dict().values() for model in models], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finding_says_where_what_since_when_and_what_to_try():
    [finding] = diagnose(dying(), (X, Y), optimizer=sgd(0.01), epochs=3).findings
    assert str(finding) == "layer 0: 100 % of units dead since epoch 1: lower the learning rate or use leaky ReLU"
    assert finding == nn.Finding("dead units", "0", 1, str(finding))


def test_findings_are_shown_with_the_progress(capsys):
    diagnose(dying(), (X, Y), optimizer=sgd(0.01), epochs=1, progress=True)
    assert "layer 0: 100 % of units dead since epoch 1" in capsys.readouterr().err
    diagnose(dying(), (X, Y), optimizer=sgd(0.01), epochs=1)
    assert capsys.readouterr().err == ""


def test_what_was_measured_can_be_read():
    diagnostics = nn.Diagnostics()
    assert diagnostics.latest is None
    model = network(64, 32, 10, activation=nn.Tanh)
    nn.fit(
        model, nn.cross_entropy, (X, Y), optimizer=sgd(0.1), callbacks=[diagnostics], epochs=1, rng=0, progress=False
    )
    steps = diagnostics.latest.steps
    assert steps.layers == ("0", "2")
    assert steps.gradient.shape == steps.weight.shape == steps.update.shape == (len(steps), 2)
    np.testing.assert_allclose(steps.update, 0.1 * steps.gradient, rtol=1e-9)
    assert [(one.layer, one.function, one.units) for one in diagnostics.latest.activities] == [("0", "tanh", 32)]


def test_it_remembers_over_an_interruption_and_forgets_for_another_training(tmp_path):
    def run(diagnostics, epochs, model):
        callbacks = [nn.Resume(tmp_path / "training.npz"), diagnostics]
        settings = {"optimizer": sgd(0.01), "callbacks": callbacks, "epochs": epochs, "rng": 0, "progress": False}
        nn.fit(model, nn.cross_entropy, (X, Y), **settings)
        return diagnostics

    first = run(nn.Diagnostics(), 2, dying())
    again = run(nn.Diagnostics(), 3, dying())
    assert first.findings == again.findings != []
    assert again.latest.start == first.latest.start
    nn.fit(network(64, 32, 10), nn.cross_entropy, (X, Y), callbacks=[again], epochs=1, rng=0, progress=False)
    assert again.findings == []


def test_ctrl_c_is_no_finding():
    class Interrupt(nn.Callback):
        def on_iteration(self, trainer):
            if trainer.iteration == 5:
                raise KeyboardInterrupt

    diagnostics = nn.Diagnostics()
    nn.fit(network(64, 8, 10), nn.cross_entropy, (X, Y), callbacks=[diagnostics, Interrupt()], rng=0, progress=False)
    assert diagnostics.findings == []


def test_clipping_cures_exploding_gradients():
    model = network(4, *[64] * 6, 1, initializer=scaled(3.0))
    found = diagnose(model, regression(), nn.mse_loss, optimizer=sgd(1e-2), clip_norm=1.0).findings
    assert "exploding gradients" not in [finding.pitfall for finding in found]


def test_a_frozen_layer_is_not_judged_by_its_gradients():
    model = network(64, 32, 10, initializer=scaled(1.0))
    model[0].freeze()
    assert diagnose(model, (X, Y)).findings == []


def test_batches_of_someone_else_and_functions_will_do():
    model = network(64, 32, 10)
    model[0].bias.data -= 50.0
    batches = [(X[start : start + 64], Y[start : start + 64]) for start in range(0, 640, 64)]
    found = diagnose(lambda x: model(x), batches, optimizer=nn.SGD(model.parameters(), lr=0.01))
    assert [(finding.pitfall, finding.layer) for finding in found.findings] == [("dead units", "0")]


class Pair(nn.Module):
    """Two neurons that no twin on arrays is known of."""

    def __init__(self, bias):
        self.first = nn.Neuron(2, "relu", rng=0)
        self.second = nn.Neuron(2, "relu", rng=1)
        self.first.b.data = bias
        self.out = Value(0.5)

    def __call__(self, x):
        return self.first(x) + self.out * self.second(x)


def test_networks_of_values_of_any_shape_are_looked_at():
    inputs, labels = MOONS
    targets = labels.astype(float)
    found = diagnose(Pair(-90.0), (inputs, targets), nn.mse_loss, epochs=2).findings
    assert [(finding.pitfall, finding.layer) for finding in found] == [("dead units", "first")]
    assert diagnose(Pair(0.5), (inputs, targets), nn.mse_loss, epochs=2).findings == []


def test_an_activation_within_a_layer_is_seen():
    class Within(nn.Module):
        def __init__(self):
            self.into, self.out = nn.Linear(64, 16, initializer=scaled(30.0), rng=0), nn.Linear(16, 10, rng=1)

        def forward(self, x):
            return self.out(tanh(self.into(x)))

    found = diagnose(Within(), (X, Y), optimizer=sgd(1e-3), epochs=1).findings
    assert [(finding.pitfall, finding.layer) for finding in found] == [("saturated units", "into")]


# --- leakage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("channels", [1, 2])
def test_windows_dealt_at_random_leak_and_those_cut_in_time_do_not(stride, channels):
    rng = np.random.default_rng(5)
    series = np.cumsum(rng.normal(size=(400, channels)), axis=0)
    inputs, _ = nn.windows(series if channels > 1 else series[:, 0], 10, stride=stride)
    order, cut = rng.permutation(len(inputs)), int(0.75 * len(inputs))
    assert leaked_part(inputs[order[:cut]], inputs[order[cut:]]) > 0.8
    assert leaked_part(inputs[:cut], inputs[cut:]) < 0.3


@pytest.mark.parametrize(
    "data",
    [
        np.random.default_rng(0).normal(size=(200, 6)),
        np.random.default_rng(0).integers(0, 2, (200, 6)).astype(float),
        np.ones((200, 6)),
        nn.datasets.iris().data,
        X,
        np.random.default_rng(0).integers(0, 9, (200, 6)),
        np.linspace(0, 1, 50),
        np.linspace(0, 1, 50)[:, None],
    ],
    ids=["normal", "binary", "constant", "iris", "digits", "integers", "numbers", "a column"],
)
def test_rows_that_are_no_windows_do_not_leak(data):
    assert leaked_part(data[::2], data[1::2]) < 0.1
