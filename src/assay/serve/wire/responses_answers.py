"""Answers -> `/v1/responses`: one object, or numbered events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.serve.requests import ChatRequest
from assay.serve.wire.errors import Refusal
from assay.serve.wire.events import PING, STOP, Choice, Head, extra, typed_event
from assay.types import FinishReason, Usage

Json = dict[str, Any]


def response_answer(
    head: Head,
    request: ChatRequest,
    choices: Sequence[Choice],
    *,
    usage: Usage,
    assay: Mapping[str, Any] | None = None,
) -> Json:
    """Return a `response` of the first choice; this API has no others."""
    choice = choices[0]
    output = [_reasoning(head, choice.thought)] if choice.thought else []
    output.append(_message(head, choice.text, _status(choice.finish)))
    return {**_closed(head, request, choice.finish, usage, output), **extra(assay)}


class ResponseStream:
    """Writes the events of a response: an `AnswerStream`.

    Items stand one after the other: first a summary of the reasoning, which is where
    progress goes, then the message. A progress after the message began is a ping.
    """

    def __init__(self, head: Head, request: ChatRequest) -> None:
        self._head = head
        self._request = request
        self._n_events = 0
        self._thoughts: list[str] = []
        self._texts: list[str] = []
        self._output: list[Json] = []  # the items that are done
        self._open = ""  # the item that is open

    def start(self) -> bytes:
        """Open the response."""
        opened = _response(self._head, self._request)
        return self._event("response.created", response=opened) + self._event(
            "response.in_progress", response=opened
        )

    def progress(self, text: str) -> bytes:
        """Add to the summary, as long as there is no text."""
        if self._open == "message":
            return PING
        opened = b"" if self._open else self._open_reasoning()
        self._thoughts.append(text)
        return opened + self._summary("text.delta", delta=text)

    def text(self, text: str, choice: int = 0) -> bytes:
        """Add to the message's text."""
        opened = self._open_message()
        self._texts.append(text)
        return opened + self._content("output_text.delta", delta=text, logprobs=[])

    def heartbeat(self) -> bytes:
        """Send a comment."""
        return PING

    def end(
        self,
        *,
        finish: Sequence[FinishReason] = STOP,
        usage: Usage | None = None,
        assay: Mapping[str, Any] | None = None,
        stop_sequence: str | None = None,
    ) -> bytes:
        """Close the message, whose text may be empty, then the response."""
        item = self._open_message() + self._close_message(_status(finish[0]))
        closed = _closed(
            self._head, self._request, finish[0], usage or Usage(), self._output
        )
        kind = f"response.{closed['status']}"
        return item + self._event(kind, response=closed | extra(assay))

    def fault(self, refusal: Refusal) -> bytes:
        """Send the error, then the response that failed of it.

        Some clients wait for the one, some for the other.
        """
        code = refusal.code or refusal.type
        error = self._event(
            "error", code=code, message=refusal.message, param=refusal.param
        )
        failed = _response(self._head, self._request) | {
            "status": "failed",
            "error": {"code": _failure(refusal), "message": refusal.message},
            "output": self._output,
        }
        return error + self._event("response.failed", response=failed)

    def _open_reasoning(self) -> bytes:
        self._open = "reasoning"
        item = _reasoning(self._head, "") | {"summary": [], "status": "in_progress"}
        added = self._item("added", item)
        return added + self._summary("part.added", part=_summary_text(""))

    def _close_reasoning(self) -> bytes:
        text = "".join(self._thoughts)
        item = _reasoning(self._head, text)
        closed = (
            self._summary("text.done", text=text)
            + self._summary("part.done", part=_summary_text(text))
            + self._item("done", item)
        )
        self._output.append(item)
        return closed

    def _open_message(self) -> bytes:
        """Open the message, and close what comes before it, unless it is open."""
        if self._open == "message":
            return b""
        closed = self._close_reasoning() if self._open else b""
        self._open = "message"
        item = _message(self._head, "", "in_progress") | {"content": []}
        added = self._item("added", item)
        return closed + added + self._content("content_part.added", part=_text(""))

    def _close_message(self, status: str) -> bytes:
        text = "".join(self._texts)
        item = _message(self._head, text, status)
        closed = (
            self._content("output_text.done", text=text, logprobs=[])
            + self._content("content_part.done", part=_text(text))
            + self._item("done", item)
        )
        self._output.append(item)
        return closed

    def _item(self, what: str, item: Json) -> bytes:
        kind = f"response.output_item.{what}"
        return self._event(kind, output_index=len(self._output), item=item)

    def _summary(self, what: str, **fields: object) -> bytes:
        return self._event(
            f"response.reasoning_summary_{what}",
            item_id=f"rs_{self._head.id}",
            output_index=len(self._output),
            summary_index=0,
            **fields,
        )

    def _content(self, what: str, **fields: object) -> bytes:
        return self._event(
            f"response.{what}",
            item_id=f"msg_{self._head.id}",
            output_index=len(self._output),
            content_index=0,
            **fields,
        )

    def _event(self, kind: str, **fields: object) -> bytes:
        number = self._n_events
        self._n_events += 1
        return typed_event({"type": kind, "sequence_number": number, **fields})


def _response(head: Head, request: ChatRequest) -> Json:
    """Return a response that has just begun, with what was asked for."""
    return {
        "id": f"resp_{head.id}",
        "object": "response",
        "created_at": head.created,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": request.max_tokens,
        "metadata": {},
        "model": head.model,
        "output": [],
        "parallel_tool_calls": request.body.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "store": False,
        "temperature": request.temperature,
        "tool_choice": "auto",
        "tools": [],
        "top_p": request.top_p,
        "truncation": "disabled",
        "usage": None,
    }


def _closed(
    head: Head,
    request: ChatRequest,
    finish: FinishReason,
    usage: Usage,
    output: list[Json],
) -> Json:
    status = _status(finish)
    why = {"reason": "max_output_tokens"} if status == "incomplete" else None
    return _response(head, request) | {
        "status": status,
        "incomplete_details": why,
        "output": output,
        "usage": _usage(usage),
    }


def _message(head: Head, text: str, status: str) -> Json:
    return {
        "id": f"msg_{head.id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [_text(text)],
    }


def _reasoning(head: Head, text: str) -> Json:
    return {
        "id": f"rs_{head.id}",
        "type": "reasoning",
        "summary": [_summary_text(text)],
        "status": "completed",
    }


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _summary_text(text: str) -> Json:
    return {"type": "summary_text", "text": text}


def _status(finish: FinishReason) -> str:
    return "incomplete" if finish is FinishReason.LENGTH else "completed"


def _failure(refusal: Refusal) -> str:
    """One of the codes that this API's type allows."""
    if refusal.status == 429:
        return "rate_limit_exceeded"
    return "invalid_prompt" if refusal.status < 500 else "server_error"


def _usage(usage: Usage) -> Json:
    cached = {"cached_tokens": usage.cached_prompt_tokens, "cache_write_tokens": 0}
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": cached,
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.tokens,
    }
