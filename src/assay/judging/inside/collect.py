"""Which tests a file of asserts holds, found without running it.

The judge reads the names here and knows what must be reported; the sandbox follows the
same list when it runs them. A test is

- a statement at module level that asserts something: an `assert`, a loop or a block
  with one, or a call of a function of this file that asserts;
- a function `test_*`, or a method `test*` of a `TestCase`;
- a function `check(candidate)` that nothing calls: it is called with the entry point.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator

from assay.judging.inside.items import CHECK, FUNCTION, METHOD, STATEMENT, Item
from assay.judging.inside.trees import Summary, summarize

_RUNNERS = frozenset({"unittest.main", "pytest.main", "doctest.testmod", "main"})
"""Calls that run the tests of a file; here the file is collected instead."""


def collect(body: list[ast.stmt]) -> tuple[Item, ...]:
    """List what a file of asserts does, in its order. `body` is what `flatten` gave."""
    return _Collection(body).items()


def free_names(source: str) -> frozenset[str]:
    """Names that a file uses and nothing in it, nor Python, defines."""
    top = symtable.symtable(source, "tests", "exec")
    defined = {s.get_name() for s in top.get_symbols() if _is_bound(s)}
    used: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global() and symbol.is_assigned():
                defined.add(symbol.get_name())
            if symbol.is_referenced() and (symbol.is_global() or table is top):
                used.add(symbol.get_name())
    return frozenset(used - defined - set(dir(builtins)) - {"__name__", "__file__"})


def unittest_names(tree: ast.Module) -> tuple[str, ...]:
    """Name the tests of a unittest file: `Class.method`, in the order of the file.

    Methods that a class takes from another class of the file come before its own.
    """
    methods: dict[str, list[str]] = {}
    cases: set[str] = set()
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = [ast.unparse(base) for base in node.bases]
        taken = [name for base in bases[::-1] for name in methods.get(base, ())]
        methods[node.name] = list(dict.fromkeys([*taken, *_test_methods(node)]))
        cases.discard(node.name)  # of the same name as one before, which it hides
        if any(base.endswith("TestCase") or base in cases for base in bases):
            cases.add(node.name)
    return tuple(
        f"{kind}.{name}" for kind in methods if kind in cases for name in methods[kind]
    )


class _Collection:
    """The statements of a file, and which of its functions assert something."""

    def __init__(self, body: list[ast.stmt]) -> None:
        self._body = body
        self._summaries = [summarize(node) for node in body]
        self._functions = {
            node.name: summary
            for node, summary in zip(body, self._summaries, strict=True)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self._asserting = self._find_asserting()
        self._called = frozenset().union(*(s.calls for s in self._summaries))

    def items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        for position, node in enumerate(self._body):
            items += self._items_of(position, node, self._summaries[position])
        # A function that is defined twice is the second one, once.
        last = {(item.kind, item.name): item for item in items if item.kind}
        return tuple(i for i in items if not i.kind or last[i.kind, i.name] is i)

    def _items_of(
        self, position: int, node: ast.stmt, summary: Summary
    ) -> Iterator[Item]:
        if isinstance(node, ast.FunctionDef):
            yield Item("", node.name, position)
            if node.name.startswith("test"):
                yield Item(FUNCTION, node.name, position)
            elif node.name == "check" and "check" not in self._called:
                yield Item(CHECK, "check", position)
        elif isinstance(node, ast.ClassDef):
            yield Item("", node.name, position)
            for method in _methods(node):
                yield Item(METHOD, f"{node.name}.{method}", position, node.name)
        elif not self._only_runs_tests(node):  # what that would run is listed itself
            is_test = summary.asserts or bool(summary.calls & self._asserting)
            name = f"line {node.lineno}: {_first_line(node)}"
            yield Item(STATEMENT if is_test else "", name, position)

    def _only_runs_tests(self, node: ast.stmt) -> bool:
        """Whether a statement is `unittest.main()`, or calls a test of this file."""
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            return False
        name = ast.unparse(node.value.func)
        if name in self._functions:
            return name.startswith("test") and not node.value.args
        return name in _RUNNERS

    def _find_asserting(self) -> frozenset[str]:
        """Functions that assert something, or call one that does."""
        found = {name for name, each in self._functions.items() if each.asserts}
        while True:
            more = {n for n, s in self._functions.items() if s.calls & found} - found
            if not more:
                return frozenset(found)
            found |= more


def _methods(node: ast.ClassDef) -> list[str]:
    if not any(ast.unparse(base).endswith("TestCase") for base in node.bases):
        return []
    return _test_methods(node)


def _test_methods(node: ast.ClassDef) -> list[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    functions = [n.name for n in node.body if isinstance(n, kinds)]
    return [name for name in functions if name.startswith("test")]


def _first_line(node: ast.stmt) -> str:
    heading = node
    if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try):
        heading = type(node)(**{**vars(node), "body": [ast.Pass()]})
    line = ast.unparse(heading).partition("\n")[0]
    return line if len(line) <= 100 else f"{line[:97]}..."


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
