"""The loop: what is learned, what is told, what stops it, and how it goes on."""

import csv
import json
import math

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, OutputError, ShapeError, Tensor, UnknownNameError

X, Y = nn.datasets.moons(120, noise=0.1, rng=0)


def tensors(seed=0):
    return nn.Sequential(nn.Linear(2, 8, rng=seed), nn.Dropout(0.1, rng=seed), nn.Linear(8, 2, rng=seed + 1))


def values(seed=0):
    return nn.MLP(2, [4, 2], activation="tanh", rng=seed)


def fit(model, **settings):
    data = settings.pop("data", (X, Y))
    size = {"batch_size": 16} if isinstance(data, tuple) else {}
    settings = {"epochs": 3, "rng": 0, "progress": False, "metrics": [nn.accuracy]} | size | settings
    optimizer = settings.pop("optimizer", lambda parameters: nn.Adam(parameters, lr=0.02))
    return nn.fit(model, nn.cross_entropy, data, optimizer=optimizer, **settings)


@pytest.mark.parametrize("make", [tensors, values])
def test_both_kinds_of_networks_learn_and_one_seed_is_one_training(make):
    first, second = make(), make()
    history = fit(first, epochs=8, validation=0.25)
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert history.names == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    again = fit(second, epochs=8, validation=0.25)
    assert history["val_loss"] == again["val_loss"]
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(one.data, other.data)


def test_an_epoch_is_all_samples_once_and_an_iteration_one_update():
    seen = []

    class Watch(nn.Callback):
        def on_iteration(self, trainer):
            seen.append((trainer.epoch, trainer.iteration))

    fit(tensors(), epochs=2, batch_size=50, callbacks=[Watch()])
    assert seen == [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (1, 6)]


def test_a_callback_may_join_a_trainer_later():
    seen, model = [], tensors()

    class Watch(nn.Callback):
        def on_gradients(self, trainer):
            seen.append(trainer.iteration)

    trainer = nn.Trainer(model, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1))
    trainer.callbacks.append(Watch())
    trainer.step(X, Y)
    assert seen == [0]


def test_the_loss_of_an_epoch_is_the_mean_over_its_samples():
    model = nn.Linear(2, 2, rng=0)
    history = fit(model, epochs=1, batch_size=50, optimizer=lambda p: nn.SGD(p, lr=0.0), shuffle=False)
    assert np.isclose(history["loss"][0], float(nn.cross_entropy(model(X), Y).data), rtol=1e-12)
    assert history["accuracy"] == [nn.accuracy(nn.predict(model, X), Y)]


def test_validation_is_without_dropout_and_leaves_modes_as_they_were():
    model = tensors()
    model[1].eval()
    history = fit(model, epochs=1, validation=(X, Y))
    assert [part.training for _, part in model.named_modules()] == [True, True, False, True]
    assert np.isclose(history["val_loss"][0], float(nn.cross_entropy(model.eval()(X), Y).data))


@pytest.mark.parametrize("make", [tensors, values])
def test_early_stopping_goes_back_to_the_best_weights(make):
    model, weights = make(), {}

    class Remember(nn.Callback):
        def on_epoch(self, trainer):
            weights[trainer.epoch] = trainer.model.state_dict()

    stopping = nn.EarlyStopping(patience=2)
    history = fit(
        model, epochs=60, validation=0.5, callbacks=[Remember(), stopping], optimizer=lambda p: nn.SGD(p, lr=8.0)
    )
    best = history.best("val_loss")["epoch"]
    assert len(history.rows) == best + 2 < 60
    assert history.stopped.startswith(f"val_loss has not got better since epoch {best}, where it was")
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, weights[best][name])


