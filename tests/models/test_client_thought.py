"""What a served model thinks aloud: parted from its text, counted, cut off, gone on."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.models.thoughts import ThoughtScanner, goes_on_thinking
from assay.sampling.budget_forcing import Forced, Tier
from assay.types import Completion, Delta, FinishReason, Message, Request
from models.endpoint import Exchange, ask, chunk, events, model_of, say

CODE = "```python\nx = 1\n```\n"


def thought(text: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"reasoning_content": text}}]}


def complete(answer: Any, **fields: Any) -> tuple[Completion, list[Delta]]:
    deltas: list[Delta] = []

    async def main() -> Completion:
        async with model_of(answer) as (model, _):
            return await model.generate(ask(**fields), on_delta=deltas.append)

    return anyio.run(main), deltas


@pytest.mark.parametrize(
    "answer",
    [
        events(thought("One, "), thought("two."), chunk("x", finish_reason="stop")),
        say("<think>One, ", "two.", "</think>", "x"),
        say("<", "think>One, two.</thi", "nk>x"),
    ],
    ids=["as a field", "as a tag", "as a tag in pieces"],
)
def test_thought_is_kept_apart_from_the_text(answer: Any) -> None:
    completion, deltas = complete(answer)
    assert (completion.thought, completion.text) == ("One, two.", "x")
    assert "".join(d.thought for d in deltas) == "One, two."
    assert "".join(d.text for d in deltas) == "x"


def test_a_text_that_only_begins_like_a_tag_comes_whole() -> None:
    completion, deltas = complete(say("<thi"))
    assert (completion.thought, completion.text) == ("", "<thi")
    assert "".join(d.text for d in deltas) == "<thi"


def test_a_block_of_code_in_a_thought_ends_nothing() -> None:
    told = f"<think>\n{CODE}</think>\n{CODE}and more\n"
    completion, _ = complete(say(told, "and more"), stop_at_fence=True)
    assert completion.finish_reason is FinishReason.FENCE
    assert completion.text.strip() == CODE.strip()
    assert completion.thought.strip() == CODE.strip()


@given(st.text("<>/think a\n", max_size=30), st.data())
def test_the_pieces_a_text_comes_in_make_no_difference(
    text: str, data: st.DataObject
) -> None:
    def parted(pieces: list[str]) -> tuple[str, str]:
        scanner = ThoughtScanner()
        both = [scanner.feed(piece) for piece in pieces] + [scanner.end()]
        return "".join(t for t, _ in both), "".join(x for _, x in both)

    cut = data.draw(st.integers(0, len(text)))
    assert parted([text[:cut], text[cut:]]) == parted([text]) == parted(list(text))


@pytest.mark.parametrize(
    ("role", "content", "wanted"),
    [
        ("assistant", "<think>\nso", True),
        ("assistant", "<think>\nso\n</think>\n", False),
        ("assistant", "so", False),
        ("user", "<think>", False),
    ],
)
def test_an_answer_begins_in_a_thought_where_the_request_left_one_open(
    role: str, content: str, wanted: bool
) -> None:
    request = Request(messages=(Message(role=role, content=content),))
    assert goes_on_thinking(request) is wanted


def test_a_served_thought_is_cut_off_and_its_connection_closed() -> None:
    closed = anyio.Event()

    async def endless(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        for _ in range(4):
            await exchange.event(thought("Hm. "))
        await exchange.wait_closed()
        closed.set()

    async def main() -> tuple[Completion, list[Any]]:
        pages = {"/props": {"default_generation_settings": {"n_ctx": 4096}}}
        async with model_of(endless, say(CODE), pages=pages) as (model, served):
            completion = await Forced(
                model, tier=lambda: Tier(least=0, cap=4)
            ).generate(ask(max_tokens=50))
            with anyio.fail_after(5):
                await closed.wait()
            return completion, [chat.body for chat in served.chats]

    completion, (first, second) = anyio.run(main)
    assert completion.text.strip() == CODE.strip()
    assert completion.thought.strip() == "Hm. Hm. Hm. Hm."
    assert completion.usage.completion_tokens >= 5
    assert second["messages"][:-1] == first["messages"]
    assert second["messages"][-1]["content"].startswith("<think>\nHm. Hm. Hm. Hm.\n")
    assert "chat_template_kwargs" not in first
    assert second["chat_template_kwargs"] == {"enable_thinking": False}


def test_vllm_is_told_to_go_on_with_the_assistants_words() -> None:
    async def main() -> tuple[Any, Any]:
        listed = {"data": [{"id": "tiny", "max_model_len": 4096}]}
        async with model_of(say("x"), pages={"/v1/models": listed}) as (model, served):
            await model.generate(ask())
            begun = Message(role="assistant", content="So")
            await model.generate(Request(messages=(*ask().messages, begun)))
            return served.chats[0].body, served.chats[1].body

    plain, going_on = anyio.run(main)
    assert "continue_final_message" not in plain
    assert going_on["continue_final_message"] is True
    assert going_on["add_generation_prompt"] is False
