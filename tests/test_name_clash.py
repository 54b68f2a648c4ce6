"""The distribution `autograd` (HIPS) brings a package of the same name; installed together, the mix is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def install_ours(site):
    for package in ("autograd", "nn"):
        shutil.copytree(
            ROOT / package, site / package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )


def install_theirs(site):
    """Write what matters of the other distribution: an `__init__.py` of its own, and its `tracer.py`."""
    (site / "autograd").mkdir(exist_ok=True)
    (site / "autograd" / "__init__.py").write_text("from .tracer import grad\n")
    (site / "autograd" / "tracer.py").write_text("def grad(f):\n    return f\n")


def import_in(site, module):
    program = f"import sys; sys.path.insert(0, {str(site)!r}); import {module}"
    return subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False, cwd=site)


@pytest.mark.parametrize("module", ["autograd", "nn"])
@pytest.mark.parametrize("installers", [(install_ours, install_theirs), (install_theirs, install_ours)])
def test_both_installed_in_either_order(tmp_path, installers, module):
    import numpy

    for install in installers:
        install(tmp_path)
    theirs_on_top = installers[-1] is install_theirs
    for dependency in ("numpy", "numpy.libs"):
        source = Path(numpy.__file__).parent.parent / dependency
        if source.exists():
            (tmp_path / dependency).symlink_to(source)
    run = import_in(tmp_path, module)
    if theirs_on_top and module == "autograd":
        assert run.returncode == 0  # it is theirs alone, and works; `nn` is what notices
        return
    assert run.returncode != 0
    assert "pip uninstall -y autograd chainrule" in run.stderr
    assert "HIPS" in run.stderr


def test_alone_it_imports(tmp_path):
    import numpy

    install_ours(tmp_path)
    for dependency in ("numpy", "numpy.libs"):
        source = Path(numpy.__file__).parent.parent / dependency
        if source.exists():
            (tmp_path / dependency).symlink_to(source)
    run = import_in(tmp_path, "nn")
    assert run.returncode == 0, run.stderr
