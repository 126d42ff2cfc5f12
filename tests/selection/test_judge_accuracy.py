"""How a model's accuracy at questions about outputs is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import anyio
import pytest

from assay.models.scripted import Scripted
from assay.selection import judge_accuracy, mean_accuracy
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    Checker,
    CheckerKind,
    IOMode,
    Judged,
    Problem,
    Status,
    Stdin,
    Verdict,
)

DOUBLE = Problem(
    id="p",
    statement="Double n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(
        Case(input=Call(args=(2,)), expected=4),
        Case(input=Call(args=(3,)), expected=6),
    ),
)


def measure(
    model: Scripted, problem: Problem, judged: Sequence[Judged] = ()
) -> tuple[int, int]:
    return anyio.run(partial(judge_accuracy, problem, model, judged=judged))


def failed(sample: int, *got: str) -> Judged:
    candidate = Candidate(code=f"wrong {sample}", sample=sample)
    results = tuple(
        CaseResult(status=Status.WRONG_ANSWER, got_text=text)
        if text
        else CaseResult(status=Status.PASSED)
        for text in got
    )
    verdict = Verdict(candidate=candidate, results=results)
    return Judged(candidate=candidate, verdict=verdict)


def test_accuracy_is_asked_of_examples_with_what_a_failing_program_gave() -> None:
    model = Scripted(lambda r: "B" if "\n\nB:\n4\n" in r.messages[0].content else "A")
    wrong = [failed(3, "9", ""), failed(1, "5", "")]
    right, asked = measure(model, DOUBLE, wrong)
    prompts = [request.messages[0].content for request in model.requests]
    assert asked == 4
    assert right == 2  # of the first example; the second is an open question
    assert "A:\n4\n\nB:\n5\n" in prompts[0]  # what the earliest program gave
    assert "A:\n5\n\nB:\n4\n" in prompts[1]
    assert "double(3)" in prompts[2]
    assert "One of these" not in prompts[2]


def test_an_open_question_is_answered_by_the_output() -> None:
    assert measure(Scripted(["4", "`4`", "output: 6", "7"]), DOUBLE) == (3, 4)


@pytest.mark.parametrize(
    "checker", [Checker(any_of=True), Checker(kind=CheckerKind.PROGRAM)]
)
def test_nothing_is_asked_where_more_than_one_answer_may_be_right(
    checker: Checker,
) -> None:
    problem = Problem(
        id="p",
        statement="",
        io_mode=IOMode.STDIN,
        checker=checker,
        cases=(Case(input=Stdin(text="1"), expected=["1", "2"]),),
    )
    assert measure(Scripted([]), problem) == (0, 0)


def test_an_example_with_a_long_answer_is_not_asked_about() -> None:
    long = Case(input=Call(args=(0,)), expected=list(range(500)))
    model = Scripted(["4", "4"])
    assert measure(model, replace(DOUBLE, cases=(long, DOUBLE.cases[0]))) == (2, 2)


def test_a_judge_that_nobody_asked_is_just_good_enough() -> None:
    assert mean_accuracy(0, 0) == 0.6
    assert mean_accuracy(2, 4) < 0.6 < mean_accuracy(3, 4)
