from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.requests import ChatRequest, Route
from assay.serve.wire.errors import Refused
from assay.serve.wire.messages import read_count, read_message

ASK = {"role": "user", "content": "Sort."}


def body_of(**fields: Any) -> bytes:
    body = {"model": "m", "max_tokens": 9, "messages": [ASK], **fields}
    return json.dumps(body).encode()


def read(**fields: Any) -> ChatRequest:
    return read_message(body_of(**fields), {})


def test_a_message_is_a_chat() -> None:
    request = read()
    assert request.body == {"model": "m", "max_tokens": 9, "messages": [ASK]}
    assert [(each.role, each.text) for each in request.messages] == [("user", "Sort.")]
    assert request.max_tokens == 9
    assert request.include_usage


def test_settings_take_the_names_they_have_in_a_chat() -> None:
    request = read(
        system=[{"type": "text", "text": "Be"}, {"type": "text", "text": "brief."}],
        stop_sequences=["a", "b", "c", "d", "e"],
        temperature=0.5,
        top_k=3,
        stream=True,
        assay={"route": "search"},
    )
    assert request.body == {
        "model": "m",
        "stream": True,
        "temperature": 0.5,
        "messages": [{"role": "system", "content": "Be\nbrief."}, ASK],
        "max_tokens": 9,
        "stream_options": {"include_usage": True},
        "stop": ["a", "b", "c", "d", "e"],
    }
    assert request.stop == ("a", "b", "c", "d", "e")
    assert request.options.route is Route.SEARCH
    assert request.ignored == ("top_k",)


def test_blocks_are_the_messages_of_a_chat() -> None:
    png = {"type": "base64", "media_type": "image/png", "data": "AA"}
    pdf = {"type": "url", "url": "http://x/a.pdf"}
    request = read(
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "a", "cache_control": {}},
                    {"type": "image", "source": png},
                    {"type": "document", "source": {"type": "text", "data": "b"}},
                    {"type": "document", "source": pdf, "title": "c"},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": ""},
                    {"type": "text", "text": "d"},
                    {
                        "type": "tool_use",
                        "id": "1",
                        "name": "f",
                        "input": {"x": "\xe9"},
                    },
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "e"},
                    {"type": "tool_result", "tool_use_id": "1", "content": "g"},
                    {
                        "type": "tool_result",
                        "tool_use_id": "2",
                        "content": [{"type": "text", "text": "h"}],
                    },
                    {"type": "tool_result", "tool_use_id": "3"},
                ],
            },
        ]
    )
    function = {"name": "f", "arguments": '{"x": "\xe9"}'}
    assert request.body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
                {"type": "text", "text": "b"},
                {
                    "type": "file",
                    "file": {"filename": "c", "file_data": "http://x/a.pdf"},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "d"}],
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "g"},
        {
            "role": "tool",
            "tool_call_id": "2",
            "content": [{"type": "text", "text": "h"}],
        },
        {"role": "tool", "tool_call_id": "3", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": "e"}]},
    ]
    assert request.messages[0].has_images
    assert request.messages[1].has_tool_calls


def test_tools_are_functions_and_those_of_the_provider_are_told() -> None:
    schema = {"type": "object"}
    request = read(
        tools=[
            {"name": "f", "description": "does", "input_schema": schema},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
        tool_choice={"type": "tool", "name": "f", "disable_parallel_tool_use": True},
    )
    function = {"name": "f", "parameters": schema, "description": "does"}
    assert request.body["tools"] == [{"type": "function", "function": function}]
    chosen = {"type": "function", "function": {"name": "f"}}
    assert request.body["tool_choice"] == chosen
    assert request.body["parallel_tool_calls"] is False
    assert request.ignored == ("tools.1",)
    assert request.has_tools


@pytest.mark.parametrize(
    ("given_choice", "wanted"),
    [("auto", "auto"), ("any", "required"), ("none", "none")],
)
def test_a_choice_of_tools_has_another_word_in_a_chat(
    given_choice: str, wanted: str
) -> None:
    tools = [{"name": "f", "input_schema": {}}]
    request = read(tools=tools, tool_choice={"type": given_choice})
    assert request.body["tool_choice"] == wanted


def test_tokens_are_counted_without_a_limit() -> None:
    request = read_count(body_of(max_tokens=None), {})
    assert request.max_tokens is None
    assert request.body == {"model": "m", "messages": [ASK]}


def test_a_user_calls_no_tools() -> None:
    block = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
    with pytest.raises(Refused, match="only in an assistant's message"):
        read(messages=[{"role": "user", "content": [block]}])


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": ""}]}, "messages.0.role"),
        ({"messages": [{"content": ""}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "messages.0.content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "smell"}]}]},
            "messages.0.content.0.type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image"}]}]},
            "messages.0.content.0.source",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]},
            "messages.0.content.0.tool_use_id",
        ),
        ({"system": 1}, "system"),
        ({"system": [{"type": "text"}]}, "system.0.text"),
        ({"stop_sequences": [1]}, "stop_sequences.0"),
        ({"stop_sequences": ["a"] * 65}, "stop_sequences"),
        ({"tools": [{"name": "f"}]}, "tools.0.input_schema"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"temperature": True}, "temperature"),
        ({"assay": {"route": 1}}, "assay.route"),
    ],
)
def test_a_wrong_field_is_told_by_its_path(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Refused) as raised:
        read(**fields)
    assert raised.value.refusal.param == param


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                [*("type", "text", "role", "content", "name", "source", "input", "id")]
            ),
            inner | st.sampled_from(["user", "assistant", "text", "tool_use", "image"]),
        )
    ),
    max_leaves=8,
)
NAMES = [
    *("messages", "system", "model", "stream", "temperature", "top_p", "tools"),
    *("tool_choice", "stop_sequences", "max_tokens", "assay", "extra_body"),
]


@given(st.dictionaries(st.sampled_from(NAMES), values))
def test_no_field_does_anything_but_be_read_or_refused(fields: dict[str, Any]) -> None:
    with suppress(Refused):
        assert read(**fields).messages
