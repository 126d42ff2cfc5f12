"""Anthropic's `/v1/messages`: its blocks -> the messages of a chat -> `ChatRequest`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assay.serve.requests import ChatRequest
from assay.serve.wire.chat import MOST_TOKENS, chat_request, read_stop
from assay.serve.wire.fields import Fields
from assay.serve.wire.parsing import parse_object

_MOST_STOPS = 64  # Anthropic names no limit
_ROLES = ("user", "assistant", "system")
_SAME = ("model", "stream", "temperature", "top_p", "assay", "extra_body")
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_THOUGHTS = ("thinking", "redacted_thinking")

Json = dict[str, Any]


def read_message(body: bytes, headers: Mapping[str, str]) -> ChatRequest:
    """Read a request for a message.

    Returns:
        The request, with the body of the same chat. Tools that only Anthropic could run
        are left out of it and told in `ignored`.

    Raises:
        Refused: 400; `param` is the path in this API.
    """
    fields = Fields(parse_object(body))
    limit = fields.whole("max_tokens", 1, MOST_TOKENS)
    if limit is None:
        raise fields.missing("max_tokens")
    return _request(fields, headers, limit)


def read_count(body: bytes, headers: Mapping[str, str]) -> ChatRequest:
    """Read a request for the number of a message's tokens, which needs no limit.

    Raises:
        Refused: 400.
    """
    return _request(Fields(parse_object(body)), headers, None)


def _request(
    fields: Fields, headers: Mapping[str, str], limit: int | None
) -> ChatRequest:
    chat: Json = {
        name: fields.values[name] for name in _SAME if fields.raw(name) is not None
    }
    chat["messages"] = _system(fields) + _messages(fields)
    if limit is not None:
        chat["max_tokens"] = limit
    if chat.get("stream") is True:
        chat["stream_options"] = {"include_usage": True}
    dropped = _add_tools(chat, fields)
    stop = read_stop(fields, "stop_sequences", _MOST_STOPS)
    request = chat_request(chat, headers)
    return replace(
        request,
        body={**request.body, "stop": list(stop)} if stop else request.body,
        stop=stop,
        include_usage=True,
        has_tools=request.has_tools or bool(dropped),
        ignored=fields.unread() + dropped,
    )


def _system(fields: Fields) -> list[Json]:
    system = fields.raw("system")
    if isinstance(system, str):
        text = system
    elif system is None or isinstance(system, list):
        blocks = fields.objects("system")
        text = "\n".join(block.required_text("text") for block in blocks)
    else:
        raise fields.wrong("system", "a string or a list of blocks")
    return [{"role": "system", "content": text}] if text else []


def _messages(fields: Fields) -> list[Json]:
    messages = [
        each for given in fields.objects("messages") for each in _message(given)
    ]
    if not messages:
        raise fields.refused("messages", "must have at least one message")
    return messages


def _message(fields: Fields) -> list[Json]:
    """Return what a message is in a chat: the results of tools stand apart there.

    One without words, of thoughts alone, is not left out: many models' templates want
    the roles in turn.
    """
    role = fields.one_of("role", _ROLES)
    if role is None:
        raise fields.missing("role")
    content = fields.raw("content")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    if not isinstance(content, list):
        raise fields.wrong("content", "a string or a list of blocks")
    results: list[Json] = []
    parts: list[Json] = []
    calls: list[Json] = []
    for block in fields.objects("content"):
        kind = block.required_text("type")
        if kind == "tool_result":
            results.append(_tool_result(block))
        elif kind == "tool_use":
            calls.append(_tool_use(block, role))
        elif kind not in _THOUGHTS:  # the model's own, and not for it to read again
            parts.append(_part(block, kind))
    said = _spoken(role, parts, calls)
    return results + said or [{"role": role, "content": ""}]


def _spoken(role: str, parts: list[Json], calls: list[Json]) -> list[Json]:
    if calls:
        return [{"role": role, "content": parts or None, "tool_calls": calls}]
    return [{"role": role, "content": parts}] if parts else []


def _part(block: Fields, kind: str) -> Json:
    if kind == "text":
        return {"type": "text", "text": block.required_text("text")}
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": _url(block)}}
    if kind == "document":
        return _document(block)
    raise block.refused(
        "type", "must be text, image, document, tool_use or tool_result"
    )


def _url(block: Fields) -> str:
    source = block.inner("source")
    if source is None:
        raise block.missing("source")
    if source.one_of("type", ("base64", "url")) == "url":
        return source.required_text("url")
    media, data = source.required_text("media_type"), source.required_text("data")
    return f"data:{media};base64,{data}"


def _document(block: Fields) -> Json:
    source = block.inner("source")
    if source is None:
        raise block.missing("source")
    if source.text("type") == "text":
        return {"type": "text", "text": source.required_text("data")}
    name = block.text("title") or "document"
    return {"type": "file", "file": {"filename": name, "file_data": _url(block)}}


def _tool_use(block: Fields, role: str) -> Json:
    if role != "assistant":
        raise block.refused("type", "may be tool_use only in an assistant's message")
    given = block.inner("input")
    function = {
        "name": block.required_text("name"),
        "arguments": json.dumps(given.values if given else {}, ensure_ascii=False),
    }
    return {"id": block.required_text("id"), "type": "function", "function": function}


def _tool_result(block: Fields) -> Json:
    call_id = block.required_text("tool_use_id")
    return {"role": "tool", "tool_call_id": call_id, "content": _result(block)}


def _result(block: Fields) -> str | list[Json]:
    content = block.raw("content")
    if isinstance(content, str):
        return content
    if content is not None and not isinstance(content, list):
        raise block.wrong("content", "a string or a list of blocks")
    parts = [
        _part(each, each.required_text("type")) for each in block.objects("content")
    ]
    return parts or ""


def _add_tools(chat: Json, fields: Fields) -> tuple[str, ...]:
    """Put the tools into the chat, and return the paths of those it cannot have."""
    dropped: list[str] = []
    tools: list[Json] = []
    for tool in fields.objects("tools"):
        if tool.text("type") in (None, "custom"):
            tools.append({"type": "function", "function": _function(tool)})
        else:
            dropped.append(tool.path)
    choice = fields.inner("tool_choice")
    chosen = _tool_choice(chat, choice) if choice else None
    if tools:
        chat["tools"] = tools
        if chosen is not None:
            chat["tool_choice"] = chosen
    return tuple(dropped)


def _function(tool: Fields) -> Json:
    schema = tool.inner("input_schema")
    if schema is None:
        raise tool.missing("input_schema")
    function = {"name": tool.required_text("name"), "parameters": schema.values}
    description = tool.text("description")
    return function | {"description": description} if description else function


def _tool_choice(chat: Json, choice: Fields) -> str | Json:
    kind = choice.one_of("type", (*_CHOICES, "tool"))
    if kind is None:
        raise choice.missing("type")
    if choice.flag("disable_parallel_tool_use"):
        chat["parallel_tool_calls"] = False
    if kind == "tool":
        return {"type": "function", "function": {"name": choice.required_text("name")}}
    return _CHOICES[kind]
