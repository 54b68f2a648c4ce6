"""Training with the numbers in arrays: nobody can tell, whatever they look at in between."""

import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest

import nn
from autograd import DomainError, Value, compile
from autograd.pool import Members, Pool, PooledValue, find_flat

X, LABELS = nn.datasets.moons(24, noise=0.1, rng=3)
Y = 2.0 * LABELS - 1.0


def hinge(model, X, y):
    scores = [model(row) for row in X]
    return sum((1 - yi * s).relu() for yi, s in zip(y, scores, strict=True)) / len(scores)


class Run:
    """A model that is trained, compiled or eagerly."""

    def __init__(self, make_optimizer, *, compiled):
        self.model = model = nn.MLP(2, [4, 1], activation="tanh", rng=5)
        self.optimizer = make_optimizer(self.model.parameters())
        self.loss = compile(lambda X, y: hinge(model, X, y)) if compiled else lambda X, y: hinge(model, X, y)

    def step(self, X=X, y=Y):
        self.model.zero_grad()
        loss = self.loss(X, y)
        loss.backward()
        self.optimizer.step()
        return loss.data

    @property
    def is_flat(self):
        return find_flat(list(self.optimizer.parameters)) is not None


#: With an eps that keeps Adam from making steps out of the last bits of gradients that are zero.
MAKERS = {
    "sgd": lambda parameters: nn.SGD(parameters, lr=0.3),
    "momentum": lambda parameters: nn.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda parameters: nn.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda parameters: nn.Adam(parameters, lr=0.05, eps=0.1, weight_decay=0.01),
    "adamw": lambda parameters: nn.AdamW(parameters, lr=0.05, eps=0.1, weight_decay=0.1),
    "rmsprop": lambda parameters: nn.RMSprop(parameters, lr=0.05, eps=0.1, momentum=0.5),
    "groups": lambda parameters: nn.SGD(
        [{"parameters": parameters[7:], "lr": 0.1}, {"parameters": parameters[:7]}], lr=0.3, momentum=0.5
    ),
    "another order": lambda parameters: nn.SGD(parameters[::-1], lr=0.3),
    "some": lambda parameters: nn.SGD(parameters[2:-1], lr=0.3),
    "more": lambda parameters: nn.Adam([*parameters, Value(1.0)], lr=0.05, eps=0.1),
}


@pytest.mark.parametrize("name", MAKERS)
def test_training_equals_eager_training(name):
    fast, slow = Run(MAKERS[name], compiled=True), Run(MAKERS[name], compiled=False)
    losses = [[run.step() for _ in range(8)] for run in (fast, slow)]
    np.testing.assert_allclose(*losses, rtol=1e-11)
    assert fast.is_flat == (name != "some")
    for attribute in ("data", "grad"):
        found, expected = ([getattr(p, attribute) for p in run.model.parameters()] for run in (fast, slow))
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


def halve(run):
    for p in run.model.parameters()[:3]:
        p.data *= 0.5


LOOKS = {
    "a number": lambda run: run.model.parameters()[3].data,
    "a gradient": lambda run: run.model.parameters()[3].grad,
    "repr": lambda run: repr(run.model.parameters()[0]),
    "comparison": lambda run: run.model.parameters()[0] < run.model.parameters()[1],
    "an operation": lambda run: (2.0 * run.model.parameters()[0] + run.model.parameters()[1]).data,
    "eager use": lambda run: run.model([0.3, -0.4]).data,
    "eager gradients": lambda run: hinge(run.model, X[:3], Y[:3]).backward(),
    "state": lambda run: run.model.state_dict()["layers.0.neurons.1.w.0"],
    "load": lambda run: run.model.load_state_dict({k: 0.9 * v for k, v in run.model.state_dict().items()}),
    "assignment": halve,
    "another shape": lambda run: run.loss(X[:5], Y[:5]).data,
    "another program": lambda run: compile(lambda x: run.model(x))([0.1, 0.2]).data,
    "clipped norm": lambda run: nn.clip_grad_norm(run.model.parameters(), 0.01),
    "clipped values": lambda run: nn.clip_grad_value(run.model.parameters(), 0.003),
    "no gradients": lambda run: run.optimizer.zero_grad(),
}


@pytest.mark.parametrize("name", LOOKS)
def test_looks_in_between_see_what_is_there(name):
    fast, slow = Run(MAKERS["adam"], compiled=True), Run(MAKERS["adam"], compiled=False)
    for run in (fast, slow):
        run.step()
        run.step()
    assert fast.is_flat
    for _ in range(3):
        found, expected = LOOKS[name](fast), LOOKS[name](slow)
        if isinstance(expected, float | bool):
            assert found == pytest.approx(expected, rel=1e-10)
        for run in (fast, slow):
            run.optimizer.step()  # by the gradients that the look may have changed
        assert fast.step() == pytest.approx(slow.step(), rel=1e-10)
    found, expected = ([p.data for p in run.model.parameters()] for run in (fast, slow))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13)


def test_copies_and_pickles_of_a_model_in_training_are_plain():
    run = Run(MAKERS["sgd"], compiled=True)
    run.step()
    for make in (copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model)), copy.copy):
        run.step()
        assert run.is_flat
        twin = make(run.model)
        assert {type(p) for p in twin.parameters()} == {PooledValue if make is copy.copy else Value}
        assert [p.data for p in twin.parameters()] == [p.data for p in run.model.parameters()]
        assert twin.parameters()[0] is not run.model.parameters()[0] or make is copy.copy


