"""Transformers and GPT, beyond what PyTorch says: stacks, what sees what, generation, and what is refused."""

import numpy as np
import pytest

import nn
from autograd import DomainError, OperandError, ShapeError, UnknownNameError, log_softmax
from tests.tensor.cases import numbers


def small(**settings):
    return nn.GPT(**{"vocabulary": 7, "context": 5, "width": 8, "heads": 2, "layers": 2, "rng": 0, **settings})


def test_layers_draw_weights_of_their_own_and_dropout_ends_with_training():
    rng = np.random.default_rng(0)
    encoder = nn.TransformerEncoder([nn.TransformerEncoderLayer(4, 2, 6, rng=rng) for _ in range(2)])
    first, second = encoder.layers
    assert not np.array_equal(first.linear1.weight.data, second.linear1.weight.data)
    x = numbers(2, 3, 4)
    assert not np.array_equal(encoder(x).data, encoder(x).data)
    encoder.eval()
    np.testing.assert_array_equal(encoder(x).data, encoder(x).data)


def test_positions_can_be_turned_within_blocks():
    x = np.ones((1, 3, 4))
    blind, turned = (
        nn.TransformerEncoderLayer(4, 1, 6, dropout=0.0, positions=positions, rng=0)(x + numbers(3, 1)).data
        for positions in (None, nn.RotaryPositions())
    )
    assert not np.allclose(blind, turned)


def test_a_decoder_sees_all_of_the_memory_and_the_past_of_its_own():
    layer = nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, rng=0)
    x, memory = numbers(1, 3, 4), numbers(1, 2, 4, shift=1)
    before = layer(x, memory, causal=True).data
    x[:, 2] += 1.0
    after = layer(x, memory, causal=True).data
    np.testing.assert_array_equal(before[:, :2], after[:, :2])
    memory[:, 1] += 1.0
    assert not np.isclose(layer(x, memory, causal=True).data, after).any()


def test_gpt_sees_no_token_that_comes_later():
    gpt = small()
    scores = gpt(np.array([[1, 2, 3, 4]])).data
    np.testing.assert_array_equal(gpt(np.array([[1, 2, 3, 0]])).data[:, :3], scores[:, :3])
    np.testing.assert_allclose(gpt(np.array([1, 2])).data, scores[0, :2], rtol=1e-10, atol=1e-12)


def test_gpt_starts_as_gpt_2_does():
    gpt = nn.GPT(vocabulary=50, context=40, width=48, heads=4, layers=8, rng=0)
    named = dict(gpt.named_parameters())
    assert "blocks.0.self_attn.in_proj_weight" in named
    assert np.isclose(named["tokens.weight"].data.std(), 0.02, rtol=0.05)
    assert np.isclose(named["blocks.3.linear2.weight"].data.std(), 0.02 / 4, rtol=0.05)
    assert np.isclose(named["blocks.3.self_attn.out_proj.weight"].data.std(), 0.02 / 4, rtol=0.05)
    assert all(not p.data.any() for path, p in named.items() if path.endswith("bias"))
    uniform = np.full((1, 3, 50), np.log(1 / 50))
    np.testing.assert_allclose(log_softmax(gpt(np.array([[1, 2, 3]]))).data, uniform, atol=0.7)


def test_gpt_learns_a_text_by_heart_and_writes_it():
    text = np.array([0, 3, 1, 4, 2, 5, 6, 3])
    gpt = small(context=8)
    optimizer = nn.Adam(gpt.parameters(), lr=1e-2)
    for _ in range(80):
        gpt.zero_grad()
        loss = -log_softmax(gpt(text[None, :-1]))[0, np.arange(7), text[1:]].mean()
        loss.backward(keep="leaves")
        optimizer.step()
    assert loss.item() < 0.05
    assert gpt.generate(text[:1], length=7, temperature=0).tolist() == text.tolist()
    assert gpt.generate(np.stack([text[:2]] * 2), length=6, top_k=1, rng=0).tolist() == [text.tolist()] * 2


