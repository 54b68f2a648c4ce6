"""What a training refuses, and what it leaves when it fails."""

import functools
import math
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd import DomainError, OperandError, OutputError
from tests.nn.test_training import X, Y, fit, tensors, values


@pytest.mark.parametrize("callback", [nn.Checkpoint, nn.Resume])
def test_a_folder_that_cannot_be_made_is_said_before_the_first_epoch(callback, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot make the folder .*; choose another place"):
        fit(tensors(), callbacks=[callback(tmp_path / "file" / "deep" / "best.npz")])


@pytest.mark.parametrize("make", [lambda path: nn.EarlyStopping(), nn.Checkpoint, nn.Resume])
def test_a_function_has_no_weights_to_keep(make, tmp_path):
    model = tensors()
    with pytest.raises(OperandError, match="a function does not say what its weights are"):
        fit(lambda x: model(x), optimizer=nn.Adam(model.parameters()), callbacks=[make(tmp_path / "state.npz")])


def test_a_class_is_no_callback():
    with pytest.raises(OperandError, match="the callback EarlyStopping is a class"):
        fit(tensors(), callbacks=[nn.EarlyStopping])


class Spoiled(nn.Callback):
    """Changes the first layer's weights before an iteration."""

    def __init__(self, number):
        self.number = number

    def on_iteration(self, trainer):
        if trainer.iteration == 10:
            layer = trainer.model[0]
            layer.weight.data = np.full(layer.weight.shape, self.number)


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (np.nan, "1 of 4 parameters are nan or infinite, first 0.weight"),
        (1e308, r"output of 0 \(Linear\(2, 8\)\) holds"),
    ],
)
def test_a_loss_that_is_no_number_ends_the_training_with_its_cause(number, cause):
    model = nn.Sequential(nn.Linear(2, 8, rng=0), autograd.relu, nn.Linear(8, 2, rng=1))
    weights = []

    class Remember(nn.Callback):
        def on_epoch(self, trainer):
            weights.append(trainer.model.state_dict())

    with pytest.raises(nn.DivergenceError, match=cause) as caught:
        fit(model, epochs=4, data=(10 * X, Y), callbacks=[Remember(), Spoiled(number)])
    assert len(caught.value.history.rows) == 1
    assert "in epoch 2, iteration 11" in str(caught.value)
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, weights[-1][name])


@pytest.mark.parametrize("make", [tensors, values])
def test_an_update_to_nan_ends_the_training_even_if_it_is_the_last(make):
    class SpoiledGradient(nn.Callback):
        def on_gradients(self, trainer):
            if trainer.iteration == 1:
                parameter = trainer.optimizer.parameters[0]
                parameter.grad = parameter.grad * math.nan

    model, good = make(), make()
    fit(good, epochs=1, batch_size=len(X))
    with pytest.raises(nn.DivergenceError, match=r"parameters are nan .* weights it had after epoch 1"):
        fit(model, epochs=2, batch_size=len(X), callbacks=[SpoiledGradient()])
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, good.state_dict()[name])


def test_the_weights_kept_of_a_diverging_training_are_some_with_a_finite_loss():
    model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.Linear(4, 1, rng=1))
    optimizer = nn.SGD(model.parameters(), lr=1e200)
    with pytest.raises(nn.DivergenceError, match="weights it had after epoch 0"):
        nn.fit(model, nn.mse_loss, (X, X[:, :1]), batch_size=len(X), optimizer=optimizer, rng=0, progress=False)
    assert np.isfinite(nn.evaluate(model, nn.mse_loss, (X, X[:, :1]))["loss"])


def test_a_step_by_hand_that_fails_says_why():
    model = tensors()
    trainer = nn.Trainer(model, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1))
    with pytest.raises(nn.DivergenceError, match=r"the inputs hold nan at \[0, 0\]: clean the data first$"):
        trainer.step(X * math.nan, Y)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("logger", [nn.CSVLogger, nn.JSONLogger])
def test_a_full_disk_is_said_by_loggers(logger):
    with pytest.raises(OutputError, match="cannot write '/dev/full': No space left on device"):
        fit(tensors(), callbacks=[logger("/dev/full")])


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"epochs": 2.5}, DomainError, "epochs must be a whole number"),
        ({"epochs": -1}, DomainError, "epochs must be a whole number"),
        ({"metrics": [nn.accuracy, functools.partial(nn.accuracy)]}, DomainError, "two named 'accuracy'"),
        ({"metrics": nn.accuracy}, OperandError, "expected a list of functions such as"),
        ({"metrics": {"loss": nn.accuracy}}, DomainError, "'loss' is a column of every history"),
        ({"optimizer": nn.SGD(tensors().parameters(), lr=0.1)}, OperandError, "moves no parameter of this"),
    ],
)
def test_settings_of_fit_are_looked_at(settings, error, match):
    with pytest.raises(error, match=match):
        fit(tensors(), **settings)


@pytest.mark.parametrize(
    "loss", [lambda o, y: nn.cross_entropy(o, y, reduction="none"), lambda *_: 1.0, lambda *_: np.float64(1.0)]
)
def test_a_loss_that_is_no_single_node_is_refused(loss):
    with pytest.raises(OperandError, match="expected a loss that computes one number from the outputs"):
        nn.fit(tensors(), loss, (X, Y), progress=False)


def test_everyone_is_told_of_the_end_even_if_one_fails():
    class Failing(nn.Callback):
        def on_end(self, trainer):
            raise RuntimeError("told")

    stopping, model = nn.EarlyStopping(monitor="score", mode="max"), tensors()
    numbers, weights = iter([3.0, 2.0, 1.0]), []

    class Remember(nn.Callback):
        def on_epoch(self, trainer):
            weights.append(trainer.model.state_dict())

    with pytest.raises(RuntimeError, match="told"):
        fit(model, callbacks=[Failing(), Remember(), stopping], metrics={"score": lambda *_: next(numbers)})
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, weights[0][name])


def test_who_has_started_is_told_of_the_end_when_the_start_of_another_fails():
    told = []

    class Watch(nn.Callback):
        def __init__(self, name):
            self.name = name

        def on_start(self, trainer):
            told.append(f"start {self.name}")
            if self.name == "broken":
                raise RuntimeError("at the start")

        def on_end(self, trainer):
            told.append(f"end {self.name}")

    with pytest.raises(RuntimeError, match="at the start"):
        fit(tensors(), callbacks=[Watch("first"), Watch("second"), Watch("broken"), Watch("last")])
    assert told == ["start first", "start second", "start broken", "end second", "end first"]


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_batches_to_predict_have_a_sample(batch_size):
    with pytest.raises(DomainError, match="predict: batch_size must be"):
        nn.predict(tensors(), X, batch_size=batch_size)


def test_a_trainer_without_samples_says_so():
    model = tensors()
    with pytest.raises(DomainError, match="the data gave no samples"):
        nn.Trainer(model, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1)).fit([], 2)


def test_a_loss_that_overflows_by_itself_is_named():
    with pytest.raises(nn.DivergenceError, match="the loss itself overflows or takes the logarithm of 0"):
        nn.fit(nn.Linear(2, 2, rng=0), lambda outputs, y: (outputs * 0.0).log().sum(), (X, Y), progress=False)
