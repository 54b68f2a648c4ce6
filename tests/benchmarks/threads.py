"""One thread for everybody: libraries read these settings when they are loaded, so a process starts again with them."""

from __future__ import annotations

import os
import subprocess
import sys

#: What the BLAS, OpenMP, Numba and XLA that come with the peers look at.
ONE_THREAD = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1"),
    **dict.fromkeys(("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def restart_on_one_thread() -> None:
    """Run this same command in a process where the settings hold, and end with its exit code; return if they do."""
    if all(os.environ.get(name) == setting for name, setting in ONE_THREAD.items()):
        return
    command = [sys.executable, *sys.orig_argv[1:]]
    raise SystemExit(subprocess.run(command, env=os.environ | ONE_THREAD, check=False).returncode)
