"""The compiler: scalar programs as array programs.

arguments       what a call is made of: arrays to compute with, and a key
program         scalar operations in single-assignment form, with a reference interpreter
symbols, trace  stage 1: run a function on symbols, and write down what it does
refusals, watching  what it may not do meanwhile, and what else it depends on
batching        places that stand for a number in each sample: what leads into a batch, and out of it
mapping         vmap within a trace: a function of one sample, run once for all
builder         a program that folds constants, flattens sums, and knows the role of each place
packing         what a builder does with batches, so that they cost nothing
simplify        stage 2: the traced program, written anew by a builder
differentiate   stage 3: append the gradient, by the same rows as eager
access          strided views recovered from positions
ordering        places that are used together, side by side
statements      stage 4: the places of one role as one array statement
joining         arrays that are computed side by side, instead of copied there
merging         the same statement for several steps, as one
buffers         memory that later arrays take over
templates       how each primitive is written in NumPy
operands, writer                how operands, arrays and constants are written
contraction, dots, reductions   sums of products as matrix products; other sums, maxima, choices
emit            stage 5: statements as NumPy text
expansion       batched programs as programs without batches
straight, tape  narrow programs as lines of Python, or as a tape for machine code
positions       positions that are data, checked
loading, replay text as functions that run
source, picture the program to read, and to look at
results, path   what a compiled function returns; one trace of it, with its replays
compiled        compile: programs cached by shape and guarded by branch
"""
