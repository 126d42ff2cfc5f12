"""Unittest files run under unittest itself, in a sandbox without the candidate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from assay.errors import ProblemError
from assay.judging.test_code import check_test_code
from assay.judging.tester import run_test_code
from assay.types import Candidate, Limits, Status, TestCode, TestStyle
from judging.judged import LIMITS, call_problem, run_tests, statuses

if TYPE_CHECKING:
    from assay.types import CaseResult
    from judging.conftest import Sandbox

CODE = """
class Closed(Exception): pass
class Account:
    def __init__(self): self.balance = 0
    def put(self, amount):
        if amount < 0: raise ValueError(f"cannot put {amount}")
        self.balance += amount
    def close(self): raise Closed("for good")
def double(x):
    print("doubling", x)
    return x * 2
def third(): return 1 / 3
"""

HEAD = "import unittest\nfrom bank import Account, Closed, double, third\n"

TESTS = (
    HEAD
    + """
import contextlib, io

class Base(unittest.TestCase):
    def test_z_of_the_base(self): self.assertEqual(double(1), 2)

class TestB(Base):
    @classmethod
    def setUpClass(cls): cls.account = Account()
    def setUp(self): self.account.put(1)
    def tearDown(self): self.assertGreaterEqual(self.account.balance, 0)
    def test_wrong(self): self.assertEqual(double(2), 5)
    def test_swapped(self):
        self.assertListEqual(
            [5], [double(2)])
    def test_assert(self): assert double(2) == 5
    def test_raises(self):
        with self.assertRaises(ValueError) as caught: self.account.put(-1)
        self.assertEqual(str(caught.exception), "cannot put -1")
    def test_own_error(self): self.assertRaises(Closed, self.account.close)
    def test_raises_nothing(self):
        with self.assertRaises(ValueError): self.account.put(1)
    def test_close(self): self.account.close()
    def test_almost(self): self.assertAlmostEqual(third(), 0.3333333)
    def test_parts(self):
        for n in (2, 3, 4):
            with self.subTest(n=n): self.assertEqual(double(n), 4)
    @unittest.skip("later")
    def test_later(self): self.assertEqual(double(2), 4)
    @unittest.expectedFailure
    def test_known(self): self.assertEqual(double(1), 3)
    @unittest.expectedFailure
    def test_known_and_mended(self): self.assertEqual(double(1), 2)
    def test_prints(self):
        with contextlib.redirect_stdout(io.StringIO()) as out: double(3)
        self.assertEqual(out.getvalue(), "doubling 3\\n")

class TestA(unittest.IsolatedAsyncioTestCase):
    async def test_b(self): self.assertEqual(double(1), 2)
    def test_a(self): self.assertEqual(double(1), 2)

if __name__ == "__main__":
    unittest.main()
"""
)


def results_of(sandbox: Sandbox, tests: str, code: str = CODE) -> list[CaseResult]:
    return list(run_tests(sandbox, code, tests, TestStyle.UNITTEST))


def test_every_method_is_a_test_in_the_order_of_the_file(sandbox: Sandbox) -> None:
    results = results_of(sandbox, TESTS)
    assert [(r.name, r.status) for r in results] == [
        ("Base.test_z_of_the_base", Status.PASSED),
        ("TestB.test_z_of_the_base", Status.PASSED),
        ("TestB.test_wrong", Status.WRONG_ANSWER),
        ("TestB.test_swapped", Status.WRONG_ANSWER),
        ("TestB.test_assert", Status.WRONG_ANSWER),
        ("TestB.test_raises", Status.PASSED),
        ("TestB.test_own_error", Status.PASSED),
        ("TestB.test_raises_nothing", Status.WRONG_ANSWER),
        ("TestB.test_close", Status.RUNTIME_ERROR),
        ("TestB.test_almost", Status.PASSED),
        ("TestB.test_parts", Status.WRONG_ANSWER),
        ("TestB.test_later", Status.SKIPPED),
        ("TestB.test_known", Status.SKIPPED),
        ("TestB.test_known_and_mended", Status.WRONG_ANSWER),
        ("TestB.test_prints", Status.PASSED),
        ("TestA.test_b", Status.PASSED),
        ("TestA.test_a", Status.PASSED),
    ]
    # What is found without running the file is what unittest then finds.
    assert list(check_test_code(TESTS, TestStyle.UNITTEST)) == [r.name for r in results]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("wrong", ("double(2)", "5", "4")),
        ("swapped", ("[double(2)]", "[5]", "[4]")),
        ("assert", ("double(2)", "5", "4")),
        ("parts", ("double(3)", "4", "6")),
        ("close", ("close()", "no exception", "Closed: for good (line 8)")),
        ("raises_nothing", ("put(1)", "", "AssertionError: ValueError not raised")),
    ],
)
def test_a_failure_tells_what_was_called_wanted_and_given(
    sandbox: Sandbox, name: str, facts: tuple[str, str, str]
) -> None:
    found = {r.name: r for r in results_of(sandbox, TESTS)}[f"TestB.test_{name}"]
    assert (found.input_text, found.expected_text, found.got_text) == facts


def test_it_runs_where_pytest_is_not_installed(sandbox: Sandbox) -> None:
    tests = """
