"""Make tests/golden/recurrent.json: outputs, states and gradients of recurrent layers and cells, by PyTorch in float64.

Run from the project's folder: `python -m tests.golden.make_recurrent`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.golden.table import Row, write
from tests.tensor.cases import numbers

NOTES = [
    f"PyTorch {torch.__version__.partition('+')[0]}, float64, made by tests/golden/make_recurrent.py",
    "Every parameter, in order, holds 0.4 * numbers(*shape, shift=its place) of tests/tensor/cases.py; x has shift 20,",
    "the parts of the initial state 21 and 22. grad is that of the sum of all results, each weighted by",
    "numbers(*shape, shift=30 + its place), by x, then the parts of the initial state, then the parameters.",
    "Where lengths are given, the sequence is packed.",
]
WIDTH, UNITS = 3, 2
#: (class, settings, shape of x, whether there is an initial state, lengths)
LAYERS: list[tuple[str, dict[str, Any], list[int], bool, list[int] | None]] = [
    ("RNN", {}, [2, 4, WIDTH], False, None),
    ("RNN", {"nonlinearity": "relu", "bidirectional": True}, [2, 3, WIDTH], True, [2, 3]),
    ("RNN", {"bias": False, "num_layers": 2}, [3, WIDTH], True, None),
    ("LSTM", {}, [2, 4, WIDTH], True, None),
    ("LSTM", {"num_layers": 2, "bidirectional": True}, [3, 4, WIDTH], True, [4, 1, 2]),
    ("LSTM", {"bidirectional": True, "bias": False}, [3, WIDTH], False, None),
    ("LSTM", {"num_layers": 3}, [1, 1, WIDTH], False, [1]),
    ("GRU", {}, [2, 4, WIDTH], False, None),
    ("GRU", {"num_layers": 2, "bidirectional": True}, [3, 4, WIDTH], True, [2, 4, 3]),
    ("GRU", {"bias": False}, [3, WIDTH], True, None),
    ("RNNCell", {}, [2, WIDTH], True, None),
    ("RNNCell", {"nonlinearity": "relu"}, [2, WIDTH], False, None),
    ("LSTMCell", {}, [2, WIDTH], True, None),
    ("LSTMCell", {"bias": False}, [WIDTH], False, None),
    ("GRUCell", {}, [2, WIDTH], False, None),
    ("GRUCell", {}, [WIDTH], True, None),
]


def leaf(*shape: int, shift: int) -> torch.Tensor:
    return torch.tensor(numbers(*shape, shift=shift), requires_grad=True)


def initial(kind: str, settings: dict[str, Any], shape: list[int]) -> list[torch.Tensor]:
    """Return the parts of an initial state."""
    lead = shape[:-1]
    if not kind.endswith("Cell"):
        lead = [settings.get("num_layers", 1) * (1 + settings.get("bidirectional", False)), *shape[:-2]]
    return [leaf(*lead, UNITS, shift=21 + place) for place in range(2 if kind.startswith("LSTM") else 1)]


def flat(results: Any) -> list[torch.Tensor]:
    return [results] if isinstance(results, torch.Tensor) else [each for part in results for each in flat(part)]


def run(module: Any, x: torch.Tensor, state: Any, lengths: list[int] | None) -> list[torch.Tensor]:
    """Return the outputs and the parts of the state."""
    if lengths is None:
        return flat(module(x, state))
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    out, last = module(packed, state)
    return flat([pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])[0], last])


def row(kind: str, settings: dict[str, Any], shape: list[int], has_state: bool, lengths: list[int] | None) -> Row:
    """Evaluate one module."""
    layout = {} if kind.endswith("Cell") else {"batch_first": True}
    module = getattr(torch.nn, kind)(WIDTH, UNITS, dtype=torch.float64, **layout, **settings)
    names = [name for name, _ in module.named_parameters()]
    with torch.no_grad():
        for place, parameter in enumerate(module.parameters()):
            parameter.copy_(0.4 * torch.tensor(numbers(*parameter.shape, shift=place)))
    x, parts = leaf(*shape, shift=20), initial(kind, settings, shape) if has_state else []
    results = run(module, x, (parts[0] if len(parts) == 1 else tuple(parts)) if parts else None, lengths)
    weights = [torch.tensor(numbers(*each.shape, shift=30 + place)) for place, each in enumerate(results)]
    total = sum((each * weight).sum() for each, weight in zip(results, weights, strict=True))
    gradients = torch.autograd.grad(total, [x, *parts, *module.parameters()])
    given = {"kind": kind, "settings": settings, "shape": shape, "state": len(parts), "lengths": lengths}
    return given | {
        "names": names,
        "results": [each.tolist() for each in results],
        "grad": [each.tolist() for each in gradients],
    }


def main() -> None:
    """Write every row."""
    write("recurrent", NOTES, rows=[row(*layer) for layer in LAYERS])


if __name__ == "__main__":
    main()
