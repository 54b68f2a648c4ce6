"""Attention, its masks, and positions, beyond what PyTorch says."""

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, Tensor
from nn.layers.dot_product_attention import attention_weights
from tests.tensor.cases import numbers

Q, K, V = numbers(2, 3, 4), numbers(2, 5, 4, shift=1), numbers(2, 5, 2, shift=2)


def test_attention_is_its_equation():
    scores = np.einsum("bte,bse->bts", Q, K) / 2.0
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(nn.scaled_dot_product_attention(Q, K, V), weights @ V, rtol=1e-13)


def test_masks_of_all_kinds_say_the_same():
    seen = np.tri(3, 5, 1, dtype=bool)
    expected = nn.scaled_dot_product_attention(Q, K, V, mask=seen)
    added = np.where(seen, 0.0, -np.inf)
    np.testing.assert_allclose(nn.scaled_dot_product_attention(Q, K, V, mask=added), expected, rtol=1e-13)
    np.testing.assert_array_equal(nn.scaled_dot_product_attention(Q, K, V, mask=np.stack([seen, seen])), expected)
    np.testing.assert_array_equal(
        attention_weights(Q, K, causal=True), attention_weights(Q, K, mask=np.tri(3, 5, dtype=bool))
    )


def test_where_nothing_may_be_looked_at_there_are_zeros_and_no_gradient():
    q = Tensor(Q)
    out = nn.scaled_dot_product_attention(q, K, V, mask=np.array([[True], [False], [True]]))
    assert not out.data[:, 1].any()
    out.sum().backward()
    assert not q.grad[:, 1].any()
    assert np.isfinite(q.grad).all()
    assert q.grad[:, 0].any()


def test_minus_infinity_in_a_mask_is_as_false():
    seen = np.array([[True, False, True], [False, False, False], [True, True, True]])
    results = []
    for mask in (seen, np.where(seen, 0.0, -np.inf)):
        inputs = [Tensor(x) for x in (Q, K[:, :3], V[:, :3])]
        out = nn.scaled_dot_product_attention(*inputs, mask=mask)
        out.sum().backward()
        results.append([out.data, *(x.grad for x in inputs)])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(found, expected)
        assert np.isfinite(found).all()


def test_what_is_masked_does_not_matter():
    layer, x = nn.MultiheadAttention(4, 2, rng=0), numbers(2, 3, 4)
    other = x.copy()
    other[:, 2] = 100.0
    np.testing.assert_array_equal(layer(x, causal=True).data[:, :2], layer(other, causal=True).data[:, :2])
    padding = np.array([[False, False, True]] * 2)
    first, second = (layer(each, key_padding_mask=padding).data[:, :2] for each in (x, other))
    np.testing.assert_array_equal(first, second)


def test_a_mask_of_each_sequence_counts_for_all_its_heads():
    layer, x = nn.MultiheadAttention(4, 2, rng=0), numbers(2, 3, 4)
    masks = np.stack([np.tri(3, 3, dtype=bool), np.tri(3, 3, 1, dtype=bool)])
    found = layer(x, mask=masks).data
    for place in range(2):
        np.testing.assert_allclose(found[place], layer(x[place], mask=masks[place]).data, rtol=1e-13)
    learned = Tensor(np.where(masks, 0.0, -1e9))
    np.testing.assert_allclose(layer(x, mask=learned).data, found, rtol=1e-13)
    layer(x, mask=learned).sum().backward()
    assert learned.grad.shape == (2, 3, 3)


def test_changing_a_mask_afterwards_changes_nothing():
    x, mask = Tensor(Q), np.ones((3, 5), bool)
    out = nn.scaled_dot_product_attention(x, K, V, mask=mask)
    mask[:] = False
    out.sum().backward()
    assert x.grad.any()


def test_dropout_leaves_out_weights_in_training_only():
    layer, x = nn.MultiheadAttention(4, 2, dropout=0.5, rng=0), numbers(2, 3, 4)
    _, weights = layer(x, need_weights=True, average_attn_weights=False)
    out = nn.scaled_dot_product_attention(Q, K, V, dropout=nn.Dropout(0.5, rng=0))
    assert weights.shape == (2, 2, 3, 3)
    assert not np.array_equal(out, nn.scaled_dot_product_attention(Q, K, V))
    assert not np.array_equal(layer(x).data, layer(x).data)
    layer.eval()
    np.testing.assert_array_equal(layer(x).data, layer(x).data)


def test_weights_start_as_in_pytorch():
    layer = nn.MultiheadAttention(32, 4, rng=0)
    bound = np.sqrt(6 / 128)
    assert 0.99 * bound < np.abs(layer.in_proj_weight.data).max() <= bound
    assert not layer.in_proj_bias.data.any()
    assert not layer.out_proj.bias.data.any()
    np.testing.assert_array_equal(layer.in_proj_weight.data, nn.MultiheadAttention(32, 4, rng=0).in_proj_weight.data)
    assert [p.label for p in layer.parameters()] == [
        "in_proj_weight",
        "in_proj_bias",
        "out_proj.weight",
        "out_proj.bias",
    ]
    assert repr(layer) == "MultiheadAttention(32, 4)"


def test_empty_sequences_and_batches():
    layer = nn.MultiheadAttention(4, 2, rng=0)
    assert layer(np.zeros((0, 3, 4))).shape == (0, 3, 4)
    assert layer(np.zeros((2, 0, 4))).shape == (2, 0, 4)


