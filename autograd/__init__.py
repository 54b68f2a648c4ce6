"""chainrule's autograd: write it one number at a time, see every number, check every gradient.

value        Value: one number that remembers where it came from
tensor       Tensor: an array that does
arrays       NumPy's functions on tensors: sum, reshape, concatenate, einsum, solve, ...
primitives   the tables of derivatives, one row each: add, tanh, dot, where, ...
functions    composites of them: softmax, log_softmax, ...
transforms   grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp
recording    no_grad
compiler     compile: scalar code at matrix speed
pool         the numbers of parameters in arrays, between a compiled loss and its optimizer
visual       draw: computation graphs and networks as pictures
testing      gradient checks, comparison with backpropagation by hand
"""

import os  # not pathlib, which takes long to import
from typing import TYPE_CHECKING

#: `nn` looks for this mark, since another distribution uses the same import name.
__chainrule__ = "0.1.0"

if os.path.exists(os.path.join(os.path.dirname(__file__), "tracer.py")):  # noqa: PTH110, PTH118, PTH120
    raise ImportError(
        "two distributions are installed over each other: 'chainrule' and 'autograd' (HIPS) both bring a package "
        "named 'autograd', and their files are mixed now. Keep one of them in an environment: "
        "pip uninstall -y autograd chainrule, then pip install the one you want"
    )

