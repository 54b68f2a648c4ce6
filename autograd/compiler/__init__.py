"""The compiler: scalar programs as array programs.

From the function to the program:
arguments                   what a call is made of: arrays to compute with, and a key
program, packed             scalar operations in single-assignment form, with a reference interpreter; in less memory
symbols, recorder, trace    stage 1: run a function on symbols, and write down what it does
captured, arranging, detached   how the `Value`s it reaches behave meanwhile, and stand; what `no_grad` writes
refusals, ownership, reach  what it may not do; what is whose; what else it may depend on
watching, images            what it does depend on, and whether that has changed
batching, mapping           places that stand for a number in each sample; vmap within a trace, run once for all samples
builder, packing            a program that simplifies itself, and knows the role of each place; the same for batches
terms                       the terms of a sum, by kind
simplify                    stage 2: the traced program, written anew by a builder
differentiate               stage 3: append the gradient, by the same rows as eager

As array statements:
reroll, ordering            stage 4: an array for each role; what is used together, laid out side by side
layout, statements, access  arrays and what fills them; a role as statements; strided views recovered from positions
joining, merging, buffers   arrays computed where they are needed; steps as one statement; memory that is taken over
names, array_names          names for parameters, from their labels; for arrays, from what they are derivatives of
templates, operands, writer how primitives, operands, arrays and constants are written
misses                      why operands were gathered, and what would help
contraction, dots, reductions   sums of products as matrix products; other sums, maxima, choices
emit                        stage 5: statements as NumPy text
segments, dependencies      the narrow runs of wide programs, as lines of Python; what needs what

As lines of Python:
formulas, operations        operations as text with few brackets; places as lines
loops, loop_text, script    the steps that lines repeat, as loops; both passes, written out
straight, machine, tape     run as Python, as machine code, or as a tape for one compiled loop
expansion                   batched programs as programs without batches

In use:
lowering, executors         simplified and differentiated; the form that a program runs in
positions, loading, replay  positions that are data, checked; text as functions; a program that runs
array_replay, line_replay   as NumPy statements; as lines of Python or machine code
results, path, compiled     what is returned; one trace with its replays; `compile`: cached by form, guarded by branch
source, picture             the program to read, and to look at
"""
