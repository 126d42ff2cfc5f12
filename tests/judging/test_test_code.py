"""Which tests a file holds, and which names it takes from the solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.errors import ProblemError
from assay.judging.test_code import check_test_code, read_test_code
from assay.types import TestCode, TestStyle

ASSERTS, PYTEST = TestStyle.ASSERTS, TestStyle.PYTEST


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (
            "x = f(1)\nassert x == 2\nassert f(3)",
            ["line 2: assert x == 2", "line 3: assert f(3)"],
        ),
        ("for x in (1, 2):\n    assert f(x)", ["line 1: for x in (1, 2):"]),
        ("def test_a(): assert f(1)\ndef helper(): assert 0", ["test_a"]),
        ("def test_a(): pass\ntest_a()", ["test_a"]),
        ("def check(candidate): assert candidate(1)", ["check"]),
        ("def check(c): assert c(1)\ncheck(f)", ["line 2: check(f)"]),
        ("def one(): assert f(1)\ndef all(): one()\nall()", ["line 3: all()"]),
        (
            "import unittest\nclass T(unittest.TestCase):\n"
            "    def test_b(self): pass\n    def other(self): pass\nunittest.main()",
            ["T.test_b"],
        ),
        ('if __name__ == "__main__":\n    assert f(1)', ["line 2: assert f(1)"]),
        (
            "try:\n    f(1)\nexcept ValueError: pass\nelse: raise AssertionError",
            ["line 1: try:"],
        ),
        ("def test_a(): assert 0\ndef test_a(): assert f(1)", ["test_a"]),
    ],
)
def test_the_tests_of_a_file_of_asserts_are_found_without_running_it(
    source: str, names: list[str]
) -> None:
    assert list(check_test_code(source, ASSERTS)) == names


def test_the_tests_of_a_pytest_file_are_its_functions_and_methods() -> None:
    source = """
import pytest
@pytest.fixture
def one(): return 1
def test_a(one): pass
class TestB:
    def test_c(self): pass
    def other(self): pass
"""
    assert check_test_code(source, PYTEST) == ("test_a", "TestB::test_c")


@pytest.mark.parametrize(
    ("source", "style", "message"),
    [
        ("assert f(1) ==\n", ASSERTS, "invalid syntax on line 1"),
        ("x = 1\ndef test_a(:\n", PYTEST, "on line 2"),
        ("return 5", ASSERTS, "'return' outside function on line 1"),
        ("x = '\x00'", ASSERTS, "cannot be read as Python"),
        ("print(f(1))", ASSERTS, "tests holds no test"),
        ("", PYTEST, "tests holds no test"),
        ("assert f(1)", PYTEST, "functions test_"),
        ("def test_a(tmp_path): pass", ASSERTS, "test_a on line 1 .* a pytest file"),
        ("import torch\nassert f(torch.zeros(1))", ASSERTS, "pip install torch"),
        ("(" * 5000, ASSERTS, "cannot be read as Python"),
    ],
)
def test_a_file_that_cannot_test_is_an_error_that_says_where(
    source: str, style: TestStyle, message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        check_test_code(source, style)


def test_names_that_nothing_defines_are_the_solutions(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").touch()
    source = """
import math, helpers, shop.cart
from store import Item
LIMIT = 3
def make():
    global made
    made = 1
    return [x for x in total(made)]
assert add(LIMIT) == math.pi and len(make())
"""
    reading = read_test_code(TestCode(source=source), (tmp_path,))
    assert reading.free == {"add", "total"}
    assert reading.modules == {"shop", "shop.cart", "store"}
    assert reading.packages == {"helpers"}
    assert {"add", "Item", "pi"} <= reading.used
