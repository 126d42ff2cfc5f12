"""`check` against real sandboxes: what holds, what does not, and what cannot be run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from assay.bench.check import CheckReport, Standing, check_dataset, standing
from assay.bench.check_task import TaskCheck
from assay.bench.datasets import open_dataset
from assay.bench.twins import differs_by
from assay.cli import bench_data
from assay.errors import JudgeUnavailable
from assay.judging.judge import LocalJudge, open_judge
from assay.types import (
    Candidate,
    Input,
    IOMode,
    Isolation,
    Observation,
    Problem,
    Verdict,
)
from bench import written
from bench.written import write, write_package

SHARED = Path(__file__).parents[3] / "shared" / "data"


class Bench:
    """A judge for tests that are plain functions."""

    def __init__(self, portal: BlockingPortal, judge: LocalJudge) -> None:
        self.portal, self.judge = portal, judge

    def check(self, path: Path, *, n_mutants: int = 0) -> CheckReport:
        call = partial(
            check_dataset, open_dataset(path), self.judge, n_mutants=n_mutants
        )
        return self.portal.call(call)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_judge(slots=2)) as judge,
    ):
        yield Bench(portal, judge)


def row(**changes: Any) -> dict[str, Any]:
    return {**written.ROW, **changes}


def found(bench: Bench, folder: Path, *rows: dict[str, Any], **more: Any) -> TaskCheck:
    report = bench.check(write(folder / "set.jsonl", *rows), **more)
    return report.tasks[0]


def texts(result: TaskCheck) -> str:
    return " | ".join(f"{f.kind}: {f.text}" for f in result.failures)


@pytest.mark.parametrize(
    "given",
    [
        written.ROW,
        written.HUMANEVAL,
        written.EVALPLUS,
        written.MBPP_NATIVE,
        written.MBPP_ORIGIN,
        written.livecodebench_function(),
        written.LEETCODE,
        written.BIGCODEBENCH,
        written.PACK,
    ],
)
def test_a_row_of_every_format_holds(
    given: dict[str, Any], bench: Bench, tmp_path: Path
) -> None:
    result = found(bench, tmp_path, given)
    assert not result.failures, texts(result)
    lacks = "private_test_cases" in given  # LiveCodeBench has no references
    assert (result.not_checked is not None) == lacks, result.not_checked


def test_a_package_with_a_validator_holds(bench: Bench, tmp_path: Path) -> None:
    validator = (
        "import sys\nwanted = open(sys.argv[2]).read().split()\n"
        "sys.exit(42 if sys.stdin.read().split() == wanted else 43)\n"
    )
    folder = write_package(
        tmp_path / "twice",
        **{
            "problem.yaml": "name: Twice\nvalidation: custom\n",
            "output_validators/check.py": validator,
        },
    )
    report = bench.check(folder)
    assert report.holds, report.tasks


def test_a_reference_that_fails_its_hidden_tests(bench: Bench, tmp_path: Path) -> None:
    wrong = row(reference_solution="print(3)\n", meta={})
    report = bench.check(write(tmp_path / "set.jsonl", wrong))
    assert not report.holds
    assert report.n_failing == 1
    words = texts(report.tasks[0])
    assert "reference: the reference fails test 1: wrong_answer" in words
    assert standing(report.tasks[0]) is Standing.FAILS


def test_a_reference_that_fails_a_given_case(bench: Bench, tmp_path: Path) -> None:
    wrong = row(public_tests=[{"input": "1 2\n", "output": "4\n"}])
    assert "given cases: the reference fails" in texts(found(bench, tmp_path, wrong))


def test_a_row_that_an_empty_program_passes(bench: Bench, tmp_path: Path) -> None:
    silent = row(
        hidden_tests=[{"input": "1 2\n", "output": "\n"}],
        public_tests=[],
        reference_solution="pass\n",
        meta={},
    )
    assert "the empty program passes" in texts(found(bench, tmp_path, silent))


def test_a_constant_that_is_right_by_chance(bench: Bench, tmp_path: Path) -> None:
    tests = "def check(candidate):\n    assert candidate(0) == 0\n"
    given = {**written.HUMANEVAL, "test": tests}
    words = texts(found(bench, tmp_path, given))
    assert "wrong program: the constant 0 passes all hidden tests" in words


def test_a_known_wrong_program_that_passes(bench: Bench, tmp_path: Path) -> None:
    same = {**written.PACK, "buggy_solution": "    return n + n\n"}
    assert "known wrong: program 1" in texts(found(bench, tmp_path, same))


def test_mutants_are_killed_and_those_that_live_are_warnings(
    bench: Bench, tmp_path: Path
) -> None:
    code = "a, b = map(int, input().split())\nif a < 10**9:\n    print(a + b)\n"
    report = bench.check(
        write(tmp_path / "set.jsonl", row(reference_solution=code)), n_mutants=100
    )
    (result,) = report.tasks
    assert report.holds
    assert 0 < report.n_killed < report.n_mutants
    assert report.kill_rate == report.n_killed / report.n_mutants
    living = [f.text for f in result.warnings if f.kind == "mutant"]
    assert "boundary of < on line 2 passes" in living
    assert len(living) == report.n_mutants - report.n_killed


def test_a_reference_that_differs_in_form_only(bench: Bench, tmp_path: Path) -> None:
    form = row(
        reference_solution="a, b = map(int, input().split())\nprint(float(a + b))\n",
        meta={},
    )
    words = texts(found(bench, tmp_path, form))
    assert "differ by form only: how numbers and truth values are written" in words


def test_a_statement_that_allows_any_order_and_a_checker_that_does_not(
    bench: Bench, tmp_path: Path
) -> None:
    given = row(
        statement="Print the two numbers, a line each, in any order.",
        public_tests=[],
        hidden_tests=[{"input": "1 2\n", "output": "1\n2\n"}],
        checker={"type": "exact"},
        reference_solution="print(*input().split(), sep='\\n')\n",
        meta={},
    )
    result = found(bench, tmp_path, given)
    assert not result.failures, texts(result)
    assert "the statement allows any order" in result.warnings[0].text


def test_what_cannot_run_here_is_not_checked_and_does_not_hold(
    bench: Bench, tmp_path: Path
) -> None:
    no_reference = row(id="a", reference_solution=None, meta={})
    package = row(id="b", reference_solution="import nosuchpackage\n", meta={})
    rust = {**written.PACK, "task_id": "Rust/1", "test": "#[test]\nfn t() {}\n"}
    report = bench.check(write(tmp_path / "set.jsonl", no_reference, package))
    assert not report.holds
    assert (report.n_holding, report.n_failing, report.n_not_checked) == (0, 0, 2)
    assert report.tasks[0].not_checked == "the row has no reference solution"
    assert "needs the package 'nosuchpackage'" in str(report.tasks[1].not_checked)
    assert "rust" in str(found(bench, tmp_path, rust).not_checked)


def test_a_failed_sandbox_is_no_failing_reference(tmp_path: Path) -> None:
    class Broken:
        isolation = Isolation(tier="none", guarantees=frozenset())

        async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
            raise JudgeUnavailable("the sandbox failed twice: no reason known")

        async def observe(
            self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
        ) -> tuple[Observation, ...]:
            raise JudgeUnavailable("the sandbox failed twice: no reason known")

    dataset = open_dataset(write(tmp_path / "set.jsonl", written.ROW))
    with start_blocking_portal() as portal:
        report = portal.call(check_dataset, dataset, Broken())
    assert (report.n_failing, report.n_harness_errors) == (0, 1)
    assert not report.holds
    assert bench_data.exit_status(report) == 3


def test_a_report_is_json(bench: Bench, tmp_path: Path) -> None:
    report = bench.check(write(tmp_path / "set.jsonl", written.ROW))
    assert json.loads(json.dumps(asdict(report)))["holds"] is True
    assert bench_data.report_json(report)["tasks"][0]["standing"] == "holds"


def test_the_command_prints_what_does_not_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = row(id="bad", reference_solution="print(3)\n", meta={})
    path = write(tmp_path / "set.jsonl", bad)
    assert bench_data.check(str(path), slots=1, n_mutants=0) == 1
    said = capsys.readouterr()
    assert "bad: fails: reference: the reference fails" in said.out
    assert "set does not hold: 0 of 1 tasks hold, 1 do not" in said.out
    assert "set: 1 tasks, format rows" in said.err


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        ("1 2\n3", "1  2 3", "white space"),
        ("a\nb", "b\na", "the order of lines"),
        ("1", "2", None),
    ],
)
def test_text_twins(expected: str, got: str, words: str | None) -> None:
    assert differs_by(expected, got, IOMode.STDIN) == words


def test_value_twins() -> None:
    assert "1 and 1.0" in str(differs_by([1, True], (1.0, 1), IOMode.FUNCTION))
    assert differs_by([1], [2], IOMode.FUNCTION) is None


@pytest.mark.skipif(
    not SHARED.is_dir(), reason="no ../shared/data beside this checkout"
)
def test_every_shared_file_is_read_and_shows_nothing_hidden() -> None:
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        dataset = open_dataset(path)
        assert dataset.tasks, path.name
        for task in dataset.tasks:
            assert task.hidden.has_given_tests
            hidden = {tests.source for tests in task.hidden.test_code}
            assert not hidden & {tests.source for tests in task.problem.test_code}
            bare = replace(
                task.hidden, cases=(), test_code=(), limits=task.problem.limits
            )
            assert bare.statement == task.problem.statement
