"""The server: routes, and the way of one request through it."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.concurrency import background
from assay.errors import AssayError
from assay.serve.contents import Contents
from assay.serve.faults import ROUTE_HEADER, Faults, ending
from assay.serve.guards import KEY, Guards
from assay.serve.keys import Key
from assay.serve.metrics import CONTENT_TYPE
from assay.serve.offers import Routed
from assay.serve.openapi import description
from assay.serve.origins import Rules
from assay.serve.pages import Looks, page_routes
from assay.serve.passing import Passed, counted, embedded
from assay.serve.queue import RateLimit
from assay.serve.requests import ChatRequest, Route
from assay.serve.searching import Searched
from assay.serve.service import Service, unheeded
from assay.serve.solves import State
from assay.serve.wire.apis import APIS, Api
from assay.serve.wire.errors import Refused, loading, unavailable
from assay.serve.wire.messages import read_count
from assay.serve.wire.models import model_list, model_object
from assay.serve.wire.options import ignored_header

log = logging.getLogger("assay.serve")

Open = Callable[[], AbstractAsyncContextManager[Service]]
CLOSING_S = 5.0  # for the model, the sandbox and the sockets
SHORT = 1000  # bytes of a request that is read at once


class Server:
    """The application, before and after its service is there.

    Args:
        opened: Opens what answers; it may take a while, and `/health` answers before.
    """

    def __init__(self, opened: Open) -> None:
        self._opened = opened
        self._service: Service | None = None
        self._faults: Faults | None = None
        self._is_ending = False
        self._end = anyio.Event()
        self._closed = anyio.Event()
        self.failed: BaseException | None = None

    def app(
        self,
        rules: Rules,
        *,
        check: Callable[[str], Key | None] | None = None,
        rate: RateLimit | None = None,
        looks: Looks | None = None,
        log_contents: bool = False,
    ) -> ASGIApp:
        """The whole ASGI application, behind its guards.

        Args:
            looks: What the pages show besides solves.
            log_contents: Write what is asked and answered into the log.
        """
        routes = [
            Path("/health", self._health),
            Path("/ready", self._ready),
            Path("/metrics", self._metrics),
            Path("/openapi.json", partial(self._description, check is not None)),
            Path("/v1/models", self._models),
            Path("/v1/models/{name:path}", self._model),
            Path("/v1/messages/count_tokens", self._count, methods=["POST"]),
            Path("/v1/embeddings", self._embeddings, methods=["POST"]),
            *(
                Path(api.path, partial(self._complete, api), methods=["POST"])
                for api in APIS
            ),
            *page_routes(lambda: self.service, check=check, looks=looks),
        ]
        inner = Router(routes, redirect_slashes=False, lifespan=self._lifespan)
        self._faults = Faults(inner)
        told = Contents(self._faults) if log_contents else self._faults
        return Guards(told, rules=rules, check=check, rate=rate)

    def stop(self) -> None:
        """Begin to end: nothing new is answered, and every solve is cut short."""
        self._is_ending = True
        if self._service is not None:
            self._service.solves.cancel_all()

    def hang_up(self) -> None:
        """End every request that is not answered yet."""
        if self._faults is not None:
            self._faults.hang_up()

    @property
    def service(self) -> Service:
        """What answers.

        Raises:
            Refused: 503; it is being opened, could not be, or is about to end.
        """
        if self._is_ending:
            raise Refused(ending())
        if self.failed is not None:
            raise Refused(unavailable())
        if self._service is None:
            raise Refused(loading())
        return self._service

    @asynccontextmanager
    async def _lifespan(self, app: object) -> AsyncIterator[None]:
        async with background() as start:
            start(self._serve)
            yield
            self._end.set()
            if self._service is not None:  # else it is loading, which is cancelled
                with anyio.move_on_after(CLOSING_S):
                    await self._closed.wait()

    async def _serve(self) -> None:
        """Keep the service open until the server ends."""
        try:
            async with self._opened() as service:
                self._service = service
                await self._end.wait()
        except AssayError as error:
            self.failed = error
        except Exception as error:
            log.exception("the service failed")
            self.failed = error
        finally:
            self._service = None
            self._closed.set()

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _description(self, has_keys: bool, request: Request) -> Response:
        return JSONResponse(description(has_keys=has_keys))

    async def _ready(self, request: Request) -> Response:
        if self.failed is not None:
            return JSONResponse({"status": "failed"}, status_code=503)
        service = self.service
        if not await service.upstream.is_up():
            return JSONResponse({"status": "restarting"}, status_code=503)
        return JSONResponse({"status": "ready", "model": service.offers.name})

    async def _metrics(self, request: Request) -> Response:
        service = self.service
        service.metrics.solves_running.set(service.solves.count(State.RUNNING))
        service.metrics.solves_waiting.set(service.solves.count(State.WAITING))
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    async def _models(self, request: Request) -> Response:
        return JSONResponse(model_list(tuple(self.service.offers.all())))

    async def _model(self, request: Request) -> Response:
        name = request.path_params["name"]
        found, _ = self.service.offers.find(name)
        return JSONResponse(model_object(found))

    async def _count(self, request: Request) -> Response:
        asked = read_count(await request.body(), request.headers)
        key: Key | None = request.scope.get(KEY)
        return await counted(self.service, asked, key, request.receive)

    async def _embeddings(self, request: Request) -> Response:
        service = self.service
        key: Key | None = request.scope.get(KEY)
        await service.require_tokens(key)
        return await embedded(service, await request.body(), key, request.receive)

    async def _complete(self, api: Api, request: Request) -> _Answer:
        service, begun = self.service, time.monotonic()
        body = await request.body()
        headers = dict(request.headers)
        key: Key | None = request.scope.get(KEY)
        asked = service.read(api, body, headers)
        await service.require_tokens(key)
        if len(body) <= SHORT:  # read sooner than a thread has been told of it
            way, found = service.route(asked)
        else:
            way, found = await anyio.to_thread.run_sync(service.route, asked)
        own = answer_headers(asked, way)
        inner: ASGIApp
        if found is None:
            inner = Passed(service, api, asked, body, way, key, own)
        else:
            inner = Searched(
                service=service,
                api=api,
                request=asked,
                found=found,
                way=way,
                key=key,
                headers=own,
            )
        return _Answer(service, inner, way, begun)


class _Answer(Response):
    """An answer that counts itself. Starlette takes it for one of its own."""

    def __init__(
        self, service: Service, inner: ASGIApp, way: Routed, begun: float
    ) -> None:
        super().__init__()
        self._service, self._inner, self._way, self._begun = service, inner, way, begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        metrics, route = self._service.metrics, str(self._way.route)
        status = "none"  # the client left before there was one

        async def counting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
                elapsed = time.monotonic() - self._begun
                metrics.first_byte_seconds.observe(elapsed, route=route)
            await send(message)

        try:
            await self._inner(scope, receive, counting)
        except Refused as refused:
            status = str(refused.refusal.status)
            raise
        except Exception:
            status = "500"
            raise
        finally:
            metrics.requests.add(route=route, status=status)
            metrics.seconds.observe(time.monotonic() - self._begun, route=route)


def answer_headers(request: ChatRequest, way: Routed) -> dict[str, str]:
    """Which way an answer took, and why, as its headers."""
    words = " ".join(way.reason.encode("ascii", "replace").decode().split())
    reason = "".join(filter(str.isprintable, words))[:200].strip()
    headers = {ROUTE_HEADER: str(way.route), "x-assay-reason": reason}
    if way.route is Route.PASS:  # the endpoint reads what we do not
        return headers
    ignored = ignored_header((*unheeded(request, way), *request.ignored))
    return headers | ({"x-assay-ignored": ignored} if ignored else {})
