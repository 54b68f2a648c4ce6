"""SVG, DOT and Mermaid: valid, harmless whatever a label holds, and the same in both layout engines."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.errors import DomainError, GraphError, UnknownNameError
from autograd.visual.graph import draw
from autograd.visual.kinds import KINDS
from autograd.visual.measure import shorten, text_width
from autograd.visual.picture import Arrow, Box, Column, Picture
from tests.visual.graphs import ALL, neuron, twice

NAMESPACE = "{http://www.w3.org/2000/svg}"
EVIL = [
    "<script>alert(1)</script>",
    "</svg><style>*{display:none}</style>",
    "a&b \"quoted\" 'single' `ticks`",
    "two\nlines\ttab \\N \\l \\",
    '"]; click n0 href "javascript:alert(1)"; %%{init: {}}%%',
    "a:b #35; ]] }} ))|p|--> end",
    "\x00\x1b[31m\ud800\u202e\uffff",
    "日本語 ŷ₁ 🎉 " * 20,
    "<>",
    "",
]


def one_box(label):
    box = Box("odd : id", label, ((label, label),), "input", label, detail=label)
    return Picture((box, Box("b", label)), (Arrow("odd : id", "b", label),), label, (label,))


def texts(svg):
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{NAMESPACE}text")]


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_harmless_in_svg(label):
    svg = one_box(label).svg(engine="builtin")
    root = ElementTree.fromstring(svg)
    tags = {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "text", "path", "polygon", "circle"}
    assert len(list(root.iter(f"{NAMESPACE}style"))) == 1
    assert svg.encode()


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_harmless_in_mermaid(label):
    text = one_box(label).mermaid()
    quoted = re.findall(r'"([^"]*)"', text)
    assert len(re.findall('"', text)) == 2 * len(quoted)
    for inside in quoted:
        assert not re.search(r"[<>&{}\[\]|`;\\]", re.sub(r"<br/>|#\d+;", "", inside))
    # Nothing outside of the quotes comes from a label.
    frame = re.sub(r'"[^"]*"', '""', text)
    assert frame == re.sub(r'"[^"]*"', '""', one_box(label and "x").mermaid()).replace(
        "accTitle: x", next((line.strip() for line in text.splitlines() if "accTitle" in line), "")
    )
    assert text.encode()


@pytest.mark.parametrize("label", EVIL)
def test_labels_are_harmless_in_dot(label):
    text = one_box(label).dot()
    html = re.findall(r"=<(<TABLE.*?</TABLE>|<B>.*?</B>|[^<>]*)>[ \]\n]", text)
    assert html
    for part in html:
        ElementTree.fromstring(f"<p>{part}</p>")
    assert "\n\tn0 -> n1" in text
    assert text.encode()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_label_is_valid_xml(label):
    ElementTree.fromstring(one_box(label).svg(engine="builtin"))


@pytest.mark.parametrize("graph", ALL, ids=lambda graph: graph.__name__)
def test_formats_show_every_number(graph):
    loss = graph()
    loss.backward()
    picture = draw(loss)
    shown = texts(picture.svg(engine="builtin"))
    dot, mermaid = picture.dot(), picture.mermaid()
    for box in picture.boxes:
        assert shorten(box.title) in shown
        for name, text in box.rows:
            assert text in shown
            assert f">{text}<" in dot
            assert f"{name} {text}" in mermaid
    for arrow in picture.arrows:
        assert not arrow.text or arrow.text in shown
    assert dot.count(" -> ") == len(picture.arrows)
    assert mermaid.count("-->") == len(picture.arrows)


def test_svg_is_accessible_and_carries_both_colour_schemes():
    svg = draw(neuron()).svg(engine="builtin")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag == f"{NAMESPACE}title"
    assert root[0].text == "tanh = 0.881"
    assert root[1].tag == f"{NAMESPACE}desc"
    assert "10 boxes and 9 arrows" in root[1].text
    assert "@media(prefers-color-scheme:dark)" in svg
    # Its own background, so that the page behind it does not matter.
    assert root[3].get("class") == "cr-page"
    assert root[3].get("width") == root.get("width")
    # A style inside an SVG reaches the whole page: each selector must begin with the picture's class.
    style = root[2].text.replace("@media(prefers-color-scheme:dark){", "").replace("}}", "}")
    assert all(rule.startswith(".chainrule ") for rule in style.split("}") if rule)


def test_a_picture_says_what_its_looks_mean():
    picture = draw(neuron())
    for meaning in ("input", "parameter", "operation", "output (loss)"):
        assert meaning in texts(picture.svg(engine="builtin"))
        assert f">{meaning}<" in picture.dot()
    assert "constant" not in texts(picture.svg(engine="builtin"))
    assert 'legend_parameter[["parameter"]]:::parameter' in picture.mermaid()


def test_kinds_differ_in_outline_and_in_colour():
    named = [kind for kind in KINDS.values() if kind.meaning]
    assert len({kind.outline for kind in named}) == len(named)
    assert len({kind.light for kind in named}) == len(named)
    assert len({kind.dark for kind in named}) == len(named)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_borders_stand_out(scheme):
    """WCAG 2.1: 4.5 for text, 3 for shapes."""
    from autograd.visual import kinds

    theme = getattr(kinds, scheme.upper())
    assert contrast(theme.text, theme.background) >= 7
    assert contrast(theme.faint, theme.background) >= 4.5
    assert contrast(theme.line, theme.background) >= 3
    assert contrast(theme.text, theme.notice) >= 4.5
    for kind in KINDS.values():
        colours = getattr(kind, scheme)
        if colours.fill != "none":
            assert contrast(theme.text, colours.fill) >= 4.5
            assert contrast(theme.faint, colours.fill) >= 4.5
            assert contrast(colours.stroke, theme.background) >= 3


def test_in_a_notebook_a_picture_is_its_svg():
    picture = draw(twice())
    assert picture._repr_svg_() == picture.svg()
    assert repr(picture) == "Picture('+ = 6', 2 boxes, 2 arrows)"


def test_stacks_show_their_sheets():
    one, many = (Picture((Box("a", "a", count=count),)).svg(engine="builtin").count("<rect") for count in (1, 40))
    assert many == one + 2


def test_pictures_are_checked():
    a = Box("a", "a")
    with pytest.raises(DomainError, match="2 boxes share 1 ids"):
        Picture((a, a))
    with pytest.raises(DomainError, match="an arrow names 'b'"):
        Picture((a,), (Arrow("a", "b"),))
    with pytest.raises(UnknownNameError, match="'neuron'"):
        Picture((Box("a", "a", kind="neuron"),))
    with pytest.raises(DomainError, match="every box exactly once"):
        Picture((a,), columns=(Column(("a", "a")),))
    with pytest.raises(UnknownNameError, match="'neato'"):
        Picture((a,)).svg(engine="neato")
    with pytest.raises(GraphError, match="circle"):
        Picture((a, Box("b", "b")), (Arrow("a", "b"), Arrow("b", "a"))).svg(engine="builtin")


def test_an_empty_picture_is_a_picture():
    ElementTree.fromstring(Picture(()).svg(engine="builtin"))
    assert Picture(()).mermaid().startswith("flowchart LR")
    assert Picture(()).dot().startswith("digraph")


def test_overview_is_what_mermaid_draws():
    picture = Picture((Box("a", "many"),), overview=Picture((Box("a", "few"),)))
    assert "few" in picture.mermaid()
    assert "many" in picture.dot()


def test_texts_are_measured_from_above():
    """Advance widths of DejaVu Sans, in hundredths of the font size."""
    for text, width in [("layers.0.neurons.3.w.1", 1141), ("-0.0001234", 577), ("sigmoid", 393), ("data", 225)]:
        assert width / 100 <= text_width(text, 1.0) <= 1.12 * width / 100
