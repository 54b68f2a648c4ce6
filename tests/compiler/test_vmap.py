"""`vmap` within a compiled function: traced once for all samples, and yet what a loop over the samples gives."""

import collections
import math
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
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    logsumexp,
    no_grad,
    take,
    tanh,
    total,
    value_and_grad,
    vjp,
    vmap,
    where,
)
from autograd.compiler.arguments import read_call
from autograd.compiler.program import Program, interpret, verify
from autograd.compiler.replay import lower
from autograd.compiler.symbols import Symbol
from autograd.compiler.trace import Writer, trace
from autograd.node import Node
from autograd.trees import leaves, map_leaves
from tests.compiler.test_random_programs import loop_programs
from tests.engine.programs import programs

SAMPLES = 7
RNG = np.random.default_rng(8)
X = RNG.normal(size=(SAMPLES, 3)).round(3)
Y = RNG.normal(size=SAMPLES).round(3)
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])
W = [[Value(float(w)) for w in row] for row in RNG.normal(size=(3, 3)).round(3)]
B = [Value(float(b)) for b in RNG.normal(size=3).round(3)]
PARAMETERS = [*B, *[w for row in W for w in row]]
Pair = collections.namedtuple("Pair", ["first", "rest"])


def layer(row):
    return [tanh(dot(ws, row, b)) for ws, b in zip(W, B, strict=True)]


def network(row):
    return dot(B, layer(layer(row)))


def cross_entropy(row, label):
    scores = layer(row)
    return logsumexp(scores) - take(scores, label)


def penalty():
    return 0.01 * sum(p * p for p in PARAMETERS)


def recurrent(row):
    state = 0.1
    for x in row:
        state = tanh(B[0] * state + W[0][0] * x)
    return state * B[1]


def causal(row):
    keys = [w * x for w, x in zip(B, row, strict=True)]
    rows = [[exp(q * k) for k in keys[: i + 1]] for i, q in enumerate(keys)]
    return sum(sum(e * x for e, x in zip(es, row, strict=False)) / total(es) for es in rows)


def squared(row, y):
    return (network(row) - y) ** 2


def normalized(row):
    mean = sum(row) / len(row)
    spread = (sum((x - mean) ** 2 for x in row) / len(row)) ** 0.5
    return sum(b * (x - mean) / spread for b, x in zip(B, row, strict=True))


