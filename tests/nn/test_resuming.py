"""Going on after an interruption, and what callbacks remember and forget."""

import numpy as np
import pytest

import nn
from autograd import DomainError, ShapeError
from tests.nn.test_training import Interrupted, X, Y, fit, tensors, values


@pytest.mark.parametrize("make", [tensors, values])
def test_a_resumed_training_has_the_numbers_of_one_that_was_never_interrupted(make, tmp_path):
    path = tmp_path / "state.safetensors"

    def run(epochs, *callbacks):
        model = make()
        rate = nn.LearningRate(nn.schedules.cosine, steps=9)
        told = [rate, nn.EarlyStopping(patience=4), nn.CSVLogger(tmp_path / "log.csv"), *callbacks]
        try:
            history = fit(model, epochs=epochs, validation=(X, Y), callbacks=told)
        except RuntimeError:
            return None, model
        return history, model

    whole, model = run(7)
    log = (tmp_path / "log.csv").read_text().splitlines()
    run(7, nn.Resume(path), Interrupted(20))
    resumed, other = run(7, nn.Resume(path), Interrupted(0))
    assert resumed["val_loss"] == whole["val_loss"]
    assert resumed["lr"] == whole["lr"]
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, other.state_dict()[name])
    assert [line.rpartition(",")[0] for line in (tmp_path / "log.csv").read_text().splitlines()] == [
        line.rpartition(",")[0] for line in log
    ]
    finished, _ = run(7, nn.Resume(path), Interrupted(0))
    assert finished["loss"] == whole["loss"]


RATES = [
    lambda: nn.LearningRate(nn.schedules.cosine, steps=6),
    lambda: nn.ReduceLearningRate(patience=0, threshold=0.5),
    lambda: nn.EarlyStopping(patience=20, monitor="val_accuracy"),
]


@pytest.mark.parametrize("make", RATES)
@pytest.mark.parametrize("is_first", [True, False])
def test_training_resumes_exactly_wherever_resume_stands_among_the_callbacks(make, is_first, tmp_path):
    def run(epochs, *resume):
        model = tensors()
        told = [*resume, make()] if is_first else [make(), *resume]
        loader = nn.DataLoader((X, Y), batch_size=16, shuffle=True, rng=3)
        momentum = nn.SGD(model.parameters(), lr=2.0, momentum=0.9)
        return fit(model, data=loader, epochs=epochs, callbacks=told, validation=(X, Y), optimizer=momentum), model

    path = tmp_path / "state.npz"
    whole, model = run(6)
    run(4, nn.Resume(path))
    resumed, other = run(6, nn.Resume(path))
    assert [{**row, "seconds": 0} for row in resumed.rows] == [{**row, "seconds": 0} for row in whole.rows]
    for name, numbers in model.state_dict().items():
        np.testing.assert_array_equal(numbers, other.state_dict()[name])


def test_early_stopping_goes_back_to_weights_from_before_an_interruption(tmp_path):
    def run(epochs, scores, *resume):
        model, scores = tensors(), iter(scores)
        stopping = nn.EarlyStopping(monitor="accuracy")
        fit(model, epochs=epochs, callbacks=[stopping, *resume], metrics={"accuracy": lambda *_: next(scores)})
        return model.state_dict()

    whole = run(4, [0.5, 0.9, 0.8, 0.7])
    run(3, [0.5, 0.9, 0.8], nn.Resume(tmp_path / "state.npz"))
    resumed = run(4, [0.7], nn.Resume(tmp_path / "state.npz"))
    for name, numbers in whole.items():
        np.testing.assert_array_equal(resumed[name], numbers)


def test_a_bar_may_come_and_go_between_interruptions(tmp_path, capsys):
    fit(tensors(), epochs=1, callbacks=[nn.Resume(tmp_path / "state.npz")])
    assert len(fit(tensors(), epochs=2, callbacks=[nn.Resume(tmp_path / "state.npz")], progress=True).rows) == 2
    assert "8/16" in capsys.readouterr().err


@pytest.mark.parametrize("callback", [nn.EarlyStopping, nn.Checkpoint])
def test_callbacks_forget_an_earlier_training(callback, tmp_path):
    path = tmp_path / "best.npz"
    told, first, second, other = callback(*[path] * (callback is nn.Checkpoint)), tensors(), tensors(7), tensors()
    fit(first, epochs=30, callbacks=[told])
    history = fit(second, epochs=2, callbacks=[told])
    assert history["loss"][1] < history["loss"][0]
    if callback is nn.Checkpoint:
        nn.load(other, path)
    expected = tensors(7)
    fit(expected, epochs=2)
    for name, numbers in (other if callback is nn.Checkpoint else second).state_dict().items():
        np.testing.assert_array_equal(numbers, expected.state_dict()[name])


def test_samples_held_back_before_an_interruption_are_not_trained_on_after_it(tmp_path):
    fit(tensors(), validation=0.2, callbacks=[nn.Resume(tmp_path / "state.npz")], rng=1)
    with pytest.raises(DomainError, match="other samples held back; pass the same data, and a seed to fit"):
        fit(tensors(), validation=0.2, callbacks=[nn.Resume(tmp_path / "state.npz")], rng=2)


def test_what_cannot_be_resumed_is_refused(tmp_path):
    weights, state = tmp_path / "weights.npz", tmp_path / "state.npz"
    nn.save(tensors(), weights)
    with pytest.raises(DomainError, match="holds weights but no training"):
        fit(tensors(), callbacks=[nn.Resume(weights)])
    fit(tensors(), callbacks=[nn.Resume(state)])
    with pytest.raises(DomainError, match="other callbacks or layers"):
        fit(tensors(), callbacks=[nn.Resume(state), nn.EarlyStopping()])
    with pytest.raises(ShapeError, match="other widths"):
        fit(nn.Sequential(nn.Linear(2, 9), nn.Dropout(0.1), nn.Linear(9, 2)), callbacks=[nn.Resume(state)])


def test_a_training_that_stopped_early_is_over_when_it_is_run_again_but_one_out_of_time_goes_on(tmp_path):
    def run(*callbacks):
        return fit(tensors(), epochs=9, callbacks=[*callbacks, nn.Resume(tmp_path / "state.npz")])

    assert len(run(nn.EarlyStopping(patience=2, min_delta=9.0), nn.StopAfter(seconds=1e-9)).rows) == 1
    stopped = run(nn.EarlyStopping(patience=2, min_delta=9.0))
    assert len(stopped.rows) == 3
    again = run(nn.EarlyStopping(patience=2, min_delta=9.0))
    assert (again.rows, again.stopped) == (stopped.rows, stopped.stopped)
