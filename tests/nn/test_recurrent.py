"""RNN, LSTM, GRU and their cells: against PyTorch, finite differences, and sequences read one by one."""

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, Tensor, UnknownNameError, no_grad
from autograd.testing import check_gradients
from tests.golden.table import read
from tests.tensor.cases import numbers

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
CELLS = {"RNNCell": nn.RNNCell, "LSTMCell": nn.LSTMCell, "GRUCell": nn.GRUCell}
GOLDEN = read("recurrent")["rows"]


def name_of(row):
    return " ".join([row["kind"], *map(str, row["settings"].values()), str(row["lengths"] or "")])


def flat(results):
    return [results] if isinstance(results, Tensor | np.ndarray) else [each for part in results for each in flat(part)]


def as_state(parts):
    return None if not parts else parts[0] if len(parts) == 1 else tuple(parts)


def initial_state(row):
    """Return the parts of the initial state that PyTorch was given."""
    lead = row["shape"][:-1]
    if not row["kind"].endswith("Cell"):
        count = row["settings"].get("num_layers", 1) * (1 + row["settings"].get("bidirectional", False))
        lead = [count, *row["shape"][:-2]]
    return [Tensor(numbers(*lead, 2, shift=21 + place)) for place in range(row["state"])]


@pytest.mark.parametrize("row", GOLDEN, ids=name_of)
def test_values_and_gradients_equal_pytorch(row):
    module = (LAYERS | CELLS)[row["kind"]](3, 2, rng=0, **row["settings"])
    names = [name for name, _ in module.named_parameters()]
    assert names == row["names"]
    module.load_state_dict({name: 0.4 * numbers(*p.shape, shift=k) for k, (name, p) in named(module)})
    x, parts = Tensor(numbers(*row["shape"], shift=20)), initial_state(row)
    settings = {"lengths": row["lengths"]} if row["lengths"] else {}
    results = flat(module(x, as_state(parts), **settings))
    weighted = [(each * numbers(*each.shape, shift=30 + k)).sum() for k, each in enumerate(results)]
    sum(weighted[1:], start=weighted[0]).backward()
    for found, expected in zip(results, row["results"], strict=True):
        np.testing.assert_allclose(found.data, np.array(expected), rtol=1e-12, atol=1e-14)
    for leaf, expected in zip([x, *parts, *module.parameters()], row["grad"], strict=True):
        np.testing.assert_allclose(leaf.grad, np.array(expected), rtol=1e-10, atol=1e-12)


def named(module):
    return enumerate(module.named_parameters())


@pytest.mark.parametrize(
    ("kind", "settings", "lengths"),
    [
        ("RNN", {"nonlinearity": "relu", "bidirectional": True}, [2, 1]),
        ("LSTM", {"bias": False}, [2, 1]),
        ("GRU", {"bias": False}, None),
    ],
    ids=["RNN", "LSTM", "GRU"],
)
def test_derivatives_equal_finite_differences_to_second_order(kind, settings, lengths):
    layer = LAYERS[kind](1, 1, rng=0, **settings)
    names = [name for name, _ in layer.named_parameters()]

    def loss(x, *parameters):
        for name, parameter in zip(names, parameters, strict=True):
            setattr(layer, name, parameter)
        out, state = layer(x, lengths=lengths)
        return sum(((each + 0.3) ** 2).sum() for each in flat((out, state)))

    weights = [0.8 * numbers(*p.shape, shift=k) + 0.1 for k, (_, p) in named(layer)]
    assert check_gradients(loss, numbers(2, 2, 1, shift=5), *weights, order=2).count > 100


