"""Each stage of the compiler by itself, on the corpus: what it may assume, what it must keep."""

import numpy as np
import pytest

import autograd
from autograd.compiler.arguments import read_call
from autograd.compiler.builder import Builder
from autograd.compiler.differentiate import differentiate
from autograd.compiler.joining import home
from autograd.compiler.layout import Constants, View
from autograd.compiler.program import Program, interpret, live_places, verify
from autograd.compiler.reroll import reroll
from autograd.compiler.simplify import simplify
from autograd.compiler.symbols import Symbol
from autograd.compiler.trace import trace
from autograd.errors import GraphError, TracingError
from autograd.node import Node
from autograd.primitives.arithmetic import add
from autograd.trees import leaves
from tests.compiler.corpus import CORPUS


def number(x):
    return x.data if isinstance(x, Node) else x


class Staged:
    """A program of the corpus, taken through the stages one by one."""

    def __init__(self, name):
        self.entry = CORPUS[name]
        self.data = self.entry.numbers(seed=5)
        call = read_call(self.data, {})
        self.trace = trace(self.entry, self.data, {}, call)
        symbols = [leaf for leaf in leaves(self.trace.outputs) if isinstance(leaf, Symbol)]
        self.outputs = [symbol.place for symbol in symbols]
        self.arrays = [[p.data for p in self.trace.parameters]]
        self.given = [list(self.trace.parameters)]
        for content in call.contents:
            flat = content.ravel().tolist() if isinstance(content, np.ndarray) else content
            self.given.append(flat)
            self.arrays.append([float(number(x)) for x in flat])
        self.loss = next((symbol.place for symbol in symbols if not symbol.is_number), None)

    def simplified(self):
        return simplify(self.trace.program, self.outputs)

    def differentiated(self):
        builder, places = self.simplified()
        leaf_places = sorted(builder.leaves)
        loss = places[self.outputs.index(self.loss)]
        return builder, places, leaf_places, differentiate(builder, [(loss, builder.constant(1.0))], leaf_places)


@pytest.fixture(params=CORPUS)
def staged(request):
    return Staged(request.param)


def test_the_trace_is_sound_and_gives_the_results(staged):
    verify(staged.trace.program, staged.outputs)
    results = zip(leaves(staged.entry(*staged.data)), leaves(staged.trace.outputs), strict=True)
    expected = [float(number(result)) for result, leaf in results if isinstance(leaf, Symbol)]
    found = interpret(staged.trace.program, staged.arrays, staged.outputs)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


def test_simplifying_keeps_every_output(staged):
    builder, places = staged.simplified()
    verify(builder, places)
    assert sum(live_places(builder, places)) <= 2 * sum(live_places(staged.trace.program, staged.outputs))
    before = interpret(staged.trace.program, staged.arrays, staged.outputs)
    np.testing.assert_allclose(interpret(builder, staged.arrays, places), before, rtol=1e-12, atol=1e-13)


def test_operands_have_lower_roles(staged):
    builder = staged.differentiated()[0] if staged.loss is not None else staged.simplified()[0]
    for place, operands in enumerate(builder.operands):
        assert all(builder.roles[x] < builder.roles[place] for x in operands)


def test_the_derivative_is_that_of_backward(staged):
    if staged.loss is None:
        pytest.skip("this program returns floats")
    builder, places, leaf_places, gradients = staged.differentiated()
    verify(builder, [*places, *gradients])
    results = [x for x in leaves(staged.entry(*staged.data)) if isinstance(x, Node)]
    next(x for x in results if x not in staged.entry.parameters).backward()
    found = interpret(builder, staged.arrays, gradients)
    for place, gradient in zip(leaf_places, found, strict=True):
        source, position = builder.leaves[place]
        given = staged.given[source][position]
        if isinstance(given, Node):
            assert gradient == pytest.approx(given.grad, rel=1e-11, abs=1e-12)


def reads(operand):
    """Return the array that an operand reads, and the positions in it."""
    if isinstance(operand, View):
        steps = np.meshgrid(
            *[np.arange(n) * s for n, s in zip(operand.extents, operand.steps, strict=True)], indexing="ij"
        )
        return operand.array, operand.offset + sum(steps, start=np.zeros(operand.extents, dtype=int))
    return operand.array, operand.positions


