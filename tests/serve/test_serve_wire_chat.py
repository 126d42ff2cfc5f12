from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.requests import ChatMessage, ChatRequest, Options, Route
from assay.serve.wire.chat import read_chat
from assay.serve.wire.errors import Refusal, Refused
from assay.serve.wire.options import ignored_header

ASK = {"role": "user", "content": "Sort."}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def read(headers: dict[str, str] | None = None, **fields: Any) -> ChatRequest:
    body = {"model": "m", "messages": [ASK], **fields}
    return read_chat(json.dumps(body).encode(), headers or {})


def refusal_of(headers: dict[str, str] | None = None, **fields: Any) -> Refusal:
    with pytest.raises(Refused) as raised:
        read(headers, **fields)
    assert raised.value.refusal.status == 400
    return raised.value.refusal


def message_of(**fields: Any) -> ChatMessage:
    return read(messages=[{"role": "user", **fields}]).messages[0]


def test_the_least_that_is_a_request() -> None:
    request = read_chat(json.dumps({"messages": [ASK]}).encode(), {})
    assert request == ChatRequest(
        model="",
        messages=(ChatMessage(role="user", text="Sort."),),
        body={"messages": [ASK]},
    )


def test_all_that_is_read_of_a_request() -> None:
    fields: dict[str, Any] = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "n": 3,
        "max_tokens": 10,
        "max_completion_tokens": 20,
        "temperature": 0,
        "top_p": 0.5,
        "seed": -1,
        "stop": ["a", "", "b"],
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": "auto",
        "response_format": {"type": "json_schema", "json_schema": {"name": "x"}},
        "logprobs": True,
        "top_logprobs": 2,
    }
    request = read(**fields)
    assert (request.stream, request.include_usage, request.n) == (True, True, 3)
    assert (request.max_tokens, request.seed, request.stop) == (20, -1, ("a", "b"))
    assert (request.temperature, request.top_p) == (0.0, 0.5)
    assert (request.has_tools, request.wants_logprobs) == (True, True)
    assert request.response_format == "json_schema"
    assert request.ignored == ()
    assert request.body == {"model": "m", "messages": [ASK], **fields}


def test_what_nothing_reads_is_told_and_passed_through() -> None:
    request = read(user="me", reasoning_effort="low")
    assert request.ignored == ("user", "reasoning_effort")
    assert request.body["reasoning_effort"] == "low"


def test_ignored_names_are_safe_in_a_header() -> None:
    names: dict[str, Any] = {"top_k": 1, "a\r\nb: c": 1, "\xe9": 1, "x" * 99: 1}
    request = read(**names)
    assert ignored_header(request.ignored) == "top_k"


@pytest.mark.parametrize("stop", ["a", ["a"]])
def test_stop_is_one_text_or_several(stop: object) -> None:
    assert read(stop=stop).stop == ("a",)


def test_functions_are_tools() -> None:
    assert read(functions=[{"name": "f"}]).has_tools
    assert not read(tools=[]).has_tools


def test_a_limit_of_minus_one_is_none() -> None:
    assert read(max_tokens=-1).max_tokens is None


@pytest.mark.parametrize(
    ("parts", "text", "has_images"),
    [
        ([], "", False),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb", False),
        ([{"type": "refusal", "refusal": "no"}], "no", False),
        ([{"type": "image_url", "image_url": {"url": "data:"}}], "", True),
        ([{"type": "input_audio", "input_audio": {"data": ""}}], "", True),
        ([{"type": "file", "file": {"file_id": "f"}}], "", True),
        ([{"type": "hologram"}, {"type": "text", "text": "a"}], "a", True),
    ],
)
def test_parts_are_words_or_something_else(
    parts: list[object], text: str, has_images: bool
) -> None:
    message = message_of(content=parts)
    assert (message.text, message.has_images) == (text, has_images)


def test_an_assistant_may_be_silent_when_it_calls_a_tool() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "developer", "content": "Be brief."},
        ASK,
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
        {"role": "assistant", "function_call": {"name": "f", "arguments": ""}},
        {"role": "function", "name": "f", "content": None},
        {"role": "assistant", "content": None, "refusal": "no"},
    ]
    read_messages = read(messages=messages).messages
    assert [each.role for each in read_messages] == [each["role"] for each in messages]
    calls = [each.has_tool_calls for each in read_messages]
    assert calls == [False, False, True, False, True, False, False]
    assert read_messages[-1].text == "no"


