"""`/v1/responses`: its items -> the messages of a chat -> `ChatRequest`.

Nothing is stored between requests, so what refers to an earlier one is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from assay.serve.requests import ChatRequest
from assay.serve.wire.chat import MOST_TOKENS, chat_request
from assay.serve.wire.fields import Fields
from assay.serve.wire.parsing import parse_object

_STORED = ("previous_response_id", "conversation", "prompt")
_ROLES = ("user", "assistant", "system", "developer")
_SAME = (
    "model",
    "stream",
    "temperature",
    "top_p",
    "parallel_tool_calls",
    "assay",
    "extra_body",
)
_IN_A_SCHEMA = ("name", "description", "schema", "strict")

Json = dict[str, Any]


def read_response(body: bytes, headers: Mapping[str, str]) -> ChatRequest:
    """Read a request for a response.

    Returns:
        The request, with the body of the same chat. Tools that are no functions, which
        only OpenAI could run, are left out of it and told in `ignored`.

    Raises:
        Refused: 400; `param` is the path in this API.
    """
    fields = Fields(parse_object(body))
    _refuse_what_was_stored(fields)
    chat: Json = {
        name: fields.values[name] for name in _SAME if fields.raw(name) is not None
    }
    chat["messages"] = _instructions(fields) + _messages(fields)
    dropped = _add_tools(chat, fields)
    _add_rest(chat, fields)
    request = chat_request(chat, headers)
    return replace(
        request,
        include_usage=True,
        has_tools=request.has_tools or bool(dropped),
        ignored=fields.unread() + dropped,
    )


def _refuse_what_was_stored(fields: Fields) -> None:
    for name in _STORED:
        if fields.raw(name) is not None:
            raise fields.refused(name, "refers to what is not stored here; send it all")
    if fields.flag("background"):
        raise fields.refused("background", "is not supported: nothing is stored here")


def _instructions(fields: Fields) -> list[Json]:
    text = fields.text("instructions")
    return [{"role": "system", "content": text}] if text else []


def _messages(fields: Fields) -> list[Json]:
    given = fields.raw("input")
    if given is None:
        raise fields.missing("input")
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    if not isinstance(given, list):
        raise fields.wrong("input", "a string or a list of items")
    messages: list[Json] = []
    for item in fields.objects("input"):
        _add_item(messages, item)
    if not messages:
        raise fields.refused("input", "must have at least one message")
    return messages


def _add_item(messages: list[Json], item: Fields) -> None:
    kind = item.text("type")
    if kind is None:
        kind = "message"
    if kind == "reasoning":  # the model's own, and not for it to read again
        return
    reader = _ITEMS.get(kind)
    if reader is None:
        raise item.refused("type", f"must be one of {', '.join(_ITEMS)} or reasoning")
    message = reader(item)
    last = messages[-1] if messages else {}
    if "tool_calls" in message and last.get("role") == "assistant":
        last["tool_calls"] = last.get("tool_calls", []) + message["tool_calls"]
    else:
        messages.append(message)


def _message(item: Fields) -> Json:
    role = item.one_of("role", _ROLES)
    if role is None:
        raise item.missing("role")
    return {"role": role, "content": _content(item, "content")}


def _function_call(item: Fields) -> Json:
    function = {
        "name": item.required_text("name"),
        "arguments": item.required_text("arguments"),
    }
    call_id = item.required_text("call_id")
    call = {"id": call_id, "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _function_output(item: Fields) -> Json:
    return {
        "role": "tool",
        "tool_call_id": item.required_text("call_id"),
        "content": _content(item, "output"),
    }


_ITEMS: dict[str, Callable[[Fields], Json]] = {
    "message": _message,
    "function_call": _function_call,
    "function_call_output": _function_output,
}


def _content(item: Fields, name: str) -> str | list[Json]:
    content = item.raw(name)
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise item.wrong(name, "a string or a list of parts")
    return [_part(part) for part in item.objects(name)]


def _part(part: Fields) -> Json:
    kind = part.required_text("type")
    if kind in ("input_text", "output_text", "text"):
        return {"type": "text", "text": part.required_text("text")}
    if kind == "refusal":
        return {"type": "refusal", "refusal": part.required_text("refusal")}
    if kind == "input_image":
        return {"type": "image_url", "image_url": _image(part)}
    if kind == "input_file":
        names = ("file_id", "filename", "file_data", "file_url")
        given = {name: part.text(name) for name in names}
        return {"type": "file", "file": {k: v for k, v in given.items() if v}}
    raise part.refused("type", "must be input_text, output_text, input_image or so")


def _image(part: Fields) -> Json:
    detail = part.text("detail")
    url = {"url": part.required_text("image_url")}
    return url | {"detail": detail} if detail else url


def _add_tools(chat: Json, fields: Fields) -> tuple[str, ...]:
    """Put the functions into the chat, and return the paths of all other tools."""
    dropped: list[str] = []
    fields.flag("parallel_tool_calls")
    tools: list[Json] = []
    for tool in fields.objects("tools"):
        if tool.required_text("type") == "function":
            tool.required_text("name")
            function = {k: v for k, v in tool.values.items() if k != "type"}
            tools.append({"type": "function", "function": function})
        else:
            dropped.append(tool.path)
    choice = _tool_choice(fields)
    if tools:
        chat["tools"] = tools
        if choice is not None:
            chat["tool_choice"] = choice
    return tuple(dropped)


def _tool_choice(fields: Fields) -> str | Json | None:
    choice = fields.raw("tool_choice")
    if choice is None or isinstance(choice, str):
        return choice
    if not isinstance(choice, dict):
        raise fields.wrong("tool_choice", "a string or an object")
    inner = Fields(choice, "tool_choice")
    if inner.required_text("type") != "function":
        return "auto"
    return {"type": "function", "function": {"name": inner.required_text("name")}}


def _add_rest(chat: Json, fields: Fields) -> None:
    """Add what has another name in the chat."""
    limit = fields.whole("max_output_tokens", 1, MOST_TOKENS)
    if limit is not None:
        chat["max_tokens"] = limit
    wanted = _format(fields)
    if wanted is not None:
        chat["response_format"] = wanted
    effort = fields.inner("reasoning")
    if effort and effort.text("effort"):
        chat["reasoning_effort"] = effort.text("effort")
    if "message.output_text.logprobs" in fields.items("include"):
        chat["logprobs"] = True
    if chat.get("stream") is True:
        chat["stream_options"] = {"include_usage": True}


def _format(fields: Fields) -> Json | None:
    text = fields.inner("text")
    wanted = text and text.inner("format")
    if not wanted:
        return None
    kinds = ("text", "json_object", "json_schema")
    kind = wanted.one_of("type", kinds)
    if kind is None:
        raise wanted.missing("type")
    if kind != "json_schema":
        return {"type": kind}
    if wanted.inner("schema") is None:
        raise wanted.missing("schema")
    schema = {k: wanted.values[k] for k in _IN_A_SCHEMA if k in wanted.values}
    return {"type": kind, "json_schema": schema}
