"""How well a program fits what a problem asks, judged by its looks alone."""

from __future__ import annotations

import ast

from assay.sampling.imports import is_known
from assay.sampling.starter import Entry, definitions, starter_source
from assay.sampling.syntax import (
    DEFINITIONS,
    Function,
    classes,
    functions,
    is_stub,
    methods,
    names_of,
    parse,
    reads_input,
    writes_output,
)
from assay.types import Problem

USABLE = 40
"""From here on a program has something that can be called, or writes an answer."""


def fitness(code: str, problem: Problem, entry: Entry | None) -> int:
    """How well a program fits, 0 if it is none.

    100 is a program with all that is asked; below `USABLE` are usage examples, imports
    alone and the like. Names that nothing binds cost a little.
    """
    tree = parse(code)
    if tree is None or not tree.body:
        return 0
    unbound = names_of(code).unbound
    missing = {name for name in unbound if not is_known(name)}
    if missing and problem.starter_code:
        provided = definitions(starter_source(problem), frozenset(missing))
        missing -= names_of(provided).bound
    missing -= names_of(problem.setup_code).bound
    if entry is None:
        score = _whole_program(tree)
    else:
        score = _callable(tree, entry)
        if score == 0 and unbound & {entry.name, entry.class_name}:
            return 0
        score = score or _script(tree)
    return max(0, score - 10) if missing else score


def _whole_program(tree: ast.Module) -> int:
    reads, writes = reads_input(tree), writes_output(tree)
    if writes:
        return 100 if reads else 50
    if any(isinstance(node, DEFINITIONS) for node in tree.body):
        return 35
    return 30 if reads else 0


def _script(tree: ast.Module) -> int:
    return 20 if reads_input(tree) and writes_output(tree) else 0


def _callable(tree: ast.Module, entry: Entry) -> int:
    in_classes = [
        (owner.name, node) for owner in classes(tree) for node in methods(owner)
    ]
    scores = [_score(node, None, entry) for node in functions(tree)]
    scores += [_score(node, owner, entry) for owner, node in in_classes]
    if entry.class_name is None and entry.name in _assigned(tree):
        scores.append(100)
    return max(scores, default=0)


def _score(node: Function, owner: str | None, entry: Entry) -> int:
    if is_stub(node):
        return 0
    if fold(node.name) == fold(entry.name):
        exact = owner == entry.class_name and node.name == entry.name
        return 100 if exact else 90
    if owner is not None:
        return 50 if fits(node, entry.arity, bound=True) else USABLE
    return 60 if fits(node, entry.arity) else USABLE


def _assigned(tree: ast.Module) -> set[str]:
    return {
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.ImportFrom | ast.AnnAssign)
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def fits(node: Function, arity: int | None, *, bound: bool = False) -> bool:
    """Whether a function can be called with so many arguments; unknown fits all.

    Args:
        node: The function.
        arity: How many arguments.
        bound: The function is a method, and its first parameter is filled already.
    """
    if arity is None:
        return True
    positional = len(node.args.posonlyargs) + len(node.args.args)
    required = positional - len(node.args.defaults)
    passed = arity + (bound and not is_static(node))
    return required <= passed and (passed <= positional or node.args.vararg is not None)


def is_static(node: Function) -> bool:
    """Whether a method is declared to take no instance."""
    return any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)


def fold(name: str) -> str:
    """A name in a form that is the same in camel case and in snake case.

    >>> fold("maxDepth") == fold("max_depth")
    True
    """
    return name.replace("_", "").lower()
