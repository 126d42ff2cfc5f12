"""Python source of a dataset, parsed in silence."""

from __future__ import annotations

import ast
import warnings


def parsed(source: str) -> ast.Module:
    """Parse Python without repeating the warnings that it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
