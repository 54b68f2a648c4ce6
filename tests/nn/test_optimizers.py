"""Every optimizer on Values and Tensors: PyTorch's paths, groups, state, clipping, and what is refused."""

import copy
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, Tensor, UnknownNameError, Value, no_grad
from nn.optimizers.line_search import Point, search_line
from tests.golden.table import LANDSCAPES, START, read, valley

GOLDEN = read("optimizers")
#: Settings that let every optimizer remember something.
SETTINGS = {
    "adagrad": {"lr": 0.3, "lr_decay": 0.1, "initial_accumulator_value": 0.1},
    "adam": {"lr": 0.05, "amsgrad": True},
    "adamw": {"lr": 0.05, "weight_decay": 0.1},
    "lbfgs": {"lr": 0.5, "max_iterations": 1, "history": 3},
    "rmsprop": {"lr": 0.02, "momentum": 0.5, "centered": True},
    "sgd": {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
}
#: How the four numbers of a landscape can be held: each gives the parameters and what the landscape is called with.
KINDS = {
    "values": lambda dtype=None: twice([Value(x) for x in START]),
    "tensors": lambda dtype=None: twice([Tensor(x, dtype=dtype) for x in START]),
    "one tensor": lambda dtype=None: ([w := Tensor(START, dtype=dtype)], w),
    "mixed": lambda dtype=None: mixed(dtype),
}


def twice(parameters):
    return parameters, parameters


def mixed(dtype):
    pair, first, last = Tensor(START[1:3], dtype=dtype), Value(START[0]), Value(START[3])
    return [first, pair, last], [first, pair[0], pair[1], last]


def numbers(parameters):
    return np.concatenate([np.ravel(p.data) for p in parameters])


def take_step(optimizer, w, landscape=valley):
    """Make one step down a landscape; a tensor's entries are taken afresh."""

    def closure():
        optimizer.zero_grad()
        first, *rest = optimizer.parameters
        fresh = [first, rest[0][0], rest[0][1], rest[1]] if len(optimizer.parameters) == 3 else w
        loss = landscape(fresh)
        loss.backward()
        return loss

    return optimizer.step(closure)


def named(rows):
    return [pytest.param(row, id=f"{row['name']}-{index}") for index, row in enumerate(rows)]


def test_every_optimizer_has_golden_rows_and_settings():
    rows = {row["name"].lower() for row in [*GOLDEN["paths"], *GOLDEN["searches"]]}
    assert rows == set(nn.OPTIMIZERS) == set(SETTINGS)
    assert all(getattr(nn, kind.__name__) is kind for kind in nn.OPTIMIZERS.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", named(GOLDEN["paths"]))
def test_paths_are_pytorchs(row, kind):
    parameters, w = KINDS[kind]()
    optimizer = getattr(nn, row["name"])(parameters, **row["settings"])
    path = {}
    for step in range(1, row["after"][-1] + 1):
        take_step(optimizer, w)
        path[step] = numbers(parameters)
    np.testing.assert_allclose([path[step] for step in row["after"]], row["path"], rtol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", named(GOLDEN["searches"]))
def test_searches_are_pytorchs(row, kind):
    parameters, w = KINDS[kind]()
    optimizer = nn.LBFGS(parameters, **row["settings"])
    looks = 0

    def landscape(w):
        nonlocal looks
        looks += 1
        return LANDSCAPES[row["landscape"]](w)

    path, losses = {}, {}
    for step in range(1, row["after"][-1] + 1):
        losses[step] = float(take_step(optimizer, w, landscape).data)
        path[step] = numbers(parameters)
    np.testing.assert_allclose([path[step] for step in row["after"]], row["path"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose([losses[step] for step in row["after"]], row["losses"], rtol=1e-8, atol=1e-14)
    assert looks == row["looks"]


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("kind", ["tensors", "one tensor"])
def test_float32_stays_float32(name, kind):
    parameters, w = KINDS[kind](np.float32)
    doubles, v = KINDS[kind]()
    optimizer, exact = (nn.OPTIMIZERS[name](p, **SETTINGS[name]) for p in (parameters, doubles))
    optimizer.lr = exact.lr = np.float64(exact.lr)  # which turns what it is multiplied with into float64
    for _ in range(4):
        take_step(optimizer, w)
        take_step(exact, v)
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
        take_step(
            optimizer, [w[0, 0], w[1, 1], w[0, 2], w[1, 3]], lambda _: valley([w[0, 0], w[1, 1], w[0, 2], w[1, 3]])
        )
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
    parameters, w = KINDS[kind]()
    optimizer = nn.OPTIMIZERS[name](parameters, **SETTINGS[name])
    for _ in range(5):
        take_step(optimizer, w)
    state, where = optimizer.state_dict(), [np.array(p.data) for p in parameters]
    assert all(type(array) is np.ndarray and array.dtype.kind in "fib" for array in state.values())
    for _ in range(5):
        take_step(optimizer, w)
    again, v = KINDS[kind]()
    for parameter, numbers_before in zip(again, where, strict=True):
        parameter.data = numbers_before if parameter.is_array else float(numbers_before)
    other = nn.OPTIMIZERS[name](again, lr=1e-4)
    other.load_state_dict(state)
    assert other.groups[0].settings == optimizer.groups[0].settings
    for _ in range(5):
        take_step(other, v)
    np.testing.assert_array_equal(numbers(again), numbers(parameters))
    for entry, array in other.state_dict().items():
        np.testing.assert_array_equal(array, optimizer.state_dict()[entry])


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_copies_and_pickles_go_on_by_themselves(name):
    parameters, w = KINDS["values"]()
    optimizer = nn.OPTIMIZERS[name](parameters, **SETTINGS[name])
    take_step(optimizer, w)
    twins = copy.deepcopy((optimizer, w)), pickle.loads(pickle.dumps((optimizer, w)))
    for _ in range(3):
        take_step(optimizer, w)
        for twin, its in twins:
            take_step(twin, its)
    for _, its in twins:
        np.testing.assert_array_equal(numbers(its), numbers(w))


# --- groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in nn.OPTIMIZERS if name != "lbfgs"])
@pytest.mark.parametrize("kind", ["values", "tensors", "mixed"])
def test_groups_are_optimizers_side_by_side(name, kind):
    (one, w), (two, v) = KINDS[kind](), KINDS[kind]()
    make, settings = nn.OPTIMIZERS[name], SETTINGS[name]
    grouped = make([{"parameters": one[:1], "lr": 0.01}, {"parameters": iter(one[1:])}], **settings)
    apart = [make(two[:1], **settings | {"lr": 0.01}), make(two[1:], **settings)]
    for _ in range(4):
        take_step(grouped, w)
        for optimizer in apart:
            optimizer.zero_grad()
        valley([two[0], two[1][0], two[1][1], two[2]] if kind == "mixed" else v).backward()
        for optimizer in apart:
            optimizer.step()
    np.testing.assert_array_equal(numbers(one), numbers(two))
    assert grouped.parameters == tuple(one)


def test_the_settings_of_groups_can_be_changed():
    x, y = Value(1.0), Tensor([1.0])
    optimizer = nn.SGD([{"parameters": [x]}, {"parameters": [y], "lr": 0.5}], lr=0.1)
    with pytest.raises(DomainError, match=r"different ones, \[0.1, 0.5\]"):
        optimizer.lr
    optimizer.groups[1]["lr"] = 0.2
    assert [group["lr"] for group in optimizer.groups] == [0.1, 0.2]
    optimizer.lr = 0.3
    assert (optimizer.lr, optimizer.groups[1].settings["lr"]) == (0.3, 0.3)
    assert repr(optimizer.groups[0]) == "Group(1 parameters, lr=0.3, momentum=0.0, nesterov=False, weight_decay=0.0)"
    for setting, value, words in [("lr", math.nan, "lr must be"), ("lr", -1.0, "lr must"), ("nesterov", 1, "True or")]:
        with pytest.raises(DomainError, match=words):
            optimizer.groups[0][setting] = value
    with pytest.raises(UnknownNameError, match="did you mean 'momentum'"):
        optimizer.groups[0]["momentun"] = 0.9
    assert optimizer.lr == 0.3


# --- what is refused --------------------------------------------------------------------------------------------------

X, Y = Value(1.0), Tensor([1.0, 2.0])


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ([], DomainError, "no parameters"),
        (X, OperandError, "list of parameters"),
        (Y, OperandError, "list of parameters"),
        (None, OperandError, "list of parameters"),
        ({"parameters": [X]}, OperandError, "list of parameters"),
        (nn.MLP(2, [1]), OperandError, r"got a MLP; pass model\.parameters"),
        (nn.MLP(2, [1]).named_parameters(), OperandError, "named_parameters"),
        ([np.array([1, 2])], OperandError, "Value or Tensor"),
        ([3], OperandError, "Value or Tensor"),
        ([X, Y, X], DomainError, "parameters 0 and 2 are the same object"),
        ([Y, X, Y], DomainError, "parameters 0 and 2 are the same object"),
        ([X, Y * 2.0], OperandError, "parameter 1 was computed from others, by 'multiply'"),
        ([{"parameters": [X]}, {"parameters": []}], DomainError, "no parameters"),
        ([{"parameters": [X]}, Y], OperandError, "group 1 must be a dictionary"),
        ([{"params": [X]}], OperandError, "group 0 .*params"),
        ([{"parameters": [X], "rate": 0.1}], UnknownNameError, "'rate'"),
        ([{"parameters": [X], "lr": math.nan}], DomainError, "lr must"),
        ([{"parameters": [X]}, {"parameters": [X]}], DomainError, "the same object"),
    ],
)
def test_bad_parameters(name, parameters, error, words):
    if not isinstance(parameters, list | dict | nn.Module | Value | Tensor | None):
        parameters = nn.MLP(2, [1]).named_parameters()  # an iterator is used up by the first test
    with pytest.raises(error, match=words):
        nn.OPTIMIZERS[name](parameters, lr=0.1)


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "fast", None, True, np.ones(2)])
def test_bad_learning_rates(name, rate):
    with pytest.raises(DomainError, match="lr must be a finite number, 0 or more"):
        nn.OPTIMIZERS[name]([X], lr=rate)


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("sgd", "momentum", -0.1),
        ("sgd", "weight_decay", math.inf),
        ("adam", "betas", (0.9, 1.0)),
        ("adam", "betas", 0.9),
        ("adam", "eps", -1e-8),
        ("adamw", "amsgrad", "yes"),
        ("rmsprop", "alpha", 1.0),
        ("rmsprop", "centered", None),
        ("adagrad", "lr_decay", -1.0),
        ("lbfgs", "history", 0),
        ("lbfgs", "max_iterations", 1.5),
    ],
)
def test_bad_settings(name, setting, value):
    with pytest.raises(DomainError, match=f"{nn.OPTIMIZERS[name].__name__}: {setting} must"):
        nn.OPTIMIZERS[name]([X], lr=0.1, **{setting: value})


