"""Requests that are passed through, and answers that come back as they are."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

import anyio
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from assay.concurrency import background
from assay.errors import AssayError, ModelUnavailable
from assay.models.connection import Forwarded
from assay.models.retries import TransientFault
from assay.serve.allowance import Bill, bounded, choices, most_tokens
from assay.serve.connections import Gone, Write, Writer, send_whole, while_connected
from assay.serve.faults import ROUTE_HEADER, refusal_for
from assay.serve.forwarding import given, is_stream, late_refusal, read_whole
from assay.serve.keys import Key
from assay.serve.offers import Routed
from assay.serve.requests import ChatRequest, Route
from assay.serve.service import HEARTBEAT_S, KEY_S, KeyWatch, Service, guessed
from assay.serve.sse import WholeEvents, usage_in
from assay.serve.translating import Asking
from assay.serve.wire.apis import Api
from assay.serve.wire.errors import Refusal, Refused, upstream_failed
from assay.serve.wire.events import PING, json_bytes
from assay.serve.wire.fields import Fields
from assay.serve.wire.messages_answers import count_answer
from assay.serve.wire.options import without_options
from assay.serve.wire.parsing import parse_object
from assay.types import Usage

GRACE_S = 0.25  # for a refusal to be a status; then a stream's head leaves without it
REST_S = 0.01  # after events that came together: more of them come at once then


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
        self._bill = Bill()
        self._sent = json.loads(body)
        self._raw = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        give = self._live if self._request.stream else self._whole
        metrics = self._service.metrics
        try:
            await while_connected(receive, partial(give, send))
        except (Gone, OSError):
            metrics.cancelled.add()
        except (TransientFault, AssayError) as fault:  # before an answer has begun
            if isinstance(fault, TransientFault):
                metrics.upstream_faults.add()
            self._bill.is_due = False
            raise Refused(refusal_for(fault)) from fault
        finally:
            await self._settle()

    async def _settle(self) -> None:
        if self._bill.is_due:
            usage = await self._bill.usage(self._service, self._request, self._key)
            charge(self._service, self._key, usage)

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[Forwarded]:
        """The endpoint's answer, once it was this request's turn. It ends the turn."""
        body = await self._bounded()
        raw = self._raw if body == self._sent else json_bytes(body)
        asking = Asking(
            service=self._service, api=self._api, request=self._request, key=self._key
        )
        async with self._service.passing.turn(self._key.id if self._key else ""):
            self._bill.is_due = True
            async with asking.post(body, raw) as answer:
                self._bill.is_due = answer.status == 200
                yield answer

    async def _watch_key(self) -> None:
        """End what takes long when its key is revoked."""
        in_use = KeyWatch(self._service, self._key)
        while self._key is not None:
            await anyio.sleep(KEY_S)
            await in_use.require()

    async def _bounded(self) -> dict[str, Any]:
        """What is passed on: without what is ours, and no longer than is allowed."""
        body = without_options(self._sent)
        n_choices = choices(body)
        most = await most_tokens(self._service, self._request, n_choices, self._key)
        return body if most is None else bounded(body, self._api.bounds, most)

    async def _whole(self, send: Send) -> None:
        async with background() as start:
            start(self._watch_key)
            async with self._asked() as answer:
                body = await read_whole(answer)
        await send_whole(self._given(answer, body), send)

    def _given(self, answer: Forwarded, body: bytes) -> Response:
        bill = self._bill
        bill.told, bill.n_passed, bill.is_whole = usage_in(body), guessed(body), True
        account = {"route": self._way.route, "reason": self._way.reason}
        return given(answer, body, self._headers, account)

    async def _live(self, send: Send) -> None:
        """Write the stream; or what came in place of one, while there is no head."""
        writer, events = Writer(send, headers=self._headers.items()), WholeEvents()
        whole: tuple[Forwarded, bytes] | None = None
        fault: Refusal | None = None
        try:
            whole = await self._relayed(events, writer)
        except (TransientFault, AssayError, Refused) as error:
            if not writer.has_begun:
                raise
            fault = self._late(error, events)
        finally:
            self._note(events)
        if whole is not None and not writer.has_begun:
            await send_whole(self._given(*whole), send)
            return
        if whole is not None:
            fault = late_refusal(*whole)
        await writer.end(b"" if events.is_whole else self._broken_off(fault, events))

    async def _relayed(
        self, events: WholeEvents, writer: Writer
    ) -> tuple[Forwarded, bytes] | None:
        """Give on what comes, with signs of life; an answer that is no stream."""
        pulse = _Pulse(writer.write)
        async with background() as start:
            for beside in (writer.watch, pulse.beat, self._watch_key):
                start(beside)
            async with self._asked() as answer:
                if not is_stream(answer):
                    return answer, await read_whole(answer)
                async with aclosing(answer.pieces) as pieces:
                    async for piece in pieces:
                        n_before = events.n_events
                        if ready := events.feed(piece):
                            await pulse.write(ready)
                        if events.n_events - n_before > 1 and not events.is_whole:
                            await anyio.sleep(REST_S)
            if last := events.finish():
                await pulse.write(last)
        return None

    def _late(self, error: Exception, events: WholeEvents) -> Refusal:
        """What a fault is told as after the head has left."""
        if isinstance(error, Refused):
            return error.refusal
        if isinstance(error, (TransientFault, ModelUnavailable)):
            self._service.metrics.upstream_faults.add()
            self._bill.is_lost = True
        self._bill.is_due = events.n_events > 0
        return refusal_for(error)

    def _note(self, events: WholeEvents) -> None:
        bill = self._bill
        bill.told, bill.n_passed = events.usage, events.n_events
        bill.is_whole = events.is_whole

    def _broken_off(self, fault: Refusal | None, events: WholeEvents) -> bytes:
        """What a stream ends with that has no end of its own."""
        stream = self._api.stream(self._service.head(self._request), self._request)
        start = b"" if events.n_events else stream.start()
        cut = upstream_failed("the model's endpoint ended its answer in the middle")
        return start + stream.fault(fault or cut)


class _Pulse:
    """A way to write that shows, where nothing comes, that the connection lives."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._due_s = time.monotonic() + GRACE_S

    async def write(self, piece: bytes) -> None:
        """Write whole events."""
        self._due_s = time.monotonic() + HEARTBEAT_S
        await self._write(piece)

    async def beat(self) -> None:
        """Write a comment after every silence, until it is cancelled."""
        while True:
            left_s = self._due_s - time.monotonic()
            if left_s <= 0:
                await self.write(PING)
            else:
                await anyio.sleep(left_s)


