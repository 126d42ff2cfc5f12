from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.requests import ChatRequest
from assay.serve.wire.apis import APIS, CHAT, COMPLETIONS, MESSAGES, RESPONSES, Api
from assay.serve.wire.errors import internal_error, too_many_requests
from assay.serve.wire.events import PING, Choice, Head, event, json_bytes
from assay.serve.wire.messages_answers import count_answer
from assay.types import FinishReason, Usage

HEAD = Head(id="7", model="m", created=5, fingerprint="fp")
USAGE = Usage(prompt_tokens=10, completion_tokens=4, cached_prompt_tokens=3)
ASSAY = {"route": "search", "confidence": 0.9}
REQUEST = ChatRequest(model="m", messages=(), body={}, include_usage=True)
LENGTH = (FinishReason.LENGTH,)


def answer(api: Api, *choices: Choice) -> dict[str, Any]:
    return api.answer(HEAD, REQUEST, choices, usage=USAGE, assay=ASSAY)


def whole_stream(api: Api, request: ChatRequest = REQUEST, **end: Any) -> bytes:
    stream = api.stream(HEAD, request)
    written = [
        stream.start(),
        stream.progress("sam"),
        stream.heartbeat(),
        stream.progress("pling"),
        stream.text("a\n"),
        stream.heartbeat(),
        stream.text("b"),
        stream.progress("late"),
        stream.end(**{"usage": USAGE, "assay": ASSAY, **end}),
    ]
    return b"".join(written)


