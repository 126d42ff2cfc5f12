"""Assay: verified programs from a small, frozen, local language model.

The method is one page: `assay.solve`. The nouns are in `assay.types`.
"""

__version__ = "0.1.0"