def test_a_gradient_of_another_shape_is_refused():
    w = Tensor([1.0, 2.0])
    w.grad = np.ones(3)
    with pytest.raises(ShapeError, match=r"shape \(2,\), but its grad \(3,\)"):
        nn.SGD([w], lr=0.1).step()


def states():
    """Name states that do not fit an Adam of a Value and a Tensor of two numbers, and how they are made."""
    good = trained_adam().state_dict()
    yield "empty", {}, UnknownNameError, "names are missing"
    yield "another kind", nn.SGD([X, Y], lr=0.1).state_dict(), UnknownNameError, "names are missing"
    yield "more", good | {"groups.0.1.means": np.ones(2)}, UnknownNameError, "'groups.0.1.means'; did you mean"
    yield "less", {n: a for n, a in good.items() if n != "groups.0.1.mean"}, UnknownNameError, "missing, first"
    yield "another network", good | {"groups.0.1.mean": np.ones(3)}, ShapeError, r"shape \(2,\) of its parameters"
    yield "whole numbers", good | {"groups.0.1.mean": np.ones(2, int)}, DomainError, "floats"
    yield "objects", good | {"groups.0.1.mean": np.array([None, None])}, DomainError, "floats"
    yield "steps", good | {"groups.0.1.steps": np.array(-1)}, DomainError, "0 or more"
    yield "steps of floats", good | {"groups.0.1.steps": np.array(1.5)}, DomainError, "type int"
    yield "rate", good | {"groups.0.lr": np.array(math.nan)}, DomainError, "finite"
    yield "rates", good | {"groups.0.lr": np.array([0.1, 0.1])}, DomainError, "type float"
    yield "flag", good | {"groups.0.amsgrad": np.array(1.0)}, DomainError, "type bool"


