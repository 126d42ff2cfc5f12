"""The cases that a file of hidden tests states, so that they can be looked for.

Read are asserts (`assert f(1) == 2`, `self.assertEqual(f(1), 2)`) and tables of inputs
and results, as EvalPlus has them.

Not covered: cases that the tests compute, or keep in variables of other names.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator

Stated = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A case's name, its input's forms, its answer's forms."""

_VALUES = frozenset({"inf", "nan", "math", "float"})  # names that are as good as values
_INPUTS, _RESULTS = ("inputs", "_INPUTS"), ("results",)


def cases_of_code(source: str, name: str) -> list[Stated]:
    """All that a tests file states; none where it is no Python.

    >>> cases_of_code("assert f([4, 2], key=1) == 6", "t")
    [('t, line 1', ('[4, 2], key=1', '[4, 2], 1'), ('6',))]
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[Stated] = []
    tables: dict[str, list[str]] = {}
    for node in _nodes(tree):
        sides = _sides(node)
        if sides:
            line = getattr(node, "lineno", 0)
            found += _of_sides(sides, f"{name}, line {line}")
        elif table := _table(node):
            tables[table[0]] = [_text(each) for each in table[1]]
    return found + list(_of_tables(tables, name))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, but not into tables, which may be of a million values."""
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        if not _table(node):
            waiting.extend(ast.iter_child_nodes(node))


def _table(node: ast.AST) -> tuple[str, list[ast.expr]] | None:
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.List(elts=rows) | ast.Tuple(elts=rows),
        ):
            return name, rows
    return None


def _sides(node: ast.AST) -> tuple[ast.expr, ...]:
    """What an assertion compares."""
    match node:
        case ast.Assert(test=ast.Compare(left=left, comparators=[right])):
            return (left, right)
        case ast.Assert(test=test):
            return (test,)
        case ast.Call(func=ast.Attribute(attr=str() as called), args=[first, *more]):
            return (first, *more[:1]) if called.startswith("assert") else ()
    return ()


def _of_sides(sides: tuple[ast.expr, ...], name: str) -> Iterator[Stated]:
    for side in sides:
        others = [_text(each) for each in sides if each is not side and _is_value(each)]
        for call in ast.walk(side):
            if isinstance(call, ast.Call) and (forms := _arguments(call)):
                yield name, forms, tuple(filter(None, others))


def _arguments(call: ast.Call) -> tuple[str, ...]:
    """The ways to write what is passed; none where that is no value."""
    values = [*call.args, *(each.value for each in call.keywords)]
    if not values or not all(map(_is_value, values)):
        return ()
    plain = [_text(each) for each in values]
    named = [f"{each.arg}={_text(each.value)}" for each in call.keywords]
    forms = (", ".join([*plain[: len(call.args)], *named]), ", ".join(plain))
    return tuple(dict.fromkeys(forms))


def _is_value(node: ast.expr) -> bool:
    """Whether an expression says a value, and not only the name of one."""
    called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    return all(
        id(each) in called or each.id in _VALUES
        for each in ast.walk(node)
        if isinstance(each, ast.Name)
    )


def _of_tables(tables: dict[str, list[str]], name: str) -> Iterator[Stated]:
    """EvalPlus's form: a list of inputs, and one of results as long."""
    inputs = next((tables[key] for key in _INPUTS if key in tables), [])
    results = next((tables[key] for key in _RESULTS if key in tables), [])
    for number, given in enumerate(inputs, 1):
        answer = results[number - 1] if len(results) == len(inputs) else ""
        bare = given[1:-1] if given[:1] in "[(" and given[-1:] in "])" else given
        yield (
            f"{name}, input {number}",
            (bare.rstrip(", "),),
            (answer,) if answer else (),
        )


def _text(node: ast.expr) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""
