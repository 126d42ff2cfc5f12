"""Which inputs a right program need answer."""

from __future__ import annotations

from assay.inputs import valid_mask
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    Constraint,
    Input,
    IOMode,
    Judged,
    Measure,
    Observation,
    Problem,
    Status,
    Stdin,
    Verdict,
)

FINISHED, RAISED = Status.FINISHED, Status.RUNTIME_ERROR


def problem(*constraints: Constraint, cases: tuple[Case, ...] = ()) -> Problem:
    return Problem(
        id="p",
        statement="s",
        io_mode=IOMode.FUNCTION,
        entry_point="f",
        starter_code="def f(k: int, words: list[str]) -> int: ...",
        constraints=constraints,
        cases=cases,
    )


def judged(*statuses: Status, copies: int = 1, passed: bool = True) -> Judged:
    candidate = Candidate(code=f"{statuses}{copies}")
    status = Status.PASSED if passed else Status.WRONG_ANSWER
    return Judged(
        candidate=candidate,
        verdict=Verdict(candidate=candidate, results=(CaseResult(status=status),)),
        observations=tuple(Observation(status=s) for s in statuses),
        copies=copies,
    )


ONE: tuple[Input, ...] = (Call(args=(1, ["a"])),)
BOUNDED = (
    Constraint(variable="k", low=1, high=5),
    Constraint(variable="words", low=1, high=2, measure=Measure.LENGTH),
    Constraint(variable="words[]", low=1, high=3, measure=Measure.LENGTH),
)


def test_an_input_out_of_stated_bounds_is_invalid_whoever_answers_it() -> None:
    inputs = (
        Call(args=(1, ["a"])),
        Call(args=(0, ["a"])),
        Call(args=(6,), kwargs=(("words", ["a"]),)),
        Call(args=(5, [])),
        Call(args=(5, ["a", "b", "c"])),
        Call(args=(5, ["", "abc"])),
        Call(args=(5, ["abc", "abcd"])),
    )
    all_finish = judged(*[FINISHED] * len(inputs))
    mask = valid_mask(problem(*BOUNDED), inputs, [all_finish])
    assert mask == (True, *[False] * 6)


def test_an_input_within_bounds_of_all_arguments_is_valid_whoever_raises() -> None:
    assert valid_mask(problem(*BOUNDED), ONE, [judged(RAISED)]) == (True,)
    assert valid_mask(problem(BOUNDED[0]), ONE, [judged(RAISED)]) == (False,)


def test_bounds_that_a_given_case_breaks_were_misread() -> None:
    case = Case(input=Call(args=(9, ["a"])), expected=1)
    given = problem(*BOUNDED, cases=(case,))
    assert valid_mask(given, (Call(args=(70, ["a"])),), ()) == (True,)


def test_most_samples_in_play_decide_where_nothing_is_stated() -> None:
    often, once = judged(RAISED, copies=3), judged(FINISHED)
    failed = judged(RAISED, copies=9, passed=False)
    assert valid_mask(problem(), ONE, [often, once]) == (False,)
    assert valid_mask(problem(), ONE, [judged(RAISED), once, failed]) == (True,)
    assert valid_mask(problem(), ONE, [judged(Status.TIME_LIMIT, copies=5)]) == (True,)


def test_who_was_not_run_has_no_vote_and_nothing_known_is_valid() -> None:
    unseen = [judged(), judged(Status.SKIPPED), judged(RAISED, passed=False)]
    assert valid_mask(problem(), ONE, unseen) == (True,)
    assert valid_mask(problem(), ONE, ()) == (True,)
    assert valid_mask(problem(), (), unseen) == ()


def test_nothing_bounds_none_or_a_text() -> None:
    inputs = (Call(args=(None, None)), Call(args=()), Call(args=(True, [[]])))
    bounded = problem(*BOUNDED[:2])
    assert valid_mask(bounded, inputs, ()) == (True, True, True)
    texts = (Stdin(text="99\n"),)
    stdin = Problem(id="p", statement="", io_mode=IOMode.STDIN, constraints=BOUNDED)
    assert valid_mask(stdin, texts, ()) == (True,)
    assert valid_mask(stdin, texts, [judged(RAISED)]) == (False,)
