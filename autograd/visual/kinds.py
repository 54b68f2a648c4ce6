"""What a box in a picture can stand for, and how each kind looks: colour, outline and border at once.

Every kind differs from every other one in outline as well as in colour, and the colours are told apart by
colour-blind eyes (Okabe and Ito, 2008), so neither is needed to read a picture.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Outline = Literal["rounded", "pill", "double", "octagon", "dashed", "circle", "none"]


class Colours(NamedTuple):
    """The colours of a kind of box on one background."""

    fill: str
    stroke: str


class Kind(NamedTuple):
    """One row of the table: what the kind means in the legend, and its look."""

    meaning: str
    outline: Outline
    border: float
    light: Colours
    dark: Colours


KINDS: Final[dict[str, Kind]] = {
    "input": Kind("input", "pill", 1.6, Colours("#e3f0fa", "#0072b2"), Colours("#11324a", "#56b4e9")),
    "parameter": Kind("parameter", "double", 1.3, Colours("#fff1d6", "#a86400"), Colours("#40300e", "#f0b23e")),
    "constant": Kind("constant", "dashed", 1.2, Colours("#f3f4f6", "#7d8590"), Colours("#262c36", "#8b949e")),
    "operation": Kind("operation", "rounded", 1.2, Colours("#ffffff", "#57606a"), Colours("#1c222b", "#9aa6b5")),
    "output": Kind("output (loss)", "octagon", 2.4, Colours("#daf2e8", "#00704f"), Colours("#0e3a2d", "#2fd3a0")),
    "input_unit": Kind("", "circle", 1.6, Colours("#e3f0fa", "#0072b2"), Colours("#11324a", "#56b4e9")),
    "hidden_unit": Kind("", "circle", 1.6, Colours("#fff1d6", "#a86400"), Colours("#40300e", "#f0b23e")),
    "output_unit": Kind("", "circle", 2.4, Colours("#daf2e8", "#00704f"), Colours("#0e3a2d", "#2fd3a0")),
    "more": Kind("", "none", 0.0, Colours("none", "none"), Colours("none", "none")),
}


class Theme(NamedTuple):
    """The colours of everything that is not a box."""

    background: str
    text: str
    faint: str
    line: str
    positive: str
    negative: str
    notice: str


LIGHT: Final = Theme("#ffffff", "#1f2328", "#59636e", "#6e7781", "#0072b2", "#c44e00", "#fff4c2")
DARK: Final = Theme("#12161c", "#e6e9ee", "#a3adb9", "#8b96a3", "#56b4e9", "#ff9a4d", "#4a3d0a")