def assert_filled_in_order(layout, sources):
    """Assert that statements read what is written, and write every element of every array once."""
    written = [np.full(size, number < sources or number in layout.given) for number, size in enumerate(layout.sizes)]
    for array in layout.homes:  # the same memory
        root, start = home(layout, array)
        written[array] = written[root][start : start + layout.sizes[array]]
    for statement in layout.statements:
        for operand in statement.operands:
            if not isinstance(operand, Constants):
                array, positions = reads(operand)
                assert written[array][positions].all(), f"{statement.primitive} reads what is not yet computed"
        array, positions = reads(statement.out)
        assert not written[array][positions].any()
        written[array][positions] = True
    assert all(flags.all() for flags in written)


def test_statements_run_in_order_and_fill_every_array(staged):
    builder, places = staged.simplified()
    outputs = places
    if staged.loss is not None:
        builder, places, _, gradients = staged.differentiated()
        outputs = [*places, *gradients]
    assert_filled_in_order(reroll(builder, outputs), len(builder.sources))


def test_what_is_unsound_is_found():
    program = Program()
    program.source("x", (2,))
    x = program.leaf(0, 1)
    program.append(add, (x, 2))
    with pytest.raises(GraphError, match="must stand before"):
        verify(program)
    outside = Program()
    outside.source("x", (2,))
    outside.leaf(0, 2)
    with pytest.raises(GraphError, match="position 2 of a source of 2"):
        verify(outside)
    empty = Program()
    empty.append(None, ())
    with pytest.raises(GraphError, match="exactly one"):
        verify(empty)
    with pytest.raises(GraphError, match="no place"):
        verify(Program(), [0])


@pytest.mark.parametrize(
    ("factors", "dots"),
    [((2.0, 3.0), 1), ((2.0, -1.0), 2), ((0.0, 2.0), 2), ((-2.0, -1.0), 1)],
)
def test_only_factors_of_one_sign_are_merged(factors, dots):
    builder = Builder()
    builder.source("x", (1,))
    x = builder.leaf(0, 0)
    builder.sum([x] * len(factors), [builder.constant(factor) for factor in factors])
    assert [row.name for row in builder.primitives if row is not None] == ["dot"] * dots + ["add"] * (dots - 1)


@pytest.mark.parametrize("constant_first", [True, False])
@pytest.mark.parametrize(
    ("factors", "rows"), [((0.5, -0.5), ["subtract", "dot"]), ((1.0, -1.0), None), ((0.5, -0.25), None)]
)
def test_factors_of_opposite_signs_are_taken_out(factors, rows, constant_first):
    for signs in (1.0, -1.0):
        builder = Builder()
        builder.source("x", (2,))
        x, constants = [builder.leaf(0, 0), builder.leaf(0, 1)], [builder.constant(signs * each) for each in factors]
        place = builder.sum(*((constants, x) if constant_first else (x, constants)))
        names = [row.name for row in builder.primitives if row is not None]
        assert names == (rows or names)
        assert interpret(builder, [[3.0, 8.0]], [place]) == [signs * (factors[0] * 3.0 + factors[1] * 8.0)]


def test_calls_with_arrays_only_have_the_keys_of_other_calls():
    X, y = np.ones((3, 2)), np.arange(3)
    for arrays in ((X,), (X, y), (y, X), (X.astype(np.float32), y > 1), ()):
        quick, usual = read_call(arrays, {}), read_call((*arrays, "mean"), {})
        assert quick.key == usual.key[:-1]
        assert quick.slots == usual.slots
        assert all(a is b for a, b in zip(quick.contents, usual.contents, strict=True))
    with pytest.raises(TracingError, match="complex"):
        read_call((X, X * 1j), {})
    assert read_call((np.array([[1.0, 2.0], [3.0]], dtype=object),), {}).slots[0].shape == (2,)


def test_constants_are_told_apart_by_their_bits():
    program = Program()
    assert program.constant(0.0) != program.constant(-0.0)
    assert program.constant(float("nan")) == program.constant(float("nan"))


def test_every_row_has_numpy_text():
    from autograd.compiler.templates import REDUCTIONS, function_name
    from autograd.primitive import Elementwise, registry

    for name, row in registry.items():
        if isinstance(row, Elementwise) and name in vars(autograd):
            assert function_name(row)
    others = {name for name, row in registry.items() if not isinstance(row, Elementwise) and not row.on_arrays}
    assert others <= {*REDUCTIONS, "dot", "take"}
