"""Alignment: a program answers to what the problem calls, as running it shows."""

import io
import sys
from typing import Any

import pytest

from assay.sampling.extraction import extract_program
from assay.types import Call, Case, IOMode, Problem

STUB = 'def add(a: int, b: int) -> int:\n    """Add."""\n'
CLASS_STUB = "class Solution:\n    def addTwo(self, a: int, b: int) -> int:\n        "
STDIN = Problem(id="s", statement="", io_mode=IOMode.STDIN)


def function(name: str = "add", starter: str = STUB, **fields: Any) -> Problem:
    return Problem(
        id="f",
        statement="",
        io_mode=IOMode.FUNCTION,
        entry_point=name,
        starter_code=starter,
        **fields,
    )


METHOD = function("Solution().addTwo", CLASS_STUB)


def call(code: str, problem: Problem, *args: object) -> object:
    """Run our own program of this test and call what the problem calls."""
    program = extract_program(f"```python\n{code}\n```", problem)
    assert program is not None
    assert extract_program(program, problem) == program, "not idempotent"
    namespace: dict[str, Any] = {}
    exec(program, namespace)
    called: object = eval(problem.entry_point or "", namespace)(*args)
    return called


FOR_A_FUNCTION = {
    "itself": "def add(a, b):\n    return a + b",
    "a lambda": "add = lambda a, b: a + b",
    "a method": "class Solution:\n    def add(self, a, b):\n        return a + b",
    "a static method": (
        "class Adder:\n    @staticmethod\n    def add(a, b):\n        return a + b"
    ),
    "a method without self": "class Sum:\n    def add(a, b):\n        return a + b",
    "a method outside of a class": "def add(self, a, b):\n    return a + b",
    "another name": "def sum_up(x, y):\n    return x + y",
    "camel case": "def Add(x, y):\n    return x + y",
    "another name and a helper": (
        "def plus(x, y):\n    return x + y\n\ndef total(x, y):\n    return plus(x, y)"
    ),
    "another name with a caller": (
        "def total(x, y):\n    return x + y\n\n"
        "def main():\n    a = int(input())\n    print(total(a, a))\n\nmain()"
    ),
    "another name and a function that asks": (
        "def total(x, y):\n    return x + y\n\n"
        "def ask(x, y):\n    return int(input(x)) + int(input(y))"
    ),
    "a method that calls itself by its bare name": (
        "class Solution:\n    def add(self, a, b):\n"
        "        return add(a + 1, b - 1) if b else a"
    ),
    "a function and a reading part": (
        "def add(a, b):\n    return a + b\n\n"
        "x = int(input())\ny = int(input())\nprint(add(x, y))"
    ),
    "a script": "a = int(input())\nb = int(input())\nc = a + b\nprint(c)",
    "a script with branches": (
        "a = int(input())\nb = int(input())\n"
        "if a > 0:\n    print(a + b)\nelse:\n    print(b + a)"
    ),
    "only a body": "    total = a\n    return total + b",
    "a body at the margin": "total = a\nif b:\n    total += b\nreturn total",
    "a body that lost its first indentation": "total = a\n    return total + b",
}


@pytest.mark.parametrize("code", FOR_A_FUNCTION.values(), ids=FOR_A_FUNCTION.keys())
def test_a_function_can_be_called_whatever_was_written(code: str) -> None:
    assert call(code, function(), 2, 3) == 5


FOR_A_METHOD = {
    "itself": "class Solution:\n    def addTwo(self, a, b):\n        return a + b",
    "a function": "def addTwo(a, b):\n    return a + b",
    "a function with self": "def addTwo(self, a, b):\n    return a + b",
    "another class": "class Adder:\n    def addTwo(self, a, b):\n        return a + b",
    "snake case": "class Solution:\n    def add_two(self, a, b):\n        return a + b",
    "snake case in another class": (
        "class Adder:\n    def add_two(self, a, b):\n        return a + b"
    ),
    "without self": "class Solution:\n    def addTwo(a, b):\n        return a + b",
    "with a helper without self": (
        "class Solution:\n    def addTwo(self, a, b):\n        return self.plus(a, b)\n"
        "    def plus(a, b):\n        return a + b"
    ),
    "a function in snake case": "def add_two(a, b):\n    return a + b",
    "only a body": "        return a + b",
}


@pytest.mark.parametrize("code", FOR_A_METHOD.values(), ids=FOR_A_METHOD.keys())
def test_a_method_can_be_called_whatever_was_written(code: str) -> None:
    assert call(code, METHOD, 2, 3) == 5


def test_the_name_that_is_nearest_is_meant_and_not_the_last() -> None:
    code = "def added(a, b):\n    return a + b\n\ndef show(a, b):\n    return 'no'"
    assert call(code, function(), 2, 3) == 5


def test_without_a_starter_the_cases_tell_how_many_arguments_there_are() -> None:
    code = "def pair(x, y):\n    return x + y\n\ndef one(x):\n    return 'no'"
    case = Case(input=Call(args=(2, 3)), expected=5)
    assert call(code, function(starter="", cases=(case,)), 2, 3) == 5


def test_definitions_of_the_starter_code_that_were_left_out_come_back() -> None:
    starter = (
        "import math\n\nSTEP = 2\n\n\ndef shift(x):\n    return x + STEP\n\n\n"
        'def add(a, b):\n    """Add with shift."""\n'
    )
    program = extract_program(
        "```python\ndef add(a, b):\n    return shift(a) + b\n```",
        function("add", starter),
    )
    assert program is not None
    assert program.startswith("STEP = 2\n")
    assert program.count("def shift") == 1
    assert "math" not in program


def test_a_script_that_reads_in_a_loop_is_left_as_it_is() -> None:
    code = "a = int(input())\nfor _ in range(a):\n    print(input())\n"
    assert extract_program(f"```python\n{code}```", function()) == code


def test_a_script_that_reads_more_than_its_arguments_is_left_as_it_is() -> None:
    code = "a = input()\nb = input()\nfor _ in b:\n    a += input()\nprint(a)\n"
    assert extract_program(f"```python\n{code}```", function()) == code


def printed(code: str, monkeypatch: pytest.MonkeyPatch, given: str = "4\n") -> str:
    program = extract_program(f"```python\n{code}\n```", STDIN)
    assert program is not None
    assert extract_program(program, STDIN) == program, "not idempotent"
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    monkeypatch.setattr(sys, "stdout", out)
    exec(program, {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize(
    "code",
    [
        "def main():\n    print(int(input()) + 1)",
        "def main():\n    print(int(input()) + 1)\n\nmain()",
        "def solve():\n    n = int(input())\n    return n + 1",
        "import sys\nread = sys.stdin.readline\ndef solve():\n    print(int(read())+1)",
        "def plus(n):\n    return n + 1\n\ndef run():\n    print(plus(int(input())))",
        'def go():\n    print(int(input())+1)\nif __name__ == "__main__":\n    go()',
    ],
)
def test_a_function_that_reads_the_input_is_called_once(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(code, monkeypatch) == "5\n"


def test_a_function_with_parameters_that_reads_nothing_is_left_as_it_is() -> None:
    code = "def solve(n, a):\n    return sum(a[:n])\n"
    assert extract_program(f"```python\n{code}```", STDIN) == code
