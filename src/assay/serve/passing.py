"""Requests that are passed through, and answers that come back as they are."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assay.concurrency import background
from assay.errors import AssayError
from assay.models.connection import Forwarded
from assay.models.retries import TransientFault
from assay.serve.connections import Gone, Live, while_connected
from assay.serve.faults import ROUTE_HEADER, refusal_for, revoked
from assay.serve.keys import Key
from assay.serve.offers import Routed
from assay.serve.requests import ChatRequest, Route
from assay.serve.service import HEARTBEAT_S, Service
from assay.serve.upstream import WholeEvents, usage_in
from assay.serve.wire.apis import Api
from assay.serve.wire.errors import Refusal, Refused, upstream_failed
from assay.serve.wire.events import PING, json_bytes
from assay.serve.wire.fields import Fields
from assay.serve.wire.options import without_options
from assay.serve.wire.parsing import parse_object
from assay.types import Usage

MOST_ANSWER = 64 * 1024 * 1024  # bytes of an answer that is not streamed
KEY_S = 1.0  # how often a stream asks whether its key is still in use

Write = Callable[[bytes], Awaitable[None]]


class Passed:
    """The answer to one request that is passed through. An ASGI application.

    A stream is given on event by event, as bytes; what is missing at its end, or an
    upstream that dies in it, is told as the API tells errors, and where nothing comes
    a comment shows that the connection lives. The way that it took stands in its
    headers; an answer in one piece has it in `assay` too.
    """

    def __init__(
        self,
        service: Service,
        api: Api,
        request: ChatRequest,
        body: bytes,
        way: Routed,
        key: Key | None,
        headers: Mapping[str, str],
    ) -> None:
        self._service, self._api, self._request = service, api, request
        self._way, self._key, self._headers = way, key, dict(headers)
        sent = json.loads(body)
        self._body: dict[str, Any] = without_options(sent)
        self._raw = body if self._body == sent else json_bytes(self._body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def pass_on() -> None:
            name = self._key.name if self._key else ""
            path = self._api.path.removeprefix("/v1")
            async with (
                self._service.passing.turn(name),
                self._service.upstream.post(path, self._body, self._raw) as answer,
            ):
                await self._give(answer, scope, receive, send)

        try:
            await while_connected(receive, pass_on)
        except (Gone, OSError):
            self._service.metrics.cancelled.add()
        except TransientFault as fault:  # before an answer has begun
            self._service.metrics.upstream_faults.add()
            raise Refused(upstream_failed()) from fault
        except AssayError as error:
            raise Refused(refusal_for(error)) from error

    async def _give(
        self, answer: Forwarded, scope: Scope, receive: Receive, send: Send
    ) -> None:
        kind = answer.content_type.partition(";")[0].strip().lower()
        if answer.status == 200 and kind == "text/event-stream":
            live = Live(
                lambda write: self._stream(answer, write),
                media_type=answer.content_type,
                headers=self._headers.items(),
            )
            await live.send(send)
            return
        body = await read_whole(answer)
        charge(self._service, self._key, usage_in(body[-4096:]) or Usage())
        if answer.status == 200 and kind == "application/json":
            body = self._with_account(body)
        await given(body, answer, self._headers)(scope, receive, send)

    async def _stream(self, answer: Forwarded, write: Write) -> None:
        events = WholeEvents()
        fault: Refusal | None = None
        pulse = _Pulse(write)
        try:
            async with background() as start:
                start(pulse.beat)
                fault = await self._relay(answer, events, pulse.write)
        except (TransientFault, AssayError):
            self._service.metrics.upstream_faults.add()
        finally:
            seen = Usage(completion_tokens=events.n_events)
            charge(self._service, self._key, usage_in(events.tail) or seen)
        if not events.is_whole:
            await self._break_off(fault, events, write)

    async def _relay(
        self, answer: Forwarded, events: WholeEvents, write: Write
    ) -> Refusal | None:
        """Give on what comes; why that was ended here, if it was."""
        asked_s = time.monotonic()
        async with aclosing(answer.pieces) as pieces:
            async for piece in pieces:
                if ready := events.feed(piece):
                    await write(ready)
                if self._key is not None and time.monotonic() - asked_s >= KEY_S:
                    asked_s = time.monotonic()
                    if not self._service.is_live(self._key):
                        return revoked()
        return None

    async def _break_off(
        self, fault: Refusal | None, events: WholeEvents, write: Write
    ) -> None:
        stream = self._api.stream(self._service.head(self._request), self._request)
        if not events.n_events:
            await write(stream.start())
        cut = upstream_failed("the model's endpoint ended its answer in the middle")
        await write(stream.fault(fault or cut))

    def _with_account(self, body: bytes) -> bytes:
        try:
            told = json.loads(body)
            if not isinstance(told, dict):
                return body
            account = {"route": self._way.route, "reason": self._way.reason}
            return json_bytes({**told, "assay": account})
        except (ValueError, RecursionError):
            return body


class _Pulse:
    """A way to write that shows, where nothing comes, that the connection lives."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._written_s = time.monotonic()

    async def write(self, piece: bytes) -> None:
        """Write whole events."""
        self._written_s = time.monotonic()
        await self._write(piece)

    async def beat(self) -> None:
        """Write a comment after every silence, until it is cancelled."""
        while True:
            left_s = self._written_s + HEARTBEAT_S - time.monotonic()
            if left_s <= 0:
                await self.write(PING)
            else:
                await anyio.sleep(left_s)


async def embedded(
    service: Service, raw: bytes, key: Key | None, receive: Receive
) -> Response:
    """The answer to a request for embeddings, which are always passed through.

    Raises:
        Refused: 400 or 404 for the request, 502 where no answer came.
        AssayError: from the queue and the endpoint, unchanged.
    """
    body = parse_object(raw)
    service.offers.find(Fields(body).text("model") or "")

    async def ask() -> Response:
        async with (
            service.passing.turn(key.name if key else ""),
            service.upstream.post("/embeddings", body, raw) as answer,
        ):
            told = await read_whole(answer)
        charge(service, key, usage_in(told[-4096:]) or Usage())
        reason = {"x-assay-reason": "embeddings are passed through"}
        return given(told, answer, {ROUTE_HEADER: str(Route.PASS)} | reason)

    try:
        return await while_connected(receive, ask)
    except Gone:
        service.metrics.cancelled.add()
        return Response(status_code=499)  # nobody reads it
    except TransientFault as fault:
        service.metrics.upstream_faults.add()
        raise Refused(refusal_for(fault)) from fault


def charge(service: Service, key: Key | None, usage: Usage) -> None:
    """Book what was passed through: all of it is visible."""
    service.metrics.tokens.add(usage.tokens, kind="visible")
    service.charge(key, usage)


async def read_whole(answer: Forwarded) -> bytes:
    """The body of an answer that is not streamed.

    Raises:
        TransientFault: it is too large, or the connection was lost.
    """
    parts: list[bytes] = []
    n_bytes = 0
    async with aclosing(answer.pieces) as pieces:
        async for piece in pieces:
            parts.append(piece)
            n_bytes += len(piece)
            if n_bytes > MOST_ANSWER:
                raise TransientFault("the answer is too large")
    return b"".join(parts)


def given(body: bytes, answer: Forwarded, headers: Mapping[str, str]) -> Response:
    """An answer as it came, under our own headers."""
    return Response(
        body,
        status_code=answer.status,
        media_type=answer.content_type or None,
        headers=dict(headers),
    )
