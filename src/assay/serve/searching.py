"""Requests that are searched: their answer in one piece, or told as it comes about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assay.serve.asked import Asked
from assay.serve.connections import Gone, Live, Write, send_whole, while_connected
from assay.serve.faults import refusal_for
from assay.serve.keys import Key
from assay.serve.offers import Routed
from assay.serve.requests import ChatRequest
from assay.serve.service import HEARTBEAT_S, KEY_S, KeyWatch, Service, account
from assay.serve.solves import Watch
from assay.serve.wire.apis import Api
from assay.serve.wire.errors import Refused
from assay.serve.wire.events import AnswerStream, json_bytes
from assay.telling import told

PLACE_S = 0.05  # how long a head waits for the queue to refuse a solve


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The answer to one request that is searched. An ASGI application.

    What is wrong before anything was sent raises; later it is told as the API does.
    """

    service: Service
    api: Api
    request: ChatRequest
    found: Asked
    way: Routed
    key: Key | None
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = self._live if self.request.stream else self._whole
        try:
            await while_connected(receive, partial(answer, send))
        except (Gone, OSError):
            self.service.metrics.cancelled.add()

    async def _live(self, send: Send) -> None:
        async with self.service.watching(
            self.request, self.found, self.way, self.key
        ) as watch:
            await watch.placed(PLACE_S)
            if watch.job.error is not None:
                raise Refused(refusal_for(watch.job.error))
            produce = partial(self._tell, watch)
            await Live(produce, headers=self.headers.items()).send(send)

    async def _whole(self, send: Send) -> None:
        async with self.service.watching(
            self.request, self.found, self.way, self.key
        ) as watch:
            in_use = KeyWatch(self.service, self.key)
            while not watch.is_over:
                await watch.next(KEY_S)
                await in_use.require()
        choices = await self.service.choices(self.request, self.found, watch.job)
        answer = self.api.answer(
            self.service.head(self.request),
            self.request,
            choices,
            usage=await self.service.usage(self.request, choices),
            assay=account(watch.job, self.way),
        )
        response = Response(
            json_bytes(answer),
            media_type="application/json",
            headers=dict(self.headers),
        )
        await send_whole(response, send)

    async def _tell(self, watch: Watch, write: Write) -> None:
        """Write the answer as it comes about, with a sign of life in time."""
        stream = self.api.stream(self.service.head(self.request), self.request)
        await write(stream.start())
        try:
            await self._tell_progress(watch, stream, write)
            last = await self._tell_answer(watch, stream, write)
        except (Gone, OSError):
            raise
        except Exception as error:  # the head has left: any fault is told in the body
            last = stream.fault(refusal_for(error))
        await write(last)

    async def _tell_progress(
        self, watch: Watch, stream: AnswerStream, write: Write
    ) -> None:
        in_use, written_s = KeyWatch(self.service, self.key), time.monotonic()
        while not watch.is_over:
            left_s = written_s + HEARTBEAT_S - time.monotonic()
            events = await watch.next(max(0.0, min(KEY_S, left_s)))
            await in_use.require()
            lines = [line for event in events if (line := told(event))]
            is_silent = time.monotonic() - written_s >= HEARTBEAT_S
            if lines or is_silent:
                text = "\n".join(lines) + "\n"
                await write(stream.progress(text) if lines else stream.heartbeat())
                written_s = time.monotonic()

    async def _tell_answer(
        self, watch: Watch, stream: AnswerStream, write: Write
    ) -> bytes:
        choices = await self.service.choices(self.request, self.found, watch.job)
        usage = await self.service.usage(self.request, choices)
        for number, choice in enumerate(choices):
            await write(stream.text(choice.text, number))
        return stream.end(
            finish=[each.finish for each in choices],
            usage=usage,
            assay=account(watch.job, self.way),
            stop_sequence=choices[0].stop_sequence,
        )
