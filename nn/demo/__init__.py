"""The main job, `chainrule demo`: a network of single numbers learns to read handwritten digits.

settings   what can be chosen, and what must be reached
training   the loop
by_hand    the same gradients, derived on paper and written in NumPy
job        prepare, check the first gradients, learn: one run
progress   how the training is followed
story      the run in words
pictures   the run as SVG
report     the run as one HTML page (its frame is page.html)
command    the command line
"""
