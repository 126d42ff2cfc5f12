"""The pages: who may see one, what it is made of, what its forms do."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.errors import AssayError, UsageError
from assay.models.catalog import CATALOG
from assay.serve.connections import Live
from assay.serve.guards import Check
from assay.serve.logs import request_number
from assay.serve.pages import queue_view, routing_view, solve_view
from assay.serve.pages.access import (
    FORM_COOKIE,
    Door,
    Forbidden,
    Visitor,
    here,
    looking,
)
from assay.serve.pages.events import last_seen, write_events
from assay.serve.pages.looks import Looks
from assay.serve.pages.rendering import headers, page, static_file, written
from assay.serve.pages.rows import counts, read_filter, rows_of
from assay.serve.pages.starting import start
from assay.serve.queue import Busy
from assay.serve.service import KeyWatch, Service
from assay.serve.solves import Job
from assay.serve.wire.errors import Refused

log = logging.getLogger("assay.serve")

View = Callable[[Request, Visitor], Awaitable[Any]]
Endpoint = Callable[[Request], Awaitable[Any]]


class Pages:
    """Every page that shows the server itself.

    Args:
        service: What answers; raises `Refused` until it is there.
        check: Looks a key's secret up; None: no keys are set.
    """

    def __init__(
        self, service: Callable[[], Service], check: Check | None, looks: Looks
    ) -> None:
        self.service = service
        self.door = Door(check)
        self.looks = looks

    def endpoint(self, view: View, *, form: bool = False) -> Endpoint:
        """A view behind the door. What goes wrong becomes a page that says so.

        Args:
            form: Whether it takes a form, which one of our pages has to have sent.
        """

        async def answered(request: Request) -> Any:
            try:
                visitor = await self._visitor(request)
                if visitor is None:
                    return RedirectResponse("/login", 303, headers())
                looking.set(visitor)
                if form:
                    request.state.form = await self.door.form(request)
                return await view(request, visitor)
            except Forbidden:
                words = "This form is older than the server, or is not one of its own."
                return self.message(403, "Not done", words)
            except Refused as refused:
                refusal = refused.refusal
                return self.message(refusal.status, "Not now", refusal.message)
            except Busy as busy:
                return self.message(429, "Not now", str(busy))
            except AssayError as error:
                if not isinstance(error, UsageError):
                    log.error("request %s failed: %s", request_number.get(), error)
                return self.message(error.http_status, "Not possible", str(error))

        return answered

    async def _visitor(self, request: Request) -> Visitor | None:
        visitor = self.door.visitor(request)
        if visitor is None or visitor.key is None:
            return visitor
        return visitor if await self.service().is_live(visitor.key) else None

    def page(
        self, template: str, *, at: str = "", status: int = 200, **words: Any
    ) -> Response:
        """A page of a template, with what all of them need."""
        return page(template, status=status, **(self._common(at) | words))

    def _common(self, at: str) -> dict[str, Any]:
        token, has_keys = looking.get().token, self.door.has_keys
        return {"at": at, "token": token, "has_keys": has_keys}

    def message(self, status: int, title: str, words: str) -> Response:
        """A page that only says something."""
        told = here(words)
        return self.page("message.html", status=status, title=title, words=told)

    def missing(self, what: str) -> Response:
        """The page of what is not there."""
        return self.message(404, "Not found", what)

    async def static(self, request: Request) -> Response:
        """A stylesheet, a script or the icon."""
        name = request.path_params["name"]
        return static_file(name) or self.missing(f"There is no file {name!r} here.")

    async def login(self, request: Request) -> Response:
        """Ask for a key."""
        if not self.door.has_keys:
            return RedirectResponse("/", 303, headers())
        return self._login(request)

    def _login(self, request: Request, wrong: str = "", status: int = 200) -> Response:
        """The page with the form, and the cookie that belongs to its token."""
        name, token = self.door.newcomer()
        answer = self.page("login.html", status=status, wrong=wrong, token=token)
        self.door.remember(request, FORM_COOKIE, name, answer)
        return answer

    async def sign_in(self, request: Request) -> Response:
        """Begin a session."""
        answer = RedirectResponse("/", 303, headers())
        try:
            form = await self.door.form(request)
            if await self.door.sign_in(request, form.get("key", ""), answer):
                return answer
        except Forbidden:
            return self._login(request, "This form was old; here is a new one.", 403)
        except Busy as busy:
            return self._login(request, f"Too many tries: {busy}.", 429)
        return self._login(request, "That key is not known, or was revoked.", 401)

    async def sign_out(self, request: Request, visitor: Visitor) -> Response:
        """End a session."""
        answer = RedirectResponse("/login", 303, headers())
        self.door.sign_out(request, answer)
        return answer

    async def solves(self, request: Request, visitor: Visitor) -> Response:
        """The list of solves, and the form that begins one."""
        return self._list(request, visitor)

    def _list(
        self,
        request: Request,
        visitor: Visitor,
        *,
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        query = request.query_params
        chosen = read_filter(query.get("state"), query.get("q"))
        jobs = self.service().solves.jobs.values()
        rows = rows_of(j for j in jobs if visitor.may_see(j.asked))
        numbers = counts(rows)
        return self.page(
            "solves.html",
            at="/",
            status=status,
            rows=[row for row in rows if chosen.keeps(row)],
            n_all=len(rows),
            counts=numbers,
            filter=chosen,
            wrong=wrong,
            form=getattr(request.state, "form", {}),
            said=", ".join(f"{n} {state}" for state, n in numbers if n) or "No solves.",
        )

    async def start(self, request: Request, visitor: Visitor) -> Response:
        """Begin the solve of a form, and go to its page."""
        try:
            job = await start(self.service(), visitor.key, request.state.form)
        except Refused as refused:
            found = refused.refusal
            return self._list(
                request, visitor, wrong=found.message, status=found.status
            )
        return RedirectResponse(f"/solves/{job.id}", 303, headers())

    def _job(self, request: Request, visitor: Visitor) -> Job | None:
        job = self.service().solves.jobs.get(request.path_params["id"])
        if job is None or not visitor.may_see(job.asked):
            return None
        return job

    def _no_solve(self) -> Response:
        return self.missing(
            "There is no such solve. The server keeps the last ones, and none of those "
            "before it was started."
        )

    async def solve(self, request: Request, visitor: Visitor) -> Response:
        """One solve. It is written in a thread: a long one is much to write."""
        job = self._job(request, visitor)
        if job is None:
            return self._no_solve()
        base = f"{request.url.scheme}://{request.url.netloc}"
        snap = solve_view.snapshot(job, base, has_keys=self.door.has_keys)
        words = self._common("/")

        def write() -> str:
            return written("solve.html", **words, **solve_view.words_of(snap))

        text = await anyio.to_thread.run_sync(write)
        return Response(text, media_type="text/html", headers=headers())

    async def events(self, request: Request, visitor: Visitor) -> Any:
        """A solve's events as they come; 204 for a listener that has them all."""
        job = self._job(request, visitor)
        if job is None:
            return self._no_solve()
        after = last_seen(request.headers.get("last-event-id"))
        if job.state.is_over and after >= job.n_events > 0:
            return Response(status_code=204, headers=headers())
        service = self.service()
        in_use = KeyWatch(service, visitor.key)
        own = {k: v for k, v in headers().items() if k != "cache-control"}
        return Live(
            lambda write: write_events(job, after, write, in_use), headers=own.items()
        )

    async def cancel(self, request: Request, visitor: Visitor) -> Response:
        """End a solve, and go back to where one was."""
        job = self._job(request, visitor)
        if job is None:
            return self._no_solve()
        self.service().solves.cancel(job)
        is_list = request.state.form.get("back") == "list"
        return RedirectResponse(
            "/" if is_list else f"/solves/{quote(job.id)}", 303, headers()
        )

    async def queue(self, request: Request, visitor: Visitor) -> Response:
        """The queue and the engine."""
        words = queue_view.words_of(self.service(), visitor)
        return self.page("queue.html", at="/queue", **words)

    async def routing(self, request: Request, visitor: Visitor) -> Response:
        """What each way is expected to bring, and what it brought."""
        words = routing_view.words_of(self.service(), visitor)
        return self.page("routing.html", at="/routing", **words)

    async def models(self, request: Request, visitor: Visitor) -> Response:
        """What is offered, and what there is."""
        service, stored = self.service(), self.looks.models
        rows = await anyio.to_thread.run_sync(stored) if stored else None
        return self.page(
            "models.html",
            at="/models",
            offered=tuple(service.offers.all()),
            identity=service.model.identity,
            stored=rows,
            catalog=CATALOG,
        )
