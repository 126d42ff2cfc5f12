from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serve.requests import ChatRequest, Route
from assay.serve.wire.errors import Refused
from assay.serve.wire.responses import read_response


def read(**fields: Any) -> ChatRequest:
    body = {"model": "m", "input": "Sort.", **fields}
    return read_response(json.dumps(body).encode(), {})


def test_a_text_is_a_message_of_the_user() -> None:
    request = read()
    said = [{"role": "user", "content": "Sort."}]
    assert request.body == {"model": "m", "messages": said}
    assert [(each.role, each.text) for each in request.messages] == [("user", "Sort.")]
    assert request.include_usage


def test_settings_take_the_names_they_have_in_a_chat() -> None:
    request = read(
        instructions="Be brief.",
        max_output_tokens=7,
        reasoning={"effort": "low"},
        text={"format": {"type": "json_schema", "name": "x", "schema": {}}},
        include=["message.output_text.logprobs"],
        stream=True,
        store=False,
        assay={"route": "search"},
    )
    assert request.body == {
        "model": "m",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Sort."},
        ],
        "max_tokens": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "x", "schema": {}},
        },
        "reasoning_effort": "low",
        "logprobs": True,
        "stream_options": {"include_usage": True},
    }
    assert (request.max_tokens, request.response_format) == (7, "json_schema")
    assert request.options.route is Route.SEARCH
    assert request.ignored == ("store",)


def test_items_are_the_messages_of_a_chat() -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "reasoning", "id": "rs", "summary": []},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "b"}],
        },
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "2", "name": "g", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "x"},
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": "data:", "detail": "low"},
                {"type": "input_file", "file_id": "f"},
            ],
        },
    ]
    request = read(input=items)
    calls = [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]
    assert request.body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}]},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "b"}],
            "tool_calls": calls,
        },
        {"role": "tool", "tool_call_id": "1", "content": "x"},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:", "detail": "low"}},
                {"type": "file", "file": {"file_id": "f"}},
            ],
        },
    ]
    assert [each.has_tool_calls for each in request.messages][1]
    assert request.messages[-1].has_images


def test_functions_are_passed_on_and_other_tools_are_told() -> None:
    function = {"name": "f", "parameters": {}, "strict": True}
    request = read(
        tools=[{"type": "web_search"}, {"type": "function", **function}],
        tool_choice={"type": "function", "name": "f"},
    )
    assert request.body["tools"] == [{"type": "function", "function": function}]
    chosen = {"type": "function", "function": {"name": "f"}}
    assert request.body["tool_choice"] == chosen
    assert request.ignored == ("tools.0",)


def test_a_request_with_only_foreign_tools_has_tools_still() -> None:
    request = read(tools=[{"type": "web_search"}], tool_choice="required")
    assert request.has_tools
    assert "tools" not in request.body
    assert "tool_choice" not in request.body


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": 1}, "input"),
        ({"input": [1]}, "input.0"),
        ({"input": [{"content": "a"}]}, "input.0.role"),
        ({"input": [{"role": "user", "content": 1}]}, "input.0.content"),
        ({"input": [{"role": "user", "content": None}]}, "input.0.content"),
        (
            {"input": [{"role": "user", "content": [{"type": "smell"}]}]},
            "input.0.content.0.type",
        ),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input.0.type"),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input.0.arguments"),
        ({"instructions": 1}, "instructions"),
        ({"previous_response_id": "r"}, "previous_response_id"),
        ({"conversation": "c"}, "conversation"),
        ({"background": True}, "background"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"tools": [{}]}, "tools.0.type"),
        ({"tools": [{"type": "function"}]}, "tools.0.name"),
        ({"tool_choice": 1}, "tool_choice"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": 1}, "stream"),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
        ({"assay": {"budget": 1}}, "assay.budget"),
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
                [*("type", "text", "role", "content", "name", "format", "output")]
            ),
            inner
            | st.sampled_from(
                [*("user", "function", "function_call_output", "input_text")]
            ),
        )
    ),
    max_leaves=8,
)
NAMES = [
    *("input", "instructions", "model", "stream", "temperature", "top_p", "tools"),
    *("tool_choice", "text", "reasoning", "include", "max_output_tokens", "assay"),
    *("parallel_tool_calls", "background", "extra_body"),
]


@given(st.dictionaries(st.sampled_from(NAMES), values))
def test_no_field_does_anything_but_be_read_or_refused(fields: dict[str, Any]) -> None:
    with suppress(Refused):
        assert read(**fields).messages
