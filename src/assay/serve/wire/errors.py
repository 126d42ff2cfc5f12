"""What a client is told when it gets no answer, as OpenAI and Anthropic write it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from assay.errors import ContextLengthExceeded, EnvironmentFault, UsageError

_INVALID = "invalid_request_error"
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
}
# Both SDKs try a fault of the server twice more unless they are told not to, which
# makes three solves of one that cannot succeed.
_NO_RETRY = {"x-should-retry": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no answer. `param` is the path of the wrong field."""

    status: int  # never 409, which SDKs try again
    message: str
    type: str = _INVALID
    param: str | None = None
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def openai(self) -> dict[str, Any]:
        """Return the body as OpenAI's APIs have it."""
        error = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": self.code,
        }
        return {"error": error}

    def anthropic(self) -> dict[str, Any]:
        """Return the body as Anthropic's API has it, which names no field."""
        default = _INVALID if self.status < 500 else "api_error"
        kind = _ANTHROPIC_TYPES.get(self.status, default)
        return {"type": "error", "error": {"type": kind, "message": self.message}}


class Refused(Exception):  # noqa: N818  (it is an answer, not a fault)
    """Carries a refusal to the door."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def invalid(
    message: str, *, param: str | None = None, code: str | None = None
) -> Refusal:
    """400: the request is wrong, and would be wrong again."""
    return Refusal(status=400, message=message, param=param, code=code)


def context_length_exceeded(
    prompt_tokens: int, max_tokens: int, context_length: int
) -> Refusal:
    """400: the prompt and the room for an answer do not fit the model.

    Clients shorten a conversation when they find OpenAI's or Anthropic's wording in
    the message, so both are in it.
    """
    return Refusal(
        status=400,
        message=(
            f"This model's maximum context length is {context_length} tokens, but the "
            f"prompt is too long: {prompt_tokens + max_tokens} tokens > "
            f"{context_length} maximum ({prompt_tokens} in the messages, {max_tokens} "
            f"for the answer); shorten the messages or lower max_tokens"
        ),
        param="messages",
        code="context_length_exceeded",
    )


def unauthorized() -> Refusal:
    """401: no key, or one that is not known here."""
    return Refusal(
        status=401,
        message=(
            "no valid API key was given; send it as 'Authorization: Bearer KEY', "
            "'x-api-key: KEY' or 'api-key: KEY'"
        ),
        code="invalid_api_key",
        headers=MappingProxyType({"www-authenticate": "Bearer"}),
    )


def forbidden(message: str) -> Refusal:
    """403: this host, origin or key may not do this."""
    return Refusal(
        status=403, message=message, type="permission_error", code="forbidden"
    )


def model_not_found(model: str) -> Refusal:
    """404: no such model."""
    return Refusal(
        status=404,
        message=f"there is no model {shown(model)}; GET /v1/models lists all there are",
        param="model",
        code="model_not_found",
    )


def not_found(path: str) -> Refusal:
    """404: nothing is served at this path."""
    return Refusal(
        status=404, message=f"nothing is served at {shown(path)}", code="not_found"
    )


def method_not_allowed(method: str, allowed: tuple[str, ...]) -> Refusal:
    """405: this path takes other methods."""
    return Refusal(
        status=405,
        message=f"{shown(method)} is not allowed here; use {' or '.join(allowed)}",
        code="method_not_allowed",
        headers=MappingProxyType({"allow": ", ".join(allowed)}),
    )


def too_large(most_bytes: int) -> Refusal:
    """413: the body is longer than is read here."""
    return Refusal(
        status=413,
        message=f"the body is larger than {most_bytes:,} bytes; send less",
        code="request_too_large",
    )


def too_many_requests(
    message: str, *, retry_after_s: float, code: str = "rate_limit_exceeded"
) -> Refusal:
    """429: the queue is full, or a key has used up what it had."""
    return Refusal(
        status=429,
        message=message,
        type="rate_limit_error",
        code=code,
        headers=_retry_after(retry_after_s),
    )


def internal_error(request_id: str = "") -> Refusal:
    """500: a fault of ours. What it was stands in the log, and not in the answer."""
    where = f" under {shown(request_id)}" if request_id else ""
    return Refusal(
        status=500,
        message=f"the server failed to answer; its log says why{where}",
        type="server_error",
        code="internal_error",
        headers=MappingProxyType(_NO_RETRY),
    )


def upstream_failed(message: str = "the model's endpoint gave no answer") -> Refusal:
    """502: the endpoint behind us failed. `message` must not tell where it is."""
    return Refusal(
        status=502, message=message, type="server_error", code="upstream_error"
    )


def loading(retry_after_s: float = 5) -> Refusal:
    """503: the model is being loaded; a retry will be answered."""
    return Refusal(
        status=503,
        message="the model is being loaded; try again soon",
        type="server_error",
        code="model_loading",
        headers=_retry_after(retry_after_s),
    )


def unavailable() -> Refusal:
    """503: the model or the sandbox cannot be used. Which, and why, is in the log."""
    return Refusal(
        status=503,
        message="the model or the sandbox is unavailable; the server's log says why",
        type="server_error",
        code="unavailable",
    )


def refusal_of(error: Exception) -> Refusal:
    """Return what a client is told of an error that was raised while it waited.

    A `UsageError` speaks of what the client sent, and is told in full. The others may
    tell of files and addresses of this computer, and are not.
    """
    if isinstance(error, Refused):
        return error.refusal
    if isinstance(error, ContextLengthExceeded):
        return invalid(str(error), param="messages", code="context_length_exceeded")
    if isinstance(error, UsageError):
        return invalid(str(error))
    return unavailable() if isinstance(error, EnvironmentFault) else internal_error()


def shown(value: object) -> str:
    """Return a value of a request for a message: short, on one line, in ASCII.

    >>> shown("a" * 99)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'"
    """
    if isinstance(value, str):
        short = value if len(value) <= 40 else value[:37] + "..."
        return ascii(short)
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of more than 38 digits"
    return ascii(value)


def _retry_after(seconds: float) -> Mapping[str, str]:
    """Whole seconds, at least 1: the SDKs take a 0 for no header at all."""
    return MappingProxyType({"retry-after": str(max(1, math.ceil(seconds)))})
