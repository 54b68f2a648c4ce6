"""What networks that are trained here must reach, with fixed seeds, and what the loop around a step may cost.

Run with `python -m tests.benchmarks goals`; the 5,000 digits of MNIST need the extra `data`, the GPT's step PyTorch.
"""

from __future__ import annotations

import contextlib
import functools
import io
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

import autograd
import nn
from autograd import Tensor
from tests.benchmarks.harness import duration, table, take_turns


class Goal(NamedTuple):
    """A line of the table: what was trained, what was asked, what came out."""

    what: str
    asked: str
    measured: str
    met: bool


def classify(what: str, images: Any, labels: Any, width: int, least: float, most_seconds: float, epochs: int) -> Goal:
    """Train a small CNN, and judge it on a quarter of the images held back."""
    X = images[:, None] / images.max()
    X_train, X_test, y_train, y_test = nn.train_test_split(X, labels, test_size=0.25, rng=0, stratify=labels)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, rng=0), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, width, 3, padding=1, rng=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3, rng=2), nn.Linear(width * (X.shape[-1] // 4) ** 2, 10, rng=3),
    ).astype(np.float32)  # fmt: skip
    started = perf_counter()
    rate = nn.LearningRate(nn.schedules.cosine, steps=epochs)
    nn.fit(
        model, nn.cross_entropy, (X_train, y_train), epochs=epochs, batch_size=64,
        optimizer=nn.AdamW(model.parameters(), lr=4e-3), callbacks=[rate], rng=0, progress=False,
    )  # fmt: skip
    seconds, right = perf_counter() - started, nn.accuracy(nn.predict(model, X_test), y_test)
    met = right >= least and seconds <= most_seconds
    return Goal(what, f">= {least:.1%} in {most_seconds:g} s", f"{right:.2%} in {seconds:.1f} s", met)


def solve_xor() -> Goal:
    """Train two tanh units with bias on XOR, from 20 seeds.

    From small weights, with momentum and the squared error, few runs end in a local minimum; more do with the
    cross-entropy, which is flat where one sample stays wrong.
    """
    X, signs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[-1.0], [1.0], [1.0], [-1.0]])
    solved = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        small = functools.partial(nn.initialization.normal, std=0.3)
        model = nn.Sequential(
            nn.Linear(2, 2, initializer=small, rng=rng), nn.Tanh(), nn.Linear(2, 1, initializer=small, rng=rng)
        )
        nn.fit(
            model, nn.mse_loss, (X, signs), epochs=800, batch_size=4,
            optimizer=nn.SGD(model.parameters(), lr=0.1, momentum=0.9), rng=0, progress=False,
        )  # fmt: skip
        solved += bool((np.sign(nn.predict(model, X)) == signs).all())
    return Goal("XOR from 20 seeds, two tanh units with bias", ">= 18", str(solved), solved >= 18)


def forecast() -> Goal:
    """Forecast a year of the monthly series by an LSTM that says what to add to the last year."""
    series, length, horizon = nn.datasets.co2(), 24, 12
    past = len(series.values) - 120
    values = (series.values - 350.0) / 5.0
    X_train, y_train = nn.windows(values[:past], length, horizon=horizon)
    X_test, y_test = nn.windows(values[past - length :], length, horizon=horizon)

    class Forecast(nn.Module):
        def __init__(self) -> None:
            self.read, self.say = nn.LSTM(1, 24, rng=0), nn.Linear(24, horizon, rng=1)

        def forward(self, x: Any) -> Any:  # (batch, 24)
            _, (h, _) = self.read((x - x[:, -1:])[:, :, None])
            return x[:, -horizon:] + self.say(h[0])  # (batch, 12)

    model = Forecast()
    nn.fit(
        model, nn.mse_loss, (X_train, y_train), epochs=40, batch_size=32,
        optimizer=nn.Adam(model.parameters(), lr=0.01), clip_norm=1.0, rng=0, progress=False,
    )  # fmt: skip
    ours, naive = nn.mae(nn.predict(model, X_test), y_test), nn.mae(X_test[:, -12:], y_test)
    measured = f"{1 - ours / naive:.0%} less ({5 * ours:.2f} against {5 * naive:.2f} ppm)"
    return Goal("shipped series, LSTM, MAE against seasonal-naive", ">= 20% less", measured, ours <= 0.8 * naive)


def letters() -> tuple[nn.Vocabulary, Any, Any]:
    """Return the vocabulary of the shipped names, and names to learn from and held back."""
    names = nn.datasets.names()
    order = np.random.default_rng(0).permutation(len(names))
    vocabulary = nn.Vocabulary(names, boundary=".")
    train = vocabulary.encode_words([names[k] for k in order[:7200]])
    return vocabulary, train, vocabulary.encode_words([names[k] for k in order[7200:]], length=train[0].shape[1])


def loss_of(scores: Any, targets: Any) -> Any:
    """Return the mean loss of the letters."""
    return nn.cross_entropy(scores.swapaxes(1, -1), targets, ignore_index=-100)


