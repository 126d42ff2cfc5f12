from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import pytest

from assay.models.scripted import Scripted
from assay.repair import counterexample, is_better, is_better_on
from assay.repair.counterexample import contradicts
from assay.types import (
    Call,
    Candidate,
    CaseResult,
    Checker,
    CheckerKind,
    IOMode,
    Judged,
    Observation,
    Prediction,
    Problem,
    Status,
    Stdin,
    Value,
    Verdict,
)

PROBLEM = Problem(
    id="p", statement="Double n.", io_mode=IOMode.FUNCTION, entry_point="double"
)
PREDICTION = Prediction(
    input=Call(args=(3,)), expected=6, made_by="reference_program", index=1
)
FIXED = "The other is right.\n```python\ndef double(n):\n    return 2 * n\n```"


def saw(value: Value, status: Status = Status.FINISHED) -> Observation:
    return Observation(status=status, value=value, error="ValueError: x (line 1)")


def judged(
    value: Value, *, sample: int = 0, passed: bool = True, code: str = ""
) -> Judged:
    candidate = Candidate(
        code=code or f"def double(n): return {value!r}", sample=sample
    )
    given = CaseResult(
        status=Status.PASSED if passed else Status.WRONG_ANSWER,
        distance=0.0 if passed else 1.0,
        input_text="double(0)",
    )
    return Judged(
        candidate=candidate,
        verdict=Verdict(candidate=candidate, results=(given,)),
        observations=(saw(0), saw(value)),
    )


def repair(
    *programs: Judged,
    prediction: Prediction = PREDICTION,
    problem: Problem = PROBLEM,
    reply: str = FIXED,
) -> tuple[Scripted, tuple[Candidate, ...]]:
    model = Scripted([reply])
    call = partial(counterexample, problem, programs, model, prediction=prediction)
    return model, anyio.run(call)


def test_the_input_and_both_answers_are_shown() -> None:
    model, (child,) = repair(judged(6), judged(9, sample=1))
    prompt = model.requests[0].messages[0].content
    for part in (
        "Input:\ndouble(3)",
        "The program gives:\n9",
        "The other solution gives:\n6",
        "must stay so:\ndouble(0)",
    ):
        assert part in prompt, part
    assert (child.made_by, child.sample) == ("counterexample", 1)
    assert child.parent is not None


def test_a_program_that_agrees_or_was_not_run_is_left_alone() -> None:
    unrun = replace(judged(9), observations=())
    skipped = replace(judged(9), observations=(saw(0), saw(None, Status.SKIPPED)))
    for programs in ([], [judged(6)], [unrun], [skipped]):
        model, children = repair(*programs)
        assert (model.requests, children) == ([], ())
    unplaced = replace(PREDICTION, index=-1)
    assert repair(judged(9), prediction=unplaced)[1] == ()


def test_a_program_that_failed_on_the_input_is_shown_its_failure() -> None:
    crashed = replace(judged(9), observations=(saw(0), saw(None, Status.RUNTIME_ERROR)))
    model, _ = repair(crashed)
    assert "The program gives:\nValueError: x" in model.requests[0].messages[0].content


def test_a_program_that_comes_back_unchanged_is_no_repair() -> None:
    parent = judged(9, code="def double(n):\n    return 9\n")
    reply = (
        "The program is right.\n```python\ndef double(n):  # same\n    return 9\n```"
    )
    model, children = repair(parent, reply=reply)
    assert len(model.requests) == 1
    assert children == ()
    assert repair(parent, reply="I cannot say.")[1] == ()


def test_texts_are_compared_and_shown_as_texts() -> None:
    problem = Problem(id="s", statement="Double n.", io_mode=IOMode.STDIN)
    prediction = Prediction(
        input=Stdin(text="3\n"), expected="6\n", made_by="votes", index=0
    )

    def printed(text: str) -> Judged:
        seen = Observation(status=Status.FINISHED, stdout=text)
        return replace(judged(0), observations=(seen,))

    reply = "```python\nprint(2 * int(input()))\n```"
    assert repair(printed("6"), prediction=prediction, problem=problem)[1] == ()
    model, children = repair(
        printed(""), prediction=prediction, problem=problem, reply=reply
    )
    prompt = model.requests[0].messages[0].content
    assert "Input:\n3\n\nThe program gives:\n(nothing)\n\nThe other" in prompt
    assert len(children) == 1


@pytest.mark.parametrize(
    "checker", [Checker(any_of=True), Checker(kind=CheckerKind.PROGRAM, source="")]
)
def test_another_answer_says_nothing_where_several_may_be_right(
    checker: Checker,
) -> None:
    problem = replace(PROBLEM, checker=checker)
    assert not contradicts(problem, PREDICTION, saw(9))


def test_answers_are_compared_as_the_judge_compares_them() -> None:
    close = replace(PROBLEM, checker=Checker(kind=CheckerKind.FLOAT))
    assert not contradicts(close, PREDICTION, saw(6.0000001))
    assert contradicts(PROBLEM, PREDICTION, saw(6.0000001))
    assert contradicts(PROBLEM, PREDICTION, saw(True))
    changed = Observation(status=Status.FINISHED, args_after=([1, 2],))
    nothing = replace(PREDICTION, expected=None)
    assert not contradicts(PROBLEM, nothing, changed)
    assert not contradicts(PROBLEM, replace(PREDICTION, expected=[1, 2]), changed)


def test_an_answer_of_any_length_can_be_shown() -> None:
    model, _ = repair(judged(10**6000, code="def double(n):\n    return 10**6000\n"))
    prompt = model.requests[0].messages[0].content
    assert len(prompt) < 2000


def test_better_means_as_predicted_with_all_that_was_passed() -> None:
    parent, child = judged(9), judged(6)
    assert not is_better(child.verdict, parent.verdict), "neither can come nearer"
    assert is_better_on(PROBLEM, child, parent, PREDICTION)
    assert not is_better_on(PROBLEM, judged(7), parent, PREDICTION)
    assert not is_better_on(PROBLEM, child, judged(6), PREDICTION), "it was so before"
    broken = judged(6, passed=False)
    assert not is_better_on(PROBLEM, broken, parent, PREDICTION), "it went away"
    assert not is_better_on(
        PROBLEM, replace(child, observations=()), parent, PREDICTION
    )


def test_a_case_that_was_passed_is_not_given_for_another() -> None:
    def with_results(program: Judged, *passed: bool) -> Judged:
        results = tuple(
            CaseResult(
                status=Status.PASSED if each else Status.WRONG_ANSWER,
                distance=0.0 if each else 1.0,
            )
            for each in passed
        )
        return replace(program, verdict=replace(program.verdict, results=results))

    parent = with_results(judged(9), True, False)
    swapped = with_results(judged(6), False, True)
    kept = with_results(judged(6), True, False)
    assert is_better_on(PROBLEM, kept, parent, PREDICTION)
    assert not is_better_on(PROBLEM, swapped, parent, PREDICTION)