def test_sinusoidal_positions_are_the_equation_of_the_paper():
    table = nn.sinusoidal(50, 6)
    for position, i in ((0, 0), (3, 1), (49, 2)):
        angle = position / 10000 ** (2 * i / 6)
        np.testing.assert_allclose(table[position, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], rtol=1e-12)
    x = numbers(2, 3, 6)
    np.testing.assert_array_equal(nn.SinusoidalPositions(6)(x), x + nn.sinusoidal(3, 6))


def test_rotated_products_depend_on_distances_only():
    q, k = numbers(1, 6), numbers(1, 6, shift=1)
    at = {place: (nn.rotary(q, positions=[place]), nn.rotary(k, positions=[place])) for place in (0, 2, 5, 7)}
    near, far = at[2][0] @ at[0][1].T, at[7][0] @ at[5][1].T
    np.testing.assert_allclose(near, far, rtol=1e-12)
    assert not np.isclose(near, at[5][0] @ at[0][1].T)
    np.testing.assert_allclose(np.linalg.norm(at[7][0]), np.linalg.norm(q), rtol=1e-13)
    sequence = numbers(2, 3, 4)
    np.testing.assert_array_equal(nn.rotary(sequence), nn.rotary(sequence, positions=[0, 1, 2]))


def test_rotary_turns_pairs_by_their_angles():
    x, angle = numbers(3, 4), 2 * 10000 ** (-2 / 4)
    turned = complex(*x[2, 2:]) * np.exp(1j * angle)
    np.testing.assert_allclose(nn.rotary(x)[2, 2:], [turned.real, turned.imag], rtol=1e-13)


@pytest.mark.parametrize("layer", [nn.SinusoidalPositions(4), nn.LearnedPositions(5, 4, rng=0), nn.RotaryPositions()])
def test_positions_keep_precision_and_pass_gradients_on(layer):
    x = Tensor(numbers(2, 3, 4), dtype=np.float32)
    out = layer.astype(np.float32)(x)
    assert out.dtype == np.float32
    out.sum().backward()
    assert x.grad.shape == x.shape
    assert x.grad.dtype == np.float32


def test_text_of_positions():
    layers = [nn.SinusoidalPositions(4), nn.LearnedPositions(5, 4), nn.RotaryPositions(), nn.RotaryPositions(base=10.0)]
    assert [repr(layer) for layer in layers] == [
        "SinusoidalPositions(4)",
        "LearnedPositions(5, 4)",
        "RotaryPositions()",
        "RotaryPositions(base=10.0)",
    ]


X = np.zeros((2, 3, 4))


@pytest.mark.parametrize(
    ("attempt", "error", "match"),
    [
        (lambda: nn.scaled_dot_product_attention(Q, V, V), ShapeError, r"got \(2, 3, 4\) and \(2, 5, 2\)"),
        (lambda: nn.scaled_dot_product_attention(Q, K, V[:, :4]), ShapeError, "there are 5 keys, but values of shape"),
        (lambda: nn.scaled_dot_product_attention(Q[0, 0], K, V), ShapeError, "expected queries"),
        (lambda: attention_weights(Q, K, mask=np.ones((5, 3), bool)), ShapeError, r"mask of shape \(5, 3\) does not"),
        (lambda: attention_weights(Q, K, mask=np.ones((3, 5), int)), OperandError, r"got int64; try mask.astype\(bool"),
        (lambda: nn.MultiheadAttention(6, 4), DomainError, "a width of 6 does not fall into 4 heads"),
        (lambda: nn.MultiheadAttention(0, 1), DomainError, "embed_dim must be a whole number, 1 or more, got 0"),
        (lambda: nn.MultiheadAttention(5, 1)(X), ShapeError, r"query \(..., targets, 5\).*got \(2, 3, 4\)"),
        (lambda: nn.MultiheadAttention(4, 2)(X, X[:1]), ShapeError, "of one batch"),
        (lambda: nn.MultiheadAttention(4, 2)(X, X, X[:, :2]), ShapeError, "of one batch"),
        (lambda: nn.MultiheadAttention(4, 2)(X[0, 0]), ShapeError, r"got \(4,\)"),
        (
            lambda: nn.MultiheadAttention(4, 2)(X, key_padding_mask=np.zeros((2, 3))),
            ShapeError,
            "truth values, True where is only padding.*got float64",
        ),
        (lambda: attention_weights(Q[..., :0], K[..., :0]), ShapeError, r"of one width, at least 1, got \(2, 3, 0\)"),
        (lambda: nn.sinusoidal(1.5, 4), DomainError, "length must be a whole number, 0 or more, got 1.5"),
        (lambda: nn.rotary(X, base=0.0), DomainError, "base must be a finite number above 0"),
        (lambda: nn.sinusoidal(3, 5), DomainError, "the width must be even, got 5"),
        (lambda: nn.rotary(np.zeros(4)), ShapeError, r"\(..., time, width\), got \(4,\)"),
        (lambda: nn.rotary(X, positions=[1, 2]), ShapeError, "expected 3 positions"),
        (lambda: nn.rotary(X, positions=[0.5, 1, 2]), OperandError, "array of integers"),
        (lambda: nn.LearnedPositions(2, 4)(X), ShapeError, "there are 2 positions, but the sequence has 3"),
        (lambda: nn.SinusoidalPositions(6)(X), ShapeError, r"\(..., time, 6\), got \(2, 3, 4\)"),
    ],
)
def test_what_is_refused(attempt, error, match):
    with pytest.raises(error, match=match):
        attempt()
