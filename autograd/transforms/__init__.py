"""Functions of functions: derivatives as functions.

variables   fresh variables and the recorded run of a function
batching    vmap
reverse     grad, value_and_grad, vjp, jacobian
forward     jvp, hvp, hessian
"""
