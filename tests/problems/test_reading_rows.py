"""Rows of the published schema, and the fields that must stay shut."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from assay.errors import ProblemError
from assay.problems import read_problem, read_row, read_rows
from assay.types import Call, Checker, CheckerKind, IOMode, Stdin

SHARED = Path(__file__).parents[2].parent / "shared"

STDIN_ROW: dict[str, Any] = {
    "id": "sums/1",
    "title": "Sums",
    "statement": "Add up $n$ numbers ($1 \\leq n \\leq 10^5$).",
    "io_mode": "stdin",
    "public_tests": [{"input": "2\n3 4\n", "output": "7\n"}],
    "checker": {"type": "tokens", "case_insensitive": True},
    "time_limit_s": 2.5,
}
GRADER = {
    "hidden_tests": [{"input": "1\n5\n", "output": "5\n"}],
    "test_code": "def check(candidate):\n    assert candidate(99) == 98",
    "reference_solution": "print(sum(map(int, open(0).read().split()[1:])))",
    "meta": {"test_list": ["assert f(99) == 98"]},
}


def function_row(**fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "f/1",
        "statement": "Write a function.",
        "io_mode": "function",
        "entry_point": "f",
    }
    return row | fields


def test_a_stdin_row_is_read_whole() -> None:
    problem = read_row(STDIN_ROW)
    assert problem.io_mode is IOMode.STDIN
    assert problem.cases[0].input == Stdin(text="2\n3 4\n")
    assert problem.checker.kind is CheckerKind.TOKENS
    assert problem.checker.ignore_case
    assert problem.limits.cpu_s == 2.5
    assert problem.constraints[0].high == 100_000


@pytest.mark.parametrize("field", sorted(GRADER))
def test_no_field_of_the_grader_changes_anything(field: str) -> None:
    for row in (STDIN_ROW, function_row(public_tests=[])):
        problem = read_row(row)
        assert read_row(row | {field: GRADER[field]}) == problem
        assert read_row(row | {field: "something else"}) == problem


def test_nothing_of_the_grader_is_in_the_problem() -> None:
    text = repr(read_row(function_row(public_tests=[]) | GRADER))
    assert "98" not in text
    assert "open(0)" not in text


def test_an_assert_is_a_case_where_both_sides_are_literals() -> None:
    tests = [{"input": "assert f([1, 2], 3) == (2, 1)", "output": None}]
    problem = read_row(function_row(public_tests=tests))
    assert problem.cases[0].input == Call(args=([1, 2], 3))
    assert problem.cases[0].expected == (2, 1)
    assert not problem.test_code


@pytest.mark.parametrize(
    "source",
    ["assert not f(1)", "assert f(1)", "assert set(f(1)) == {1}", "assert f(x) == 1"],
)
def test_an_assert_that_says_more_stays_code(source: str) -> None:
    problem = read_row(function_row(public_tests=[{"input": source, "output": None}]))
    assert not problem.cases
    assert problem.test_code[0].source == source + "\n"


def test_isclose_gives_a_tolerance() -> None:
    source = "assert math.isclose(f(10), 62.83, rel_tol=0.001)"
    problem = read_row(function_row(public_tests=[{"input": source, "output": None}]))
    assert problem.checker.kind is CheckerKind.FLOAT
    assert problem.checker.rel_tol == 0.001
    assert problem.cases[0].expected == 62.83


STARTER = (
    "class Solution:\n    def pick(self, n: int, rows: List[int]) -> bool:\n        "
)


@pytest.mark.parametrize(
    "text", ["7\n[1, 2]", "n = 7, rows = [1,2]", "rows = [1,2]\nn = 7"]
)
def test_arguments_come_a_line_each_or_by_name(text: str) -> None:
    row = function_row(
        entry_point="Solution().pick",
        starter_code=STARTER,
        public_tests=[{"input": text, "output": "true"}],
    )
    (case,) = read_row(row).cases
    assert case.input == Call(args=(7, [1, 2]))
    assert case.expected is True


def test_an_unquoted_answer_is_a_text_where_the_annotation_says_so() -> None:
    starter = "class Solution:\n    def kind(self, n: int) -> str:"
    row = function_row(
        entry_point="Solution().kind",
        starter_code=starter,
        public_tests=[
            {"input": "3", "output": "none"},
            {"input": "4", "output": '"b"'},
        ],
    )
    assert [c.expected for c in read_row(row).cases] == ["none", "b"]


def test_linked_lists_become_test_code_that_builds_them() -> None:
    starter = "class Solution:\n    def total(self, head: Optional[ListNode]) -> int:"
    row = function_row(
        entry_point="Solution().total",
        starter_code=starter,
        public_tests=[{"input": "head = [1,2]", "output": "3"}],
    )
    (test,) = read_row(row).test_code
    assert "assert Solution().total(_linked([1, 2])) == 3" in test.source


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "x"}, "no text under 'statement'"),
        ({"statment": "typo"}, "did you mean its 'statment'"),
        (STDIN_ROW | {"io_mode": "repo"}, "only 'stdin' and 'function'"),
        (STDIN_ROW | {"checker": {"type": "tokns"}}, "did you mean 'tokens'"),
        (STDIN_ROW | {"public_tests": [{"output": "3"}]}, "test 1 has no 'input'"),
        (STDIN_ROW | {"public_tests": "1 2"}, "must be a list"),
        (STDIN_ROW | {"time_limit_s": -1}, "positive number"),
        (STDIN_ROW | {"starter_code": 7}, "must be text"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(row: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        read_row(row)


def test_an_output_may_list_all_right_answers_where_the_checker_says_so() -> None:
    row = STDIN_ROW | {
        "checker": {"type": "tokens", "any_of": True},
        "public_tests": [{"input": "3\r\n", "output": ["1 2\r\n", "2 1"]}],
    }
    problem = read_row(row)
    assert problem.checker == Checker(kind=CheckerKind.TOKENS, any_of=True)
    (case,) = problem.cases
    assert case.expected == ["1 2\n", "2 1"]
    assert any("any of the right answers" in note for note in problem.notes)
    for checker, output in (
        ({"type": "tokens"}, ["1 2", "2 1"]),
        ({"type": "tokens", "any_of": True}, "1 2"),
        ({"type": "tokens", "any_of": True}, []),
        ({"type": "tokens", "any_of": True}, [1]),
    ):
        bad = row | {
            "checker": checker,
            "public_tests": [{"input": "3", "output": output}],
        }
        with pytest.raises(ProblemError, match="text|list"):
            read_row(bad)


def test_a_row_may_ask_for_strict_types() -> None:
    assert read_row(
        STDIN_ROW | {"checker": {"type": "exact", "strict_types": True}}
    ).checker.strict_types


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "1e999"])
def test_a_tolerance_of_a_row_is_a_number_of_at_least_0(tolerance: Any) -> None:
    row = STDIN_ROW | {"checker": {"type": "float", "abs": tolerance}}
    with pytest.raises(ProblemError, match="at least 0"):
        read_row(row)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_a_row_is_chosen_by_index_or_id(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rows = [STDIN_ROW | {"id": f"sums/{i}"} for i in range(3)]
    data = "\n".join(json.dumps(r) for r in rows).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert read_problem(path, row=1).id == "sums/1"
    assert read_problem(path, row="2").id == "sums/2"
    assert read_problem(path, row="sums/0").id == "sums/0"
    assert [p.id for p in read_rows(path)] == ["sums/0", "sums/1", "sums/2"]
    with pytest.raises(ProblemError, match=r"3 problems; choose one row .*'sums/0'"):
        read_problem(path)
    with pytest.raises(ProblemError, match="no row 'sums/9' among its 3"):
        read_problem(path, row="sums/9")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(STDIN_ROW) + '\n{"id": \n')
    with pytest.raises(ProblemError, match="line 2 is broken JSON at line 1 column"):
        list(read_rows(path))


def test_half_a_gzip_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(STDIN_ROW).encode() * 50)[:-20])
    with pytest.raises(ProblemError, match="not a whole gzip file"):
        list(read_rows(path))


def test_every_row_of_the_collections_is_read() -> None:
    wanted = {"humanevalplus": 158, "mbppplus": 366, "contests_dev": 180}
    if not (SHARED / "data").is_dir():
        pytest.skip("the collections are not beside this checkout")
    for name, n_with_cases in wanted.items():
        path = SHARED / "data" / f"{name}.jsonl.gz"
        with gzip.open(path, "rt") as file:
            rows = [json.loads(line) for _, line in zip(range(400), file, strict=False)]
        assert sum(bool(read_row(r).cases) for r in rows) >= n_with_cases
