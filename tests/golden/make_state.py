"""Make tests/golden/state.safetensors and state.json: the state of a network of PyTorch, and what it answers.

Run from the project's folder: `python -m tests.golden.make_state`.
"""

from __future__ import annotations

import torch
from safetensors.torch import save_file

from tests.golden.table import FOLDER, write
from tests.tensor.cases import numbers

NOTES = [f"PyTorch {torch.__version__.partition('+')[0]}, float32, made by tests/golden/make_state.py"]


class Network(torch.nn.Module):
    """Layers whose states are laid out in different ways."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 2), torch.nn.BatchNorm2d(3), torch.nn.ReLU())
        self.read = torch.nn.LSTM(9, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.mixed = torch.nn.TransformerEncoderLayer(8, 2, 5, dropout=0.0, batch_first=True)
        self.said = torch.nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let every layer have a part in the answer."""
        steps, _ = self.read(self.seen(x).flatten(2))
        return self.said(self.mixed(steps)[:, -1])


def main() -> None:
    """Write both files."""
    torch.manual_seed(0)
    network, x = Network(), torch.tensor(numbers(2, 1, 4, 4), dtype=torch.float32)
    network(3.0 * x + 1.0)  # moves the running averages
    save_file(network.state_dict(), FOLDER / "state.safetensors")
    with torch.no_grad():
        write("state", NOTES, answer=network.eval()(x).tolist())


if __name__ == "__main__":
    main()
