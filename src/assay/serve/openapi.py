"""What the server takes and answers, as OpenAPI 3.1 has it. The pages are left out."""

from __future__ import annotations

from typing import Any

from assay import __version__
from assay.serve.metrics import CONTENT_TYPE
from assay.serve.wire.answer_schemas import ANSWERS
from assay.serve.wire.request_schemas import (
    BUDGET,
    REQUESTS,
    ROUTES,
    STRING,
    Schema,
    any_of,
    named,
    words,
)

Json = dict[str, Any]

JSON, EVENTS = "application/json", "text/event-stream"
_REFUSALS = {
    "400": "The request is wrong, and would be wrong again.",
    "401": "No key was given, or none that is in use.",
    "403": "That host, or pages of that origin, may not ask.",
    "404": "There is no such model.",
    "405": "The path takes other methods.",
    "408": "The body did not come in time.",
    "413": "The body is too large.",
    "429": "Too many ask, or the key has used up its tokens of today.",
    "500": "A fault of the server, which stands in its log.",
    "502": "The model's endpoint gave no answer.",
    "503": "The model is being loaded or cannot be used, or the server is ending.",
}
_OF_ANY = ("400", "403", "405", "408", "413", "500")
_OF_THE_SERVICE = ("401", "503")
_OF_POSTS = ("404", "429", "502")
_HEADERS = {"401": "www-authenticate", "405": "allow", "429": "retry-after"}
_KEYS: Json = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "x-api-key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "api-key": {"type": "apiKey", "in": "header", "name": "api-key"},
}
_YES_OR_NO = (
    "^([Tt][Rr][Uu][Ee]|[Yy][Ee][Ss]|[Oo][Nn]|1"
    "|[Ff][Aa][Ll][Ss][Ee]|[Nn][Oo]|[Oo][Ff][Ff]|0)$"
)
_OPTIONS: dict[str, Schema] = {
    "x-assay-budget": {"type": "string", "pattern": BUDGET},
    "x-assay-route": words(*ROUTES),
    "x-assay-evidence": {"type": "string", "pattern": _YES_OR_NO},
    "x-stainless-read-timeout": STRING,
}


def description(*, has_keys: bool) -> Json:
    """The whole description.

    Args:
        has_keys: Keys are set, so that one has to be given where it is not open.
    """
    found: Json = {
        "openapi": "3.1.0",
        "info": {"title": "assay serve", "version": __version__},
        "paths": _paths(),
        "components": {"schemas": {**REQUESTS, **ANSWERS}},
    }
    if has_keys:
        found["components"]["securitySchemes"] = _KEYS
        found["security"] = [{name: []} for name in _KEYS]
    return found


def _paths() -> Json:
    unready = any_of(named("NotReady"), named("OpenAIError"))
    return {
        "/v1/chat/completions": _asked("ChatCompletionRequest", "ChatCompletion"),
        "/v1/completions": _asked("CompletionRequest", "Completion"),
        "/v1/responses": _asked("ResponseRequest", "Response"),
        "/v1/messages": _asked("MessageRequest", "Message", "AnthropicError"),
        "/v1/messages/count_tokens": _posted(
            "CountTokensRequest", {JSON: named("TokenCount")}, "AnthropicError"
        ),
        "/v1/embeddings": _posted("EmbeddingRequest", {JSON: named("Embeddings")}),
        "/v1/models": _got({JSON: named("Models")}),
        "/v1/models/{name}": _one_model(),
        "/health": _open({JSON: named("Health")}),
        "/ready": _got({JSON: named("Ready")}, unready=unready),
        "/metrics": _got({CONTENT_TYPE: STRING}),
        "/openapi.json": _open({JSON: {"type": "object"}}),
    }


def _asked(request: str, answer: str, error: str = "OpenAIError") -> Json:
    """What is searched or passed through, and answered whole or in events."""
    path = _posted(request, {JSON: named(answer), EVENTS: None}, error)
    path["post"]["parameters"] = [
        {"name": name, "in": "header", "schema": schema}
        for name, schema in _OPTIONS.items()
    ]
    return path


def _posted(
    request: str, answer: dict[str, Schema | None], error: str = "OpenAIError"
) -> Json:
    body = {"required": True, "content": _content({JSON: named(request)})}
    statuses = (*_OF_ANY, *_OF_THE_SERVICE, *_OF_POSTS)
    answers = _answers(answer, statuses, named(error))
    return {"post": {"requestBody": body, "responses": answers}}


def _got(answer: dict[str, Schema | None], *, unready: Schema | None = None) -> Json:
    error = named("OpenAIError")
    answers = _answers(answer, (*_OF_ANY, *_OF_THE_SERVICE), error)
    if unready is not None:
        answers["503"]["content"] = _content({JSON: unready})
    return {"get": {"responses": answers}}


def _one_model() -> Json:
    path = _got({JSON: named("Model")})
    name = {"name": "name", "in": "path", "required": True, "schema": STRING}
    path["get"]["parameters"] = [name]
    path["get"]["responses"]["404"] = _refusal("404", named("OpenAIError"))
    return path


def _open(answer: dict[str, Schema | None]) -> Json:
    """What is there before the model is, and asks for no key."""
    answers = _answers(answer, _OF_ANY, named("OpenAIError"))
    return {"get": {"responses": answers, "security": []}}


def _answers(
    answer: dict[str, Schema | None], statuses: tuple[str, ...], error: Schema
) -> Json:
    found = {"200": {"description": "The answer.", "content": _content(answer)}}
    return found | {each: _refusal(each, error) for each in sorted(statuses)}


def _refusal(status: str, error: Schema) -> Json:
    found: Json = {"description": _REFUSALS[status], "content": _content({JSON: error})}
    if status in _HEADERS:
        found["headers"] = {_HEADERS[status]: {"required": True, "schema": STRING}}
    return found


def _content(schemas: dict[str, Schema | None]) -> Json:
    """What may come; of events only that they do is told."""
    return {
        kind: {} if schema is None else {"schema": schema}
        for kind, schema in schemas.items()
    }
