"""Make the environments of the peers: `python -m tests.benchmarks.peers`."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.peers import CONTENDERS, environment, python_of

if __name__ == "__main__":
    for script, packages in CONTENDERS.values():
        if packages is not None:
            subprocess.run([sys.executable, "-m", "venv", environment(script)], check=True)
            subprocess.run([python_of(script, packages), "-m", "pip", "install", "-q", *packages], check=True)
            print(f"{environment(script)}: {', '.join(packages)}")
