"""What arms spend: never past a ceiling, as much as a match, nothing unseen."""

from __future__ import annotations

from typing import Any, cast

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.bench.arms_child import AskedModel
from assay.bench.desk import Desk
from assay.bench.peer import Peer
from assay.budget import Limit
from assay.errors import BudgetExhausted
from assay.models.scripted import Scripted
from assay.types import (
    Completion,
    OnDelta,
    Request,
)
from bench import running
from bench.marked import (
    GIVEN,
    AtDesk,
    Marks,
    play,
    program,
    replies,
)

PLAYED_KINDS = ["single", "sample", "bon:6", "majority:6", "assay", "assay:-stop"]


@settings(max_examples=60)
@given(
    st.sampled_from(PLAYED_KINDS),
    st.integers(0, 3000),
    st.lists(st.sampled_from(["pass", "fail", "none"]), min_size=1, max_size=4),
    st.integers(1, 200),
    st.none() | st.integers(0, 5),
)
def test_no_arm_spends_past_its_ceiling(
    arm: str, tokens: int, outcomes: list[str], max_tokens: int, calls: int | None
) -> None:
    texts = replies(outcomes)

    def reply(request: Request) -> str:
        return texts[request.seed % len(texts)] + " word" * (request.seed % 90)

    limit = Limit(tokens=tokens, calls=calls)
    model = Scripted(reply)
    played, desk = play(model, arm, limit=limit, max_tokens=max_tokens)
    assert desk.budget.usage.tokens <= tokens
    assert calls is None or len(model.requests) <= calls
    if not model.requests:
        assert (played.answer, played.claim) == (None, "none")
        assert played.stopped.startswith("budget")


LOOPING = """
from dataclasses import replace
from assay.types import Message, Request

def recipe(usual):
    async def forever(problem, failed, model):
        number = 0
        while True:
            number += 1
            message = Message(role="user", content=f"again {{number}}")
            await {model}.generate(Request(messages=(message,), max_tokens=20))
    return replace(usual, repair=forever)
"""
BARE = "model._model._model"  # around the technique's own books and its trace


@pytest.mark.parametrize("inner", ["model", BARE])
def test_a_technique_that_asks_for_ever_is_stopped_at_the_ceiling(inner: str) -> None:
    model = Scripted(lambda request: replies(["fail"])[0])
    limit = Limit(tokens=900)
    source = LOOPING.format(model=inner)
    played, desk = play(
        model, "recipe:loop.py", limit=limit, source=source, max_tokens=60
    )
    assert 700 < desk.budget.usage.tokens <= 900
    assert any("again" in request.messages[0].content for request in model.requests)
    assert played.stopped == "budget"
    assert played.answer is not None, "what was found before is handed in"


class Slow(Scripted):
    """A model that is still writing when its asker has gone."""

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        completion = await super().generate(request, on_delta=on_delta)
        await anyio.sleep(1000)
        return completion


def test_a_call_that_nobody_waits_for_ends_with_its_attempt_and_is_charged() -> None:
    model = Slow(["one two three"])
    desk = Desk(GIVEN, model, Marks(), Limit(), lambda *_: None)
    asked = AskedModel(cast(Peer, AtDesk(desk)), "a", model.identity)
    request = Request(messages=(running_message(),), max_tokens=9)
    ends: list[str] = []

    async def ask() -> None:
        try:
            await asked.generate(request)
        except BudgetExhausted as error:
            ends.append(str(error))

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await anyio.sleep(0.05)
            with anyio.fail_after(5):
                await desk.close()
            group.start_soon(ask)

    anyio.run(main)
    assert ends == ["the attempt is over"] * 2
    spend = desk.spend()
    assert spend["prompt_tokens"] == 2
    assert spend["completion_tokens"] in (2, 3), "what had arrived, a word held back"
    assert spend["model_seconds"] >= 0.04
    assert len(model.requests) == 1


def running_message() -> Any:
    from assay.types import Message

    return Message(role="user", content="two words")


@settings(max_examples=40)
@given(st.sampled_from(["bon", "majority"]), st.integers(0, 800), st.integers(1, 60))
def test_a_matched_arm_spends_at_least_as_much_and_stops_after(
    arm: str, measure: int, n_words: int
) -> None:
    spent: list[int] = []

    def reply(request: Request) -> str:
        return running.fenced(program(request.seed, passes=False)) + " x" * n_words

    model = Scripted(reply)
    played, desk = play(model, arm, at_least_tokens=measure)
    n_calls, total = desk.budget.calls, desk.budget.usage.tokens
    spent.append(total)
    assert total >= measure
    assert played.n_samples == n_calls == len(model.requests)
    if n_calls:
        dearest = max(word_count(request) for request in model.requests) + 400
        assert total - dearest < measure, "it goes on after it has spent as much"
    else:
        assert measure == 0


def word_count(request: Request) -> int:
    return sum(len(message.content.split()) for message in request.messages)


@pytest.mark.parametrize("arm", ["single", "bon:8", "majority:8", "assay:-stop"])
def test_seeds_draw_different_samples(arm: str) -> None:
    def seeds(seed: int) -> set[int]:
        model = Scripted(lambda request: replies(["fail"])[0])
        play(model, arm, seed=seed)
        return {r.seed for r in model.requests if r.prompt != "repair"}

    drawn = [seeds(seed) for seed in range(3)]
    assert all(drawn)
    assert len(set.union(*drawn)) == sum(map(len, drawn))