def trained_adam():
    x, y = Value(1.0), Tensor([1.0, 2.0])
    (x * y).sum().backward()
    optimizer = nn.Adam([x, y], lr=0.1)
    optimizer.step()
    return optimizer


@pytest.mark.parametrize(("state", "error", "words"), [pytest.param(*row[1:], id=row[0]) for row in states()])
def test_states_that_do_not_fit_change_nothing(state, error, words):
    optimizer = trained_adam()
    before = optimizer.state_dict()
    with pytest.raises(error, match=words):
        optimizer.load_state_dict({"groups.0.lr": np.array(0.7)} | state)
    for name, array in optimizer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


# --- L-BFGS -----------------------------------------------------------------------------------------------------------


def test_lbfgs_needs_a_closure_that_returns_the_loss():
    optimizer = nn.LBFGS([Value(1.0)])
    with pytest.raises(OperandError, match=r"optimizer\.step\(closure\)"):
        optimizer.step()
    with pytest.raises(OperandError, match="must return the loss"):
        optimizer.step(lambda: None)
    with pytest.raises(DomainError, match="one group"):
        nn.LBFGS([{"parameters": [X]}, {"parameters": [Y]}])


def test_lbfgs_leaves_the_parameters_where_they_were_when_the_closure_fails():
    w, looks = Tensor(START), []
    optimizer = nn.LBFGS([w])

    def closure():
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt
        optimizer.zero_grad()
        loss = valley(w)
        loss.backward()
        return loss

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(closure)
    np.testing.assert_array_equal(w.data, START)


