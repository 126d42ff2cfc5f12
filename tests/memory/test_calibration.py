"""What is learnt of graded answers, and that it is not learnt from what it judges."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assay.bench.statistics import calibration_error, reliability
from assay.errors import ConfigError
from assay.memory.calibration import (
    LEAST_TASKS,
    Labelled,
    confidence,
    cross_fitted,
    fit,
    fold,
)
from assay.memory.features import features_json, features_of, read_features
from assay.memory.tables import read_table, table_text
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    Choice,
    IOMode,
    Judged,
    Observation,
    OutputClass,
    Problem,
    Status,
    Verdict,
)
from memory.rows import drawn, features

PROBLEM = Problem(
    id="p",
    statement="",
    io_mode=IOMode.FUNCTION,
    cases=(Case(input=Call(args=(1,)), expected=2),),
)


def test_a_table_says_what_was_right_that_often() -> None:
    table = fit(drawn(3000))
    for share in (0.25, 0.5, 0.75, 0.9):
        told = confidence(table, features(share=share))
        assert told == pytest.approx(share**2, abs=0.07)


def test_a_larger_share_is_never_less_sure() -> None:
    table = fit(drawn(200))
    told = [confidence(table, features(share=i / 100)) or 0 for i in range(101)]
    assert all(one <= after for one, after in pairwise(told))


@pytest.mark.parametrize("right", [True, False])
def test_even_answers_that_were_all_alike_leave_a_doubt(right: bool) -> None:
    rows = [replace(row, right=right) for row in drawn(40)]
    for row in rows:
        told = confidence(fit(rows), row.features)
        assert told is not None
        assert 0 < told < 1


def test_cross_fitting_corrects_a_prior_on_tasks_it_has_not_seen() -> None:
    rows = drawn(600)
    stated = [(row.stated, row.right) for row in rows]
    assert calibration_error(reliability(stated)) > 0.5
    assert calibration_error(reliability(cross_fitted(rows))) < 0.08


def test_an_answer_does_not_change_what_is_stated_of_its_own_task() -> None:
    rows = drawn(100)
    before = cross_fitted(rows)
    turned = [replace(rows[0], right=not rows[0].right), *rows[1:]]
    after = cross_fitted(turned)
    place = fold(rows[0].task, 5)
    same = [i for i, row in enumerate(rows) if fold(row.task, 5) == place]
    assert [after[i][0] for i in same] == [before[i][0] for i in same]
    assert after != before


def test_a_kind_of_problem_with_few_answers_keeps_its_prior() -> None:
    rows = drawn(100) + drawn(LEAST_TASKS - 1, given_passed=0, given_total=0)
    table = fit(rows)
    assert table.with_given is not None
    assert table.without_given is None
    assert table.n == 100
    assert confidence(table, features(given_passed=0, given_total=0)) is None
    assert [stated for stated, _ in cross_fitted(rows)[100:]] == [0.9] * 29


def test_the_score_that_tells_right_from_wrong_is_chosen() -> None:
    def row(index: int) -> Labelled:
        low = index % 3 == 0
        told = features(share=0.75, tail_logprob=-4.0 if low else -0.5)
        return Labelled(task=f"t/{index}", features=told, right=not low, stated=0.9)

    table = fit([row(index) for index in range(120)])
    assert table.with_given is not None
    assert table.with_given.score == "share, then tail log-probability"
    sure = confidence(table, features(share=0.75, tail_logprob=-0.5))
    unsure = confidence(table, features(share=0.75, tail_logprob=-4.0))
    assert sure is not None
    assert unsure is not None
    assert sure > 0.9 > 0.1 > unsure


def test_of_scores_that_tell_the_same_the_share_alone_is_taken() -> None:
    curve = fit(drawn(300)).with_given
    assert curve is not None
    assert curve.score == "share"


def test_features_are_read_of_the_choice_and_the_program_handed_out() -> None:
    candidate = Candidate(code="x", logprob=-0.2, tail_logprob=-0.9)
    passed = CaseResult(status=Status.PASSED)
    judged = Judged(
        candidate=candidate,
        verdict=Verdict(candidate=candidate, results=(passed,)),
        observations=(
            Observation(status=Status.FINISHED),
            Observation(status=Status.TIME_LIMIT),
        ),
    )
    winner = OutputClass(members=(judged,), votes=3, soft_vote=1.0)
    choice = Choice(classes=(winner,), posterior=0.9, confidence=0.5, n_votes=4)
    assert features_of(PROBLEM, choice, judged) == features(
        share=4 / 6,
        posterior=0.9,
        given_passed=1,
        given_total=1,
        n_inputs=1,
        logprob=-0.2,
        tail_logprob=-0.9,
    )
    nothing = Choice(classes=(), posterior=0.0, confidence=0.0, n_votes=4)
    found = features_of(PROBLEM, nothing, None)
    assert (found.share, found.given_total, found.has_given) == (0.0, 1, True)


def test_features_survive_json_and_nothing_else_is_read_as_such() -> None:
    one = features(logprob=-0.5)
    assert read_features(json.loads(json.dumps(features_json(one)))) == one
    told = features_json(one)
    wrong: list[Any] = [None, [], {}, {**told, "share": 2}, {**told, "n_inputs": -1}]
    wrong += [{**told, "logprob": "low"}, {**told, "more": 1}, {**told, "share": None}]
    assert [read_features(each) for each in wrong] == [None] * len(wrong)


def test_a_table_survives_its_file(tmp_path: Path) -> None:
    table = replace(fit(drawn(80)), run="r", model="m", date="2026-01-02")
    (tmp_path / "t.json").write_text(table_text(table))
    assert read_table(tmp_path / "t.json") == table


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "has format 2, this version reads 1"),
        ({"with_given": {"score": "luck", "points": [], "n": 1}}, "no score 'luck'"),
        ({"with_given": {"score": "share", "points": [], "n": 1}}, "do not rise"),
        ({"extra": 1}, "cannot be read"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(json.loads(table_text(fit(drawn(40)))) | change))
    with pytest.raises(ConfigError, match=told):
        read_table(path)


def test_a_missing_file_and_one_that_is_no_json_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make it again with `assay calibrate`"):
        read_table(tmp_path / "none.json")
    (tmp_path / "t.json").write_text("[")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(tmp_path / "t.json")


def test_many_answers_to_one_task_weigh_as_much_as_one() -> None:
    rows = drawn(200)
    one = replace(rows[0], features=features(share=0.9), right=False)
    alone = confidence(fit([*rows, replace(one, task="x")]), one.features)
    often = confidence(fit([*rows, *[replace(one, task="x")] * 50]), one.features)
    assert often == pytest.approx(alone)
    apart = [replace(one, task=f"x/{n}") for n in range(50)]
    many = confidence(fit([*rows, *apart]), one.features)
    assert alone is not None
    assert many is not None
    assert many < alone - 0.2
