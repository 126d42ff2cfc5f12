"""A small endpoint on a real socket that can misbehave in every way a test needs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import SocketAttribute, SocketStream

from assay.models.openai_http import OpenAIModel
from assay.types import Message, Request


@dataclass
class Exchange:
    """One request that arrived, and the socket it is answered on."""

    stream: SocketStream
    method: str
    path: str
    headers: dict[str, str]
    body: Any

    async def send(self, text: str) -> None:
        await self.stream.send(text.encode())

    async def head(
        self, status: int, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send("\r\n".join(lines) + "\r\n\r\n")

    async def event(self, data: object) -> None:
        await self.send(f"data: {json.dumps(data)}\n\n")

    async def wait_closed(self) -> None:
        """Return when the client has closed its side."""
        try:
            while True:
                await self.stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return


Answer = Callable[[Exchange], Awaitable[None]]


@dataclass
class Endpoint:
    """Gives its answers in turn, the last one again and again; pages by their path."""

    answers: tuple[Answer, ...]
    pages: dict[str, object]
    port: int = 0
    seen: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[Exchange]:
        return [e for e in self.seen if e.path == "/v1/chat/completions"]

    def asked(self, path: str) -> list[Exchange]:
        return [e for e in self.seen if e.path == path]

    async def serve(self, stream: SocketStream) -> None:
        async with stream:
            try:
                exchange = await _read(stream)
                self.seen.append(exchange)
                await self._answer(exchange)
            except (anyio.BrokenResourceError, anyio.EndOfStream):
                return

    async def _answer(self, exchange: Exchange) -> None:
        if exchange.path == "/v1/chat/completions":
            turn = min(len(self.chats), len(self.answers)) - 1
            await self.answers[turn](exchange)
            return
        page = self.pages.get(exchange.path)
        if callable(page):
            page = page(exchange.body)
        if page is None:
            await status(404, {"error": {"message": "no such page"}})(exchange)
        elif isinstance(page, int):
            await status(page, "")(exchange)
        else:
            await status(200, page)(exchange)


async def _read(stream: SocketStream) -> Exchange:
    data = b""
    while b"\r\n\r\n" not in data:
        data += await stream.receive()
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += await stream.receive()
    return Exchange(stream, method, path, headers, json.loads(body) if body else None)


@asynccontextmanager
async def endpoint(
    *answers: Answer, pages: Mapping[str, object] | None = None
) -> AsyncIterator[Endpoint]:
    listed = {"/v1/models": {"data": [{"id": "tiny"}]}}
    served = Endpoint(answers, listed | dict(pages or {}))
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    served.port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, served.serve)
        yield served
        group.cancel_scope.cancel()


@asynccontextmanager
async def model_of(
    *answers: Answer, pages: Mapping[str, object] | None = None, **settings: Any
) -> AsyncIterator[tuple[OpenAIModel, Endpoint]]:
    """Serve an endpoint and open a quick client of it."""
    async with (
        endpoint(*answers, pages=pages) as served,
        client(served.url, **settings) as model,
    ):
        yield model, served


def client(url: str, **settings: Any) -> AbstractAsyncContextManager[OpenAIModel]:
    quick: dict[str, Any] = {"backoff_s": 0.01, "idle_timeout_s": 20}
    return OpenAIModel(base_url=url, **(quick | settings))


def ask(text: str = "Hello", **fields: Any) -> Request:
    return Request(messages=(Message(role="user", content=text),), **fields)


def chunk(text: str | None = None, **choice: Any) -> dict[str, Any]:
    delta = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": delta} | choice]}


def say(
    *texts: str, finish: str = "stop", usage: dict[str, Any] | None = None
) -> Answer:
    """Answer as a good server does."""
    chunks = [chunk(text) for text in texts] + [chunk(finish_reason=finish)]
    if usage:
        chunks.append({"choices": [], "usage": usage})
    return events(*chunks)


def events(*chunks: object, done: bool = True) -> Answer:
    """Stream these chunks; without `done` close the socket after the last."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(200, "text/event-stream")
        for each in chunks:
            await exchange.event(each)
        if done:
            await exchange.send("data: [DONE]\n\n")

    return answer


def status(
    code: int,
    body: object,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json",
) -> Answer:
    """Answer with a status and a body: JSON, or text as it is."""

    async def answer(exchange: Exchange) -> None:
        await exchange.head(code, kind, headers)
        await exchange.send(body if isinstance(body, str) else json.dumps(body))

    return answer


async def hang(exchange: Exchange) -> None:
    """Say nothing until the client has gone."""
    await exchange.wait_closed()
