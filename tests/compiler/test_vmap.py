"""`vmap` within a compiled function: traced once for all samples, and yet what a loop over the samples gives."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    DomainError,
    ShapeError,
    TracingError,
    Value,
    compile,
    dot,
    hessian,
    logsumexp,
    take,
    tanh,
    total,
    value_and_grad,
    vmap,
)
from autograd.compiler.arguments import read_call
from autograd.compiler.lowering import lower
from autograd.compiler.program import Program, interpret, verify
from autograd.compiler.recorder import Writer
from autograd.compiler.reroll import reroll
from autograd.compiler.symbols import Symbol
from autograd.compiler.trace import trace
from autograd.node import Node
from autograd.trees import leaves, map_leaves
from tests.compiler.mapped import (
    CORPUS,
    LABELS,
    LOSSES,
    PARAMETERS,
    SAMPLES,
    TRANSFORMS,
    UNROLLED,
    B,
    W,
    X,
    Y,
    network,
    squared,
)
from tests.compiler.test_random_programs import loop_programs
from tests.compiler.test_stages import assert_filled_in_order
from tests.engine.programs import programs


def outcome(function, arguments):
    """Return the results of a function, and the gradient of each in the parameters and the given `Value`s."""
    given = [x for x in leaves(list(arguments)) if isinstance(x, Value)]
    results = leaves(map_leaves(lambda x: x.tolist() if isinstance(x, np.ndarray) else x, function(*arguments)))
    results = [leaf for result in results for leaf in leaves(result)]
    gradients = []
    for result in results:
        if isinstance(result, Node) and (result.operands or result in given):
            result.backward()
        gradients.append([p.grad for p in (*PARAMETERS, *given)])
        for p in (*PARAMETERS, *given):
            p.grad = 0.0
    return [x.data if isinstance(x, Node) else x for x in results], gradients


def assert_same(found, expected):
    assert len(found[0]) == len(expected[0])
    for number, wanted in zip(found[0], expected[0], strict=True):
        if isinstance(wanted, float):
            assert number == pytest.approx(wanted, rel=1e-12, abs=1e-12)
        else:
            assert (number, type(number)) == (wanted, bool if isinstance(wanted, np.bool_) else type(wanted))
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12, atol=1e-12)


def numbers(arrays):
    return [array.tolist() if array.dtype.kind == "f" else array for array in arrays]


def nodes(arrays):
    return [map_leaves(Value, array.tolist()) if array.dtype.kind == "f" else array for array in arrays]


@pytest.mark.parametrize("form", [numbers, nodes, list])
@pytest.mark.parametrize("executor", ["numpy", "python"])
@pytest.mark.parametrize("name", CORPUS)
def test_compiled_equals_eager(name, executor, form):
    function, *arrays = CORPUS[name]
    fast = compile(function, executor=executor)
    for scale in (1.0, 0.9):
        arguments = form([array * scale if array.dtype.kind == "f" else array for array in arrays])
        try:
            expected = outcome(function, arguments)
        except (TypeError, AttributeError):
            pytest.skip("this program is one of arrays only, or of lists only")
        assert_same(outcome(fast, arguments), expected)
    assert fast.stats.traces == (2 if name == "whole parts" else 1)


@pytest.mark.parametrize("executor", ["numpy", "python"])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("loss", LOSSES)
def test_transformations_around_a_batch(loss, transform, executor):
    function = TRANSFORMS[transform](LOSSES[loss])
    fast = compile(function, executor=executor)
    for point in ([0.3, -0.7, 0.2], [-0.1, 0.4, 0.6]):
        expected, found = leaves(function(point)), leaves(fast(point))
        numbers = [[x.data if isinstance(x, Node) else x for x in part] for part in (found, expected)]
        np.testing.assert_allclose(*numbers, rtol=1e-11, atol=1e-12)
        given = [Value(x) for x in point]
        assert_same(outcome(fast, (given,)), outcome(function, (given,)))
    assert fast.stats.traces == 2  # of floats, and of `Value`s


@pytest.mark.parametrize("copies", [1, 3])
@pytest.mark.parametrize("name", ["regression", "cross-entropy", "two maps", "some results", "standardized before"])
def test_narrow_runs_beside_batches(name, copies):
    function, *arrays = CORPUS[name]

    def narrow(*arguments):
        state = function(*arguments)
        for _ in range(12):  # one number at a time
            state = tanh(B[0] * state + 0.3) - 0.1 * state * B[1]
        return state

    arguments = numbers([np.concatenate([array] * copies) for array in arrays])
    fast = compile(narrow)
    assert_same(outcome(fast, arguments), outcome(narrow, arguments))
    assert "on plain floats" in fast.source


def traced(function, *arguments):
    call = read_call(arguments, {})
    found = trace(function, arguments, {}, call)
    given = [[p.data for p in found.parameters]]
    given += [[float(getattr(x, "data", x)) for x in np.ravel(content).tolist()] for content in call.contents]
    return found, [leaf.place for leaf in leaves(found.outputs) if isinstance(leaf, Symbol)], given


@pytest.mark.parametrize("name", CORPUS)
def test_functions_run_once_unless_samples_differ(name, monkeypatch):
    function, *arrays = CORPUS[name]
    answers = []
    mapped = Writer.mapped
    monkeypatch.setattr(Writer, "mapped", lambda *given: answers.append(mapped(*given)) or answers[-1])
    try:
        traced(function, *numbers(arrays))
    except (TypeError, AttributeError):
        answers.clear()
        traced(function, *arrays)
    assert (None in answers) == (name in UNROLLED)


@pytest.mark.parametrize("name", ["regression", "cross-entropy", "causal", "two maps", "some results", "largest"])
def test_every_stage_keeps_the_numbers(name):
    function, *arrays = CORPUS[name]
    found, places, given = traced(function, *arrays)
    verify(found.program, places)
    expected = [x.data for x in leaves(function(*numbers(arrays)))]
    np.testing.assert_allclose(interpret(found.program, given, places), expected, rtol=1e-12)
    lowered = lower(found.program, places, places[0], range(len(found.program.sources)))
    verify(lowered.program, [*lowered.outputs, *lowered.gradients])
    np.testing.assert_allclose(interpret(lowered.program, given, lowered.outputs), expected, rtol=1e-12)


@pytest.mark.parametrize("name", CORPUS)
def test_statements_of_batches_fill_every_array(name):
    function, *arrays = CORPUS[name]
    try:
        found, places, _ = traced(function, *numbers(arrays))
    except (TypeError, AttributeError):
        found, places, _ = traced(function, *arrays)
    lowered = lower(found.program, places, places[0] if places else None, range(len(found.program.sources)))
    layout = reroll(lowered.program, [*lowered.outputs, *lowered.gradients])
    assert_filled_in_order(layout, len(lowered.program.sources))


def test_memory_is_shared_around_batches():
    factors = [0.5 * k for k in range(400)]
    rows = np.random.default_rng(3).normal(size=(400, 6))

    def weighted(row, c):
        state = [0.1, -0.2, 0.3]
        for x in row:  # the weights are shared by all steps, and their gradient sums over steps and samples
            state = [tanh(dot(ws, state) + b * x) for ws, b in zip(W, B, strict=True)]
        return logsumexp([c * state[0], state[1], 1.0]) * c

    function = lambda X: sum(vmap(weighted)(X, factors))
    fast = compile(function, executor="numpy")
    expected = outcome(function, (rows,))
    for _ in range(2):  # constants are still what they were
        assert_same(outcome(fast, (rows,)), expected)
    layout = fast._latest[0].replay.layout
    assert layout.given
    assert layout.reuses
    assert layout.given.keys().isdisjoint({*layout.reuses, *layout.reuses.values(), *layout.homes})


@pytest.mark.parametrize("executor", ["numpy", "python"])
def test_positions_are_checked_in_every_sample(executor):
    chosen = lambda X: total([total(v) for v in vmap(lambda row: take(W, row[1]))(X)])
    shifted = lambda X: total([total(v) for v in vmap(lambda row: take(W, row[1] + 1))(X)])
    labels = np.stack([LABELS + 9, LABELS], axis=1)
    for function, good in ((chosen, labels), (shifted, labels - 1)):
        fast = compile(function, executor=executor)
        assert_same(outcome(fast, (good,)), outcome(function, (good,)))
        for sample in (0, 3, SAMPLES - 1):
            outside = good.copy()
            outside[sample, 1] = 3
            for form in (function, fast):
                with pytest.raises(DomainError, match="position"):
                    form(outside)
        assert_same(outcome(fast, (good,)), outcome(function, (good,)))


@pytest.mark.parametrize(
    "name", ["regression", "cross-entropy", "recurrent", "causal", "normalized", "hessians inside"]
)
def test_programs_do_not_grow_with_the_batch(name):
    function, *arrays = CORPUS[name]
    counts, statements = [], []
    for copies in (10, 40):  # a few dozen sums may be one line instead of two
        given = numbers([np.concatenate([array] * copies) for array in arrays])
        program = traced(function, *given)[0].program
        leaves_and_picks = len(program.leaves) + len(program.constants) + 12 * copies * SAMPLES
        counts.append(len(program) - leaves_and_picks)
        fast = compile(function)
        fast(*given)
        statements.append(fast.stats.statements)
    assert counts[1] <= counts[0]
    assert statements[0] == statements[1]


def test_a_sample_more_costs_its_leaves_and_what_its_result_is_used_for():
    model = nn.MLP(2, [16, 16, 1], rng=0)

    def loss(X, y):
        losses = vmap(lambda row, yi: (1 - yi * model(row)).relu())(X, y)
        return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())

    data = [nn.datasets.moons(count, noise=0.1, rng=0) for count in (10, 1000)]
    small, large = [len(traced(loss, X, 2.0 * y - 1.0)[0].program) for X, y in data]
    assert large - small == 990 * (3 + 2 + 1)  # three leaves; a pick, which is numbered; an addition


def test_a_mapped_loss_is_the_program_that_a_loop_is():
    features, labels = nn.datasets.moons(40, noise=0.1, rng=0)
    model = nn.MLP(2, [8, 8, 1], rng=0)

    def looped(X, y):
        losses = [(1 - yi * model(row)).relu() for row, yi in zip(X, y, strict=True)]
        return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())

    def mapped(X, y):
        losses = vmap(lambda row, yi: (1 - yi * model(row)).relu())(X, y)
        return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())

    programs = [compile(looped, executor="numpy"), compile(mapped, executor="numpy")]
    for program in programs:
        program(features, 2.0 * labels - 1.0)
    first, second = [set(program.source.split("# what the program reads")[0].split("\n")[2:]) for program in programs]
    forward = [line for line in first if "out=d_" not in line]
    assert second.issuperset(forward)
    assert programs[0].stats.statements == programs[1].stats.statements
    assert programs[1].stats.scalar_nodes < programs[0].stats.scalar_nodes / 2
    assert programs[1].explain_misses().startswith("no misses")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_batches(count):
    function = lambda X, y: vmap(squared)(X, y)
    assert_same(outcome(compile(function), (X[:count], Y[:count])), outcome(function, (X[:count], Y[:count])))


def test_eager_and_compiled_refuse_the_same():
    uneven = lambda X, y: vmap(squared)(X, y)
    for function in (uneven, compile(uneven)):
        with pytest.raises(ShapeError, match="same number of samples"):
            function(X, Y[:3])
    outside = compile(lambda X: vmap(lambda r: take([1.0, 2.0], 5) * r[0])(X))
    with pytest.raises(DomainError, match="position 5"):
        outside(X)


def test_the_function_runs_once_for_all_samples():
    runs = []
    fast = compile(lambda X: sum(vmap(lambda r: (runs.append(1), network(r))[1])(X)))
    fast(X)
    assert len(runs) == 1
    fast(2.0 * X)
    assert len(runs) == 1


def test_what_escapes_from_a_sample_is_refused():
    kept = []

    def keeping(row):
        kept.append(row[0] * B[0])
        return row[1] * B[0]

    def used_later(X):
        kept.clear()
        return sum(vmap(keeping)(X)) + kept[0]

    def used_in_another(X):
        kept.clear()
        return sum(vmap(keeping)(X)) + sum(vmap(lambda row: row[0] * kept[0])(X))

    def returned(X):
        kept.clear()
        return vmap(keeping)(X), kept[0]

    def asked(X):
        kept.clear()
        return sum(vmap(keeping)(X)) if kept[0] > 0 else 0.0

    for function in (used_later, used_in_another, returned):
        with pytest.raises(TracingError, match=r"escaped by a side effect"):
            compile(function)(X)


def test_guards_see_the_results():
    chosen = compile(lambda X: max(vmap(lambda r: dot(r, B))(X), key=lambda s: s.data))
    eager = lambda X: max(vmap(lambda r: dot(r, B))(X.tolist()), key=lambda s: s.data)
    for data in (X, -X, X[::-1].copy()):
        assert chosen(data).data == pytest.approx(eager(data).data, rel=1e-12)


def test_a_compiled_function_can_be_mapped():
    fast = compile(lambda row: dot(row, B))
    expected = [dot(row, B).data for row in X.tolist()]
    np.testing.assert_allclose([s.data for s in vmap(fast)(X.tolist())], expected, rtol=1e-12)
    assert fast.stats.traces == 1


def test_the_printed_program_runs_alone(tmp_path):
    factors = [0.5, -1.0, 0.25, 2.0, 1.5, -0.5, 3.0]
    fast = compile(lambda X: sum(vmap(lambda row, c: tanh(dot(row, B) * c))(X, factors)), executor="numpy")
    loss = fast(X)
    path = tmp_path / "program.py"
    path.write_text(fast.source, encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, check=True)
    assert float(run.stdout.split()[1]) == pytest.approx(loss.data, rel=1e-15)
    assert "data" in fast.draw().svg(engine="builtin")


def test_batches_of_unequal_size_do_not_meet():
    program = Program()
    program.source("x", (6,))
    first, second = program.leaf(0, 0, 1, 2), program.leaf(0, 0, 1, 3)
    program.append(autograd.primitive.find("add"), (first, second))
    with pytest.raises(autograd.GraphError, match=r"batches of \[2, 3\] samples"):
        verify(program)
    outside = Program()
    outside.source("x", (6,))
    outside.leaf(0, 3, 2, 3)
    with pytest.raises(autograd.GraphError, match="position 3"):
        verify(outside)


# --- random programs --------------------------------------------------------------------------------------------------


@given(programs(), st.integers(2, 5))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_random_programs_are_mapped(program, count):
    samples = [[x * (1.0 - 0.01 * k) for x in program.point] for k in range(count)]
    function = lambda inputs: total(vmap(lambda row: program(row))(inputs))
    results = []
    for form in (function, compile(function, executor="numpy"), compile(function)):
        inputs = [[Value(x) for x in row] for row in samples]
        with np.errstate(all="ignore"):
            out = form(inputs)
            out.backward()
        results.append([out.data, *[x.grad for row in inputs for x in row]])
    np.testing.assert_allclose(results[1], results[0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(results[2], results[0], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("executor", ["numpy", "python"])
@given(drawn=loop_programs())
@settings(max_examples=60, derandomize=True, deadline=None)
def test_random_loops_are_mapped(executor, drawn):
    function, matrix = drawn
    shared = [Value(0.7), Value(-1.1)]

    def mapped(batch):
        parts = vmap(lambda rows: function([[x * w for x, w in zip(row, shared * 2, strict=False)] for row in rows]))(
            batch
        )
        return sum(parts) * 0.5 + parts[0] * parts[-1]

    results = []
    for form in (mapped, compile(mapped, executor=executor)):
        nodes = [[[Value(float(x) * scale) for x in row] for row in matrix] for scale in (1.0, 0.9, -0.8)]
        out = form(nodes)
        out.backward()
        results.append([out.data, *[x.grad for x in leaves(nodes)], *[w.grad for w in shared]])
        for w in shared:
            w.grad = 0.0
    np.testing.assert_allclose(results[1], results[0], rtol=1e-9, atol=1e-9)


@given(programs(inputs=3, wishes=14))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_derivatives_of_random_programs_are_mapped(program):
    first = list(program.point)
    loss = lambda v: total(vmap(lambda k: program([k * v[0], *v[1:]]))([1.0, 0.99, 0.98]))
    for transform in (value_and_grad, hessian):
        found, expected = leaves(compile(transform(loss), executor="numpy")(first)), leaves(transform(loss)(first))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
