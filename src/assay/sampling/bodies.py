"""Completions that are only the body of the function whose signature was given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from assay.sampling.fitness import fitness
from assay.sampling.starter import Entry, under_signature
from assay.sampling.syntax import parse
from assay.types import Problem


def from_body(code: str, problem: Problem, entry: Entry | None) -> str | None:
    """The program for a completion that is only the body of the asked function."""
    if entry is None or not problem.starter_code or not code.strip():
        return None
    for body in _bodies(code):
        program = under_signature(body, problem)
        if program is not None and fitness(program, problem, entry) >= 90:
            return program
    return None


def _bodies(code: str) -> Iterator[str]:
    """Readings of a text as the lines of a body, at the margin."""
    tree = parse(code, whole=False)
    if tree is not None:
        if any(
            isinstance(node, ast.Return) for top in tree.body for node in _same(top)
        ):
            yield code
        return
    lines = code.strip("\n").split("\n")
    indented = lines[0][:1].isspace()
    end = next((i for i, s in enumerate(lines) if i and s[:1].strip()), len(lines))
    rest = [line for line in lines[1:end] if line.strip()]
    if not indented and rest:
        # the first line lost the indentation that all others have
        margin = len(rest[0]) - len(rest[0].lstrip())
        inner = margin - 4 if lines[0].rstrip().endswith(":") else margin
        lines[0] = " " * inner + lines[0]
        indented = inner > 0
    if indented:
        margin = len(lines[0]) - len(lines[0].lstrip())
        body = "\n".join(line[margin:] for line in lines[:end])
        if parse(body, whole=False) is not None:
            yield body


def _same(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and all in it, but not what is inside of functions in it."""
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield item
        pending.extend(ast.iter_child_nodes(item))
