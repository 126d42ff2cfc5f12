"""What the user gave -> `Problem`: signature, examples, I/O mode, limits, checker.

Nothing is run: text is searched, JSON and Python are parsed, literals are evaluated.
"""

from assay.problems.reading import read_problem
from assay.problems.rows import read_row, read_rows

__all__ = ["read_problem", "read_row", "read_rows"]
