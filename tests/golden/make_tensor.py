"""Make tests/golden/tensor.json: values and gradients of the table in tests/tensor/cases.py, by PyTorch in float64.

Run from the project's folder: `python -m tests.golden.make_tensor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.golden.table import Row, write
from tests.tensor.cases import CASES, _index, _mask, numbers

NOTES = [
    f"PyTorch {torch.__version__.partition('+')[0]}, float64, made by tests/golden/make_tensor.py",
    "grad is the gradient of the sum of all entries weighted by numbers(*shape, shift=5) of tests/tensor/cases.py",
]
INDEX, MASK = torch.tensor(_index), torch.tensor(_mask)


def _pad(x: Any) -> Any:
    return functional.pad(x, (0, 2, 1, 0), value=0.5) ** 2


def _windows(x: Any) -> Any:
    return torch.stack([x[start : start + 5 : 2] for start in (0, 2)]) * x[0]


def _index_set(x: Any, y: Any) -> Any:
    return torch.cat([x[:1], y]) * x


def _index_add(x: Any, y: Any) -> Any:
    return x.index_add(0, torch.tensor([0, 0]), y) * x


def _sequence(cell: Callable[..., tuple[Any, ...]]) -> Callable[..., Any]:
    def run(u: Any, weight: Any, bias: Any, start: Any) -> Any:
        state, states = tuple(start), []
        for x in u:
            state = cell(x, state[0] @ weight.T + bias, state)
            states.append(torch.stack(state))
        return torch.stack(states, 1)

    return run


def _recurrence(v: Any, weight: Any, coefficients: Any) -> Any:
    h, c = v[:, 0]
    states = [torch.stack([h + coefficients[2, 0] * c, c])]
    for t in range(1, v.shape[1]):
        h, c = states[-1]
        c = v[1, t] + coefficients[0, t] * (h @ weight.T) + coefficients[1, t] * c
        states.append(torch.stack([v[0, t] + coefficients[2, t] * c, c]))
    return torch.stack(states, 1)


def _lstm(u: Any, p: Any, state: Any) -> tuple[Any, ...]:
    i, f, g, o = (u + p).chunk(4, -1)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    c = f * state[1] + i * g
    return o * c.tanh(), c, g, i, f, o


def _gru(u: Any, p: Any, state: Any) -> tuple[Any, ...]:
    (u_r, u_z, u_n), (p_r, p_z, m) = u.chunk(3, -1), p.chunk(3, -1)
    r, z = (u_r + p_r).sigmoid(), (u_z + p_z).sigmoid()
    n = (u_n + r * m).tanh()
    return (1 - z) * n + z * state[0], r, z, n, m


TORCH: dict[str, Callable[..., Any]] = {
    "reshape": lambda x: x.reshape(3, -1),
    "reshape of a transpose": lambda x: x.T.reshape(6),
    "transpose": lambda x: x.permute(2, 0, 1),
    "swapaxes": lambda x: x.swapaxes(0, -1),
    "moveaxis": lambda x: x.moveaxis(0, -1),
    "expand_dims and squeeze": lambda x: x.unsqueeze(-1),
    "broadcast_to": lambda x: x.broadcast_to(2, 3, 2),
    "astype": lambda x: x.double(),
    "concatenate": lambda x, y: torch.cat([x, y, x], 1),
    "concatenate of nothing": lambda x, y: torch.cat([x, y]),
    "stack": lambda x, y: torch.stack([x, y], -1),
    "split": lambda x: x[:, 1:2] * x[:, 2:],
    "flip": lambda x: x.flip(0) * x.flip((0, 1)),
    "roll": lambda x: x.roll(1, 1) * x.roll(-2),
    "pad": _pad,
    "tile": lambda x: x.tile(2, 1, 2),
    "repeat": lambda x: x.repeat_interleave(2, 1),
    "tril": lambda x: x.tril(-1) + x.triu(1),
    "basic index": lambda x: x[1].flip(0)[::2, None] * x[0, -1, 0],
    "index of positions": lambda x: x[INDEX],
    "index of mixed kinds": lambda x: x[1:, [0, 2, 0]],
    "mask": lambda x: x[MASK],
    "take": lambda x: x[:, [2, 0, 2]],
    "take_along_axis": lambda x: x.take_along_dim(INDEX, 1),
    "rows of an embedding": lambda x: x[torch.tensor([0, 1, 0, -1, 1])],
    "index_set": _index_set,
    "index_add": _index_add,
    "diagonal": lambda x: x.diagonal(1) * x[:, :2].trace(),
    "sort": lambda x: x.sort(0).values ** 2,
    "where": lambda x, y: torch.where(MASK, x, y),
    "clip": lambda x: x.clip(-0.7, 0.9) * x,
    "sum": lambda x: x.sum((0, -1)) * x.sum(),
    "sum of an empty axis": lambda x, y: x.sum(0) * y,
    "mean": lambda x: x.mean(1, keepdim=True) * x,
    "amax": lambda x: x.amax(1) * x.amax(),
    "amin": lambda x: x.amin(0, keepdim=True) * x.amin(),
    "prod": lambda x: x.prod(1) + x.prod(),
    "prod over several axes": lambda x: x.prod(2).prod(0),
    "cumsum": lambda x: x.cumsum(1) * x.cumsum(0),
    "cumprod": lambda x: x.cumprod(1) * x.cumprod(0),
    "var": lambda x: x.var(1),
    "std": lambda x: x.std(0, correction=0) * x.std(correction=0),
    "norm": lambda x: torch.linalg.vector_norm(x, dim=1),
    "norm 3": lambda x: torch.linalg.vector_norm(x, 3, dim=0),
    "norm inf": lambda x: torch.linalg.vector_norm(x, torch.inf, dim=0) + torch.linalg.vector_norm(x, 1, dim=0),
    "logsumexp": lambda x: x.logsumexp(1) + x.logsumexp((0, 1)),
    "softmax": lambda x: x.softmax(0) * x.softmax(1),
    "log_softmax": lambda x: x.log_softmax(-1) * x,
    "cross_entropy of labels": lambda x: functional.cross_entropy(x, INDEX, reduction="none"),
    "mean cross_entropy of labels": lambda x: functional.cross_entropy(x, INDEX) * x,
    "cross_entropy of distributions": lambda x, t: -(t * x.log_softmax(0)).sum(0),
    **{
        name: lambda x, y: x @ y
        for name in CASES
        if name.startswith("matmul") and not name.endswith(("elsewhere", "empty axis"))
    },
    "matmul of what lies elsewhere": lambda x, y: x.T @ y.swapaxes(0, 1)[:, ::2],
    "matmul of an empty axis": lambda x, y, z: x @ y + z,
    "linear": functional.linear,
    "linear of a stack": functional.linear,
    "einsum": lambda x, y: torch.einsum("bij,bjk->bik", x, y),
    "einsum of three": lambda x, y, z: torch.einsum("ij,jk,k->i", x, y, z),
    "einsum over what stands nowhere else": lambda x, y: x.sum() * y,
    "einsum of a diagonal": lambda x: x.diagonal() * x.trace(),
    "einsum with dots": lambda x, y: (x * y).sum(-1),
    "tensordot": lambda x, y: torch.tensordot(x, y, 1),
    "outer": torch.outer,
    "rnn_tanh": _sequence(lambda u, p, state: ((u + p).tanh(),)),
    "rnn_relu": _sequence(lambda u, p, state: ((u + p).relu(),)),
    "lstm": _sequence(_lstm),
    "gru": _sequence(_gru),
    "forward_recurrence": _recurrence,
    "inv": torch.linalg.inv,
    "inv of a stack": torch.linalg.inv,
    "solve": torch.linalg.solve,
    "solve for columns": torch.linalg.solve,
    "det": torch.linalg.det,
    "slogdet": lambda x: torch.linalg.slogdet(x).logabsdet,
    "cholesky": lambda x: torch.linalg.cholesky(0.5 * (x + x.T)),
    "centre": lambda x: (x - x.mean((0, 2), keepdim=True)) ** 2,
    "unit_rms": lambda x: functional.rms_norm(x, (3,), eps=0.1),
    "unit_rms of everything": lambda x: x / (x * x).mean().sqrt(),
    "scale_shift of the last axis": lambda x, scale, shift: x * scale + shift,
    "scale_shift": lambda x, scale, shift: x * scale + shift,
    "masked_softmax": lambda x: x.masked_fill(~MASK, -torch.inf).softmax(-1),
    "masked_softmax of nothing": lambda x: torch.stack([x[0].softmax(-1), 0 * x[1]]),
    "windows": _windows,
    "windows in two dimensions": lambda x: x.unfold(1, 2, 1).unfold(2, 2, 2).sum((-1, -2)) ** 2,
    "add": lambda x, y: x + y + 1.0,
    "subtract": lambda x, y: 2.0 - x - y,
    "multiply": lambda x, y: x * y * 2.0,
    "divide": lambda x, y: x / y + 1.0 / y,
    "power": lambda x, y: x**y + x**3 + y**2 + 2.0**y,
    "maximum": lambda x, y: torch.maximum(x, y) * x.clamp(max=0.2),
    "arctan2": torch.arctan2,
    "activations": lambda x: (
        x.relu() * x.sigmoid()
        + functional.softplus(x)
        + functional.gelu(x)
        + functional.silu(x)
        + functional.elu(x)
        + functional.leaky_relu(x)
    ),
    "leaky slopes that learn": lambda x, slope: torch.where(x > 0, x, slope * x),
    "transcendental": lambda x: (
        x.exp() + x.log() * x.sqrt() + x.sin() * x.cos() + x.tanh() + x.log1p() + x.expm1() + x.erf()
    ),
    "a number": lambda x, y: x * y + x,
}
#: Where several entries tie, or a derivative is delicate: (name, PyTorch's expression, ours, at).
TIES: list[tuple[str, str, str, Any]] = [
    ("amax", "x.amax(1)", "x.max(axis=1)", [[1.0, 1.0, 0.0], [2.0, 3.0, 3.0]]),
    ("amin", "x.amin()", "x.min()", [[1.0, 1.0, 2.0]]),
    ("maximum", "torch.maximum(x, x.flip(0))", "autograd.maximum(x, autograd.flip(x))", [1.0, 1.0]),
    ("relu at 0", "x.relu()", "x.relu()", [0.0, -0.0, 1.0]),
    ("relu of nan", "x.relu()", "x.relu()", [float("nan"), 1.0]),
    ("abs at 0", "x.abs()", "abs(x)", [0.0, -1.0]),
    ("norm at 0", "torch.linalg.vector_norm(x, dim=1)", "x.norm(axis=1)", [[0.0, 0.0], [3.0, 4.0]]),
    ("prod with a zero", "x.prod(1)", "x.prod(axis=1)", [[0.0, 2.0, 3.0], [0.0, 0.0, 1.0]]),
    ("cumprod with a zero", "x.cumprod(0)", "x.cumprod(0)", [2.0, 0.0, 3.0, 4.0]),
    ("logsumexp of -inf", "x.logsumexp(0)", "x.logsumexp(axis=0)", [-np.inf, 1.0]),
    ("logsumexp of huge numbers", "x.logsumexp(0)", "x.logsumexp(axis=0)", [1e4, 1e4 + 1]),
    ("softmax of huge numbers", "(x.softmax(0) * x[0])", "(x.softmax(axis=0) * x[0])", [1e4, 1e4 + 1]),
    ("softmax with a mask", "(x.softmax(0) ** 2)", "(x.softmax(axis=0) ** 2)", [0.3, -np.inf, 0.7]),
    ("0 ** 0.5", "x ** 0.5", "x ** 0.5", [0.0, 4.0]),
    ("0 ** 2", "x ** 2", "x ** 2", [0.0, -3.0]),
    ("0 ** 0", "x ** 0", "x ** 0", [0.0, 2.0]),
    ("log at 0", "x.log()", "x.log()", [0.0, 1.0]),
    ("clip at its bounds", "x.clip(0.0, 1.0)", "x.clip(0.0, 1.0)", [0.0, 0.5, 1.0, 2.0]),
]


def number(cell: torch.Tensor) -> Any:
    """Unwrap an array to nested lists of floats."""
    return cell.detach().double().tolist()


def row_of(name: str, at: Iterable[Any], function: Callable[..., Any]) -> Row:
    """Evaluate one case."""
    inputs = [torch.tensor(x.copy(), dtype=torch.float64, requires_grad=True) for x in at]
    out = function(*inputs)
    weights = torch.tensor(numbers(*out.shape, shift=5))
    gradients = torch.autograd.grad((out * weights).sum(), inputs, materialize_grads=True)
    return {"name": name, "value": number(out), "grad": [number(gradient) for gradient in gradients]}


def tie(name: str, expression: str, ours: str, at: Any) -> Row:
    """Evaluate one delicate case."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    out = eval(expression, {"x": x, "torch": torch})
    (gradient,) = torch.autograd.grad(out.sum(), [x])
    return {"name": name, "ours": ours, "at": number(x), "value": number(out), "grad": number(gradient)}


def main() -> None:
    """Write every row."""
    write(
        "tensor",
        NOTES,
        cases=[row_of(name, CASES[name].inputs, TORCH[name]) for name in CASES],
        ties=[tie(*each) for each in TIES],
    )


if __name__ == "__main__":
    main()
