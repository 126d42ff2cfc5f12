"""Programs of ours that run inside sandboxes, sent there as text (see `bundle.py`).

They import the standard library and each other, and nothing else of this package.
"""
