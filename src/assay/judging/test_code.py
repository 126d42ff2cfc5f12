"""Reading tests that are written as code, before any of it runs.

Nothing of a tests file is executed here. What it defines, imports and leaves undefined
says which tests must be reported and which names are the solution's.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from assay.errors import ProblemError
from assay.judging.inside.collect import collect, free_names, unittest_names
from assay.judging.inside.items import FUNCTION, Item, flatten
from assay.judging.inside.trees import summarize, walk
from assay.types import TestCode, TestStyle

_WELL_KNOWN = frozenset(
    {"hypothesis", "networkx", "numpy", "pandas", "scipy", "sklearn", "sympy", "torch"}
)
"""Packages that a missing import means, and not a solution of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReading:
    """What a tests file holds: its tests, and the names it takes from elsewhere."""

    __test__ = False

    names: tuple[str, ...]  # of the tests; pytest's own may be more, by parameter
    items: tuple[Item, ...]  # what a file of asserts does; empty in other styles
    modules: frozenset[str]  # imported, and meaning the solution
    packages: frozenset[str]  # imported, and installed
    free: frozenset[str]  # neither defined nor imported, so the solution's
    used: frozenset[str]  # every name mentioned
    taken: frozenset[str]  # of those, what comes from the solution


def check_test_code(source: str, style: TestStyle) -> tuple[str, ...]:
    """Name the tests that a file holds, without running it.

    Raises:
        ProblemError: it is no Python, or holds no test, or not in that style.
    """
    return read_test_code(TestCode(source=source, style=style)).names


@lru_cache(maxsize=64)
def read_test_code(tests: TestCode, packages: tuple[Path, ...] = ()) -> TestReading:
    """Find a file's tests and the names that it takes from the solution.

    `packages` are the folders whose modules the tests can import besides Python's.

    Raises:
        ProblemError: it is no Python, holds no test, or needs what is not installed.
    """
    tree = _parse(tests)
    body = flatten(tree)
    items = _items(body, tests) if tests.style is TestStyle.ASSERTS else ()
    names = _names_of_tests(tree, items, tests.style)
    if not names:
        raise ProblemError(
            f"{tests.name} holds no test: expected {_EXPECTED[tests.style]}"
        )
    summaries = [summarize(node) for node in body]
    imported = frozenset().union(*(summary.modules for summary in summaries))
    foreign = {top for top in map(_top, imported) if not _is_standard(top)}
    installed = frozenset(top for top in foreign if _is_installed(top, packages))
    _require_installed(tests, foreign - installed)
    free = free_names(tests.source)
    return TestReading(
        names=names,
        items=items,
        modules=_with_parents(m for m in imported if _top(m) in foreign - installed),
        packages=installed,
        free=free,
        taken=free | _names_from(tree, foreign - installed),
        used=frozenset().union(*(summary.names for summary in summaries)),
    )


_EXPECTED = {
    TestStyle.ASSERTS: "assert statements, functions test_*, or check(candidate)",
    TestStyle.PYTEST: "functions test_*, or classes Test* with such methods",
    TestStyle.UNITTEST: "classes of unittest.TestCase with methods test*",
}


def _parse(tests: TestCode) -> ast.Module:
    try:
        with warnings.catch_warnings():  # of the user's file, not ours to repeat
            warnings.simplefilter("ignore")
            tree = ast.parse(tests.source)
            compile(tests.source, tests.name, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise ProblemError(
            f"{tests.name} cannot be read as Python: {error.msg} on line {error.lineno}"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProblemError(
            f"{tests.name} cannot be read as Python: {str(error) or 'nested too deep'}"
        ) from error
    return tree


def _items(body: list[ast.stmt], tests: TestCode) -> tuple[Item, ...]:
    items = collect(body)
    for item in items:
        node = body[item.position]
        if item.kind == FUNCTION and _needs_arguments(node):
            raise ProblemError(
                f"the function {item.name} on line {node.lineno} of {tests.name} "
                "takes arguments, as only pytest gives them; give it as a pytest file"
            )
    return items


def _names_of_tests(
    tree: ast.Module, items: tuple[Item, ...], style: TestStyle
) -> tuple[str, ...]:
    if style is TestStyle.ASSERTS:
        return tuple(item.name for item in items if item.kind)
    return unittest_names(tree) if style is TestStyle.UNITTEST else _pytest_names(tree)


def _pytest_names(tree: ast.Module) -> tuple[str, ...]:
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_test_class(node):
            names += [f"{node.name}::{name}" for name in _test_functions(node.body)]
    return (*_test_functions(tree.body), *names)


def _is_test_class(node: ast.ClassDef) -> bool:
    is_case = any(ast.unparse(base).endswith("TestCase") for base in node.bases)
    return node.name.startswith("Test") or is_case


def _test_functions(body: list[ast.stmt]) -> tuple[str, ...]:
    functions = [n for n in body if isinstance(n, ast.FunctionDef)]
    return tuple(n.name for n in functions if n.name.startswith("test"))


def _needs_arguments(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef):
        return False
    given = node.args
    optional = len(given.defaults) + sum(d is not None for d in given.kw_defaults)
    return len(given.posonlyargs + given.args + given.kwonlyargs) > optional


def _names_from(tree: ast.Module, solutions: set[str]) -> frozenset[str]:
    """Names that a file imports from the solution, or finds in its module."""
    names: set[str] = set()
    attributes: list[tuple[str, str]] = []
    modules: set[str] = set()
    for node in walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=aliases):
                if _top(module) in solutions:
                    names.update(alias.name for alias in aliases)
                    modules.update(alias.asname or alias.name for alias in aliases)
            case ast.Import(names=aliases):
                mine = (alias for alias in aliases if _top(alias.name) in solutions)
                modules.update(_top(alias.asname or alias.name) for alias in mine)
            case ast.Attribute(
                value=ast.Name() | ast.Attribute() as value, attr=attribute
            ):
                attributes.append((_top(ast.unparse(value)), attribute))
    return frozenset(names | {name for owner, name in attributes if owner in modules})


def _top(module: str) -> str:
    return module.partition(".")[0]


def _is_standard(top: str) -> bool:
    return top in sys.stdlib_module_names or top in ("pytest", "_pytest")


def _is_installed(top: str, packages: tuple[Path, ...]) -> bool:
    # Not sys.path: the folder in which a user stands may hold a solution.py.
    return PathFinder.find_spec(top, [str(path) for path in packages]) is not None


def _require_installed(tests: TestCode, missing: set[str]) -> None:
    for name in sorted(missing & _WELL_KNOWN):
        raise ProblemError(
            f"{tests.name} imports {name!r}, which is not installed here; "
            f"install it with: pip install {name}"
        )


def _with_parents(modules: Iterable[str]) -> frozenset[str]:
    parts = [module.split(".") for module in modules]
    return frozenset(
        ".".join(part[:n]) for part in parts for n in range(1, len(part) + 1)
    )
