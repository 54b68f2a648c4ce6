import base64
import io
import json
import re

import numpy as np
import pytest

import nn
from autograd.errors import DomainError, GraphError, MissingExtraError, OutputError, ShapeError, UnknownNameError
from nn.plots import TrainingAnimation

pytest.importorskip("matplotlib")
pillow = pytest.importorskip("PIL.Image")

X, y = nn.datasets.moons(30, noise=0.1, rng=0)


def train(film, *, model=None, epochs=6, validation=None, callbacks=(), data=(X, y), loss=nn.cross_entropy):
    model = model or nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 2, rng=1))
    return nn.fit(
        model,
        loss,
        data,
        validation=validation,
        epochs=epochs,
        callbacks=[film, *callbacks],
        rng=0,
        progress=False,
    )


@pytest.fixture(scope="module")
def film():
    film = TrainingAnimation(X, y, frames=3, resolution=20)
    train(film, validation=(X, y))
    return film


@pytest.mark.parametrize(
    ("frames", "epochs", "expected"),
    [
        (3, 6, [0, 2, 4, 6]),
        (50, 4, [0, 1, 2, 3, 4]),
        (1, 9, [0, 9]),
        (4, 10, [0, 2, 5, 8, 10]),
    ],
)
def test_frames_are_evenly_spread_from_the_start_to_the_end(frames, epochs, expected):
    film = TrainingAnimation(X, y, frames=frames, resolution=5)
    train(film, epochs=epochs)
    assert film.epochs == expected
    assert len(film) == len(expected)


def test_a_training_that_stops_early_ends_the_film():
    class StopAfterFirst(nn.Callback):
        def on_epoch(self, trainer):
            trainer.stop("enough")

    film = TrainingAnimation(X, y, frames=2, resolution=5)
    train(film, epochs=100, callbacks=[StopAfterFirst()])
    assert film.epochs == [0, 1]
    assert repr(film.frame(-1)).startswith("Plot('Epoch 1 of 1: loss ")


def test_a_second_training_is_a_second_film():
    film = TrainingAnimation(X, y, frames=2, resolution=5)
    train(film, epochs=2)
    film.gif()
    train(film, epochs=4)
    assert film.epochs == [0, 2, 4]
    assert pillow.open(io.BytesIO(film.gif())).n_frames == 3


def test_it_does_not_change_the_training():
    film = TrainingAnimation(X, y, frames=3, resolution=5)
    assert train(film)["loss"] == train(nn.Callback())["loss"]


def test_it_shows_the_model_as_in_use_and_leaves_it_in_training():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Dropout(0.9, rng=0))
    film = TrainingAnimation(X, y, frames=1, resolution=5)
    train(film, model=model, epochs=1)
    expected = nn.predict_proba(model, film._plane.grid).reshape(5, 5, 2)
    assert np.array_equal(film._frames[-1].confidence, expected)
    assert model.training


def test_networks_of_single_numbers_are_filmed_too():
    film = TrainingAnimation(*nn.datasets.xor(), frames=2, resolution=5)
    model = nn.MLP(2, [2, 1], activation="tanh", rng=0)
    train(film, model=model, epochs=2, data=nn.datasets.xor(), loss=nn.binary_cross_entropy_with_logits)
    assert [frame.confidence.shape for frame in film._frames] == [(5, 5, 2)] * 3
    assert np.allclose(film._frames[-1].confidence.reshape(-1, 2), nn.predict_proba(model, film._plane.grid))


def test_a_frame_shows_its_epoch_and_the_losses_up_to_it(film):
    plot = film.frame(1)
    left, right = plot.figure.axes
    assert left.get_title(loc="left") == "Epoch 2 of 6"
    assert plot.description == f"Epoch 2 of 6: loss {film._history['loss'][1]:.3g}"
    ran = right.lines[1]
    assert list(ran.get_xdata()) == [1, 2]
    assert list(ran.get_ydata()) == film._history["loss"][:2]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["training", "held back"]
    assert film.frame(0).description == "Epoch 0 of 6"


def test_the_gif_has_all_frames_and_runs_forever(film):
    content = film.gif()
    picture = pillow.open(io.BytesIO(content))
    assert (picture.format, picture.n_frames, picture.info["loop"]) == ("GIF", 4, 0)
    assert content == film.gif()
    picture.seek(3)
    assert picture.info["duration"] == 2000


def test_the_frames_differ(film):
    frames = [np.asarray(image.convert("RGB")) for image in film._images()]
    assert len({frame.shape for frame in frames}) == 1
    assert all((frame != frames[0]).any() for frame in frames[1:])


def test_the_page_stands_alone(film):
    page = film.html()
    frames = json.loads(re.search(r"const frames = (\[.*?\]), captions = (\[.*?\])\n", page)[1])
    captions = json.loads(re.search(r"captions = (\[.*?\])\n", page)[1])
    assert len(frames) == len(captions) == 4
    assert captions[0] == "Epoch 0 of 6"
    assert 'max="3"' in page
    for frame in frames:
        kind, content = frame.split(",")
        assert kind == "data:image/png;base64"
        assert pillow.open(io.BytesIO(base64.b64decode(content))).format == "PNG"
    without_frames = re.sub(r"data:image/png;base64,[^\"]*", "", page)
    assert not re.search(r"https?:|src=\"(?!\")|\$[a-z]", without_frames)


def test_a_notebook_shows_it_in_a_frame_of_its_own(film):
    shown = film._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert 'sandbox="allow-scripts"' in shown


@pytest.mark.parametrize(("suffix", "start"), [(".gif", b"GIF89a"), (".HTML", b"<!doctype html>")])
def test_films_are_saved_by_suffix(film, tmp_path, suffix, start):
    path = film.save(tmp_path / f"film{suffix}")
    assert path.read_bytes().startswith(start)


def test_what_cannot_be_saved_is_named(film, tmp_path):
    with pytest.raises(UnknownNameError, match=r"'\.mp4'; expected \.gif or \.html"):
        film.save(tmp_path / "film.mp4")
    with pytest.raises(OutputError, match=r"cannot write .*nowhere"):
        film.save(tmp_path / "nowhere" / "film.gif")


def test_what_cannot_be_filmed_is_named():
    with pytest.raises(ShapeError, match=r"samples of shape \(samples, 2\).*got \(30, 3\)"):
        TrainingAnimation(np.zeros((30, 3)), y)
    with pytest.raises(ShapeError, match=r"got \(30, 2\) and \(4,\)"):
        TrainingAnimation(X, y[:4])
    with pytest.raises(DomainError, match="at least one frame, got 0"):
        TrainingAnimation(X, y, frames=0)
    with pytest.raises(GraphError, match=r"callbacks=\[animation\]"):
        TrainingAnimation(X, y).gif()


def test_without_matplotlib_it_films_but_cannot_draw(monkeypatch):
    import sys

    film = TrainingAnimation(X, y, frames=1, resolution=5)
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    train(film, epochs=1)
    assert film.epochs == [0, 1]
    with pytest.raises(MissingExtraError, match=r"pip install 'chainrule\[plot\]'"):
        film.gif()