def events(written: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The name and the data of each event; comments and the last word left out."""
    found = []
    for block in written.decode().removesuffix("\n\n").split("\n\n"):
        lines = block.splitlines()
        name = lines.pop(0).removeprefix("event: ") if lines[0][0] == "e" else ""
        (line,) = lines
        if line not in (": ping", "data: [DONE]"):
            found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def kinds(written: bytes) -> list[str]:
    for name, data in events(written):
        assert name == data["type"]
    return [name for name, _ in events(written)]


def test_a_chat_answer_has_every_choice() -> None:
    got = answer(
        CHAT, Choice(text="a", thought="hm"), Choice(text="b", finish=LENGTH[0])
    )
    first = {"role": "assistant", "content": "a", "refusal": None}
    second = {"role": "assistant", "content": "b", "refusal": None}
    assert got == {
        "id": "chatcmpl-7",
        "object": "chat.completion",
        "created": 5,
        "model": "m",
        "system_fingerprint": "fp",
        "choices": [
            {
                "index": 0,
                "message": {**first, "reasoning_content": "hm"},
                "logprobs": None,
                "finish_reason": "stop",
            },
            {
                "index": 1,
                "message": second,
                "logprobs": None,
                "finish_reason": "length",
            },
        ],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 4,
            "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 3},
        },
        "assay": ASSAY,
    }


def test_the_chunks_of_a_chat() -> None:
    written = whole_stream(CHAT)
    chunks = [data for _, data in events(written)]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "sam"},
        {"reasoning_content": "pling"},
        {"content": "a\n"},
        {"content": "b"},
        {"reasoning_content": "late"},
        {},
    ]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert all(chunk["usage"] is None for chunk in chunks[:-1])
    assert (chunks[-1]["choices"], chunks[-1]["assay"]) == ([], ASSAY)
    assert chunks[-1]["usage"]["total_tokens"] == 14
    assert not any("assay" in chunk for chunk in chunks[:-1])
    assert written.endswith(b"data: [DONE]\n\n")
    assert PING in written


def test_without_usage_the_last_chunk_ends_the_choice() -> None:
    request = ChatRequest(model="m", messages=(), body={})
    last = events(whole_stream(CHAT, request, finish=LENGTH))[-1][1]
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["assay"] == ASSAY
    assert "usage" not in last


def test_a_chat_of_several_choices_opens_and_ends_each() -> None:
    request = ChatRequest(model="m", messages=(), body={}, n=2)
    stream = CHAT.stream(HEAD, request)
    both = (FinishReason.STOP, FinishReason.LENGTH)
    written = stream.start() + stream.text("b", 1) + stream.end(finish=both)
    choices = [data["choices"][0] for _, data in events(written)]
    assert [each["index"] for each in choices] == [0, 1, 1, 0, 1]
    assert [each["finish_reason"] for each in choices[3:]] == ["stop", "length"]


def test_the_events_of_a_message() -> None:
    assert kinds(whole_stream(MESSAGES)) == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "ping",
        "content_block_delta",
        "ping",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_the_end_of_a_message_counts_and_says_why() -> None:
    written = whole_stream(MESSAGES, stop_sequence="END")
    last = events(written)[-2][1]
    assert last["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    assert (last["usage"]["input_tokens"], last["usage"]["output_tokens"]) == (7, 4)
    assert last["assay"] == ASSAY
    cut = events(whole_stream(MESSAGES, finish=LENGTH))[-2][1]
    assert cut["delta"]["stop_reason"] == "max_tokens"


@pytest.mark.parametrize("api", [MESSAGES, RESPONSES])
def test_an_answer_without_words_has_its_text_still(api: Api) -> None:
    stream = api.stream(HEAD, REQUEST)
    written = stream.start() + stream.end()
    assert {"content_block_start", "response.content_part.added"} & set(kinds(written))


def test_the_events_of_a_response_are_numbered() -> None:
    written = whole_stream(RESPONSES)
    assert kinds(written) == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    numbers = [data["sequence_number"] for _, data in events(written)]
    assert numbers == list(range(len(numbers)))


def test_a_streamed_response_ends_as_the_same_answer() -> None:
    last = events(whole_stream(RESPONSES))[-1][1]["response"]
    assert last == answer(RESPONSES, Choice(text="a\nb", thought="sampling"))


def test_a_response_that_was_cut_is_incomplete() -> None:
    name, data = events(whole_stream(RESPONSES, finish=LENGTH))[-1]
    assert name == "response.incomplete"
    assert data["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


def test_a_fault_is_told_in_the_form_of_each_api() -> None:
    full = too_many_requests("full", retry_after_s=1)
    for api in (CHAT, COMPLETIONS):
        written = api.stream(HEAD, REQUEST).fault(full)
        assert events(written) == [("", full.openai())]
        assert b"[DONE]" not in written
    written = MESSAGES.stream(HEAD, REQUEST).fault(full)
    assert events(written) == [("error", full.anthropic())]
    written = RESPONSES.stream(HEAD, REQUEST).fault(internal_error())
    assert kinds(written) == ["error", "response.failed"]
    assert events(written)[1][1]["response"]["error"]["code"] == "server_error"


def test_the_pieces_of_a_completion() -> None:
    pieces = [data for _, data in events(whole_stream(COMPLETIONS))]
    assert [each["text"] for p in pieces for each in p["choices"]] == ["a\n", "b", ""]
    assert pieces[-1]["usage"]["total_tokens"] == 14
    assert pieces[-1]["assay"] == ASSAY


def test_a_completion_answer() -> None:
    got = answer(COMPLETIONS, Choice(text="a"), Choice(text="b"))
    assert [each["text"] for each in got["choices"]] == ["a", "b"]
    assert (got["id"], got["object"]) == ("cmpl-7", "text_completion")


def test_the_count_of_tokens() -> None:
    assert count_answer(3) == {"input_tokens": 3}


@pytest.mark.parametrize("api", APIS)
def test_nothing_is_added_where_nothing_is_told(api: Api) -> None:
    got = api.answer(HEAD, REQUEST, (Choice(text="a"),), usage=USAGE)
    assert "assay" not in got


LINES = st.text(st.sampled_from("a\n\r\x0b\x0c\x1c\x85\u2028\u2029\ud800\U0001f600"))


@given(LINES | st.text())
def test_no_text_breaks_an_event(text: str) -> None:
    written = event({"text": text}, "name").decode()
    name, data, blank = written.removesuffix("\n").split("\n")
    assert (name, blank) == ("event: name", "")
    assert len(data.splitlines()) == 1
    whole = text.encode("utf-8", "replace").decode()
    assert json.loads(data.removeprefix("data: ")) == {"text": whole}


@given(LINES)
def test_a_text_comes_through_every_stream_in_one_piece(text: str) -> None:
    whole = text.encode("utf-8", "replace").decode()
    for api in APIS:
        stream = api.stream(HEAD, REQUEST)
        written = stream.start() + stream.text(text) + stream.end()
        assert json_bytes(whole) in written
        assert events(written)


def test_a_number_that_is_not_finite_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"confidence": float("nan")})
