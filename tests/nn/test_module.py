"""What a module holds, how it is switched, saved, loaded, converted and printed."""

import copy
import gc
import pickle

import numpy as np
import pytest

import autograd
import nn
from autograd import OperandError, ShapeError, Tensor, UnknownNameError, Value
from nn.observing import observing


class Averaging(nn.Module):
    """A layer with a parameter, a buffer, private notes and a list of parts."""

    def __init__(self):
        self.scale = Tensor([1.5, -0.5])
        self.mean = np.array([0.25, 0.75])
        self.count = np.array(3)
        self._notes = Tensor([9.0])
        self.parts = [nn.Linear(2, 3, rng=1), {"last": nn.Linear(3, 2, bias=False, rng=2)}]
        self.nothing = None

    def forward(self, x):
        first, rest = self.parts
        return rest["last"](first((x - self.mean) * self.scale))


PATHS = ["scale", "mean", "count", "parts.0.weight", "parts.0.bias", "parts.1.last.weight"]


def test_parameters_buffers_and_parts_are_found_in_order_by_their_paths():
    module = Averaging()
    assert [path for path, _ in module.named_parameters()] == [path for path in PATHS if path not in ("mean", "count")]
    assert [path for path, _ in module.named_buffers()] == ["mean", "count"]
    assert [path for path, _ in module.named_modules()] == ["", "parts.0", "parts.1.last"]
    assert list(module.state_dict()) == PATHS
    assert list(map(id, module.parameters())) == [id(p) for _, p in module.named_parameters()]


def test_a_replaced_parameter_is_found_at_once():
    module = Averaging()
    before = module.parameters()
    module.parts[1]["last"].weight = new = Tensor(np.ones((2, 3)))
    assert module.parameters()[-1] is new
    module.mean = module.mean + 1.0
    assert module.parameters() == [*before[:-1], new]


def test_modules_that_hold_each_other_end():
    outer, inner = Averaging(), Averaging()
    outer.inner, inner.outer = inner, outer
    assert len(outer.parameters()) == 8
    assert [path for path, _ in outer.named_modules()][-3:] == ["inner", "inner.parts.0", "inner.parts.1.last"]


def test_training_is_switched_everywhere():
    model = nn.Sequential(nn.Dropout(0.5, rng=0), nn.Residual(nn.Dropout(0.5, rng=0)))
    assert model.eval() is model
    assert [module.training for _, module in model.named_modules()] == [False] * 4
    x = Tensor(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(model(x).data, 2 * x.data)
    assert all(module.training for _, module in model.train().named_modules())


def test_frozen_parameters_get_no_gradient():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Linear(3, 1, rng=1))
    model[0].freeze()
    model(np.ones((4, 2))).sum().backward()
    assert not model[0].weight.is_swept
    assert model[1].weight.grad.shape == (1, 3)
    model[0].unfreeze()
    model(np.ones((4, 2))).sum().backward()
    assert model[0].weight.grad.shape == (3, 2)
    with pytest.raises(OperandError, match=r"neurons\.0\.w\.0 is a Value"):
        nn.MLP(2, [1]).freeze()


def test_a_state_is_loaded_whole_or_not_at_all():
    module, other = Averaging(), Averaging()
    for parameter in module.parameters():
        parameter.data = parameter.data + 0.125
    module.mean, module.count = module.mean * 2, np.array(7)
    state = module.state_dict()
    other.load_state_dict(state)
    for path, number in other.state_dict().items():
        np.testing.assert_array_equal(number, state[path])
    assert other.count.dtype == np.array(3).dtype
    third = Averaging()
    before = third.state_dict()
    for wrong, error, match in [
        (
            {k: v for k, v in state.items() if k != "mean"},
            UnknownNameError,
            "1 of 6 parameters .* first 'mean'",
        ),
        ([1.5, -0.5], OperandError, "expected numbers by path, as state_dict"),
        (state | {"meen": state["mean"]}, UnknownNameError, "did you mean 'mean'"),
        (state | {"parts.1.last.weight": np.zeros((3, 2))}, ShapeError, r"has shape \(2, 3\), got .* \(3, 2\)"),
        (state | {"parts.1.last.weight": np.full((2, 3), "x")}, OperandError, "must hold numbers"),
    ]:
        with pytest.raises(error, match=match):
            third.load_state_dict(wrong)
        assert all(np.array_equal(number, before[path]) for path, number in third.state_dict().items())


def test_a_state_is_a_snapshot():
    module = Averaging()
    state = module.state_dict()
    module.scale.data = [0.0, 0.0]
    module.mean[:] = 0.0
    assert state["scale"].tolist() == [1.5, -0.5]
    assert state["mean"].tolist() == [0.25, 0.75]


def test_part_of_a_state_is_loaded_when_asked():
    module = Averaging()
    module.load_state_dict({"scale": [3.0, 4.0], "head.weight": np.zeros(3)}, strict=False)
    assert module.scale.tolist() == [3.0, 4.0]
    with pytest.raises(UnknownNameError):
        module.load_state_dict({"head.weight": np.zeros(3)}, strict=False)


