"""Programs that try to pass a unittest file without being right. None may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Status, TestStyle
from judging.judged import run_tests
from judging.test_judge_hacks import HACKS

if TYPE_CHECKING:
    from judging.conftest import Sandbox

TESTS = """
import math, unittest
from answer import add

class TestAdd(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.right = 5
    def test_equal(self): self.assertEqual(add(2, 3), self.right)
    def test_reversed(self): self.assertEqual(5, add(2, 3))
    def test_unequal(self): self.assertFalse(add(2, 3) != 5)
    def test_almost(self): self.assertAlmostEqual(add(2, 3), 5)
    def test_close(self): self.assertTrue(math.isclose(add(2, 3), 5))
    def test_in(self): self.assertIn(add(2, 3), [5])
    def test_between(self):
        self.assertGreater(add(2, 3), 4.5)
        self.assertLess(add(2, 3), 5.5)
    def test_list(self): self.assertListEqual([add(2, 3)], [5])
    def test_dict(self): self.assertDictEqual({"a": add(2, 3)}, {"a": 5})
    def test_count(self): self.assertCountEqual([add(2, 3)], [5])
    def test_text(self): self.assertEqual(str(add(2, 3)), "5")
    def test_statement(self): assert add(2, 3) == 5
    def test_parts(self):
        for n in (5, 6):
            with self.subTest(n=n): self.assertEqual(add(n - 1, 1), n)

if __name__ == "__main__":
    unittest.main()
"""

STARRED = TESTS.replace("from answer import add", "from answer import *")

OF_UNITTEST = {
    "patches the runner": "import unittest\n"
    "unittest.TestResult.addFailure = unittest.TestResult.addError = \\\n"
    "    lambda self, test, err: self.addSuccess(test)\n"
    "unittest.TestCase.assertEqual = lambda *a: None\n"
    "unittest.TestCase.failureException = ZeroDivisionError\ndef add(a, b): return 0",
    "patches what it finds of the runner": "import gc, types\n"
    "for o in gc.get_objects():\n"
    "    if isinstance(o, types.FunctionType) and 'ssert' in o.__name__:\n"
    "        o.__code__ = (lambda *a, **k: None).__code__\n"
    "def add(a, b): return 0",
    "names of its own for the tests' names": "class TestCase:\n"
    "    def run(self, result): result.addSuccess(self)\n"
    "class unittest:\n    TestCase = TestCase\n    main = print\n"
    "class math:\n    isclose = staticmethod(lambda *a: True)\n"
    "class TestAdd: pass\ndef add(a, b): return 0",
    "its own choice of tests": "def load_tests(*args): return []\n"
    "def setUpModule(): raise SystemExit(0)\ntearDownModule = setUpModule\n"
    "def add(a, b): return 0",
    "a skip of unittest in the call": "from unittest import SkipTest\n"
    "def add(a, b): raise SkipTest('not now')",
    "a stop of unittest in the call": "from unittest.case import _ShouldStop\n"
    "def add(a, b): raise _ShouldStop",
    "an expected failure in the call": "class _UnexpectedSuccess(Exception): pass\n"
    "_UnexpectedSuccess.__module__ = 'unittest.case'\n"
    "def add(a, b): raise _UnexpectedSuccess",
    "the end of the tests' file": "class Ended(SystemExit): pass\n"
    "Ended.__module__ = 'assay.judging.inside.unittest_run'\n"
    "def add(a, b): raise Ended(0)",
    "a decorator that skips": "def add(a, b): return 0\n"
    "add.__unittest_skip__ = True\nadd.__unittest_expecting_failure__ = True",
    "a child that goes on": "import os\ndef add(a, b):\n"
    "    if os.fork(): os._exit(0)\n    return 0",
    "a forged report": "import os\ndef add(a, b):\n"
    "    for fd in range(1, 20):\n"
    '        try: os.write(fd, b\'["end","TestAdd.test_equal","passed",""]\')\n'
    "        except OSError: pass\n    return 0",
    "a forged reply": "import sys\ndef add(a, b):\n"
    "    f = sys._getframe()\n    while f:\n"
    "        for name, value in list(f.f_locals.items()):\n"
    "            if hasattr(value, 'exchange'):\n"
    "                value._perform = lambda *a: ('ok', ('p', 0), [[0, 0]], '')\n"
    "        f = f.f_back\n    return 0",
    "a module of the tests' name": "import sys, types\n"
    "sys.modules['test_given'] = types.ModuleType('test_given')\n"
    "open('test_given.py', 'w').close()\nopen('unittest.py', 'w').close()\n"
    "def add(a, b): return 0",
    "the test in its frames": "import sys\ndef add(a, b):\n"
    "    f = sys._getframe()\n    while f:\n"
    "        case = f.f_locals.get('self')\n"
    "        if hasattr(case, 'right'): return case.right\n"
    "        f = f.f_back\n    return 0",
    "changed arguments": "def add(a, b):\n    a = b = 5\n    return a - b",
    "an object of a tested class": "class TestAdd:\n"
    "    def __eq__(self, other): return True\n"
    "    __ne__ = lambda self, other: False\n"
    "    __sub__ = __rsub__ = lambda self, other: 0\n"
    "    __lt__ = __gt__ = __contains__ = __eq__\n"
    "    __hash__ = lambda self: hash(5)\n    __str__ = lambda self: '4'\n"
    "def add(a, b): return TestAdd()",
}


ALL: dict[str, str] = {**HACKS, **OF_UNITTEST}


@pytest.mark.parametrize("hack", ALL)
def test_no_hack_passes_a_test_of_unittest(sandbox: Sandbox, hack: str) -> None:
    results = run_tests(
        sandbox, ALL[hack], TESTS, TestStyle.UNITTEST, entry_point="add"
    )
    assert len(results) >= 13
    assert [r.name for r in results if r.passed] == []


@pytest.mark.parametrize("hack", OF_UNITTEST)
def test_no_hack_gains_by_a_star_import(sandbox: Sandbox, hack: str) -> None:
    code = OF_UNITTEST[hack]
    results = run_tests(sandbox, code, STARRED, TestStyle.UNITTEST, entry_point="add")
    assert len(results) >= 13
    assert [r.name for r in results if r.passed] == []


@pytest.mark.parametrize("tests", [TESTS, STARRED])
def test_the_right_program_passes_what_no_hack_passes(
    sandbox: Sandbox, tests: str
) -> None:
    code = "def add(a, b): return a + b"
    results = run_tests(sandbox, code, tests, TestStyle.UNITTEST, entry_point="add")
    assert len(results) == 13
    assert {r.status for r in results} == {Status.PASSED}
