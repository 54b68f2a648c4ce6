"""`compile` as users call it: the same results as eager, branches guarded, programs that stand alone."""

import copy
import functools
import math
import numbers
import pickle
import subprocess
import sys

import numpy as np
import pytest

import autograd
import nn
from autograd import TracingError, Value, compile, grad, hessian, no_grad, take, value_and_grad, vmap


def moons_loss(model, X, y):
    scores = [model(row) for row in X]
    data = sum((1 - yi * s).relu() for yi, s in zip(y, scores, strict=True)) / len(scores)
    return data + 1e-4 * sum(p * p for p in model.parameters()), scores


@pytest.fixture
def moons():
    X, y = nn.datasets.moons(40, noise=0.1, rng=0)
    return nn.MLP(2, [8, 8, 1], rng=0), X, 2.0 * y - 1.0


def test_loss_scores_and_gradients_equal_eager(moons):
    model, X, y = moons
    fast = compile(lambda X, y: moons_loss(model, X, y))
    for _ in range(3):  # values change, the program stays
        model.zero_grad()
        expected, scores = moons_loss(model, X.tolist(), y.tolist())
        expected.backward()
        gradients = [p.grad for p in model.parameters()]
        model.zero_grad()
        loss, fast_scores = fast(X, y)
        loss.backward()
        loss.backward()
        assert loss.data == pytest.approx(expected.data, rel=1e-12)
        np.testing.assert_allclose([s.data for s in fast_scores], [s.data for s in scores], rtol=1e-12)
        np.testing.assert_allclose([p.grad / 2 for p in model.parameters()], gradients, rtol=1e-11, atol=1e-14)
        for p in model.parameters():
            p.data -= 0.05 * p.grad
        y = -y
    assert fast.stats.traces == 1
    assert fast.stats.statements < 60 < 1900 < fast.stats.scalar_nodes
    assert fast.explain_misses().startswith("no misses")


def test_an_earlier_result_still_has_its_own_gradient(moons):
    model, X, y = moons
    fast = compile(lambda X, y: moons_loss(model, X, y)[0])
    first, _second = fast(X, y), fast(-X, y)
    first.backward()
    found = [p.grad for p in model.parameters()]
    model.zero_grad()
    moons_loss(model, X.tolist(), y.tolist())[0].backward()
    np.testing.assert_allclose(found, [p.grad for p in model.parameters()], rtol=1e-11, atol=1e-14)


def test_calls_in_between_change_no_gradient_and_no_printed_number():
    w = Value(2.0)
    function = compile(lambda x: (w * x * x, autograd.tanh(w * x)), executor="python")
    first, second = function(3.0), function(5.0)
    first[1].backward()  # a replay of its own, at the numbers of the first call
    assert w.grad == pytest.approx(3.0 / math.cosh(6.0) ** 2, rel=1e-12)
    w.grad = 0.0
    second[0].backward()
    assert w.grad == 25.0
    w.grad = 0.0
    third = function(7.0)
    first[0].backward()  # the program is run again at old numbers
    assert w.grad == 9.0
    assert "x0 = [7.0]" in function.source
    w.grad = 0.0
    third[0].backward()
    second[1].backward()
    assert w.grad == pytest.approx(49.0 + 5.0 / math.cosh(10.0) ** 2, rel=1e-12)
    third[0].backward()  # once more
    assert w.grad == pytest.approx(98.0 + 5.0 / math.cosh(10.0) ** 2, rel=1e-12)


def test_results_take_part_in_eager_graphs(moons):
    model, X, y = moons
    fast = compile(lambda X, y: moons_loss(model, X, y)[0])
    (fast(X, y) * 3.0).backward()
    tripled = [p.grad for p in model.parameters()]
    model.zero_grad()
    fast(X, y).backward()
    np.testing.assert_allclose(tripled, [3 * p.grad for p in model.parameters()])
    with no_grad():
        assert fast(X, y).is_leaf


