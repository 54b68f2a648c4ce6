"""Array engines side by side: each runs the same steps, in a process and an environment of its own.

HIPS/autograd has the import name of this project, and MyGrad its own needs; so each contender is a script that knows
nothing of the others, and answers requests (`worker`). All of them find their numbers in `data`.

data         the numbers of each row, for everybody
worker       times a step, or measures its memory, when asked to
by_hand      NumPy, with gradients written by hand
arithmetic   the NumPy calls that a step cannot do without: about the least that an engine can take
ours         this project
pytorch      PyTorch, eager
hips         HIPS/autograd (with_hips.py: a script must not have the name of what it imports)
mygrad       MyGrad (with_mygrad.py)

`python -m tests.benchmarks.peers` makes the environments of the last two, in the folder that the environment variable
CHAINRULE_PEERS names (by default ~/.cache/chainrule-peers). `python -m tests.benchmarks layers` measures.

A new row: its numbers in `data`, its step under the same name in the STEPS of each script that can do it, and a line
with what is asked of it in `tests/benchmarks/layers.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.benchmarks.threads import ONE_THREAD

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
ENVIRONMENTS = Path(os.environ.get("CHAINRULE_PEERS", "~/.cache/chainrule-peers")).expanduser()
#: About the least that an engine on NumPy can take.
FLOOR = "its arithmetic alone"
#: The name in tables, the script, and what its environment is made of: None is that of this project.
CONTENDERS: dict[str, tuple[str, list[str] | None]] = {
    FLOOR: ("arithmetic.py", None),
    "NumPy by hand": ("by_hand.py", None),
    "chainrule": ("ours.py", None),
    "PyTorch": ("pytorch.py", None),
    "HIPS/autograd": ("with_hips.py", ["autograd", "scipy"]),
    "MyGrad": ("with_mygrad.py", ["mygrad"]),
}


def environment(script: str) -> Path:
    """Return the folder of the environment that a script runs in."""
    return ENVIRONMENTS / script.removeprefix("with_").removesuffix(".py")


def python_of(script: str, packages: list[str] | None) -> Path:
    """Return the interpreter that a script runs with."""
    return Path(sys.executable) if packages is None else environment(script) / "bin" / "python"


class Contender:
    """A process that runs the steps of one engine: ask it, in turns with others."""

    def __init__(self, name: str) -> None:
        script, packages = CONTENDERS[name]
        settings = os.environ | ONE_THREAD
        settings["PYTHONPATH"] = str(ROOT) if packages is None else ""
        self.process = subprocess.Popen(
            [python_of(script, packages), HERE / script], env=settings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.rows: list[str] = self.read()

    @classmethod
    @contextmanager
    def able(cls, row: str) -> Iterator[dict[str, Self]]:
        """Give the contenders that have the row and whose environment is there; they run within the block."""
        there = [name for name, (script, packages) in CONTENDERS.items() if python_of(script, packages).exists()]
        started = {name: cls(name) for name in there}
        try:
            yield {name: contender for name, contender in started.items() if row in contender.rows}
        finally:
            for contender in started.values():
                contender.close()

    def ask(self, row: str, what: str) -> Any:
        """Return the seconds, the bytes or the outcome of a step."""
        assert self.process.stdin is not None
        print(json.dumps([row, what]), file=self.process.stdin, flush=True)
        return self.read()

    def read(self) -> Any:
        """Return the next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args!r} has ended")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.communicate()
