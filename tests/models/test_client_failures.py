"""A client of an endpoint that misbehaves: what is tried again, and what is said."""

from __future__ import annotations

import re
import time
from typing import Any

import anyio
import pytest

from assay.errors import AssayError, ConfigError, ModelUnavailable
from assay.types import Completion, Delta
from models.endpoint import (
    Answer,
    Exchange,
    ask,
    chunk,
    client,
    endpoint,
    events,
    hang,
    model_of,
    say,
    status,
)

PAGE = "<!doctype html><title>Router</title>"


def failure(*answers: Answer, **settings: Any) -> tuple[str, int]:
    """Return what is said with the address as URL, and how often was tried."""

    async def main() -> tuple[str, int]:
        async with model_of(*answers, **settings) as (model, served):
            with pytest.raises(ModelUnavailable) as caught:
                await model.generate(ask())
            return str(caught.value).replace(served.url, "URL"), len(served.chats)

    return anyio.run(main)


def success(*answers: Answer, **settings: Any) -> Completion:
    async def main() -> Completion:
        async with model_of(*answers, **settings) as (model, _):
            return await model.generate(ask())

    return anyio.run(main)


async def reset(exchange: Exchange) -> None:
    await exchange.stream.aclose()


async def html_stream(exchange: Exchange) -> None:
    await status(200, PAGE, kind="text/html; charset=utf-8")(exchange)


async def broken_chunk(exchange: Exchange) -> None:
    await exchange.head(200, "text/event-stream")
    await exchange.send('data: {"choices": [{"delta"\n\n')


async def nested_chunk(exchange: Exchange) -> None:
    await exchange.head(200, "text/event-stream")
    await exchange.send(f"data: {'[' * 200_000}\n\n")


BUSY = status(500, {"error": {"message": "slot crashed"}})
HALF = events(chunk("half of"), done=False)
OVERLOADED = events(chunk("a"), {"error": {"code": 503, "message": "overloaded"}})


@pytest.mark.parametrize(
    "fault", [BUSY, status(429, ""), status(503, PAGE), reset, HALF, OVERLOADED]
)
def test_a_fault_that_may_pass_is_tried_again(fault: Answer) -> None:
    completion = success(fault, fault, say("whole"))
    assert completion.text == "whole"
    assert completion.retries == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (BUSY, "status 500: slot crashed"),
        (HALF, "the stream was cut before its end"),
        (reset, "the connection was cut"),
        (status(429, "", {"retry-after": "0"}), "status 429, retry after 0 s"),
    ],
)
def test_a_fault_that_does_not_pass_ends_after_the_last_try(
    answer: Answer, message: str
) -> None:
    said, tries = failure(answer)
    assert tries == 4
    assert said == (
        f"no answer from URL after 4 tries ({message}); is the server up and able to "
        f"keep up? see its log"
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(401, ""), "URL asks for a key (401); set ASSAY_API_KEY"),
        (
            status(400, {"error": {"message": "bad\nseed"}}),
            "URL refused the request (400: bad seed); is it an OpenAI-compatible "
            "endpoint?",
        ),
        (
            status(404, {"error": "model 'tiny' not found"}),
            "URL refused the request (404: model 'tiny' not found); is the model's "
            "name right?",
        ),
        (
            status(422, {"detail": "no field 'seed'"}),
            "URL refused the request (422: no field 'seed'); is it an "
            "OpenAI-compatible endpoint?",
        ),
        (
            html_stream,
            "URL answered with HTML, not JSON; is URL the right address?",
        ),
        (
            status(400, PAGE),
            "URL answered with HTML, not JSON; is URL the right address?",
        ),
        (
            status(200, {"choices": [{"message": {"content": "x"}}]}),
            "URL answered with 'application/json', not an event stream; is URL the "
            "right address?",
        ),
        (
            broken_chunk,
            'URL answered with what is not JSON: \'{"choices": [{"delta"\'; is URL '
            "the right address?",
        ),
        (
            nested_chunk,
            f"URL answered with what is not JSON: {'[' * 80!r}; is URL the right "
            "address?",
        ),
        (
            events([1]),
            "URL answered with a chunk that is no object: '[1]'; is URL the right "
            "address?",
        ),
        (
            events({"choices": [{"delta": "x"}]}),
            "URL answered with a wrong chunk: a delta is no object; is it an "
            "OpenAI-compatible endpoint?",
        ),
        (
            events(chunk("a", finish_reason="content_filter")),
            "URL answered with finish_reason 'content_filter'; is it an "
            "OpenAI-compatible endpoint?",
        ),
        (
            events(chunk("a"), {"error": {"message": "out of memory"}}),
            "URL broke off with an error (out of memory); see the server's log",
        ),
        (
            status(200, {"error": {"message": "no template"}}),
            "URL broke off with an error (no template); see the server's log",
        ),
    ],
)
def test_a_fault_that_will_not_pass_is_not_tried_again(
    answer: Answer, message: str
) -> None:
    assert failure(answer) == (message, 1)