def test_the_printed_program_runs_alone(moons, tmp_path):
    model, X, y = moons
    fast = compile(lambda X, y: moons_loss(model, X, y)[0])
    loss = fast(X, y)
    path = tmp_path / "program.py"
    path.write_text(fast.source, encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True)
    assert float(run.stdout.split()[1]) == pytest.approx(loss.data, rel=1e-15)
    assert "layers_0_w.T" in fast.source
    assert "autograd" not in fast.source


def test_branches_are_guarded():
    calls = []

    @compile
    def kinked(x):
        calls.append(x)
        return x * x if x > 0 else -3.0 * x

    assert [kinked(v) for v in (2.0, 3.0, -1.0, 4.0, -2.0)] == [4.0, 9.0, 3.0, 16.0, 6.0]
    assert len(calls) == 2
    strict = compile(lambda x: max(x, 2.0 * x), on_retrace="error")
    assert strict(1.0) == 2.0
    with pytest.raises(TracingError, match=r"test_compiled\.py:\d+"):
        strict(-1.0)


def test_too_many_branches_run_eagerly_with_one_warning():
    staircase = compile(lambda x: int(x) * 1.0)
    with pytest.warns(autograd.RetraceWarning, match="test_compiled") as caught:
        assert [staircase(float(v)) for v in range(40)] == [float(v) for v in range(40)]
    assert len(caught) == 1


def test_whole_number_arrays_index():
    table = [[Value(3.0 * i + j) for j in range(3)] for i in range(5)]
    picked = compile(lambda tokens: sum(sum(v * v for v in take(table, t)) for t in tokens))
    for tokens in ([0, 1, 1], [4, 4, 0], [2, 3, 4]):
        loss = picked(np.array(tokens))
        loss.backward()
        assert loss.data == sum((3.0 * t + j) ** 2 for t in tokens for j in range(3))
        expected = [[2 * v.data * tokens.count(i) for v in row] for i, row in enumerate(table)]
        assert [[v.grad for v in row] for row in table] == expected
        for row in table:
            for v in row:
                v.grad = 0.0
    assert picked.stats.traces == 1


def test_it_composes_with_transformations():
    f = lambda v: v[0] ** 2 * v[1] + autograd.exp(v[1])
    point = [3.0, 0.5]
    np.testing.assert_allclose(compile(grad(f))(point), grad(f)(point), rtol=1e-12)
    np.testing.assert_allclose(compile(hessian(f))(point), hessian(f)(point), rtol=1e-12)
    value, slope = compile(value_and_grad(f))(point)
    assert type(value) is float
    np.testing.assert_allclose((value, *slope), (f(point), *grad(f)(point)), rtol=1e-12)
    np.testing.assert_allclose(compile(vmap(f))(np.array([point, point])), [f(point)] * 2, rtol=1e-12)
    np.testing.assert_allclose(compile(f)(point), f(point), rtol=1e-12)


def test_derivatives_at_constants_compile():
    cubed = lambda v: v[0] * v[1] * v[1]
    scaled = lambda x: grad(lambda v: cubed(v) * x)([2.0, 2.0])
    assert compile(scaled)(3.0) == scaled(3.0) == [12.0, 24.0]
    mixed = lambda x: [grad(grad(lambda v: v * v * v * x))(2.0), *grad(cubed)([2.0, x])]
    assert compile(mixed)(3.0) == mixed(3.0) == [36.0, 9.0, 12.0]


def test_derivatives_at_nan_are_nan():
    slope = compile(grad(lambda x: 2.0 * x * x))
    assert math.isnan(slope(math.nan))
    assert slope(3.0) == 12.0
    assert slope.stats.traces == 1


def test_constant_second_derivatives_compile():
    function = hessian(lambda v: sum(7.0 * v[1] * v[2] + x for x in v))
    assert compile(function, executor="numpy")([1.0, 2.0, 3.0]) == function([1.0, 2.0, 3.0])


def test_values_as_arguments_get_gradients():
    area = compile(lambda size: size[0] * size[1])
    width, height = Value(3.0), Value(4.0)
    area([width, height]).backward()
    assert (width.grad, height.grad) == (4.0, 3.0)