async def embedded(
    service: Service, raw: bytes, key: Key | None, receive: Receive
) -> Response:
    """The answer to a request for embeddings, which are always passed through.

    Raises:
        Refused: 400 or 404 for the request, 429, 502 or 503 where no answer came.
    """
    body, bill = parse_object(raw), Bill()
    service.offers.find(Fields(body).text("model") or "")

    async def ask() -> Response:
        async with service.passing.turn(key.id if key else ""):
            bill.is_due = True
            async with service.upstream.post("/embeddings", body, raw) as answer:
                bill.is_due = answer.status == 200
                told = await read_whole(answer)
        bill.told = usage_in(told)
        reason = {"x-assay-reason": "embeddings are passed through"}
        return given(answer, told, {ROUTE_HEADER: str(Route.PASS)} | reason)

    try:
        return await while_connected(receive, ask)
    except Gone:
        service.metrics.cancelled.add()
        return Response(status_code=499)  # nobody reads it
    except (TransientFault, AssayError) as fault:
        if isinstance(fault, TransientFault):
            service.metrics.upstream_faults.add()
        bill.is_due = False
        raise Refused(refusal_for(fault)) from fault
    finally:
        if bill.is_due:
            guess = Usage(prompt_tokens=guessed(raw))
            charge(service, key, bill.told or guess)


async def counted(
    service: Service, request: ChatRequest, key: Key | None, receive: Receive
) -> Response:
    """How many tokens a request's prompt has, asked of the model in its turn.

    Raises:
        Refused: 404 for the request, 429 where the key has nothing left.
        AssayError: from the queue and the model, unchanged.
    """
    service.offers.find(request.model)
    await service.require_tokens(key)

    async def ask() -> int:
        async with service.passing.turn(key.id if key else ""):
            return await service.prompt_tokens(request)

    try:
        return JSONResponse(count_answer(await while_connected(receive, ask)))
    except Gone:
        service.metrics.cancelled.add()
        return Response(status_code=499)  # nobody reads it


def charge(service: Service, key: Key | None, usage: Usage) -> None:
    """Book what was passed through: all of it is visible."""
    service.metrics.tokens.add(usage.tokens, kind="visible")
    service.charge(key, usage)
