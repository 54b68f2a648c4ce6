"""The order in which the parts may know each other: a file imports only from what stands above it here."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Each entry is a module or a package; within the packages below, no cycles are allowed.
ORDER = [
    "autograd.elsewhere",
    "autograd.lazy",
    "autograd.allocation",
    "autograd.errors",
    "autograd.files",
    "autograd.options",
    "autograd.quiet",
    "autograd.recording",
    "autograd.trees",
    "autograd.node",
    "autograd.immutable",
    "autograd.primitive",
    "autograd.sweeps",
    "autograd.array_primitive",
    "autograd.primitives.comparison",
    "autograd.primitives.error_function",
    "autograd.primitives.transcendental",
    "autograd.primitives.arithmetic",
    "autograd.primitives.activations",
    "autograd.primitives.likelihood",
    "autograd.primitives.nary",
    "autograd.primitives.shaping",
    "autograd.primitives.indexing",
    "autograd.primitives.contraction",
    "autograd.primitives.reductions",
    "autograd.primitives.cross_entropy",
    "autograd.primitives.normalization",
    "autograd.primitives.attention",
    "autograd.primitives.linear_recurrence",
    "autograd.primitives.recurrent",
    "autograd.primitives.windows",
    "autograd.primitives.convolution",
    "autograd.primitives.algebra",
    "autograd.primitives",
    "autograd.operators",
    "autograd.value",
    "autograd.pool",
    "autograd.arrays.checks",
    "autograd.arrays.shapes",
    "autograd.arrays.reducing",
    "autograd.arrays.entries",
    "autograd.arrays.products",
    "autograd.arrays.algebra",
    "autograd.arrays.windows",
    "autograd.arrays.convolution",
    "autograd.arrays.pooling",
    "autograd.arrays",
    "autograd.array_node",
    "autograd.array_methods",
    "autograd.numpy_protocol",
    "autograd.forgetting",
    "autograd.tensor",
    "autograd.functions",
    "autograd.transforms.variables",
    "autograd.transforms.reverse",
    "autograd.transforms.forward",
    "autograd.transforms.batching",
    "autograd.transforms",
    "autograd.testing",
    "autograd.visual",
    "autograd.compiler",
    "autograd",
    "autograd.cli",
    "autograd.__main__",
    "nn.randomness",
    "nn.settings",
    "nn.observing",
    "nn.elsewhere",
    "nn.parts",
    "nn.states",
    "nn.summary",
    "nn.module",
    "nn.initialization",
    "nn.activations",
    "nn.metrics",
    "nn.data",
    "nn.splitting",
    "nn.folds",
    "nn.datasets",
    "nn.losses",
    "nn.scalar",
    "nn.serialization",
    "nn.layers.activations",
    "nn.layers.linear",
    "nn.layers.flow",
    "nn.layers.containers",
    "nn.layers.dropout",
    "nn.layers.batch_normalization",
    "nn.layers.normalization",
    "nn.layers.positions",
    "nn.layers.dot_product_attention",
    "nn.layers.attention",
    "nn.layers.transformer",
    "nn.layers.gpt",
    "nn.layers.recurrent_cells",
    "nn.layers.recurrent",
    "nn.layers.convolution",
    "nn.layers.pooling",
    "nn.layers",
    "nn.twins",
    "nn.optimizers",
    "nn.schedules",
    "nn.averaging",
    "nn.training",
    "nn.validation",
    "nn.estimators",
    "nn.diagnostics",
    "nn.plots",
    "nn",
    "nn.cli",
    "nn.folder",
    "nn.reports",
    "nn.demo",
    "nn.tabular",
]
#: What may be imported besides the standard library; extras only where they are used.
DEPENDENCIES = {"numpy", "graphviz", "tqdm", "safetensors", "autograd", "nn"}
EXTRAS = {"PIL", "matplotlib", "mlxtend", "pygraphviz", "sklearn", "tensorboardX"}
PACKAGES = {
    "autograd.compiler",
    "autograd.testing",
    "autograd.visual",
    "nn.data",
    "nn.datasets",
    "nn.demo",
    "nn.diagnostics",
    "nn.estimators",
    "nn.folds",
    "nn.losses",
    "nn.metrics",
    "nn.optimizers",
    "nn.plots",
    "nn.reports",
    "nn.schedules",
    "nn.tabular",
    "nn.training",
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def home(name):
    """Return the longest entry of the order that a module belongs to."""
    while name not in ORDER and "." in name:
        name = name.rpartition(".")[0]
    return name


FILES = {module_name(path): path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py")}


def imports(path, *, at_once=False):
    """List the modules that a file imports, but for type checkers alone; `at_once`: when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        or (at_once and isinstance(node, ast.FunctionDef))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else str(node.module)


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_import_only_from_above(name):
    place = ORDER.index(home(name))
    for imported in imports(FILES[name]):
        if imported.split(".")[0] not in ("autograd", "nn"):
            continue
        if home(imported) == home(name) and home(name) in PACKAGES:
            continue
        assert ORDER.index(home(imported)) < place, f"{name} imports {imported}, which stands below it"


@pytest.mark.parametrize("name", sorted(FILES))
def test_only_the_declared_dependencies_are_imported(name):
    at_once, later = (
        {imported.split(".")[0] for imported in imports(FILES[name], at_once=flag)} - sys.stdlib_module_names
        for flag in (True, False)
    )
    assert at_once <= DEPENDENCIES
    assert later <= DEPENDENCIES | EXTRAS


def test_every_entry_of_the_order_exists():
    assert set(ORDER) <= set(FILES)


def test_packages_have_no_cycles():
    below = {name: {i for i in imports(path, at_once=True) if i in FILES} for name, path in FILES.items()}
    for package in PACKAGES:
        inside = {name for name in FILES if name.startswith(f"{package}.")}
        left = {name: below[name] & inside for name in inside}
        while free := [name for name, needs in left.items() if not needs & left.keys()]:
            for name in free:
                del left[name]
        assert not left, f"these files of {package} import each other: {sorted(left)}"


def test_the_top_level_holds_nothing_else():
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:  # not a checkout but an unpacked source distribution
        return
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "autograd",
        "nn",
        "tests",
        "notebooks",
    }
