"""Layers that exist in PyTorch under the same names, written once for both: `nn` is ours, or `torch.nn`.

The numbers of parameters are set by name, so that both have the same. `calls` are expressions in `layer` and the inputs
x, y, ...; where PyTorch spells a call differently, its spelling follows. The last call is differentiated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tests.tensor.cases import Array, numbers


class Twin(NamedTuple):
    """A layer, what is done with it, and on what."""

    layer: str
    inputs: tuple[Array, ...]
    calls: tuple[str, ...] = ("layer(x)",)
    torch_calls: tuple[str, ...] = ()
    torch_layer: str = ""


def start(names: dict[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return the numbers that each parameter starts from, given the names and shapes."""
    return {name: numbers(*names[name], shift=3 * place + 1) * 0.7 for place, name in enumerate(sorted(names))}


def _function(call: str, torch_call: str, *inputs: Array) -> Twin:
    """Return a function as a layer that holds nothing."""
    return Twin("nn.Module()", inputs, (call,), (torch_call,))


def _attention(layer: str, call: str, torch_call: str, *inputs: Array, torch_layer: str = "") -> Twin:
    return Twin(layer, inputs, (call,), (torch_call,), torch_layer)


_MOVED = ("layer(y)", "layer(0.3 * x - 1.0)", "layer(x)")
_USED = ("layer(y)", "layer(x)", "layer.eval()(x)")
_HEADS = tuple(numbers(2, 2, length, 3, shift=shift) for shift, length in enumerate((3, 4, 4)))
_SEQUENCE, _MEMORY = numbers(2, 3, 4), numbers(2, 5, 4, shift=1)
_SEEN = "np.array([[True, False, True], [True, True, False], [False, True, True]])"
_PADDING = "np.array([[False, False, True], [False, False, False]])"
_TORCH_SEEN, _TORCH_PADDING = f"torch.tensor({_SEEN})", f"torch.tensor({_PADDING})"
_IMAGES = (numbers(2, 3, 2, 2), numbers(3, 3, 1, 2, shift=1))
TWINS: dict[str, Twin] = {
    "Linear": Twin("nn.Linear(3, 2)", (numbers(2, 2, 3),)),
    "Linear without bias": Twin("nn.Linear(3, 2, bias=False)", (numbers(3),)),
    "Bilinear": Twin("nn.Bilinear(3, 2, 2)", (numbers(2, 3), numbers(2, 2, shift=1)), ("layer(x, y)",)),
    "Embedding": Twin(
        "nn.Embedding(4, 3)", (), ("layer(np.array([[0, 2], [1, 1]]))",), ("layer(torch.tensor([[0, 2], [1, 1]]))",)
    ),
    "Flatten": Twin("nn.Flatten()", (numbers(2, 3, 2),)),
    "Sequential": Twin("nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))", (numbers(2, 3),)),
    "Dropout in use": Twin("nn.Dropout(0.5).eval()", (numbers(2, 3),)),
    "Dropout1d in use": Twin("nn.Dropout1d(0.5).eval()", (numbers(2, 3, 2),)),
    "Dropout2d in use": Twin("nn.Dropout2d(0.5).eval()", (numbers(2, 3, 2, 1),)),
    "ELU": Twin("nn.ELU(0.7)", (numbers(2, 3),)),
    "GELU": Twin("nn.GELU()", (numbers(2, 3),)),
    "GELU by tanh": Twin("nn.GELU(approximate='tanh')", (numbers(2, 3),)),
    "LeakyReLU": Twin("nn.LeakyReLU(0.2)", (numbers(2, 3),)),
    "LogSoftmax": Twin("nn.LogSoftmax(1)", (numbers(2, 3),)),
    "ReLU": Twin("nn.ReLU()", (numbers(2, 3),)),
    "SiLU": Twin("nn.SiLU()", (numbers(2, 3),)),
    "Sigmoid": Twin("nn.Sigmoid()", (numbers(2, 3),)),
    "Softmax": Twin("nn.Softmax(0)", (numbers(2, 3),)),
    "Softplus": Twin("nn.Softplus()", (numbers(2, 3),)),
    "Tanh": Twin("nn.Tanh()", (numbers(2, 3),)),
    "Conv1d": Twin("nn.Conv1d(2, 4, 3, padding=1, groups=2)", (numbers(2, 2, 5),)),
    "Conv2d": Twin("nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2))", (numbers(2, 2, 5, 4),)),
    "ConvTranspose1d": Twin("nn.ConvTranspose1d(2, 3, 3, stride=2, output_padding=1)", (numbers(2, 2, 3),)),
    "ConvTranspose2d": Twin("nn.ConvTranspose2d(2, 2, (2, 3), stride=(1, 2), padding=(0, 1))", (numbers(1, 2, 3, 2),)),
    "MaxPool1d": Twin("nn.MaxPool1d(2)", (numbers(2, 2, 5),)),
    "MaxPool2d": Twin("nn.MaxPool2d(3, stride=2, padding=1)", (numbers(1, 2, 5, 4),)),
    "AvgPool1d": Twin("nn.AvgPool1d(3, stride=1, padding=1)", (numbers(2, 2, 5),)),
    "AvgPool2d": Twin("nn.AvgPool2d((2, 3))", (numbers(1, 2, 5, 4),)),
    "AdaptiveAvgPool1d": Twin("nn.AdaptiveAvgPool1d(3)", (numbers(2, 2, 5),)),
    "AdaptiveAvgPool2d": Twin("nn.AdaptiveAvgPool2d((2, 3))", (numbers(1, 2, 5, 4),)),
    "AdaptiveMaxPool1d": Twin("nn.AdaptiveMaxPool1d(2)", (numbers(2, 2, 5),)),
    "AdaptiveMaxPool2d": Twin("nn.AdaptiveMaxPool2d(2)", (numbers(1, 2, 5, 4),)),
    "RNN": Twin("nn.RNN(3, 2, num_layers=2)", (numbers(2, 3, 3),), ("layer(x)[0]",)),
    "LSTM": Twin("nn.LSTM(3, 2, bidirectional=True)", (numbers(2, 3, 3),), ("layer(x)[0]",)),
    "GRU": Twin("nn.GRU(3, 2)", (numbers(2, 3, 3),), ("layer(x)[0]",)),
    "RNNCell": Twin("nn.RNNCell(3, 2)", (numbers(2, 3), numbers(2, 2, shift=1)), ("layer(x, y)",)),
    "LSTMCell": Twin(
        "nn.LSTMCell(3, 2)", (numbers(2, 3), numbers(2, 2, shift=1), numbers(2, 2, shift=2)), ("layer(x, (y, z))",)
    ),
    "GRUCell": Twin("nn.GRUCell(3, 2)", (numbers(2, 3), numbers(2, 2, shift=1)), ("layer(x, y)",)),
    "BatchNorm1d": Twin("nn.BatchNorm1d(3)", (numbers(4, 3), numbers(2, 3, shift=1)), _MOVED),
    "BatchNorm1d with a length": Twin("nn.BatchNorm1d(2)", (numbers(3, 2, 4), numbers(1, 2, 2, shift=1)), _MOVED),
    "BatchNorm1d in use": Twin("nn.BatchNorm1d(3)", (numbers(4, 3), numbers(2, 3, shift=1)), _USED),
    "BatchNorm2d": Twin("nn.BatchNorm2d(3, momentum=0.3, eps=0.01)", _IMAGES, _MOVED),
    "BatchNorm2d in use": Twin("nn.BatchNorm2d(3)", _IMAGES, _USED),
    "BatchNorm2d of equal weight": Twin("nn.BatchNorm2d(3, momentum=None)", _IMAGES, _MOVED),
    "BatchNorm2d without weights": Twin("nn.BatchNorm2d(3, affine=False)", _IMAGES, _MOVED),
    "BatchNorm2d without averages": Twin("nn.BatchNorm2d(3, track_running_stats=False)", _IMAGES, _USED),
    "LayerNorm": Twin("nn.LayerNorm(4)", (numbers(2, 3, 4),)),
    "LayerNorm over two axes": Twin("nn.LayerNorm((3, 2), eps=0.1)", (numbers(2, 3, 2),)),
    "LayerNorm without bias": Twin("nn.LayerNorm([3], bias=False)", (numbers(2, 3),)),
    "LayerNorm without weights": Twin("nn.LayerNorm(3, elementwise_affine=False)", (numbers(3),)),
    "RMSNorm": Twin("nn.RMSNorm(4)", (numbers(2, 3, 4),)),
    "RMSNorm over two axes": Twin("nn.RMSNorm((3, 2), eps=0.1)", (numbers(2, 3, 2),)),
    "RMSNorm without weights": Twin("nn.RMSNorm(3, elementwise_affine=False)", (numbers(2, 3),)),
    "GroupNorm": Twin("nn.GroupNorm(2, 4)", (numbers(2, 4, 3),)),
    "GroupNorm of images": Twin("nn.GroupNorm(1, 3, eps=0.1)", (numbers(2, 3, 2, 2),)),
    "GroupNorm of samples": Twin("nn.GroupNorm(2, 4, affine=False)", (numbers(3, 4),)),
    "attention": _function(
        "nn.scaled_dot_product_attention(x, y, z)", "functional.scaled_dot_product_attention(x, y, z)", *_HEADS
    ),
    "causal attention": _function(
        "nn.scaled_dot_product_attention(x, y, z, causal=True, scale=0.7)",
        "functional.scaled_dot_product_attention(x, y, z, is_causal=True, scale=0.7)",
        *_HEADS,
    ),
    "masked attention": _function(
        "nn.scaled_dot_product_attention(x, y, z, mask=np.tri(3, 4, -1, bool))",
        "functional.scaled_dot_product_attention(x, y, z, attn_mask=torch.tensor(np.tri(3, 4, -1, bool)))",
        *_HEADS,
    ),
    "attention with scores": _function(
        "nn.scaled_dot_product_attention(x, x, x, mask=y)",
        "functional.scaled_dot_product_attention(x, x, x, attn_mask=y)",
        numbers(2, 2, 3, 2),
        numbers(3, 3, shift=1),
    ),
    "MultiheadAttention": _attention(
        "nn.MultiheadAttention(4, 2)", "layer(x, need_weights=True)", "layer(x, x, x)", _SEQUENCE
    ),
    "MultiheadAttention of one sequence": _attention(
        "nn.MultiheadAttention(4, 1)", "layer(x)", "layer(x, x, x, need_weights=False)[0]", numbers(3, 4)
    ),
    "MultiheadAttention without bias": _attention(
        "nn.MultiheadAttention(4, 4, bias=False)",
        "layer(x, causal=True)",
        "layer(x, x, x, attn_mask=~torch.ones(3, 3).tril().bool(), need_weights=False, is_causal=True)[0]",
        _SEQUENCE,
    ),
    "MultiheadAttention with masks": _attention(
        "nn.MultiheadAttention(4, 2)",
        f"layer(x, mask={_SEEN}, key_padding_mask={_PADDING}, need_weights=True, average_attn_weights=False)",
        f"layer(x, x, x, {_TORCH_PADDING}, True, ~{_TORCH_SEEN}, average_attn_weights=False)",
        _SEQUENCE,
    ),
    "MultiheadAttention across": _attention(
        "nn.MultiheadAttention(4, 2)",
        "layer(x, y, need_weights=True)",
        "layer(x, y, y)",
        _SEQUENCE,
        _MEMORY,
    ),
    "MultiheadAttention of other widths": _attention(
        "nn.MultiheadAttention(4, 2, kdim=3, vdim=2)",
        "layer(x, y, z)",
        "layer(x, y, z, need_weights=False)[0]",
        _SEQUENCE,
        numbers(2, 5, 3, shift=1),
        numbers(2, 5, 2, shift=2),
    ),
    "TransformerEncoderLayer": _attention(
        "nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0)", "layer(x)", "layer(x)", _SEQUENCE
    ),
    "TransformerEncoderLayer with norms first": _attention(
        "nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, activation='gelu', norm_first=True, layer_norm_eps=0.1)",
        f"layer(x, mask={_SEEN}, key_padding_mask={_PADDING})",
        f"layer(x, ~{_TORCH_SEEN}, {_TORCH_PADDING})",
        _SEQUENCE,
    ),
    "TransformerEncoderLayer without bias": _attention(
        "nn.TransformerEncoderLayer(4, 2, 5, dropout=0.0, bias=False, activation='gelu')",
        "layer(x, causal=True)",
        "layer(x, ~torch.ones(3, 3).tril().bool(), is_causal=True)",
        _SEQUENCE,
    ),
    "TransformerDecoderLayer": _attention(
        "nn.TransformerDecoderLayer(4, 2, 3, dropout=0.0, activation='gelu')",
        "layer(x, y, causal=True)",
        "layer(x, y, ~torch.ones(3, 3).tril().bool())",
        _SEQUENCE,
        _MEMORY,
    ),
    "TransformerDecoderLayer with norms first": _attention(
        "nn.TransformerDecoderLayer(4, 1, 3, dropout=0.0, activation='gelu', norm_first=True)",
        "layer(x, y, key_padding_mask=np.tri(2, 3, -1, bool), memory_mask=np.tri(3, 5, 1, bool), "
        "memory_key_padding_mask=np.tri(2, 5, -1, bool))",
        "layer(x, y, None, ~torch.tensor(np.tri(3, 5, 1, bool)), torch.tensor(np.tri(2, 3, -1, bool)), "
        "torch.tensor(np.tri(2, 5, -1, bool)))",
        _SEQUENCE,
        _MEMORY,
    ),
    "TransformerEncoder": _attention(
        "nn.TransformerEncoder([nn.TransformerEncoderLayer(4, 2, 3, dropout=0.0, activation='gelu') for _ in 'ab'], "
        "norm=nn.LayerNorm(4))",
        "layer(x)",
        "layer(x)",
        _SEQUENCE,
        torch_layer="nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3, 0.0, 'gelu'), 2, nn.LayerNorm(4))",
    ),
    "TransformerDecoder": _attention(
        "nn.TransformerDecoder([nn.TransformerDecoderLayer(4, 2, 3, dropout=0.0, activation='gelu')] * 1)",
        "layer(x, y)",
        "layer(x, y)",
        _SEQUENCE,
        _MEMORY,
        torch_layer="nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 3, 0.0, 'gelu'), 1)",
    ),
}


def variables(inputs: tuple[Any, ...]) -> dict[str, Any]:
    """Return the inputs by the names that the calls give them."""
    return dict(zip("xyz", inputs, strict=False))


def evaluate(layer: Any, calls: tuple[str, ...], inputs: tuple[Any, ...], **known: Any) -> Any:
    """Make the calls one after the other, and return what the last one gives."""
    out = None
    for call in calls:
        out = eval(call, {"layer": layer, "np": np, **known, **variables(inputs)})  # the expressions stand above
    return out
