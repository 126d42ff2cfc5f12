"""A server that runs in a thread of its own, on a model that does as it is told."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import anyio
import uvicorn

from assay.budget import Limit
from assay.concurrency import background
from assay.judging.judge import open_judge
from assay.models.scripted import Scripted
from assay.sampling.draw import SamplingSettings
from assay.serve.app import Server
from assay.serve.counting import CountedJudge
from assay.serve.keys import KeyFile
from assay.serve.listening import Listening, configured
from assay.serve.metrics import ServerMetrics
from assay.serve.offers import Offers
from assay.serve.origins import rules_for
from assay.serve.pages import OPEN_PATHS, Looks
from assay.serve.queue import Turns
from assay.serve.service import Service
from assay.serve.solves import Job, Solves
from assay.serve.upstream import Target, Upstream
from assay.serve.wire.errors import Refused
from assay.solve import Recipe
from assay.types import Completion, Model, ModelIdentity, OnDelta, Request

GOOD = "```python\ndef double(n):\n    return 2 * n\n```"
TASK = (
    "Write a Python function `double(n)` that returns twice the number n.\n\n"
    ">>> double(2)\n4\n>>> double(-3)\n-6\n"
)
CHAT = "Why is the sky blue?"
PATIENCE_S = 20.0  # for what takes no time on a machine that has nothing else to do


class Slow:
    """A scripted model that answers when it is told to, and notes who left before.

    Args:
        n_quick: Calls that are answered at once, all the same.
    """

    def __init__(
        self,
        replies: Callable[[Request], str] = lambda request: GOOD,
        *,
        n_quick: int = 0,
    ) -> None:
        self.asked = self.left = 0
        self.go = threading.Event()
        self._n_quick = n_quick
        self._scripted = Scripted(replies)

    @property
    def identity(self) -> ModelIdentity:
        """As of the model that writes."""
        return self._scripted.identity

    @property
    def requests(self) -> list[Request]:
        """What was asked and answered."""
        return self._scripted.requests

    async def count_prompt_tokens(self, request: Request) -> int:
        """Words, at once."""
        return await self._scripted.count_prompt_tokens(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Answer once `go` is set."""
        self.asked += 1
        try:
            while self.asked > self._n_quick and not self.go.is_set():  # noqa: ASYNC110
                await anyio.sleep(0.01)  # it is set by a test's thread
        except anyio.get_cancelled_exc_class():
            self.left += 1
            raise
        return await self._scripted.generate(request, on_delta=on_delta)


@dataclass(slots=True)
class Running:
    """Where a server answers, and what is inside of it."""

    base: str
    port: int
    service: Service
    model: Model
    uvicorn: uvicorn.Server
    thread: threading.Thread
    loop: asyncio.AbstractEventLoop

    def call(self, what: Callable[[], object]) -> None:
        """Have something done where the server runs."""
        self.loop.call_soon_threadsafe(what)

    def n_tasks(self) -> int:
        """Tasks of the server's loop."""
        counted: list[int] = []
        self.call(lambda: counted.append(len(asyncio.all_tasks(self.loop))))
        eventually(lambda: counted)
        return counted[0]

    @property
    def jobs(self) -> list[Job]:
        """The solves there were, the latest last."""
        return list(self.service.solves.jobs.values())

    @property
    def states(self) -> list[str]:
        """Where the solves stand."""
        return [job.state.value for job in self.jobs]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way: no turn, no solve, no connection's task."""
        return (
            not self.service.turns.running
            and not self.service.turns.waiting
            and not self.service.passing.running
            and all(job.ended is not None for job in self.jobs)
            and not self.uvicorn.server_state.tasks
        )

    def settle(self) -> None:
        """Wait until nothing is under way."""
        eventually(lambda: self.is_idle, "something is still under way")


def eventually(holds: Callable[[], object], why: str = "it never held") -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, why
        time.sleep(0.01)


@contextmanager
def running(
    replies: Callable[[Request], str] | Model = lambda request: GOOD,
    *,
    upstream: str = "http://127.0.0.1:9/v1",
    keys: KeyFile | None = None,
    at_once: int = 1,
    waiting: int = 8,
    limit: Limit | None = None,
    idle_timeout_s: float = 60.0,
    looks: Looks | None = None,
) -> Iterator[Running]:
    """Serve on a free port until the block ends."""
    model: Model = Scripted(replies) if callable(replies) else replies
    loops: list[asyncio.AbstractEventLoop] = []

    @asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        async with AsyncExitStack() as stack:
            loops.append(asyncio.get_running_loop())
            judge = await stack.enter_async_context(open_judge(slots=1))
            start = await stack.enter_async_context(background())
            passes = Upstream(
                lambda: Target(base_url=upstream, api_key=None, model="up"),
                idle_timeout_s=idle_timeout_s,
            )
            stack.push_async_callback(passes.aclose)
            metrics = ServerMetrics()
            yield Service(
                model=model,
                offers=Offers(model.identity, 1),
                recipe=Recipe(
                    sampling=SamplingSettings(max_tokens=200), n_max=4, n_inputs=6
                ),
                limit=limit or Limit(),
                solves=Solves(start, CountedJudge(judge, metrics.sandbox_runs)),
                turns=Turns(at_once, waiting),
                passing=Turns(8, waiting),
                upstream=passes,
                keys=keys,
                metrics=metrics,
            )

    with listening(Server(opened), keys, looks=looks) as (own, port, thread, server):
        base = f"http://127.0.0.1:{port}"
        yield Running(base, port, server.service, model, own, thread, loops[0])


@contextmanager
def listening(
    server: Server,
    keys: KeyFile | None = None,
    *,
    is_open: bool = True,
    looks: Looks | None = None,
) -> Iterator[tuple[Listening, int, threading.Thread, Server]]:
    """Have a server listen on a free port, in a thread, until the block ends.

    Args:
        is_open: Wait until it has opened its service.
    """
    sockets = [socket.create_server(("127.0.0.1", 0))]
    port: int = sockets[0].getsockname()[1]
    app = server.app(
        rules_for("127.0.0.1", open_paths=OPEN_PATHS),
        check=keys.check if keys else None,
        looks=looks,
    )
    own = Listening(configured(app), server)
    thread = threading.Thread(target=own.run, kwargs={"sockets": sockets})
    thread.start()
    try:
        if is_open:
            eventually(lambda: _is_open(server) or server.failed, "it is not open")
            assert server.failed is None, f"the server did not start: {server.failed}"
        yield own, port, thread, server
    finally:
        own.should_exit = True
        thread.join(PATIENCE_S)
        sockets[0].close()
        assert not thread.is_alive(), "the server did not end"


def _is_open(server: Server) -> bool:
    with suppress(Refused):
        return bool(server.service)
    return False
