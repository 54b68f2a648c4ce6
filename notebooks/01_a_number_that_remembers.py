# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. A number that remembers
#
# A float forgets. Compute `2.0 * -3.0 + 6.5` and you get `0.5`; nothing tells you where it came from.
#
# A `Value` is a float that remembers. This notebook is about that one idea, since gradients, networks and pictures
# all stand on it.

# %%
import math

from autograd import Value, draw, no_grad, tanh, topological_order

a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(6.5, label="c")

# %% [markdown]
# ## It computes like a float
#
# Operators and functions work on it as on any number, and ordinary numbers may be mixed in.

# %%
loss = tanh(a * b + c)
loss

# %% [markdown]
# The result is not nearly the one that floats give. It is the same, bit by bit:

# %%
assert loss.data == math.tanh(2.0 * -3.0 + 6.5)
assert (2 * a - 1).data == 3.0

# %% [markdown]
# ## It knows what made it
#
# Two attributes are the whole memory: `primitive`, the operation, and `operands`, the numbers that went into it.

# %%
loss.primitive, loss.operands

# %% [markdown]
# An operand is a `Value` too, so it can be asked the same question, and so on, back to numbers that were simply given.
# These are called *leaves*.

# %%
node = loss
while not node.is_leaf:
    print(f"{node.data:9.6f}  is  {node.primitive.name:8}  of  {node.operands}")
    node = node.operands[0]
print(f"{node.data:9.6f}  was given, and is called {node.label!r}")
assert node is a

# %% [markdown]
# ## All of it at once
#
# What hangs together in this way is a *computation graph*. Drawn from left to right, each box is one number and each
# arrow leads from an operand to its result:

# %%
draw(loss)

# %% [markdown]
# ## What stands on the arrows
#
# One more thing is remembered at every step. Move one operand by a tiny bit and hold the others still: how many times
# as far does the result move? That is the *local derivative*, and it stands on the arrow.
#
# For a product it is the other factor: when `a` grows by $h$, `a * b` grows by $h \cdot b$.

# %%
product = a * b
print(product.partials)
assert product.partials == (b.data, a.data) == (-3.0, 2.0)

# %% [markdown]
# For the hyperbolic tangent it is $1 - \tanh^2$. To believe it, move the operand a little to both sides and measure.
# Here is the measured slope beside the remembered one:

# %%
[x] = loss.operands
h = 1e-5
measured = (math.tanh(x.data + h) - math.tanh(x.data - h)) / (2 * h)
print(f"measured   {measured:.10f}")
print(f"remembered {loss.partials[0]:.10f}")
assert math.isclose(measured, loss.partials[0], rel_tol=1e-9)

# %% [markdown]
# ## The past does not change
#
# Local derivatives are taken as numbers when the operation happens. A training step will change `a.data` later on; what
# was computed before keeps its history.

# %%
a.data = 100.0
assert (product.data, product.partials) == (-6.0, (-3.0, 2.0))
a.data = 2.0

# %% [markdown]
# ## The same number twice
#
# A number that is used twice is one box with two arrows, not two boxes:

# %%
square = a * a
draw(square)

# %% [markdown]
# What counts is *which* number it is, not how large. Another `Value(2.0)` would be another number that happens to be as
# large as `a`; moving one does not move the other.

# %%
assert square.operands[0] is square.operands[1] is a
assert Value(2.0) != Value(2.0)

# %% [markdown]
# ## The memory is complete
#
# `topological_order` lists everything that a result depends on, operands before what is made from them. Going through
# that list, each number can be computed again from the remembered operation and operands:

# %%
for node in topological_order(loss):
    if node.is_leaf:
        print(f"{node.data:9.6f}  {node.label}")
        continue
    again = node.primitive(*[operand.data for operand in node.operands])
    print(f"{again:9.6f}  {node.primitive.name}")
    assert again == node.data

# %% [markdown]
# ## When not to remember
#
# Memory costs time and space, and a result that nobody will differentiate needs none. Inside of `no_grad()` the numbers
# are the same, and forget:

# %%
with no_grad():
    forgetful = tanh(a * b + c)
assert forgetful.data == loss.data
assert forgetful.is_leaf
assert forgetful.operands == ()

# %% [markdown]
# ## To try
#
# * Draw `(a + b) * (a - b)`. How many arrows leave `a`?
# * Draw `a / b` and predict both numbers on the arrows before you look.
# * What are the local derivatives of `Value(0.0).relu()`? And of `Value(1e-300).relu()`?
#
# The next notebook multiplies the numbers on the arrows. That is all there is to backpropagation.