def test_a_thousand_messages_are_read() -> None:
    assert len(read(messages=[ASK] * 1000).messages) == 1000


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": 1}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [ASK, None]}, "messages.1"),
        ({"messages": [{"content": "a"}]}, "messages.0.role"),
        ({"messages": [{"role": "robot", "content": "a"}]}, "messages.0.role"),
        ({"messages": [ASK, {"role": "user", "content": 1}]}, "messages.1.content"),
        ({"messages": [{"role": "user"}]}, "messages.0.content"),
        ({"messages": [{"role": "assistant"}]}, "messages.0.content"),
        (
            {"messages": [{"role": "user", "content": ["a"]}]},
            "messages.0.content.0",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages.0.content.0.text",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages.0.content.0.image_url",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {}}]}]},
            "messages.0.tool_calls.0.function.name",
        ),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"n": 0}, "n"),
        ({"n": 129}, "n"),
        ({"n": True}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": 10**400}, "temperature"),
        ({"top_p": "1"}, "top_p"),
        ({"seed": 2**65}, "seed"),
        ({"stop": 1}, "stop"),
        ({"stop": ["a", 1]}, "stop.1"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"tools": {}}, "tools"),
        ({"tools": [1]}, "tools.0"),
        ({"tool_choice": 1}, "tool_choice"),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {}}, "response_format.type"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"logprobs": 1}, "logprobs"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"assay": 1}, "assay"),
        ({"assay": {"budget": 1}}, "assay.budget"),
        ({"assay": {"budget": ""}}, "assay.budget"),
        ({"assay": {"route": "slow"}}, "assay.route"),
        ({"assay": {"evidence": "no"}}, "assay.evidence"),
        ({"assay": {"timeout_s": 0}}, "assay.timeout_s"),
        ({"assay": {"bugdet": "time=1s"}}, "assay.bugdet"),
        ({"extra_body": {"assay": {"budget": 1}}}, "extra_body.assay.budget"),
    ],
)
def test_a_wrong_field_is_told_by_its_path(fields: dict[str, Any], param: str) -> None:
    assert refusal_of(**fields).param == param


def test_options_come_in_the_body() -> None:
    own = {"budget": "time=9s", "route": "fast", "evidence": False, "timeout_s": 5}
    wanted = Options(budget="time=9s", route=Route.FAST, evidence=False, deadline_s=5.0)
    for fields in ({"assay": own}, {"extra_body": {"assay": own}}):
        request = read(**fields)
        assert request.options == wanted
        assert request.body == {"model": "m", "messages": [ASK]}
        assert request.ignored == ()


def test_options_come_in_headers_and_the_body_is_before_them() -> None:
    headers = {
        "X-Assay-Budget": "tokens=100",
        "x-assay-route": "pass-through",
        "x-assay-evidence": "False",
        "x-stainless-read-timeout": "600",
    }
    assert read(headers).options == Options(
        budget="tokens=100", route=Route.PASS, evidence=False, deadline_s=600.0
    )
    own = {"budget": "time=1s", "route": "search", "evidence": True, "timeout_s": 2}
    assert read(headers, assay=own).options == Options(
        budget="time=1s", route=Route.SEARCH, evidence=True, deadline_s=2.0
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-assay-budget", ""),
        ("x-assay-budget", "a" * 101),
        ("x-assay-route", "slow"),
        ("x-assay-evidence", "perhaps"),
    ],
)
def test_a_wrong_header_of_ours_is_refused(name: str, value: str) -> None:
    assert refusal_of({name: value}).param == name


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "-1", "0", "NOT_GIVEN"])
def test_a_wrong_header_of_an_sdk_is_not_looked_at(value: str) -> None:
    assert read({"x-stainless-read-timeout": value}).options.deadline_s is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.text(max_size=3)
            | st.sampled_from(["type", "text", "role", "content", "function", "url"]),
            inner,
        )
    ),
    max_leaves=8,
)
NAMES = [
    *("model", "messages", "stream", "stream_options", "n", "max_tokens", "seed"),
    *("max_completion_tokens", "temperature", "top_p", "stop", "tools", "functions"),
    *("tool_choice", "function_call", "response_format", "logprobs", "top_logprobs"),
    *("assay", "extra_body", "user"),
]


@given(st.dictionaries(st.sampled_from(NAMES), values), st.lists(values, max_size=2))
def test_no_field_does_anything_but_be_read_or_refused(
    fields: dict[str, Any], contents: list[Any]
) -> None:
    said = [{"role": "user", "content": content} for content in contents]
    body = {"messages": [ASK, *said], **fields}
    with suppress(Refused):
        request = read_chat(json.dumps(body).encode(), {})
        assert len(request.messages) == len(body["messages"])


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("x-assay-budget", "x-assay-route", "x-assay-evidence"),
                "x-stainless-read-timeout",
            ]
        ),
        st.text(),
    )
)
def test_no_header_does_anything_but_be_read_or_refused(
    headers: dict[str, str],
) -> None:
    with suppress(Refused):
        assert read(headers).messages
