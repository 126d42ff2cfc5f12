"""The method end to end: a scripted model, the real sandbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from assay.budget import Budget, Limit
from assay.errors import (
    ContextLengthExceeded,
    MissingRecording,
    ModelUnavailable,
)
from assay.judging.judge import open_judge
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from assay.solve import Recipe, solve
from assay.trace import Trace, TraceEvent
from assay.types import (
    Call,
    Case,
    Completion,
    IOMode,
    Model,
    OnDelta,
    Problem,
    Request,
    Solution,
    SolveStatus,
    Stdin,
    TestCode,
)

PROBLEM = Problem(
    id="double",
    statement="Write a function `double(n)` that returns twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(
        Case(input=Call(args=(2,)), expected=4, name="two"),
        Case(input=Call(args=(5,)), expected=10, name="five"),
    ),
)
RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"
ALSO_RIGHT = "```python\ndef double(n):\n    return n + n\n```"
SQUARE = "```python\ndef double(n):\n    return n * n\n```"  # right for 2 alone
ZERO = "```python\ndef double(n):\n    return 0\n```"
UNTESTED = replace(
    PROBLEM, cases=(), starter_code="def double(n: int) -> int:\n    pass\n"
)


def run(
    model: Model,
    problem: Problem = PROBLEM,
    *,
    n_max: int = 8,
    limit: Limit | None = None,
    listener: Callable[[TraceEvent], None] | None = None,
    cancel_at_call: int = 0,
    cancel_at: str = "",
) -> Solution:
    async def main() -> Solution:
        scope = anyio.CancelScope()

        def press(event: TraceEvent) -> None:
            is_call = event.kind == "call_start"
            if event.kind == cancel_at or (
                is_call and event.data["call"] == cancel_at_call
            ):
                scope.cancel()

        listeners = (press, listener) if listener else (press,)
        async with open_judge(slots=1) as judge:
            return await solve(
                problem,
                model,
                judge,
                recipe=Recipe(n_max=n_max),
                budget=Budget(limit),
                trace=Trace(None, listeners),
                scope=scope,
            )

    return anyio.run(main)


def by_prompt(samples: Sequence[str], repair: str) -> Scripted:
    """Samples in turn (the last one for ever), and one answer to a repair prompt."""
    rest = list(samples)

    def reply(request: Request) -> str:
        if request.prompt == "repair":
            return repair
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return Scripted(reply)


def test_an_easy_problem_costs_two_samples_and_is_verified() -> None:
    model = Scripted([RIGHT, ALSO_RIGHT])
    solution = run(model)
    assert solution.status is SolveStatus.VERIFIED
    assert solution.stopped == "confident"
    assert solution.evidence.sentence == "verified by 2 given tests"
    assert (solution.evidence.class_size, solution.spend.calls) == (2, 2)
    assert solution.answer is not None
    assert "2 * n" in solution.answer.code


def test_wrong_at_first_and_right_when_shown_what_it_did() -> None:
    model = by_prompt([SQUARE, ZERO, SQUARE], repair=RIGHT)
    solution = run(model, n_max=4)
    assert solution.status is SolveStatus.VERIFIED
    assert solution.answer is not None
    assert solution.answer.made_by == "executed_facts"
    (repair,) = [r for r in model.requests if r.prompt == "repair"]
    prompt = repair.messages[0].content
    assert "return n * n" in prompt, "the nearest failing program is shown"
    assert "double(5)" in prompt
    assert "Expected:\n10" in prompt
    assert "Got:\n25" in prompt
    assert "stay so:\ndouble(2)" in prompt, "what it passes is named"


def test_a_repair_that_breaks_what_was_right_is_dropped() -> None:
    events: list[TraceEvent] = []
    model = by_prompt([SQUARE, SQUARE], repair=ZERO)
    solution = run(model, n_max=3, listener=events.append)
    assert solution.status is SolveStatus.UNVERIFIED
    assert solution.answer is not None
    assert "n * n" in solution.answer.code, "the nearest one is still handed out"
    assert solution.confidence == 0
    assert solution.evidence.sentence == "unverified: 1 of 2 given tests"
    assert "dropped" in [e.kind for e in events]


def test_without_tests_an_answer_is_agreed_and_never_verified() -> None:
    solution = run(Scripted([RIGHT, SQUARE, ALSO_RIGHT, RIGHT]), UNTESTED, n_max=4)
    assert solution.status is SolveStatus.AGREED
    assert solution.evidence.sentence.startswith("agreed by 3 of 4 independent")
    assert solution.answer is not None
    assert "n * n" not in solution.answer.code


def test_inputs_on_which_an_answer_fails_are_no_evidence() -> None:
    raises = "```python\ndef double(n):\n    if n != 3:\n        raise TypeError\n```"
    solution = run(Scripted([raises] * 4), UNTESTED, n_max=4)
    assert solution.evidence.sentence.endswith("candidates on 1 self-made inputs")


def test_without_tests_and_agreement_an_answer_is_unverified() -> None:
    others = [f"```python\ndef double(n):\n    return {k}\n```" for k in range(4)]
    solution = run(Scripted(others), UNTESTED, n_max=4)
    assert solution.status is SolveStatus.UNVERIFIED
    assert solution.evidence.sentence == "unverified"
    assert solution.answer is not None


def test_completions_without_a_program_give_no_answer() -> None:
    solution = run(Scripted(["I cannot do that."] * 4), n_max=4)
    assert solution.status is SolveStatus.NONE
    assert solution.answer is None
    assert solution.stopped == "samples"


def test_tests_as_code_verify_too() -> None:
    problem = replace(
        PROBLEM, cases=(), test_code=(TestCode(source="assert double(4) in {8}"),)
    )
    assert run(Scripted([RIGHT, RIGHT]), problem).status is SolveStatus.VERIFIED
    wrong = run(by_prompt([ZERO], repair=ZERO), problem, n_max=2)
    assert wrong.status is SolveStatus.UNVERIFIED


def test_programs_that_read_stdin_are_solved() -> None:
    problem = Problem(
        id="sum",
        statement="Print the sum.",
        io_mode=IOMode.STDIN,
        cases=(Case(input=Stdin(text="1 2\n"), expected="3\n"),),
    )
    right = "```python\nprint(sum(map(int, input().split())))\n```"
    crash = "```python\nprint(1 / 0, input())\n```"
    solution = run(Scripted([crash, right, right, crash]), problem, n_max=4)
    assert solution.status is SolveStatus.VERIFIED
    assert [c.copies for c in solution.candidates] == [2, 2]


def test_a_budget_ends_the_search_with_the_best_so_far() -> None:
    one = run(Scripted([SQUARE] * 9), n_max=1).spend.usage.tokens
    limit = Limit(tokens=one + 1024 + 80)
    solution = run(by_prompt([RIGHT, ZERO], repair=ZERO), limit=limit)
    assert solution.stopped == "budget"
    assert solution.spend.usage.tokens <= limit.tokens if limit.tokens else False
    assert solution.status is SolveStatus.VERIFIED


def test_a_deadline_ends_the_search_with_the_best_so_far() -> None:
    solution = run(Stalling([RIGHT]), limit=Limit(seconds=3.0))
    assert solution.stopped == "budget"
    assert solution.status is SolveStatus.VERIFIED
    assert solution.evidence.class_size == 1


class Stalling(Scripted):
    """Hangs once its replies are used up."""

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        try:
            return await super().generate(request, on_delta=on_delta)
        except ModelUnavailable:
            await anyio.sleep(60)
            raise


def test_cancelling_the_scope_keeps_the_best_so_far() -> None:
    solution = run(Stalling([RIGHT]), cancel_at_call=2)
    assert solution.stopped == "interrupted"
    assert solution.answer is not None
    assert solution.status is SolveStatus.VERIFIED


def test_a_program_that_passed_is_not_lost_while_it_meets_the_made_inputs() -> None:
    solution = run(Scripted([RIGHT]), cancel_at="verdict")
    assert solution.stopped == "interrupted"
    assert solution.status is SolveStatus.VERIFIED
    assert solution.evidence.sentence == "verified by 2 given tests"


def test_a_repair_that_does_not_fit_the_context_costs_the_repair_alone() -> None:
    events: list[TraceEvent] = []
    solution = run(NoRoomForRepairs([SQUARE, ZERO, RIGHT]), listener=events.append)
    assert "no_repair" in [event.kind for event in events]
    assert solution.status is SolveStatus.VERIFIED


class NoRoomForRepairs(Scripted):
    """Says the last reply for ever, and finds every repair prompt too long."""

    def __init__(self, replies: Sequence[str]) -> None:
        rest = list(replies)
        super().__init__(lambda _: rest.pop(0) if len(rest) > 1 else rest[0])

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        if request.prompt == "repair":
            raise ContextLengthExceeded("the prompt has 9 tokens, the model holds 8")
        return await super().generate(request, on_delta=on_delta)


def test_a_recorded_solve_is_replayed_without_a_model(tmp_path: Path) -> None:
    path = tmp_path / "recordings.sqlite"
    replies = [SQUARE, ZERO, RIGHT, ALSO_RIGHT]
    with RecordingStore(path) as store:
        model = by_prompt(replies, repair=RIGHT)
        first = run(Recorded(model, store, RecordMode.RECORD))
    with RecordingStore(path, read_only=True) as store:
        again = run(Recorded(None, store, RecordMode.REPLAY_ONLY))
        assert again.answer == first.answer
        assert again.spend.usage == first.spend.usage
        other = replace(PROBLEM, statement="Something else.")
        with pytest.raises(MissingRecording, match="solve_named"):
            run(Recorded(None, store, RecordMode.REPLAY_ONLY), other)


def test_a_model_that_is_gone_is_an_error_and_not_an_answer() -> None:
    with pytest.raises(ModelUnavailable):
        run(Scripted([]))


def test_a_model_that_goes_away_does_not_take_a_passed_program_with_it() -> None:
    solution = run(Scripted([RIGHT]))
    assert solution.status is SolveStatus.VERIFIED
    assert solution.stopped.startswith("a fault: scripted has 1 replies")
    with pytest.raises(ModelUnavailable):
        run(Scripted([ZERO]))


def test_the_trace_tells_every_call_program_verdict_and_decision(
    tmp_path: Path,
) -> None:
    events: list[TraceEvent] = []
    run(Scripted([RIGHT, SQUARE, RIGHT, ALSO_RIGHT]), listener=events.append)
    kinds = [event.kind for event in events]
    assert kinds[0] == "solve"
    assert kinds[-1] == "solution"
    for kind in ("call", "candidate", "verdict", "observations", "decision"):
        assert kind in kinds, kind
    call = next(e for e in events if e.kind == "call")
    assert call.data["request"]["prompt_sha256"]
    assert call.data["usage"]["completion_tokens"] > 0
