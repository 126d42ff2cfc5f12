"""The official clients read what is written, over a transport that is no network."""

from __future__ import annotations

from typing import Any

import pytest

from assay.serve.requests import ChatRequest
from assay.serve.wire.apis import APIS, CHAT, COMPLETIONS, MESSAGES, RESPONSES, Api
from assay.serve.wire.errors import Refusal, context_length_exceeded, internal_error
from assay.serve.wire.events import Choice, Head, json_bytes
from assay.types import Usage

httpx = pytest.importorskip("httpx2")
openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")
pydantic = pytest.importorskip("pydantic")

HEAD = Head(id="7", model="m", created=5, fingerprint="fp")
USAGE = Usage(prompt_tokens=10, completion_tokens=4, cached_prompt_tokens=3)
ASSAY = {"route": "search"}
REQUEST = ChatRequest(
    model="m", messages=(), body={}, include_usage=True, temperature=0.5, max_tokens=9
)
ASK: list[Any] = [{"role": "user", "content": "Sort."}]
TEXT = "a\r\nb\u2028\U0001f600"


def answering(content: bytes, kind: str, status: int = 200) -> Any:
    """A client of either SDK that gets these bytes, in small pieces."""
    pieces = [content[i : i + 7] for i in range(0, len(content), 7)]

    def answer(request: Any) -> Any:
        return httpx.Response(
            status, headers={"content-type": kind}, content=iter(pieces)
        )

    return httpx.Client(transport=httpx.MockTransport(answer))


def openai_client(content: bytes, kind: str, status: int = 200) -> Any:
    http_client = answering(content, kind, status)
    return openai.OpenAI(
        api_key="k", base_url="http://x/v1", max_retries=0, http_client=http_client
    )


def anthropic_client(content: bytes, kind: str, status: int = 200) -> Any:
    http_client = answering(content, kind, status)
    return anthropic.Anthropic(
        api_key="k", base_url="http://x", max_retries=0, http_client=http_client
    )


def whole(api: Api) -> bytes:
    choices = (Choice(text=TEXT, thought="hm"),)
    return json_bytes(api.answer(HEAD, REQUEST, choices, usage=USAGE, assay=ASSAY))


def streamed(api: Api) -> bytes:
    stream = api.stream(HEAD, REQUEST)
    written = [stream.start(), stream.heartbeat(), stream.progress("hm")]
    written += [stream.text(TEXT[:2]), stream.heartbeat(), stream.text(TEXT[2:])]
    written.append(stream.end(usage=USAGE, assay=ASSAY))
    return b"".join(written)


def broken(api: Api, refusal: Refusal) -> bytes:
    stream = api.stream(HEAD, REQUEST)
    return stream.start() + stream.text("a") + stream.fault(refusal)


@pytest.mark.parametrize("api", APIS)
def test_each_answer_is_of_its_declared_type(api: Api) -> None:
    kinds = {
        CHAT.name: openai.types.chat.ChatCompletion,
        COMPLETIONS.name: openai.types.Completion,
        RESPONSES.name: openai.types.responses.Response,
        MESSAGES.name: anthropic.types.Message,
    }
    read = kinds[api.name].model_validate_json(whole(api), strict=True)
    assert read.model_extra["assay"] == ASSAY


@pytest.mark.parametrize("api", APIS)
def test_each_event_is_of_its_declared_type(api: Api) -> None:
    kinds = {
        CHAT.name: openai.types.chat.ChatCompletionChunk,
        COMPLETIONS.name: openai.types.Completion,
        RESPONSES.name: openai.types.responses.ResponseStreamEvent,
        MESSAGES.name: anthropic.types.RawMessageStreamEvent,
    }
    adapter = pydantic.TypeAdapter(kinds[api.name])
    decoder = openai._streaming.SSEDecoder()
    n_read = 0
    for each in decoder.iter_bytes(iter([streamed(api)])):
        if each.event == "ping" or each.data == "[DONE]":
            continue
        data = each.json()
        if api is COMPLETIONS:  # its type is that of a whole answer, so not in pieces
            for choice in data["choices"]:
                choice["finish_reason"] = choice["finish_reason"] or "stop"
        adapter.validate_python(data)
        n_read += 1
    assert n_read > 3


