"""HTML pages of what the server does: solves, queue, runs, models, checks.

Every page is whole without scripts. With them it stays up to date and knows some keys.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from assay.serve.guards import Check
from assay.serve.pages.looks import Compared, Finding, Looks, Runs, StoredModel
from assay.serve.pages.runs import Doctor, RunPages
from assay.serve.pages.views import Pages
from assay.serve.service import Service

__all__ = [
    "OPEN_PATHS",
    "Compared",
    "Finding",
    "Looks",
    "Runs",
    "StoredModel",
    "page_routes",
]

OPEN_PATHS = (
    "/",
    "/solves",
    "/queue",
    "/routing",
    "/runs",
    "/compare",
    "/models",
    "/doctor",
    "/login",
    "/logout",
    "/static",
)
"""Paths that ask for no key's header: their pages ask for a session by themselves."""


def page_routes(
    service: Callable[[], Service],
    *,
    check: Check | None = None,
    looks: Looks | None = None,
) -> list[Route]:
    """The routes of all pages.

    Args:
        service: What answers; raises `Refused` until it is there.
        check: Looks a key's secret up; None: no keys are set, and nobody signs in.
        looks: What there is to look at beside the server.
    """
    pages = Pages(service, check, looks or Looks())
    runs, doctor, behind = RunPages(pages), Doctor(pages), pages.endpoint
    post = ["POST"]
    return [
        Route("/static/{name}", pages.static),
        Route("/login", pages.login),
        Route("/login", pages.sign_in, methods=post),
        Route("/logout", behind(pages.sign_out, form=True), methods=post),
        Route("/", behind(pages.solves)),
        Route("/solves", behind(pages.solves)),
        Route("/solves", behind(pages.start, form=True), methods=post),
        Route("/solves/{id}", behind(pages.solve)),
        Route("/solves/{id}/events", behind(pages.events)),
        Route("/solves/{id}/cancel", behind(pages.cancel, form=True), methods=post),
        Route("/queue", behind(pages.queue)),
        Route("/routing", behind(pages.routing)),
        Route("/runs", behind(runs.list)),
        Route("/runs/{name}", behind(runs.run)),
        Route("/runs/{name}/solve", behind(runs.solve)),
        Route("/compare", behind(runs.compare)),
        Route("/models", behind(pages.models)),
        Route("/doctor", behind(doctor.show)),
        Route("/doctor", behind(doctor.again, form=True), methods=post),
    ]