@pytest.mark.parametrize("kind", LAYERS)
def test_steps_of_the_cell_are_the_layer(kind):
    layer, cell = LAYERS[kind](3, 2, rng=0), CELLS[f"{kind}Cell"](3, 2, rng=0)
    cell.load_state_dict({name: getattr(layer, f"{name}_l0").data for name, _ in cell.named_parameters()})
    x, state = numbers(2, 4, 3), None
    out, last = layer(x)
    for t in range(4):
        state = cell(x[:, t], state)
        np.testing.assert_allclose(flat(state)[0].data, out.data[:, t], rtol=1e-14)
    for found, expected in zip(flat(state), flat(last), strict=True):
        np.testing.assert_allclose(found.data, expected.data[0], rtol=1e-14)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_batch_with_lengths_equals_its_sequences_one_by_one(kind):
    layer = LAYERS[kind](3, 2, num_layers=2, bidirectional=True, rng=0)
    batch, lengths = numbers(3, 4, 3), np.array([3, 4, 1])
    batch[0, 3:], batch[2, 1:] = np.nan, np.inf  # beyond the ends, nothing is read
    x = Tensor(batch)
    out, state = layer(x, lengths=lengths)
    (out * out).sum().backward()
    together = [p.grad for p in layer.parameters()]
    layer.zero_grad()
    for k, length in enumerate(lengths):
        alone = Tensor(batch[k, :length])
        expected, last = layer(alone)
        (expected * expected).sum().backward()
        np.testing.assert_allclose(out.data[k, :length], expected.data, rtol=1e-13)
        assert not out.data[k, length:].any()
        np.testing.assert_allclose(x.grad[k, :length], alone.grad, rtol=1e-12, atol=1e-15)
        assert not x.grad[k, length:].any()
        for found, other in zip(flat(state), flat(last), strict=True):
            np.testing.assert_allclose(found.data[:, k], other.data, rtol=1e-13)
    for parameter, gradient in zip(layer.parameters(), together, strict=True):
        np.testing.assert_allclose(gradient, parameter.grad, rtol=1e-11, atol=1e-14)


def test_a_state_that_would_grow_without_end_does_not_beyond_the_length():
    layer = nn.RNN(1, 1, nonlinearity="relu", rng=0).astype("float32")
    layer.load_state_dict({"weight_hh_l0": np.full((1, 1), 9.0)}, strict=False)
    out, _ = layer(np.ones((2, 90, 1), np.float32), lengths=[3, 2])
    out.sum().backward()
    assert all(np.isfinite(p.grad).all() for p in layer.parameters())


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("lengths", [None, [2, 4]], ids=["all", "lengths"])
def test_single_precision_is_kept(kind, lengths):
    layer = LAYERS[kind](3, 2, num_layers=2, bidirectional=True, dropout=0.3, rng=0).astype("float32")
    x = Tensor(numbers(2, 4, 3).astype("float32"))
    out, state = layer(x, lengths=lengths)
    assert {each.dtype for each in flat((out, state))} == {np.dtype("float32")}
    sum(each.sum() for each in flat((out, state))).backward()
    assert {leaf.grad.dtype for leaf in (x, *layer.parameters())} == {np.dtype("float32")}


@pytest.mark.parametrize("kind", LAYERS)
def test_extreme_numbers_close_gates_without_nan(kind):
    layer = LAYERS[kind](1, 1, rng=0)
    x = Tensor([[[1e5], [-1e5], [1e300], [-1e300]]])
    out, _ = layer(x)
    out.sum().backward()
    assert np.abs(out.data).max() <= 1
    assert np.isfinite(layer.weight_hh_l0.grad).all()


def test_dropout_stands_between_layers_while_training():
    one, two = (nn.LSTM(3, 4, num_layers=2, dropout=0.5, rng=0) for _ in range(2))
    x = numbers(2, 5, 3)
    np.testing.assert_array_equal(one(x)[0].data, two(x)[0].data)
    assert (one(x)[0].data != two.eval()(x)[0].data).any()
    np.testing.assert_array_equal(two(x)[0].data, two(x)[0].data)
    single = nn.LSTM(3, 4, dropout=0.5, rng=0)
    np.testing.assert_array_equal(single(x)[0].data, single(x)[0].data)


def test_weights_start_as_pytorch_draws_them():
    layer = nn.GRU(7, 16, num_layers=2, bidirectional=True, rng=0)
    assert layer.weight_ih_l1_reverse.shape == (48, 32)
    for parameter in layer.parameters():
        assert 0.2 < np.abs(parameter.data).max() <= 0.25
    assert nn.LSTM(3, 2, bias=False, rng=0).bias_hh_l0 is None
    assert [p.label for p in nn.RNNCell(3, 2, rng=0).parameters()] == ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]


def test_layers_say_what_they_are():
    assert repr(nn.LSTM(3, 2, rng=0)) == "LSTM(3, 2)"
    stacked = nn.GRU(3, 2, num_layers=2, dropout=0.1, bidirectional=True, rng=0)
    assert repr(stacked) == "GRU(3, 2, num_layers=2, dropout=0.1, bidirectional=True)"
    assert repr(nn.LSTM(3, 2, num_layers=2, bias=False, rng=0)) == "LSTM(3, 2, num_layers=2, bias=False)"
    assert repr(nn.RNNCell(3, 2, rng=0)) == "RNNCell(3, 2)"
    assert repr(nn.GRUCell(3, 2, bias=False, rng=0)) == "GRUCell(3, 2, bias=False)"


