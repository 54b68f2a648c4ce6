"""What the transformations share: fresh variables for arguments, and the run of the function on them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from autograd.array_node import ArrayNode
from autograd.errors import GraphError, OperandError, ShapeError
from autograd.node import Node, topological_order
from autograd.primitives.comparison import identity
from autograd.recording import recording, transformation, transforming
from autograd.tensor import Tensor, variable
from autograd.trees import Tree, describe, leaves, map_leaves, walk
from autograd.value import Value, as_operand


class Recorded:
    """One run of a function on fresh variables.

    Attributes
    ----------
    variables
        The trees of fresh variables, one for each argument that is differentiated.
    output
        What the function returned.
    order
        All nodes behind the output, in topological order.
    symbolic
        Whether derivatives are recorded, so that they can be differentiated again.
    among_nodes
        Whether results are nodes: so when an argument was one, or when another transformation surrounds this one.
    """

    def __init__(self, variables: list[Tree], output: Tree, *, symbolic: bool, among_nodes: bool) -> None:
        self.variables = variables
        self.output = output
        self.order = _joint_order([leaf for leaf in leaves(output) if isinstance(leaf, Node)])
        self.symbolic = symbolic
        self.among_nodes = among_nodes

    def meeting(self, leaves: Iterable[Any]) -> Recorded:
        """Return this run as it has to be swept when it meets (co)tangents among which there may be nodes."""
        if self.among_nodes or not any(isinstance(leaf, Node) for leaf in leaves):
            return self
        met = copy.copy(self)
        met.symbolic = met.among_nodes = True
        return met

    def sweeping(self) -> AbstractContextManager[None]:
        """Return the context to sweep in: recorded when the derivatives are to be nodes."""
        return transformation() if self.symbolic else nullcontext()

    def result(self, derivative: Any) -> Any:
        """Return a number or array as the caller expects it: a node among nodes, else a float or a plain array."""
        if isinstance(derivative, Node) and not (self.symbolic and self.among_nodes):
            derivative = derivative.array if isinstance(derivative, ArrayNode) else derivative.data
        if isinstance(derivative, np.ndarray) and not derivative.ndim:
            derivative = derivative[()]
        if self.among_nodes:
            return Tensor(derivative, constant=True) if _holds_array(derivative) else Value(derivative)
        if isinstance(derivative, Node | np.ndarray):
            return derivative
        return derivative if isinstance(derivative, np.float32) else float(derivative)

    def gradient(self, derivative: Any, variable: Node) -> Any:
        """Return the derivative in a variable, of its shape; zero where there is none."""
        if derivative is None:
            derivative = zeros_like(variable)
        if isinstance(variable, Tensor) and not self.among_nodes and not isinstance(derivative, Node):
            return derivative[()] if not derivative.ndim else derivative
        return self.result(derivative)

    def results(self, tree: Tree) -> Tree:
        """Return a tree of numbers as the caller expects it."""

        def convert(leaf: Any) -> Any:
            converted = self.result(leaf) if isinstance(leaf, Node) else leaf
            return np.array(converted) if isinstance(converted, np.ndarray) else converted  # the graph keeps its own

        return map_leaves(convert, tree)


def record(function: Callable[..., Any], arguments: Sequence[Any], argnums: Sequence[int], **settings: Any) -> Recorded:
    """Run a function on fresh variables in place of the arguments at `argnums`.

    Fresh variables are what keeps nested derivatives apart: an inner one cannot mistake the outer one's variable
    for its own (Siskind & Pearlmutter 2005, "Perturbation confusion and referential transparency").
    """
    _check_argnums(arguments, argnums)
    given = [leaf for position in argnums for leaf in flat(arguments[position]) if isinstance(leaf, Node)]
    mode, nested = recording.get(), transforming.get()
    among_nodes = nested or any(not leaf.is_number for leaf in given)
    # Within a trace there are no numbers yet: derivatives are recorded, whatever the arguments are.
    symbolic = nested or not isinstance(mode, bool) or (bool(given) and mode)
    renewed = list(arguments)
    with transformation():
        for position in argnums:
            renewed[position] = map_leaves(fresh, _named(arguments[position], position))
        output = function(*renewed, **settings)
    variables = [renewed[position] for position in argnums]
    return Recorded(variables, output, symbolic=symbolic, among_nodes=among_nodes)


def fresh(leaf: Any) -> Any:
    """Return a variable with the number or array of `leaf`; with an edge to it when it is a node itself."""
    if isinstance(leaf, Node):
        # a node, also where it stands for a plain number in a trace
        return variable(leaf) if leaf.constant else Value(identity(leaf))
    if isinstance(leaf, np.ndarray):
        # What is an array of numbers for a user may be an array of symbols in a trace: it stays one, of variables.
        return np.frompyfunc(fresh, 1, 1)(leaf) if _holds_nodes(leaf) else variable(leaf)
    if isinstance(leaf, bool | np.bool_ | str) or leaf is None:
        raise OperandError(f"cannot differentiate with respect to {leaf!r}: expected floats, arrays, or lists of them")
    return Value(leaf)


def quiet() -> AbstractContextManager[Any]:
    """Return the context of a sweep: infinities and nan are results there, no reason for NumPy to warn."""
    return np.errstate(all="ignore")


def zeros_like(variable: Node) -> Any:
    """Return a zero of the kind of a variable: a float or an array."""
    return np.zeros(variable.shape, variable.dtype) if isinstance(variable, ArrayNode) else 0.0


def seed_for(node: Any, derivative: Any) -> Any:
    """Return a tangent or cotangent as the sweeps take it: of an array, in its precision."""
    if not isinstance(node, ArrayNode) or isinstance(derivative, Node):
        return derivative
    seed = np.array(derivative, node.dtype)
    return seed if seed.ndim else seed[()]


def refill(tree: Tree, items: Iterable[Any]) -> Tree:
    """Return a tree of this structure that holds other things: what `flat` lists."""
    rest = iter(items)
    return map_leaves(lambda leaf: _filled(leaf, rest) if _holds_nodes(leaf) else next(rest), tree)


def flat(tree: Tree) -> list[Any]:
    """Return the leaves of a tree in order, and in place of arrays of nodes the nodes."""
    found = leaves(tree)
    if not any(map(_holds_nodes, found)):
        return found
    return [item for leaf in found for item in (leaf.flat if _holds_nodes(leaf) else (leaf,))]


def _filled(array: Any, items: Iterator[Any]) -> Any:
    filled = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        filled[place] = next(items)
    return filled.tolist()  # which a compiled function can return, unlike an array of symbols


def _holds_nodes(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind == "O" and any(isinstance(x, Node) for x in leaf.flat)


def _holds_array(x: Any) -> bool:
    return isinstance(x, ArrayNode | np.ndarray)


def scalar_output(recorded: Recorded, user: str) -> Any:
    """Return the output of a function that must return one number."""
    output = recorded.output
    if _is_number(output) and getattr(output, "shape", ()) == ():
        return output
    if _holds_array(output):
        hint = "sum it, return the tensor and not its .data" if isinstance(output, np.ndarray) else "sum it"
        raise ShapeError(
            f"{user}: the function must return one number, but returned a {type(output).__name__} of shape "
            f"{output.shape}; {hint}, or use jacobian or vjp"
        )
    hint = "did it forget its return?" if output is None else "use jacobian or vjp for several outputs, or sum them"
    raise OperandError(f"{user}: the function must return one number, but returned {describe(output)}; {hint}")


def check_outputs(recorded: Recorded, user: str) -> None:
    """Refuse an output that holds anything but numbers, such as an array: its derivatives would look like zeros."""
    for path, leaf in walk(recorded.output):
        if not _is_number(leaf):
            hint = "did it forget its return?" if leaf is None else "return a list, tuple or dictionary of numbers"
            hint = "return the tensor itself, not .data, or .tolist()" if isinstance(leaf, np.ndarray) else hint
            place = f" at {path}" if path else ""
            raise OperandError(
                f"{user}: the function must return numbers, but returned {describe(leaf)}{place}; {hint}"
            )


def _is_number(output: Any) -> bool:
    return isinstance(output, Node | float | int | np.floating | np.integer) and not isinstance(output, bool)


def check_function(function: Any, user: str) -> None:
    """Refuse what cannot be called: the result of a function in place of the function."""
    if not callable(function):
        hint = "a number that was computed has .backward()" if isinstance(function, Node) else f"write {user}(f)(x)"
        raise OperandError(f"{user}: expected a function, got {describe(function)}; {hint}")


def check_alike(given: Tree, expected: Tree, what: str, of: str) -> None:
    """Refuse a tree of tangents or cotangents that does not match what it belongs to."""
    found, wanted = dict(walk(given)), [path for path, _ in walk(expected)]
    if list(found) != wanted:
        differing = next(path for path in [*wanted, *found] if (path in found) != (path in wanted))
        raise OperandError(
            f"{what} must have the structure of {of}: expected {describe(expected)}, got {describe(given)}; "
            f"they differ at {differing or 'the top'}"
        )
    for (path, leaf), (_, other) in zip(found.items(), walk(expected), strict=True):
        name = f"{what}, at {path}" if path else what
        if _holds_array(other):
            _check_shape(leaf, other, name)
        else:
            as_operand(leaf, name)


def _check_shape(given: Any, expected: Any, name: str) -> None:
    array = given if isinstance(given, ArrayNode) else np.asarray(None if isinstance(given, Node) else given)
    if array.dtype.kind not in "fiub":
        raise OperandError(f"{name}: expected an array of shape {expected.shape}, got {describe(given)}")
    if array.shape != expected.shape:
        raise ShapeError(f"{name}: expected an array of shape {expected.shape}, got shape {array.shape}")


def positions(argnums: int | Sequence[int]) -> tuple[int, ...]:
    """Return `argnums` as a tuple."""
    chosen = argnums if isinstance(argnums, list | tuple) else (argnums,)
    if not all(isinstance(position, int) for position in chosen):
        raise OperandError(f"argnums: expected the position of an argument, or a list of them, got {argnums!r}")
    return tuple(chosen)


def _named(argument: Tree, position: int) -> Tree:
    if not leaves(argument):
        raise GraphError(f"argument {position} has no numbers to differentiate with respect to: {describe(argument)}")
    return argument


def _check_argnums(arguments: Sequence[Any], argnums: Sequence[int]) -> None:
    for position in argnums:
        if not 0 <= position < len(arguments):
            raise OperandError(
                f"argnums asks for argument {position}, but {len(arguments)} positional arguments were given; "
                "pass what is differentiated by position, not by keyword"
            )


def _joint_order(outputs: list[Node]) -> list[Node]:
    """Return a topological order of everything behind several outputs."""
    if len(outputs) == 1:
        return topological_order(outputs[0])
    joint = Node()
    joint.operands = tuple(outputs)
    return topological_order(joint)[:-1]
