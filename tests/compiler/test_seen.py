"""What can be seen of a compiled program: why it gathers, its picture, its title."""

import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, total, vmap

VALUES = [Value(0.1 * k + 0.05) for k in range(40)]
SHUFFLED = [int(k) for k in np.random.default_rng(0).permutation(40)]


def neighbours(k, count):
    return [int(j) for j in np.random.default_rng(k).permutation(40)[:count]]


MISSES = {
    "positions form no loops": lambda a: total(
        [(x * autograd.tanh(VALUES[k])).exp() for x, k in zip(VALUES, SHUFFLED, strict=True)]
    ),
    "terms form no loops": lambda a: total(
        [autograd.tanh(sum(VALUES[j] * x for j in neighbours(k, 5))) for k, x in enumerate(VALUES)]
    ),
    "samples stand at uneven distances": lambda a: total(
        vmap(lambda x: autograd.tanh(x) * 2.0)([a[k] for k in SHUFFLED])
    ),
    "sums of different length": lambda a: total(
        [autograd.tanh(sum(VALUES[j] * x for j in neighbours(k, 1 + k * 7 % 11))) for k, x in enumerate(VALUES)]
    ),
}


@pytest.mark.parametrize("kind", MISSES)
def test_each_kind_of_miss_has_its_own_hint(kind):
    compiled = compile(MISSES[kind], executor="numpy")
    a = np.linspace(-1.3, 0.9, 40)
    found, expected = (out if isinstance(out, float) else out.data for out in (compiled(a), MISSES[kind](a)))
    assert found == pytest.approx(expected, rel=1e-12)
    explained = compiled.explain_misses().splitlines()
    assert any(f": {kind}" in line for line in explained)
    assert [line for line in explained if line.startswith(f"{kind}: ")]


def moons():
    X, y = nn.datasets.moons(40, noise=0.1, rng=0)
    model = nn.MLP(2, [16, 16, 1], rng=0)

    @compile
    def loss(X, y):
        losses = [(1 + -yi * model(x)).relu() for x, yi in zip(X, y, strict=True)]
        return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())

    loss(X, 2.0 * y - 1.0)
    return loss


def test_the_picture_of_a_program_fits_on_a_screen():
    loss = moons()
    picture = loss.draw()
    width = float(re.search(r'width="([0-9.]+)"', picture.svg(engine="builtin"))[1])
    assert width < 2600
    assert len(picture.boxes) < 25
    listed = [name for box in picture.boxes for name, _ in box.rows]
    arrays = re.findall(r"^    .*out=(\w+)", loss.source, re.MULTILINE)
    assert set(arrays) <= set(listed)  # every statement is in some box
    assert len(listed) == len(set(listed) - {"is", "shape"}) + listed.count("is") + listed.count("shape")


def test_a_program_says_what_it_is_made_of():
    line, lines = (
        compile(lambda x: autograd.tanh(x), executor="python"),
        compile(lambda x: autograd.exp(x) * x, executor="python"),
    )
    one, many = compile(lambda x: autograd.tanh(x), executor="numpy"), moons()
    for function in (line, lines, one):
        function(2.0)
    assert "as 1 line of Python." in line.source
    assert re.search(r"as \d+ (line|lines) of Python\.", lines.source)
    assert "as 1 array statement." in one.source
    assert re.search(r"as \d+ array statements\.", many.source)
    assert "1 line of Python" in line.draw().notes[0]
    assert "array statements" in many.draw().notes[0]