def test_what_is_better_is_known_from_the_name_or_said():
    class Scripted(nn.Callback):
        def __init__(self, numbers):
            self.numbers = numbers

        def on_epoch(self, trainer):
            trainer.history.rows[-1]["val_accuracy"] = self.numbers[trainer.epoch - 1]

    numbers = [0.5, 0.7, 0.6, 0.65, 0.1, 0.9]
    for settings, epochs in [({}, 4), ({"mode": "min"}, 3), ({"min_delta": 0.3}, 3)]:
        stopping = nn.EarlyStopping(patience=2, monitor="val_accuracy", **settings)
        assert len(fit(tensors(), epochs=6, callbacks=[Scripted(numbers), stopping]).rows) == epochs
    with pytest.raises(UnknownNameError, match="no 'val_f1'; there are epoch, loss, accuracy"):
        fit(tensors(), callbacks=[nn.EarlyStopping(monitor="val_f1")])


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_a_checkpoint_holds_the_best_weights(suffix, tmp_path):
    path, model, other = tmp_path / "run" / f"best{suffix}", tensors(), tensors(5)
    history = fit(model, epochs=12, validation=0.5, callbacks=[nn.Checkpoint(path), nn.EarlyStopping(patience=20)])
    nn.load(other, path)
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, other.state_dict()[name])
    assert history.best("val_loss")


class Interrupted(nn.Callback):
    """Presses Ctrl-C, or breaks, in the middle of an epoch."""

    def __init__(self, iteration, error=RuntimeError):
        self.iteration, self.error = iteration, error

    def on_iteration(self, trainer):
        if trainer.iteration == self.iteration:
            raise self.error


RATES = [
    lambda: nn.LearningRate(nn.schedules.cosine, steps=6),
    lambda: nn.ReduceLearningRate(patience=0, threshold=0.5),
    lambda: nn.EarlyStopping(patience=20, monitor="val_accuracy"),
]


def test_a_first_epoch_that_is_judged_nan_is_got_better_than():
    numbers = iter([math.nan, 0.5, 0.6, 0.4, 0.3])
    stopping = nn.EarlyStopping(patience=2, monitor="auc")
    history = fit(tensors(), epochs=5, metrics={"auc": lambda *_: next(numbers)}, callbacks=[stopping])
    assert history.stopped.endswith("since epoch 3, where it was 0.6")


@pytest.mark.parametrize("numbers", [[math.nan, 0.5, 0.3, 0.4], [0.5, math.nan, 0.3, 0.3], [math.inf, 0.5, 0.3, 0.31]])
def test_the_best_epoch_is_one_for_all_who_judge(numbers, tmp_path):
    class Scripted(nn.Trainer):
        def evaluate(self, batches):
            return {"loss": numbers[self.epoch]}

    stopping, checkpoint = nn.EarlyStopping(patience=9), nn.Checkpoint(tmp_path / "best.npz")
    model, saved = tensors(), tensors()
    adam = nn.Adam(model.parameters(), lr=0.02)
    trainer = Scripted(model, nn.cross_entropy, adam, callbacks=[stopping, checkpoint])
    trainer.fit([(X, Y)], 4, validation=[(X, Y)])
    nn.load(saved, checkpoint.path)
    assert trainer.best[:2] == (3, 0.3)
    for name, array in trainer.best[2].items():
        np.testing.assert_array_equal(model.state_dict()[name], array)
        np.testing.assert_array_equal(saved.state_dict()[name], array)


def test_ctrl_c_leaves_the_best_weights_and_a_message(capsys):
    model = tensors()
    history = fit(model, epochs=50, callbacks=[Interrupted(20, KeyboardInterrupt)], progress=True, validation=(X, Y))
    assert len(history.rows) == 2
    best = history.best("val_loss")
    assert history.stopped == (
        f"interrupted in epoch 3; the weights are those of epoch {best['epoch']}, the best so far "
        f"({best['val_loss']:.4g})"
    )
    assert f"stopped: {history.stopped}" in capsys.readouterr().err
    assert np.isclose(float(nn.cross_entropy(model.eval()(X), Y).data), best["val_loss"])


