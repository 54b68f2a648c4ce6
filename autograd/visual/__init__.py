"""Pictures: any computation graph or network as SVG, DOT or Mermaid.

picture              Box, Arrow, Column, Picture: a picture before it has a format
kinds, sizes         how each kind of box looks, how large everything is
measure              how wide a text is; how numbers are written
layout               where everything stands: our own layered layout, or Graphviz
svg                  SVG, with shapes (boxes, arrows, texts) and stylesheet
dot, mermaid         the other formats, each one file that takes a picture
saving               which suffix is which format; files appear whole or not at all
graph                a node's computation graph as a picture
collapse, parameters which nodes of a large graph share a box, which leaves are parameters
architecture         a network as columns of neurons
formula, command     `chainrule draw "tanh(a*b + c)" a=2 b=-3 c=10 -o L.svg`
"""

from autograd.visual.graph import draw
from autograd.visual.picture import Picture

__all__ = ["Picture", "draw"]
