"""Walking syntax trees that are mostly data: tests come with lists of many inputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node under `node` and itself, but constants and contexts. No order."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        for field in here._fields:
            value = getattr(here, field, None)
            if type(value) is list:
                stack += [v for v in value if isinstance(v, ast.AST) and _counts(v)]
            elif isinstance(value, ast.AST) and _counts(value):
                stack.append(value)


def _counts(node: ast.AST) -> bool:
    kind = type(node)
    return not (kind is ast.Constant or kind is ast.Load or kind is ast.Store)


@dataclass(frozen=True)
class Summary:
    """What a statement has in it."""

    asserts: bool
    calls: frozenset[str]  # what it calls, as written
    names: frozenset[str]  # names and attributes that it mentions or imports
    modules: frozenset[str]  # that it imports


def summarize(node: ast.stmt) -> Summary:
    """Look at each part of a statement once."""
    asserts = False
    calls: set[str] = set()
    names: set[str] = set()
    modules: set[str] = set()
    for part in walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                names.add(name)
            case ast.Call(func=function):
                calls.add(ast.unparse(function))
            case ast.Import(names=aliases):
                modules.update(alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                modules.add(module)
                names.update(alias.name for alias in aliases)
            case _:
                asserts = asserts or _is_assert(part)
    return Summary(asserts, frozenset(calls), frozenset(names), frozenset(modules))


def _is_assert(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return node.exc is not None and "AssertionError" in ast.unparse(node.exc)
    if isinstance(node, ast.withitem):  # pytest.raises, self.assertRaises
        return "aises" in ast.unparse(node.context_expr)
    return isinstance(node, ast.Assert)
