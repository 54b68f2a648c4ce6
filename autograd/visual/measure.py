"""How wide a text will be, without asking a font: printable text, cut to length and measured.

The widths are those of DejaVu Sans, the widest of the fonts that pictures ask for, so that a box measured here
holds its text in any of them.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: Width classes in hundredths of the font size, and the characters in each.
_CLASSES: Final = {
    30: "'IJijl",
    34: " ,./:;\\|",
    42: "()[]!rtf-",
    54: '"*_`sz?²₀₁₂₃₄₅₆₇₈₉',
    64: "$0123456789{}FLPTYEScabdeghknopquvxykσΣ∂",
    71: "ABCKRVXZ",
    79: "DGHNOQU&",
    84: "#+<=>^~w×÷−→√",
    100: "%mMW@…⋮",
}
_WIDTHS: Final = {character: width for width, characters in _CLASSES.items() for character in characters}
_OTHER: Final = 66
_IDEOGRAPH: Final = 104
_BOLD: Final = 1.12


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return an upper bound of the width of a line of text in a sans-serif font of `size` pixels.

    >>> text_width("tanh", 10.0) < text_width("tanh", 10.0, bold=True) < text_width("sigmoid", 10.0)
    True
    """
    return sum(map(_character_width, text)) / 100 * size * (_BOLD if bold else 1.0)


def _character_width(character: str) -> int:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    return _IDEOGRAPH if unicodedata.east_asian_width(character) in "WF" else _OTHER


def shorten(text: str, length: int = 32) -> str:
    r"""Return one printable line of at most `length` characters; what is cut is marked by an ellipsis.

    >>> shorten("a  long\nlabel")
    'a long label'
    >>> shorten("abcdefgh", 5)
    'abcd…'
    """
    line = " ".join(printable(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def printable(text: str) -> str:
    r"""Replace what no picture format can hold (control characters, lone surrogates) by the replacement mark.

    >>> printable("a\x1b[31m") == "a\ufffd[31m"
    True
    """
    return "".join("\ufffd" if _unprintable(character) else character for character in text)


def _unprintable(character: str) -> bool:
    # Cc: controls, Cs: lone surrogates; the direction overrides would reorder the text around them.
    if character in "\t\n\r":
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e"


def number(x: float) -> str:
    """Write a number with the four digits that a picture has room for, or all of them before the point.

    >>> number(2.0), number(-0.70710678), number(65819.2), number(1e-9), number(float("nan")), number(-0.0)
    ('2', '-0.7071', '65819', '1e-09', 'nan', '-0')
    """
    return f"{x:.0f}" if 1e4 <= abs(x) < 1e7 else f"{x:.4g}"
