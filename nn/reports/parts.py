"""The parts of a page. What goes into them is text and is escaped here, unless it is said to be HTML or SVG."""

from __future__ import annotations

import platform
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files


def style() -> str:
    """Return the style sheet of all pages, light and dark."""
    return files("nn.reports").joinpath("style.css").read_text(encoding="utf-8")


def tiles(entries: Iterable[tuple[str, str, str]]) -> str:
    """Return the numbers that matter most, each as (kind, number, what it is); the kind is "good", "bad" or "".

    >>> tiles([("good", "97 %", "read rightly")])
    '<div class="tile good"><b>97 %</b><span>read rightly</span></div>'
    """
    return "\n".join(
        f'<div class="tile {kind}"><b>{escape(number)}</b><span>{escape(text)}</span></div>'
        for kind, number, text in entries
    )


def fact_rows(facts: Iterable[tuple[str, str]]) -> str:
    """Return the rows of a table of names and sentences.

    >>> fact_rows([("data", "150 flowers")])
    '<tr><th>data</th><td>150 flowers</td></tr>'
    """
    return "\n".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in facts)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int] = ()) -> str:
    """Return a table whose first column names the rows; those columns whose places are in `numbers` stand right.

    >>> table(["name", "size"], [["W", "12"]], numbers=[1]).splitlines()[-2]
    '<tr><th>W</th><td class="number">12</td></tr>'
    """
    kinds = [' class="number"' if place in numbers else "" for place in range(len(heads))]
    head = "".join(f"<th{kind}>{escape(text)}</th>" for kind, text in zip(kinds, heads, strict=True))
    lines = []
    for first, *others in rows:
        cells = "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds[1:], others, strict=True))
        lines.append(f"<tr><th>{escape(first)}</th>{cells}</tr>")
    body = "\n".join(lines)
    return f'<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def figure(pictures: Mapping[str, str], name: str, *, wide: bool = False) -> str:
    """Return a picture, which is SVG, in its frame, or nothing when there is none of that name."""
    if name not in pictures:
        return ""
    return f'<div class="picture{" wide" if wide else ""}">{pictures[name]}</div>'


def versions() -> list[str]:
    """Say what a page was made with.

    >>> versions()[0].split()[0]
    'chainrule'
    """
    made_with = []
    for distribution in ("chainrule", "numpy", "matplotlib"):
        try:
            made_with.append(f"{distribution} {version(distribution)}")
        except PackageNotFoundError:
            made_with.append(f"{distribution} (not installed)")
    return [*made_with, f"Python {platform.python_version()}", f"{platform.system()} {platform.machine()}"]