def test_openai_reads_a_chat() -> None:
    with openai_client(whole(CHAT), "application/json") as client:
        got = client.chat.completions.create(model="m", messages=ASK)
    assert got.choices[0].message.content == TEXT
    assert got.usage.prompt_tokens_details.cached_tokens == 3


def test_openai_reads_a_streamed_chat() -> None:
    with (
        openai_client(streamed(CHAT), "text/event-stream") as client,
        client.chat.completions.stream(model="m", messages=ASK) as stream,
    ):
        got = stream.get_final_completion()
    assert got.choices[0].message.content == TEXT
    assert got.choices[0].finish_reason == "stop"
    assert got.usage.total_tokens == 14


def test_openai_reads_a_streamed_completion() -> None:
    with openai_client(streamed(COMPLETIONS), "text/event-stream") as client:
        pieces = list(client.completions.create(model="m", prompt="a", stream=True))
    assert "".join(c.text for piece in pieces for c in piece.choices) == TEXT


def test_openai_reads_a_response() -> None:
    with openai_client(whole(RESPONSES), "application/json") as client:
        got = client.responses.create(model="m", input="a")
    assert got.output_text == TEXT
    assert got.output[0].summary[0].text == "hm"


def test_openai_reads_a_streamed_response() -> None:
    with (
        openai_client(streamed(RESPONSES), "text/event-stream") as client,
        client.responses.stream(model="m", input="a") as stream,
    ):
        got = stream.get_final_response()
    assert got.output_text == TEXT
    assert got.usage.total_tokens == 14


def test_anthropic_reads_a_message() -> None:
    with anthropic_client(whole(MESSAGES), "application/json") as client:
        got = client.messages.create(model="m", messages=ASK, max_tokens=9)
    assert [block.type for block in got.content] == ["thinking", "text"]
    assert got.content[1].text == TEXT


def test_anthropic_reads_a_streamed_message() -> None:
    with (
        anthropic_client(streamed(MESSAGES), "text/event-stream") as client,
        client.messages.stream(model="m", messages=ASK, max_tokens=9) as stream,
    ):
        got = stream.get_final_message()
    assert (got.content[0].thinking, got.content[1].text) == ("hm", TEXT)
    assert (got.stop_reason, got.usage.input_tokens) == ("end_turn", 7)


@pytest.mark.parametrize("api", [CHAT, COMPLETIONS])
def test_openai_raises_what_broke_a_stream(api: Api) -> None:
    content = broken(api, internal_error())
    with openai_client(content, "text/event-stream") as client:
        creates: dict[str, Any] = {
            CHAT.name: lambda: client.chat.completions.create(
                model="m", messages=ASK, stream=True
            ),
            COMPLETIONS.name: lambda: client.completions.create(
                model="m", prompt="a", stream=True
            ),
        }
        with pytest.raises(openai.APIError, match="failed to answer"):
            list(creates[api.name]())


def test_openai_reads_what_broke_a_response() -> None:
    content = broken(RESPONSES, internal_error())
    with openai_client(content, "text/event-stream") as client:
        got = list(client.responses.create(model="m", input="a", stream=True))
    assert [each.type for each in got[-2:]] == ["error", "response.failed"]
    adapter = pydantic.TypeAdapter(openai.types.responses.ResponseStreamEvent)
    for each in got[-2:]:
        adapter.validate_python(each.to_dict())


def test_anthropic_raises_what_broke_a_stream() -> None:
    content = broken(MESSAGES, internal_error())
    with (
        anthropic_client(content, "text/event-stream") as client,
        pytest.raises(anthropic.APIStatusError, match="failed to answer"),
    ):
        list(client.messages.create(model="m", messages=ASK, max_tokens=9, stream=True))


def test_both_clients_raise_a_refusal_as_itself() -> None:
    refusal = context_length_exceeded(90, 20, 100)
    content = json_bytes(refusal.openai())
    with (
        openai_client(content, "application/json", refusal.status) as client,
        pytest.raises(openai.BadRequestError) as raised,
    ):
        client.chat.completions.create(model="m", messages=ASK)
    error = raised.value
    assert (error.code, error.param) == ("context_length_exceeded", "messages")
    content = json_bytes(refusal.anthropic())
    with (
        anthropic_client(content, "application/json", refusal.status) as client,
        pytest.raises(anthropic.BadRequestError, match="prompt is too long"),
    ):
        client.messages.create(model="m", messages=ASK, max_tokens=9)
