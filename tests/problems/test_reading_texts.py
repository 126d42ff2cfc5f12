"""Statements in words: samples by their headings, constraints, limits, checkers."""

from __future__ import annotations

import pytest

from assay.errors import ProblemError
from assay.problems import read_problem
from assay.problems.constraints import stated_constraints
from assay.types import Call, CheckerKind, Constraint, IOMode, Measure, Problem, Stdin

INTRO = "Doubling\n\nPrint twice the number $n$ ($1 \\le n \\le 10^9$).\n\n"
DESCRIBED = "-----Input-----\nOne number n.\n\n-----Output-----\nTwice that.\n\n"


def pairs(problem: Problem) -> list[tuple[str, str]]:
    return [
        (c.input.text, c.expected) for c in problem.cases if isinstance(c.input, Stdin)
    ]


STYLES = {
    "dashes": DESCRIBED
    + "-----Examples-----\nInput\n3\n\nOutput\n6\n\nInput\n4\n\nOutput\n8\n\n\n"
    "-----Note-----\nIn the first example 3 + 3 = 6.\n",
    "numbered": DESCRIBED
    + "-----Examples-----\nSample Input 1:\n3\nSample Output 1:\n6\n\n"
    "Sample Input 2:\n4\nSample Output 2:\n8\n",
    "markdown": "## Input\n\nOne number.\n\n## Output\n\nTwice that.\n\n"
    "## Sample Input 1\n```\n3\n```\n\n## Sample Output 1\n```\n6\n```\n\n"
    "## Sample Input 2\n```\n4\n```\n\n## Sample Output 2\n```\n8\n```\n",
    "atcoder": "### Sample Input 1\n\n3\n\n### Sample Output 1\n\n6\n\n"
    "Twice three is six, as everybody knows.\n\n"
    "### Sample Input 2\n\n4\n\n### Sample Output 2\n\n8\n",
    "table": "| Sample Input 1 | Sample Output 1 |\n|---|---|\n| 3 | 6 |\n\n"
    "| Sample Input 2 | Sample Output 2 |\n|---|---|\n| 4 | 8 |\n",
    "columns": "Sample Input 1      Sample Output 1\n3                   6\n\n"
    "Sample Input 2      Sample Output 2\n4                   8\n",
    "bare": "Input:\n3\nOutput:\n6\n\nInput:\n4\nOutput:\n8\n",
    "inline": "Input: 3\nOutput: 6\n\nInput: 4\nOutput: 8\n",
    "boilerplate": "## Sample\n\nSample Input\n\n   save_alt\n\n```\n3\n```\n\n"
    "Sample Output\n\n   content_copy\n\n```\n6\n```\n\n## More\n\n"
    "Sample Input\n\n```\n4\n```\n\nSample Output\n\n```\n8\n```\n",
}


@pytest.mark.parametrize("style", sorted(STYLES))
def test_samples_are_found_in_every_style(style: str) -> None:
    problem = read_problem(INTRO + STYLES[style])
    assert problem.io_mode is IOMode.STDIN
    assert pairs(problem) == [("3\n", "6\n"), ("4\n", "8\n")]
    assert problem.title == "Doubling"
    assert problem.constraints == (Constraint(variable="n", low=1, high=10**9),)


def test_blank_lines_inside_a_sample_are_kept() -> None:
    text = (
        INTRO + "## Sample Input\n```\n1\n\n2\n```\n## Sample Output\n```\na\n\nb\n```"
    )
    assert pairs(read_problem(text)) == [("1\n\n2\n", "a\n\nb\n")]


def test_a_described_input_is_no_sample() -> None:
    problem = read_problem(INTRO + DESCRIBED)
    assert not problem.cases
    assert problem.io_mode is IOMode.STDIN
    assert not problem.has_given_tests


LEETCODE = """Two Sum

Given an array nums, return indices of two members that add up to target.

Example 1:

Input: nums = [2,7], target = 9
Output: [0,1]
Explanation: 2 + 7 == 9.

Example 2:

Input: nums = [3,3], target = 6
Output: [0,1]

Constraints:

2 <= nums.length <= 10^4
-10^9 <= nums[i], target <= 10^9
"""


def test_named_inputs_ask_for_a_function() -> None:
    problem = read_problem(LEETCODE)
    assert problem.io_mode is IOMode.FUNCTION
    assert problem.entry_point == "solve"
    assert problem.starter_code.startswith("def solve(nums, target):")
    assert problem.cases[0].input == Call(args=([2, 7], 9))
    assert problem.cases[0].expected == [0, 1]
    bounds = {(c.variable, c.measure): (c.low, c.high) for c in problem.constraints}
    assert bounds["nums", Measure.LENGTH] == (2, 10_000)
    assert bounds["nums", Measure.VALUE] == (-(10**9), 10**9)
    assert bounds["target", Measure.VALUE] == (-(10**9), 10**9)


