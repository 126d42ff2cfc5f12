"""The user's tests file, its options, and what bad files are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assay.errors import ProblemError
from assay.problems import read_problem
from assay.types import Call, CheckerKind, IOMode, Stdin, TestStyle

STUB = 'def add(a, b=0):\n    """Add.\n\n    >>> add(1, 2)\n    3\n    """\n'
STATEMENT = "Double it.\n\nSample Input\n1\nSample Output\n2\n"


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, "utf-8")
    return path


def test_text_cases_are_added_to_the_samples(tmp_path: Path) -> None:
    tests = write(tmp_path, "t.json", [{"input": "4\n", "output": "8\n"}])
    problem = read_problem(STATEMENT, tests=tests)
    assert [c.expected for c in problem.cases] == ["2\n", "8\n"]
    assert problem.cases[1].name == "t.json case 1"


def test_argument_cases_are_added_to_the_examples(tmp_path: Path) -> None:
    given = [{"args": [4], "kwargs": {"b": 5}, "expected": 9}]
    problem = read_problem(STUB, tests=write(tmp_path, "t.json", given))
    assert [c.input for c in problem.cases] == [
        Call(args=(1, 2)),
        Call(args=(4, 5)),
    ]


def test_literal_asserts_are_cases_and_the_rest_is_code(tmp_path: Path) -> None:
    source = (
        "from solution import add\nimport random\n\n"
        "assert add(2, 2) == 4\nassert -1 == add(-1)\nassert add(1, 1) > 1\n"
        "n = random.random()\nassert add(n, 0) == n\n"
    )
    problem = read_problem(STUB, tests=write(tmp_path, "t.py", source))
    assert len(problem.cases) == 3
    loose, bound = problem.test_code
    assert loose.source.endswith("assert add(1, 1) > 1\n")
    assert "n = random.random()" in bound.source
    assert "solution" not in loose.source + bound.source


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\n\ndef test_it():\n    assert add(1) == 1\n",
        "def test_it():\n    assert add(1) == 1\n",
        "class TestAdd:\n    def test_it(self):\n        assert add(1) == 1\n",
    ],
)
def test_a_pytest_file_stays_whole(tmp_path: Path, source: str) -> None:
    problem = read_problem(STUB, tests=write(tmp_path, "test_add.py", source))
    (test,) = problem.test_code
    assert (test.source, test.style) == (source, TestStyle.PYTEST)


CASE = "class TestAdd(unittest.TestCase):\n    def test_it(self): pass\n"


@pytest.mark.parametrize(
    ("source", "style"),
    [
        (f"import unittest\n{CASE}", TestStyle.UNITTEST),
        (
            f"import unittest\n{CASE}if __name__ == '__main__':\n    unittest.main()\n",
            TestStyle.UNITTEST,
        ),
        (
            "from unittest import TestCase\nclass A(TestCase):\n"
            "    def test_it(self): pass\n",
            TestStyle.UNITTEST,
        ),
        (f"import pytest, unittest\n{CASE}", TestStyle.PYTEST),
        (f"import unittest\n{CASE}def test_more(): pass\n", TestStyle.PYTEST),
    ],
)
def test_a_file_of_test_cases_is_for_unittest_unless_it_needs_pytest(
    tmp_path: Path, source: str, style: TestStyle
) -> None:
    problem = read_problem(STUB, tests=write(tmp_path, "test_add.py", source))
    (test,) = problem.test_code
    assert (test.source, test.style) == (source, style)


@pytest.mark.parametrize(
    "source",
    [
        "assert total([1]) == 1\n",
        "from mine import total\n\ndef test_it():\n    assert len(total([1])) == 1\n",
        "import math\nrows = [1]\nassert math.isclose(total(rows), sum(rows))\n",
    ],
)
def test_the_entry_point_is_taken_from_the_tests(tmp_path: Path, source: str) -> None:
    tests = write(tmp_path, "t.py", source)
    problem = read_problem("A sum of all members is wanted.", tests=tests)
    assert problem.entry_point == "total"
    assert problem.io_mode is IOMode.FUNCTION


def test_a_forced_mode_drops_what_it_cannot_run(tmp_path: Path) -> None:
    tests = write(tmp_path, "t.json", [{"input": "1 2", "output": "3"}])
    problem = read_problem(STUB, tests=tests, io_mode=IOMode.STDIN)
    assert [c.input for c in problem.cases] == [Stdin(text="1 2")]
    assert problem.entry_point is None
    assert "1 examples were left out: they are not for stdin." in problem.notes


def test_a_forced_mode_that_loses_every_example_is_refused() -> None:
    with pytest.raises(ProblemError, match="none of the 1 examples can test a whole"):
        read_problem(STUB, io_mode=IOMode.STDIN)


def test_tests_of_the_other_mode_are_refused(tmp_path: Path) -> None:
    tests = write(tmp_path, "t.py", "assert f(1) == 2\n")
    with pytest.raises(ProblemError, match="tests a function but the problem asks"):
        read_problem(STATEMENT, tests=tests)


def test_contradictory_tests_are_named_with_their_file(tmp_path: Path) -> None:
    tests = write(tmp_path, "t.py", "assert add(1, 2) == 4\n")
    with pytest.raises(ProblemError, match=r"example 1 and t\.py line 1 contradict"):
        read_problem(STUB, tests=tests)


def test_a_repeated_case_counts_once(tmp_path: Path) -> None:
    tests = write(tmp_path, "t.py", "assert add(1, 2) == 3\n")
    assert len(read_problem(STUB, tests=tests).cases) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.py", "assert f(1) ==\n", r"t\.py has a syntax error in line 1"),
        ("t.py", "import math\n", "has no test in it"),
        ("t.py", "", "is empty"),
        ("t.json", "[]", "has no test in it"),
        ("t.json", "[{]", "broken JSON at line 1 column 3"),
        ("t.json", '"x"', "a JSON str where a list"),
        ("t.json", "[3]", "case 1 is a int"),
        ("t.json", '[{"arg": [1], "expected": 2}]', "did you mean 'args'"),
        ("t.json", '[{"args": [1]}]', "lacks 'expected'"),
        ("t.json", '[{"args": 1, "expected": 2}]', "must be a list"),
        ("t.json", '[{"args": [1, 2, 3], "expected": 2}]', "does not fit add"),
        ("t.json", '[{"input": "x y", "output": "2"}]', "does not fit add"),
        ("t.json", '[{"input": "1"}, {"args": []}]', "mixes cases"),
    ],
)
def test_a_bad_tests_file_says_why(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        read_problem(STUB, tests=write(tmp_path, name, content))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.txt", b"", "is empty"),
        ("p.txt", b" \n\n", "is empty"),
        ("p.txt", b"ab\0cd", "binary file"),
        ("p.txt", bytes(range(128, 256)) * 4 + bytes(range(1, 9)) * 9, "binary file"),
        ("p.txt", b"x" * 2_000_001, "2,000,001 bytes and the limit is 2,000,000"),
        ("p.json", b'{"statement": "a",\n "x" 1}', "line 2 column 6"),
        ("p.json", b'{"title": "a"}', "no text under 'statement'"),
        ("p.json", b"[]", "has no row"),
        ("p.py", b"def f(:\n", "syntax error in line 1"),
        ("p.py", b"x = 1\n", "defines no function"),
    ],
)
def test_a_bad_problem_file_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        read_problem(write(tmp_path, name, content))


def test_a_missing_file_suggests_near_names(tmp_path: Path) -> None:
    write(tmp_path, "problem.txt", STATEMENT)
    with pytest.raises(ProblemError, match="did you mean 'problem.txt'"):
        read_problem(tmp_path / "problm.txt")
    with pytest.raises(ProblemError, match="is a folder"):
        read_problem(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + STATEMENT.encode(),
        STATEMENT.replace("\n", "\r\n").encode(),
        STATEMENT.encode("utf-16"),
        (STATEMENT + "Stra\xdfe").encode("latin-1"),
    ],
)
def test_encodings_and_line_ends_do_not_matter(tmp_path: Path, data: bytes) -> None:
    problem = read_problem(write(tmp_path, "p.txt", data))
    assert problem.cases[0].input == Stdin(text="1\n")
    assert "\r" not in problem.statement


def test_a_row_of_a_single_problem_is_refused() -> None:
    with pytest.raises(ProblemError, match="no row 3"):
        read_problem(STATEMENT, row=3)


def test_the_checker_can_be_chosen(tmp_path: Path) -> None:
    program = write(tmp_path, "check.py", "raise SystemExit(0)\n")
    chosen = read_problem(STATEMENT, checker=f"program:{program}").checker
    assert chosen.kind is CheckerKind.PROGRAM
    assert chosen.source == "raise SystemExit(0)\n"
    assert (chosen.language, chosen.convention) == ("python", "files")
    validator = write(tmp_path, "check.CPP", "int main() { return 42; }\n")
    chosen = read_problem(STATEMENT, checker=f"icpc:{validator}").checker
    assert chosen.kind is CheckerKind.PROGRAM
    assert (chosen.language, chosen.convention) == ("cpp", "icpc")
    assert read_problem(STATEMENT, checker="float:1e-3").checker.abs_tol == 1e-3
    assert read_problem(STATEMENT, checker="exact").checker.kind is CheckerKind.EXACT


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tokns", "did you mean 'tokens'"),
        ("float:few", "is no number"),
        ("exact:1", "takes nothing after its name"),
        ("program", "needs a file"),
        ("program:/nowhere/check.py", "no file /nowhere/check.py"),
    ],
)
def test_a_wrong_checker_says_why(name: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        read_problem(STATEMENT, checker=name)
