"""Compiled equals eager on the corpus, and no program falls apart into more statements than it has had."""

import numpy as np
import pytest

from autograd import Value, compile
from autograd.node import Node
from autograd.trees import leaves
from tests.compiler.corpus import CORPUS, values_in

#: The most statements that a program may become, with the gradient of its first result. Fewer: write the new number.
STATEMENTS = {
    "least_squares": 9,
    "index_loops": 9,
    "object_arrays": 16,
    "mixed_orders_of_summation": 17,
    "shared_weights": 20,
    "determinant_by_cofactors": 73,
    "polynomial": 45,
    "running_products": 13,
    "triangular_pairs": 24,
    "causal_attention": 69,
    "self_attention": 24,
    "sequences_of_unequal_length": 48,
    "lower_triangular_solve": 53,
    "gated_network": 131,
    "paths_of_prices": 43,
    "recurrent_network": 42,
    "kalman_filter": 273,
    "ode_steps": 266,
    "convolution": 35,
    "mixture_likelihood": 37,
    "soft_k_means": 23,
    "embeddings": 22,
    "constants_from_tables": 7,
    "choices": 45,
    "perceptron": 42,
    "every_activation": 104,
    "every_loss": 43,
    "recursive_class": 39,
    "layer_norm": 23,
    "gradient_penalty": 12,
    "second_derivatives": 68,
    "newton_step": 24,
    "dictionaries_of_floats": 4,
    "values_as_arguments": 7,
    "results_that_are_inputs": 0,
    "cancelling_terms": 22,
    "keyword_styles": 40,
}


def result_and_gradients(function, entry, seed):
    """Run a program; return its results' kinds and numbers, and the gradient of each result."""
    data = entry.numbers(seed)
    inputs = [*entry.parameters, *values_in(data)]
    results = leaves(function(*data))
    gradients = []
    for result in results:
        if isinstance(result, Node) and (result.operands or result in inputs):
            result.backward()
        gradients.append([value.grad for value in inputs])
        for value in inputs:
            value.grad = 0.0
    kinds = [Value if isinstance(x, Node) else bool if isinstance(x, np.bool_) else type(x) for x in results]
    numbers = [x.data if isinstance(x, Node) else x for x in results]
    return kinds, numbers, gradients


@pytest.mark.parametrize("executor", ["auto", "numpy", "python", "jit"])
@pytest.mark.parametrize("name", CORPUS)
def test_compiled_equals_eager(name, executor):
    if executor == "jit":
        pytest.importorskip("numba", reason="the extra `jit` is not installed")
    entry = CORPUS[name]
    fast = compile(entry, executor=executor)
    for seed in (1, 2):
        kinds, numbers, gradients = result_and_gradients(entry, entry, seed)
        fast_kinds, fast_numbers, fast_gradients = result_and_gradients(fast, entry, seed)
        assert [float if issubclass(k, float) else k for k in kinds] == fast_kinds
        for number, found in zip(numbers, fast_numbers, strict=True):
            if isinstance(number, float):
                assert found == pytest.approx(number, rel=1e-12, abs=1e-12)
            else:
                assert found == number
        np.testing.assert_allclose(fast_gradients, gradients, rtol=1e-12, atol=1e-12)
    assert fast.stats.traces == 1
    if executor == "numpy":
        assert fast.stats.statements <= STATEMENTS[name], "more statements than before"
