"""Write activations.json: values and gradients of the activation modules, as PyTorch (float64, CPU) gives them.

python -m tests.golden.make_activations        # from the project's root
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from tests.golden.table import Row, write
from tests.tensor.cases import numbers

F = torch.nn.functional
NOTES = [
    f"PyTorch {torch.__version__.partition('+')[0]}, float64, made by tests/golden/make_activations.py",
    "grad is the gradient of the sum of all entries weighted by numbers(*shape, shift=5) of tests/tensor/cases.py",
    "Step is torch.heaviside with 0 at 0, which has no gradient: 0 here.",
]
AT = [[-30.0, -1.43, -0.31, -0.0], [0.0, 0.27, 1.61, 25.0], [-4.1, 0.9, 3.3, -800.0]]
#: Name, settings, PyTorch's function.
ACTIVATIONS: list[tuple[str, dict[str, Any], Callable[..., torch.Tensor]]] = [
    ("Step", {}, lambda x: torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype)) + 0.0 * x),
    ("Sigmoid", {}, torch.sigmoid),
    ("Tanh", {}, torch.tanh),
    ("ReLU", {}, F.relu),
    ("LeakyReLU", {}, F.leaky_relu),
    ("LeakyReLU", {"slope": 0.2}, lambda x: F.leaky_relu(x, 0.2)),
    ("ELU", {}, F.elu),
    ("ELU", {"alpha": 0.7}, lambda x: F.elu(x, 0.7)),
    ("SiLU", {}, F.silu),
    ("Softplus", {}, lambda x: F.softplus(x, threshold=1000.0)),
    ("GELU", {}, F.gelu),
    ("GELU", {"approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    ("Softmax", {}, lambda x: x.softmax(-1)),
    ("Softmax", {"axis": 0}, lambda x: x.softmax(0)),
    ("LogSoftmax", {}, lambda x: x.log_softmax(-1)),
    ("LogSoftmax", {"axis": 0}, lambda x: x.log_softmax(0)),
]


def row(name: str, settings: dict[str, Any], function: Callable[..., torch.Tensor]) -> Row:
    """Evaluate one activation."""
    x = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
    out = function(x)
    (gradient,) = torch.autograd.grad((out * torch.tensor(numbers(*out.shape, shift=5))).sum(), [x])
    return {"name": name, "settings": settings, "at": AT, "value": out.tolist(), "grad": gradient.tolist()}


def main() -> None:
    """Write every row."""
    write("activations", NOTES, rows=[row(*each) for each in ACTIVATIONS])


if __name__ == "__main__":
    main()
