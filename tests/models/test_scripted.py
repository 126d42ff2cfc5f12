"""The scripted model behaves as a real one does, without one."""

from __future__ import annotations

from functools import partial

import anyio
import pytest

from assay.concurrency import gather
from assay.errors import ContextLengthExceeded, ModelUnavailable
from assay.models.scripted import Scripted
from assay.types import Completion, Delta, FinishReason, Model, Request, Usage
from models.endpoint import ask


def complete(reply: str, request: Request) -> tuple[Completion, list[Delta]]:
    deltas: list[Delta] = []
    model: Model = Scripted([reply])
    return anyio.run(partial(model.generate, request, on_delta=deltas.append)), deltas


def test_a_reply_comes_word_by_word_and_is_counted_in_words() -> None:
    completion, deltas = complete("one two\nthree\n", ask("a b c"))
    assert completion.text == "one two\nthree\n"
    assert completion.finish_reason is FinishReason.STOP
    assert completion.usage == Usage(prompt_tokens=3, completion_tokens=3)
    assert "".join(d.text for d in deltas) == completion.text
    assert [d.completion_tokens for d in deltas] == [1, 2, 3, 3]


def test_a_reply_is_cut_at_max_tokens() -> None:
    completion, _ = complete("one two three", ask(max_tokens=2))
    assert completion.text == "one two"
    assert completion.finish_reason is FinishReason.LENGTH


def test_a_reply_of_just_max_tokens_is_whole() -> None:
    completion, _ = complete("one two", ask(max_tokens=2))
    assert completion.finish_reason is FinishReason.STOP


def test_a_reply_ends_before_the_first_stop() -> None:
    completion, _ = complete("one STOP two END", ask(stop=("END", "STOP")))
    assert completion.text == "one "
    assert completion.finish_reason is FinishReason.STOP


def test_a_reply_ends_at_its_first_code_block_if_asked() -> None:
    reply = "So:\n```python\nx = 1\n```\nThat sets x.\n"
    completion, deltas = complete(reply, ask(stop_at_fence=True))
    assert completion.text == "So:\n```python\nx = 1\n```"
    assert completion.finish_reason is FinishReason.FENCE
    assert "".join(d.text for d in deltas) == completion.text


def test_replies_may_depend_on_the_request() -> None:
    model = Scripted(lambda request: f"seed {request.seed}")
    assert anyio.run(model.generate, ask(seed=7)).text == "seed 7"
    assert [request.seed for request in model.requests] == [7]


def test_replies_that_run_out_name_the_request() -> None:
    model = Scripted(["only one"])
    anyio.run(model.generate, ask())
    with pytest.raises(ModelUnavailable, match="'direct', seed 3, temperature 0.8"):
        anyio.run(model.generate, ask(prompt="direct", seed=3, temperature=0.8))


def test_calls_that_run_at_once_interleave_and_keep_their_order() -> None:
    order: list[str] = []

    async def both() -> tuple[Completion, ...]:
        model = Scripted(["a a a", "b b b"])
        return await gather(
            partial(model.generate, ask(), on_delta=lambda d: order.append(d.text))
            for _ in range(2)
        )

    assert [c.text for c in anyio.run(both)] == ["a a a", "b b b"]
    assert [word.strip() for word in order] == ["a", "b"] * 3


def test_a_prompt_that_does_not_fit_is_refused_with_both_counts() -> None:
    model = Scripted(["x"], context_length=1025)
    with pytest.raises(ContextLengthExceeded, match=r"2 tokens.* 1,024 .* 1,025"):
        anyio.run(model.generate, ask("two words"))
    assert model.requests == []