def test_data_is_a_constant_and_no_grad_too():
    f = lambda x: x * x.data + x
    x = Value(3.0)
    compile(f)(x).backward()
    assert x.grad == 4.0

    def quiet(x):
        with no_grad():
            y = x * x
        return x * y

    x.grad = 0.0
    compile(quiet)(x).backward()
    assert x.grad == 9.0


def test_leaks_side_effects_and_other_mistakes_are_refused():
    kept = []
    compile(lambda x: (kept.append(x), x * 2)[1])(1.0)
    with pytest.raises(TracingError, match="return"):
        kept[0] + 1.0
    weight = Value(2.0)
    with pytest.raises(TracingError, match="backward"):
        compile(lambda x: (x * weight).backward())(1.0)
    with pytest.raises(TracingError, match=r"autograd\.sin"):
        compile(lambda x: float(x))(1.0)
    outside = weight * 2.0
    with pytest.raises(TracingError, match="computed outside"):
        compile(lambda x: x * outside)(1.0)
    with pytest.raises(TracingError, match="hashable"):
        compile(lambda x, s: x)(1.0, {1, 2})
    with pytest.raises(autograd.GraphError, match="compiled yet"):
        _ = compile(lambda x: x).source


def test_the_rolled_graph_can_be_drawn(moons):
    model, X, y = moons
    fast = compile(lambda X, y: moons_loss(model, X, y)[0])
    fast(X, y)
    picture = fast.draw()
    assert 10 < len(picture.boxes) < 60
    assert "rolled into" in picture.svg(engine="builtin")
    assert autograd.draw(fast).svg(engine="builtin") == picture.svg(engine="builtin")


class Regression(nn.Module):
    def __init__(self, slope):
        self.slope, self.offset = Value(slope), Value(0.5)

    @compile(on_retrace="error")
    def loss(self, X, y):
        """The mean squared error."""
        return sum((self.slope * x + self.offset - t) ** 2 for x, t in zip(X, y, strict=True)) / len(X)


@compile
def doubled(x):
    return 2.0 * x


def test_methods_are_compiled_for_each_object():
    X, y = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.5, 3.0])
    first, second = Regression(1.0), Regression(2.0)
    for model in (first, second, first):
        before = model.loss(X, y)
        before.backward()
        expected = sum((model.slope.data * x + 0.5 - t) ** 2 for x, t in zip(X, y, strict=True)) / 3
        assert before.data == pytest.approx(expected, rel=1e-14)
    assert first.loss is first.loss
    assert first.loss is not second.loss
    assert first.loss.stats.traces == 1
    assert first.loss.on_retrace == "error"
    assert len(first.parameters()) == 2
    assert Regression.loss.__doc__ == "The mean squared error."


def test_copies_compile_for_themselves():
    X, y = np.array([1.0, 2.0]), np.array([1.0, 1.5])
    model = Regression(1.0)
    model.loss(X, y)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        twin.slope.data = 3.0
        assert twin.loss(X, y).data == pytest.approx(sum((3.0 * x + 0.5 - t) ** 2 for x, t in zip(X, y)) / 2)  # noqa: B905
        assert model.loss(X, y).data != twin.loss(X, y).data
    assert pickle.loads(pickle.dumps(doubled)) is doubled
    assert pickle.loads(pickle.dumps(compile(math_free)))(3.0) == 9.0


def math_free(x):
    return x * x


def test_guards_of_sums_are_answered_as_eager_answers():
    numbers = np.random.default_rng(0).normal(size=37).tolist()
    square = lambda xs: sum(x * x for x in xs)
    expected = square(numbers)
    fast = compile(lambda xs: "same" if square(xs) == expected else "another", on_retrace="error", executor="numpy")
    assert fast(numbers) == "same"  # though the statement may round otherwise
    assert fast.stats.traces == 1


def test_scalars_of_numpy_are_numbers():
    function = lambda x: x * 2.0 if x > 1.0 else x * 3.0
    compiled = compile(function)
    for x in (np.float64(1.5), np.float64(0.5), np.float32(0.25), 2.5):
        assert compiled(x) == function(float(x))


