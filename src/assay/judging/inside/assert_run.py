"""Runs a file of asserts, test by test, against a candidate in another sandbox."""

from __future__ import annotations
import __future__

import ast
import linecache
import sys
import types
import unittest
from collections.abc import Callable
from functools import partial
from typing import Any

from assay.judging.inside.comparisons import Comparisons
from assay.judging.inside.items import CHECK, FUNCTION, METHOD, Item, flatten
from assay.judging.inside.link import Link
from assay.judging.inside.outcomes import FAILED, LEFT_OUT, PASSED, Reporter, line_in
from assay.judging.inside.solution import connect

FILE_NAME = "tests.py"


class AssertRun:
    """One file of asserts: its statements in order, then its functions and classes."""

    def __init__(
        self,
        params: dict[str, Any],
        link: Link,
        reporter: Reporter,
        names: dict[str, Any],
    ) -> None:
        self._params = params
        self._link = link
        self._reporter = reporter
        self._comparisons = Comparisons()
        self._module = types.ModuleType("__main__")
        self._globals = vars(self._module)
        self._globals.update(names, **self._comparisons.names, __file__=FILE_NAME)
        sys.modules["__main__"] = self._module

    def run(self) -> None:
        """Run all of it. What fails is reported, and the rest goes on."""
        source = self._params["source"]
        linecache.cache[FILE_NAME] = (
            len(source),
            None,
            source.splitlines(True),
            FILE_NAME,
        )
        tree = ast.parse(source)
        body = flatten(tree)
        items = [Item(*fields) for fields in self._params["items"]]
        flags = _future_flags(tree)
        for item in items:
            if item.kind not in (FUNCTION, METHOD, CHECK):
                self._run_statement(item, body[item.position], flags)
        for item in items:
            if item.kind in (FUNCTION, CHECK):
                self._run_test(item.name, partial(self._call, item))
        self._run_classes([item for item in items if item.kind == METHOD])

    def _run_statement(self, item: Item, node: ast.stmt, flags: int) -> None:
        self._comparisons.rewrite(node)
        code = compile(
            ast.Module([node], []), FILE_NAME, "exec", flags, dont_inherit=True
        )
        if item.kind:
            self._run_test(item.name, lambda: exec(code, self._globals))
            return
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            self._reporter.start("")
        try:
            exec(code, self._globals)
        except BaseException as error:  # reported as a test that failed
            self._reporter.end_with(item.name, error, None)

    def _call(self, item: Item) -> None:
        function = self._globals[item.name]
        if item.kind == FUNCTION:
            returned = function()
        else:
            returned = function(self._link.evaluate(self._params["entry_point"]))
        if isinstance(returned, types.GeneratorType | types.CoroutineType):
            raise TypeError(f"{item.name} is a generator, so nothing in it was run")

    def _run_test(self, name: str, test: Callable[[], Any]) -> None:
        self._comparisons.forget()
        self._reporter.start(name)
        try:
            test()
        except BaseException as error:  # any end but the normal one is a failure
            facts = self._comparisons.facts(line_in(error, FILE_NAME))
            self._reporter.end_with(name, error, facts)
        else:
            self._reporter.end(name, PASSED)

    def _run_classes(self, items: list[Item]) -> None:
        result = _Result(self._reporter, self._comparisons)
        for parent in dict.fromkeys(item.parent for item in items):
            kind = self._globals[parent]
            mine = [item for item in items if item.parent == parent]
            tests = [kind(item.name.partition(".")[2]) for item in mine]
            unittest.TestSuite(tests).run(result)


class _Result(unittest.TestResult):
    """Reports each test of a TestCase; one that says nothing stays unreported."""

    def __init__(self, reporter: Reporter, comparisons: Comparisons) -> None:
        super().__init__()
        self._reporter = reporter
        self._comparisons = comparisons

    def startTest(self, test: Any) -> None:
        self._comparisons.forget()
        self._reporter.start(_test_name(test))

    def addSuccess(self, test: Any) -> None:
        self._reporter.end(_test_name(test), PASSED)

    def addError(self, test: Any, err: Any) -> None:
        self._reporter.end_with(_test_name(test), err[1], None)

    def addFailure(self, test: Any, err: Any) -> None:
        facts = self._comparisons.facts(line_in(err[1], FILE_NAME))
        self._reporter.end_with(_test_name(test), err[1], facts)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self.addFailure(test, err)

    def addSkip(self, test: Any, reason: str) -> None:
        self._reporter.skip(_test_name(test), reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self._reporter.end(_test_name(test), LEFT_OUT, got="failed as it should")

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._reporter.end(_test_name(test), FAILED, got="passed, but should not")


def _test_name(test: Any) -> str:
    method = getattr(test, "_testMethodName", "")
    return f"{type(test).__name__}.{method}" if method else str(test)


def _future_flags(tree: ast.Module) -> int:
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags


def run(params: dict[str, Any], request: Callable[[Any], Any]) -> None:
    """Run the file in `params` and report every test."""
    link, names = connect(params, request)
    AssertRun(params, link, Reporter(request, link), names).run()
