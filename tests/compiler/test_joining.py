"""Arrays side by side: sums over the steps of a recurrence are one product, and nothing is copied for it."""

import numpy as np

from autograd import Value, compile, dot, largest, maximum, total
from autograd.compiler.joining import home
from tests.compiler.corpus import CORPUS


def compiled(function, *arguments):
    """Compile a function, and return it with the layout of its statements."""
    fast = compile(function, executor="numpy")
    fast(*arguments).backward()
    return fast, fast._latest[0].replay.layout


def recurrent(W, U, batch):
    loss = 0.0
    for sequence in batch:
        h = [0.1, -0.2, 0.3]
        for x in sequence:
            h = [(dot(w, x) + dot(u, h)).tanh() for w, u in zip(W, U, strict=True)]
        loss = loss + total(h) ** 2
    return loss


def test_the_weight_gradient_of_a_recurrence_is_one_product_without_copies():
    rng = np.random.default_rng(0)
    W, U = ([[Value(float(x)) for x in row] for row in rng.normal(size=(3, n))] for n in (2, 3))
    few, many = (compiled(lambda b: recurrent(W, U, b), rng.normal(size=(4, steps, 2)))[0].source for steps in (4, 9))
    for source in (few, many):
        assert source.count("np.copyto(joined") == 0
        assert source.count("tanh1 = joined") == 1

    def products(text):
        return text[text.index("def backward") :].count(".T, ")

    assert products(few) == products(many)


def test_homes_hold_their_arrays_whole_and_apart():
    for name in ("gated_network", "recurrent_network", "paths_of_prices"):
        entry = CORPUS[name]
        _, layout = compiled(entry, *entry.numbers(3))
        assert layout.homes
        sources = len(layout.sizes) - len({s.array for s in layout.statements} | set(layout.homes))
        taken = {}
        for array in layout.homes:
            root, start = home(layout, array)
            assert root >= sources
            assert start + layout.sizes[array] <= layout.sizes[root]
            if any(statement.array == array for statement in layout.statements):  # it is computed there
                spots = taken.setdefault(root, np.zeros(layout.sizes[root], dtype=int))
                spots[start : start + layout.sizes[array]] += 1
        assert all((spots <= 1).all() for spots in taken.values())


def test_memory_that_is_shared_is_counted_once():
    entry = CORPUS["recurrent_network"]
    fast, _ = compiled(entry, *entry.numbers(3))
    replay = fast._latest[0].replay
    whole = sum({id(array): array.nbytes for array in replay.arrays if array.flags.owndata}.values())
    assert whole <= fast.stats.buffer_bytes
    assert whole < sum(array.nbytes for array in replay.arrays)


def test_steps_that_are_read_in_another_order_are_copied():
    rng = np.random.default_rng(1)
    entry_numbers = rng.normal(size=(5, 6))

    def function(w, x):
        rows = [w]
        for row in x:
            rows.append([(a * b).tanh() + 0.5 * a for a, b in zip(rows[-1], row, strict=True)])
        forward = total([a * b for r, s in zip(rows[1:], rows[:0:-1], strict=True) for a, b in zip(r, s, strict=True)])
        return forward + total([maximum(a, b) for r in rows[1:] for a, b in zip(r, r[::-1], strict=True)])

    nodes = [[Value(float(a)) for a in rng.normal(size=6)] for _ in range(2)]
    nodes[1] = [Value(a.data) for a in nodes[0]]
    fast = compile(function, executor="numpy")
    for form, w in ((fast, nodes[0]), (function, nodes[1])):
        form(w, entry_numbers).backward()
    np.testing.assert_allclose([a.grad for a in nodes[0]], [a.grad for a in nodes[1]], rtol=1e-12)


def test_what_a_step_reads_stands_together_though_the_loop_over_sequences_is_outside():
    rng = np.random.default_rng(2)
    W, U = ([[Value(float(x)) for x in row] for row in rng.normal(size=(3, n))] for n in (2, 3))
    source = compiled(lambda b: recurrent(W, U, b), rng.normal(size=(4, 6, 2)))[0].source
    assert "::" not in source[: source.index("# what the program reads")]


def test_constants_stand_beside_what_is_computed():
    fast = compile(lambda x: [largest([a.exp(), 1.0, 2.0, a]) for a in x], executor="numpy")
    xs = [Value(a) for a in (-1.0, 0.5, 1.5, 3.0)]
    assert [y.data for y in fast(xs)] == [max(np.exp(x.data), 1.0, 2.0, x.data) for x in xs]