def test_exact_ties_are_decided_as_eager_decides_them():
    rng = np.random.default_rng(0)
    data = [rng.uniform(size=30) for _ in range(40)]
    eager = {math.fsum(xs): sum(xs.tolist()) for xs in data}

    def function(xs, total):
        s = sum(x * 1.0 for x in xs)
        return (2.0 * s if s == total else 3.0 * s) + (5.0 if s >= total else 7.0)

    compiled = compile(function, executor="numpy")
    for xs, total in zip(data, eager.values(), strict=True):
        for shifted in (total, np.nextafter(total, 99.0)):
            assert compiled(xs, shifted) == pytest.approx(function(xs.tolist(), shifted), rel=1e-12)
    assert compiled.stats.traces <= 3


def test_what_failed_is_no_trace():
    fast = compile(lambda xs: 1.0 / len(xs) + xs[0])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fast([])
    assert fast([2.0]) == 3.0
    assert fast.stats.traces == 1


def test_results_can_be_copied():
    weight = Value(2.0)
    result = compile(lambda x: weight * weight * x)(3.0)
    twin = copy.copy(result)
    weight.data = 5.0
    twin.backward()
    assert (twin.data, weight.grad) == (12.0, 12.0)
    apart = copy.deepcopy(result)
    apart.backward()
    assert (apart.data, apart.operands[0].grad, weight.grad) == (12.0, 24.0, 12.0)


def test_any_callable_is_compiled():
    model = nn.MLP(2, [3, 1], rng=0)
    fast = compile(model)
    assert fast([0.1, 0.2]).data == pytest.approx(model([0.1, 0.2]).data, rel=1e-14)
    assert repr(fast) == "compile(MLP)"
    power = compile(functools.partial(pow, exp=3))
    assert power(2.0) == 8.0
    assert "partial" in repr(power)


def lifted(x):
    return x if isinstance(x, Value) else Value(x)


def kind_of(x):
    """Return a number for what Python takes a number for."""
    if isinstance(x, Value):
        return 2.0
    if isinstance(x, bool):
        return 3.0
    if isinstance(x, int | np.integer):
        return 5.0
    return 7.0 if isinstance(x, float) else math.nan


def matched(x):
    match x:
        case Value():
            return x * 2.0
        case float():
            return x * 3.0
    return math.nan


@functools.singledispatch
def dispatched(x):
    return math.nan


dispatched.register(Value, lambda x: x * 5.0)
dispatched.register(float, lambda x: x * 7.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, v, w: lifted(x) * lifted(v) + lifted(w) + lifted(2.0),
        lambda x, v, w: kind_of(x) * v + kind_of(v) * w + kind_of(w) * x,
        lambda x, v, w: kind_of(v * w) * v + kind_of(x * x) * w + kind_of(x * w),
        lambda x, v, w: kind_of(x > 1.0) * v + kind_of(v > 1.0) * w + kind_of(v > w),
        lambda x, v, w: kind_of(v.data) * v + kind_of(w.data * 2.0) * w,
        lambda x, v, w: kind_of(v.detach()) * v + (w if isinstance(x, numbers.Real) else v),
        lambda x, v, w: matched(x) * matched(v) + matched(w * v),
        lambda x, v, w: dispatched(x) * dispatched(v) + dispatched(w),
        lambda x, v, w: v * (2.0 if x.__class__ is float else 3.0) + w * (2.0 if v.__class__ is Value else 3.0),
        lambda x, v, w: v * (2.0 if issubclass(w.__class__, Value) else 3.0) + x * w,
    ],
)
def test_numbers_are_instances_of_what_they_are_eagerly(function):
    w = Value(1.75)

    def run(f):
        v, w.grad = Value(0.6), 0.0
        out = f(1.3, v)
        out.backward()
        return [out.data, v.grad, w.grad]

    assert run(compile(lambda x, v: function(x, v, w))) == pytest.approx(run(lambda x, v: function(x, v, w)), rel=1e-12)


def test_elements_of_arrays_are_instances_of_numbers():
    function = lambda xs, positions: [kind_of(xs[0]), kind_of(positions[1]), kind_of(take(list(xs), positions[1]))]
    data = np.array([0.5, 1.5]), np.array([0, 1])
    assert compile(function)(*data) == function(*data) == [7.0, 5.0, 7.0]
