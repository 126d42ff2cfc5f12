"""Runs a unittest file with unittest itself, against a candidate in another sandbox."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types
import unittest
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from assay.judging.inside.comparisons import Comparisons
from assay.judging.inside.outcomes import (
    FAILED,
    IMPORT_OF_TESTS,
    LEFT_OUT,
    PASSED,
    Reporter,
    line_in,
)
from assay.judging.inside.solution import connect

MODULE_NAME = "test_given"
FILE_NAME = f"{MODULE_NAME}.py"
_FIXTURE = re.compile(r"(setUp|tearDown)(Class|Module) \((?:\w+\.)?(.+)\)")
_BASES = (
    unittest.TestCase,
    unittest.FunctionTestCase,
    unittest.IsolatedAsyncioTestCase,
)


class Ended(SystemExit):
    """The tests' own `unittest.main()`: as outside, nothing after it is run."""


class Loader(unittest.TestLoader):
    """Loads what unittest would, in the order in which it is written."""

    def getTestCaseNames(self, testCaseClass: type) -> list[str]:  # noqa: N802, N803 (its names)
        """The methods of a class: those of its bases first, then its own."""
        known = set(super().getTestCaseNames(testCaseClass))
        written = [name for kind in testCaseClass.__mro__[::-1] for name in vars(kind)]
        return [name for name in dict.fromkeys(written) if name in known]

    def load(self, module: types.ModuleType) -> unittest.TestSuite:
        """The tests of a module's classes, or what its own `load_tests` makes."""
        kinds = [v for v in vars(module).values() if _is_case(v)]
        found = [self.loadTestsFromTestCase(kind) for kind in dict.fromkeys(kinds)]
        suite = unittest.TestSuite(found)
        load_tests = vars(module).get("load_tests")
        if type(load_tests) is types.FunctionType:  # the tests' own, not imported by *
            chosen: unittest.TestSuite = load_tests(self, suite, None)
            return chosen
        return suite


class Result(unittest.TestResult):
    """Reports each test once; one that says nothing stays unreported, so failed."""

    def __init__(
        self, reporter: Reporter, comparisons: Comparisons, names: list[str]
    ) -> None:
        super().__init__()
        self._reporter = reporter
        self._comparisons = comparisons
        self._names = names
        self.reported: set[str] = set()

    def startTest(self, test: Any) -> None:  # noqa: N802 (unittest's name, as below)
        """Say that a test begins."""
        self._comparisons.forget()
        self._reporter.start(_name(test))

    def stopTest(self, test: Any) -> None:  # noqa: N802
        """Say that it is over: the next fixture is no part of it."""
        self._reporter.start("")

    def addSuccess(self, test: Any) -> None:  # noqa: N802
        """Say that a test passed."""
        self._end(_name(test), PASSED)

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        """Say that a test, or a fixture of many tests, raised."""
        for name in self._concerned(test):
            self.reported.add(name)
            self._reporter.end_with(name, err[1], None)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        """Say what a test wanted and what it got."""
        facts = self._comparisons.facts(line_in(err[1], FILE_NAME))
        self.reported.add(_name(test))
        self._reporter.end_with(_name(test), err[1], facts)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        """Count a part that failed as its whole test."""
        if err is not None:
            self.addFailure(test, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        """Say that a test, or those of a class or the file, was left out."""
        for name in self._concerned(test):
            self.reported.add(name)
            self._reporter.skip(name, reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        """Say that a test failed which shows nothing by failing."""
        self._end(_name(test), LEFT_OUT, "failed as it should")

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        """Say that a test passed that should not."""
        self._end(_name(test), FAILED, "passed, but should not")

    def _end(self, name: str, outcome: str, got: str = "") -> None:
        self.reported.add(name)
        self._reporter.end(name, outcome, got=got)

    def _concerned(self, test: Any) -> list[str]:
        """The tests that something befell: all that a failed preparation was for."""
        fixture = _FIXTURE.fullmatch(str(test.id())) if _is_fixture(test) else None
        if fixture is None or fixture[1] == "tearDown":
            return [_name(test)]
        prefix = f"{fixture[3]}." if fixture[2] == "Class" else ""
        return [name for name in self._names if name.startswith(prefix)]


def run(params: dict[str, Any], request: Callable[[Any], Any]) -> None:
    """Run the file in `params` and report every test."""
    link, names = connect(params, request)
    reporter, comparisons = Reporter(request, link), Comparisons()
    module = types.ModuleType(MODULE_NAME)
    vars(module).update(names, **comparisons.names, __file__=FILE_NAME)
    sys.modules[MODULE_NAME] = module
    # A test that returns something, as `async def` in a plain class, ran nothing.
    warnings.filterwarnings("error", "It is deprecated to return a value")
    unittest.main = _end_of_file  # type: ignore[assignment]  # we are the runner
    try:
        _import(params["source"], module, comparisons, reporter)
        suite = Loader().load(module)
    except BaseException as error:  # whatever it is, the tests were not run
        reporter.end_with(IMPORT_OF_TESTS, error, None)
        return
    collected = [_name(test) for test in _flat(suite)]
    request(("collected", collected))
    reporter.start("")  # what the import asked of the candidate is no test's
    result = Result(reporter, comparisons, collected)
    try:
        suite.run(result)
    except BaseException as error:  # unittest lets such out of the fixtures of a class
        for name in collected:
            if name not in result.reported:
                reporter.end_with(name, error, None)


def _import(
    source: str,
    module: types.ModuleType,
    comparisons: Comparisons,
    reporter: Reporter,
) -> None:
    lines = source.splitlines(True)
    linecache.cache[FILE_NAME] = (len(source), None, lines, FILE_NAME)
    tree = ast.parse(source)
    for node in tree.body:
        comparisons.rewrite(node)
    reporter.start("")
    try:
        exec(compile(tree, FILE_NAME, "exec", dont_inherit=True), vars(module))
    except Ended:
        return


def _end_of_file(*_args: Any, exit: bool = True, **_kwargs: Any) -> NoReturn | None:  # noqa: A002 (its name)
    if exit:
        raise Ended(0)
    return None


def _flat(suite: Any) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


def _is_case(value: Any) -> bool:
    # By `type`: what stands for an object of the candidate answers as it likes.
    kind = type(value)
    return (
        issubclass(kind, type)
        and issubclass(value, unittest.TestCase)
        and value not in _BASES
    )


def _is_fixture(test: Any) -> bool:
    return not hasattr(test, "_testMethodName") and not hasattr(test, "test_case")


def _name(test: Any) -> str:
    whole = getattr(test, "test_case", test)  # a part of a test is told as the test
    method = getattr(whole, "_testMethodName", "")
    return f"{type(whole).__name__}.{method}" if method else str(test.id())
