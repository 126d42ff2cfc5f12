from __future__ import annotations

from dataclasses import replace

import pytest

from assay.inputs import make_inputs
from assay.inputs.seeds import calls_from_signature, calls_in_tests
from assay.types import Call, Case, IOMode, Problem, Stdin, TestCode

PROBLEM = Problem(
    id="p",
    statement="s",
    io_mode=IOMode.FUNCTION,
    entry_point="f",
    starter_code="def f(a: int, words: list[str]) -> int:\n    pass\n",
)


def test_inputs_with_given_answers_are_mutated_and_not_repeated() -> None:
    given = Call(args=(3, ["x", "yy"]))
    problem = replace(PROBLEM, cases=(Case(input=given, expected=1),))
    inputs = make_inputs(problem, n=20)
    assert 10 <= len(inputs) <= 20
    assert given not in inputs
    assert len({repr(i) for i in inputs}) == len(inputs)
    assert make_inputs(problem, n=20) == inputs
    assert make_inputs(problem, n=20, seed=1) != inputs


def test_calls_in_test_code_are_inputs_whose_answers_are_not_read() -> None:
    source = (
        "for x in range(3):\n    assert f(x, []) == 0\n"
        "assert set(f(2, ['b'])) == {1}\n"
        "def test_more():\n    assert solution.f(4, words=['c']) > 0\n"
        "assert g(5) == 1\n"
    )
    problem = replace(PROBLEM, test_code=(TestCode(source=source),))
    calls = (
        Call(args=(2, ["b"])),
        Call(args=(4,), kwargs=(("words", ["c"]),)),
    )
    assert set(map(repr, calls_in_tests(problem))) == set(map(repr, calls))
    assert set(map(repr, calls)) <= set(map(repr, make_inputs(problem, n=10)))


def test_where_nothing_is_given_the_signature_says_what_to_call_with() -> None:
    inputs = make_inputs(PROBLEM, n=12)
    assert len(inputs) == 12
    for made in inputs:
        assert isinstance(made, Call)
        number, words = made.args
        assert isinstance(number, int)
        assert all(isinstance(word, str) for word in words)


@pytest.mark.parametrize(
    ("signature", "first"),
    [
        ("def f(x: float): ...", (1.5,)),
        ("def f(self, nums: List[int], k: int): ...", ([3, 0, 1, 10, -2], 3)),
        ("def f(t: Tuple[int, str]): ...", ((3, "abc"),)),
        ("def f(d: Dict[str, List[bool]]): ...", None),
        ("def f(o: Optional[str], n): ...", ("abc", 3)),
        ("def f(x: 'np.ndarray'): ...", ()),
        ("def f(mystery): ...", ()),
        ("def f(): ...", ()),
        ("def f(broken", ()),
    ],
)
def test_a_type_that_is_not_understood_makes_no_inputs(
    signature: str, first: tuple[object, ...] | None
) -> None:
    calls = calls_from_signature(replace(PROBLEM, starter_code=signature))
    if first is None:
        assert isinstance(calls[0].args[0], dict)
    elif first:
        assert calls[0].args == first
    else:
        assert calls == ()


def test_a_method_without_a_body_is_a_signature_too() -> None:
    code = "class Solution:\n    def f(self, n: int) -> int:\n        "
    problem = replace(PROBLEM, starter_code=code, entry_point="Solution().f")
    assert [c.args for c in calls_from_signature(problem)][0] == (3,)


def test_a_text_problem_without_samples_has_nothing_to_start_from() -> None:
    problem = Problem(id="p", statement="s", io_mode=IOMode.STDIN)
    assert make_inputs(problem) == ()
    sample = Case(input=Stdin(text="3\n1 2 3\n"), expected="6\n")
    made = make_inputs(replace(problem, cases=(sample,)), n=9)
    assert len(made) == 9
    assert all(isinstance(i, Stdin) for i in made)
