"""The tests. This file keeps a folder named `tests/autograd` from ever shadowing the package `autograd`."""
