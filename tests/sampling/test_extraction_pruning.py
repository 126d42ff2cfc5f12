"""Extraction: examples and tests go, what a definition depends on stays."""

import pytest

from assay.sampling.extraction import extract_program
from assay.types import IOMode, Problem

ADD = "def add(a, b):\n    return a + b\n"
PROBLEM = Problem(id="f", statement="", io_mode=IOMode.FUNCTION, entry_point="add")


def extracted(code: str) -> str | None:
    return extract_program(f"```python\n{code}\n```", PROBLEM)


@pytest.mark.parametrize(
    "example",
    [
        "print(add(1, 2))  # 3",
        "assert add(1, 2) == 3, 'sum'",
        "# Example usage:\nnumbers = [1, 2]\nprint(add(*numbers))\n# 3",
        'if __name__ == "__main__":\n    import doctest\n    doctest.testmod()',
        "for a in range(3):\n    assert add(a, a) == 2 * a",
        "try:\n    print(add(1, '2'))\nexcept TypeError as error:\n    print(error)",
        "a = int(input())\nprint(add(a, a))",
        "result = add(1, 2)\nprint(f'sum: {result}')",
        "add(1, 2)",
    ],
)
def test_examples_after_the_function_go_with_their_comments(example: str) -> None:
    assert extracted(f"{ADD}\n\n{example}") == ADD


def test_an_example_may_use_a_module_that_the_function_uses_too() -> None:
    code = "import sys\n\ndef add(a, b):\n    return a + b + sys.maxsize\n"
    assert extracted(f"{code}\nsys.stdout.write(str(add(1, 2)))") == code


def test_the_call_of_a_test_function_goes() -> None:
    code = f"{ADD}\n\ndef check_add():\n    assert add(1, 2) == 4\n\ncheck_add()"
    program = extracted(code)
    assert program is not None
    assert program.rstrip().endswith("== 4")


@pytest.mark.parametrize(
    "needed",
    [
        "LIMIT = int('7')",
        "table = [0] * 9\nfor i in range(9):\n    table[i] = i * i",
        "table = []\ntable.append(1)",
        "table = {}\n\ndef fill(n):\n    table[n] = n\n\nfill(3)",
        "table = None\n\ndef fill():\n    global table\n    table = [1]\n\nfill()",
        "table = []\n\ndef fill(into):\n    into.append(1)\n\nfill(table)",
        "import sys\nsys.setrecursionlimit(10**6)",
        "import threading\nthreading.stack_size(2**26)",
        "from decimal import getcontext\ngetcontext().prec = 50",
        "try:\n    from fast import table\nexcept ImportError:\n    table = dict()",
        'if __name__ == "__main__":\n    table = [1]',
        "table = [add_one(i) for i in range(3)]",
    ],
)
def test_what_the_function_depends_on_stays(needed: str) -> None:
    uses = "LIMIT" if "LIMIT" in needed else "table" if "table" in needed else "0"
    helper = "def add_one(x):\n    return x + 1\n" if "add_one" in needed else ""
    code = f"{helper}{needed}\ndef add(a, b):\n    return a, b, {uses}\n"
    assert extracted(f"{code}\nprint(add(1, 2))") == code


def test_a_default_of_a_function_that_nobody_calls_still_needs_its_value() -> None:
    code = f"START = max(1, 2)\n\ndef show(n=START):\n    print(n)\n\n{ADD}"
    assert extracted(code) == code


def test_an_example_that_would_fill_a_cache_is_still_an_example() -> None:
    code = "memo = {}\ndef add(a, b):\n    memo[a] = b\n    return memo\n"
    assert extracted(f"{code}\nprint(add(1, 2))") == code


def test_names_that_are_looked_up_as_text_stay() -> None:
    code = "ops = dict(p=1)\ndef add(a, b):\n    return eval('ops')[a]\n"
    assert extracted(f"{code}\nprint(add('p', 2))") == code


def test_a_whole_program_keeps_everything() -> None:
    code = (
        "def add(a, b):\n    return a + b\n\nassert add(1, 2) == 3\nprint(add(1, 2))\n"
    )
    problem = Problem(id="s", statement="", io_mode=IOMode.STDIN)
    assert extract_program(f"```python\n{code}```", problem) == code