def test_precision_is_converted_in_place():
    module = Averaging()
    kept = module.parameters()
    module(np.ones((1, 2))).sum().backward()
    assert module.astype(np.float32) is module
    assert module.parameters() == kept
    assert {module.scale.dtype, module.mean.dtype, module.parts[0].weight.dtype} == {np.dtype(np.float32)}
    assert module.count.dtype.kind == "i"
    out = module(np.ones((1, 2), np.float32))
    out.sum().backward()
    assert out.dtype == module.scale.grad.dtype == np.float32
    module.load_state_dict(Averaging().state_dict())
    assert module.scale.dtype == np.float32
    for wrong in ("int64", np.float16, complex):
        with pytest.raises(OperandError, match="float32 or float64"):
            module.astype(wrong)
    with pytest.raises(OperandError, match="always float64"):
        nn.MLP(2, [1]).astype(np.float32)


def test_copies_and_pickles_are_networks_of_their_own():
    module = Averaging()
    x = np.array([[0.3, -0.7]])
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        np.testing.assert_array_equal(twin(x).data, module(x).data)
        assert not {id(p) for p in twin.parameters()} & {id(p) for p in module.parameters()}


def test_what_nobody_uses_any_more_is_gone_at_once():
    gc.collect()
    gc.disable()
    try:
        module = Averaging()
        optimizer = nn.Adam(module.parameters())
        module(np.ones((1, 2))).sum().backward()
        optimizer.step()
        module.summary(np.ones((1, 2)))
        del module, optimizer
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_module_without_an_equation_says_so():
    class Half(nn.Module):
        pass

    with pytest.raises(OperandError, match=r"write its equation as Half\.forward"):
        Half()(1.0)


def test_observers_are_told_inner_calls_first_and_only_within_the_block():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Residual(nn.Linear(3, 3, rng=1)))
    seen = []
    with observing(lambda module, inputs, outputs: seen.append((module, inputs[0], outputs))):
        model(np.ones((1, 2)))
        with pytest.raises(ShapeError):
            model(np.ones((1, 5)))
    model(np.ones((1, 2)))
    assert [module for module, _, _ in seen] == [model[0], model[1].inner, model[1], model]
    assert seen[2][1] is seen[0][2]


def test_nested_modules_are_printed_nested():
    assert repr(nn.Sequential(nn.Linear(2, 3, rng=0), nn.Residual(autograd.tanh, nn.Dropout(0.25)))) == (
        "Sequential(\n  (0): Linear(2, 3)\n  (1): Residual(\n    (inner): Sequential(\n      (0): <primitive tanh>\n"
        "      (1): Dropout(0.25)\n    )\n  )\n)"
    )


def test_the_summary_counts_shared_parameters_once_and_changes_nothing():
    layer = nn.Linear(3, 3, rng=0)
    model = nn.Sequential(layer, nn.Dropout(0.5, rng=5), nn.Residual(layer), nn.Linear(3, 2, rng=1).freeze())
    model[1].eval()
    state = model[1].rng.bit_generator.state
    summary = model.summary(np.ones((7, 3)))
    assert summary.rows == (
        ("0", "Linear(3, 3)", "(7, 3)", 12),
        ("1", "Dropout(0.5)", "(7, 3)", 0),
        ("2", "Residual", "(7, 3)", 0),
        ("3", "Linear(3, 2)", "(7, 2)", 8),
    )
    assert (summary.parameters, summary.frozen, summary.bytes) == (20, 8, 160)
    assert str(summary).splitlines()[-1] == "20 parameters, 8 of them frozen, 160 bytes"
    assert [part.training for _, part in model.named_modules()] == [True, True, False, True, True]
    assert model[1].rng.bit_generator.state == state
    assert "output" not in str(model.summary())


def test_the_summary_of_a_scalar_network_has_a_row_for_each_layer():
    rows = nn.MLP(3, [4, 2], rng=0).summary().rows
    assert [(path, count) for path, _, _, count in rows] == [("layers.0", 16), ("layers.1", 10)]


def test_values_and_tensors_stand_side_by_side():
    class Mixed(nn.Module):
        def __init__(self):
            self.gain, self.linear = Value(2.0), nn.Linear(2, 2, rng=0)

        def forward(self, x):
            return self.gain * self.linear(x)

    model = Mixed()
    model(np.ones((1, 2))).sum().backward()
    assert isinstance(model.gain.grad, float)
    assert model.linear.weight.grad.shape == (2, 2)
    model.zero_grad()
    assert not np.any(model.linear.weight.grad)


def test_an_error_says_in_which_layer_it_happened():
    model = Averaging()
    model.parts[1]["last"] = nn.Sequential(nn.Tanh(), nn.Linear(4, 2, rng=2))
    with pytest.raises(ShapeError, match="3 features where the weight takes 4") as caught:
        model(np.zeros((5, 2)))
    assert caught.value.__notes__ == ["in Linear(4, 2)", "in Sequential", "in Averaging"]


def test_an_error_of_another_library_is_left_alone():
    with pytest.raises(ZeroDivisionError) as caught:
        nn.Sequential(lambda x: x / 0)(1)
    assert not hasattr(caught.value, "__notes__")
