"""Every optimizer on Values and Tensors: PyTorch's paths, precision, what stays, resuming, learning."""

import copy
import pickle

import numpy as np
import pytest

import nn
from autograd import DomainError, Tensor, UnknownNameError, Value, no_grad
from tests.golden.table import START, read
from tests.nn.descents import KINDS, SETTINGS, named, numbers, take_step

GOLDEN = read("optimizers")


def test_every_optimizer_has_golden_rows_and_settings():
    rows = {row["name"].lower() for row in [*GOLDEN["paths"], *GOLDEN["searches"]]}
    assert rows == set(nn.OPTIMIZERS) == set(SETTINGS)
    assert all(getattr(nn, kind.__name__) is kind for kind in nn.OPTIMIZERS.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", named(GOLDEN["paths"]))
def test_paths_are_pytorchs(row, kind):
    parameters, entries = KINDS[kind]()
    optimizer = getattr(nn, row["name"])(parameters, **row["settings"])
    path = {}
    for step in range(1, row["after"][-1] + 1):
        take_step(optimizer, entries)
        path[step] = numbers(parameters)
    np.testing.assert_allclose([path[step] for step in row["after"]], row["path"], rtol=1e-10)


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("kind", ["tensors", "one tensor"])
def test_float32_stays_float32(name, kind):
    parameters, entries = KINDS[kind](np.float32)
    doubles, exact_entries = KINDS[kind]()
    optimizer, exact = (nn.OPTIMIZERS[name](p, **SETTINGS[name]) for p in (parameters, doubles))
    optimizer.lr = exact.lr = np.float64(exact.lr)  # which turns what it is multiplied with into float64
    for _ in range(4):
        take_step(optimizer, entries)
        take_step(exact, exact_entries)
    assert {p.dtype for p in parameters} == {np.dtype(np.float32)}
    np.testing.assert_allclose(numbers(parameters), numbers(doubles), rtol=2e-4)
    assert {a.dtype for n, a in optimizer.state_dict().items() if a.shape == w_shape(kind)} <= {np.dtype(np.float32)}


def w_shape(kind):
    return (4,) if kind == "one tensor" else None  # the settings are without axes, as the tensors of the other kind


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_arrays_of_graphs_are_never_written_to(name):
    w = Tensor([START, START])
    optimizer = nn.OPTIMIZERS[name]([w], **SETTINGS[name])
    for _ in range(2):
        before, kept = w.array, w.data.copy()
        take_step(optimizer, lambda: [w[0, 0], w[1, 1], w[0, 2], w[1, 3]])
        assert w.array is not before
        np.testing.assert_array_equal(before, kept)
    assert not any(array is w.array for array in optimizer.state_dict().values())


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_frozen_tensors_and_those_without_a_gradient_stay(name):
    used, unused, frozen, undone = [Tensor([1.0, -2.0]) for _ in range(4)]
    frozen.constant = True
    settings = SETTINGS[name] | ({} if name == "lbfgs" else {"weight_decay": 0.1})
    optimizer = nn.OPTIMIZERS[name]([used, unused, frozen, undone], **settings)

    def closure():
        optimizer.zero_grad()
        loss = (used * used * frozen).sum()
        loss.backward()
        return loss

    undone.grad = np.ones(2)
    optimizer.zero_grad()
    optimizer.step(closure)
    assert (used.data != [1.0, -2.0]).all()
    for tensor in (unused, frozen, undone):
        np.testing.assert_array_equal(tensor.data, [1.0, -2.0])
    frozen.constant = False
    optimizer.step(closure)
    assert (frozen.data != [1.0, -2.0]).all()


def test_a_computed_gradient_of_zero_moves_on():
    x, y, z = Value(1.0), Tensor(1.0), Tensor(1.0)
    optimizer = nn.SGD([x, y, z], lr=0.1, momentum=0.5)
    (x + y + z).backward()
    optimizer.step()
    optimizer.zero_grad()
    (0.0 * y).backward()
    optimizer.step()
    assert [p.data for p in (x, y, z)] == [pytest.approx(0.85), pytest.approx(0.85), pytest.approx(0.9)]


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("kind", KINDS)
def test_training_resumes_to_the_bit(name, kind):
    parameters, entries = KINDS[kind]()
    optimizer = nn.OPTIMIZERS[name](parameters, **SETTINGS[name])
    for _ in range(5):
        take_step(optimizer, entries)
    state, where = optimizer.state_dict(), [np.array(p.data) for p in parameters]
    assert all(type(array) is np.ndarray and array.dtype.kind in "fib" for array in state.values())
    for _ in range(5):
        take_step(optimizer, entries)
    again, its_entries = KINDS[kind]()
    for parameter, numbers_before in zip(again, where, strict=True):
        parameter.data = numbers_before if parameter.is_array else float(numbers_before)
    other = nn.OPTIMIZERS[name](again, lr=1e-4)
    other.load_state_dict(state)
    assert other.groups[0].settings == optimizer.groups[0].settings
    for _ in range(5):
        take_step(other, its_entries)
    np.testing.assert_array_equal(numbers(again), numbers(parameters))
    for entry, array in other.state_dict().items():
        np.testing.assert_array_equal(array, optimizer.state_dict()[entry])


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("kind", ["values", "tensors"])
def test_copies_and_pickles_go_on_by_themselves(name, kind):
    optimizer = nn.OPTIMIZERS[name](KINDS[kind]()[0], **SETTINGS[name])
    take_step(optimizer, lambda: optimizer.parameters)
    twins = copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))
    for _ in range(3):
        for each in (optimizer, *twins):
            take_step(each, lambda each=each: each.parameters)
    for twin in twins:
        np.testing.assert_array_equal(numbers(twin.parameters), numbers(optimizer.parameters))


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_networks_learn(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3))
    y = np.tanh(x @ [1.0, -2.0, 0.5])
    network = nn.Sequential(nn.Linear(3, 8, rng=0), nn.Linear(8, 1, rng=1))
    optimizer = nn.OPTIMIZERS[name](network.parameters(), **SETTINGS[name] | {"lr": 0.05})

    def closure():
        network.zero_grad()
        loss = ((network(Tensor(x)).tanh().reshape(-1) - y) ** 2).mean()
        loss.backward(keep="leaves")
        return loss

    losses = [optimizer.step(closure).item() for _ in range(60)]
    assert losses[-1] < 0.2 * losses[0]


