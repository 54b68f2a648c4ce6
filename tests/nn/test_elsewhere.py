"""Names that PyTorch has and this project has not: the error says what is written here, and that is there."""

import abc
import copy
import pickle
import re

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.elsewhere import OF_AUTOGRAD, OF_TENSORS
from nn.elsewhere import OF_MODULES, OF_NN

OWNERS = {
    "t": (Tensor([[1.0]]), OF_TENSORS),
    "autograd": (autograd, OF_AUTOGRAD),
    "nn": (nn, OF_NN),
    "module": (nn.Linear(1, 1), OF_MODULES),
}
NAMES = [(owner, name) for owner, (_, names) in OWNERS.items() for name in names]


@pytest.mark.parametrize(("owner", "name"), NAMES)
def test_a_name_from_elsewhere_leads_to_the_one_here(owner: str, name: str) -> None:
    thing, names = OWNERS[owner]
    assert not hasattr(thing, name)
    with pytest.raises(AttributeError, match=re.escape(f"no attribute {name!r}; here it is {names[name]}")) as caught:
        getattr(thing, name)
    assert (caught.value.name, caught.value.obj) == (name, thing)


@pytest.mark.parametrize(("owner", "name"), NAMES)
def test_what_is_named_instead_exists(owner: str, name: str) -> None:
    text = OWNERS[owner][1][name]
    known = {"autograd": autograd, "nn": nn, "t": OWNERS["t"][0], "module": nn.Linear(1, 1), "numpy": np}
    for first, path in re.findall(r"\b(autograd|nn|t|module|numpy)((?:\.\w+)+)", text):
        found = known[first]
        for part in path.split(".")[1:]:
            found = getattr(found, part)


def test_the_first_hints_are_true() -> None:
    t = Tensor(np.arange(6.0).reshape(2, 3))
    assert t.reshape((3, 2)).shape == (3, 2)
    assert autograd.expand_dims(t, 0).shape == (1, 2, 3)
    assert t.transpose((1, 0)).shape == (3, 2)
    assert nn.Sequential()(t) is t


class Broken(nn.Module):
    """A module with a property that fails."""

    @property
    def width(self) -> int:
        """Ask for what is not there."""
        return self.with_a_typo  # type: ignore[no-any-return, attr-defined]

    @property
    def buffers(self) -> int:
        """Ask for it by a name that PyTorch has."""
        return self.width


def test_other_errors_are_those_of_python() -> None:
    with pytest.raises(AttributeError, match=r"^'Tensor' object has no attribute 'shap'$") as caught:
        Tensor([1.0]).shap  # type: ignore[attr-defined]
    assert caught.value.name == "shap"
    with pytest.raises(AttributeError, match="'Broken' object has no attribute 'with_a_typo'"):
        Broken().width
    with pytest.raises(AttributeError, match="'Broken' object has no attribute 'with_a_typo'"):
        Broken().buffers
    with pytest.raises(AttributeError, match=r"module 'nn' has no attribute 'Linaer'$"):
        nn.Linaer  # type: ignore[attr-defined]


class Roomy(nn.Module):
    """A module that has what PyTorch's have too: an attribute, a method, and names that it makes up."""

    def __init__(self) -> None:
        self.children = [nn.Linear(1, 1)]

    def buffers(self) -> int:
        """Return a number."""
        return 1

    def __getattr__(self, name: str) -> str:
        return f"made up: {name}"


def test_names_that_a_class_of_the_user_has_are_its_own() -> None:
    module = Roomy()
    assert len(module.children) == module.buffers() == 1
    assert len(list(module.named_parameters())) == 2
    assert (module.cuda, module.anything) == ("made up: cuda", "made up: anything")


class Mixin:
    """What is inherited beside one of ours, and has names that PyTorch has."""

    view = "seen"

    def to(self, place: str) -> str:
        """Return where to."""
        return f"to {place}"

    @property
    def cuda(self) -> str:
        """Fail."""
        return self.typo  # type: ignore[attr-defined, no-any-return]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), "more"]


class MixedModule(nn.Module, Mixin):
    """A module with a mixin."""


class Abstract(abc.ABC):
    """A class that asks for a method by a name that PyTorch has."""

    @abc.abstractmethod
    def cpu(self) -> None:
        """Do something."""


def test_what_is_inherited_as_well_comes_first() -> None:
    thing = MixedModule()
    assert (thing.to("x"), thing.view, MixedModule.view) == ("to x", "seen", "seen")
    assert {"to", "view", "cuda", "more"} <= set(dir(thing))
    with pytest.raises(AttributeError, match="no attribute 'typo'"):
        thing.cuda


def test_an_abstract_method_stays_abstract() -> None:
    mixed = type("Mixed", (nn.Module, Abstract), {})
    assert mixed.__abstractmethods__ == {"cpu"}  # type: ignore[attr-defined]


def test_a_module_may_have_more_to_say_of_what_is_missing() -> None:
    class Polite(nn.Module):
        def __getattr__(self, name: str) -> object:
            return super().__getattr__(name)  # type: ignore[misc]

    with pytest.raises(AttributeError, match=r"here it is module\.named_buffers"):
        Polite().buffers


def test_names_from_elsewhere_are_not_listed() -> None:
    for thing, names in (OWNERS["t"], OWNERS["module"]):
        assert not set(names) & set(dir(thing))
        assert {"shape", "backward"} <= set(dir(thing)) or {"named_parameters", "weight"} <= set(dir(thing))


def test_a_class_tells_it_too() -> None:
    with pytest.raises(AttributeError, match=re.escape("type object 'Tensor' has no attribute 'view'; here it is t.")):
        Tensor.view  # type: ignore[attr-defined]


def test_copies_and_pickles_ask_for_nothing_that_is_missing() -> None:
    t, layer = Tensor([1.0, 2.0]), nn.Linear(2, 2, rng=0)
    for same in (copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        np.testing.assert_array_equal(same(t).data, t.data)
        np.testing.assert_array_equal(same(layer).weight.data, layer.weight.data)
