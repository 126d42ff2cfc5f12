"""What the answers of every API are made of, and the bytes of JSON and of events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assay.serve.wire.errors import Refusal
from assay.types import FinishReason, Usage

PING = b": ping\n\n"  # a comment: every reader of events skips it
DONE = b"data: [DONE]\n\n"
STOP = (FinishReason.STOP,)

# What some readers take for the end of a line and JSON does not escape.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every event of one answer repeats."""

    id: str  # without the prefix that each API gives it
    model: str  # as it was asked for
    created: int  # seconds since 1970
    fingerprint: str | None = None  # of the engine, the model and the settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of those that were asked for."""

    text: str
    finish: FinishReason = FinishReason.STOP
    thought: str = ""  # shown apart from the text, where the API can
    stop_sequence: str | None = None  # which of `stop` ended it


class AnswerStream(Protocol):
    """Writes one answer as events, in one API's form. Each method returns bytes.

    `start` comes first, then anything, then either `end` or `fault`, once. An API that
    has no room for progress, or none after the text began, sends a ping in its place.
    """

    def start(self) -> bytes:
        """Open the answer. It can be sent before anything is known of it."""
        ...

    def progress(self, text: str) -> bytes:
        """Tell what is being done, apart from the answer's text."""
        ...

    def text(self, text: str, choice: int = 0) -> bytes:
        """Add to the text of a choice. APIs with one choice know only the first."""
        ...

    def heartbeat(self) -> bytes:
        """Show that the connection lives, and nothing else."""
        ...

    def end(
        self,
        *,
        finish: Sequence[FinishReason] = STOP,
        usage: Usage | None = None,
        assay: Mapping[str, Any] | None = None,
        stop_sequence: str | None = None,
    ) -> bytes:
        """Close the answer.

        Args:
            finish: Why each choice ended.
            usage: Of the visible exchange.
            assay: What the last event has under that name.
            stop_sequence: Which of `stop` ended the text, where the API tells.
        """
        ...

    def fault(self, refusal: Refusal) -> bytes:
        """Close the answer with an error. Nothing may follow."""
        ...


def json_bytes(value: object) -> bytes:
    r"""Write JSON on one line, whatever a reader takes for a line.

    >>> json_bytes({"text": "a\nb\u2028"})
    b'{"text":"a\\nb\\u2028"}'

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for end in _LINE_ENDS:  # outside of strings JSON has none of them
        text = text.replace(end, f"\\u{ord(end):04x}")
    return text.encode("utf-8", "replace")


def event(data: Mapping[str, Any], name: str = "") -> bytes:
    r"""Write one event. `name` is a constant of ours, never a part of a request.

    >>> event({"text": "a"}, "delta")
    b'event: delta\ndata: {"text":"a"}\n\n'
    """
    first = f"event: {name}\n".encode() if name else b""
    return first + b"data: " + json_bytes(data) + b"\n\n"


def typed_event(data: Mapping[str, Any]) -> bytes:
    """Write one event that is named by its `type`, as two of the APIs want it."""
    return event(data, data["type"])


def openai_usage(usage: Usage) -> dict[str, Any]:
    """Return a usage as OpenAI's chat and completions have it."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_prompt_tokens},
    }


def openai_finish(finish: FinishReason) -> str:
    """Return why an answer ended as OpenAI's chat and completions have it."""
    return "length" if finish is FinishReason.LENGTH else "stop"


def extra(assay: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the field that clients of OpenAI and Anthropic do not know and skip."""
    return {} if assay is None else {"assay": dict(assay)}
