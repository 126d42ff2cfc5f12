"""`/v1/chat/completions`: a body and its headers -> `ChatRequest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.serve.requests import ChatMessage, ChatRequest
from assay.serve.wire.fields import Fields
from assay.serve.wire.options import read_options, without_options
from assay.serve.wire.parsing import parse_object

MOST_CHOICES = 128  # as OpenAI has it
MOST_STOPS = 4
MOST_TOKENS = 2**31 - 1
SEEDS = (-(2**63), 2**64 - 1)  # -1 is how llama.cpp's clients say "any"

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_FORMATS = ("text", "json_object", "json_schema")
# What an assistant's message may have in place of words.
_IN_PLACE_OF_CONTENT = ("tool_calls", "function_call", "refusal", "audio")


def read_chat(body: bytes, headers: Mapping[str, str]) -> ChatRequest:
    """Read a chat completion as a client sent it.

    Args:
        body: As it came.
        headers: By names in any case; those that are no options are not looked at.

    Returns:
        The request. Its body is as it was sent, but without `assay`. Its model is
        empty where none was named.

    Raises:
        Refused: 400; `param` is the path of the field that is wrong.
    """
    return chat_request(parse_object(body), headers)


def chat_request(body: dict[str, Any], headers: Mapping[str, str]) -> ChatRequest:
    """Read a chat completion that was parsed, or was made from another API's request.

    Raises:
        Refused: 400.
    """
    fields = Fields(body)
    stream_options = fields.inner("stream_options") or Fields({})
    options = read_options(fields, headers)
    return ChatRequest(
        model=fields.text("model") or "",
        messages=_messages(fields),
        body=without_options(body),
        stream=fields.flag("stream"),
        include_usage=stream_options.flag("include_usage"),
        n=fields.whole("n", 1, MOST_CHOICES) or 1,
        max_tokens=_max_tokens(fields),
        temperature=fields.number("temperature", 0, 2),
        top_p=fields.number("top_p", 0, 1),
        seed=fields.whole("seed", *SEEDS),
        stop=read_stop(fields, "stop", MOST_STOPS),
        has_tools=_has_tools(fields),
        response_format=_response_format(fields),
        wants_logprobs=_wants_logprobs(fields),
        ignored=fields.unread(),
        options=options,
    )


def read_stop(fields: Fields, name: str, most: int) -> tuple[str, ...]:
    """Read the texts that end an answer: one or a list. Empty ones end nothing.

    Raises:
        Refused: 400; one is no string, or there are more than `most`.
    """
    stop = fields.raw(name)
    if isinstance(stop, str):
        return (stop,) if stop else ()
    if stop is not None and not isinstance(stop, list):
        raise fields.wrong(name, "a string or a list of strings")
    texts = fields.items(name)
    if len(texts) > most:
        raise fields.refused(name, f"may have {most} strings, but has {len(texts)}")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise fields.wrong(f"{name}.{index}", "a string", text)
    return tuple(text for text in texts if text)


def _messages(fields: Fields) -> tuple[ChatMessage, ...]:
    messages = tuple(_message(each) for each in fields.objects("messages"))
    if not messages:
        raise fields.refused("messages", "must have at least one message")
    return messages


def _message(fields: Fields) -> ChatMessage:
    role = fields.one_of("role", _ROLES)
    if role is None:
        raise fields.missing("role")
    has_tool_calls = _has_tool_calls(fields)
    text, has_images = _content(fields, role)
    return ChatMessage(
        role=role, text=text, has_images=has_images, has_tool_calls=has_tool_calls
    )


def _has_tool_calls(fields: Fields) -> bool:
    calls = list(fields.objects("tool_calls"))
    for call in calls:
        function = call.inner("function")
        if function:
            function.required_text("name")
            function.text("arguments")
    fields.text("tool_call_id")
    return bool(calls) or fields.inner("function_call") is not None


def _content(fields: Fields, role: str) -> tuple[str, bool]:
    """Return the words of a message, and whether it has anything else."""
    content = fields.raw("content")
    if isinstance(content, str):
        return content, False
    if isinstance(content, list):
        parts = [_part(each) for each in fields.objects("content")]
        words = [text for text, _ in parts if text is not None]
        return "\n".join(words), any(is_other for _, is_other in parts)
    if content is not None:
        raise fields.wrong("content", "a string or a list of parts")
    if not _may_be_silent(fields, role):
        raise fields.wrong("content", "a string or a list of parts")
    return fields.text("refusal") or "", False


def _may_be_silent(fields: Fields, role: str) -> bool:
    instead = (fields.raw(name) for name in _IN_PLACE_OF_CONTENT)
    return role == "function" or (
        role == "assistant" and any(each is not None for each in instead)
    )


def _part(part: Fields) -> tuple[str | None, bool]:
    """Return a part's words, and whether it is anything but words.

    A kind that is not known is something else: it is the endpoint's to refuse.
    """
    kind = part.required_text("type")
    if kind in ("text", "refusal"):
        return part.required_text(kind), False
    if kind in ("image_url", "input_audio", "file"):
        inner = part.inner(kind)
        if inner is None:
            raise part.missing(kind)
        if kind == "image_url":
            inner.required_text("url")
    return None, True


def _max_tokens(fields: Fields) -> int | None:
    """The newer name counts. -1, which llama.cpp's clients send, is no limit."""
    newer = _limit(fields, "max_completion_tokens")
    older = _limit(fields, "max_tokens")
    return older if newer is None else newer


def _limit(fields: Fields, name: str) -> int | None:
    if fields.raw(name) == -1:
        return None
    return fields.whole(name, 1, MOST_TOKENS)


def _has_tools(fields: Fields) -> bool:
    tools = [*fields.objects("tools"), *fields.objects("functions")]
    for name in ("tool_choice", "function_call"):
        choice = fields.raw(name)
        if choice is not None and not isinstance(choice, str | dict):
            raise fields.wrong(name, "a string or an object")
    return bool(tools)


def _response_format(fields: Fields) -> str:
    wanted = fields.inner("response_format")
    if wanted is None:
        return "text"
    kind = wanted.one_of("type", _FORMATS)
    if kind is None:
        raise wanted.missing("type")
    if kind == "json_schema" and wanted.inner("json_schema") is None:
        raise wanted.missing("json_schema")
    return kind


def _wants_logprobs(fields: Fields) -> bool:
    fields.whole("top_logprobs", 0, 20)
    return fields.flag("logprobs")
