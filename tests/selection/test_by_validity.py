from __future__ import annotations

from assay.selection import by_validity, scatters, soft_vote
from assay.types import OutputClass
from selection.printed import PROBLEM, UNTESTED, judged


def classes(*outputs: str, tests: int = 1) -> tuple[OutputClass, ...]:
    problem = PROBLEM if tests else UNTESTED
    pool = [judged(n, each, tests=tests) for n, each in enumerate(outputs)]
    return soft_vote(problem, pool).classes


def test_classes_scatter_when_no_answer_leads_on_any_input() -> None:
    assert scatters(classes("abc", "bca", "cab", "ddd", "eee"))


def test_programs_that_differ_on_one_input_of_many_do_not_scatter() -> None:
    assert not scatters(classes("aaaa", "aaab", "aaac", "aaad", "aaae"))


def test_three_classes_are_too_few_to_tell() -> None:
    assert not scatters(classes("ab", "bc", "ca"))


def test_nothing_scatters_where_nothing_was_given_or_nothing_was_run() -> None:
    assert not scatters(classes("a", "b", "c", "d", tests=0))
    assert not scatters(classes("", "", "", ""))
    assert not scatters(classes("!", "!", "!", "!"))
    assert not scatters(())


def test_crashes_that_all_share_are_no_sign_of_many_answers() -> None:
    assert not scatters(classes("aa!!!!", "aa!!!b", "aa!!c!", "aa!d!!"))
    assert scatters(classes("ab!!!!", "bc!!!!", "cd!!!!", "de!!!!", "ef!!!!"))


def test_where_classes_scatter_the_one_that_copes_with_all_inputs_is_chosen() -> None:
    pool = [judged(0, "a!c"), judged(1, "bca", copies=3), judged(2, "cab")]
    pool += [judged(3, "ddd"), judged(4, "e!!"), judged(5, "fff"), judged(6, "ggg")]
    choice = by_validity(PROBLEM, pool)
    samples = [c.best.candidate.sample for c in choice.classes]
    assert samples == [1, 2, 3, 5, 6, 0, 4]
    earlier = by_validity(PROBLEM, [judged(0, "abb"), *pool[1:]])
    assert earlier.classes[0].best.candidate.sample == 0, "the larger class is no sign"
    assert earlier.confidence < choice.confidence


def test_a_crash_in_the_second_run_counts_against_a_program() -> None:
    pool = [judged(n, letter * 2, again=letter * 2) for n, letter in enumerate("abcde")]
    pool[0] = judged(0, "aa", again="!a")
    assert by_validity(PROBLEM, pool).classes[0].best.candidate.sample == 1


def test_where_classes_do_not_scatter_it_is_soft_vote() -> None:
    pool = [judged(0, "ab"), judged(1, "cd", copies=2), judged(2, "cb")]
    assert by_validity(PROBLEM, pool) == soft_vote(PROBLEM, pool)
