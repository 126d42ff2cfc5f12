"""What each arm draws and hands in, and what `assay:-x` leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.bench.arms import RUNGS
from assay.bench.messages import Playing
from assay.bench.playing import recipe_of
from assay.inputs import make_inputs
from assay.models.scripted import Scripted
from assay.solve import Recipe
from bench import running
from bench.marked import (
    GIVEN,
    NOTHING_GIVEN,
    mark_of,
    play,
    program,
    replies,
)

OUTCOMES = st.lists(st.sampled_from(["pass", "fail", "none"]), min_size=1, max_size=8)


@settings(max_examples=60)
@given(OUTCOMES)
def test_best_of_n_stops_early_and_hands_in_what_it_would_have(
    outcomes: list[str],
) -> None:
    model = Scripted(replies(outcomes))
    played, desk = play(model, f"bon:{len(outcomes)}")
    passing = [i for i, o in enumerate(outcomes) if o == "pass"]
    programs = [i for i, o in enumerate(outcomes) if o != "none"]
    best_of_all = next(iter(passing or programs), None)
    mark = mark_of(played.answer)
    assert (None if mark is None else mark[0]) == best_of_all
    n_drawn = passing[0] + 1 if passing else len(outcomes)
    assert len(model.requests) == played.n_samples == desk.budget.calls == n_drawn
    wanted = "verified" if passing else "unverified" if programs else "none"
    assert played.claim == wanted
    assert len(played.candidates) == sum(i < n_drawn for i in programs)


@settings(max_examples=20)
@given(OUTCOMES)
def test_where_nothing_is_given_best_of_n_takes_the_first_program(
    outcomes: list[str],
) -> None:
    model = Scripted(replies(outcomes))
    played, _ = play(model, f"bon:{len(outcomes)}", problem=NOTHING_GIVEN)
    programs = [i for i, o in enumerate(outcomes) if o != "none"]
    first = next(iter(programs), None)
    mark = mark_of(played.answer)
    assert (None if mark is None else mark[0]) == first
    assert len(model.requests) == (len(outcomes) if first is None else first + 1)
    assert played.claim == ("none" if first is None else "unverified")


KINDS = st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=7)


@settings(max_examples=40)
@given(KINDS)
def test_majority_draws_all_and_takes_the_largest_class_in_play(
    outcomes: list[tuple[bool, int]],
) -> None:
    texts = [
        running.fenced(program(number, passes=passes, kind=kind))
        for number, (passes, kind) in enumerate(outcomes)
    ]
    model = Scripted(texts)
    played, _ = play(model, f"majority:{len(outcomes)}")
    assert len(model.requests) == played.n_samples == len(outcomes)
    mark = mark_of(played.answer)
    assert mark is not None
    votes = Counter(kind for passes, kind in outcomes if passes)
    if votes:
        assert mark[1]
        assert votes[mark[2]] == max(votes.values())
        assert played.claim == "verified"
    else:
        assert played.claim == "unverified"


def test_majority_without_a_program_has_no_answer() -> None:
    played, _ = play(Scripted(["no", "none", "nothing"]), "majority:3")
    assert (played.answer, played.claim, played.n_samples) == (None, "none", 3)


def test_single_and_sample_ask_once_for_sample_0_and_1() -> None:
    for arm, temperature, seed in (("single", 0.0, 5000), ("sample", 0.7, 5001)):
        model = Scripted(replies(["fail"]))
        played, _ = play(model, arm, seed=5)
        (request,) = model.requests
        assert (request.temperature, request.seed) == (temperature, seed)
        assert played.claim == "unverified", "it is handed in unseen"


# What `assay:-x` leaves out.


def changed(without: Sequence[str]) -> set[str]:
    """The fields of a recipe that are other than usual."""
    usual = recipe_of(Playing(arm="assay"))
    less = recipe_of(Playing(arm="x", more={"without": list(without)}))

    def told(recipe: Recipe, name: str) -> Any:
        value = getattr(recipe, name)
        return (value.func, value.keywords) if hasattr(value, "func") else value

    names = [each.name for each in fields(Recipe)]
    return {name for name in names if told(usual, name) != told(less, name)}


FIELDS = {"inputs": {"make_inputs"}, "corners": {"make_inputs"}}
FIELDS |= {"select": {"select"}, "repair": {"repair"}}
FIELDS |= {"stop": {"stop_at", "sure_at"}}


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_that_is_left_out_is_all_that_changes(rung: str) -> None:
    assert changed([rung]) == FIELDS[rung]
    others = [other for other in RUNGS if other != rung]
    assert changed(others) == set().union(*(FIELDS[other] for other in others))


def test_with_all_rungs_the_recipe_is_the_usual_one() -> None:
    assert changed([]) == set()


def test_without_inputs_nothing_is_observed() -> None:
    outcomes = ["pass"] * 8
    _, usual = play(Scripted(replies(outcomes)), "assay")
    _, less = play(Scripted(replies(outcomes)), "assay:-inputs")
    assert usual.inputs, "the control"
    assert not less.inputs
    assert make_inputs(GIVEN, n=4)


def test_without_repair_no_repair_is_asked() -> None:
    def asked(arm: str) -> set[str]:
        model = Scripted(lambda request: replies(["fail"])[0] + f"# {request.seed}")
        play(model, arm)
        return {request.prompt for request in model.requests}

    assert "repair" in asked("assay")
    assert "repair" not in asked("assay:-repair")


def test_without_stop_all_samples_are_drawn() -> None:
    def drawn(arm: str) -> int:
        model = Scripted(replies(["pass"] * 8))
        return play(model, arm)[0].n_samples

    assert drawn("assay") < 8
    assert drawn("assay:-stop") == 8


def test_without_select_the_earliest_in_play_is_handed_in() -> None:
    kinds = [(False, 0), (True, 0), *[(True, 1)] * 6]
    texts = [
        running.fenced(program(number, passes=passes, kind=kind))
        for number, (passes, kind) in enumerate(kinds)
    ]
    marks = {
        arm: mark_of(play(Scripted(texts), arm)[0].answer)
        for arm in ("assay:-stop", "assay:-stop,-select")
    }
    assert marks["assay:-stop,-select"] == (1, True, 0)
    best = marks["assay:-stop"]
    assert best is not None
    assert best[2] == 1, "the class of six"
