"""A task that was typed into the page -> a solve that runs without a listener."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import anyio

from assay.budget import parse_limit
from assay.errors import ConfigError, EnvironmentFault
from assay.serve.keys import Key
from assay.serve.requests import ChatMessage, ChatRequest, Options, Route
from assay.serve.service import KEY_S, KeyWatch, Service
from assay.serve.solves import Job, Watch
from assay.serve.wire.errors import Refused, invalid

ROUTES = {"search": Route.SEARCH, "fast": Route.FAST}


async def start(service: Service, key: Key | None, form: Mapping[str, str]) -> Job:
    """Begin what a form asks for, or join the same solve if it is under way.

    Nobody has to listen to it: `cancel`, its budget and its key's end alone end it.

    Raises:
        Refused: 400, there is no task in it or an option is wrong; 429, the key's
            tokens of today are used.
    """
    request = request_of(service.offers.name, form)
    await service.require_tokens(key)
    way, found = await anyio.to_thread.run_sync(service.route, request)
    if found is None:
        raise Refused(invalid(way.reason, param="task"))
    async with service.watching(request, found, way, key) as watch:
        watch.job.n_watching += 1  # the page: it never leaves
        service.solves.start(partial(_while_keyed, service, key, watch))
    return watch.job


async def _while_keyed(service: Service, key: Key | None, watch: Watch) -> None:
    """Cancel a solve as soon as its key may no longer be used."""
    in_use = KeyWatch(service, key)
    try:
        while not watch.is_over:
            await watch.next(KEY_S)
            await in_use.require()
    except (Refused, EnvironmentFault):
        service.solves.cancel(watch.job)


def request_of(model: str, form: Mapping[str, str]) -> ChatRequest:
    """The chat request that a form amounts to.

    Raises:
        Refused: 400.
    """
    task, wanted = form.get("task", "").strip(), form.get("route", "search")
    if not task:
        raise Refused(invalid("say what is to be solved", param="task"))
    if wanted not in ROUTES:
        raise Refused(invalid("the way is search or fast", param="route"))
    budget = form.get("budget", "").strip()
    try:
        parse_limit(budget)
    except ConfigError as error:
        raise Refused(invalid(str(error), param="budget")) from error
    return ChatRequest(
        model=model,
        messages=(ChatMessage(role="user", text=task),),
        body={"model": model, "messages": [{"role": "user", "content": task}]},
        options=Options(budget=budget or None, route=ROUTES[wanted]),
    )
