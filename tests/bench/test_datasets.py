"""Every published format is read, by its content, into a problem and a sealed side."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assay.bench.datasets import Dataset, open_dataset
from assay.bench.tasks import Task
from assay.types import Call, CheckerKind, IOMode, Stdin, TestStyle
from bench import written
from bench.written import write, write_package

EVERY = (
    ("rows", written.ROW),
    ("humaneval", written.HUMANEVAL),
    ("evalplus", written.EVALPLUS),
    ("evalplus", written.MBPP_NATIVE),
    ("mbppplus", written.MBPP_ORIGIN),
    ("livecodebench", written.livecodebench()),
    ("leetcode", written.LEETCODE),
    ("bigcodebench", written.BIGCODEBENCH),
    ("humanevalpack", written.PACK),
)


def read(folder: Path, *rows: dict[str, Any]) -> Dataset:
    return open_dataset(write(folder / "set.jsonl", *rows))


def only(folder: Path, row: dict[str, Any]) -> Task:
    (task,) = read(folder, row).tasks
    return task


@pytest.mark.parametrize(("name", "row"), EVERY)
def test_a_format_is_known_by_its_content(
    name: str, row: dict[str, Any], tmp_path: Path
) -> None:
    dataset = read(tmp_path, row)
    assert dataset.format == name
    (task,) = dataset.tasks
    assert task.problem.id == task.hidden.id
    assert task.hidden.has_given_tests
    assert task.hidden.limits.cpu_s >= 10


@pytest.mark.parametrize(("name", "row"), EVERY)
def test_nothing_hidden_is_in_what_a_solver_gets(
    name: str, row: dict[str, Any], tmp_path: Path
) -> None:
    task = only(tmp_path, row)
    shown = repr(task.problem)
    for case in task.hidden.cases:
        if case not in task.problem.cases:
            assert repr(case.input) not in shown, name
    for tests in task.hidden.test_code:
        assert tests.source not in shown
        assert tests not in task.problem.test_code
    if task.reference is not None and not task.wrong:
        assert task.reference.code not in shown


def test_the_digest_is_of_the_bytes_as_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "own.jsonl.gz", written.ROW)
    dataset = open_dataset(path)
    assert dataset.name == "own"
    assert dataset.sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_packed_file_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "own.jsonl.gz", written.ROW)
    assert len(open_dataset(path.rename(tmp_path / "other")).tasks) == 1


def test_our_own_rows(tmp_path: Path) -> None:
    task = only(tmp_path, written.ROW)
    assert [case.input for case in task.problem.cases] == [Stdin(text="1 2\n")]
    assert [case.expected for case in task.hidden.cases] == ["30\n", "0\n"]
    assert task.hidden.checker.kind is CheckerKind.TOKENS
    assert task.hidden.limits.cpu_s == 16, "twice the row's limit"
    assert (task.date, task.difficulty) == ("2025-03-04", "easy")
    assert task.time_limit_s == 8
    assert task.wrong[0].code.endswith("print(a - b)\n")
    assert "buggy" not in task.meta


def test_a_repository_has_no_entry_point_and_unittest_tests(tmp_path: Path) -> None:
    row = {
        **written.ROW,
        "io_mode": "repo",
        "starter_code": "// file: own.py\ndef one():\n    pass\n",
        "public_tests": [],
        "hidden_tests": [],
        "checker": None,
        "test_code": "import unittest\nfrom own import one\n\n"
        "class T(unittest.TestCase):\n    def test_one(self):\n"
        "        self.assertEqual(one(), 1)\n",
    }
    task = only(tmp_path, row)
    assert task.problem.entry_point is None
    assert task.problem.starter_code.startswith("# file: own.py")
    assert task.hidden.test_code[0].style is TestStyle.UNITTEST


def test_humaneval_examples_in_the_docstring_are_given(tmp_path: Path) -> None:
    task = only(tmp_path, written.HUMANEVAL)
    assert [case.input for case in task.problem.cases] == [Call(args=(4,))]
    assert task.hidden.test_code[0].source.endswith("check(double)\n")
    assert task.hidden.cases == ()
    assert task.reference is not None
    assert task.reference.code.endswith("return 2 * n\n")


def test_mbpp_in_evalplus_has_a_sentence_and_an_assert(tmp_path: Path) -> None:
    task = only(tmp_path, written.MBPP_NATIVE)
    assert task.problem.statement == "Write a function to find what two tuples share."
    assert len(task.problem.test_code) == 1
    source = task.hidden.test_code[0].source
    assert "((4, 5, 6), (6, 5))" in source.replace("[", "(").replace("]", ")")
    assert "[(4, 5, 6), (6, 5)]" in source, "lists are tuples again, as by its number"


def test_mbpp_in_its_own_form_calls_what_its_assert_calls(tmp_path: Path) -> None:
    task = only(tmp_path, written.MBPP_ORIGIN)
    assert task.problem.id == "Mbpp/950"
    assert task.problem.entry_point == "increased"
    assert len(task.problem.cases) == 1
    assert task.hidden.test_code[0].source.startswith("import math\n")


def test_livecodebench_reads_both_kinds_of_tests(tmp_path: Path) -> None:
    text, call = read(
        tmp_path, written.livecodebench(), written.livecodebench_function()
    ).tasks
    assert text.problem.io_mode is IOMode.STDIN
    assert len(text.problem.cases) == 1
    assert [case.expected for case in text.hidden.cases] == ["3\n", "9\n"]
    assert text.date == "2024-05-04"
    assert call.problem.entry_point == "Solution().plus"
    assert call.hidden.cases[-1].input == Call(args=(20, 22))


def test_leetcode_and_its_prelude(tmp_path: Path) -> None:
    task = only(tmp_path, written.LEETCODE)
    assert task.problem.entry_point == "Solution().largest"
    assert task.problem.setup_code == "from typing import *\n\n"
    assert len(task.problem.cases) == 1
    assert task.date == "2024-08-01"
    source = task.hidden.test_code[0].source
    assert source.startswith("from typing import *\n")


def test_bigcodebench_takes_its_packages_from_the_prompt(tmp_path: Path) -> None:
    prompt = "import numpy as np\n" + written.BIGCODEBENCH["complete_prompt"]
    task = only(tmp_path, {**written.BIGCODEBENCH, "complete_prompt": prompt})
    assert task.problem.packages == ("numpy",)
    assert task.hidden.test_code[0].style is TestStyle.UNITTEST


def test_a_repair_task_shows_the_bug_and_knows_it_to_be_wrong(tmp_path: Path) -> None:
    task = only(tmp_path, written.PACK)
    assert "return n ** 2" in task.problem.statement
    assert "return 2 * n" not in repr(task.problem)
    assert [each.code for each in task.wrong] == ["def double(n):\n    return n ** 2\n"]


def test_a_repair_task_of_another_language_keeps_its_tests(tmp_path: Path) -> None:
    row = {**written.PACK, "task_id": "Rust/3", "test": "#[test]\nfn t() {}\n"}
    task = only(tmp_path, row)
    assert task.problem.language == "rust"
    assert task.reference is not None
    assert task.reference.language == "rust"


class TestKattis:
    def test_a_package_is_a_task(self, tmp_path: Path) -> None:
        dataset = open_dataset(write_package(tmp_path / "twice"))
        (task,) = dataset.tasks
        assert (dataset.format, task.problem.id) == ("kattis", "twice")
        assert task.problem.title == "Twice"
        assert [case.expected for case in task.problem.cases] == ["2\n"]
        assert sorted(case.expected for case in task.hidden.cases) == ["-6\n", "42\n"]
        assert task.hidden.limits.memory_mb == 4096
        assert task.hidden.checker.kind is CheckerKind.TOKENS
        assert task.hidden.checker.ignore_case
        assert task.reference is not None
        assert task.reference.language == "python", "rather than the other one"
        assert len(task.wrong) == 1

    def test_a_folder_of_packages_is_a_dataset(self, tmp_path: Path) -> None:
        write_package(tmp_path / "one")
        write_package(tmp_path / "two")
        dataset = open_dataset(tmp_path)
        assert [task.problem.id for task in dataset.tasks] == ["one", "two"]
        (tmp_path / "two" / "data" / "secret" / "02.ans").write_text("7\n")
        assert open_dataset(tmp_path).sha256 != dataset.sha256

    def test_flags_of_the_default_validator(self, tmp_path: Path) -> None:
        yaml = "name: T\nvalidator_flags: float_tolerance 1e-4 case_sensitive\n"
        folder = write_package(tmp_path / "twice", **{"problem.yaml": yaml})
        (task,) = open_dataset(folder).tasks
        checker = task.hidden.checker
        assert (checker.kind, checker.abs_tol) == (CheckerKind.FLOAT, 1e-4)
        assert not checker.ignore_case

    def test_a_validator_of_its_own_is_a_program_with_its_headers(
        self, tmp_path: Path
    ) -> None:
        files = {
            "problem.yaml": "name: T\nvalidation: custom\nvalidator_flags: a b\n",
            "output_validators/v/validate.cc": '#include "own.h"\nint main() {}\n',
            "output_validators/v/own.h": "#pragma once\nint own;\n",
        }
        (task,) = open_dataset(write_package(tmp_path / "twice", **files)).tasks
        checker = task.problem.checker
        assert (checker.kind, checker.language) == (CheckerKind.PROGRAM, "cpp")
        assert (checker.convention, checker.args) == ("icpc", ("a", "b"))
        assert checker.source == "\nint own;\n\nint main() {}\n"

    def test_the_newer_format_and_its_time_limit(self, tmp_path: Path) -> None:
        yaml = (
            "problem_format_version: 2025-09\nname:\n  en: Twice\n  de: Doppelt\n"
            "type: pass-fail\nlimits:\n  time_limit: 7\n"
        )
        files = {"problem.yaml": yaml, "statement/problem.en.md": "# Twice\n"}
        (task,) = open_dataset(write_package(tmp_path / "twice", **files)).tasks
        assert (task.time_limit_s, task.hidden.limits.cpu_s) == (7, 14)
        assert task.problem.statement == "# Twice\n"
