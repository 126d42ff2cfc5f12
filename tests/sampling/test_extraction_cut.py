"""Extraction from output that was cut off."""

import pytest

from assay.sampling.extraction import extract_program
from assay.types import IOMode, Problem

ADD = "def add(a, b):\n    return a + b\n"
FUNCTION = Problem(id="f", statement="", io_mode=IOMode.FUNCTION, entry_point="add")
METHOD = Problem(
    id="m", statement="", io_mode=IOMode.FUNCTION, entry_point="Solution().add"
)
STDIN = Problem(id="s", statement="", io_mode=IOMode.STDIN)


def cut(text: str, problem: Problem = FUNCTION) -> str | None:
    return extract_program(f"```python\n{text}", problem, cut_off=True)


@pytest.mark.parametrize(
    "rest",
    [
        "\nprint(add(1,",
        "\nprint(add(1, 2))\nasse",
        "\ndef other(x):\n    if x",
        '\nif __name__ == "__main__":\n    for',
        '\n"""\nThe function',
    ],
)
def test_what_follows_the_whole_function_may_be_cut(rest: str) -> None:
    assert cut(ADD + rest) == ADD


@pytest.mark.parametrize(
    "text",
    [
        "def add(a, b):\n    c = a\n    if c >",
        "def add(a, b):\n    c = a + b\n",
        "def add(a, b):\n    return a",  # perhaps `a + b`
        "def add(a, b):\n    return twice(a)\n\ndef twice(a):\n    if",
        "def add(a, b",
        "def other(a):\n    return a\n\ndef add(a, b):\n    x",
    ],
)
def test_a_function_that_was_being_written_is_no_program(text: str) -> None:
    program = cut(text)
    assert program is None or "def other" in program
    assert "def add" not in (program or "")


def test_the_same_text_that_was_not_cut_is_a_program() -> None:
    text = "```python\ndef add(a, b):\n    return a"
    assert extract_program(text, FUNCTION) == "def add(a, b):\n    return a\n"


def test_a_method_after_the_asked_one_may_be_cut() -> None:
    whole = "class Solution:\n    def add(self, a, b):\n        return a + b\n"
    assert cut(f"{whole}\n    def more(self):\n        x =", METHOD) == whole


def test_a_function_that_something_follows_needs_no_return() -> None:
    whole = "def add(a, b):\n    a += b\n"
    assert cut(f"{whole}\nvalues = [1") == whole


def test_a_cut_method_that_is_needed_leaves_no_program() -> None:
    text = (
        "class Solution:\n    def add(self, a, b):\n        return self.more(a)\n\n"
        "    def more(self, a):\n        x ="
    )
    assert cut(text, METHOD) is None


def test_a_cut_script_keeps_what_it_has_printed() -> None:
    text = "n = int(input())\nprint(n)\nif n >"
    assert cut(text, STDIN) == "n = int(input())\nprint(n)\n"


@pytest.mark.parametrize(
    "text",
    [
        "n = int(input())\nfor i in range(n):\n    a = int(input())\n    pri",
        "def main():\n    n = int(input())\n    print(n",
        "import sys\nn = int(sys.stdin.readline())\nans =",
    ],
)
def test_a_cut_script_without_output_is_no_program(text: str) -> None:
    assert cut(text, STDIN) is None


def test_a_main_function_whose_call_was_cut_is_called() -> None:
    text = 'def main():\n    n = int(input())\n    print(n)\n\n\nif __name__ == "__m'
    assert (cut(text, STDIN) or "").endswith("\n\n\nmain()\n")


def test_prose_that_was_cut_after_a_closed_block_does_not_matter() -> None:
    text = f"```python\n{ADD}```\nThe function adds and then"
    assert extract_program(text, FUNCTION, cut_off=True) == ADD


def test_code_that_goes_on_after_the_last_readable_line_is_cut() -> None:
    text = (
        "Here is the program:\n\ndef add(n, m):\n    if n:\n"
        '        """\n        Text at the margin (and a bracket\n\n'
        '            > quoted\n        """\n        if [n, n]:\n'
    )
    assert extract_program(text, FUNCTION, cut_off=True) is None
