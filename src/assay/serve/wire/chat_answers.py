"""Answers -> `/v1/chat/completions`: one object, or chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.serve.requests import ChatRequest
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
from assay.types import FinishReason, Usage


def chat_answer(
    head: Head,
    request: ChatRequest,
    choices: Sequence[Choice],
    *,
    usage: Usage,
    assay: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a `chat.completion`, with one choice for each of those given."""
    return {
        "id": f"chatcmpl-{head.id}",
        "object": "chat.completion",
        "created": head.created,
        "model": head.model,
        "system_fingerprint": head.fingerprint,
        "choices": [_choice(index, each) for index, each in enumerate(choices)],
        "usage": openai_usage(usage),
        **extra(assay),
    }


class ChatStream:
    """Writes `chat.completion.chunk`s: an `AnswerStream`.

    Progress is `reasoning_content`, which clients show apart and do not keep. The last
    chunk, which is the usage where that was asked for, has `assay`.
    """

    def __init__(self, head: Head, request: ChatRequest) -> None:
        self._head = head
        self._n = request.n
        self._include_usage = request.include_usage

    def start(self) -> bytes:
        """Say whose words follow, in each choice."""
        delta = {"role": "assistant", "content": ""}
        return b"".join(self._delta(index, delta) for index in range(self._n))

    def progress(self, text: str) -> bytes:
        """Think aloud in the first choice."""
        return self._delta(0, {"reasoning_content": text})

    def text(self, text: str, choice: int = 0) -> bytes:
        """Add to the content of a choice."""
        return self._delta(choice, {"content": text})

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
        ends = [
            self._choices(index, {}, openai_finish(each))
            for index, each in enumerate(finish)
        ]
        chunks = [self._chunk(each) for each in ends]
        if self._include_usage:
            counted = openai_usage(usage or Usage())
            chunks.append(self._chunk([]) | {"usage": counted})
        chunks[-1] |= extra(assay)
        return b"".join(event(chunk) for chunk in chunks) + DONE

    def fault(self, refusal: Refusal) -> bytes:
        """Send the error's object. It is not done, so nothing says that it is."""
        return event(refusal.openai())

    def _delta(self, index: int, delta: dict[str, str]) -> bytes:
        return event(self._chunk(self._choices(index, delta, None)))

    def _choices(
        self, index: int, delta: dict[str, str], finish: str | None
    ) -> list[dict[str, Any]]:
        return [
            {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        ]

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        chunk = {
            "id": f"chatcmpl-{self._head.id}",
            "object": "chat.completion.chunk",
            "created": self._head.created,
            "model": self._head.model,
            "system_fingerprint": self._head.fingerprint,
            "choices": choices,
        }
        return chunk | {"usage": None} if self._include_usage else chunk


def _choice(index: int, choice: Choice) -> dict[str, Any]:
    message = {"role": "assistant", "content": choice.text, "refusal": None}
    if choice.thought:
        message["reasoning_content"] = choice.thought
    return {
        "index": index,
        "message": message,
        "logprobs": None,
        "finish_reason": openai_finish(choice.finish),
    }