@pytest.mark.parametrize("kind", LAYERS)
def test_frozen_layers_and_empty_batches(kind):
    layer = LAYERS[kind](3, 2, rng=0)
    assert layer(np.zeros((0, 4, 3)), lengths=[])[0].shape == (0, 4, 2)
    with no_grad():
        assert layer(numbers(2, 4, 3))[0].constant
    layer.freeze()
    x = Tensor(numbers(2, 4, 3))
    layer(x)[0].sum().backward()
    assert x.grad.all()
    assert layer.weight_hh_l0.grad == 0.0


WRONG = [
    (lambda: nn.LSTM(3, 0), DomainError, "LSTM: hidden_size must be a whole number, 1 or more, got 0"),
    (lambda: nn.GRU(3, 2, num_layers=1.5), DomainError, "GRU: num_layers must be a whole number, 1 or more"),
    (lambda: nn.RNN(3, 2, nonlinearity="tahn"), UnknownNameError, "got 'tahn'; did you mean 'tanh'"),
    (lambda: nn.LSTM(3, 2, num_layers=2, dropout=1.2), DomainError, "p must be a number from 0 up to but not 1"),
    (lambda: nn.LSTM(3, 2)(np.zeros((2, 4, 5))), ShapeError, r"\(batch, time, 3\) or \(time, 3\), got \(2, 4, 5\)"),
    (lambda: nn.LSTM(3, 2)(np.zeros(3)), ShapeError, r"got \(3,\)"),
    (lambda: nn.LSTM(3, 2)(np.zeros((2, 4, 3)), 0.0), OperandError, r"a state \(h, c\) of two arrays, got float"),
    (lambda: nn.RNN(3, 2)(np.zeros((2, 0, 3))), ShapeError, "at least one step"),
    (lambda: nn.RNN(3, 2)(np.array([["a"]])), OperandError, "array of real numbers"),
    (lambda: nn.GRU(3, 2)(np.zeros((2, 4, 3)), np.zeros((2, 2))), ShapeError, r"h of shape \(1, 2, 2\), got \(2, 2\)"),
    (lambda: nn.LSTM(3, 2)(np.zeros((4, 3)), np.zeros((2, 1, 2))), OperandError, r"state \(h, c\) of two arrays"),
    (lambda: nn.LSTM(3, 2)(np.zeros((4, 3)), (np.zeros((1, 2)),)), OperandError, r"state \(h, c\) of two arrays"),
    (
        lambda: nn.LSTM(3, 2)(np.zeros((4, 3)), (np.zeros((1, 2)), np.zeros((1, 3)))),
        ShapeError,
        r"state c of shape \(1, 2\), got \(1, 3\)",
    ),
    (lambda: nn.GRU(3, 2)(np.zeros((2, 4, 3)), lengths=[4]), ShapeError, r"shape \(2,\), one for each .* got \(1,\)"),
    (lambda: nn.GRU(3, 2)(np.zeros((2, 4, 3)), lengths=[0, 4]), DomainError, "from 1 to 4, got 0 to 4"),
    (lambda: nn.GRU(3, 2)(np.zeros((2, 4, 3)), lengths=[2, 5]), DomainError, "got 2 to 5"),
    (lambda: nn.GRU(3, 2)(np.zeros((2, 4, 3)), lengths=[2.0, 3.0]), OperandError, "integers as lengths, got float64"),
    (lambda: nn.GRU(3, 2)(np.zeros((4, 3)), lengths=[2]), ShapeError, "cut it off instead"),
    (lambda: nn.GRUCell(3, 2)(np.zeros((2, 4))), ShapeError, r"\(3,\) or \(batch, 3\), got \(2, 4\)"),
    (lambda: nn.LSTMCell(3, 2)(np.zeros(3), np.zeros(2)), OperandError, r"state \(h, c\) of two arrays"),
    (lambda: nn.RNNCell(3, 2)(np.zeros((2, 3)), np.zeros(2)), ShapeError, r"h of shape \(2, 2\), got \(2,\)"),
]


@pytest.mark.parametrize(("call", "error", "message"), WRONG, ids=[each[2][:40] for each in WRONG])
def test_bad_input_is_refused_with_a_clear_error(call, error, message):
    with pytest.raises(error, match=message):
        call()
