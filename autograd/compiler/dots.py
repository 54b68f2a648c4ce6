"""How sums of products are written: as products of matrices and vectors, wherever they are some.

`np.dot` costs half a microsecond less than `np.matmul`, but copies operands that are not dense.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from autograd.compiler.access import contiguous_steps
from autograd.compiler.contraction import Matmul, as_matmul
from autograd.compiler.layout import Constants, Operand, Statement, View
from autograd.compiler.operands import dot_for, extents_of, moves, one_number, reordered, with_loop, without
from autograd.compiler.writer import LONGEST_BY_ONES, Writer

#: More products than this are not stored before they are summed.
_MOST_PRODUCTS: Final = 1 << 20
#: Fewer products are formed and summed at less cost than by a batch of matrix products and a sum.
_FEW_PRODUCTS: Final = 512
#: Up to so many rows, matrix products of one row and one column are quicker than a product and a sum.
_FEW_ROWS: Final = 48
#: An operand of at most so many elements may be copied to make it dense.
_CHEAP_COPY: Final = 512


def write_product(writer: Writer, statement: Statement, out: View, comment: str) -> None:
    """Write a sum of one product: what begins at 0, and so may be a matrix product of a column and a row."""
    left, right = statement.operands
    if isinstance(left, View) and isinstance(right, View) and len(out.extents) == 2 and out.extents[1] <= 128:
        if right.steps[1] == 0 == left.steps[0]:
            left, right = right, left
        if left.steps[1] == 0 == right.steps[0] and left.steps[0] and right.steps[1]:
            column = View(left.array, left.offset, (left.extents[0], 1), (left.steps[0], 0))
            row = View(right.array, right.offset, (1, right.extents[1]), (0, right.steps[1]))
            writer.line(f"{dot_for(out)}({{}}, {{}}, out={{}})", [column, row, out], comment)
            return
    writer.line("np.multiply({}, {}, out={})", [one_number(left), one_number(right), out], comment)


def write_dot(writer: Writer, statement: Statement, out: View, comment: str) -> None:
    """Write sums of products."""
    assert statement.terms is not None
    outer = len(statement.extents)
    left, right = statement.operands
    if statement.terms:
        comment += f", sums of {int(np.prod(statement.terms))}"
    loops = range(outer, outer + len(statement.terms))
    still = [loop for loop in loops if not (moves(left, loop) or moves(right, loop))]
    if still:  # the same product many times over
        count = float(np.prod([statement.terms[loop - outer] for loop in still]))
        left, right = without(left, still), without(right, still)
    terms = tuple([x for loop, x in enumerate(statement.terms, start=outer) if loop not in still])
    if not terms:
        write_product(writer, statement._replace(terms=None, operands=(left, right)), out, comment)
    elif not any(write(writer, left, right, out, comment) for write in (_write_dot_of_vectors, _write_matmul)):
        _write_products(writer, left, right, out, terms, comment)
    if still and count != 1.0:
        writer.line("np.multiply({0}, {1}, out={0})", [out, Constants(np.array(count))], comment)


def _write_dot_of_vectors(writer: Writer, left: Operand, right: Operand, out: View, comment: str) -> bool:
    """Write one sum over one loop, or sums with one constant for all; tell whether it was one of these."""
    outer = len(out.extents)
    if isinstance(left, Constants) and not left.numbers.shape:
        left, right = right, left
    extents = extents_of(left)
    if len(extents) != outer + 1 or (outer > 1 and not isinstance(right, Constants)):
        return False
    if isinstance(right, Constants) and not right.numbers.shape:
        factors = writer.filled(extents[-1], float(right.numbers))
        product = dot_for(out) if outer < 2 else "np.matmul"
        writer.line(f"{product}({{}}, {{}}, out={{}})", [left, factors, out], comment, [range(outer + 1)])
        return True
    if outer == 0:
        writer.line("np.dot({}, {}, out={})", [left, right, out], comment, [(0,), (0,)])
        return True
    return False


def _write_matmul(writer: Writer, left: Operand, right: Operand, out: View, comment: str) -> bool:
    """Write sums of products as a matrix product; tell whether they are one."""
    if not (isinstance(left, View) and isinstance(right, View)):
        return False
    outer = len(out.extents)
    product = as_matmul(left, right, outer)
    if product is None:
        return _write_sum_of_matmuls(writer, left, right, out, comment)
    if len(product.shape) == 2 and _is_cheap_for_dot(product.left) and _is_cheap_for_dot(product.right):
        _write_flat_matmul(writer, product, out, comment)
        return True
    steps = tuple([out.steps[axis] for axis in product.axes])
    steps = (*steps[: len(product.shape) - 2], *_core_steps(product.axes, product.shape, out))
    result = View(out.array, out.offset, product.shape, steps)
    last = len(product.shape) - 1
    writer.line("np.matmul({}, {}, out={})", [product.left, product.right, result], comment, [(last,), (last - 1,)])
    return True


def _write_flat_matmul(writer: Writer, product: Matmul, out: View, comment: str) -> None:
    """Write a product of matrices, or of a matrix and a vector."""
    left, right = product.left, product.right
    call = f"{dot_for(out)}({{}}, {{}}, out={{}})"
    if len(out.extents) == 2:
        writer.line(call, [left, right, out], comment, [(1,), (0,)])
        return
    if product.shape[0] == 1:
        left, right = reordered(right, [1, 0]), reordered(left, [1, 0])
    vector = View(right.array, right.offset, right.extents[:1], right.steps[:1])
    writer.line(call, [left, vector, out], comment, [(1,), (0,)])


def _write_sum_of_matmuls(writer: Writer, left: View, right: View, out: View, comment: str) -> bool:
    """Write sums over two loops as matrix products over the inner one, and their sum."""
    outer = len(out.extents)
    if len(left.extents) != outer + 2 or int(np.prod(left.extents)) < _FEW_PRODUCTS:
        return False
    loops = [outer, *range(outer), outer + 1]
    product = as_matmul(reordered(left, loops), reordered(right, loops), outer + 1)
    if product is None or len(product.shape) != 3 or product.axes[0] != 0:
        return False
    parts = writer.scratch("parts", product.shape)
    writer.line("np.matmul({}, {}, out={})", [product.left, product.right, parts], comment, [(2,), (1,)])
    axes = tuple([axis - 1 for axis in product.axes[1:]])
    result = View(out.array, out.offset, product.shape[1:], _core_steps(axes, product.shape[1:], out))
    writer.line("np.add.reduce({}, axis=0, out={})", [parts, result], comment)
    return True


def _write_products(
    writer: Writer, left: Operand, right: Operand, out: View, terms: tuple[int, ...], comment: str
) -> None:
    """Write sums of products as just this."""
    shape = (int(np.prod(out.extents, dtype=int)), int(np.prod(terms)))
    loops = out.extents + terms
    if isinstance(left, View) and isinstance(right, View) and shape[0] <= _FEW_ROWS and len(terms) == 1:
        rows, columns = with_loop(left, len(loops) - 1), with_loop(right, len(loops))
        result = View(out.array, out.offset, (*out.extents, 1, 1), (*out.steps, 0, 0))
        term = len(loops) - 1
        writer.line("np.matmul({}, {}, out={})", [rows, columns, result], comment, [(term + 1,), (term,)])
        return
    many = shape[0] * shape[1] > _MOST_PRODUCTS or shape[1] > LONGEST_BY_ONES
    if many or (shape[0] * shape[1] > _CHEAP_COPY and _order(left) != _order(right)):  # one of them is read across
        letters = "abcdefghijklmnopqrstuvwxyz"[: len(loops)]
        scalar = [isinstance(x, Constants) and not x.numbers.shape for x in (left, right)]
        subscripts = ",".join("" if alone else letters for alone in scalar)
        template = f"np.einsum('{subscripts}->{letters[: len(out.extents)]}', {{}}, {{}}, out={{}})"
        writer.line(template, [left, right, out], comment, [range(len(loops))] * 2)
        return
    call = dot_for(out)
    sums = shape[:1] if call == "np.dot" and out.extents else out.extents
    flat = (*sums, shape[1])
    products = writer.scratch("products", flat)
    shaped = products if flat == loops else f"{products}.reshape{loops}"
    writer.line("np.multiply({}, {}, out={})", [left, right, shaped], str(loops))
    result = View(out.array, out.offset, sums, contiguous_steps(sums)) if call == "np.dot" else out
    writer.line(f"{call}({{}}, {{}}, out={{}})", [products, writer.filled(shape[1]), result], comment)


def _is_cheap_for_dot(view: View) -> bool:
    """Tell whether np.dot reads a matrix in place, or need only copy a few elements."""
    if int(np.prod(view.extents, dtype=int)) <= _CHEAP_COPY:
        return True
    loops = sorted((step, extent) for step, extent in zip(view.steps, view.extents, strict=True) if extent > 1)
    size = 1
    for step, extent in loops:
        if step != size:
            return False
        size *= extent
    return True


def _core_steps(axes: tuple[int, ...], shape: tuple[int, ...], out: View) -> tuple[int, int]:
    """Return the steps of the rows and columns of a product's result; 1 for a loop that is missing."""
    core = [out.steps[axis] for axis in axes[len(shape) - 2 :]]
    if len(core) == 2:
        return core[0], core[1]
    return (core[0], 1) if shape[-1] == 1 else (1, core[0])


def _order(operand: Operand) -> list[int]:
    """Return the loops of a view from the widest step to the narrowest; [] for what is read in order."""
    if not isinstance(operand, View):
        return []
    moving = [loop for loop, step in enumerate(operand.steps) if step and operand.extents[loop] > 1]
    order = sorted(moving, key=lambda loop: -abs(operand.steps[loop]))
    return [] if order == moving else order
