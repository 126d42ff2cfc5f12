"""A run's page: whole, safe, small, and honest about what is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.report import run_page
from assay.types.results import Attempt, Outcome
from report.made_up import (
    ARMS,
    HOSTILE,
    bare_run,
    leak,
    made_up_run,
    unmeasured_arm,
)
from report.page_reader import check_page


def link(attempt: Attempt) -> str:
    return f"solves/{attempt.task.replace('/', '-')}-{attempt.seed}.html"


def test_a_whole_run_is_one_page_that_keeps_every_promise() -> None:
    text = run_page(made_up_run(), solve_href=link)
    page = check_page(text)
    assert page.tags["figure"] == 6
    for words in ("COMPLETE", "what may be claimed", "not measured", "oracle",
                  "57 % of its tokens", "assay bench run", "leaks of hidden cases",
                  "Fixed: assay solves it and single does not"):  # fmt: skip
        assert words in page.words, words
    assert "solves/HumanEval-3-0.html" in text


def test_the_parts_stand_in_the_order_of_a_minute_s_reading() -> None:
    text = run_page(made_up_run(3))
    parts = ("arms", "frontier", "comparisons", "rungs", "selection", "latency",
             "calibration", "tasks", "provenance", "commands")  # fmt: skip
    places = [text.index(f'<section id="{part}"') for part in parts]
    assert places == sorted(places)


def test_nothing_can_be_loaded_and_only_the_own_script_runs() -> None:
    text = run_page(made_up_run(3))
    assert "default-src &#x27;none&#x27;" in text
    assert "unsafe" not in text
    assert "@import" not in text
    assert "@font-face" not in text
    assert text.count("<script>") == 1


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    run = made_up_run(2)
    worst = replace(ARMS[0], arm=HOSTILE)
    run = replace(
        run,
        run=HOSTILE,
        dataset=HOSTILE,
        created=HOSTILE,
        headline=HOSTILE,
        arms=(worst, *ARMS),
        comparisons=tuple(
            replace(c, a=HOSTILE, words=HOSTILE) for c in run.comparisons
        ),
        steps=tuple(replace(s, name=HOSTILE, arm=HOSTILE) for s in run.steps),
        left_out=tuple(replace(s, name=HOSTILE) for s in run.left_out),
        calibrations=tuple(replace(c, arm=HOSTILE) for c in run.calibrations),
        attempts=tuple(
            replace(a, task=HOSTILE, reason=HOSTILE, difficulty=HOSTILE)
            for a in run.attempts
        ),
        leaks=(replace(leak(), task=HOSTILE, what=HOSTILE),),
        provenance=((HOSTILE, HOSTILE),),
        commands=(HOSTILE,),
        titles={HOSTILE: HOSTILE},
        warnings=(HOSTILE,),
    )
    text = run_page(run, solve_href=lambda _: HOSTILE)
    page = check_page(text)
    assert "<img" not in text
    assert page.tags["script"] == 1
    assert HOSTILE[:40] in page.words


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", " JavaScript:alert(1)", "https://x.invalid", "//x.invalid",
     "\\\\x\\y", "data:text/html,x", "java\nscript:alert(1)", ""],
)  # fmt: skip
def test_a_link_that_leads_elsewhere_is_left_out(href: str) -> None:
    text = run_page(made_up_run(2), solve_href=lambda _: href)
    page = check_page(text)
    links = [v for tag, name, v in page.attributes if tag == "a" and name == "href"]
    assert all(v.startswith("#") for v in links)


def test_a_run_of_which_nothing_is_known_is_a_page_too() -> None:
    page = check_page(run_page(bare_run()))
    for words in ("INCOMPLETE", "This run has no arms", "no attempts yet",
                  "compares no arms", "No command"):  # fmt: skip
        assert words in page.words, words


def test_pending_attempts_mean_no_score_and_a_status_that_says_so() -> None:
    pending = Attempt(
        task="t", arm="late", seed=0, outcome=Outcome.PENDING, reason="sandbox died"
    )
    run = bare_run(arms=(unmeasured_arm("late"),), attempts=(pending,))
    page = check_page(run_page(run))
    assert "1 attempt pending" in page.words
    assert "no score while attempts are pending" in page.words
    assert "… sandbox died" in page.words
    complete = replace(run, status="complete")
    assert "✓ COMPLETE" not in run_page(complete), "pending attempts outweigh a word"


def test_a_leak_makes_the_run_invalid_whatever_its_status_says() -> None:
    run = replace(made_up_run(4), leaks=(leak(),), status="complete")
    page = check_page(run_page(run))
    assert "✗ INVALID" in page.words
    assert "1 leak of hidden cases" in page.words
    assert "hidden case 4" in page.words
    assert "COMPLETE" not in page.words
    assert run.headline not in page.words, "what it claims is not claimed any more"


def test_tasks_are_marked_by_what_changed_between_two_arms() -> None:
    outcomes = {
        "fixed": (False, True), "broken": (True, False),
        "both": (True, True), "neither": (False, False),
    }  # fmt: skip
    attempts = tuple(
        Attempt(
            task=f"is-{task}",
            arm=arm,
            seed=0,
            outcome=Outcome.PASSED if right else Outcome.FAILED,
        )
        for task, pair in outcomes.items()
        for arm, right in zip(("single", "assay"), pair, strict=True)
    )
    text = run_page(bare_run(arms=(ARMS[0], ARMS[3]), attempts=attempts))
    check_page(text)
    for task in outcomes:
        assert f'<tr class="{task}"><th scope="row">is-{task}' in text
        assert f'id="show-{task}"' in text
    assert "show-pending" not in text.partition("<body>")[2].partition("<script>")[0]


def test_with_several_seeds_the_larger_part_decides() -> None:
    attempts = tuple(
        Attempt(
            task="t",
            arm=arm,
            seed=seed,
            outcome=Outcome.PASSED if seed < n_right else Outcome.FAILED,
        )
        for arm, n_right in (("single", 1), ("assay", 2))
        for seed in range(3)
    )
    arms = tuple(replace(a, n_seeds=3) for a in (ARMS[0], ARMS[3]))
    text = run_page(bare_run(arms=arms, attempts=attempts))
    page = check_page(text)
    assert '<tr class="fixed">' in text
    assert "2 of 3 seeds" in page.words
    assert "more than half of the seeds" in page.words


def test_one_arm_has_no_filters_between_two() -> None:
    page = check_page(run_page(made_up_run(3, ARMS[:1])))
    assert page.tags["fieldset"] == 0


def test_many_arms_of_the_same_name_in_charts_keep_ids_apart() -> None:
    run = made_up_run(2)
    calibrations = run.calibrations * 4
    check_page(run_page(replace(run, calibrations=calibrations)))


def test_a_run_of_a_thousand_tasks_is_below_five_megabytes() -> None:
    run = made_up_run(1000, (*ARMS[:2], ARMS[3]))
    text = run_page(run, solve_href=link)
    assert len(text.encode()) < 5_000_000
    assert text.count("<tr class=") == 1000
