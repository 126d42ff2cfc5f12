"""Python files: the entry point, and examples in the styles of docstrings."""

from __future__ import annotations

import pytest

from assay.errors import ProblemError
from assay.problems import read_problem
from assay.types import Call, IOMode, Problem, Value


def stub(docstring: str, parameters: str = "x") -> str:
    return f'def f({parameters}):\n    """{docstring}\n    """\n'


def examples(problem: Problem) -> list[tuple[Value, Value]]:
    return [
        (c.input.args, c.expected) for c in problem.cases if isinstance(c.input, Call)
    ]


@pytest.mark.parametrize(
    "line",
    [
        ">>> f(2)\n    4",
        "f(2) == 4",
        "f(2) = 4",
        "f(2) -> 4",
        "f(2) => 4",
        "f(2) ==> 4",
        "f(2) ➞ 4",
        "* f(2) => 4",
        ">>> f(2) == 4",
        "f(2) returns 4",
        "f(2) should return 4.",
        "f(2) should\n    return 4, since it doubles",
        "f(2)   # returns 4",
        "f(2) # => 4 (twice two)",
        "`f(2)` returns `4`",
        "For x = 2 the output should be 4.",
        "f(2) -> 8 - 2 - 2 = 4",
        "assert g(2) == 4",
        "Example 1:\n        Input: 2\n        Output: 4",
        "Example:\n        Input: x = 2\n        Output: 4 # twice",
        "x = 2\n    return 4",
    ],
)
def test_an_example_is_found(line: str) -> None:
    problem = read_problem(stub(f"Double the number.\n\n    {line}"))
    assert problem.io_mode is IOMode.FUNCTION
    assert examples(problem) == [((2,), 4)]


@pytest.mark.parametrize(
    "line",
    [
        "f(2) == f(1) + 2",
        "f(n) == n * 2",
        "f(2) -> 4 if x is even",
        "f(2) == 4 * x",
        'f(2) == ""four"',
        "f(2) -> 4, 5",
        "1 + f(2) == 5",
        "not f(2) == 4",
        "f(2, 3) == 4",
        "the value of f(2)",
        "print(2) == 4",
    ],
)
def test_what_is_no_example_is_left_alone(line: str) -> None:
    assert examples(read_problem(stub(f"Double the number.\n\n    {line}"))) == []


def test_definitions_of_a_sequence_are_no_examples_of_a_list() -> None:
    text = "Return a list.\n    f(1) = 3\n    f(2) = 2\n    So:\n    f(3) = [3, 2, 8]"
    assert examples(read_problem(stub(text))) == [((3,), [3, 2, 8])]


def test_a_lone_value_in_parentheses_among_tuples_is_a_tuple() -> None:
    text = 'f(1) ==> ("a", "b")\n    f(2) ==> ("c")'
    assert examples(read_problem(stub(text)))[1] == ((2,), ("c",))


def test_strings_with_brackets_and_calls_over_lines_are_read() -> None:
    text = "f('a)(', [\n      [1, 2],\n    ]) == ['(']"
    problem = read_problem(stub(text, "s, rows"))
    assert examples(problem) == [(("a)(", [[1, 2]]), ["("])]


def test_escapes_are_read_as_they_were_meant() -> None:
    meant = stub(">>> f('a\\nb')\n    'b'")
    doubled = stub(">>> f('a\\\\nb')\n    'b'")
    for source in (meant, doubled):
        assert examples(read_problem(source)) == [(("a\nb",), "b")]


def test_keyword_arguments_become_positional() -> None:
    problem = read_problem(stub("f(b=2, a=1) == 3", "a, b"))
    assert examples(problem) == [((1, 2), 3)]


def test_unquoted_words_are_strings() -> None:
    text = "Check a string.\n    f(abc) => True\n    f(aab) => False"
    assert examples(read_problem(stub(text, "s"))) == [
        (("abc",), True),
        (("aab",), False),
    ]


def test_an_expression_around_the_call_becomes_an_assert() -> None:
    problem = read_problem(stub(">>> round(f(2), 1)\n    0.5"))
    assert not problem.cases
    assert problem.test_code[0].source == "assert (round(f(2), 1)) == 0.5\n"


def test_an_expected_error_becomes_a_test() -> None:
    text = (
        ">>> f(-1)\n    Traceback (most recent call last):\n        ...\n"
        "    ValueError: negative"
    )
    (test,) = read_problem(stub(text)).test_code
    assert "'ValueError'" in test.source
    compile(test.source, "test", "exec")


def test_a_session_with_a_class_is_one_test() -> None:
    source = (
        "class Stack:\n"
        '    """A stack.\n\n'
        "    >>> s = Stack()\n    >>> s.push(1)\n    >>> s.pop()\n    1\n"
        '    """\n'
    )
    problem = read_problem(source)
    assert problem.entry_point == "Stack"
    assert problem.test_code[0].source == (
        "s = Stack()\ns.push(1)\nassert (s.pop()) == 1\n"
    )


def test_the_unfinished_function_is_the_entry_point() -> None:
    source = "def todo(a):\n    ...\n\n\ndef ready(a):\n    return a\n"
    assert read_problem(source).entry_point == "todo"
    assert read_problem(source, entry_point="ready").entry_point == "ready"
    later = "def one(a):\n    return a\n\n\ndef two(a):\n    return a\n"
    assert read_problem(later).entry_point == "two"


def test_a_header_without_a_body_is_enough() -> None:
    problem = read_problem(
        "class Solution:\n    def go(self, n: int) -> int:\n        "
    )
    assert problem.entry_point == "Solution().go"


def test_an_unknown_entry_point_is_named_with_a_near_one() -> None:
    with pytest.raises(ProblemError, match="did you mean 'double'"):
        read_problem("def double(x):\n    pass\n", entry_point="dubble")


def test_fractions_make_the_checker_tolerant() -> None:
    assert read_problem(stub("f(2) == 0.5")).checker.kind == "float"
    assert read_problem(stub("f(2) == 5")).checker.kind == "exact"


def test_nothing_given_is_ever_run() -> None:
    source = (
        "raise SystemExit\n\ndef f(x):\n    '''\n    >>> f(exit())\n    1\n    '''\n"
    )
    assert not read_problem(source).cases