def write_names() -> Goal:
    """Train a small GPT on names, and hold it against the bigram model."""
    vocabulary, (X, y), held_back = letters()
    counts = np.ones((len(vocabulary), len(vocabulary)))
    np.add.at(counts, (X[y >= 0], y[y >= 0]), 1)
    log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
    bigram = -log_p[held_back[0][held_back[1] >= 0], held_back[1][held_back[1] >= 0]].mean()
    gpt = nn.GPT(len(vocabulary), context=X.shape[1], width=32, heads=4, layers=2, rng=0).astype(np.float32)
    nn.fit(
        gpt, loss_of, (X, y), epochs=4, batch_size=64, optimizer=nn.AdamW(gpt.parameters(), lr=5e-3), rng=0,
        progress=False,
    )  # fmt: skip
    log_q = autograd.log_softmax(nn.predict(gpt, held_back[0]), axis=-1)
    picked = np.take_along_axis(log_q, np.maximum(held_back[1], 0)[..., None], axis=-1)[..., 0]
    ours = -picked[held_back[1] >= 0].mean()
    return Goal(
        "shipped names, small GPT, held-out loss", "< the bigram's", f"{ours:.3f} < {bigram:.3f}", ours < bigram
    )


def step_of_a_gpt() -> Goal:
    """Time a step of that GPT, loss and gradients, against the same in PyTorch."""
    import torch

    torch.set_num_threads(1)
    vocabulary, (X, y), _ = letters()
    X, y = X[:64], y[:64]
    ours = nn.GPT(len(vocabulary), context=X.shape[1], width=32, heads=4, layers=2, rng=0).astype(np.float32)
    theirs = torch.nn.ModuleDict(
        {
            "tokens": torch.nn.Embedding(len(vocabulary), 32),
            "places": torch.nn.Embedding(X.shape[1], 32),
            "blocks": torch.nn.ModuleList(
                torch.nn.TransformerEncoderLayer(
                    32, 4, 128, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
                )
                for _ in range(2)
            ),
            "norm": torch.nn.LayerNorm(32),
        }
    )
    mask = torch.nn.Transformer.generate_square_subsequent_mask(X.shape[1])
    tokens, targets = torch.tensor(X), torch.tensor(y)

    def our_step() -> None:
        ours.zero_grad()
        loss_of(ours(X), y).backward(keep="leaves")

    def their_step() -> None:
        theirs.zero_grad()
        h = theirs["tokens"](tokens) + theirs["places"].weight
        for block in theirs["blocks"]:
            h = block(h, mask, is_causal=True)
        scores = theirs["norm"](h) @ theirs["tokens"].weight.T
        torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-100).backward()

    medians = take_turns({"ours": our_step, "PyTorch": their_step}, rounds=9, at_least=0.05)
    ratio = medians["ours"] / medians["PyTorch"]
    return Goal("a step of that GPT, against PyTorch eager", "<= 2x", f"{ratio:.2f}x", ratio <= 2.0)


def overhead() -> Goal:
    """Time an iteration of `fit` with all it can tell, less the same step in a bare loop, on a tiny model."""
    X = np.random.default_rng(0).normal(size=(4000, 2))
    y = (X[:, 0] > 0).astype(int)
    model = nn.Linear(2, 2, rng=0)
    optimizer = nn.SGD(model.parameters(), lr=0.01)

    def bare() -> None:
        for x, labels in nn.DataLoader((X, y), batch_size=8, shuffle=True, rng=0):
            optimizer.zero_grad()
            nn.cross_entropy(model(Tensor(x, constant=True)), labels).backward(keep="leaves")
            optimizer.step()

    def told() -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            callbacks = [
                nn.EarlyStopping(), nn.Checkpoint(Path(folder) / "best.npz"), nn.CSVLogger(Path(folder) / "log.csv"),
                nn.Diagnostics(),
            ]  # fmt: skip
            nn.fit(
                model, nn.cross_entropy, (X, y), epochs=1, batch_size=8, optimizer=optimizer, metrics=[nn.accuracy],
                callbacks=callbacks, rng=0,
            )  # fmt: skip

    differences = []
    for _ in range(9):
        times = []
        for work in (bare, told):
            started = perf_counter()
            work()
            times.append(perf_counter() - started)
        differences.append((times[1] - times[0]) / 500)
    median = statistics.median(differences)
    what = "fit's own part of an iteration (bar, metric, 4 callbacks), 500 an epoch"
    return Goal(what, "<= 60 us", duration(max(median, 0.0)), median <= 60e-6)


def main() -> None:
    """Print the table."""
    digits, mnist = nn.datasets.digits(), nn.datasets.mnist()
    goals = [
        classify("digits, CNN", digits.images, digits.target, 48, 0.985, 60, 40),
        classify("5,000 MNIST digits, small CNN", mnist.images, mnist.target, 32, 0.97, 180, 24),
        solve_xor(),
        forecast(),
        write_names(),
        step_of_a_gpt(),
        overhead(),
    ]
    rows = [(goal.what, goal.asked, goal.measured, "yes" if goal.met else "no") for goal in goals]
    table("what trained networks must reach", ("", "asked", "measured", "met"), rows)


if __name__ == "__main__":
    main()
