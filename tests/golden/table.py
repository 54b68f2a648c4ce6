"""Golden numbers on disk: strict JSON, one row a line, every float exact.

Finite floats are JSON numbers (Python's `repr` round-trips them, -0.0 included); nan and the infinities, which
JSON does not have, are the strings "nan", "inf" and "-inf". Hence `float` reads any cell.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
FOLDER = Path(__file__).parent


def encode(cell: Any) -> Any:
    """Spell nan and infinities as strings, in any nesting of lists and dictionaries.

    >>> encode({"at": [1.5, float("-inf")]})
    {'at': [1.5, '-inf']}
    """
    if isinstance(cell, dict):
        return {key: encode(entry) for key, entry in cell.items()}
    if isinstance(cell, list | tuple):
        return [encode(entry) for entry in cell]
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


def decode(cell: Any) -> Any:
    """Turn every number of a nested list back into a float; None (no gradient defined) stays.

    >>> decode([1, ["inf", -0.0], None])
    [1.0, [inf, -0.0], None]
    """
    if isinstance(cell, list):
        return [decode(entry) for entry in cell]
    return None if cell is None else float(cell)


def write(name: str, notes: Iterable[str], **sections: Iterable[Row]) -> None:
    """Write `tests/golden/<name>.json`: the notes, then each section with one row a line."""
    parts = {"notes": [json.dumps(note) for note in notes]}
    for section, rows in sections.items():
        parts[section] = [json.dumps(encode(row), allow_nan=False) for row in rows]
    text = ",\n".join(f'"{part}": [\n' + ",\n".join(lines) + "\n]" for part, lines in parts.items())
    (FOLDER / f"{name}.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")


def read(name: str) -> dict[str, list[Row]]:
    """Read `tests/golden/<name>.json` as written; `decode` its cells where they are used."""
    sections: dict[str, list[Row]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return sections


START = [1.5, -2.0, 0.25, 3.0]


def valley(w: Any) -> Any:
    """Return the loss that the optimizers descend: a curved, coupled valley of four parameters.

    >>> valley([1.0, 1.0, 1.0, 1.0])
    1.17
    """
    bowl = 0.5 * ((w[0] - 1.0) * (w[0] - 1.0) + 3.0 * w[1] * w[1] + 0.5 * (w[2] + 2.0) * (w[2] + 2.0))
    return (bowl + 0.1 * w[3] * w[3] + 0.05 * w[0] * w[1] * w[2] * w[3]) * 0.3


def rosenbrock(w: Any) -> Any:
    """Return the sum of Rosenbrock's curved valleys of neighbours, lowest at (1, 1, 1, 1): hard for line searches.

    >>> rosenbrock([1.0, 1.0, 1.0, 1.0])
    0.0
    """
    steep = [w[k + 1] - w[k] * w[k] for k in range(3)]
    flat = [1.0 - w[k] for k in range(3)]
    return sum(100.0 * steep[k] * steep[k] + flat[k] * flat[k] for k in range(3))


LANDSCAPES = {"valley": valley, "rosenbrock": rosenbrock}