def test_groups_have_learning_rates_of_their_own():
    model = tensors()
    groups = [{"parameters": model[0].parameters(), "lr": 0.5}, {"parameters": model[2].parameters()}]
    assert fit(model, epochs=2, optimizer=nn.SGD(groups, lr=0.1))["lr"] == [0.5, 0.5]


def test_the_history_is_written_while_it_grows(tmp_path):
    loggers = [nn.CSVLogger(tmp_path / "a" / "log.csv"), nn.JSONLogger(tmp_path / "log.jsonl")]
    history = fit(tensors(), callbacks=loggers)
    with (tmp_path / "a" / "log.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in table] == history["loss"]
    assert [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()] == history.rows
    history.to_csv(tmp_path / "again.csv")
    history.to_jsonl(tmp_path / "again.jsonl")
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "a" / "log.csv").read_text()
    assert (tmp_path / "again.jsonl").read_text() == (tmp_path / "log.jsonl").read_text()
    (tmp_path / "blocked").write_text("")
    with pytest.raises(OutputError, match="choose another place"):
        fit(tensors(), callbacks=[nn.CSVLogger(tmp_path / "blocked" / "log.csv")])


def test_gradients_are_clipped_together():
    norms = []

    class Norms(nn.Callback):
        def on_gradients(self, trainer):
            norms.append(np.sqrt(sum(np.sum(np.square(p.grad)) for p in trainer.optimizer.parameters)))

    fit(nn.Linear(2, 2, rng=0), data=(100 * X, Y), clip_norm=0.5, callbacks=[Norms()], epochs=1)
    assert max(norms) <= 0.5 + 1e-9


def test_learning_rates_follow_schedules_and_plateaus():
    history = fit(tensors(), epochs=4, callbacks=[nn.LearningRate(nn.schedules.exponential, factor=0.5)])
    assert history["lr"] == [0.02, 0.01, 0.005, 0.0025]
    rates = []

    class Rates(nn.Callback):
        def on_iteration(self, trainer):
            rates.append(trainer.optimizer.lr)

    rate = nn.LearningRate(nn.schedules.warm_up, steps=4, start=0.0, every="iteration")
    fit(tensors(), epochs=1, callbacks=[Rates(), rate])
    assert np.allclose(rates[:6], [0.0, 0.005, 0.01, 0.015, 0.02, 0.02])
    plateau = nn.ReduceLearningRate(factor=0.1, patience=0, monitor="lr")
    assert fit(tensors(), epochs=3, callbacks=[plateau])["lr"][-1] < 0.02
    with pytest.raises(UnknownNameError, match="'epoch' or 'iteration'"):
        nn.LearningRate(nn.schedules.cosine, every="step")


@pytest.mark.parametrize("make", [tensors, values])
def test_a_learning_rate_is_found_and_the_model_is_as_it_was(make):
    model = make()
    before = model.state_dict()
    search = nn.find_learning_rate(
        model, nn.cross_entropy, (X, Y), optimizer=lambda p: nn.SGD(p, lr=1.0), highest=100.0, rng=0
    )
    assert 0.01 < search.suggestion < 20
    assert len(search.rates) == len(search.losses) <= 100
    assert all(np.array_equal(numbers, before[name]) for name, numbers in model.state_dict().items())
    with pytest.raises(DomainError, match="0 < lowest < highest"):
        nn.find_learning_rate(model, nn.cross_entropy, (X, Y), lowest=1.0, highest=0.1)


def test_any_optimizer_trains_even_one_that_asks_again():
    history = fit(nn.Linear(2, 2, rng=0), optimizer=lambda p: nn.LBFGS(p, lr=1.0), batch_size=120, epochs=4)
    assert history["loss"][-1] < history["loss"][0]


