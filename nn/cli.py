"""Where the console script `chainrule` starts: importing `nn` notices when another `autograd` stands in the way."""

from autograd.cli import main

__all__ = ["main"]