import importlib.util, unittest
class TestF(unittest.TestCase):
    def test_there(self): self.assertIsNone(importlib.util.find_spec("pytest"))
    def test_right(self): self.assertEqual(f(2), 2)
"""
    code = TestCode(source=tests, style=TestStyle.UNITTEST)
    work = partial(
        run_test_code,
        sandbox.executor,
        Candidate(code="def f(x): return x"),
        call_problem("f", test_code=(code,)),
        code,
        packages=(),
    )
    assert [r.status for r in sandbox.portal.call(work)] == [Status.PASSED] * 2


def test_names_need_not_be_imported(sandbox: Sandbox) -> None:
    tests = "import unittest\nclass T(unittest.TestCase):\n"
    tests += "    def test_a(self): self.assertEqual(double(2), 4)\n"
    assert [r.status for r in results_of(sandbox, tests)] == [Status.PASSED]


@pytest.mark.parametrize(
    "end",
    [
        "unittest.main()",
        "import sys\nsys.exit(unittest.main())",
        "unittest.main(exit=False)",
        "unittest.main(verbosity=2)\nraise ValueError('never reached outside either')",
    ],
)
def test_a_file_that_runs_itself_is_run_once(sandbox: Sandbox, end: str) -> None:
    tests = (
        HEAD + "class T(unittest.TestCase):\n    def test_a(self): double(1)\n" + end
    )
    (result,) = results_of(sandbox, tests)
    assert result.passed


def test_fixtures_of_the_module_and_the_class_run_once_each(sandbox: Sandbox) -> None:
    tests = (
        HEAD
        + """
seen = []
def setUpModule(): seen.append("module")
class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        seen.append("A")
        cls.addClassCleanup(seen.append, "clean")
    def test_a(self): self.assertEqual(seen, ["module", "A"])
    def test_b(self): self.assertEqual(seen, ["module", "A"])
class TestB(unittest.TestCase):
    def test_a(self): self.assertEqual(seen, ["module", "A", "clean"])
"""
    )
    assert [r.status for r in results_of(sandbox, tests)] == [Status.PASSED] * 3


@pytest.mark.parametrize(
    ("fixture", "status", "message"),
    [
        ("raise ValueError('no bank')", Status.WRONG_ANSWER, "no bank"),
        ("Account().close()", Status.RUNTIME_ERROR, "Closed: for good"),
        ("raise KeyboardInterrupt", Status.WRONG_ANSWER, "KeyboardInterrupt"),
        ("raise unittest.SkipTest('not here')", Status.SKIPPED, "not here"),
    ],
)
@pytest.mark.parametrize("place", ["class", "module"])
def test_a_fixture_that_fails_fails_the_tests_that_it_is_for(
    sandbox: Sandbox, place: str, fixture: str, status: Status, message: str
) -> None:
    method = f"    @classmethod\n    def setUpClass(cls): {fixture}\n"
    module = f"def setUpModule(): {fixture}\n"
    tests = HEAD + (module if place == "module" else "") + "class T(unittest.TestCase):"
    tests += "\n" + (method if place == "class" else "")
    tests += "    def test_a(self): double(1)\n    def test_b(self): double(1)\n"
    results = results_of(sandbox, tests)
    assert statuses(tuple(results)) == {"T.test_a": status, "T.test_b": status}
    assert all(message in result.got_text for result in results)


def test_a_fixture_that_fails_at_the_end_is_a_failure(sandbox: Sandbox) -> None:
    tests = HEAD + "class T(unittest.TestCase):\n    def test_a(self): double(1)\n"
    tests += "    @classmethod\n    def tearDownClass(cls): raise ValueError('left')\n"
    passed, failed = results_of(sandbox, tests)
    assert passed.passed
    assert (failed.status, failed.got_text) == (
        Status.WRONG_ANSWER,
        "ValueError: left",
    )


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ("import unittest\nassert unittest", "classes of unittest.TestCase"),
        (
            "import unittest\nclass T(unittest.TestCase):\n    def other(self): pass",
            "classes of unittest.TestCase",
        ),
        ("class TestIt:\n    def test_a(self): pass", "classes of unittest.TestCase"),
        ("import unittest\nclass T(unittest.TestCase)\n    pass", "on line 2"),
    ],
)
def test_a_file_without_tests_is_an_error_that_says_so(
    tests: str, message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        check_test_code(tests, TestStyle.UNITTEST)


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("from bank import nothing", Status.RUNTIME_ERROR, "cannot import name"),
        ("raise ValueError('half')", Status.RUNTIME_ERROR, "half"),
        ("first = Account().close()", Status.RUNTIME_ERROR, "Closed"),
        ("raise SystemExit(0)", Status.RUNTIME_ERROR, "SystemExit"),
    ],
)
def test_tests_that_do_not_import_do_not_pass(
    sandbox: Sandbox, line: str, status: Status, message: str
) -> None:
    tests = f"{HEAD}{line}\nclass T(unittest.TestCase):\n    def test_a(self): pass\n"
    first, imported = results_of(sandbox, tests)
    assert (first.name, first.status) == ("T.test_a", status)
    assert message in first.got_text
    assert imported.name == "import of the tests"
    assert not imported.passed


def test_a_candidate_that_hangs_fails_its_test_and_skips_the_rest(
    sandbox: Sandbox,
) -> None:
    tests = """
