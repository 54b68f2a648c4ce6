"""Programs for measuring the compiler: each one as plain scalar code, as arrays, and differentiated by hand.

A program is a module with

parameters()            arrays to differentiate by, by name, from a fixed seed
data()                  what else the program takes, in order, from a fixed seed
scalar(p, *data)        the loss as a user writes it on `Value`s: nested lists and single numbers
arrays(xp, p, *data)    the same for PyTorch and JAX; `xp` is a namespace of array functions
hand(p, *data)          loss and gradients in clear, ordinary NumPy, as a textbook derives them

`python -m tests.benchmarks.programs.check` holds all of them equal.
"""
