"""A test that its own file skips is shown, and is not held against the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.cli.verdicts import verdict_line
from assay.types import Candidate, CaseResult, Judged, Status, TestStyle, Verdict
from judging.judged import run_tests

if TYPE_CHECKING:
    from judging.conftest import Sandbox

CODE = "def double(x):\n    if x is None: raise ValueError('none')\n    return x * 2"
UNITTEST = """import unittest
from answer import double
class T(unittest.TestCase):
    def test_right(self): self.assertEqual(double(2), 4)
"""
PYTEST = """import pytest, unittest
from answer import double
def test_right(): assert double(2) == 4
"""
ASSERTS = f"{UNITTEST}assert double(1) == 2\n"
IN_UNITTEST = {
    "by a mark": """
    @unittest.skip("later")
    def test_other(self): self.assertEqual(double(2), 5)
""",
    "by a condition": """
    @unittest.skipIf(True, "later")
    def test_other(self): self.assertEqual(double(2), 5)
""",
    "before anything": """
    def test_other(self): self.skipTest("later")
""",
    "in part": """
    def test_other(self):
        with self.subTest(n=1): self.skipTest("later")
""",
    "expected to fail": """
    @unittest.expectedFailure
    def test_other(self): self.assertEqual(double(2), 5)
""",
    "whole class": """
@unittest.skip("later")
class U(unittest.TestCase):
    def test_other(self): self.assertEqual(double(2), 5)
""",
    "prepared first": """
class A(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("later")
    def test_other(self): self.assertEqual(double(2), 5)
""",
}
IN_PYTEST = {
    "by a mark": """
@pytest.mark.skip
def test_other(): assert double(2) == 5
""",
    "by a condition": """
@pytest.mark.skipif(True, reason="later")
def test_other(): assert double(2) == 5
""",
    "before anything": """
def test_other(): pytest.skip("later")
""",
    "for want of a module": """
def test_other(): pytest.importorskip("no_such_module")
""",
    "in a fixture": """
@pytest.fixture
def place(): pytest.skip("later")
def test_other(place): assert double(2) == 5
""",
    "expected to fail": """
@pytest.mark.xfail
def test_other(): assert double(2) == 5
""",
    "expected to fail, but passed": """
@pytest.mark.xfail
def test_other(): assert double(2) == 4
""",
    "in unittest's words": """
class T(unittest.TestCase):
    def test_other(self): self.skipTest("later")
""",
}
OF_ITS_OWN = [
    *((TestStyle.UNITTEST, UNITTEST + IN_UNITTEST[name]) for name in IN_UNITTEST),
    *((TestStyle.PYTEST, PYTEST + IN_PYTEST[name]) for name in IN_PYTEST),
    (
        TestStyle.ASSERTS,
        ASSERTS.replace("assert ", f"{IN_UNITTEST['by a mark']}\nassert "),
    ),
    (
        TestStyle.ASSERTS,
        ASSERTS.replace("assert ", f"{IN_UNITTEST['before anything']}\nassert "),
    ),
]
HELD = [
    (
        TestStyle.UNITTEST,
        UNITTEST
        + """
    def test_other(self):
        try: double(None)
        except ValueError: self.skipTest("not written")
""",
    ),
    (
        TestStyle.UNITTEST,
        UNITTEST
        + """
class U(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if double(1) != 3: raise unittest.SkipTest("not written")
    def test_other(self): pass
""",
    ),
    (
        TestStyle.PYTEST,
        PYTEST
        + """
def test_other():
    try: double(None)
    except ValueError: pytest.skip("not written")
""",
    ),
    (
        TestStyle.PYTEST,
        PYTEST
        + """
def test_other():
    if double(1) != 3: pytest.xfail("not written")
""",
    ),
]


def verdict_of(results: tuple[CaseResult, ...]) -> Verdict:
    return Verdict(candidate=Candidate(code=CODE), results=results)


@pytest.mark.parametrize(("style", "tests"), OF_ITS_OWN)
def test_what_its_own_file_skips_is_shown_and_not_held_against_it(
    sandbox: Sandbox, style: TestStyle, tests: str
) -> None:
    verdict = verdict_of(run_tests(sandbox, CODE, tests, style))
    by_name = {r.name.replace("::", ".").split(".")[-1]: r for r in verdict.results}
    assert by_name["test_right"].passed
    assert by_name["test_other"].status is Status.SKIPPED
    assert (verdict.passed, verdict.status) == (True, Status.PASSED)
    assert verdict.distance == 0
    assert ", 1 skipped by the tests' own file, " in verdict_line(verdict)


@pytest.mark.parametrize(("style", "tests"), OF_ITS_OWN)
def test_a_wrong_program_fails_beside_a_test_that_is_skipped(
    sandbox: Sandbox, style: TestStyle, tests: str
) -> None:
    wrong = CODE.replace("x * 2", "x * 3")
    verdict = verdict_of(run_tests(sandbox, wrong, tests, style))
    assert (verdict.passed, verdict.status) == (False, Status.WRONG_ANSWER)


@pytest.mark.parametrize(("style", "tests"), HELD)
def test_a_skip_for_what_the_program_did_is_held_against_it(
    sandbox: Sandbox, style: TestStyle, tests: str
) -> None:
    verdict = verdict_of(run_tests(sandbox, CODE, tests, style))
    assert (verdict.passed, verdict.status) == (False, Status.SKIPPED)


@pytest.mark.parametrize(
    ("style", "tests"),
    [
        (TestStyle.UNITTEST, UNITTEST.replace("class", "@unittest.skip('no')\nclass")),
        (TestStyle.PYTEST, PYTEST.replace("def", "@pytest.mark.skip\ndef")),
    ],
)
def test_where_all_is_skipped_nothing_was_shown(
    sandbox: Sandbox, style: TestStyle, tests: str
) -> None:
    verdict = verdict_of(run_tests(sandbox, CODE, tests, style))
    assert [r.status for r in verdict.results] == [Status.SKIPPED]
    assert (verdict.passed, verdict.status) == (False, Status.SKIPPED)
    assert Judged(candidate=verdict.candidate, verdict=verdict).in_play


def test_a_failure_after_a_skip_is_a_failure(sandbox: Sandbox) -> None:
    tests = f"""{PYTEST}
@pytest.fixture
def account():
    yield 1
    assert double(1) == 3
def test_other(account): pytest.skip("later")
"""
    verdict = verdict_of(run_tests(sandbox, CODE, tests, TestStyle.PYTEST))
    assert verdict.status is Status.WRONG_ANSWER


def test_a_program_that_ends_in_a_test_expected_to_fail_has_failed(
    sandbox: Sandbox,
) -> None:
    code = "import os\ndef double(x):\n    if x == 9: os._exit(0)\n    return x * 2"
    tests = f"{PYTEST}\n@pytest.mark.xfail\ndef test_other(): assert double(9) == 1\n"
    verdict = verdict_of(run_tests(sandbox, code, tests, TestStyle.PYTEST))
    assert not verdict.passed
