"""With Graphviz and without: the same picture comes out, and what fails says why."""

import os
import shutil
import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from autograd.errors import GraphError, MissingExtraError
from autograd.visual.architecture import LayerSketch, network_picture
from autograd.visual.graph import draw
from autograd.visual.layout.graphviz import lay_out_with_graphviz, run_graphviz
from tests.visual.graphs import ALL, neuron, squared_error
from tests.visual.test_layout import inside, samples

HAS_DOT = shutil.which("dot") is not None
needs_dot = pytest.mark.skipif(not HAS_DOT, reason="there is no program 'dot' on this machine")


@pytest.fixture
def no_graphviz(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.fixture
def fake_dot(monkeypatch, tmp_path):
    """Put a program `dot` of our own on the path."""

    def install(script):
        program = tmp_path / "dot"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")

    return install


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.__name__)
def test_svg_needs_nothing_but_python(graph):
    picture = draw(graph())
    assert picture.svg() == picture.svg(engine="builtin")


@pytest.mark.usefixtures("no_graphviz")
def test_what_needs_graphviz_says_so(tmp_path):
    picture = draw(neuron())
    with pytest.raises(MissingExtraError, match=r"pip install 'chainrule\[graphviz\]'"):
        picture.svg(engine="graphviz")
    for suffix in (".png", ".pdf"):
        with pytest.raises(MissingExtraError, match=r"save as \.svg"):
            picture.save(tmp_path / f"loss{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for dot")
@pytest.mark.parametrize(
    "script", ["exit 1", "kill -SEGV $$", "echo nonsense", "echo '{}'", 'echo \'{"bb": "0,0,1,1", "objects": []}\'']
)
def test_a_dot_that_fails_is_replaced_by_our_own_layout(fake_dot, script):
    fake_dot(script)
    picture = draw(neuron())
    assert picture.svg() == picture.svg(engine="builtin")
    with pytest.raises(GraphError, match="Graphviz"):
        picture.svg(engine="graphviz")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for dot")
def test_a_dot_that_fails_leaves_no_file(fake_dot, tmp_path):
    fake_dot("exit 3")
    with pytest.raises(GraphError, match="dot -Tpng"):
        draw(neuron()).save(tmp_path / "loss.png")
    assert not list(tmp_path.glob("*loss*"))


def test_pygraphviz_is_asked_where_there_is_no_program(monkeypatch, tmp_path):
    asked = []

    class AGraph:
        def __init__(self, string):
            asked.append(string)

        def draw(self, format, prog):
            asked.append((format, prog))
            return b"drawn"

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", SimpleNamespace(AGraph=AGraph))
    assert run_graphviz("digraph {}", "png") == b"drawn"
    assert asked == ["digraph {}", ("png", "dot")]
    assert draw(neuron()).svg() == draw(neuron()).svg(engine="builtin")  # that answer was no layout


@needs_dot
@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.__name__)
def test_graphviz_draws_the_same_boxes(graph):
    picture = draw(graph())
    layout = lay_out_with_graphviz(picture)
    assert layout.places.keys() == {box.id for box in picture.boxes}
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        source, target = layout.places[arrow.source], layout.places[arrow.target]
        assert inside(route.points[0], source, 2.0)
        assert inside(route.points[-1], target, 2.0)
        assert (route.text_at is not None) == bool(arrow.text)
        others = [place for place in layout.places.values() if place not in (source, target)]
        assert not [point for point in samples(route) for place in others if inside(point, place)]
    assert "</svg>" in picture.svg(engine="graphviz")


@needs_dot
def test_graphviz_keeps_the_derivative_with_its_arrow():
    """It lists edges in an order of its own."""
    picture = draw(squared_error())
    layout = lay_out_with_graphviz(picture)
    for arrow, route in zip(picture.arrows, layout.routes, strict=True):
        if arrow.text:
            middle = route.text_at.x - 3.0 * len(arrow.text)
            assert layout.places[arrow.source].x - 5 < middle < layout.places[arrow.target].x + 60


@needs_dot
@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_graphviz_makes_images(tmp_path, suffix):
    path = draw(neuron()).save(tmp_path / f"loss{suffix}")
    assert path.read_bytes().startswith(b"\x89PNG" if suffix == ".png" else b"%PDF")


@needs_dot
def test_graphviz_reads_our_dot(tmp_path):
    for picture in (draw(squared_error()), network_picture(12, [LayerSketch("a", 3), LayerSketch("b", 20)])):
        svg = run_graphviz(picture.dot(), "svg")
        assert len(ElementTree.fromstring(svg).findall(".//*[@class='node']")) >= len(picture.boxes)


def test_a_picture_with_columns_stays_as_it_is():
    picture = network_picture(3, [LayerSketch("a", 2)])
    assert picture.svg() == picture.svg(engine="builtin") == picture.svg(engine="graphviz")
