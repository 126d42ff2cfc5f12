"""Tests that a model writes itself, read and put to the vote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.inputs import predicted_outputs
from assay.inputs.predicted_outputs import read_tests
from assay.models.scripted import Scripted
from assay.types import Call, Case, Input, IOMode, Prediction, Problem, Stdin
from inputs.judging_inputs import without_judge

DOUBLE = Problem(
    id="double",
    statement="Return twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    starter_code="def double(n: int) -> int:\n    pass\n",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
SUM = Problem(id="sum", statement="Print the sum.", io_mode=IOMode.STDIN)


def predicted(
    problem: Problem, *replies: str, inputs: tuple[Input, ...] = ()
) -> tuple[Prediction, ...]:
    model = Scripted(replies)
    n = len(replies)
    return without_judge(lambda j: predicted_outputs(problem, model, j, inputs, n=n))


def pairs(*predictions: Prediction) -> list[tuple[object, object]]:
    return [
        (p.input.args if isinstance(p.input, Call) else p.input.text, p.expected)
        for p in predictions
    ]


def test_calls_differ_in_their_seeds_alone() -> None:
    model = Scripted(["", "", ""])
    without_judge(lambda j: predicted_outputs(DOUBLE, model, j, (), n=3, seed=2))
    assert [r.seed for r in model.requests] == [2000, 2001, 2002]
    assert len({r.messages for r in model.requests}) == 1
    assert "assert double(n) == expected" in model.requests[0].messages[0].content


def test_equal_predictions_are_one_and_have_a_place_where_their_input_has_one() -> None:
    inputs = (Call(args=(9,)), Call(args=(3,)))
    found = predicted(
        DOUBLE,
        "```python\nassert double(3) == 6\nassert double(4) == 8\n```",
        "assert double(3) == 6, 'three'",
        inputs=inputs,
    )
    assert [(p.index, p.expected) for p in found] == [(1, 6), (-1, 8)]
    assert {p.made_by for p in found} == {"predicted_outputs"}


def test_of_contradicting_calls_the_more_are_believed_and_none_at_a_tie() -> None:
    found = predicted(
        DOUBLE,
        "assert double(3) == 6\nassert double(5) == 10",
        "assert double(3) == 9\nassert double(3) == 9\nassert double(5) == 11",
        "assert double(3) == 6",
    )
    assert pairs(*found) == [((3,), 6)]


def test_an_input_whose_answer_is_given_is_not_predicted() -> None:
    assert predicted(DOUBLE, "assert double(2) == 5") == ()


def test_at_most_six_tests_of_a_call_are_read() -> None:
    reply = "\n".join(f"assert double({i}) == {2 * i}" for i in range(10, 20))
    assert len(predicted(DOUBLE, reply)) == 6


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("assert double(3) == 6", 6),
        ("assert 6 == double(3)", 6),
        ("assert double(3) is None", None),
        ("assert abs(double(3) - 6.5) < 1e-6", 6.5),
        ("assert math.isclose(double(3), 6.5)", 6.5),
        ("double(3) == (6, [7])", (6, [7])),
        ("def check(candidate):\n    assert candidate(3) == 6", 6),
    ],
)
def test_the_usual_forms_of_an_assertion_are_read(line: str, expected: object) -> None:
    assert pairs(*predicted(DOUBLE, line)) == [((3,), expected)]


@pytest.mark.parametrize(
    "line",
    [
        "assert double(3)",
        "assert not double(3)",
        "assert double(3) != 6",
        "assert double(3) > 5",
        "assert 1 < double(3) < 9",
        "assert double(3) == double(3)",
        "assert double(3) == 2 * 3",
        "assert sorted(double(3)) == [6]",
        "assert double(3) == [0] * 9",
        f"assert double(3) == {list(range(2000))}",
        "assert double(3) == '\\ud800'",
        f"assert double(3) == {'9' * 3000}",
        "double(3)",
        "assert",
        "with pytest.raises(ValueError):\n    double(3)",
        "while True: pass",
        "",
    ],
    ids=lambda line: line[:30],
)
def test_a_line_that_says_no_value_predicts_nothing(line: str) -> None:
    assert predicted(DOUBLE, line) == ()


def test_a_bare_assertion_says_yes_or_no_where_the_signature_does() -> None:
    problem = replace(DOUBLE, starter_code="def double(n: int) -> bool: ...")
    found = predicted(problem, "assert double(3)\nassert not double(4)")
    assert pairs(*found) == [((3,), True), ((4,), False)]


def test_texts_are_predicted_with_their_outputs() -> None:
    reply = "```\nInput:\n1 2\nOutput:\n3\n---\nInput: 4\nOutput: 4\n---\n5\n```"
    assert pairs(*predicted(SUM, reply)) == [("1 2\n", "3\n"), ("4\n", "4\n")]


@given(
    st.text(max_size=200)
    | st.text("assert double(1)=[]-:\nInput Output`", max_size=200)
)
def test_any_text_can_be_read(text: str) -> None:
    for problem in (DOUBLE, SUM):
        for given_input, _ in read_tests(text, problem):
            assert type(given_input) is (Call if problem is DOUBLE else Stdin)