def test_optimizers_go_on_after_the_precision_is_changed():
    layer = nn.Linear(3, 2, rng=0)
    optimizer = nn.Adam(layer.parameters(), lr=0.1)
    for dtype in (np.float64, np.float32, np.float64):
        layer.astype(dtype)
        layer(Tensor(np.ones((1, 3)), dtype=dtype)).sum().backward()
        optimizer.step()
        assert layer.weight.dtype == dtype
        assert optimizer.state_dict()["groups.0.0.mean"].dtype == dtype
    assert optimizer.state_dict()["groups.0.0.steps"] == 3


def test_factories_are_found_by_name_and_can_be_pickled():
    make = pickle.loads(pickle.dumps(nn.optimizer_factory("adam", lr=3e-3)))
    optimizer = make([Value(1.0)])
    assert (type(optimizer), optimizer.lr) == (nn.Adam, 3e-3)
    with pytest.raises(UnknownNameError, match="did you mean 'adam'"):
        nn.optimizer_factory("Adan")
    with pytest.raises(DomainError, match="Adam: lr must"):
        nn.optimizer_factory("adam", lr=-1.0)
    with pytest.raises(TypeError, match="momentum"):
        nn.optimizer_factory("adam", momentum=0.9)


def test_parameters_made_under_no_grad_are_leaves():
    with no_grad():
        w = Value(1.0) * 2.0
    assert nn.SGD([w], lr=0.1).parameters == (w,)