def test_data_come_as_loaders_lists_and_generators_made_anew():
    batches = [(X[:60], Y[:60]), (X[60:], Y[60:])]

    class Fresh:
        def __iter__(self):
            return iter(batches)

    histories = [
        nn.fit(nn.Linear(2, 2, rng=0), nn.cross_entropy, data, epochs=3, progress=False, rng=0)
        for data in (batches, Fresh(), nn.DataLoader((X, Y), batch_size=60))
    ]
    assert histories[0]["loss"] == histories[1]["loss"] == histories[2]["loss"]
    with pytest.raises(OperandError, match="divided into batches already, so batch_size=16 has no meaning"):
        nn.fit(nn.Linear(2, 2), nn.cross_entropy, batches, batch_size=16, progress=False)
    with pytest.raises(OperandError, match="divided into batches already, so batch_size=16 has no meaning"):
        nn.evaluate(nn.Linear(2, 2), nn.cross_entropy, batches, batch_size=16)
    with pytest.raises(DomainError, match="can be gone through only once"):
        nn.fit(nn.Linear(2, 2), nn.cross_entropy, iter(batches), epochs=2, progress=False)


def test_a_function_of_a_batch_is_a_model_when_it_has_an_optimizer():
    scale = Tensor(np.array([0.1, 0.2]))
    history = nn.fit(
        lambda x: x * scale,
        nn.mse_loss,
        (X, X * [3.0, -2.0]),
        optimizer=nn.Adam([scale], lr=0.1),
        epochs=40,
        progress=False,
        rng=0,
    )
    assert history["loss"][-1] < 1e-3
    np.testing.assert_allclose(scale.data, [3.0, -2.0], atol=0.1)
    with pytest.raises(OperandError, match="does not say what its parameters are"):
        nn.fit(lambda x: x, nn.mse_loss, (X, X), progress=False)


def test_a_compiled_function_is_a_model_too():
    mlp = values()
    scores = autograd.compile(lambda rows: [mlp(row) for row in rows])
    optimizer = nn.Adam(mlp.parameters(), lr=0.02)
    history = nn.fit(
        scores, nn.cross_entropy, (X, Y), optimizer=optimizer, epochs=2, batch_size=60, progress=False, rng=0
    )
    same = fit(values(), epochs=2, batch_size=60)
    np.testing.assert_allclose(history["loss"], same["loss"], rtol=1e-10)


def test_precision_is_that_of_the_model():
    model = tensors().astype(np.float32)
    seen = []

    def loss(outputs, y):
        seen.append(outputs.dtype)
        return nn.cross_entropy(outputs, y)

    nn.fit(model, loss, (X, Y), epochs=1, progress=False)
    assert set(seen) == {np.dtype(np.float32)}
    assert nn.predict(model, X).dtype == np.float32


