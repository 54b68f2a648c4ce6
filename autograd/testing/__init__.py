"""Are the gradients right? Held against finite differences, and against backpropagation written by hand.

gradients   check_gradients: both modes against finite differences, to any order
numeric     derivatives by extrapolated finite differences
flat        functions as they are differentiated there: from a list of numbers to a list of numbers
manual      check_manual: gradients written by hand, array by array
tables      what it found, as a table
labels      parameters found by the labels of a graph
matching    assert_gradients_match: two gradients, entry by entry
reading     numbers out of nested lists, dictionaries, arrays and nodes
command     chainrule check: the same from the command line
importing   a function by the name that a shell user writes
"""

from autograd.errors import GradientMismatch
from autograd.testing.gradients import Check, GradientReport, check_gradients
from autograd.testing.manual import check_manual
from autograd.testing.matching import Difference, assert_gradients_match
from autograd.testing.tables import ArrayReport, ManualReport

__all__ = [
    "ArrayReport",
    "Check",
    "Difference",
    "GradientMismatch",
    "GradientReport",
    "ManualReport",
    "assert_gradients_match",
    "check_gradients",
    "check_manual",
]
