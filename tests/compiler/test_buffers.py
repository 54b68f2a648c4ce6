"""Memory that later arrays take over: nothing that is still to be read is written over, and much of it is saved."""

import numpy as np
import pytest

from autograd import Value, compile, total
from autograd.compiler import buffers
from autograd.compiler.joining import home
from autograd.compiler.layout import Constants
from autograd.node import Node
from autograd.trees import leaves
from tests.compiler import test_corpus
from tests.compiler.corpus import CORPUS
from tests.compiler.test_stages import reads


def replay_of(function, *arguments):
    fast = compile(function, executor="numpy")
    nodes = [x for x in leaves(fast(*arguments)) if isinstance(x, Node) and x.operands]
    for node in nodes[:1]:
        node.backward()
    return fast, fast._latest[0].replay


@pytest.fixture(autouse=True)
def _small_arrays_as_well(monkeypatch):
    monkeypatch.setattr(buffers, "_SMALLEST", 1)


@pytest.mark.parametrize("name", CORPUS)
def test_what_is_read_is_what_was_written(name):
    """Follow who wrote each number last, through a forward pass and two backward passes."""
    entry = CORPUS[name]
    _, replay = replay_of(entry, *entry.numbers(4))
    layout = replay.layout
    sources = len(replay.sources)
    writer = {array: np.full(size, -1) for array, size in enumerate(layout.sizes)}

    def place(array, positions):
        root, start = home(layout, array)
        return writer[layout.reuses.get(root, root)], positions + start, root

    starts, forward = replay.emitted.starts, replay.emitted.forward
    first = next((number for number, line in enumerate(starts) if line >= forward), len(starts))
    for statement in (*layout.statements, *layout.statements[first:]):
        for operand in statement.operands:
            if not isinstance(operand, Constants) and operand.array >= sources:
                tags, positions, root = place(*reads(operand))
                assert (tags[positions] == root).all(), f"{statement.primitive} reads what was written over"
        stop = statement.start + int(np.prod(statement.extents, dtype=int))
        tags, positions, root = place(statement.array, np.arange(statement.start, stop))
        tags[positions] = root
    for element in (*replay.outputs, *[element for _, element in replay.gradients]):
        if element.array >= sources:
            tags, positions, root = place(element.array, np.array([element.position]))
            assert (tags[positions] == root).all()


@pytest.mark.parametrize("name", CORPUS)
def test_shared_memory_changes_no_number(name):
    test_corpus.test_compiled_equals_eager(name, "numpy")


def chain(x):
    """Compute what needs few arrays at a time: no number is needed twice."""
    for _ in range(12):
        x = [(0.5 * a + 0.1).exp() - 1.0 for a in x]
    return total(x)


def test_memory_falls():
    xs = [float(x) for x in np.linspace(-1.0, 0.5, 200)]
    fast, replay = replay_of(chain, xs)
    alone = sum(8 * size for size in replay.layout.sizes)
    assert fast.stats.buffer_bytes < alone / 5
    fast, replay = replay_of(chain, [Value(x) for x in xs])  # with a gradient, which needs what exp gave
    alone = sum(8 * size for size in replay.layout.sizes)
    assert fast.stats.buffer_bytes < alone / 2
    assert "# whose numbers are no longer needed" in fast.source


def test_small_arrays_are_left_alone(monkeypatch):
    monkeypatch.undo()
    fast, replay = replay_of(chain, [0.5, -0.5])
    assert not replay.layout.reuses
    assert "no longer needed" not in fast.source


def test_backward_runs_twice():
    nodes = [Value(x) for x in np.linspace(-1.0, 0.5, 20).tolist()]
    result = compile(chain, executor="numpy")(nodes)
    result.backward()
    once = [x.grad for x in nodes]
    result.backward()
    assert [x.grad for x in nodes] == [2 * slope for slope in once]
    for x in nodes:
        x.grad = 0.0
    chain(nodes).backward()
    np.testing.assert_allclose(once, [x.grad for x in nodes], rtol=1e-13)


def test_the_source_shares_memory_as_well():
    nodes = [Value(x) for x in np.linspace(-1.0, 0.5, 20).tolist()]
    fast = compile(chain, executor="numpy")
    result = fast(nodes)
    printed = []
    exec(fast.source, {"print": lambda *parts: printed.append(parts)})
    assert printed[0] == ("result", pytest.approx(result.data, rel=1e-15))
    result.backward()
    np.testing.assert_allclose(printed[1][1], [x.grad for x in nodes], rtol=1e-15)
