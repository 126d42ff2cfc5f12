"""What a request raises -> its API's error object. Nothing else leaves the server."""

from __future__ import annotations

import logging

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.errors import AssayError, EnvironmentFault, ModelUnavailable, UsageError
from assay.models.retries import TransientFault
from assay.serve.contents import CONTENTS_LOG
from assay.serve.guards import error_body
from assay.serve.logs import request_number
from assay.serve.queue import Busy
from assay.serve.solves import Cancelled, TooLate
from assay.serve.wire.apis import APIS
from assay.serve.wire.errors import (
    Refusal,
    Refused,
    internal_error,
    method_not_allowed,
    not_found,
    refusal_of,
    too_many_requests,
    unavailable,
    upstream_failed,
)

ROUTE_HEADER = "x-assay-route"

log = logging.getLogger("assay.serve")


class Faults:
    """Answers what its application raises.

    Args:
        app: What is answered for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: set[anyio.CancelScope] = set()

    def hang_up(self) -> None:
        """End every request that is not answered yet."""
        for scope in tuple(self._open):
            scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                if _is_of_router(message):
                    raise Refused(_no_route(scope, message["status"]))
                begun = True
            await send(message)

        refusal = await self._refusal(scope, receive, sending)
        if refusal is not None and not begun:  # else all that is left is to hang up
            await _refuse(refusal, scope, sending)

    async def _refusal(
        self, scope: Scope, receive: Receive, send: Send
    ) -> Refusal | None:
        """Run the application; why it gave no answer, if it gave none."""
        with anyio.CancelScope() as own:
            self._open.add(own)
            try:
                await self._app(scope, receive, send)
                return None
            except Exception as error:
                return refusal_for(error)
            finally:
                self._open.discard(own)
        return ending()


def refusal_for(error: Exception) -> Refusal:
    """What a client is told of a fault; what it is not told stands in the log."""
    if isinstance(error, Busy):
        return too_many_requests(str(error), retry_after_s=error.retry_after_s)
    if isinstance(error, TooLate):
        return _overloaded(str(error), "queue_timeout")
    if isinstance(error, Cancelled):
        return _overloaded(str(error), "cancelled")
    if isinstance(error, (Refused, UsageError)):
        return refusal_of(error)
    number = request_number.get()
    if isinstance(error, TransientFault):
        log.error("request %s: the endpoint gave no answer: %s", number, error)
        return upstream_failed()
    if isinstance(error, AssayError):
        log.error("request %s failed: %s", number, _words(error))
    else:
        log.error("request %s failed", number, exc_info=error)
    is_ours = not isinstance(error, EnvironmentFault)
    return internal_error(number) if is_ours else unavailable()


def _words(error: AssayError) -> str:
    """What the log may have of a fault: an endpoint's words may quote a prompt."""
    may_quote = isinstance(error, ModelUnavailable)
    if may_quote and not logging.getLogger(CONTENTS_LOG).isEnabledFor(logging.INFO):
        return f"{type(error).__name__} ({error.http_status})"
    return str(error)


def revoked() -> Refusal:
    """401: the key was taken back meanwhile."""
    return Refusal(
        status=401,
        message="the key was revoked while the answer was made",
        type="authentication_error",
        code="invalid_api_key",
    )


def ending() -> Refusal:
    """503: the server is about to end."""
    return _overloaded("the server is ending", "shutting_down")


def _overloaded(message: str, code: str) -> Refusal:
    return Refusal(status=503, message=message, type="server_error", code=code)


def _is_of_router(message: Message) -> bool:
    """Whether it is the router's own answer, which is no JSON and took no route."""
    headers = dict(message["headers"])
    kind: bytes = headers.get(b"content-type", b"")
    return (
        message["status"] in (404, 405)
        and kind.startswith(b"text/plain")
        and ROUTE_HEADER.encode() not in headers
    )


def _no_route(scope: Scope, status: int) -> Refusal:
    if status == 404:
        return not_found(scope["path"])
    posts = {api.path for api in APIS} | {"/v1/embeddings", "/v1/messages/count_tokens"}
    allowed = ("POST",) if scope["path"] in posts else ("GET", "HEAD")
    return method_not_allowed(scope["method"], allowed)


async def _refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    body = error_body(refusal, scope["path"])
    headers = [(k.encode(), v.encode("latin-1")) for k, v in refusal.headers.items()]
    headers += [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    start = {"type": "http.response.start", "status": refusal.status}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