@pytest.mark.parametrize("make", [tensors, values])
def test_predictions_record_nothing_and_leave_the_model_as_it_was(make):
    model = make()
    outputs = nn.predict(model, X, batch_size=50)
    assert isinstance(outputs, np.ndarray)
    assert outputs.shape == (120, 2)
    np.testing.assert_allclose(outputs, nn.predict(model, X, batch_size=7), rtol=1e-12)
    assert model.training
    confidence = nn.predict_proba(model, X)
    np.testing.assert_allclose(confidence.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(confidence.argmax(axis=1), outputs.argmax(axis=1))


def test_a_single_logit_is_that_of_the_second_class():
    model = nn.Linear(2, 1, rng=0)
    confidence = nn.predict_proba(model, X)
    assert confidence.shape == (120, 2)
    np.testing.assert_allclose(confidence[:, 1], autograd.sigmoid(nn.predict(model, X))[:, 0])


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        ((X[:0], Y[:0]), ShapeError, "no samples"),
        ((X, Y[:-1]), ShapeError, r"lengths \[120, 119\]"),
        ((np.where(X > 1, np.nan, X), Y), DomainError, r"the inputs hold nan at \["),
        ((X, np.full(120, np.inf)), DomainError, "the targets hold inf at"),
        ((X, ["a"] * 120), OperandError, "encode words as numbers"),
        (3.0, OperandError, r"expected data as \(inputs, targets\)"),
        ([(X, Y, X)], OperandError, r"expected batches \(inputs, targets\)"),
        ([X, Y], OperandError, r"arrays come as a tuple \(X, y\)"),
        (X, OperandError, r"arrays come as a tuple \(X, y\)"),
        ((X[:, :1], Y), ShapeError, "linear.*x has 1 features where the weight takes 2"),
        ((X.reshape(-1, 2, 1), Y), ShapeError, r"flatten x to \(32, 2\)"),
        ((X, Y + 1), DomainError, "label"),
    ],
)
def test_bad_data_is_refused_before_anything_is_lost(data, error, match):
    with pytest.raises(error, match=match):
        nn.fit(nn.Linear(2, 2, rng=0), nn.cross_entropy, data, epochs=1, progress=False, rng=0)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"epochs": 1.5}, "fit: epochs must be a whole number, 0 or more, got 1.5"),
        ({"epochs": -1}, "fit: epochs must be a whole number, 0 or more, got -1"),
        ({"optimizer": "adam"}, "expected an optimizer such as nn.Adam.*got 'adam'"),
        ({"optimizer": nn.Adam(nn.Linear(2, 2, rng=0).parameters())}, "moves no parameter of this"),
        ({"metrics": "accuracy"}, r"such as \[nn.accuracy\] as metrics, got 'accuracy'"),
        ({"metrics": ["accuracy"]}, r"got \['accuracy'\]"),
        ({"metrics": nn.accuracy}, r"such as \[nn.accuracy\] as metrics"),
        ({"callbacks": nn.StopAfter(minutes=1)}, "expected a list of callbacks, got StopAfter"),
        ({"callbacks": [nn.EarlyStopping]}, r"EarlyStopping is a class; make one of it"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(settings, match):
    with pytest.raises((OperandError, DomainError), match=match):
        nn.fit(
            nn.Linear(2, 2, rng=0), nn.cross_entropy, (X, Y), **{"epochs": 1, "progress": False, "rng": 0} | settings
        )


def test_arguments_in_the_order_of_other_libraries_are_refused():
    with pytest.raises(OperandError, match=r"the order is fit\(model, loss, \(X, y\)\)"):
        nn.fit(nn.Linear(2, 2, rng=0), X, Y)


def test_an_optimizer_may_move_a_part_of_the_network():
    model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 2, rng=1))
    before = model.state_dict()
    optimizer = nn.Adam(model[2].parameters(), lr=0.1)
    nn.fit(model, nn.cross_entropy, (X, Y), epochs=1, optimizer=optimizer, progress=False, rng=0)
    moved = [name for name, array in model.state_dict().items() if not np.array_equal(array, before[name])]
    assert moved == ["2.weight", "2.bias"]


def test_private_parameters_are_missed_with_a_hint():
    class Hidden(nn.Module):
        def __init__(self):
            self._layer = nn.Linear(2, 2, rng=0)

        def forward(self, x):
            return self._layer(x)

    with pytest.raises(OperandError, match=r"Hidden has no parameters; .* without a leading _"):
        nn.fit(Hidden(), nn.cross_entropy, (X, Y), progress=False)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: nn.EarlyStopping(0), DomainError),
        (lambda: nn.EarlyStopping(mode="up"), UnknownNameError),
        (lambda: nn.Resume("x.npz", every=0), DomainError),
        (lambda: nn.StopAfter(), DomainError),
        (lambda: nn.predict(nn.Linear(2, 2), np.zeros((0, 2))), DomainError),
        (lambda: nn.predict("model", X), OperandError),
        (lambda: nn.History([{"loss": 1.0}])["accuracy"], KeyError),
    ],
)
def test_settings_are_looked_at(make, error):
    with pytest.raises(error):
        make()


def test_the_time_can_be_limited():
    history = fit(tensors(), epochs=10_000, callbacks=[nn.StopAfter(seconds=0.05)])
    assert history.stopped == "the time of 0.05 s is up"
    assert "stopped: the time" in repr(history)
