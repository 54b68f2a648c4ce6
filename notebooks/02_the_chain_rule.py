# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2. The chain rule: by hand, by machine, and seen
#
# One question drives all of training: *if I move this number a little, how far does the result move?* Three numbers go
# into
#
# $$L = \tanh(a\,b + c)$$
#
# and for each we want its *gradient*, the derivative of $L$ in it. We get it in three ways, and they agree.

# %%
import math

from autograd import Value, draw, tanh, topological_order
from autograd.testing import check_gradients

# %% [markdown]
# ## By hand
#
# Take the formula apart, into steps that do one thing each. The local derivative of each step is easy:
#
# | step | local derivatives |
# |---|---|
# | $u = a\,b$ | $\partial u/\partial a = b, \quad \partial u/\partial b = a$ |
# | $v = u + c$ | $\partial v/\partial u = 1, \quad \partial v/\partial c = 1$ |
# | $L = \tanh v$ | $\partial L/\partial v = 1 - L^2$ |
#
# Now think of gears. If $u$ turns $b$ times as fast as $a$, and $v$ as fast as $u$, and $L$ turns $1 - L^2$ times as
# fast as $v$, then $L$ turns $(1 - L^2) \cdot 1 \cdot b$ times as fast as $a$. **Along a path, local derivatives
# multiply.**

# %%
a, b, c = 2.0, -3.0, 6.5
u = a * b
v = u + c
L = math.tanh(v)

# From the end to the beginning, each line uses the one above it.
dL_dv = 1 - L * L
dL_du = dL_dv * 1
dL_dc = dL_dv * 1
dL_da = dL_du * b
dL_db = dL_du * a
by_hand = {"a": dL_da, "b": dL_db, "c": dL_dc}
by_hand

# %% [markdown]
# ## By machine
#
# The formula is written down once, forwards. `backward()` does the rest: it goes from the end to the beginning and
# leaves in each number's `grad` what we have just worked out.

# %%
a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(6.5, label="c")
u = a * b
v = u + c
L = tanh(v)
u.label, v.label, L.label = "u", "v", "L"
L.backward()

for number in (a, b, c):
    print(f"dL/d{number.label} = {number.grad:9.6f}   by hand {by_hand[number.label]:9.6f}")
    assert math.isclose(number.grad, by_hand[number.label], rel_tol=1e-15)

# %% [markdown]
# ## Seen
#
# In the picture, read from right to left. $L$ moves with itself, so its gradient is 1. From there on, the gradient of a
# box is the gradient of the box it leads to, times the number on the arrow between them.

# %%
draw(L)

# %%
assert L.grad == 1.0
assert v.grad == L.grad * L.partials[0]
assert u.grad == v.grad * v.partials[0]
assert a.grad == u.grad * u.partials[0]

# %% [markdown]
# ## Two paths
#
# A number can reach the result in more than one way. In $a\,b + a$ it does so in two: through the product, where
# the local derivative is $b$, and directly, where it is 1. Move $a$, and both happen at the same time, so
# **over several paths, the products add up**: the gradient of $a$ is $b + 1 = -2$.

# %%
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
total = a * b + a
total.label = "total"
total.backward()
assert a.grad == b.data + 1 == -2.0
draw(total)

# %% [markdown]
# Multiply along paths, add over paths: there is no more to the chain rule than that. So it can be written down as it is
# said, path by path.


# %%
def gradient_path_by_path(result, number):
    """Add up the products of all paths from a number to a result."""
    if result is number:
        return 1.0
    steps = zip(result.operands, result.partials, strict=True)
    return sum(gradient_path_by_path(operand, number) * partial for operand, partial in steps)


assert gradient_path_by_path(total, a) == a.grad
assert gradient_path_by_path(total, b) == b.grad

# %% [markdown]
# Right, but slow: paths multiply. Double a number twenty times and there are $2^{20}$ ways from the end to the
# beginning, more than a million, although only twenty operations were done.
#
# *Backpropagation* is the chain rule without walking any arrow twice. Every number first collects what arrives from all
# of its uses, and then passes the sum on, once. Here is all of it:


# %%
def backpropagate(order):
    """Sweep over numbers, of which the first one is the result; return the gradient of each."""
    gradients = dict.fromkeys(order, 0.0)
    gradients[order[0]] = 1.0
    for node in order:
        for operand, partial in zip(node.operands, node.partials, strict=True):
            if partial is not None:  # a constant, such as 3.0, needs no gradient
                gradients[operand] += gradients[node] * partial
    return gradients


x = Value(1.0, label="x")
doubled = x
for _ in range(20):
    doubled = doubled + doubled
assert backpropagate(topological_order(doubled)[::-1])[x] == 2**20

# %% [markdown]
# ## Why the order matters
#
# `backpropagate` is right only if all uses of a number come before the number itself. Otherwise it passes on what it
# has so far, and what arrives later is lost. Let us lose something on purpose. In $x \mapsto 3x \tanh(3x)$ the number
# $s = 3x$ is used twice, and the order in which a walk from the result *first meets* each number is not good enough:

# %%
x = Value(0.5, label="x")
s = 3.0 * x
t = tanh(s)
result = s * t
s.label, t.label, result.label = "s", "t", "result"

as_met = [result]
for node in as_met:
    as_met += [operand for operand in node.operands if isinstance(operand, Value) and operand not in as_met]
uses_first = topological_order(result)[::-1]
print("as met:    ", [node.label for node in as_met])
print("uses first:", [node.label for node in uses_first])

# %% [markdown]
# As met, `s` passes its gradient on to `x` before `t` has contributed. Which of the two is right is for a measurement
# to say: move $x$ a little to both sides, and see how far the result moves.


# %%
def f(x):
    return 3.0 * x * tanh(3.0 * x)


h = 1e-5
measured = (f(0.5 + h) - f(0.5 - h)) / (2 * h)
right = backpropagate(uses_first)[x]
wrong = backpropagate(as_met)[x]
print(f"measured   {measured:.6f}\nuses first {right:.6f}\nas met     {wrong:.6f}")
assert math.isclose(right, measured, rel_tol=1e-9)
assert not math.isclose(wrong, measured, rel_tol=0.1)

# %% [markdown]
# ## A third witness
#
# Hand and machine could share a mistake. A measurement cannot: it knows nothing of derivatives. `check_gradients`
# measures in all inputs, more carefully than we did, and compares.

# %%
check_gradients(lambda a, b, c: tanh(a * b + c), 2.0, -3.0, 6.5)

# %% [markdown]
# ## Twice backward
#
# Call `backward()` on a second result, and the gradients of the leaves add up. That is what a derivative does too: the
# gradient of a sum is the sum of the gradients. Training uses it, and starts each step by setting them to zero.

# %%
a = Value(2.0, label="a")
(5.0 * a).backward()
(a * a).backward()
assert a.grad == 5.0 + 4.0

a.grad = 0.0
(5.0 * a + a * a).backward()
assert a.grad == 9.0

# %% [markdown]
# ## To try
#
# * What is the gradient of `a` in `a - a`? In `a / a`? Which paths cancel?
# * In the picture of $L$, make `c` so large that $\tanh$ is almost 1. What becomes of all gradients before it, and why?
# * Give `backpropagate` the list `topological_order(result)` without turning it round. What comes out, and why?
