"""A solve's page: every step that a trace tells, and no trust in what it tells."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import anyio

from assay.judging.judge import open_judge
from assay.models.scripted import Scripted
from assay.report import solve_page
from assay.report.solve_facts import answer_program, read_facts, runner_up
from assay.solve import Recipe, solve
from assay.trace import Trace, TraceEvent
from assay.types import Call, Case, IOMode, Problem, Request
from assay.types.results import Attempt, Outcome, SolveRecord
from report.made_up import (
    ALSO,
    HOSTILE,
    RIGHT,
    SQUARE,
    ZERO,
    made_up_solve,
)
from report.page_reader import check_page


def test_a_whole_solve_is_one_page_that_keeps_every_promise() -> None:
    text = solve_page(made_up_solve(), back_href="../run.html")
    page = check_page(text)
    assert page.tags["script"] == 0
    assert page.tags["figure"] == 1
    for words in ("✓ Passed", "verified by 2 given tests", "Repair of sample 0",
                  "all the samples that the method allows were drawn",
                  "confidence of 61.0\xa0%", "- sample 0", "+    return 2 * n",
                  "dropped: not better", "a completion held no program",
                  "The runner-up (sample 2, of class A)"):  # fmt: skip
        assert words in page.words, words
    assert 'href="../run.html"' in text


def test_the_matrix_tells_pass_wrong_timeout_error_and_not_run_apart() -> None:
    page = check_page(solve_page(made_up_solve()))
    for words in ("✓passed", "✗wrong answer", "Ttime limit", "!error", "·not run",
                  "aoutput a", "boutput b"):  # fmt: skip
        assert words in page.words, words


def test_what_a_trace_says_is_read_back() -> None:
    facts = read_facts(made_up_solve())
    by_name = {p.name: p for p in facts.programs}
    assert by_name["sample 0"].copies == 2
    assert by_name["sample 2"].copies == 2
    assert by_name["sample 0"].observations == ()
    assert [o.shown for o in by_name["repair of sample 0"].observations][:2] == [
        "12",
        "14",
    ]
    assert by_name["repair of sample 1"].dropped == "not better"
    assert by_name["sample 2"].output_class == "A", "two samples against one"
    assert by_name["repair of sample 0"].output_class == "B"
    assert by_name["sample 0"].right is False
    chosen = answer_program(facts, RIGHT)
    assert chosen is by_name["repair of sample 0"]
    assert runner_up(facts, chosen) is by_name["sample 2"]
    assert [d.classes for d in facts.decisions] == [(), (2, 1)]


def test_an_arm_without_steps_has_its_answer_and_its_cost() -> None:
    record = replace(made_up_solve(), events=(), candidates=())
    page = check_page(solve_page(record))
    assert "This arm records no steps" in page.words
    assert "return 2 * n" in page.words
    assert page.tags["svg"] == 0


def test_no_answer_and_a_pending_one_are_told_apart() -> None:
    bare = Attempt(
        task="t",
        arm="command:peer",
        seed=0,
        outcome=Outcome.FAILED,
        claim="none",
        reason="the command printed nothing",
        calls=None,
        model_seconds=None,
        sandbox_seconds=None,
    )
    record = SolveRecord(attempt=bare, statement="", title="", answer=None, events=())
    page = check_page(solve_page(record))
    assert "No answer came. the command printed nothing" in page.words
    assert "No program was handed out." in page.words
    assert "not measured" in page.words
    pending = replace(record, attempt=replace(bare, outcome=Outcome.PENDING))
    page = check_page(solve_page(pending))
    assert "… Pending" in page.words
    assert "✗" not in page.words


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: spoil(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [spoil(v) for v in value]
        return value + HOSTILE if isinstance(value, str) else value

    record = made_up_solve()
    events = tuple({**e, "data": spoil(e["data"])} for e in record.events)
    spoilt = replace(
        record,
        events=events,
        title=HOSTILE,
        statement=HOSTILE,
        answer=RIGHT + HOSTILE,
        attempt=replace(record.attempt, task=HOSTILE, arm=HOSTILE, reason=HOSTILE),
    )
    text = solve_page(spoilt, back_href="javascript:alert(1)")
    page = check_page(text)
    assert "<img" not in text
    assert "javascript:" not in text
    assert page.tags["script"] == 0
    assert page.tags["figure"] == 1, "it is still read as a trace"


def test_events_of_any_shape_do_not_break_the_page() -> None:
    odd: tuple[Any, ...] = (
        {},
        {"kind": "call"},
        {"kind": "call", "at_s": "x", "data": {"call": "y", "request": 3, "usage": []}},
        {"kind": "candidate", "at_s": float("nan"), "data": {"sample": None}},
        {"kind": "verdict", "at_s": 1, "data": {"sample": 0, "results": [1, {}]}},
        {"kind": "observations", "at_s": 1, "data": {"sample": 0, "rows": [[], 2]}},
        {"kind": "decision", "at_s": 1, "data": {"classes": ["a", None]}},
        {"kind": "dropped", "at_s": 1, "data": {"sample": 99}},
        {"kind": "candidate", "at_s": 1, "data": {"equals": 7}},
        {"kind": None, "data": None},
        7,
    )
    check_page(solve_page(replace(made_up_solve(), events=odd)))


def test_an_interrupted_solve_shows_the_call_that_was_under_way() -> None:
    record = made_up_solve()
    cut = replace(record, events=record.events[:5], answer=None)
    page = check_page(solve_page(cut))
    assert "not finished" in page.words or "call 1" in page.words


def test_very_long_programs_and_outputs_are_cut_and_not_compared() -> None:
    record = made_up_solve()
    long = "x = 1\n" * 60_000
    events = tuple(
        {**e, "data": {**e["data"], "code": long}}
        if e["kind"] == "candidate" and e["data"].get("code") == SQUARE
        else e
        for e in record.events
    )
    text = solve_page(replace(record, events=events, statement="y" * 10**6))
    page = check_page(text)
    assert len(text) < 500_000
    assert "characters left out" in page.words
    assert "too long to be compared" in page.words


def test_a_real_solve_makes_a_page_with_its_repair() -> None:
    problem = Problem(
        id="double",
        statement="Write a function `double(n)` that returns twice n.",
        io_mode=IOMode.FUNCTION,
        entry_point="double",
        starter_code="def double(n: int) -> int:\n    pass\n",
        cases=(
            Case(input=Call(args=(2,)), expected=4, name="two"),
            Case(input=Call(args=(5,)), expected=10, name="five"),
        ),
    )
    samples = [SQUARE, ZERO, SQUARE, ALSO]

    def reply(request: Request) -> str:
        code = RIGHT if request.prompt == "repair" else samples[request.seed % 4]
        return f"```python\n{code}```"

    seen: list[TraceEvent] = []

    async def main() -> str | None:
        async with open_judge(slots=1) as judge:
            solution = await solve(
                problem,
                Scripted(reply),
                judge,
                recipe=Recipe(n_max=4, n_inputs=3),
                trace=Trace(None, (seen.append,)),
            )
        return solution.answer.code if solution.answer else None

    answer = anyio.run(main)
    events = tuple(
        {k: v for k, v in asdict(e).items() if k != "format"}
        for e in seen
        if e.kind != "delta"
    )
    record = replace(made_up_solve(), events=events, answer=answer, candidates=())
    page = check_page(solve_page(record))
    for words in (
        "verified by 2 given tests",
        "Before and after the repair of sample 0",
        "sample 0, 2 times",
        "Prompt (user):",
        "model call, repair",
    ):
        assert words in page.words, words
