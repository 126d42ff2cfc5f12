"""Inputs that a model names: what it writes is read and never run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.budget import Budget, Limit, Metered
from assay.errors import BudgetExhausted
from assay.inputs import asked_inputs
from assay.inputs.asked_inputs import read_inputs
from assay.models.scripted import Scripted
from assay.prompts import render
from assay.types import Call, Case, Input, IOMode, Problem, Stdin, TestCode
from inputs.judging_inputs import without_judge

ADD = Problem(
    id="add",
    statement="Add what is in the list to k.",
    io_mode=IOMode.FUNCTION,
    entry_point="add",
    starter_code="def add(k: int, xs: list[int], twice=False) -> int:\n    pass\n",
    cases=(Case(input=Call(args=(1, [2])), expected=3),),
)
SUM = Problem(
    id="sum",
    statement="Print the sum.",
    io_mode=IOMode.STDIN,
    cases=(Case(input=Stdin(text="2\n1 2\n"), expected="3\n"),),
)


def asked(
    problem: Problem, reply: str, *, n: int = 12, max_tokens: int = 4000
) -> tuple[Input, ...]:
    model = Scripted([reply])
    return without_judge(
        lambda j: asked_inputs(problem, model, j, n=n, max_tokens=max_tokens)
    )


def args(*inputs: Input) -> list[object]:
    return [each.args for each in inputs if isinstance(each, Call)]


def test_one_call_asks_for_inputs_and_shows_no_output() -> None:
    model = Scripted(["```python\nadd(0, [])\n```"])
    found = without_judge(lambda j: asked_inputs(ADD, model, j, n=5, seed=7))
    (request,) = model.requests
    text = request.messages[0].content
    assert "add(k, xs, twice)" in text
    assert "add(1, [2])" in text
    assert "3" not in text.replace("[2]", "")
    assert (request.seed, request.stop_at_fence) == (7, True)
    assert request.prompt == "ask_inputs_function"
    words = {"n": "5", "call": "", "task": ""}
    assert request.prompt_sha256 == render("ask_inputs_function", **words).sha256
    assert found == (Call(args=(0, [])),)


def test_calls_assertions_and_tuples_give_their_arguments_alone() -> None:
    reply = (
        "Here are some:\n```python\n"
        "add(0, [])  # empty\n"
        "assert add(-1, [3, 3]) == 5\n"
        "print(add(k=4, xs=[1], twice=True))\n"
        "(7, [7])\n"
        "inputs = [(8, [8]), (9, [9])]\n"
        "```\nadd(5, [5])"
    )
    assert args(*asked(ADD, reply)) == [
        (0, []),
        (-1, [3, 3]),
        (4, [1], True),
        (7, [7]),
        (8, [8]),
        (9, [9]),
    ]


def test_lines_are_read_one_by_one_where_the_whole_is_no_python() -> None:
    reply = (
        "1. `add(1, [1])`\n2) add(2, [2]);\n- add(3, [3]) -> 6\n>>> add(4, [4])\n"
        "Sure! add(5, [5]) is fine\n"
    )
    assert args(*asked(ADD, reply)) == [(1, [1]), (2, [2]), (4, [4])]


def test_what_does_not_fit_is_given_already_or_comes_again_is_dropped() -> None:
    reply = (
        "```python\nadd(1, [2])\nadd(3)\nadd(1, [2], 3, 4)\nadd(1, [5], wrong=1)\n"
        "add(xs, [1])\nadd(1, [x for x in y])\nadd(*a)\nadd(**b)\nadd(1, [5])\n"
        "add(1, xs=[5])\nother(1, [9])\n```"
    )
    assert args(*asked(ADD, reply)) == [(1, [5])]


def test_no_more_than_asked_for_are_returned() -> None:
    reply = "\n".join(f"add({i}, [])" for i in range(30))
    assert len(asked(ADD, reply, n=4)) == 4


@pytest.mark.parametrize(
    "line",
    [
        f"add(1, {list(range(2000))})",
        f"add(1, {'[' * 60}{']' * 60})",
        f"add(1, {'[' * 900}{']' * 900})",
        f"add({'-' * 1500}1, [])",
        f"add({'9' * 5000}, [])",
        f"add({'9' * 1900}, [])",
        "add(1, ['\\ud800'])",
        "add(1, {[]: 2})",
        "add(1, [2 **",
        "add(1, ['\0'])",
        "add(1, [1]) if add else 0 +",
        "",
        "I cannot help with that.",
        "```python\n```",
        "```",
    ],
    ids=lambda line: line[:20],
)
def test_hostile_text_gives_no_inputs(line: str) -> None:
    assert asked(ADD, line) == ()


@given(st.text(max_size=300) | st.text("add(1, [])'\"`\n{}-:=#", max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for problem in (ADD, SUM, replace(ADD, starter_code="", cases=())):
        for each in read_inputs(text, problem):
            assert type(each) is (Call if problem is not SUM else Stdin)


def test_one_argument_needs_no_tuple() -> None:
    problem = replace(ADD, starter_code="def add(xs): pass", cases=())
    assert args(*asked(problem, "[1, 2]\n([3],)\n(1, 2)\nadd([])")) == [
        ([1, 2],),
        ([3],),
        ([],),
    ]


def test_without_a_signature_the_given_calls_say_how_many_arguments() -> None:
    tests = (TestCode(source="assert add(1, 2) == 3"),)
    problem = replace(ADD, starter_code="", cases=(), test_code=tests)
    assert args(*asked(problem, "add(1)\nadd(5, 6)\nadd(1, 2, 3)")) == [(5, 6)]


def test_a_method_is_asked_for_by_its_bare_name() -> None:
    code = "class Solution:\n    def add(self, a: int) -> int:\n        "
    problem = replace(ADD, starter_code=code, entry_point="Solution().add", cases=())
    assert args(*asked(problem, "Solution().add(3)\nadd(4)")) == [(3,), (4,)]


def test_texts_stand_between_lines_that_separate_them() -> None:
    reply = (
        "```\n1\n5\n---\nInput 2:\n3\n1 2 3\nOutput:\n6\n---\n\n---\n2\n1 2\n"
        "---\n1\n5\n```"
    )
    found = asked(SUM, reply)
    assert found == (Stdin(text="1\n5\n"), Stdin(text="3\n1 2 3\n"))


def test_prose_is_no_text_for_standard_input() -> None:
    assert asked(SUM, "I would test the empty input.") == ()
    assert asked(SUM, f"```\n{'1 ' * 2000}\n---\n\ud800\n---\n7\n```") == (
        Stdin(text="7\n"),
    )


def test_what_was_cut_off_is_no_input() -> None:
    assert args(*asked(ADD, "add(1, [1])\nadd(2, [22])", max_tokens=3)) == [(1, [1])]
    assert asked(SUM, "```\n1\n---\n2\n33\n```", max_tokens=4) == (Stdin(text="1\n"),)


def test_an_exhausted_budget_is_passed_on() -> None:
    model = Metered(Scripted(["add(0, [])"]), Budget(Limit(tokens=10)))
    with pytest.raises(BudgetExhausted):
        without_judge(lambda judge: asked_inputs(ADD, model, judge))
