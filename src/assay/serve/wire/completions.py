"""`/v1/completions`, the API before chat: one prompt, read as a user's message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assay.serve.requests import ChatRequest
from assay.serve.wire.chat import chat_request
from assay.serve.wire.errors import Refusal
from assay.serve.wire.events import (
    DONE,
    PING,
    STOP,
    Choice,
    Head,
    event,
    extra,
    openai_finish,
    openai_usage,
)
from assay.serve.wire.fields import Fields
from assay.serve.wire.parsing import parse_object
from assay.types import FinishReason, Usage

_ONLY_HERE = ("prompt", "suffix", "echo", "best_of", "logprobs")


def read_completion(body: bytes, headers: Mapping[str, str]) -> ChatRequest:
    """Read a completion.

    Returns:
        The request, with the body of a chat of one message.

    Raises:
        Refused: 400; what the chat refuses, several prompts, tokens in place of text,
            and the prompt repeated, which a chat cannot do.
    """
    values = parse_object(body)
    fields = Fields(values)
    prompt = _prompt(fields)
    if fields.flag("echo"):
        raise fields.refused("echo", "is not supported; put the prompt before the text")
    is_infill = bool(fields.text("suffix"))
    wants_logprobs = fields.whole("logprobs", 0, 20) is not None
    chat = {name: each for name, each in values.items() if name not in _ONLY_HERE}
    chat["messages"] = [{"role": "user", "content": prompt}]
    if wants_logprobs:
        chat["logprobs"] = True
    request = chat_request(chat, headers)
    ignored = ("best_of",) if values.get("best_of") is not None else ()
    return replace(request, is_infill=is_infill, ignored=ignored + request.ignored)


def completion_answer(
    head: Head,
    request: ChatRequest,
    choices: Sequence[Choice],
    *,
    usage: Usage,
    assay: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a `text_completion`. It has no place for thoughts."""
    return {
        **_object(head),
        "choices": [
            _choice(index, each.text, openai_finish(each.finish))
            for index, each in enumerate(choices)
        ],
        "usage": openai_usage(usage),
        **extra(assay),
    }


class CompletionStream:
    """Writes `text_completion`s in pieces: an `AnswerStream`. Progress is a ping."""

    def __init__(self, head: Head, request: ChatRequest) -> None:
        self._head = head
        self._include_usage = request.include_usage

    def start(self) -> bytes:
        """Send a comment: there is no event that opens an answer."""
        return PING

    def progress(self, text: str) -> bytes:
        """Send a comment: there is no place for anything but text."""
        return PING

    def text(self, text: str, choice: int = 0) -> bytes:
        """Add to the text of a choice."""
        return event(self._piece([_choice(choice, text, None)]))

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
        """End each choice, count, and say that it is done."""
        pieces = [
            self._piece([_choice(index, "", openai_finish(each))])
            for index, each in enumerate(finish)
        ]
        if self._include_usage:
            counted = openai_usage(usage or Usage())
            pieces.append(self._piece([]) | {"usage": counted})
        pieces[-1] |= extra(assay)
        return b"".join(event(piece) for piece in pieces) + DONE

    def fault(self, refusal: Refusal) -> bytes:
        """Send the error's object."""
        return event(refusal.openai())

    def _piece(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**_object(self._head), "choices": choices}


def _prompt(fields: Fields) -> str:
    prompt = fields.raw("prompt")
    if prompt is None:
        raise fields.missing("prompt")
    if isinstance(prompt, str):
        return prompt
    if not isinstance(prompt, list):
        raise fields.wrong("prompt", "a string or a list of one string")
    if len(prompt) != 1:
        raise fields.refused("prompt", f"must be one prompt, but has {len(prompt)}")
    if not isinstance(prompt[0], str):
        raise fields.wrong("prompt.0", "a string", prompt[0])
    return prompt[0]


def _object(head: Head) -> dict[str, Any]:
    return {
        "id": f"cmpl-{head.id}",
        "object": "text_completion",
        "created": head.created,
        "model": head.model,
        "system_fingerprint": head.fingerprint,
    }


def _choice(index: int, text: str, finish: str | None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}
