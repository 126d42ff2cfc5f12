"""What an endpoint's answers mean when they are no completion. Nothing waits here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.errors import AssayError, ModelUnavailable
from assay.models.context import refused_for_context
from assay.models.retries import (
    TRANSIENT_STATUSES,
    TransientFault,
    parse_retry_after,
)

_MOST_QUOTED = 200  # characters of a server's own words in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The start of an answer that was not what had been asked for."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in small letters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether a web page came back: most often from a wrong address or a proxy."""
        start = self.text.lstrip().lower()
        return "html" in self.media_type or start.startswith(("<!doctype", "<html"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Turns the answers of the endpoint at `base` into errors that say what to do."""

    base: str
    has_key: bool

    def of_status(self, answer: Answer, max_tokens: int) -> Exception:
        """Return what a status other than 200 means."""
        if answer.status in TRANSIENT_STATUSES:
            asked = parse_retry_after(answer.headers.get("retry-after"))
            return busy(answer.status, answer.text, asked)
        if answer.status in (401, 403):
            verb = "refused the key" if self.has_key else "asks for a key"
            return ModelUnavailable(
                f"{self.base} {verb} ({answer.status}); set ASSAY_API_KEY"
            )
        if 300 <= answer.status < 400:
            to = answer.headers.get("location", "nowhere")
            return ModelUnavailable(
                f"{self.base} redirects to {to!r}, and redirects are not followed; "
                f"give that address if you trust it"
            )
        if answer.is_html:
            return self.html()
        return self._refused(answer, max_tokens)

    def _refused(self, answer: Answer, max_tokens: int) -> AssayError:
        error = error_object(answer.text)
        exceeded = refused_for_context(error, max_tokens)
        if exceeded and answer.status in (400, 413, 422):
            return exceeded
        said = _quote(error, answer.text)
        advice = (
            "is the model's name right"
            if answer.status == 404
            else "is it an OpenAI-compatible endpoint"
        )
        return ModelUnavailable(
            f"{self.base} refused the request ({answer.status}{said}); {advice}?"
        )

    def of_content(self, answer: Answer, max_tokens: int) -> Exception:
        """Return what an answer with status 200 means that is no event stream."""
        if answer.is_html:
            return self.html()
        if '"error"' in answer.text:
            return self.error_object(answer.text, max_tokens)
        kind = answer.media_type or "no content type"
        return self.wrong(f"{kind!r}, not an event stream")

    def error_object(self, text: str, max_tokens: int) -> Exception:
        """Return what an error means that came after the status 200."""
        error = error_object(text)
        exceeded = refused_for_context(error, max_tokens)
        if exceeded:
            return exceeded
        code = error.get("code")
        if isinstance(code, int) and code in TRANSIENT_STATUSES:
            return busy(code, text, None)
        said = _quote(error, text).removeprefix(": ")
        return ModelUnavailable(
            f"{self.base} broke off with an error ({said}); see the server's log"
        )

    def parse_json(self, text: str) -> Any:
        """Return the JSON of a text.

        Raises:
            ModelUnavailable: it is none.
        """
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            if text.lstrip().startswith("<"):
                raise self.html() from error
            raise self.wrong(f"what is not JSON: {text[:80]!r}") from error

    def html(self) -> ModelUnavailable:
        """Return the error for a web page."""
        return self.wrong("HTML, not JSON")

    def wrong(self, what: str) -> ModelUnavailable:
        """Return the error for an answer that no endpoint of this API gives."""
        return ModelUnavailable(
            f"{self.base} answered with {what}; is {self.base} the right address?"
        )


def busy(status: int, text: str, retry_after_s: float | None) -> TransientFault:
    """Return the fault of a server that may answer later."""
    asked = "" if retry_after_s is None else f", retry after {retry_after_s:g} s"
    reason = f"status {status}{asked}{_quote(error_object(text), '')}"
    return TransientFault(reason, retry_after_s=retry_after_s)


def error_object(text: str) -> dict[str, Any]:
    """Find the error in a body: OpenAI's shape, vLLM's, Ollama's or FastAPI's.

    >>> error_object('{"error": {"message": "a", "code": 400}}')
    {'message': 'a', 'code': 400}
    >>> error_object('{"object": "error", "message": "b"}')["message"]
    'b'
    >>> error_object('{"error": "c"}'), error_object('{"detail": "d"}')
    ({'message': 'c'}, {'message': 'd'})
    >>> error_object("Bad Gateway")
    {}
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    error = body.get("error", body.get("detail", body))
    return error if isinstance(error, dict) else {"message": error}


def _quote(error: dict[str, Any], text: str) -> str:
    said = " ".join(str(error.get("message") or text).split())
    return f": {said[:_MOST_QUOTED]}" if said else ""