import unittest
class T(unittest.TestCase):
    def test_a(self): self.assertEqual(f(0), 0)
    def test_b(self): self.assertEqual(f(1), 1)
    def test_c(self): self.assertEqual(f(0), 0)
"""
    code = "def f(x):\n    while x: pass\n    return x"
    limits = Limits(cpu_s=0.4, wall_s=15)
    results = run_tests(sandbox, code, tests, TestStyle.UNITTEST, limits=limits)
    assert [result.status for result in results] == [
        Status.PASSED,
        Status.TIME_LIMIT,
        Status.SKIPPED,
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("import os; os._exit(0)", Status.RUNTIME_ERROR),
        ("[print('x' * 10_000) for _ in range(10_000)]", Status.OUTPUT_LIMIT),
    ],
)
def test_tests_that_end_their_own_process_pass_nothing_more(
    sandbox: Sandbox, body: str, status: Status
) -> None:
    tests = HEAD + "class T(unittest.TestCase):\n    def test_a(self): double(1)\n"
    tests += f"    def test_b(self): {body}\n    def test_c(self): double(1)\n"
    first, ended, rest = results_of(sandbox, tests)
    assert first.passed
    assert ended.status is status
    assert rest.status is Status.SKIPPED


def test_tests_may_print_much(sandbox: Sandbox) -> None:
    tests = HEAD + "class T(unittest.TestCase):\n    def test_a(self):\n"
    tests += "        for n in range(1000): print('x' * 1000, double(n))\n"
    (result,) = results_of(sandbox, tests)
    assert result.passed


@pytest.mark.parametrize(
    "method",
    [
        "async def test_a(self): self.assertEqual(double(1), 2)",
        "def test_a(self): yield self.assertEqual(double(1), 2)",
    ],
)
def test_a_method_of_which_nothing_runs_does_not_pass(
    sandbox: Sandbox, method: str
) -> None:
    (result,) = results_of(sandbox, f"{HEAD}class T(unittest.TestCase):\n    {method}")
    assert not result.passed


def test_tests_that_never_end_do_not_pass(sandbox: Sandbox) -> None:
    tests = HEAD + "class T(unittest.TestCase):\n    def test_a(self):\n"
    tests += "        import resource\n"
    tests += "        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
    tests += "        while True: pass\n    def test_b(self): double(1)\n"
    hung, rest = results_of(sandbox, tests)
    assert not hung.passed
    assert rest.status is Status.SKIPPED


def test_load_tests_chooses_what_is_run(sandbox: Sandbox) -> None:
    tests = HEAD + "class T(unittest.TestCase):\n    def test_a(self): double(1)\n"
    tests += "    def test_b(self): raise ValueError\n"
    tests += "def load_tests(loader, suite, pattern):\n"
    tests += "    return unittest.TestSuite([T('test_a')])\n"
    assert [r.name for r in results_of(sandbox, tests)] == ["T.test_a"]


def test_limits_are_those_of_the_problem(sandbox: Sandbox) -> None:
    tests = "import unittest\nclass T(unittest.TestCase):\n"
    tests += "    def test_a(self): self.assertEqual(f(1), 1)\n"
    code = "def f(x): return len(bytearray(1 << 40))"
    (result,) = run_tests(sandbox, code, tests, TestStyle.UNITTEST, limits=LIMITS)
    assert result.status is Status.MEMORY_LIMIT