def test_lbfgs_steps_back_from_where_the_loss_is_not_defined():
    w = Tensor([0.5, 3.0])
    optimizer = nn.LBFGS([w], lr=100.0)

    def closure():
        optimizer.zero_grad()
        with np.errstate(all="ignore"):
            loss = (w - w.log()).sum()  # nan below 0, lowest at 1
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    np.testing.assert_allclose(w.data, [1.0, 1.0], atol=1e-6)
    w.data = np.array([-1.0, 1.0])
    assert math.isnan(optimizer.step(closure).data)
    np.testing.assert_array_equal(w.data, [-1.0, 1.0])


def test_a_search_fulfils_the_strong_wolfe_conditions():
    for first in (1e-3, 0.1, 1.0, 7.0, 300.0):

        def look(t):
            return Point(t, math.cos(t) + 0.1 * t * t, 0.2 * t - math.sin(t), np.zeros(1))

        start = look(0.3)
        line = lambda t, look=look: look(0.3 + t)._replace(length=t)
        point, evaluations = search_line(line, line(0.0), first, reach=1.0, tolerance=1e-9, most=25)
        assert point.loss <= start.loss + 1e-4 * point.length * start.slope
        assert abs(point.slope) <= 0.9 * abs(start.slope)
        assert evaluations <= 12


# --- gradients: adding up, clipping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [1, 2, 6])
def test_gradients_of_micro_batches_add_up_to_that_of_the_batch(parts):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    whole, split = Tensor([0.3, -0.2, 0.9]), Tensor([0.3, -0.2, 0.9])
    (((x @ whole) - y) ** 2).mean().backward()
    for rows in np.split(np.arange(12), parts):
        ((((x[rows] @ split) - y[rows]) ** 2).mean() / parts).backward()
    np.testing.assert_allclose(split.grad, whole.grad, rtol=1e-12)
    for w in (whole, split):
        nn.Adam([w], lr=0.1).step()
    np.testing.assert_allclose(split.data, whole.data, rtol=1e-12)


@pytest.mark.parametrize("row", named(GOLDEN["clips"]))
@pytest.mark.parametrize("kind", ["tensors", "one tensor", "mixed"])
def test_clipping_is_over_values_and_tensors(row, kind):
    slopes = np.array(row["gradients"], dtype=float)
    if kind == "one tensor":
        parameters = [Tensor(np.zeros(len(slopes)))]
        parameters[0].grad = slopes
    else:
        parameters = [Value(0.0) if kind == "mixed" and place == 0 else Tensor(0.0) for place in range(len(slopes))]
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope if parameter.is_array else float(slope)
    norm = getattr(nn, row["name"])(parameters, row["limit"])
    expected = np.array(row["clipped"], dtype=float)
    if norm is not None and math.isinf(float(row["norm"])) and math.isfinite(norm):
        row, expected = row | {"norm": np.hypot(*slopes)}, [row["limit"] / 2**0.5] * 2  # PyTorch's square overflows
    np.testing.assert_allclose(np.concatenate([np.ravel(p.grad) for p in parameters]), expected, rtol=1e-12)
    assert norm is None or norm == pytest.approx(float(row["norm"]), rel=1e-12, nan_ok=True)
    np.testing.assert_array_equal(slopes, np.array(row["gradients"], dtype=float))  # not written to


def test_clipping_keeps_the_precision_and_leaves_out_what_has_no_gradient():
    w, unused = Tensor(np.ones(3, np.float32)), Tensor([1.0])
    for gradient, norm in [(3.0, 27**0.5), (1e25, 1e25 * 3**0.5), (1e-25, 1e-25 * 3**0.5), (0.0, 0.0)]:
        w.grad = np.full(3, gradient, np.float32)
        assert nn.clip_grad_norm([w, unused], 1.0) == pytest.approx(norm, rel=1e-6)
        assert w.grad.dtype == np.float32
        np.testing.assert_allclose(w.grad, min(gradient, 3**-0.5), rtol=1e-6)
    nn.clip_grad_value(iter([w, unused]), 0.25)
    assert w.grad.dtype == np.float32
    assert not unused.is_swept


@pytest.mark.parametrize("clip", [nn.clip_grad_norm, nn.clip_grad_value])
@pytest.mark.parametrize("parameters", [Y, nn.MLP(2, [1]), [1.0], None])
def test_what_cannot_be_clipped(clip, parameters):
    with pytest.raises(OperandError, match=clip.__name__):
        clip(parameters, 1.0)


# --- use --------------------------------------------------------------------------------------------------------------


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
