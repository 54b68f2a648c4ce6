"""chainrule's autograd: write it one number at a time, see every number, check every gradient.

value        Value: one number that remembers where it came from
primitives   the tables of derivatives, one row each: add, tanh, dot, where, ...
functions    composites of them: softmax, log_softmax, ...
transforms   grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp
recording    no_grad
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

from autograd.errors import (
    AutogradError,
    DomainError,
    FormulaError,
    GradientMismatch,
    GraphError,
    MissingExtraError,
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
from autograd.primitives.nary import affine, dot, largest, logsumexp, take, total
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
    from autograd.compiler.compiled import Compiled, compile
    from autograd.functions import clip, elu, leaky_relu, log_softmax, softmax
    from autograd.transforms.batching import vmap
    from autograd.transforms.forward import hessian, hvp, jvp
    from autograd.transforms.reverse import grad, jacobian, value_and_grad, vjp
    from autograd.visual import Picture, draw

#: Names whose modules are imported when they are first asked for, so that `import autograd` is quick.
_HOMES = {
    "Compiled": "autograd.compiler.compiled",
    "Picture": "autograd.visual",
    "clip": "autograd.functions",
    "compile": "autograd.compiler.compiled",
    "draw": "autograd.visual",
    "elu": "autograd.functions",
    "grad": "autograd.transforms.reverse",
    "hessian": "autograd.transforms.forward",
    "hvp": "autograd.transforms.forward",
    "jacobian": "autograd.transforms.reverse",
    "jvp": "autograd.transforms.forward",
    "leaky_relu": "autograd.functions",
    "log_softmax": "autograd.functions",
    "softmax": "autograd.functions",
    "testing": "autograd",
    "value_and_grad": "autograd.transforms.reverse",
    "visual": "autograd",
    "vjp": "autograd.transforms.reverse",
    "vmap": "autograd.transforms.batching",
}


__getattr__ = importer(__name__, _HOMES)

__all__ = [
    "AutogradError",
    "Compiled",
    "DomainError",
    "Elementwise",
    "FormulaError",
    "GradientMismatch",
    "GraphError",
    "MissingExtraError",
    "Node",
    "OperandError",
    "OutputError",
    "Picture",
    "RetraceWarning",
    "ShapeError",
    "TracingError",
    "UnknownNameError",
    "Value",
    "absolute",
    "add",
    "affine",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "bernoulli_nll",
    "clip",
    "compile",
    "cos",
    "cosh",
    "divide",
    "dot",
    "draw",
    "elu",
    "equal",
    "erf",
    "exp",
    "expm1",
    "floor",
    "gelu",
    "grad",
    "greater",
    "greater_equal",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "largest",
    "leaky_relu",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "no_grad",
    "not_equal",
    "power",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "step",
    "stop_gradient",
    "subtract",
    "take",
    "tan",
    "tanh",
    "topological_order",
    "total",
    "value_and_grad",
    "vjp",
    "vmap",
    "where",
]
