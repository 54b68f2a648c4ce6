"""Make tests/golden/twins.json: the layers of tests/nn/torch_twins.py, by PyTorch in float64.

Run from the project's folder: `python -m tests.golden.make_twins`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from tests.golden.table import Row, write
from tests.nn.torch_twins import TWINS, evaluate, start
from tests.tensor.cases import numbers

NOTES = [
    f"PyTorch {torch.__version__.partition('+')[0]}, float64, made by tests/golden/make_twins.py",
    "gradients are those of the sum of all entries weighted by numbers(*shape, shift=5) of tests/tensor/cases.py",
]


class BatchFirst:
    """The layers of `torch.nn`, with the batch as the first axis of sequences, as everywhere here."""

    def __getattr__(self, kind: str) -> Any:
        made = getattr(torch.nn, kind)
        sequential = kind in ("MultiheadAttention", "RNN", "LSTM", "GRU") or (
            kind.startswith("Transformer") and kind.endswith("Layer")
        )
        return partial(made, batch_first=True) if sequential else made


def row(name: str) -> Row:
    """Evaluate one layer."""
    twin = TWINS[name]
    layer = eval(twin.torch_layer or twin.layer, {"nn": BatchFirst()}).double()
    parameters = dict(layer.named_parameters())
    for path, array in start({path: tuple(p.shape) for path, p in parameters.items()}).items():
        parameters[path].data = torch.from_numpy(array)
    inputs = tuple(torch.from_numpy(x).requires_grad_() for x in twin.inputs)
    out = evaluate(layer, twin.torch_calls or twin.calls, inputs, torch=torch, functional=torch.nn.functional)
    out = out if isinstance(out, tuple) else (out,)
    wanted = (*inputs, *parameters.values())
    loss = sum((each * torch.from_numpy(numbers(*each.shape, shift=5))).sum() for each in out)
    gradients = torch.autograd.grad(loss, wanted, allow_unused=True, materialize_grads=True)
    return {
        "name": name,
        "values": [nested(each) for each in out],
        "input gradients": [nested(gradient) for gradient in gradients[: len(inputs)]],
        "gradients": {path: nested(g) for path, g in zip(parameters, gradients[len(inputs) :], strict=True)},
        "buffers": {path: nested(buffer) for path, buffer in layer.named_buffers()},
    }


def nested(cell: torch.Tensor) -> Any:
    """Unwrap an array to nested lists."""
    return cell.detach().tolist()


def main() -> None:
    """Write every row."""
    write("twins", NOTES, layers=[row(name) for name in TWINS])


if __name__ == "__main__":
    main()
