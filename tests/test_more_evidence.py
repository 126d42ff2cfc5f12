"""What the ladder may add: arms by their pay, inputs and predictions, a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.budget import Budget, Limit
from assay.evidence import MoreEvidence
from assay.inputs import (
    asked_inputs,
    generator_program,
    predicted_outputs,
    reference_program,
)
from assay.judging.judge import open_judge
from assay.models.scripted import Scripted
from assay.selection import separating_input
from assay.solve import Recipe, solve
from assay.trace import Trace, TraceEvent
from assay.trying import ARMS
from assay.types import (
    Call,
    Case,
    Choice,
    Input,
    IOMode,
    Judge,
    Judged,
    Model,
    Prediction,
    Problem,
    Request,
    Solution,
    SolveStatus,
)

PROBLEM = Problem(
    id="double",
    statement="Write a function `double(n)` that returns twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(Case(input=Call(args=(2,)), expected=4, name="two"),),
)
RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"
SQUARE = "```python\ndef double(n):\n    return n * n\n```"  # right for 2 alone
CUBE = "```python\ndef double(n):\n    return n**3 - 4\n```"
NOT_FIVE = "```python\ndef double(n):\n    return n * n + (n == 5)\n```"
RANDOM = (
    "```python\nimport random\ndef double(n):\n"
    "    return 4 if n == 2 else random.random()\n```"
)
ZERO = "```python\ndef double(n):\n    return 0\n```"


def no_inputs(problem: Problem, *, n: int, seed: int) -> tuple[Input, ...]:
    return ()


def run(
    model: Model, recipe: Recipe, limit: Limit | None = None
) -> tuple[Solution, list[TraceEvent]]:
    events: list[TraceEvent] = []

    async def main() -> Solution:
        async with open_judge(slots=1) as judge:
            return await solve(
                PROBLEM,
                model,
                judge,
                recipe=recipe,
                budget=Budget(limit),
                trace=Trace(None, (events.append,)),
            )

    return anyio.run(main), events


def kinds(events: list[TraceEvent], kind: str) -> list[TraceEvent]:
    return [event for event in events if event.kind == kind]


def in_turn(samples: Sequence[str]) -> Callable[[Request], str]:
    rest = list(samples)
    return lambda request: rest.pop(0) if len(rest) > 1 else rest[0]


@pytest.mark.parametrize("name", sorted(ARMS))
def test_each_arm_alone_can_solve_what_two_samples_did_not(name: str) -> None:
    n_programs = 0

    def reply(request: Request) -> str:
        nonlocal n_programs
        if request.prompt == "list_approaches":
            return "1. Add the number to itself.\n2. Shift it left by one bit."
        n_programs += 1
        return RIGHT if n_programs > 2 else ZERO

    recipe = Recipe(arms=(name,), n_max=4, make_inputs=no_inputs)
    solution, events = run(Scripted(reply), recipe)
    assert solution.status is SolveStatus.VERIFIED
    (tried,) = kinds(events, "arm")
    assert tried.data["name"] == name
    assert tried.data["success"] is True
    assert tried.data["tokens"] > 0


def test_arms_are_tried_one_by_one_and_no_longer_than_the_samples_last() -> None:
    model = Scripted(in_turn([ZERO]))
    solution, events = run(model, Recipe(arms=tuple(ARMS), n_max=8))
    assert solution.status is SolveStatus.UNVERIFIED
    assert len(kinds(events, "arm")) == 6  # of the eight, after the first two
    assert solution.stopped == "samples"


@pytest.mark.parametrize("most", [40, 200, 600, 1500])
def test_arms_spend_no_more_than_the_budget(most: int) -> None:
    model = Scripted(in_turn([ZERO]))
    solution, _ = run(model, Recipe(arms=tuple(ARMS), n_max=16), Limit(tokens=most))
    assert solution.spend.usage.tokens <= most


async def five(problem: Problem, model: Model, judge: Judge) -> tuple[Input, ...]:
    return (Call(args=(5,)), Call(args=(5,)), Call(args=(7,)))


async def twice_five(
    problem: Problem, model: Model, judge: Judge, inputs: tuple[Input, ...]
) -> tuple[Prediction, ...]:
    assert Call(args=(7,)) in inputs
    return (
        Prediction(input=Call(args=(5,)), expected=10, made_by="t"),
        Prediction(input=Call(args=(9,)), expected=18, made_by="t"),
    )


def most_foreseen(
    problem: Problem, judged: Sequence[Judged], predictions: Sequence[Prediction] = ()
) -> Choice:
    from assay.selection import TECHNIQUES

    return TECHNIQUES["most_passed"](problem, judged, predictions)


def test_inputs_and_predictions_are_asked_once_and_decide() -> None:
    samples = [SQUARE, RIGHT, SQUARE]
    more = MoreEvidence(inputs=(five,), predictions=(twice_five,))
    recipe = Recipe(more=more, n_max=4, select=most_foreseen, stop_at=2.0)
    plain, _ = run(Scripted(in_turn(samples)), Recipe(n_max=4, stop_at=2.0))
    solution, events = run(Scripted(in_turn(samples)), recipe)
    assert plain.answer is not None
    assert solution.answer is not None
    assert "n * n" in plain.answer.code
    assert "2 * n" in solution.answer.code
    assert len(kinds(events, "inputs")) == 1
    assert [event.data["n"] for event in kinds(events, "predictions")] == [2]


async def second_wins(
    problem: Problem, choice: Choice, inputs: tuple[Input, ...], model: Model
) -> Choice:
    first, second, *rest = choice.classes
    return replace(choice, classes=(second, first, *rest))


def test_a_split_has_the_last_word_where_no_class_leads_clearly() -> None:
    samples = [SQUARE, RIGHT]
    plain, _ = run(Scripted(in_turn(samples)), Recipe(n_max=2))
    split, events = run(Scripted(in_turn(samples)), Recipe(n_max=2, split=second_wins))
    assert plain.answer is not None
    assert split.answer is not None
    assert "n * n" in plain.answer.code
    assert "2 * n" in split.answer.code
    assert kinds(events, "split")[0].data["changed"] is True


def test_a_contradicted_leader_is_corrected_and_only_for_the_better() -> None:
    def reply_with(correction: str) -> Callable[[Request], str]:
        samples = in_turn([SQUARE, CUBE, SQUARE])

        def reply(request: Request) -> str:
            return (
                correction if request.prompt == "counterexample" else samples(request)
            )

        return reply

    more = MoreEvidence(inputs=(five,), predictions=(twice_five,), corrects=True)
    recipe = Recipe(more=more, n_max=4, select=most_foreseen, stop_at=2.0)
    better, _ = run(Scripted(reply_with(RIGHT)), recipe)
    assert better.answer is not None
    assert "2 * n" in better.answer.code
    assert better.answer.parent is not None
    worse, events = run(Scripted(reply_with(NOT_FIVE)), recipe)
    assert worse.answer is not None
    assert worse.answer.parent is None
    assert len(kinds(events, "dropped")) == 1


def test_programs_may_be_run_twice_and_timed_on_large_inputs() -> None:
    samples = [RANDOM, RIGHT, RANDOM]
    twice = Recipe(n_max=4, stop_at=2.0, runs_twice=True, n_stress=2)
    solution, _ = run(Scripted(in_turn(samples)), twice)
    assert solution.answer is not None
    assert "2 * n" in solution.answer.code


EVERYTHING = Recipe(
    arms=tuple(ARMS),
    more=MoreEvidence(
        inputs=(asked_inputs, generator_program),
        predictions=(predicted_outputs, reference_program),
        corrects=True,
    ),
    split=separating_input,
    runs_twice=True,
    n_stress=1,
    n_max=12,
    n_inputs=6,
)
WORDS = (
    RIGHT,
    SQUARE,
    ZERO,
    "double(3)\ndouble(-1)\nassert double(4) == 8\nassert double(5) == 25",
    "```python\ndef generate(seed):\n    return (seed,)\n```",
    "1. Add it twice.\n2. Shift it.",
    "A",
    "",
    "```python\ndef double(n:\n```",
)


@settings(max_examples=25)
@given(
    st.integers(0, 6000),
    st.none() | st.integers(0, 30),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8),
)
def test_nothing_spends_past_the_budget_whatever_is_switched_on(
    tokens: int, calls: int | None, words: list[str]
) -> None:
    def reply(request: Request) -> str:
        return words[(request.seed + len(request.prompt)) % len(words)]

    model = Scripted(reply)
    limit = Limit(tokens=tokens, calls=calls)
    solution, _ = run(model, EVERYTHING, limit)
    assert solution.spend.usage.tokens <= tokens
    assert calls is None or len(model.requests) <= calls
    passing = [c for c in solution.candidates if c.given_passed == c.given_total]
    if passing:
        assert solution.status is SolveStatus.VERIFIED


@pytest.mark.parametrize(("stated", "n"), [(0.9, 1), (0.5, 4), (None, 4)])
def test_a_learnt_confidence_may_end_the_search(stated: float | None, n: int) -> None:
    model = Scripted(in_turn([RIGHT]))
    recipe = Recipe(
        n_max=4, stop_at=2.0, sure_at=0.8, confidence=lambda p, c, best: stated
    )
    solution, _ = run(model, recipe)
    assert len(model.requests) == n
    assert solution.stopped == ("sure" if n == 1 else "samples")


def test_a_long_thought_is_capped_by_how_much_has_failed() -> None:
    thought = "<think> " + " ".join(f"w{n}" for n in range(900)) + " </think>"

    def reply(request: Request) -> str:
        return RIGHT if request.messages[-1].role == "assistant" else thought + ZERO

    model = Scripted(reply)
    plain, _ = run(Scripted(reply), Recipe(n_max=2))
    forced, _ = run(model, Recipe(n_max=2, forces_thought=True))
    assert plain.status is SolveStatus.UNVERIFIED
    assert forced.status is SolveStatus.VERIFIED
    assert model.requests[-1].messages[-1].role == "assistant"
