"""What reports are made of: HTML pages that need nothing else, no script, no font, no connection.

parts      the style of all pages, tiles, tables, figures, versions
words      amounts in words
"""

from nn.reports.parts import fact_rows, figure, style, table, tiles, versions
from nn.reports.words import duration, plural, readable

__all__ = ["duration", "fact_rows", "figure", "plural", "readable", "style", "table", "tiles", "versions"]
