"""Answers -> Anthropic's `/v1/messages`: one object, or events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.serve.requests import ChatRequest
from assay.serve.wire.errors import Refusal
from assay.serve.wire.events import STOP, Choice, Head, extra, typed_event
from assay.types import FinishReason, Usage

_EMPTY = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}


def message_answer(
    head: Head,
    request: ChatRequest,
    choices: Sequence[Choice],
    *,
    usage: Usage,
    assay: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a `message` of the first choice; this API has no others."""
    choice = choices[0]
    return {
        **_message(head, usage),
        "content": _blocks(choice),
        "stop_reason": _stop_reason(choice.finish, choice.stop_sequence),
        "stop_sequence": choice.stop_sequence,
        **extra(assay),
    }


def count_answer(prompt_tokens: int) -> dict[str, int]:
    """Return the answer of `/v1/messages/count_tokens`."""
    return {"input_tokens": prompt_tokens}


class MessageStream:
    """Writes the events of a message: an `AnswerStream`.

    Blocks stand one after the other: first what is thought, which is where progress
    goes, then the text. A progress after the text began is a ping.
    """

    def __init__(self, head: Head, request: ChatRequest) -> None:
        self._head = head
        self._index = -1
        self._open = ""  # the kind of the block that is open

    def start(self) -> bytes:
        """Open the message. What the prompt cost is told at its end."""
        opened = {"type": "message_start", "message": _message(self._head, Usage())}
        return typed_event(opened) + self.heartbeat()

    def progress(self, text: str) -> bytes:
        """Think aloud, as long as there is no text."""
        if self._open == "text":
            return self.heartbeat()
        delta = {"type": "thinking_delta", "thinking": text}
        return self._into("thinking") + self._delta(delta)

    def text(self, text: str, choice: int = 0) -> bytes:
        """Add to the text."""
        return self._into("text") + self._delta({"type": "text_delta", "text": text})

    def heartbeat(self) -> bytes:
        """Send the API's own ping."""
        return typed_event({"type": "ping"})

    def end(
        self,
        *,
        finish: Sequence[FinishReason] = STOP,
        usage: Usage | None = None,
        assay: Mapping[str, Any] | None = None,
        stop_sequence: str | None = None,
    ) -> bytes:
        """Close the text, which may be empty, then the message."""
        delta = {
            "stop_reason": _stop_reason(finish[0], stop_sequence),
            "stop_sequence": stop_sequence,
        }
        last = {
            "type": "message_delta",
            "delta": delta,
            "usage": _usage(usage or Usage()),
        }
        return (
            self._into("text")
            + self._close()
            + typed_event(last | extra(assay))
            + typed_event({"type": "message_stop"})
        )

    def fault(self, refusal: Refusal) -> bytes:
        """Send the API's error event."""
        return typed_event(refusal.anthropic())

    def _into(self, kind: str) -> bytes:
        """Open a block, and close the one before it, unless it is open already."""
        if self._open == kind:
            return b""
        closed = self._close()
        self._open = kind
        self._index += 1
        opened = {
            "type": "content_block_start",
            "index": self._index,
            "content_block": _EMPTY[kind],
        }
        return closed + typed_event(opened)

    def _close(self) -> bytes:
        if not self._open:
            return b""
        stop = typed_event({"type": "content_block_stop", "index": self._index})
        if self._open == "thinking":  # clients wait for it, and send it back
            return self._delta({"type": "signature_delta", "signature": ""}) + stop
        return stop

    def _delta(self, delta: dict[str, str]) -> bytes:
        return typed_event(
            {"type": "content_block_delta", "index": self._index, "delta": delta}
        )


def _message(head: Head, usage: Usage) -> dict[str, Any]:
    return {
        "id": f"msg_{head.id}",
        "type": "message",
        "role": "assistant",
        "model": head.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(usage),
    }


def _blocks(choice: Choice) -> list[dict[str, str]]:
    text = _EMPTY["text"] | {"text": choice.text}
    if not choice.thought:
        return [text]
    return [_EMPTY["thinking"] | {"thinking": choice.thought}, text]


def _usage(usage: Usage) -> dict[str, int]:
    """Count as Anthropic does: what was cached is no part of `input_tokens`."""
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_prompt_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_prompt_tokens,
        "output_tokens": usage.completion_tokens,
    }


def _stop_reason(finish: FinishReason, stop_sequence: str | None) -> str:
    if finish is FinishReason.LENGTH:
        return "max_tokens"
    return "end_turn" if stop_sequence is None else "stop_sequence"
