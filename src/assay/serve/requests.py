"""A client's request, read: what an answer depends on, and what is passed through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Route(StrEnum):
    """Which way a request takes."""

    SEARCH = "search"  # the whole ladder
    FAST = "fast"  # one sample, its program checked against what was given
    PASS = "pass-through"  # the model's own answer, unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message: its words, and what else it carries."""

    role: str  # "system", "developer", "user", "assistant", "tool"
    text: str
    has_images: bool = False  # or audio, or files: anything that is not words
    has_tool_calls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may ask of one solve, by `extra_body.assay` or by header."""

    budget: str | None = None  # as `--budget`
    route: Route | None = None  # None: decided here
    evidence: bool = True  # the closing line
    deadline_s: float | None = None  # from `x-stainless-read-timeout` or `timeout_s`


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A chat completion as it was asked for, whichever API it came by.

    `body` is the request as OpenAI's chat API has it, without what is ours: requests
    are told apart by it. What is passed through is what came.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    body: Mapping[str, Any]
    stream: bool = False
    include_usage: bool = False
    n: int = 1
    max_tokens: int | None = None  # also from `max_completion_tokens`
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    has_tools: bool = False
    is_infill: bool = False  # text is to be written between two others
    response_format: str = "text"  # "text", "json_object", "json_schema"
    wants_logprobs: bool = False
    ignored: tuple[str, ...] = ()  # fields of the body that nothing here reads
    options: Options = field(default_factory=Options)
