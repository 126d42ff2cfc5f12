"""A server to be fuzzed, the endpoint behind it, and what is left over afterwards."""

from __future__ import annotations

import gc
import os
import random
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from zlib import crc32

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assay.serve.keys import KeyFile
from assay.serve.requests import ChatRequest
from assay.serve.wire.apis import APIS, Api
from assay.serve.wire.errors import Refused
from assay.serve.wire.events import Choice, Head
from assay.types import Usage
from serve.raw_asking import ask, chat
from serve.running_server import CHAT, PATIENCE_S, TASK, Running, eventually, running

HEALTHY_S = 5.0  # for what takes a millisecond
MOST_GROWTH_MB = 64  # solves that are kept to be looked at, and what is cached
ANYIO_WORKER = "AnyIO worker thread"  # they are few, wait to be used again, and end
# Such tests run in a slot of another kind.
TESTED = TASK + ">>> four = double(2)\n>>> four\n4\n"
_USAGE = Usage(prompt_tokens=3, completion_tokens=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a process has in use."""

    tasks: int
    files: int
    threads: int
    children: int
    turns: int

    def more_than(self, before: Held) -> list[str]:
        """What there is more of than before, in words."""
        pairs = {
            each.name: (getattr(before, each.name), getattr(self, each.name))
            for each in fields(self)
        }
        return [f"{name}: {a} -> {b}" for name, (a, b) in pairs.items() if b > a]


def held(server: Running) -> Held:
    """What this process, in which the server runs, has in use now."""
    gc.collect()
    tasks = f"/proc/{os.getpid()}/task"
    children = [
        (Path(tasks) / each / "children").read_text().split()
        for each in os.listdir(tasks)  # noqa: PTH208  (threads come and go meanwhile)
    ]
    turns = server.service.turns
    return Held(
        tasks=server.n_tasks(),
        files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        threads=sum(not t.name.startswith(ANYIO_WORKER) for t in threading.enumerate()),
        children=sum(map(len, children)),
        turns=turns.running + turns.waiting + server.service.passing.running,
    )


def left_over(server: Running, before: Held) -> list[str]:
    """What is still in use that was not before, once all had time to end."""
    until = time.monotonic() + PATIENCE_S
    while True:
        more = held(server).more_than(before)
        if not more or time.monotonic() > until:
            return more
        time.sleep(0.1)


def memory_mb() -> float:
    """What this process holds in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def seconds_to_health(port: int) -> float:
    """How long `/health` takes to answer."""
    begun = time.monotonic()
    reply = ask(port, path="/health", method="GET")
    assert reply.status == 200, f"/health answered {reply.status}"
    return time.monotonic() - begun


@contextmanager
def fuzzed(keys: KeyFile | None = None, secret: str = "") -> Iterator[Running]:
    """A server with a scripted model and an endpoint behind it, both warm.

    Args:
        keys: Those of the server.
        secret: One of them, to warm it up with.
    """
    with (
        faulty_upstream() as url,
        running(upstream=url, keys=keys, at_once=2, waiting=16) as server,
    ):
        own = {"authorization": f"Bearer {secret}"}
        for text in (TASK, TESTED, CHAT):
            for stream in (True, False):
                body = chat(text, stream=stream)
                assert ask(server.port, body, headers=own).status == 200
        server.settle()
        yield server


@contextmanager
def standard_error(path: Path) -> Iterator[None]:
    """Have all that is written on standard error go into a file."""
    kept = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextmanager
def temporary_key() -> Iterator[tuple[KeyFile, str]]:
    """A file of keys, and the secret of the one in it."""
    with tempfile.TemporaryDirectory() as folder:
        keys = KeyFile(Path(folder) / "keys.db", create=True)
        yield keys, keys.create("fuzzer")


@contextmanager
def faulty_upstream() -> Iterator[str]:
    """An endpoint that answers in each API's form, and of some requests wrongly."""
    routes = [
        Route(api.path, partial(_answered, api), methods=["POST"]) for api in APIS
    ]
    routes.append(Route("/v1/embeddings", _embedded, methods=["POST"]))
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=routes),
        log_level="critical",
        lifespan="off",
        headers=[("connection", "close")],  # else its client keeps sockets open
    )
    own = uvicorn.Server(config)
    thread = threading.Thread(target=own.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        eventually(lambda: own.started, "the endpoint did not start")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    finally:
        own.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()


async def _answered(api: Api, request: Request) -> Response:
    try:
        raw = await request.body()
        asked = api.read(raw, {})
    except ClientDisconnect:
        return Response(status_code=499)  # nobody reads it
    except Refused as refused:
        refusal = refused.refusal
        return JSONResponse(api.error(refusal), status_code=refusal.status)
    head = Head(id="1", model="up", created=1)
    chance = random.Random(crc32(raw)).random()
    if chance < 0.03:
        return Response("<h1>no</h1>", status_code=500, media_type="text/html")
    if asked.stream:
        pieces = _events(api, head, asked, is_cut=chance < 0.1)
        return StreamingResponse(pieces, media_type="text/event-stream")
    choices = [Choice(text="Rayleigh.")] * asked.n
    return JSONResponse(api.answer(head, asked, choices, usage=_USAGE))


async def _events(
    api: Api, head: Head, asked: ChatRequest, *, is_cut: bool
) -> AsyncIterator[bytes]:
    stream = api.stream(head, asked)
    yield stream.start()
    yield stream.text("Rayleigh.")
    yield b"data: {" if is_cut else stream.end(usage=_USAGE)


async def _embedded(request: Request) -> Response:
    data = [{"object": "embedding", "index": 0, "embedding": [0.5]}]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return JSONResponse({"object": "list", "data": data, "usage": usage})
