"""JSON Schemas of what each API answers, errors too.

An answer that was passed through is the upstream's, so that only what makes it an
answer of its API has to be there.
"""

from __future__ import annotations

from assay.serve.wire.request_schemas import (
    ANY,
    ROUTES,
    STRING,
    Schema,
    any_of,
    list_of,
    named,
    record,
    words,
)

_COUNT: Schema = {"type": "integer", "minimum": 0}
_SECONDS: Schema = {"type": "number", "minimum": 0}
_MAYBE: Schema = {"type": ["string", "null"]}
_FINISHES = words(
    "stop", "length", "tool_calls", "content_filter", "function_call", None
)
_USAGE = record(
    {"prompt_tokens": _COUNT, "total_tokens": _COUNT}, completion_tokens=_COUNT
)
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_OF_A_WAY = record(
    {
        "right": _SHARE,
        "verified": _SHARE,
        "tokens": {"type": "number"},
        "seconds": _SECONDS,
    }
)
_EXPECTED = record(
    {
        "group": STRING,
        "measured_with": STRING,
        "tasks": _COUNT,
        "fast": _OF_A_WAY,
        "search": _OF_A_WAY,
        "gain_per_1000_tokens": {"type": "number"},
        "threshold": _SHARE,
        "tokens_per_s": {"type": "number"},
        "is_pace_measured": {"type": "boolean"},
        "patience_s": {"type": ["number", "null"], "minimum": 0},
        "cost_us": {"type": "number", "minimum": 0},
    }
)
_ACCOUNT = record(
    {"route": words(*ROUTES), "reason": STRING},
    expected=_EXPECTED,
    solve=STRING,
    status=STRING,
    evidence=STRING,
    confidence={"type": ["number", "null"], "minimum": 0, "maximum": 1},
    calibrated={"type": "boolean"},
    stopped=STRING,
    candidates=_COUNT,
    spend=record(
        {
            "prompt_tokens": _COUNT,
            "completion_tokens": _COUNT,
            "calls": _COUNT,
            "seconds": _SECONDS,
            "sandbox_runs": _COUNT,
        }
    ),
)


def _openai(kind: str, choice: Schema) -> Schema:
    return record(
        {
            "id": STRING,
            "object": {"const": kind},
            "created": _COUNT,
            "model": STRING,
            "choices": list_of(choice),
        },
        usage=named("Usage"),
        assay=named("Account"),
    )


def _choice(**said: Schema) -> Schema:
    return record({"index": _COUNT, **said}, finish_reason=_FINISHES)


_MODEL = record(
    {"id": STRING, "object": {"const": "model"}, "created": _COUNT, "owned_by": STRING},
    context_length=_COUNT,
    max_model_len=_COUNT,
)

ANSWERS: dict[str, Schema] = {
    "ChatCompletion": _openai(
        "chat.completion",
        _choice(message=record({"role": STRING}, content=_MAYBE)),
    ),
    "Completion": _openai("text_completion", _choice(text=STRING)),
    "Response": record(
        {
            "id": STRING,
            "object": {"const": "response"},
            "status": words("completed", "incomplete", "failed"),
            "model": STRING,
            "output": list_of(record({"type": STRING})),
        },
        usage=any_of(
            {"type": "null"},
            record({"input_tokens": _COUNT, "output_tokens": _COUNT}),
        ),
        assay=named("Account"),
    ),
    "Message": record(
        {
            "id": STRING,
            "type": {"const": "message"},
            "role": {"const": "assistant"},
            "model": STRING,
            "content": list_of(record({"type": STRING})),
            "stop_reason": _MAYBE,
            "usage": record({"input_tokens": _COUNT, "output_tokens": _COUNT}),
        },
        assay=named("Account"),
    ),
    "TokenCount": record({"input_tokens": _COUNT}),
    "Embeddings": record(
        {
            "object": {"const": "list"},
            "data": list_of(record({"index": _COUNT, "embedding": ANY})),
        },
        usage=named("Usage"),
    ),
    "Model": _MODEL,
    "Models": record({"object": {"const": "list"}, "data": list_of(named("Model"))}),
    "Health": record({"status": {"const": "ok"}}),
    "Ready": record({"status": {"const": "ready"}, "model": STRING}),
    "NotReady": record({"status": {"enum": ["failed", "restarting"]}}),
    "Usage": _USAGE,
    "Account": _ACCOUNT,
    "OpenAIError": record(
        {
            "error": record(
                {"message": STRING, "type": STRING, "param": _MAYBE, "code": _MAYBE}
            )
        }
    ),
    "AnthropicError": record(
        {
            "type": {"const": "error"},
            "error": record({"type": STRING, "message": STRING}),
        }
    ),
}
