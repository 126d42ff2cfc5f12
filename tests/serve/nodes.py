"""Packages of node: where they are, and why a test that needs them is left out."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "node"
NODE = shutil.which("node")


def missing(package: str) -> str:
    """What a package of node lacks to be used here; empty if nothing does."""
    if NODE is None:
        return "node is not installed"
    if not (FOLDER / "node_modules" / package).is_dir():
        return f"{package} is not installed; `make test` does it where npm is"
    return ""
