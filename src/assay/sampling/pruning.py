"""Take the usage examples and tests out of a program whose function is called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.sampling.syntax import (
    DEFINITIONS,
    IMPORTS,
    Names,
    names_of,
    parse,
    reads_input,
    segments,
    without_nodes,
)

_SETTINGS = frozenset(
    {
        "filterwarnings",
        "getcontext",
        "seed",
        "set_int_max_str_digits",
        "setcontext",
        "setrecursionlimit",
        "setrlimit",
        "simplefilter",
        "stack_size",
    }
)
_LOOKS_UP_NAMES = frozenset({"globals", "eval", "exec", "vars"})
_MAX_STATEMENTS = 500  # what is written as a solution has far fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    node: ast.stmt
    names: Names
    touched: frozenset[str]  # names of things that it may change in place

    @property
    def name(self) -> str:
        """The name of a definition."""
        return str(getattr(self.node, "name", ""))

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, IMPORTS)


def without_examples(code: str, roots: Iterable[str]) -> str:
    """The program without the top-level statements that only show or test it.

    Such statements cost time, raise, or read an input that is not there. A statement
    stays if a root may depend on it: if it binds or changes what a root reads, directly
    or through a function that no root calls itself. Definitions, imports and plain
    constants stay, and so do settings of the interpreter.

    Args:
        code: The program. Returned as it is if nothing can go.
        roots: The names that will be called. If none of them is bound, everything
            that is defined counts as a root.
    """
    tree = parse(code)
    if tree is None or len(tree.body) > _MAX_STATEMENTS:
        return code
    if all(isinstance(node, (*DEFINITIONS, *IMPORTS)) for node in tree.body):
        return code
    program = [
        _Statement(node=node, names=names_of(text), touched=frozenset(_touched(node)))
        for node, text in zip(tree.body, segments(code, tree), strict=True)
    ]
    live = _live(program, roots)
    examples = [s for s in program if _is_example(s) and s.node not in live]
    setup = _only_for(examples, program, live)
    pruned = without_nodes(code, [s.node for s in (*examples, *setup)])
    return pruned if parse(pruned) is not None else code


def _live(program: list[_Statement], roots: Iterable[str]) -> frozenset[ast.stmt]:
    """The statements that the roots need, found by following names until no more."""
    definitions = [s for s in program if s.is_definition]
    defined = {name for s in program for name in s.names.bound}
    needed = set(roots) & defined
    if not needed:
        needed = {name for s in definitions for name in s.names.bound}
    for s in definitions:
        needed |= s.names.used_now
        needed |= defined if s.names.used & _LOOKS_UP_NAMES else set()
    live: set[ast.stmt] = set()
    grown = True
    while grown:
        called = {s.name for s in definitions if s.name in needed}
        found = [
            s
            for s in program
            if s.node not in live and _serves(s, program, needed, called)
        ]
        for s in found:
            live.add(s.node)
            needed |= s.names.used
        grown = bool(found)
    return frozenset(live)


def _serves(
    statement: _Statement,
    program: list[_Statement],
    needed: set[str],
    called: set[str],
) -> bool:
    """Whether a statement binds or changes something that is needed."""
    if statement.names.bound & needed:
        return True
    if statement.is_definition or statement.is_import:
        return False
    changed = _changed(statement, program, called) & needed
    defined = {s.name for s in program if s.is_definition}
    imported = {name for s in program if s.is_import for name in s.names.bound}
    if statement.names.used & defined:
        changed -= imported  # `sys.stdout.write(f(1))` shows f, and sets up nothing
    return bool(changed - defined)


def _changed(
    statement: _Statement, program: list[_Statement], called: set[str]
) -> set[str]:
    """What running a statement may change, through functions too.

    A function that the roots call themselves does not count: to call it is an example,
    even if it fills a cache.
    """
    changed = set(statement.touched)
    pending: set[str] | frozenset[str] = statement.names.used - called
    seen = set(called)
    while pending:
        seen |= pending
        run = [s for s in program if s.is_definition and s.name in pending]
        pending = {name for s in run for name in s.names.used} - seen
        for s in run:
            changed |= s.touched | (s.names.bound - {s.name})
    return changed


def _touched(node: ast.stmt) -> Iterator[str]:
    """Names whose objects are stored into, are asked to do something, or passed on."""
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute | ast.Subscript):
            if not isinstance(item.ctx, ast.Load):
                yield from _root(item)
        elif isinstance(item, ast.Call):
            yield from _root(item.func) if isinstance(item.func, ast.Attribute) else ()
            if not _is_named(item.func, "print"):
                for argument in [*item.args, *(k.value for k in item.keywords)]:
                    yield from _root(argument)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_example(statement: _Statement) -> bool:
    """Whether a statement that nothing needs is worth taking out."""
    node = statement.node
    if statement.is_definition or statement.is_import:
        return False
    if isinstance(node, ast.Assert) or _is_main_guard(node) or reads_input(node):
        return not _only_names_a_reader(node)
    calls = [item for item in ast.walk(node) if isinstance(item, ast.Call)]
    return bool(calls) and not any(_sets_up(call.func) for call in calls)


def _only_names_a_reader(node: ast.stmt) -> bool:
    """Whether it is like `input = sys.stdin.readline`, which reads nothing yet."""
    return not any(
        isinstance(item, ast.Call) for item in ast.walk(node)
    ) and isinstance(node, ast.Assign)


def _sets_up(function: ast.expr) -> bool:
    name = getattr(function, "attr", getattr(function, "id", ""))
    return name in _SETTINGS


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        _is_named(item, "__name__")
        for item in ast.walk(node.test)
        if isinstance(item, ast.expr)
    )


def _only_for(
    examples: list[_Statement], program: list[_Statement], live: frozenset[ast.stmt]
) -> list[_Statement]:
    """Assignments whose names only the examples read."""
    found: list[_Statement] = []
    rest = [s for s in program if s not in examples]
    shown = {name for s in examples for name in s.names.used}
    read = {name for s in rest for name in s.names.used}
    for s in rest:
        plain = isinstance(s.node, ast.Assign | ast.AnnAssign)
        private = bool(s.names.bound) and s.names.bound <= shown - read
        if plain and private and s.node not in live:
            found.append(s)
    return found
