"""JSON Schemas of what each API takes, in the words of `chat`, `completions` and so on.

They say what is refused here. A field that nothing here reads is passed on as it is, so
it is not named; a field that is null is a field that is not there.
"""

from __future__ import annotations

from typing import Any

from assay.serve.requests import Route
from assay.serve.wire.chat import MOST_CHOICES, MOST_STOPS, MOST_TOKENS, SEEDS
from assay.serve.wire.options import MOST_SECONDS

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
ANY: Schema = {}
_TEXT: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": ["boolean", "null"]}
_OBJECT: Schema = {"type": ["object", "null"]}
_NULL: Schema = {"type": "null"}
_OFF: Schema = {"enum": [False, None]}
_NUMBER = r"[0-9]{1,9}(\.[0-9]{1,6})?"
_TOKENS, _TIME, _CALLS = (
    rf"tokens={_NUMBER}[km]?",
    rf"time={_NUMBER}(s|m|min|h)?",
    rf"calls={_NUMBER}[km]?",
)
BUDGET = rf"^({_TOKENS}(,{_TIME})?(,{_CALLS})?|{_TIME}(,{_CALLS})?|{_CALLS})$"
ROUTES = tuple(route.value for route in Route)


def record(required: Schema, **optional: Schema) -> Schema:
    """An object with these fields, and any others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": [*required],
    }


def any_of(*schemas: Schema) -> Schema:
    """One of several."""
    return {"anyOf": [*schemas]}


def named(name: str) -> Schema:
    """A schema of the description."""
    return {"$ref": f"#/components/schemas/{name}"}


def words(*allowed: str | None) -> Schema:
    """One of these words; None is null."""
    return {"enum": [*allowed]}


def list_of(items: Schema, **bounds: int) -> Schema:
    """A list of at least so many."""
    return {"type": "array", "items": items, **bounds}


def tagged(kind: str, **required: Schema) -> Schema:
    """An object of that type."""
    return record({"type": {"const": kind}, **required})


def _whole(low: int, high: int) -> Schema:
    return {"type": ["integer", "null"], "minimum": low, "maximum": high}


_IS_WHOLE = {"type": "integer"}


def _number(low: float, high: float) -> Schema:
    return {"type": ["number", "null"], "minimum": low, "maximum": high}


def _other_than(*kinds: str) -> Schema:
    """An object of any other type."""
    return record({"type": {"type": "string", "not": {"enum": [*kinds]}}})


def _or_none(items: Schema, **bounds: int) -> Schema:
    return list_of(items, **bounds) | {"type": ["array", "null"]}


def _stops(most: int) -> Schema:
    return any_of(STRING, _or_none(STRING, maxItems=most))


_LIMIT = any_of({"const": -1}, _whole(1, MOST_TOKENS))
_OPTIONS: Schema = {
    "type": ["object", "null"],
    "description": "What a request may say besides what the API has.",
    "properties": {
        "budget": {"type": ["string", "null"], "pattern": BUDGET},
        "route": words(*ROUTES, None),
        "evidence": _FLAG,
        "timeout_s": _number(0.001, MOST_SECONDS),
    },
    "additionalProperties": False,
}
_ALL = {  # what all APIs read
    "model": {
        "type": ["string", "null"],
        "description": "One of those listed; the first of them if there is none.",
    },
    "stream": _FLAG,
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "assay": named("Options"),
}
_SCHEMA_FORMAT = any_of(
    _NULL,
    tagged("json_schema", json_schema={"type": "object"}),
    record({"type": words("text", "json_object")}),
)
_CHOICE = {"type": ["string", "object", "null"]}
_CHAT = {  # what a chat and a completion read
    **_ALL,
    "stream_options": _OBJECT | {"properties": {"include_usage": _FLAG}},
    "n": _whole(1, MOST_CHOICES),
    "max_tokens": _LIMIT,
    "max_completion_tokens": _LIMIT,
    "seed": _whole(*SEEDS),
    "stop": _stops(MOST_STOPS),
    "tools": _or_none({"type": "object"}),
    "functions": _or_none({"type": "object"}),
    "tool_choice": _CHOICE,
    "function_call": _CHOICE,
    "response_format": _SCHEMA_FORMAT,
    "top_logprobs": _whole(0, 20),
}
_CALL: Schema = {
    "type": "object",
    "properties": {
        "function": any_of(_NULL, record({"name": STRING}, arguments=_TEXT)),
    },
}
_CHAT_PART = any_of(
    tagged("text", text=STRING),
    tagged("refusal", refusal=STRING),
    tagged("image_url", image_url=record({"url": STRING})),
    tagged("input_audio", input_audio={"type": "object"}),
    tagged("file", file={"type": "object"}),
    _other_than("text", "refusal", "image_url", "input_audio", "file"),
)
_CALLS_OF_A_MESSAGE = {
    "tool_calls": _or_none(named("ToolCall")),
    "tool_call_id": _TEXT,
    "function_call": _OBJECT,
}


def _silent(role: str, **instead: Schema) -> Schema:
    """A message without words, which has something else in their place."""
    of_calls = {k: v for k, v in _CALLS_OF_A_MESSAGE.items() if k not in instead}
    return record(
        {"role": {"const": role}, **instead},
        **{"content": _NULL, "refusal": _TEXT, **of_calls} | instead,
    )


_CHAT_MESSAGE = any_of(
    record(
        {
            "role": words(
                "system", "developer", "user", "assistant", "tool", "function"
            ),
            "content": any_of(STRING, list_of(named("ChatPart"))),
        },
        **_CALLS_OF_A_MESSAGE,
    ),
    _silent("assistant", tool_calls=list_of(named("ToolCall"))),
    _silent("assistant", function_call={"type": "object"}),
    _silent("assistant", refusal=STRING),
    _silent("assistant", audio={"not": _NULL}),
    _silent("function"),
)
_SPOKEN = any_of(STRING, list_of(named("ResponsePart")))
_RESPONSE_PART = any_of(
    *(tagged(kind, text=STRING) for kind in ("input_text", "output_text", "text")),
    tagged("refusal", refusal=STRING),
    record({"type": {"const": "input_image"}, "image_url": STRING}, detail=_TEXT),
    record(
        {"type": {"const": "input_file"}},
        file_id=_TEXT,
        filename=_TEXT,
        file_data=_TEXT,
        file_url=_TEXT,
    ),
)
_SAID = record(
    {"role": words("user", "assistant", "system", "developer"), "content": _SPOKEN},
    type=words("message", None),
)
_ITEM = any_of(
    _SAID,
    tagged("function_call", name=STRING, arguments=STRING, call_id=STRING),
    tagged("function_call_output", call_id=STRING, output=_SPOKEN),
    tagged("reasoning"),
)
_RESPONSE_TOOL = any_of(tagged("function", name=STRING), _other_than("function"))
_FORMAT = any_of(
    _NULL,
    tagged("json_schema", schema={"type": "object"}),
    record({"type": words("text", "json_object")}),
)
_SOURCE = any_of(
    tagged("url", url=STRING),
    record({"media_type": STRING, "data": STRING}, type=words("base64", None)),
)
_TEXT_SOURCE = tagged("text", data=STRING)
_GIVEN = (  # blocks that say something
    tagged("text", text=STRING),
    tagged("image", source=_SOURCE),
    record(
        {"type": {"const": "document"}, "source": any_of(_TEXT_SOURCE, _SOURCE)},
        title=_TEXT,
    ),
)
_RESULT = record(
    {"type": {"const": "tool_result"}, "tool_use_id": STRING},
    content=any_of(STRING, _or_none(named("GivenBlock"))),
)
_ANY_BLOCK = (
    named("GivenBlock"),
    _RESULT,
    *(tagged(kind) for kind in ("thinking", "redacted_thinking")),
)
_USE = record(
    {"type": {"const": "tool_use"}, "name": STRING, "id": STRING}, input=_OBJECT
)
_BLOCKS_MESSAGE = any_of(
    record(
        {
            "role": words("user", "assistant", "system"),
            "content": any_of(STRING, list_of(any_of(*_ANY_BLOCK))),
        }
    ),
    record(
        {
            "role": {"const": "assistant"},
            "content": list_of(any_of(*_ANY_BLOCK, _USE)),
        }
    ),
)
_OWN_TOOL = record(
    {"name": STRING, "input_schema": {"type": "object"}},
    type=words("custom", None),
    description=_TEXT,
)
_PARALLEL = {"disable_parallel_tool_use": _FLAG}
_OF_A_MESSAGE = {
    **_ALL,
    "system": any_of(STRING, _or_none(record({"text": STRING}))),
    "stop_sequences": _stops(64),
    "tools": _or_none(any_of(_OWN_TOOL, _other_than("custom"))),
    "tool_choice": any_of(
        _NULL,
        record({"type": words("auto", "any", "none")}, **_PARALLEL),
        record({"type": {"const": "tool"}, "name": STRING}, **_PARALLEL),
    ),
}
_BLOCKS_MESSAGES = {"messages": list_of(named("BlocksMessage"), minItems=1)}

REQUESTS: dict[str, Schema] = {
    "ChatCompletionRequest": record(
        {"messages": list_of(named("ChatMessage"), minItems=1)},
        **_CHAT,
        logprobs=_FLAG,
    ),
    "CompletionRequest": record(
        {"prompt": any_of(STRING, list_of(STRING, minItems=1, maxItems=1))},
        **_CHAT,
        suffix=_TEXT,
        echo=_OFF,
        logprobs=_whole(0, 20),
    ),
    "ResponseRequest": record(
        {
            "input": any_of(
                STRING,
                list_of(named("Item")) | {"contains": {"not": tagged("reasoning")}},
            )
        },
        **_ALL,
        instructions=_TEXT,
        max_output_tokens=_whole(1, MOST_TOKENS),
        parallel_tool_calls=_FLAG,
        tools=_or_none(_RESPONSE_TOOL),
        tool_choice=any_of(
            _TEXT, tagged("function", name=STRING), _other_than("function")
        ),
        text=_OBJECT | {"properties": {"format": _FORMAT}},
        reasoning=_OBJECT | {"properties": {"effort": _TEXT}},
        include=_or_none(ANY),
        background=_OFF,
        **dict.fromkeys(("previous_response_id", "conversation", "prompt"), _NULL),
    ),
    "MessageRequest": record(
        {**_BLOCKS_MESSAGES, "max_tokens": _whole(1, MOST_TOKENS) | _IS_WHOLE},
        **_OF_A_MESSAGE,
    ),
    "CountTokensRequest": record(_BLOCKS_MESSAGES, **_OF_A_MESSAGE),
    "EmbeddingRequest": {"type": "object", "properties": {"model": _TEXT}},
    "Options": _OPTIONS,
    "ChatMessage": _CHAT_MESSAGE,
    "ChatPart": _CHAT_PART,
    "ToolCall": _CALL,
    "ResponsePart": _RESPONSE_PART,
    "Item": _ITEM,
    "GivenBlock": any_of(*_GIVEN),
    "BlocksMessage": _BLOCKS_MESSAGE,
}
