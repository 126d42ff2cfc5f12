"""Small datasets of the project's own writing, one row in each published format."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]

DOUBLE = 'def double(n):\n    """Twice n.\n\n    >>> double(4)\n    8\n    """\n'
DOUBLE_TESTS = (
    "def check(candidate):\n"
    "    assert candidate(1) == 2\n    assert candidate(-7) == -14\n"
)

ROW: Row = {
    "id": "own/sum",
    "title": "Sum",
    "statement": "Read two numbers from a line and print their sum.",
    "io_mode": "stdin",
    "language": "python",
    "public_tests": [{"input": "1 2\n", "output": "3\n"}],
    "hidden_tests": [
        {"input": "10 20\n", "output": "30\n"},
        {"input": "-5 5\n", "output": "0\n"},
    ],
    "checker": {"type": "tokens"},
    "reference_solution": "a, b = map(int, input().split())\nprint(a + b)\n",
    "reference_language": "python",
    "date": "2025-03-04",
    "difficulty": "easy",
    "time_limit_s": 8.0,
    "meta": {"buggy": "a, b = map(int, input().split())\nprint(a - b)\n"},
}

HUMANEVAL: Row = {
    "task_id": "HumanEval/900",
    "prompt": DOUBLE,
    "entry_point": "double",
    "canonical_solution": "    return 2 * n\n",
    "test": DOUBLE_TESTS,
}

EVALPLUS: Row = {
    "task_id": "HumanEval/901",
    "prompt": 'def halves(values):\n    """Half of each of the values."""\n',
    "entry_point": "halves",
    "canonical_solution": "    return [value / 2 for value in values]\n",
    "contract": "\n    assert isinstance(values, list)\n",
    "base_input": [[[1, 2]], [[]]],
    "plus_input": [[[3, 10**9, -0.5]]],
    "atol": 0,
}

MBPP_NATIVE: Row = {
    "task_id": "Mbpp/2",
    "prompt": '"""\nWrite a function to find what two tuples share.\n'
    'assert set(similar_elements((1, 2),(2, 3))) == set((2,))\n"""\n',
    "entry_point": "similar_elements",
    "canonical_solution": "\ndef similar_elements(one, two):\n"
    "  return tuple(set(one) & set(two))\n",
    "contract": "",
    "base_input": [[[1, 2], [2, 3]]],
    "plus_input": [[[4, 5, 6], [6, 5]], [[], []]],
    "atol": 0,
}

MBPP_ORIGIN: Row = {
    "task_id": 950,
    "prompt": "Write a function to add one.",
    "code": "def increased(n):\n  return n + 1",
    "source_file": "own",
    "test_imports": ["import math"],
    "test_list": ["assert increased(1) == 2", "assert increased(5) == 6"],
    "test": "def assertion(out, exp, atol):\n    assert out == exp\n\n"
    "inputs = [[1], [41]]\nresults = [2, int(math.sqrt(1764))]\n"
    "for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
    "    assertion(increased(*inp), exp, 0)\n",
}

LEETCODE: Row = {
    "task_id": "own-largest",
    "question_id": 9001,
    "difficulty": "Easy",
    "tags": ["Array"],
    "problem_description": "Given a list nums, return its largest number.\n\n"
    "Example 1:\n\nInput: nums = [3,1]\nOutput: 3\n",
    "starter_code": "class Solution:\n"
    "    def largest(self, nums: List[int]) -> int:\n        ",
    "estimated_date": "2024-08-01 00:00:00",
    "prompt": "from typing import *\n\n",
    "completion": "class Solution:\n    def largest(self, nums: List[int]) -> int:\n"
    "        return max(nums)\n",
    "entry_point": "Solution().largest",
    "test": "def check(candidate):\n    assert candidate(nums = [1, 2, 9]) == 9\n"
    "    assert candidate(nums = [-4, -2]) == -2\n",
    "input_output": [{"input": "nums = [1, 2, 9]", "output": "9"}],
}

BIGCODEBENCH: Row = {
    "task_id": "BigCodeBench/9000",
    "complete_prompt": "import json\n\ndef task_func(text):\n"
    '    """Number of keys of a JSON object."""\n',
    "instruct_prompt": "Count the keys of a JSON object.",
    "canonical_solution": "    return len(json.loads(text))\n",
    "code_prompt": "import json\n\ndef task_func(text):\n",
    "test": "import unittest\n\nclass TestCases(unittest.TestCase):\n"
    "    def test_two(self):\n"
    '        self.assertEqual(task_func(\'{"a": 1, "b": 2}\'), 2)\n'
    "    def test_none(self):\n        self.assertEqual(task_func('{}'), 0)\n",
    "entry_point": "task_func",
    "doc_struct": "{}",
    "libs": "['json']",
}

PACK: Row = {
    "task_id": "Python/900",
    "prompt": DOUBLE,
    "declaration": "def double(n):\n",
    "canonical_solution": "    return 2 * n\n",
    "buggy_solution": "    return n ** 2\n",
    "bug_type": "operator misuse",
    "entry_point": "double",
    "test": DOUBLE_TESTS + "\ncheck(double)\n",
}


def packed(tests: object) -> str:
    """Tests as LiveCodeBench packs its private ones."""
    text = json.dumps(tests)
    return base64.b64encode(zlib.compress(pickle.dumps(text))).decode("ascii")


def livecodebench(**changes: Any) -> Row:
    row: Row = {
        "question_title": "Own Sum",
        "question_content": "Read two numbers from a line and print their sum.",
        "platform": "atcoder",
        "question_id": "own_a",
        "contest_id": "own",
        "contest_date": "2024-05-04T10:30:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": json.dumps(
            [{"input": "1 2\n", "output": "3\n", "testtype": "stdin"}]
        ),
        "private_test_cases": packed(
            [{"input": "4 5\n", "output": "9\n", "testtype": "stdin"}]
        ),
        "metadata": "{}",
    }
    return {**row, **changes}


def livecodebench_function(**changes: Any) -> Row:
    def test(given: str, wanted: str) -> Mapping[str, str]:
        return {"input": given, "output": wanted, "testtype": "functional"}

    return livecodebench(
        question_id="own_f",
        question_content="Return the sum of a and b.",
        starter_code="class Solution:\n    def plus(self, a: int, b: int) -> int:\n",
        public_test_cases=json.dumps([test("1\n2", "3")]),
        private_test_cases=json.dumps([test("20\n22", "42")]),
        metadata=json.dumps({"func_name": "plus"}),
        **changes,
    )


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    """Rows as a file of JSON lines; packed where its name says so."""
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_package(folder: Path, **files: str) -> Path:
    """A Kattis package that asks for twice a number; `files` by path, `__` for `/`."""
    base = {
        "problem.yaml": "name: Twice\nlicense: cc0\nlimits:\n  memory: 4096 # MiB\n",
        "problem_statement/problem.en.tex": "Print twice the number that is given.\n",
        "data/sample/1.in": "1\n",
        "data/sample/1.ans": "2\n",
        "data/secret/a/01.in": "21\n",
        "data/secret/a/01.ans": "42\n",
        "data/secret/02.in": "-3\n",
        "data/secret/02.ans": "-6\n",
        "submissions/accepted/twice.cpp": "int main() {}\n",
        "submissions/accepted/twice.py": "print(2 * int(input()))\n",
        "submissions/wrong_answer/square.py": "print(int(input()) ** 2)\n",
    }
    for name, text in {**base, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
