"""A client of a well-behaved endpoint: text, counts, ends and cancelling."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import anyio
import pytest

from assay.types import Completion, Delta, FinishReason, Request, Usage
from models.endpoint import Answer, Exchange, ask, chunk, events, model_of, say


def complete(answer: Answer, request: Request | None = None) -> Completion:
    async def main() -> Completion:
        async with model_of(answer) as (model, _):
            return await model.generate(request or ask())

    return anyio.run(main)


def test_text_and_usage_come_from_the_stream() -> None:
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    completion = complete(say("Hel", "lo", usage=usage))
    assert completion.text == "Hello"
    assert completion.finish_reason is FinishReason.STOP
    assert completion.usage == Usage(
        prompt_tokens=12, completion_tokens=5, cached_prompt_tokens=8
    )
    assert completion.retries == 0


def test_one_streamed_choice_is_asked_for_with_every_field() -> None:
    async def main() -> Exchange:
        async with model_of(say("x"), api_key="secret") as (model, served):
            await model.generate(
                ask("Hi", max_tokens=9, temperature=0.5, top_p=0.9, seed=3, stop=("#",))
            )
            return served.chats[0]

    exchange = anyio.run(main)
    assert exchange.headers["authorization"] == "Bearer secret"
    assert exchange.body == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "stop": ["#"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_half_a_surrogate_pair_in_a_prompt_is_sent_as_a_question_mark() -> None:
    async def main() -> object:
        async with model_of(say("x")) as (model, served):
            await model.generate(ask("a \ud800 b"))
            return served.chats[0].body["messages"]

    assert anyio.run(main) == [{"role": "user", "content": "a ? b"}]


def test_pieces_are_counted_where_the_server_does_not() -> None:
    deltas: list[Delta] = []

    async def main() -> Completion:
        async with model_of(say("a", "b", "c")) as (model, _):
            return await model.generate(ask("1234"), on_delta=deltas.append)

    usage = anyio.run(main).usage
    assert usage == Usage(prompt_tokens=12, completion_tokens=3)  # 4 bytes + 8
    assert [d.completion_tokens for d in deltas] == [1, 2, 3]
    assert "".join(d.text for d in deltas) == "abc"


def test_thought_is_counted_and_is_not_text() -> None:
    thought = {"choices": [{"delta": {"reasoning_content": "Hm."}}]}
    completion = complete(events(thought, thought, chunk("x", finish_reason="stop")))
    assert completion.text == "x"
    assert completion.usage.completion_tokens == 3


def test_chunks_without_text_do_no_harm() -> None:
    role: dict[str, Any] = {"delta": {"role": "assistant", "content": None}}
    answer = events(
        {"choices": [role], "usage": None},
        {"choices": []},
        {"object": "chat.completion.chunk"},
        chunk("x"),
        chunk("", finish_reason="stop"),
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
    )
    assert complete(answer).text == "x"


def test_comments_and_odd_breaks_are_read_as_event_streams_are() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream; charset=utf-8")
        await exchange.send(": ping\n\n:\r\n\r\nevent: message\r\n")
        await exchange.send('data:{"choices":[{"delta":{"content":"h')
        await anyio.sleep(0.01)
        await exchange.send('\\u00e9 \u20ac"}}]}\r\n\r\n: ping\n\ndata: [DONE]\n\n')

    assert complete(answer).text == "h\u00e9 \u20ac"


def test_half_a_surrogate_pair_becomes_text_that_can_be_written() -> None:
    assert complete(say("a\ud83d")).text == "a?"


def test_a_completion_cut_at_max_tokens_says_so() -> None:
    assert complete(say("x", finish="length")).finish_reason is FinishReason.LENGTH


def test_a_finished_text_counts_though_the_stream_ends_early() -> None:
    answer = events(chunk("x"), chunk(finish_reason="stop"), done=False)
    assert complete(answer).text == "x"


def test_done_ends_a_stream_without_a_reason() -> None:
    assert complete(events(chunk("x"))).finish_reason is FinishReason.STOP


def test_the_stream_is_closed_at_the_closing_fence() -> None:
    closed = anyio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        for text in ("```py\n", "x = 1\n", "``", "`", "\nAnd", " so on"):
            await exchange.event(chunk(text))
        await exchange.wait_closed()
        closed.set()

    async def main() -> Completion:
        async with model_of(answer) as (model, _):
            completion = await model.generate(ask(stop_at_fence=True))
            with anyio.fail_after(10):
                await closed.wait()
            return completion

    completion = anyio.run(main)
    assert completion.text == "```py\nx = 1\n```"
    assert completion.finish_reason is FinishReason.FENCE
    assert completion.usage.completion_tokens == 5


def test_cancelling_closes_the_socket_at_once() -> None:
    closed = anyio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        await exchange.event(chunk("x"))
        await exchange.wait_closed()
        closed.set()

    async def main() -> bool:
        async with model_of(answer) as (model, _):
            with anyio.CancelScope() as scope:
                await model.generate(ask(), on_delta=lambda _: scope.cancel())
            with anyio.fail_after(10):
                await closed.wait()
            return scope.cancelled_caught

    assert anyio.run(main)


def test_slow_tokens_are_no_hang() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        for _ in range(6):
            await exchange.event(chunk("x"))
            await anyio.sleep(0.2)
        await exchange.send("data: [DONE]\n\n")

    async def main() -> Completion:
        async with model_of(answer, idle_timeout_s=1.0, max_tries=1) as (model, _):
            return await model.generate(ask())

    assert anyio.run(main).text == "xxxxxx"  # 1.2 s in all, never 1 s of silence


def test_a_server_that_ignores_max_tokens_is_cut_off() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        while True:
            await exchange.event(chunk("x"))

    completion = complete(answer, ask(max_tokens=10))
    assert completion.finish_reason is FinishReason.LENGTH
    assert len(completion.text) < 50


def test_many_calls_run_at_once() -> None:
    waiting = 0
    all_here = anyio.Event()

    async def answer(exchange: Exchange) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 40:
            all_here.set()
        await all_here.wait()
        await say("x")(exchange)

    async def main() -> None:
        async with model_of(answer) as (model, _), anyio.create_task_group() as group:
            for seed in range(40):
                group.start_soon(model.generate, ask(seed=seed))

    anyio.run(main)
    assert waiting == 40


def test_a_model_that_was_not_entered_says_how_to_use_it() -> None:
    from assay.models.openai_http import OpenAIModel

    model = OpenAIModel(base_url="http://127.0.0.1:1/v1", model="m")
    assert model.identity.name == "m"
    with pytest.raises(RuntimeError, match="async with"):
        anyio.run(model.generate, ask())


def test_the_client_costs_nothing_until_it_is_entered() -> None:
    code = "import sys, assay.models.openai_http; sys.exit('httpx2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == 0
