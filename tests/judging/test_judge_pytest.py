"""Pytest files run under pytest itself, in a sandbox without the candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Limits, Status, TestStyle
from judging.judged import run_tests, statuses

if TYPE_CHECKING:
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

TESTS = """
import pytest
from bank import Account, Closed, double, third

@pytest.fixture
def account():
    account = Account()
    account.put(5)
    yield account
    assert account.balance >= 0

def test_fixture(account):
    account.put(2)
    assert account.balance == 7

@pytest.mark.parametrize("x, doubled", [(1, 2), (2, 5), ("a", "aa")])
def test_double(x, doubled):
    assert double(x) == doubled

def test_raises(account):
    with pytest.raises(ValueError, match="cannot put -1"):
        account.put(-1)
    with pytest.raises(Closed) as caught:
        account.close()
    assert str(caught.value) == "for good"

def test_raises_nothing(account):
    with pytest.raises(ValueError):
        account.put(1)

def test_close(account):
    account.close()

def test_approx():
    assert third() == pytest.approx(0.333333, rel=1e-4)

class TestMore:
    def test_prints(self, capsys):
        double(3)
        assert capsys.readouterr().out == "doubling 3\\n"

    def test_files(self, tmp_path, monkeypatch):
        (tmp_path / "a").write_text("x")
        assert double((tmp_path / "a").read_text()) == "xx"

@pytest.mark.skip
def test_later():
    assert double(1) == 2

@pytest.mark.xfail
def test_known():
    assert double(1) == 3
"""


def test_fixtures_parameters_raises_and_approx_work(sandbox: Sandbox) -> None:
    results = run_tests(sandbox, CODE, TESTS, TestStyle.PYTEST)
    assert statuses(results) == {
        "test_fixture": Status.PASSED,
        "test_double[1-2]": Status.PASSED,
        "test_double[2-5]": Status.WRONG_ANSWER,
        "test_double[a-aa]": Status.PASSED,
        "test_raises": Status.PASSED,
        "test_raises_nothing": Status.WRONG_ANSWER,
        "test_close": Status.RUNTIME_ERROR,
        "test_approx": Status.PASSED,
        "TestMore::test_prints": Status.PASSED,
        "TestMore::test_files": Status.PASSED,
        "test_later": Status.SKIPPED,
        "test_known": Status.SKIPPED,
    }
    by_name = {result.name: result for result in results}
    wrong = by_name["test_double[2-5]"]
    facts = (wrong.input_text, wrong.expected_text, wrong.got_text)
    assert facts == ("double(2)", "5", "4")
    assert by_name["test_later"].got_text == "Skipped: unconditional skip"
    assert by_name["test_close"].got_text == "Closed: for good (line 8)"
    assert "DID NOT RAISE" in by_name["test_raises_nothing"].got_text


@pytest.mark.parametrize(
    ("tests", "status", "message"),
    [
        (
            "from bank import nothing\ndef test_a(): assert nothing()",
            Status.RUNTIME_ERROR,
            "cannot be imported",
        ),
        (
            "def test_a(no_such_fixture): assert double(1) == 2",
            Status.WRONG_ANSWER,
            "no_such_fixture",
        ),
        ("def test_a(): assert tripled(1) == 3", Status.WRONG_ANSWER, "NameError"),
    ],
)
def test_tests_that_cannot_run_do_not_pass(
    sandbox: Sandbox, tests: str, status: Status, message: str
) -> None:
    results = run_tests(sandbox, CODE, tests, TestStyle.PYTEST)
    assert results[0].name == "test_a"
    assert results[0].status is status
    assert message in results[0].got_text
    assert not any(result.passed for result in results)


def test_names_need_not_be_imported(sandbox: Sandbox) -> None:
    tests = "def test_a(): assert double(2) == 4"
    (result,) = run_tests(sandbox, CODE, tests, TestStyle.PYTEST)
    assert result.passed


def test_a_test_that_changes_the_solution_changes_it_for_itself(
    sandbox: Sandbox,
) -> None:
    code = "RATE = 2\ndef f(x): return x * RATE"
    tests = """
import bank
def test_patched(monkeypatch):
    monkeypatch.setattr(bank, "RATE", 10)
    assert bank.f(1) == 10
def test_after():
    assert bank.f(1) == 2
"""
    results = run_tests(sandbox, code, tests, TestStyle.PYTEST)
    assert [result.status for result in results] == [Status.PASSED, Status.PASSED]


def test_cases_of_unittest_are_run_beside_functions(sandbox: Sandbox) -> None:
    tests = """
import pytest, unittest
from answer import double
class T(unittest.TestCase):
    def setUp(self): self.two = double(1)
    def test_a(self): self.assertEqual(double(self.two), 4)
    def test_b(self): self.assertEqual(double(self.two), 5)
@pytest.mark.parametrize("n", [1])
def test_c(n): assert double(n) == 2
"""
    results = run_tests(sandbox, CODE, tests, TestStyle.PYTEST)
    assert statuses(results) == {
        "T::test_a": Status.PASSED,
        "T::test_b": Status.WRONG_ANSWER,
        "test_c[1]": Status.PASSED,
    }


def test_a_hang_fails_its_test_and_the_rest_is_skipped(sandbox: Sandbox) -> None:
    code = "def f(x):\n    while x: pass\n    return x"
    tests = """
from answer import f
def test_a(): assert f(0) == 0
def test_b(): assert f(1) == 1
def test_c(): assert f(0) == 0
"""
    limits = Limits(cpu_s=0.4, wall_s=15)
    results = run_tests(sandbox, code, tests, TestStyle.PYTEST, limits=limits)
    assert [result.status for result in results] == [
        Status.PASSED,
        Status.TIME_LIMIT,
        Status.SKIPPED,
    ]