def test_a_refused_key_is_not_told() -> None:
    said, tries = failure(status(403, "no"), api_key="sk-secret")
    assert said == "URL refused the key (403); set ASSAY_API_KEY"
    assert tries == 1


def test_another_host_is_never_asked() -> None:
    async def main() -> None:
        async with endpoint(say("stolen")) as other:
            moved = status(307, "", {"location": f"{other.url}/chat/completions"})
            async with model_of(moved, api_key="secret") as (model, _):
                with pytest.raises(ModelUnavailable, match="redirects to 'http://127"):
                    await model.generate(ask())
            assert other.seen == []

    anyio.run(main)


def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert success(say("direct")).text == "direct"


def test_silence_is_a_fault_that_may_pass() -> None:
    assert success(hang, say("x"), idle_timeout_s=0.3).retries == 1
    said, tries = failure(hang, idle_timeout_s=0.3, max_tries=1)
    assert said == (
        "no answer from URL after 1 try (nothing came for 0.3 s); is the server up and "
        "able to keep up? see its log"
    )
    assert tries == 1


def test_silence_in_the_middle_is_noticed_too() -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        await exchange.event(chunk("x"))
        await exchange.wait_closed()

    said, _ = failure(stall, idle_timeout_s=0.3, max_tries=1)
    assert "nothing came for 0.3 s" in said


def test_a_server_is_waited_for_as_long_as_it_asks() -> None:
    wanted = status(429, "", {"retry-after": "0.4"})
    started = time.monotonic()
    assert success(wanted, say("x")).retries == 1
    assert time.monotonic() - started >= 0.4


def test_a_failed_half_is_no_part_of_the_text() -> None:
    deltas: list[Delta] = []

    async def main() -> Completion:
        async with model_of(HALF, say("whole")) as (model, _):
            return await model.generate(ask(), on_delta=deltas.append)

    assert anyio.run(main).text == "whole"
    assert [(d.text, d.completion_tokens) for d in deltas] == [
        ("half of", 1),
        ("whole", 1),
    ]


def opening_failure(url: str, **settings: Any) -> str:
    async def main() -> str:
        with pytest.raises(AssayError) as caught:
            async with client(url, **settings):
                pass
        return str(caught.value)

    return anyio.run(main)


def test_nothing_listening_says_what_to_start() -> None:
    async def free_url() -> str:
        async with endpoint(say("x")) as served:
            return served.url

    url = anyio.run(free_url)
    assert opening_failure(url) == (
        f"no answer from {url} after 4 tries (connection refused); is llama-server "
        f"running?"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("foo", "'foo' cannot be used: it does not start with http"),
        ("ftp://127.0.0.1/v1", "it does not start with http"),
        ("http://127.0.0.1:99999/v1", "Port out of range"),
        ("http://me:secret@127.0.0.1/v1", "give the key in ASSAY_API_KEY"),
        ("http://127.0.0.1/v1?key=1", "it holds a '?' or '#'"),
    ],
)
def test_an_address_that_is_none_is_a_wrong_setting(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        client(url)
    assert "secret" not in str(caught.value)


def test_a_key_with_a_line_break_is_a_wrong_setting() -> None:
    said = opening_failure("http://127.0.0.1:1/v1", api_key="secret\n")
    assert "ASSAY_API_KEY holds a line break" in said
    assert "secret" not in said
