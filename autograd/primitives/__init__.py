"""The tables: every primitive of the library, one row each.

comparison      less ... not_equal, sign, floor, step, where, maximum, minimum, clip, stop_gradient
transcendental  exp, log, sqrt, sin, tanh, erf and their kin
arithmetic      add, subtract, multiply, divide, negative, power, absolute
activations     sigmoid, softplus, relu, leaky_relu, elu, gelu, silu
likelihood      the cost of a predicted probability
nary            dot, total, logsumexp: one node with many operands

and those that work on whole arrays:

shaping         reshape, transpose, broadcast_to, concatenate, pad, ...
indexing        getitem, scatter_add, take_along_axis
contraction     matmul, einsum, linear
reductions      sum, mean, amax, prod, softmax, cumsum, ...
cross_entropy   the cost of class scores, from the scores
normalization   centre, unit_rms, scale_shift
attention       masked_softmax
recurrent       rnn_tanh, rnn_relu, lstm, gru: a whole sequence as one node
windows         sliding_windows
windows         sliding windows, their means and maxima
convolution     convolve and its transposes
algebra         solve, inv, det, cholesky
"""
