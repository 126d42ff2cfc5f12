from __future__ import annotations

from dataclasses import replace

from assay.selection import soft_vote, surest
from assay.types import Choice, Judged
from selection.printed import PROBLEM, judged


def drawn(sample: int, outputs: str, logprob: float | None, copies: int = 1) -> Judged:
    made = judged(sample, outputs, copies=copies)
    return replace(made, candidate=replace(made.candidate, logprob=logprob))


def handed_out(choice: Choice) -> int:
    return choice.classes[0].best.candidate.sample


def test_of_equal_classes_the_one_that_the_model_was_surest_of_leads() -> None:
    pool = [drawn(0, "a", -0.9), drawn(1, "b", -0.1), drawn(2, "c", -0.5)]
    assert handed_out(soft_vote(PROBLEM, pool)) == 0
    assert handed_out(surest(PROBLEM, pool)) == 1


def test_a_class_is_as_sure_as_its_surest_member() -> None:
    pool = [drawn(0, "a", -0.4), drawn(1, "a", -0.9), drawn(2, "b", -0.5)]
    pool.append(drawn(3, "b", -0.1))
    choice = surest(PROBLEM, pool)
    members = choice.classes[0].members
    assert {each.candidate.sample for each in members} == {2, 3}


def test_a_vote_outweighs_any_probability() -> None:
    pool = [drawn(0, "a", -0.01), drawn(1, "b", -5.0, copies=2)]
    assert handed_out(surest(PROBLEM, pool)) == 1


def test_what_has_no_probability_is_the_least_sure_and_else_it_is_soft_vote() -> None:
    pool = [drawn(0, "a", None), drawn(1, "b", -7.0)]
    assert handed_out(surest(PROBLEM, pool)) == 1
    bare = [drawn(0, "a", None), drawn(1, "b", None)]
    assert surest(PROBLEM, bare) == soft_vote(PROBLEM, bare)
