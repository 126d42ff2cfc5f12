"""Thought is capped, or gone on with, and what that took is one completion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio
import pytest

from assay.budget import Budget, Limit, Metered
from assay.models.recorded import Recorded, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from assay.sampling.budget_forcing import Forced, Tier
from assay.types import Completion, Delta, Message, Request, Usage

REQUEST = Request(messages=(Message(role="user", content="Twice n?"),), max_tokens=50)
CODE = "```python\nx = 1\n```"


def fixed(cap: int, least: int = 0) -> Callable[[], Tier]:
    """One tier, whatever has failed."""
    return lambda: Tier(least=least, cap=cap)


def thinking(n_words: int, answer: str = CODE) -> str:
    words = " ".join(f"w{i}" for i in range(n_words))
    return f"<think> {words} </think>\n\n{answer}"


def forced(
    replies: Sequence[str], *, n_asked: int = 1, cap: int = 5, least: int = 0
) -> tuple[Scripted, Completion]:
    """Ask so many times; the scripted model, and the last completion."""
    scripted = Scripted(replies)

    async def main() -> Completion:
        model = Forced(scripted, tier=fixed(cap, least))
        completions = [await model.generate(REQUEST) for _ in range(n_asked)]
        return completions[-1]

    return scripted, anyio.run(main)


def test_a_model_that_does_not_think_is_asked_as_if_nothing_were_around_it() -> None:
    scripted, completion = forced([CODE, CODE, thinking(9)], n_asked=3)
    assert scripted.requests == [REQUEST] * 3
    assert completion.text.strip() == CODE, "what it thinks later is left alone"


def test_a_thought_that_ends_in_time_costs_no_call_more() -> None:
    scripted, completion = forced([thinking(3)])
    assert scripted.requests == [REQUEST]
    assert completion.text.strip() == CODE
    assert completion.thought.strip() == "w0 w1 w2"


def test_a_thought_is_closed_at_its_cap_and_the_answer_is_asked_for() -> None:
    scripted, completion = forced([thinking(40), "It is\n" + CODE])
    first, second = scripted.requests
    assert first == REQUEST
    assert second.messages[:-1] == REQUEST.messages
    begun = second.messages[-1]
    assert begun.role == "assistant"
    assert begun.content == (
        "<think>\nw0 w1 w2 w3\n</think>\n\nFinal answer now:"  # the tag is a token
    )
    assert completion.text == "It is\n" + CODE
    assert completion.thought.split() == ["w0", "w1", "w2", "w3"]


def test_what_all_calls_took_is_one_usage() -> None:
    _, completion = forced([thinking(40), CODE])
    assert completion.usage == Usage(
        prompt_tokens=2 + 2 + 9,  # the second reads the thought and its end, too
        completion_tokens=5 + 5,
    )
    assert not completion.usage_is_reported, "of a closed stream the count is ours"


def test_a_budget_inside_is_charged_for_every_call() -> None:
    budget = Budget(Limit(calls=2))

    async def main() -> Completion:
        model = Forced(Metered(Scripted([thinking(40), CODE]), budget), tier=fixed(5))
        return await model.generate(REQUEST)

    completion = anyio.run(main)
    assert budget.calls == 2
    assert budget.usage == completion.usage


def test_a_thought_that_max_tokens_cut_off_still_comes_to_an_answer() -> None:
    scripted, completion = forced([thinking(90), CODE], cap=1000)
    assert len(scripted.requests) == 2
    assert completion.text == CODE


def test_once_it_is_known_to_think_max_tokens_is_for_the_answer() -> None:
    scripted, _ = forced([thinking(3), thinking(3)], n_asked=2)
    assert scripted.requests[1] == replace(REQUEST, max_tokens=50 + 5)


def test_room_to_think_ends_at_the_context() -> None:
    scripted = Scripted([thinking(3), thinking(3)], context_length=54)

    async def main() -> None:
        model = Forced(scripted, tier=fixed(5))
        await model.generate(REQUEST)
        await model.generate(REQUEST)

    anyio.run(main)
    assert scripted.requests[1].max_tokens == 52  # and 2 of the prompt


def test_a_thought_that_is_far_too_short_is_gone_on_with_once() -> None:
    scripted, completion = forced(
        [thinking(2, "Wrong."), " w2 w3 </think>\n" + CODE], cap=50, least=20
    )
    begun = scripted.requests[1].messages[-1]
    assert begun.content == "<think>\nw0 w1\n\nWait"
    assert completion.text.strip() == CODE
    assert completion.thought.split() == ["w0", "w1", "Wait", "w2", "w3"]


def test_a_thought_near_its_minimum_is_left_as_it_is() -> None:
    scripted, _ = forced([thinking(12)], cap=50, least=20)
    assert len(scripted.requests) == 1


def test_a_thought_that_goes_on_without_end_is_capped_too() -> None:
    on = " ".join(["w"] * 80)
    scripted, completion = forced([thinking(2, "?"), on, CODE], cap=20, least=20)
    assert [r.prompt for r in scripted.requests] == ["", "think_on", "final_answer"]
    assert completion.text == CODE
    assert len(completion.thought.split()) <= 20


def test_deltas_of_all_calls_are_counted_on() -> None:
    deltas: list[Delta] = []

    async def main() -> None:
        model = Forced(Scripted([thinking(40), CODE]), tier=fixed(5))
        await model.generate(REQUEST, on_delta=deltas.append)

    anyio.run(main)
    counts = [delta.completion_tokens for delta in deltas]
    assert counts == sorted(counts)
    assert counts[-1] == 10
    assert "".join(delta.text for delta in deltas) == CODE


def test_cancelling_from_outside_is_no_end_of_a_thought() -> None:
    scripted = Scripted([thinking(40), CODE])

    async def main() -> bool:
        with anyio.CancelScope() as scope:
            await Forced(scripted, tier=fixed(30)).generate(
                REQUEST, on_delta=lambda delta: scope.cancel()
            )
        return scope.cancelled_caught

    assert anyio.run(main)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("mode", [RecordMode.REPLAY, RecordMode.RECORD])
def test_a_recording_without_its_thought_settles_nothing(
    tmp_path_factory: pytest.TempPathFactory, mode: RecordMode
) -> None:
    path = tmp_path_factory.mktemp("store") / "r.sqlite"
    scripted = Scripted([thinking(3), thinking(3)])
    other = replace(REQUEST, seed=1)

    async def main() -> bool | None:
        with RecordingStore(path) as store:
            await Recorded(scripted, store, RecordMode.RECORD).generate(REQUEST)
            model = Forced(Recorded(scripted, store, mode), tier=fixed(5))
            await model.generate(REQUEST)
            assert model.thinks is None
            await model.generate(other)
            return model.thinks

    assert anyio.run(main)
    assert scripted.requests == [REQUEST, other]
