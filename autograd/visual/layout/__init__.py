"""Where everything in a picture stands.

Two engines answer that: `graphviz` asks Graphviz, `builtin` is our own layered drawing after Sugiyama, Tagawa and Toda
(1981), in four steps, each a file: `layers` (which column), `crossings` (which order in the column), `rows` (which
height), `routes` (which way each arrow takes). Both return the same `Layout`, so a picture looks alike in both.
"""

from autograd.visual.layout.builtin import lay_out
from autograd.visual.layout.geometry import Layout, Place, Point, Route

__all__ = ["Layout", "Place", "Point", "Route", "lay_out"]