from autograd.elsewhere import OF_AUTOGRAD
from autograd.errors import (
    AutogradError,
    DomainError,
    FormulaError,
    GradientMismatch,
    GraphError,
    MissingExtraError,
    MissingFileError,
    OperandError,
    OutputError,
    RetraceWarning,
    ShapeError,
    TracingError,
    UnknownNameError,
)
from autograd.lazy import importer
from autograd.node import Node, topological_order
from autograd.primitive import Elementwise
from autograd.primitives.activations import gelu, relu, sigmoid, silu, softplus
from autograd.primitives.arithmetic import absolute, add, divide, multiply, negative, power, subtract
from autograd.primitives.comparison import (
    equal,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    sign,
    step,
    stop_gradient,
    where,
)
from autograd.primitives.likelihood import bernoulli_nll
from autograd.primitives.nary import affine, dot, largest, total
from autograd.primitives.transcendental import (
    arccos,
    arcsin,
    arctan,
    arctan2,
    cos,
    cosh,
    erf,
    exp,
    expm1,
    log,
    log1p,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from autograd.recording import no_grad
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.arrays.algebra import cholesky, det, inv, slogdet, solve
    from autograd.arrays.convolution import conv1d, conv2d, conv_transpose1d, conv_transpose2d
    from autograd.arrays.entries import argmax, argmin, argsort, diagonal, repeat, sort, take_along_axis, trace
    from autograd.arrays.entries import round as round
    from autograd.arrays.pooling import (
        adaptive_avg_pool1d,
        adaptive_avg_pool2d,
        adaptive_max_pool1d,
        adaptive_max_pool2d,
        avg_pool1d,
        avg_pool2d,
        max_pool1d,
        max_pool2d,
    )
    from autograd.arrays.products import einsum, linear, matmul, outer, tensordot
    from autograd.arrays.reducing import amax, amin, cumprod, cumsum, mean, norm, prod, std, var
    from autograd.arrays.reducing import max as max
    from autograd.arrays.reducing import min as min
    from autograd.arrays.reducing import sum as sum
    from autograd.arrays.shapes import (
        astype,
        broadcast_to,
        concatenate,
        expand_dims,
        flip,
        moveaxis,
        pad,
        reshape,
        roll,
        split,
        squeeze,
        stack,
        swapaxes,
        tile,
        transpose,
        tril,
        triu,
    )
    from autograd.arrays.windows import sliding_windows
    from autograd.compiler.compiled import Compiled, compile
    from autograd.functions import clip, elu, leaky_relu, log_softmax, logsumexp, softmax, take
    from autograd.tensor import Tensor
    from autograd.transforms.batching import vmap
    from autograd.transforms.forward import hessian, hvp, jvp
    from autograd.transforms.reverse import grad, jacobian, value_and_grad, vjp
    from autograd.visual import Picture, draw

#: Names whose modules are imported when they are first asked for, so that `import autograd` is quick.
_HOMES = {
    "Compiled": "autograd.compiler.compiled",
    "Picture": "autograd.visual",
    "Tensor": "autograd.tensor",
    "adaptive_avg_pool1d": "autograd.arrays.pooling",
    "adaptive_avg_pool2d": "autograd.arrays.pooling",
    "adaptive_max_pool1d": "autograd.arrays.pooling",
    "adaptive_max_pool2d": "autograd.arrays.pooling",
    "amax": "autograd.arrays.reducing",
    "amin": "autograd.arrays.reducing",
    "argmax": "autograd.arrays.entries",
    "argmin": "autograd.arrays.entries",
    "argsort": "autograd.arrays.entries",
    "astype": "autograd.arrays.shapes",
    "avg_pool1d": "autograd.arrays.pooling",
    "avg_pool2d": "autograd.arrays.pooling",
    "broadcast_to": "autograd.arrays.shapes",
    "cholesky": "autograd.arrays.algebra",
    "clip": "autograd.functions",
    "compile": "autograd.compiler.compiled",
    "concatenate": "autograd.arrays.shapes",
    "conv1d": "autograd.arrays.convolution",
    "conv2d": "autograd.arrays.convolution",
    "conv_transpose1d": "autograd.arrays.convolution",
    "conv_transpose2d": "autograd.arrays.convolution",
    "cumprod": "autograd.arrays.reducing",
    "cumsum": "autograd.arrays.reducing",
    "det": "autograd.arrays.algebra",
    "diagonal": "autograd.arrays.entries",
    "draw": "autograd.visual",
    "einsum": "autograd.arrays.products",
    "elu": "autograd.functions",
    "expand_dims": "autograd.arrays.shapes",
    "flip": "autograd.arrays.shapes",
    "grad": "autograd.transforms.reverse",
    "hessian": "autograd.transforms.forward",
    "hvp": "autograd.transforms.forward",
    "inv": "autograd.arrays.algebra",
    "jacobian": "autograd.transforms.reverse",
    "jvp": "autograd.transforms.forward",
    "leaky_relu": "autograd.functions",
    "linear": "autograd.arrays.products",
    "log_softmax": "autograd.functions",
    "logsumexp": "autograd.functions",
    "matmul": "autograd.arrays.products",
    "max": "autograd.arrays.reducing",
    "max_pool1d": "autograd.arrays.pooling",
    "max_pool2d": "autograd.arrays.pooling",
    "mean": "autograd.arrays.reducing",
    "min": "autograd.arrays.reducing",
    "moveaxis": "autograd.arrays.shapes",
    "norm": "autograd.arrays.reducing",
    "outer": "autograd.arrays.products",
    "pad": "autograd.arrays.shapes",
    "prod": "autograd.arrays.reducing",
    "repeat": "autograd.arrays.entries",
    "reshape": "autograd.arrays.shapes",
    "roll": "autograd.arrays.shapes",
    "round": "autograd.arrays.entries",
    "sliding_windows": "autograd.arrays.windows",
    "slogdet": "autograd.arrays.algebra",
    "softmax": "autograd.functions",
    "solve": "autograd.arrays.algebra",
    "sort": "autograd.arrays.entries",
    "split": "autograd.arrays.shapes",
    "squeeze": "autograd.arrays.shapes",
    "stack": "autograd.arrays.shapes",
    "std": "autograd.arrays.reducing",
    "sum": "autograd.arrays.reducing",
    "swapaxes": "autograd.arrays.shapes",
    "take": "autograd.functions",
    "take_along_axis": "autograd.arrays.entries",
    "tensordot": "autograd.arrays.products",
    "testing": "autograd",
    "tile": "autograd.arrays.shapes",
    "trace": "autograd.arrays.entries",
    "transpose": "autograd.arrays.shapes",
    "tril": "autograd.arrays.shapes",
    "triu": "autograd.arrays.shapes",
    "value_and_grad": "autograd.transforms.reverse",
    "var": "autograd.arrays.reducing",
    "visual": "autograd",
    "vjp": "autograd.transforms.reverse",
    "vmap": "autograd.transforms.batching",
}


__getattr__, __dir__ = importer(__name__, _HOMES, OF_AUTOGRAD)

#: `sum`, `max`, `min` and `round` are here too, but `import *` leaves Python's alone.
__all__ = [
    "AutogradError",
    "Compiled",
    "DomainError",
    "Elementwise",
    "FormulaError",
    "GradientMismatch",
    "GraphError",
    "MissingExtraError",
    "MissingFileError",
    "Node",
    "OperandError",
    "OutputError",
    "Picture",
    "RetraceWarning",
    "ShapeError",
    "Tensor",
    "TracingError",
    "UnknownNameError",
    "Value",
    "absolute",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "add",
    "affine",
    "amax",
    "amin",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "argmax",
    "argmin",
    "argsort",
    "astype",
    "avg_pool1d",
    "avg_pool2d",
    "bernoulli_nll",
    "broadcast_to",
    "cholesky",
    "clip",
    "compile",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cos",
    "cosh",
    "cumprod",
    "cumsum",
    "det",
    "diagonal",
    "divide",
    "dot",
    "draw",
    "einsum",
    "elu",
    "equal",
    "erf",
    "exp",
    "expand_dims",
    "expm1",
    "flip",
    "floor",
    "gelu",
    "grad",
    "greater",
    "greater_equal",
    "hessian",
    "hvp",
    "inv",
    "jacobian",
    "jvp",
    "largest",
    "leaky_relu",
    "less",
    "less_equal",
    "linear",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max_pool1d",
    "max_pool2d",
    "maximum",
    "mean",
    "minimum",
    "moveaxis",
    "multiply",
    "negative",
    "no_grad",
    "norm",
    "not_equal",
    "outer",
    "pad",
    "power",
    "prod",
    "relu",
    "repeat",
    "reshape",
    "roll",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "sliding_windows",
    "slogdet",
    "softmax",
    "softplus",
    "solve",
    "sort",
    "split",
    "sqrt",
    "squeeze",
    "stack",
    "std",
    "step",
    "stop_gradient",
    "subtract",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "topological_order",
    "total",
    "trace",
    "transpose",
    "tril",
    "triu",
    "value_and_grad",
    "var",
    "vjp",
    "vmap",
    "where",
]
