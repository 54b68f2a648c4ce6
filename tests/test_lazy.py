"""Packages whose names are imported when first asked for: all are listed, and a misspelt one is named in the error."""

import importlib

import pytest

PACKAGES = ["autograd", "nn", "nn.estimators", "nn.tabular"]


@pytest.mark.parametrize("name", PACKAGES)
def test_dir_lists_every_public_name(name):
    package = importlib.import_module(name)
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_an_unknown_name_carries_what_python_needs_to_suggest_another(name):
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'Relu'") as caught:
        _ = package.Relu
    assert (caught.value.name, caught.value.obj) == ("Relu", package)