def test_a_copied_optimizer_moves_the_copied_model():
    run = Run(MAKERS["momentum"], compiled=True)
    run.step()
    model, optimizer = copy.deepcopy((run.model, run.optimizer))
    before = [p.data for p in run.model.parameters()]
    optimizer.step()
    assert [p.data for p in run.model.parameters()] == before
    assert [p.data for p in model.parameters()] != before


def test_the_numbers_outlive_their_optimizer():
    run = Run(MAKERS["sgd"], compiled=True)
    twin = Run(MAKERS["sgd"], compiled=False)
    for each in (run, twin):
        each.step()
        each.step()
    assert run.is_flat
    del run.optimizer
    assert {type(p) for p in run.model.parameters()} == {Value}
    np.testing.assert_allclose(
        [p.data for p in run.model.parameters()], [p.data for p in twin.model.parameters()], rtol=1e-11, atol=1e-14
    )


def test_a_second_optimizer_takes_over():
    run = Run(MAKERS["sgd"], compiled=True)
    run.step()
    assert run.is_flat
    first, run.optimizer = run.optimizer, nn.SGD(run.model.parameters(), lr=0.0)
    before = [p.data for p in run.model.parameters()]
    run.step()
    assert run.is_flat
    first.step()  # still moves the same values
    slopes = [p.grad for p in run.model.parameters()]
    np.testing.assert_allclose([p.data for p in run.model.parameters()], np.array(before) - 0.3 * np.array(slopes))


def test_optimizers_may_share_some_of_their_parameters():
    def train(make):
        x, y, z = values = [Value(1.0), Value(2.0), Value(3.0)]
        losses = make(lambda: x * x), make(lambda: z * y * z), make(lambda: x * y)
        optimizers = nn.SGD([x, y], lr=0.1), nn.SGD([y, z], lr=0.01)
        for _ in range(3):
            for optimizer in optimizers:
                optimizer.zero_grad()
            for loss in losses:
                loss().backward()
            for optimizer in optimizers:
                optimizer.step()
        return [(value.data, value.grad) for value in values]

    np.testing.assert_allclose(train(compile), train(lambda function: function), rtol=1e-13)


def test_threads_that_look_see_whole_numbers():
    run = Run(MAKERS["sgd"], compiled=True)
    seen, done = [], threading.Event()

    def look():
        while not done.is_set():
            seen.append([p.data for p in run.model.parameters()])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        losses = [run.step() for _ in range(40)]
    finally:
        done.set()
        thread.join()
    twin = Run(MAKERS["sgd"], compiled=False)
    np.testing.assert_allclose(losses, [twin.step() for _ in range(40)], rtol=1e-10)
    assert all(type(number) is float for row in seen for number in row)


def test_a_dropped_model_is_freed():
    run = Run(MAKERS["sgd"], compiled=True)
    run.step()
    dead = weakref.ref(run.model)
    del run
    gc.collect()
    assert dead() is None


def test_replaced_parameters_are_found():
    model = nn.MLP(2, [3, 1], rng=0)
    first = model.parameters()
    assert model.parameters() == first
    neuron = model.layers[0].neurons[1]
    neuron.w = (Value(9.0), *neuron.w[1:])
    assert model.parameters()[3].data == 9.0
    neuron.w = list(neuron.w)
    assert model.parameters()[3].data == 9.0
    neuron.w[0] = Value(8.0)
    assert model.parameters()[3].data == 8.0
    model.layers[1] = nn.Layer(3, 1, rng=1)
    assert len(model.parameters()) == len(first)
    assert model.parameters()[-1] is model.layers[1].neurons[0].b
    model.layers[1].neurons[0].w = list(model.layers[1].neurons[0].w)  # an equal list, which is changed later
    assert len(model.parameters()) == len(first)
    model.layers[1].neurons[0].w.append(Value(3.0))
    assert len(model.parameters()) == len(first) + 1
    model.extra = np.zeros(3)
    model.extra = np.ones(3)
    assert len(model.parameters()) == len(first) + 1
    for p in model.parameters():
        p.grad = 1.0
    model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0.0}


class Loud(Value):
    """A kind of Value of one's own."""

    __slots__ = ()


def test_other_kinds_of_value_are_moved_one_by_one():
    w, v = Loud(2.0), Value(3.0)
    optimizer = nn.SGD([w, v], lr=0.1)
    fast = compile(lambda x: w * v * x)
    fast(1.0).backward()
    optimizer.step()
    assert (type(w), type(v)) == (Loud, Value)
    assert (w.data, v.data) == (2.0 - 0.1 * 3.0, 3.0 - 0.1 * 2.0)


def test_a_parameter_given_twice_is_refused():
    x, y = Value(1.0), Value(2.0)
    with pytest.raises(DomainError, match="parameters 0 and 2 are the same object"):
        nn.SGD([x, y, x], lr=0.1)


def test_members_follow_a_pool():
    x, y, z = Value(1.0), Value(2.0), Value(3.0)
    members = Members([z, x])
    assert members.numbers().tolist() == [3.0, 1.0]
    pool = Pool([x, y, z])
    members.add_to_grad(np.array([30.0, 10.0]))
    assert pool.is_flat
    assert pool.grad.tolist() == [10.0, 0.0, 30.0]
    assert isinstance(x, PooledValue)
    pool.data += 1.0
    assert members.numbers().tolist() == [4.0, 2.0]
    assert pool.is_flat
    assert (z.grad, y.data) == (30.0, 3.0)
    assert not pool.is_flat
    assert Members([]).numbers().shape == (0,)


def test_optimizers_of_nan_and_infinity_do_not_warn():
    x, y = Value(1e308), Value(1.0)
    x.grad, y.grad = -1e308, float("nan")
    nn.SGD([x, y], lr=10.0).step()
    assert x.data == float("inf")
    assert y.data != y.data
