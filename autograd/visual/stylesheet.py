"""The style sheet of an SVG picture: fonts, borders, and the colours on light and on dark pages.

Every rule begins with the picture's own class, since a style inside an SVG holds for the whole page around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from autograd.visual.kinds import DARK, KINDS, LIGHT, Colours, Theme
from autograd.visual.sizes import ARROW_FONT, CAPTION_FONT, HEADLINE_FONT, ROW_FONT, TITLE_FONT

_FONTS: Final = "Helvetica Neue,Helvetica,Arial,Liberation Sans,DejaVu Sans,sans-serif"

_PLAIN: Final = {
    "text": f"font-family:{_FONTS};font-variant-numeric:tabular-nums",
    ".cr-headline": f"font-size:{HEADLINE_FONT:g}px;font-weight:bold",
    ".cr-title": f"font-size:{TITLE_FONT:g}px;font-weight:bold",
    ".cr-row": f"font-size:{ROW_FONT:g}px",
    ".cr-caption": f"font-size:{CAPTION_FONT:g}px",
    ".cr-strong": "font-weight:bold",
    ".cr-arrow-text": f"font-size:{ARROW_FONT:g}px;stroke-width:3px;paint-order:stroke",
    ".cr-line": "fill:none;stroke-width:1.2px",
    ".cr-thin": "stroke-width:.7px",
}


def style_sheet(kinds: Iterable[str]) -> str:
    """Return the rules for a picture with these kinds of box."""
    kinds = list(kinds)
    borders = {
        f".cr-{name}": f"stroke-width:{KINDS[name].border:g}px" + _dashes(name) for name in kinds if KINDS[name].border
    }
    light = _theme(LIGHT) | _boxes({name: KINDS[name].light for name in kinds})
    dark = _theme(DARK) | _boxes({name: KINDS[name].dark for name in kinds})
    return f"{_rules(_PLAIN | borders)}{_rules(light)}@media(prefers-color-scheme:dark){{{_rules(dark)}}}"


def _dashes(name: str) -> str:
    return ";stroke-dasharray:4 2.5" if KINDS[name].outline == "dashed" else ""


def _theme(theme: Theme) -> dict[str, str]:
    return {
        ".cr-page": f"fill:{theme.background}",
        "text": f"fill:{theme.text}",
        ".cr-faint": f"fill:{theme.faint}",
        ".cr-line": f"stroke:{theme.line}",
        ".cr-head": f"fill:{theme.line}",
        ".cr-positive": f"stroke:{theme.positive}",
        ".cr-negative": f"stroke:{theme.negative}",
        ".cr-note": f"fill:{theme.notice}",
        ".cr-arrow-text": f"fill:{theme.faint};stroke:{theme.background}",
    }


def _boxes(colours: dict[str, Colours]) -> dict[str, str]:
    return {
        f".cr-{name}>{shape}": f"fill:{look.fill};stroke:{look.stroke}"
        for name, look in colours.items()
        for shape in ("rect", "polygon", "circle")
    }


def _rules(rules: dict[str, str]) -> str:
    return "".join(f".chainrule {selector}{{{rule}}}" for selector, rule in rules.items())