#: Each maps a function over the samples: what it gives must be what the loop gives.
CORPUS = {
    "regression": (lambda X, y: sum(vmap(squared)(X, y)) / len(y), X, Y),
    "results": (lambda X: vmap(network)(X), X),
    "layers": (lambda X: vmap(layer)(X), X),
    "dictionaries": (lambda X, y: vmap(lambda row, y: {"loss": squared(row, y), "y": (y, 2.0, None)})(X, y), X, Y),
    "named tuples": (lambda X: vmap(lambda row: Pair(row[0] * B[0], [x * x for x in row]))(X), X),
    "cross-entropy": (lambda X, labels: total(vmap(cross_entropy)(X, labels)), X, LABELS),
    "embeddings": (lambda labels: total([total(v) for v in vmap(lambda t: take(W, t))(labels)]), LABELS),
    "penalty": (lambda X, y: sum(vmap(squared)(X, y)) / len(y) + penalty(), X, Y),
    "recurrent": (lambda X: sum(vmap(recurrent)(X)), X),
    "causal": (lambda X: sum(vmap(causal)(X)), X),
    "normalized": (lambda X: sum(vmap(normalized)(X)), X),
    "two maps": (lambda X: sum(vmap(network)(X)) + sum(v * v for v in vmap(recurrent)(X)), X),
    "two maps of one another": (lambda X: sum(vmap(lambda h: dot(B, h))(vmap(layer)(X))), X),
    "different batches": (lambda X, Z: sum(vmap(network)(X)) * sum(vmap(network)(Z)), X, X[:4]),
    "one result": (lambda X: vmap(network)(X)[3], X),
    "some results": (lambda X: (lambda s: s[1] * s[5] + s[1] - exp(s[0]))(vmap(network)(X)), X),
    "picks times themselves": (lambda X: (lambda s: dot(s, s) + dot(s, s[::-1]))(vmap(network)(X)), X),
    "picks times one": (lambda X: (lambda s: sum(B[0] * v for v in s) + sum(s[2] * v for v in s))(vmap(network)(X)), X),
    "sums of one batch": (lambda X: (lambda s: (sum(s) + total(s)) * sum(s) - 2.0 * sum(s))(vmap(network)(X)), X),
    "weighted by data": (lambda X, y: dot(y, vmap(network)(X)), X, Y),
    "softmax over the batch": (lambda X: logsumexp(vmap(network)(X)), X),
    "standardized before": (
        lambda X: sum(vmap(network)([[(x - 0.5) * b for x, b in zip(row, B, strict=True)] for row in X])),
        X,
    ),
    "columns": (lambda X: sum(vmap(lambda c: dot(c, c, B[0]))(X.T)), X),
    "reversed": (lambda X: vmap(lambda r, s: dot(r, s) * B[0])(X, X[::-1]), X),
    "the same for all": (lambda X: sum(vmap(lambda row, w: row[0] * w + B[1])(X, [B[0]] * SAMPLES)), X),
    "no batch in it": (lambda X: sum(vmap(lambda row: B[0] * B[1] + exp(B[2]))(X)) + sum(B), X),
    "constants": (lambda X: sum(vmap(lambda row, c: dot(row, B) * c)(X, [0.5 * k for k in range(SAMPLES)])), X),
    "whole numbers": (lambda X: sum(vmap(lambda row, k: take(layer(row), k))(X, [0, 1, 2, 2, 1, 0, 1])), X),
    "the same whole number": (lambda X: sum(vmap(lambda row, k: row[k] ** k * B[k])(X, [2] * SAMPLES)), X),
    "parameters as samples": (lambda v: sum(vmap(lambda row, b: dot(row, v) * b * b)(W, B)), X[0]),
    "branches": (lambda X: sum(vmap(lambda r: network(r) if r[0] > 0 else 2.0 * recurrent(r))(X)), X),
    "branches of all": (lambda X: sum(vmap(lambda r: network(r) if B[0] * 2.0 > -9.0 else r[0])(X)), X),
    "whole parts": (lambda X: sum(vmap(lambda r: r[0] * int(r[1] * 3.0 + 9.5) * B[0])(X)), X),
    "where": (lambda X: sum(vmap(lambda r: where(r[0] > r[1], network(r), B[0] * r[2]))(X)), X),
    "comparisons": (lambda X: vmap(lambda r: (r[0] > 0.3, r[1] * B[0] > 0.0))(X), X),
    "largest": (lambda X: sum(vmap(lambda r: autograd.largest([*layer(r), B[1], 0.1 * r[0]]))(X)), X),
    "nested": (lambda X: sum(sum(vmap(lambda x, b: tanh(x * b) + B[2] * x)(row, B)) for row in X), X),
    "nested twice": (lambda X: sum(vmap(lambda row: sum(vmap(lambda x, b: tanh(x * b) * row[0])(row, B)))(X)), X),
    "gradients inside": (lambda X: total([total(g) for g in vmap(grad(lambda r: dot(B, layer(r))))(X)]), X),
    "gradients in what is captured": (
        lambda X: total([total(g) for g in vmap(lambda r: grad(lambda b: exp(dot(b, r)))(B))(X)]),
        X,
    ),
    "gradients at constants": (lambda X: sum(vmap(lambda r: grad(lambda t: t * t * r[0] * B[0])(2.0))(X)), X),
    "hessians inside": (lambda X: vmap(hessian(lambda r: exp(dot(r, B)) * r[0]))(X), X),
    "directional derivatives inside": (lambda X: vmap(lambda r: jvp(network, (r,), ([1.0, 0.0, 2.0],)))(X), X),
    "detached": (lambda X: sum(vmap(lambda r: network(r) * network(r).data + B[0].data * r[0] * B[1])(X)), X),
    "without gradient": (lambda X: sum(no_grad()(vmap(network))(X)) * B[0], X),
    "arrays": (lambda X: vmap(lambda row: row @ row * B[0] + np.array([1.0, 2.0, 3.0]) @ row)(X), X),
    "arrays returned": (lambda X: [row.tolist() for row in vmap(lambda row: np.tanh(row) * 2.0)(X)], X),
    "static arguments": (lambda X: vmap(lambda row, s: row[0] * B[0] if s == "a" else row[1])(X, ["a"] * SAMPLES), X),
    "differing statics": (lambda X: vmap(lambda row, s: row[0] * B[0] if s == "a" else row[1])(X, list("abababa")), X),
    "ragged": (lambda X: sum(vmap(lambda r: dot(r, r, B[0]))([list(r[: 1 + i % 3]) for i, r in enumerate(X)])), X),
    "constants returned": (lambda X: vmap(lambda row: [1.0, "text", B[1], row[0]])(X), X),
    "ordinary math": (lambda X: vmap(lambda r, c: r[0] * math.sin(c) * B[0])(X, [0.3 * k for k in range(SAMPLES)]), X),
    "no numbers": (lambda X: vmap(lambda row: [])(X), X),
    "compiled inside": (lambda X: sum(vmap(compile(network))(X)), X),
    "pairs": (lambda X: sum(vmap(lambda p: p["a"][0] * p["b"] * B[0])([{"a": r, "b": r[1]} for r in X])), X),
    "matrices": (
        lambda Z: sum(vmap(lambda m: sum(dot(r, B) ** 2 for r in m))(Z)),
        X.reshape(7, 1, 3) * np.ones((2, 1)),
    ),
}


