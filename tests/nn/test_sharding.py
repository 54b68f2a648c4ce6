"""A batch divided among threads, processes, and a Dask cluster: the numbers are those of one process."""

import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import DomainError, OperandError

ROOT = Path(__file__).parent.parent.parent
X, Y = nn.datasets.moons(90, noise=0.1, rng=0)


def tensors():
    model = nn.Sequential(nn.Linear(2, 8, rng=0), autograd.tanh, nn.Linear(8, 2, rng=1))
    model[0].bias.constant = True
    return model


def shared():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), autograd.tanh, nn.Linear(2, 2, rng=1))
    model[2].weight = model[0].weight
    model.unused = autograd.Tensor([1.0, 2.0])
    return model


def single():
    return tensors().astype(np.float32)


def values():
    return nn.MLP(2, [3, 2], activation="tanh", rng=0)


class BatchMean(nn.Module):
    def forward(self, x):
        return x - x.mean(axis=0)


class Counter(nn.Module):
    def __init__(self):
        self.count = np.zeros(1)

    def forward(self, x):
        self.count = self.count + 1.0
        return x


class Dies(nn.Module):
    def forward(self, x):
        if len(x) == 16:
            os._exit(1)
        return x


def summed(outputs, targets):
    return nn.cross_entropy(outputs, targets, reduction="sum")


def fit(model, executor=None, loss=nn.cross_entropy, **settings):
    settings = {"optimizer": nn.optimizer_factory("adam", lr=0.02), "shards": 3} | settings
    return nn.fit(
        model, loss, (X, Y), validation=0.2, epochs=3, batch_size=32, metrics=[nn.accuracy], rng=0, progress=False,
        executor=executor, **settings,
    )  # fmt: skip


def assert_as_one_process(make, executor, **settings):
    alone, together = make(), make()
    history, sharded = fit(alone, **settings), fit(together, executor, **settings)
    tolerance = 1e-5 if make is single else 1e-12
    for name in set(history) - {"seconds"}:
        np.testing.assert_allclose(sharded[name], history[name], rtol=tolerance)
    for one, other in zip(alone.parameters(), together.parameters(), strict=True):
        np.testing.assert_allclose(other.data, one.data, rtol=tolerance, atol=tolerance)
        assert np.asarray(one.data).dtype == np.asarray(other.data).dtype


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("make", [tensors, shared, single, values])
def test_threads_and_processes_give_the_numbers_of_one_process(make, processes):
    assert_as_one_process(make, processes)
    with ThreadPoolExecutor(3) as threads:
        assert_as_one_process(make, threads)


@pytest.mark.parametrize("settings", [{"shards": 1}, {"shards": 50}, {"clip_norm": 0.1}])
def test_settings_hold_for_the_whole_batch(settings):
    with ThreadPoolExecutor(2) as threads:
        assert_as_one_process(tensors, threads, **settings)


def test_an_optimizer_that_asks_several_times_a_step_gets_gradients_each_time():
    with ThreadPoolExecutor(2) as threads:
        optimizer = nn.optimizer_factory("lbfgs", max_iterations=3)
        alone, together = tensors().unfreeze(), tensors().unfreeze()
        fit(alone, optimizer=optimizer), fit(together, threads, optimizer=optimizer)
        np.testing.assert_allclose(together[0].weight.data, alone[0].weight.data, rtol=1e-6)


def use_a_dask_cluster():
    import distributed

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info()["workers"]) == 2
        executor = client.get_executor()
        assert_as_one_process(tensors, executor)
        settings = {"folds": 3, "epochs": 2, "metrics": [nn.accuracy], "rng": 0}
        alone = nn.cross_validate(tensors, nn.cross_entropy, (X, Y), **settings)
        together = nn.cross_validate(lambda: tensors(), nn.cross_entropy, (X, Y), executor=executor, **settings)
        np.testing.assert_array_equal(together["loss"], alone["loss"])


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs dask[distributed]")
def test_a_dask_cluster_of_two_workers_gives_the_numbers_of_one_process():
    # In a process of its own: Dask writes to os.environ, and its threads draw from `random` all the time.
    program = f"from {__name__} import use_a_dask_cluster; use_a_dask_cluster(); print('equal')"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.endswith("equal\n"), run.stderr


@pytest.mark.parametrize(
    ("layer", "loss", "message"),
    [
        (nn.Dropout(0.5, rng=0), nn.cross_entropy, r"2 \(Dropout\(0.5\)\) draws random numbers"),
        (Counter(), nn.cross_entropy, r"the buffer 2.count changes in training"),
        (BatchMean(), nn.cross_entropy, "no layer may look at other samples"),
        (autograd.relu, summed, "the loss must be a mean over samples"),
    ],
)
def test_what_cannot_be_divided_is_refused_and_nothing_moved(layer, loss, message):
    model = nn.Sequential(nn.Linear(2, 8, rng=0), nn.Linear(8, 2, rng=1), layer)
    before = model.state_dict()
    with ThreadPoolExecutor(2) as threads, pytest.raises(DomainError, match=message):
        fit(model, threads, loss)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_layer_that_is_not_in_training_draws_nothing():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Dropout(0.5, rng=0)).eval()
    with ThreadPoolExecutor(2) as threads:
        assert len(fit(model, threads).rows) == 3


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        (nn.Sequential(nn.Linear(2, 2, rng=0), lambda x: x), {}, "the model cannot be sent.*`def` at the top"),
        (nn.Sequential(nn.Linear(2, 2, rng=0)), {"loss": lambda p, y: nn.cross_entropy(p, y)}, "the loss cannot"),
        (abs, {"optimizer": nn.SGD([autograd.Tensor([1.0])], lr=0.1)}, "would not find in the model"),
    ],
)
def test_what_cannot_be_sent_is_named(model, settings, message):
    with ThreadPoolExecutor(2) as threads, pytest.raises(OperandError, match=message):
        fit(model, threads, **settings)


def test_a_graph_in_a_model_is_not_sent():
    model = nn.Linear(2, 2, rng=0)
    model.penalty = (model.weight**2).sum()
    with ThreadPoolExecutor(2) as threads, pytest.raises(OperandError, match="computed from other nodes"):
        fit(model, threads, optimizer=nn.SGD([model.weight], lr=0.1))


def test_shards_are_counted():
    with ThreadPoolExecutor(2) as threads, pytest.raises(DomainError, match="shards must be a whole number, 1 or more"):
        fit(tensors(), threads, shards=0)


def test_a_worker_that_dies_leaves_the_weights_of_the_last_update():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), Dies())
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool, pytest.raises(nn.WorkerError, match="died"):
        fit(model, pool, shards=2, callbacks=[])
    np.testing.assert_array_equal(model[0].weight.data, nn.Linear(2, 2, rng=0).weight.data)
