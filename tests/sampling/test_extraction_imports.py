"""Extraction: forgotten imports."""

import pytest

from assay.sampling.imports import import_lines, with_imports


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("x = math.sqrt(2)", ("import math",)),
        ("x = sqrt(2) + inf", ("from math import inf, sqrt",)),
        (
            "def f(a: List[int]) -> Optional[int]: ...",
            ("from typing import List, Optional",),
        ),
        ("import math\nx = math.pi", ()),
        ("from math import *\nx = sqrt(2)", ()),
        ("def sqrt(x): ...\ny = sqrt(2)", ()),
        ("def f(sqrt):\n    return sqrt(2)", ()),
        ("def f():\n    import math\n    return math.pi", ()),
        ("x = [count for count in range(3)]", ()),
        ("x = datetime.datetime.now()", ("import datetime",)),
        ("x = datetime.now()", ("from datetime import datetime",)),
        ("x = bisect.bisect_left([1], 1)", ("import bisect",)),
        ("x = bisect([1], 1)", ("from bisect import bisect",)),
        ("x = deepcopy([1])", ("from copy import deepcopy",)),
        ("x = nowhere(1)", ()),
        ("x = pow(2, 3)", ()),
    ],
)
def test_exactly_what_is_missing_is_imported(code: str, lines: tuple[str, ...]) -> None:
    assert import_lines(code) == lines


@pytest.mark.parametrize(
    "setup", ["import math", "from math import *\nimport math", "math = 1"]
)
def test_what_the_setup_code_binds_is_not_imported_again(setup: str) -> None:
    assert import_lines("x = math.pi", setup) == ()


def test_a_name_that_the_program_is_asked_to_define_is_not_imported() -> None:
    assert import_lines("x = gcd(4, 6)", own=frozenset({"gcd"})) == ()


def test_a_star_in_the_setup_code_gives_the_members_and_not_the_module() -> None:
    code = "x = sqrt(math.pi)"
    assert import_lines(code, "from math import *") == ("import math",)


def test_imports_stand_under_those_from_the_future() -> None:
    code = "from __future__ import annotations\nx = floor(2.5)"
    assert with_imports(code) == (
        "from __future__ import annotations\nfrom math import floor\nx = floor(2.5)"
    )


def test_a_second_pass_adds_nothing() -> None:
    once = with_imports("print(Counter(permutations(gcd(4, 6))))")
    assert with_imports(once) == once
    assert once.count("import") == 3
