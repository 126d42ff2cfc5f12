"""Requests of an API that the endpoint does not know: asked and answered as a chat.

What comes back is an answer of the request's own API, as if the endpoint had given it,
so that it is passed through, and paid for, like any other.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from assay.models.chunks import Piece, Tally
from assay.models.connection import Forwarded
from assay.models.refusals import error_object
from assay.serve.allowance import counted_prompt
from assay.serve.forwarding import (
    JSON,
    is_stream,
    late_refusal,
    read_whole,
    refusal_of_answer,
)
from assay.serve.keys import Key
from assay.serve.requests import ChatMessage, ChatRequest
from assay.serve.service import Service, guessed
from assay.serve.sse import WholeEvents, data_in
from assay.serve.wire.apis import CHAT, MESSAGES, RESPONSES, Api
from assay.serve.wire.errors import Refusal, Refused, upstream_failed
from assay.serve.wire.events import Choice, json_bytes
from assay.types import FinishReason, Usage

_UNKNOWN = (404, 405, 501)  # what an endpoint answers where it serves nothing
_DONE = b"[DONE]"
_SENT = (
    "model",
    "temperature",
    "top_p",
    "stop",
    "response_format",
    "reasoning_effort",
    "stream",
    "stream_options",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The way of one request to the endpoint: in its own API, else as a chat."""

    service: Service
    api: Api
    request: ChatRequest
    key: Key | None

    @asynccontextmanager
    async def post(
        self, body: Mapping[str, Any], raw: bytes
    ) -> AsyncIterator[Forwarded]:
        """Post the request and give an answer of its API as it comes.

        Where the endpoint does not know the API and the request is plain text, it is
        posted as a chat. That the API is not known is remembered once the chat was
        answered: a 404 may be of the model alone.

        Raises:
            Refused: 502; a chat was answered with something else.
            TransientFault, ModelUnavailable: nothing was answered.
        """
        upstream, path = self.service.upstream, _below(self.api)
        if not upstream.lacks(path):
            async with upstream.post(path, body, raw) as answer:
                is_known = answer.status not in _UNKNOWN
                if is_known or self.api not in (MESSAGES, RESPONSES):
                    yield answer
                    return
        if not is_plain(self.request):
            refused = json_bytes(self.api.error(_untranslatable(self.api)))
            yield Forwarded(
                status=404, content_type=JSON, retry_after="", pieces=_once(refused)
            )
            return
        chat = self._chat(body)
        async with upstream.post(_below(CHAT), chat, json_bytes(chat)) as answer:
            if answer.status == 200:
                upstream.note_lack(path)
            yield await self._translated(answer)

    def _chat(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The chat, with the bound of the body, which may have been lowered."""
        said = self.request.body
        chat = {name: said[name] for name in _SENT if name in said}
        most = body.get(self.api.bounds[0])
        if most is not None:
            chat["max_tokens"] = most
        return chat | {"messages": [_message(each) for each in self.request.messages]}

    async def _translated(self, answer: Forwarded) -> Forwarded:
        """The answer to a chat; what is not given on anyway stays as it is."""
        if is_stream(answer):
            return replace(answer, pieces=self._events(answer))
        body = await read_whole(answer)
        if refusal_of_answer(answer, body) is not None:
            return replace(answer, pieces=_once(body))
        if answer.status == 200:
            told = await self._whole(body)
        else:
            told = self.api.error(late_refusal(answer, body))
        return replace(answer, content_type=JSON, pieces=_once(json_bytes(told)))

    async def _whole(self, body: bytes) -> dict[str, Any]:
        tally = Tally()
        piece = _added(tally, _one_chunk(body))
        if not tally.is_reported:
            n_written = guessed(piece.text) + guessed(piece.thought)
        else:
            n_written = tally.completion_tokens
        choice = Choice(text=piece.text, thought=piece.thought, finish=_finish(tally))
        head, usage = self.service.head(self.request), await self._usage(tally)
        usage = replace(usage, completion_tokens=n_written)
        return self.api.answer(head, self.request, [choice], usage=usage)

    async def _events(self, answer: Forwarded) -> AsyncGenerator[bytes, None]:
        """The events of a stream. It has an end where the chat's stream has one."""
        stream = self.api.stream(self.service.head(self.request), self.request)
        tally, opening = Tally(), stream.start()
        async with aclosing(_data(answer)) as events:
            async for data in events:
                if data == _DONE:
                    usage = await self._usage(tally)
                    told = stream.end(finish=[_finish(tally)], usage=usage)
                else:
                    text, thought = _added(tally, _chunk(answer, data))
                    told = stream.progress(thought) if thought else b""
                    told += stream.text(text) if text else b""
                if opening or told:
                    yield opening + told
                    opening = b""

    async def _usage(self, tally: Tally) -> Usage:
        """As the endpoint told it, else counted as what is passed through is.

        The prompt is told as a whole: Anthropic's API would leave out of it what was
        cached, which the key would then not pay.
        """
        prompt = tally.prompt_tokens
        if not prompt:
            prompt = await counted_prompt(
                self.service, self.request, is_guessed=self.key is None
            )
        return Usage(prompt_tokens=prompt, completion_tokens=tally.completion_tokens)


def is_plain(request: ChatRequest) -> bool:
    """Whether a request is words alone, which every chat takes and answers."""
    return not request.has_tools and not any(
        each.has_images or each.has_tool_calls or each.role == "tool"
        for each in request.messages
    )


def _message(message: ChatMessage) -> dict[str, str]:
    """A message as every endpoint knows it: words, and one of the old roles."""
    role = "system" if message.role == "developer" else message.role
    return {"role": role, "content": message.text}


def _untranslatable(api: Api) -> Refusal:
    return Refusal(
        status=404,
        message=(
            f"the model's endpoint does not know this API ({api.path}), and only "
            "requests of plain text are translated for it: send no tools, images or "
            f"files, or use {CHAT.path}"
        ),
        code="api_not_supported",
    )


def _below(api: Api) -> str:
    return api.path.removeprefix("/v1")


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


async def _data(answer: Forwarded) -> AsyncGenerator[bytes, None]:
    """The data of each event up to the last.

    What comes after it is read all the same, so that the socket can be used again.
    """
    events, is_over = WholeEvents(), False
    async with aclosing(answer.pieces) as pieces:
        async for piece in pieces:
            for data in data_in(events.feed(piece)):
                if not is_over:
                    yield data
                is_over = is_over or data == _DONE
    for data in data_in(events.finish()):
        if not is_over:
            yield data


def _chunk(answer: Forwarded, data: bytes) -> object:
    """One chunk of a stream.

    Raises:
        Refused: it is an error, or nothing that can be read.
    """
    chunk = _read(data)
    if isinstance(chunk, dict) and chunk.get("error"):
        code = error_object(data.decode("utf-8", "replace")).get("code")
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
        raise Refused(late_refusal(replace(answer, status=status), data))
    return chunk


def _one_chunk(body: bytes) -> object:
    """A whole chat completion as the one chunk of a stream."""
    whole = _read(body)
    choices = whole.get("choices") if isinstance(whole, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _no_chat()
    choice = {**choices[0], "delta": choices[0].get("message")}
    return {**whole, "choices": [choice]}


def _added(tally: Tally, chunk: object) -> Piece:
    try:
        return tally.add(chunk)
    except ValueError as error:
        raise _no_chat() from error


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _no_chat() from error


def _finish(tally: Tally) -> FinishReason:
    return tally.finish_reason or FinishReason.STOP


def _no_chat() -> Refused:
    told = "the model's endpoint answered a chat with what is no chat completion"
    return Refused(upstream_failed(told))
