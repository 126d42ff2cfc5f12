"""What a file of asserts consists of, as the judge lists it for the sandbox."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

STATEMENT, FUNCTION, METHOD, CHECK = "statement", "function", "method", "check"


@dataclass(frozen=True)
class Item:
    """A test, or a statement that is none (`kind` is empty then), in file order."""

    kind: str
    name: str
    position: int  # of its statement, in `flatten(tree)`
    parent: str = ""  # a method's class


def flatten(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a file, those under `if __name__ == "__main__"` among them."""
    return list(_flatten(tree.body))


def _flatten(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            yield from _flatten(node.body)
        else:
            yield node