def test_generation_is_by_seed_and_by_probability():
    gpt = small()
    first, second = (gpt.generate([1, 2], length=9, rng=3) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert first.shape == (11,)
    assert first[:2].tolist() == [1, 2]
    assert gpt.generate(np.array([1], np.uint8), length=0).tolist() == [1]
    many = gpt.generate(np.full((20_000, 1), 4), length=1, rng=0)[:, 1]
    scores = gpt(np.array([[4]])).data[0, 0] / 1.0
    expected = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(np.bincount(many, minlength=7) / 20_000, expected, atol=0.012)
    likely = gpt.generate(np.full((2_000, 1), 4), length=1, top_k=2, rng=0)[:, 1]
    assert set(likely.tolist()) == set(np.argsort(scores)[-2:].tolist())
    assert set(gpt.generate(np.full((50, 1), 4), length=1, temperature=1e-9, rng=0)[:, 1].tolist()) == {scores.argmax()}


def test_generation_leaves_the_model_as_it_was():
    gpt = small(dropout=0.5)
    gpt.blocks[1].eval()
    gpt.generate([1], length=2, rng=0)
    assert gpt.training
    assert gpt.blocks[0].dropout.training
    assert not gpt.blocks[1].dropout.training
    with pytest.raises(DomainError):
        gpt.generate([9], length=1)
    assert gpt.training
    assert all(not parameter.is_swept for parameter in gpt.parameters())


def test_text_and_summary():
    assert repr(small()) == "GPT(7, 5, width=8, heads=2, layers=2)"
    assert "MultiheadAttention(4, 2)" in repr(nn.TransformerEncoderLayer(4, 2, 6, rng=0))


def test_float32_and_states():
    gpt = small().astype(np.float32)
    assert gpt(np.array([[1, 2]])).dtype == np.float32
    other = small(rng=1).astype(np.float32)
    other.load_state_dict(gpt.state_dict())
    np.testing.assert_array_equal(other(np.array([[1, 2]])).data, gpt(np.array([[1, 2]])).data)


@pytest.mark.parametrize(
    ("attempt", "error", "match"),
    [
        (lambda: small(width=9), DomainError, "a width of 9 does not fall into 2 heads"),
        (lambda: small(layers=0), DomainError, "layers must be a whole number, 1 or more, got 0"),
        (lambda: small()(np.array([[7]])), DomainError, "from 0 to 6, got 7"),
        (lambda: small()(np.array([[0.5]])), OperandError, "array of integers"),
        (lambda: small()(np.zeros((1, 6), int)), ShapeError, r"a time from 1 to 5, got \(1, 6\)"),
        (lambda: small()(np.zeros((1, 0), int)), ShapeError, r"got \(1, 0\)"),
        (lambda: small().generate([], length=1), ShapeError, "at least one token"),
        (lambda: small().generate(np.zeros((1, 1, 1), int), length=1), ShapeError, r"got \(1, 1, 1\)"),
        (lambda: small().generate([1], length=-1), DomainError, "length must be a whole number, 0 or more, got -1"),
        (
            lambda: small().generate([1], length=1, temperature=-0.1),
            DomainError,
            "temperature must be a finite number, 0 or more",
        ),
        (
            lambda: small().generate([1], length=1, temperature=np.nan),
            DomainError,
            "temperature must be a finite number, 0 or more",
        ),
        (lambda: small().generate([1], length=1, top_k=0), DomainError, "top_k must be a whole number, 1 or more"),
        (lambda: nn.TransformerEncoderLayer(5, 2, 3), DomainError, "a width of 5 does not fall into 2 heads"),
        (lambda: nn.TransformerEncoderLayer(4, 2, activation="gleu"), UnknownNameError, "did you mean 'gelu'"),
        (lambda: nn.TransformerDecoderLayer(4, 2, 3)(numbers(2, 4)), TypeError, "memory"),
        (lambda: nn.TransformerEncoderLayer(4, 2, 3)(numbers(2, 4), msk=1), TypeError, "EncoderLayer.forward.*'msk'"),
        (
            lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3)),
            OperandError,
            r"expected a list of layers.*TransformerEncoder\(\[TransformerEncoderLayer",
        ),
    ],
)
def test_what_is_refused(attempt, error, match):
    with pytest.raises(error, match=match):
        attempt()
