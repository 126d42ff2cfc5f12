"""Hidden tests made of inputs compare as EvalPlus does, tolerances and oracles too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assay.bench.datasets.evalplus_tests import tests_from_inputs as made_of
from assay.bench.datasets.mbpp import inputs_of


def passes(
    name: str,
    solution: str,
    inputs: list[Any],
    answer: Callable[..., Any],
    *,
    atol: float = 0,
    is_mbpp: bool = True,
) -> bool:
    source = made_of(name, solution, inputs, atol=atol, is_mbpp=is_mbpp)
    try:
        exec(compile(source, "tests", "exec"), {name: answer})
    except AssertionError:
        return False
    return True


def test_expected_answers_are_those_of_the_canonical_solution() -> None:
    solution = "def f(n):\n    return n + 1\n"
    assert passes("f", solution, [[1], [5]], lambda n: n + 1)
    assert not passes("f", solution, [[1], [5]], lambda n: 2)


def test_a_program_that_spoils_its_arguments_spoils_nothing() -> None:
    solution = "def f(v):\n    v.append(1)\n    return len(v)\n"

    def answer(values: list[int]) -> int:
        values.clear()
        return 3

    assert passes("f", solution, [[[1, 2]], [[3, 4]]], answer)


@pytest.mark.parametrize(
    ("wanted", "got", "atol", "same"),
    [
        ("0.5", 0.5 + 1e-7, 0, True),  # floats have a tolerance without asking
        ("0.5", 0.5 + 1e-5, 0, False),
        ("[0.5, 1.0]", [0.5, 1.0 + 1e-7], 0, True),
        ("[0.5, 1.0]", (0.5, 1.0 + 1e-7), 0, False),  # another type
        ("[0.5, 1.0]", [0.5], 0.1, False),
        ("5", 5.05, 0, False),
        ("5.0", 5.05, 0.1, True),
        ("'a'", "b", 0.1, False),
        ("float('inf')", float("inf"), 0, True),
        ("[1, 2]", [2, 1], 0, False),
        ("1", True, 0, True),
    ],
)
def test_the_tolerance(wanted: str, got: object, atol: float, same: bool) -> None:
    solution = f"def f():\n    return {wanted}\n"
    assert passes("f", solution, [[]], lambda: got, atol=atol) is same


def test_answers_that_are_sets_may_come_in_any_order() -> None:
    solution = "def Diff(v):\n    return [3, 1, 2]\n"
    assert passes("Diff", solution, [[0]], lambda v: [1, 2, 3, 3])
    assert not passes("Diff", solution, [[0]], lambda v: [1, 2])
    assert not passes("Diff", solution, [[0]], lambda v: [1, 2, 3, 3], is_mbpp=False)


def test_where_only_something_or_nothing_is_asked_for() -> None:
    solution = "import re\ndef check_str(t):\n    return re.match('a', t)\n"
    inputs = [["abc"], ["bc"]]
    assert passes("check_str", solution, inputs, lambda t: t.startswith("a"))
    assert passes("check_str", solution, inputs, lambda t: "x" if t[0] == "a" else None)
    assert not passes("check_str", solution, inputs, lambda t: None)


def test_tasks_with_an_oracle_of_their_own() -> None:
    zero = "def find_zero(xs):\n    return -xs[0] / xs[1]\n"
    inputs = [[[1.0, 2.0]]]

    def asked(answer: float) -> bool:
        return passes(
            "find_zero", zero, inputs, lambda xs: answer, atol=1e-4, is_mbpp=False
        )

    assert asked(-0.50001)
    assert not asked(-0.6)
    solution = "def sum_div(n):\n    return 7\n"
    assert passes("sum_div", solution, [[1]], lambda n: 0)
    assert not passes("sum_div", solution, [[1]], lambda n: 3)
    digits = "def digit_distance_nums(a, b):\n    return -1\n"
    assert passes("digit_distance_nums", digits, [[123, 9]], lambda a, b: 1 + 2 + 6)
    area = "def surface_Area(b, s):\n    return -1\n"
    assert passes("surface_Area", area, [[6, 4]], lambda b, s: 96)


@pytest.mark.parametrize(
    ("number", "given", "wanted"),
    [
        (2, [[1], [2]], [(1,), (2,)]),
        (63, [[[1], [2]]], [[(1,), (2,)]]),
        (75, [[[1]], 3], [[(1,)], 3]),
        (106, [[1], [2]], [[1], (2,)]),
        (115, [[[1], []]], [[{1}, {}]]),
        (124, ["1", "2j"], [1.0, 2j]),
        (252, ["1+1j"], [1 + 1j]),
        (278, [[1, [2]]], [(1, (2,))]),
        (307, [[1], 2, 3], [(1,), 2, 3]),
        (401, [[[1], [2]]], [((1,), (2,))]),
        (580, [[1, [2]]], ((1, (2,)),)),
        (722, [{"a": [1]}, 2], [{"a": (1,)}, 2]),
        (3, [[1]], [[1]]),
    ],
)
def test_types_that_json_cannot_hold(number: int, given: Any, wanted: Any) -> None:
    assert inputs_of(f"Mbpp/{number}", [given], "row") == [wanted]


def test_no_inputs_may_be_an_empty_object() -> None:
    assert inputs_of("Mbpp/793", {}, "row") == []