#: Those that are computed sample by sample, since samples have not one form, or branch, or are looked at.
UNROLLED = {"branches", "whole parts", "differing statics", "ragged", "ordinary math"}


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


#: What the transformations are tried on: a batch's loss as a function of one list.
LOSSES = {
    "weights": lambda v: sum(vmap(lambda r, y: (tanh(dot(v, r)) * v[0] - y) ** 2)(X.tolist(), Y.tolist())) / 7.0,
    "inputs": lambda v: sum(vmap(lambda x, y: exp(0.1 * x) * x * y + B[0] * x**3)(v, Y[:3].tolist())),
    "results": lambda v: (lambda s: s[0] * s[1] + s[1] * s[3] ** 2 + sum(s))(
        vmap(lambda r: exp(dot(r, v)))(X.tolist())
    ),
    "both": lambda v: logsumexp(vmap(lambda x, r: x * v[0] + dot(r, v) ** 2)(v, X[:3].tolist())),
    "shared": lambda v: sum(vmap(lambda r: tanh(v[0] * r[0] + tanh(v[0] * r[1])) + v[1] * v[2])(X.tolist())),
    "gradients": lambda v: sum(vmap(lambda r: grad(lambda t: tanh(t * dot(r, v)) * t)(v[0]))(X.tolist())),
}
TRANSFORMS = {
    "grad": lambda f: grad(f),
    "value_and_grad": lambda f: value_and_grad(f),
    "hessian": lambda f: hessian(f),
    "grad of grad": lambda f: grad(lambda v: sum(x * x for x in grad(f)(v))),
    "hvp": lambda f: lambda v: hvp(f)(v, [1.0, 0.5, -2.0]),
    "jvp": lambda f: lambda v: jvp(f, (v,), ([0.5, -1.0, 2.0],)),
    "vjp": lambda f: lambda v: vjp(lambda u: [f(u), u[0] * f(u)], v)[1]([2.0, -1.0]),
    "jacobian": lambda f: jacobian(lambda v: [f(v), 2.0 * v[1] * f(v)]),
}


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


@pytest.mark.parametrize(
    "name", ["regression", "cross-entropy", "recurrent", "causal", "normalized", "hessians inside"]
)
def test_programs_do_not_grow_with_the_batch(name):
    function, *arrays = CORPUS[name]
    counts, statements = [], []
    for copies in (2, 20):
        given = numbers([np.concatenate([array] * copies) for array in arrays])
        program = traced(function, *given)[0].program
        leaves_and_picks = len(program.leaves) + len(program.constants) + 12 * copies * SAMPLES
        counts.append(len(program) - leaves_and_picks)
        fast = compile(function)
        fast(*given)
        statements.append(fast.stats.statements)
    assert counts[1] <= counts[0]
    assert statements[0] == statements[1]


def test_a_mapped_loss_is_the_program_that_a_loop_is():
    features, labels = nn.datasets.moons(40, noise=0.1, rng=0)
    model = nn.MLP(2, [8, 8, 1], rng=0)

    def looped(X, y):
        losses = [(1 - yi * model(row)).relu() for row, yi in zip(X, y, strict=True)]
        return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())

    def mapped(X, y):
        losses = vmap(lambda row, yi: (1 - yi * model(row)).relu())(X, y)
        return sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())

    programs = [compile(looped), compile(mapped)]
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
    fast = compile(lambda X: sum(vmap(lambda row, c: tanh(dot(row, B) * c))(X, factors)))
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