def test_a_stub_in_the_text_names_the_entry_point() -> None:
    stub = "\nclass Solution:\n    def pair(self, nums: list, target: int) -> list:\n"
    problem = read_problem(LEETCODE + stub)
    assert problem.entry_point == "Solution().pair"
    assert problem.cases[1].input == Call(args=([3, 3], 6))


@pytest.mark.parametrize(
    ("text", "entry_point", "n_cases"),
    [
        ("Write a function `add(a, b)` that adds. add(1, 2) == 3", "add", 1),
        ("Write a function named total that sums a list.", "total", 0),
        ("A function that returns its argument.", "solve", 0),
    ],
)
def test_words_that_ask_for_a_function(
    text: str, entry_point: str, n_cases: int
) -> None:
    problem = read_problem(text)
    assert problem.io_mode is IOMode.FUNCTION
    assert problem.entry_point == entry_point
    assert len(problem.cases) == n_cases


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1 ≤ n ≤ 10^5", 1, 10**5),
        (r"$1 \leq n \leq 100000$", 1, 100_000),
        (r"$0 \le n < 2 \cdot 10^5$", 0, 199_999),
        ("1 <= n <= 100 000", 1, 100_000),
        (r"$1\leqslant n\leqslant 300\,000$", 1, 300_000),
        (r"$-10^{9} \le n \le 10^{9}$", -(10**9), 10**9),
        ("0 < n < 10", 1, 9),
        ("10 >= n >= 2", 2, 10),
        ("1 ≤ n ≤ 10⁵", 1, 10**5),
        ("1 <= n <= 2^31 - 1", 1, 2**31 - 1),
        ("$1 \\le \\mathbf{n} \\le 20$. $1 \\le \\mathbf{n} \\le 10^5$.", 1, 10**5),
    ],
)
def test_constraints_are_read(text: str, low: int, high: int) -> None:
    assert stated_constraints(text) == (Constraint(variable="n", low=low, high=high),)


def test_a_part_of_a_longer_formula_is_no_constraint() -> None:
    assert stated_constraints("1 <= m * n <= 50") == ()


def test_limits_are_read_and_have_a_floor() -> None:
    text = INTRO + "time limit per test: 2 seconds\nmemory limit per test: 64 megabytes"
    limits = read_problem(text).limits
    assert (limits.cpu_s, limits.memory_mb) == (2.0, 128)
    limits = read_problem(INTRO + "Time limit: 15 seconds.\nMemory limit: 1 GB.").limits
    assert (limits.cpu_s, limits.memory_mb) == (15.0, 1024)


SAMPLE = "\n## Sample Input\n```\n1\n```\n## Sample Output\n```\n{}\n```\n"


@pytest.mark.parametrize(
    ("words", "output", "kind", "tolerance"),
    [
        ("Print it.", "5 6", CheckerKind.TOKENS, 1e-6),
        ("Draw it.", "  #  #", CheckerKind.EXACT, 1e-6),
        ("Print it.", "0.50", CheckerKind.FLOAT, 1e-6),
        ("An absolute or relative error of $10^{-4}$ is fine.", "2", "float", 1e-4),
        ("Print the names in any order.", "a\nb\nc", CheckerKind.UNORDERED, 1e-6),
        ("You may do the moves in any order.", "5", CheckerKind.TOKENS, 1e-6),
    ],
)
def test_the_checker_is_found(
    words: str, output: str, kind: str, tolerance: float
) -> None:
    checker = read_problem(words + SAMPLE.format(output)).checker
    assert checker.kind == kind
    assert checker.abs_tol == tolerance


def test_several_right_answers_are_warned_of() -> None:
    text = "If there are multiple answers, print any of them." + SAMPLE.format("5")
    assert "program:FILE" in read_problem(text).notes[-1]


def test_contradictory_samples_are_named() -> None:
    text = STYLES["bare"].replace("4", "3")
    with pytest.raises(ProblemError, match="sample 1 and sample 2 contradict"):
        read_problem(text)


def test_the_notes_say_how_it_was_read() -> None:
    notes = " ".join(read_problem(INTRO + STYLES["dashes"]).notes)
    for words in ("contest's statement", "whole program", "2 examples", "token"):
        assert words in notes


@pytest.mark.timeout(20)
@pytest.mark.parametrize("letters", ["7", "a", "ab1", "a_", "`a"])
def test_a_sample_that_is_one_long_word_takes_no_time(letters: str) -> None:
    text = "Print it.\n1 <= n <= 9\n" + SAMPLE.format(letters * 20_000)
    (constraint,) = read_problem(text).constraints
    assert (constraint.low, constraint.high) == (1, 9)
