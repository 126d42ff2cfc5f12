"""What every request of a server shares, and the answer to one of them."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import anyio

from assay.budget import Limit, parse_limit
from assay.errors import AssayError, ProblemError
from assay.sampling.draw import SamplingSettings
from assay.serve.asked import Asked, asked
from assay.serve.contract import ranked_texts
from assay.serve.faults import refusal_for, revoked
from assay.serve.keys import Key, KeyFile
from assay.serve.metrics import ServerMetrics
from assay.serve.offers import Offers, Routed, routed, weighed
from assay.serve.queue import Turns
from assay.serve.requests import ChatRequest, Route
from assay.serve.solves import Asked as ToSolve
from assay.serve.solves import Cancelled, Job, Solves, Watch
from assay.serve.upstream import Upstream
from assay.serve.wire.apis import Api
from assay.serve.wire.errors import Refused, too_many_requests
from assay.serve.wire.events import Choice, Head, json_bytes
from assay.solve import Recipe
from assay.types import Message, Model, Request, Usage

HEARTBEAT_S = 5.0
KEY_S = 0.5  # how often what takes long asks whether its key is still in use
LEAST_MARGIN_S = 1.0  # of a client's patience, for conclusion and the way back
MARGIN = 0.05  # of a client's patience
A_DAY_S = 86_400

N = TypeVar("N", int, float)

log = logging.getLogger("assay.serve")


@dataclass(slots=True, kw_only=True)
class Service:
    """A model, a judge and a method, and what is going on with them."""

    model: Model
    offers: Offers
    recipe: Recipe
    limit: Limit
    solves: Solves
    turns: Turns  # of solves
    passing: Turns  # of requests that are passed through
    upstream: Upstream
    keys: KeyFile | None = None
    fingerprint: str | None = None
    metrics: ServerMetrics = field(default_factory=ServerMetrics)

    def read(self, api: Api, body: bytes, headers: Mapping[str, str]) -> ChatRequest:
        """Read a request, and find the model that it asks for.

        Raises:
            Refused: 400 or 404.
        """
        request = api.read(body, headers)
        self.offers.find(request.model)
        return request

    def route(self, request: ChatRequest) -> tuple[Routed, Asked | None]:
        """Which way a request takes, and what is to be solved where it is searched."""
        _, profile = self.offers.find(request.model)
        way = routed(request, profile)
        if way.route is Route.PASS:
            return way, None
        try:
            found = asked(request)
        except ProblemError as error:
            reason = f"no task could be read in it ({error})"
            return Routed(route=Route.PASS, reason=reason), None
        way = weighed(
            way,
            found.problem,
            self.offers.name,
            tokens_per_s=self.solves.pace.tokens_per_s,
            patience_s=patience(request.options.deadline_s),
        )
        return way, found

    async def require_tokens(self, key: Key | None) -> None:
        """Refuse a key that has used up its tokens of today.

        Raises:
            Refused: 429, until the next day begins.
        """
        left = await self.tokens_left(key)
        if key is not None and left is not None and left <= 0:
            message = (
                f"the key {key.name!r} has used its {key.tokens_a_day} tokens of today"
            )
            wait = until_tomorrow_s()
            raise Refused(
                too_many_requests(
                    message, retry_after_s=wait, code="insufficient_quota"
                )
            )

    async def tokens_left(self, key: Key | None) -> int | None:
        """Tokens that a key may still spend today; None: no limit."""
        if key is None or self.keys is None or key.tokens_a_day is None:
            return None
        return await anyio.to_thread.run_sync(self.keys.left_today, key)

    async def is_live(self, key: Key | None) -> bool:
        """Whether a key was not revoked meanwhile."""
        if key is None or self.keys is None:
            return True
        return await anyio.to_thread.run_sync(self.keys.is_live, key)

    def charge(self, key: Key | None, usage: Usage) -> None:
        """Book what was spent for a key. An answer is not lost where that fails."""
        self.metrics.tokens.add(usage.tokens, kind="spent")
        if key is not None and self.keys is not None:
            self.keys.charge_soon(key, usage.tokens)

    @asynccontextmanager
    async def watching(
        self, request: ChatRequest, found: Asked, way: Routed, key: Key | None
    ) -> AsyncIterator[Watch]:
        """Join or begin the solve that answers a request."""
        id_ = key.id if key else ""
        to_solve = ToSolve(
            problem=found.problem,
            model=self.model,
            recipe=self._recipe(request, way),
            limit=await self._limit(request, key),
            deadline_s=patience(request.options.deadline_s),
            asked_by=key.name if key else "",
            key_id=id_,
            charge=partial(self.charge, key),
            route=way.route,
            reason=way.reason,
            expected=way.expected,
        )
        same = request_key(request, way, id_)
        # one sample is soon over: it waits its turn with what is passed through, where
        # no search stands before it
        turns = self.passing if way.route is Route.FAST else self.turns
        turn = partial(turns.turn, id_)
        async with self.solves.watching(same, to_solve, turn) as watch:
            yield watch

    def _recipe(self, request: ChatRequest, way: Routed) -> Recipe:
        usual = self.recipe.sampling
        sampling = SamplingSettings(
            temperature=request.temperature or usual.temperature,  # see `unheeded`
            top_p=usual.top_p if request.top_p is None else request.top_p,
            max_tokens=min(request.max_tokens or usual.max_tokens, usual.max_tokens),
            seed=usual.seed if request.seed is None else abs(request.seed),
            hints=usual.hints,
        )
        recipe = replace(self.recipe, sampling=sampling)
        if way.route is Route.FAST:
            return replace(recipe, n_max=1, repair=None)
        return replace(recipe, n_max=max(recipe.n_max, request.n))

    async def _limit(self, request: ChatRequest, key: Key | None) -> Limit:
        """The smallest of the server's ceiling, the request's and the key's."""
        own = parse_limit(request.options.budget or "")  # no limit where it is empty
        return Limit(
            tokens=least(self.limit.tokens, own.tokens, await self.tokens_left(key)),
            seconds=least(self.limit.seconds, own.seconds),
            calls=least(self.limit.calls, own.calls),
        )

    async def choices(
        self, request: ChatRequest, found: Asked, job: Job
    ) -> tuple[Choice, ...]:
        """What is handed out for a job that is over.

        Raises:
            Refused: nothing can be.
        """
        if job.solution is None:
            raise Refused(refusal_for(job.error or Cancelled("no answer was made")))
        texts = ranked_texts(
            job.solution, found.form, request.n, evidence=request.options.evidence
        )
        return tuple(cut(text, request.stop) for text in texts)

    async def prompt_tokens(self, request: ChatRequest) -> int:
        """Tokens of a request's words, by the model's own count.

        Raises:
            ModelUnavailable: from the model, unchanged.
        """
        words = tuple(Message(role=m.role, content=m.text) for m in request.messages)
        return await self.model.count_prompt_tokens(Request(messages=words))

    async def usage(self, request: ChatRequest, choices: tuple[Choice, ...]) -> Usage:
        """Tokens of the exchange that the client sees, by the model's own count.

        Where the model has gone meanwhile they are guessed: the answer is there.
        """
        texts = [each.text for each in choices]
        try:
            prompt = await self.prompt_tokens(request)
            bare = await self._count("")
            written = [max(0, await self._count(text) - bare) for text in texts]
        except AssayError:
            prompt = guessed_prompt(request)
            written = [guessed(text) for text in texts]
        visible = Usage(prompt_tokens=prompt, completion_tokens=sum(written))
        self.metrics.tokens.add(visible.tokens, kind="visible")
        return visible

    async def _count(self, text: str) -> int:
        message = Message(role="user", content=text)
        return await self.model.count_prompt_tokens(Request(messages=(message,)))

    def head(self, request: ChatRequest) -> Head:
        """What all events of one answer repeat."""
        return Head(
            id=secrets.token_hex(12),
            model=request.model or self.offers.name,
            created=int(time.time()),
            fingerprint=self.fingerprint,
        )


class KeyWatch:
    """Asks of a key, as often as is worth it, whether it is still in use."""

    def __init__(self, service: Service, key: Key | None) -> None:
        self._service, self._key = service, key
        self._asked_s = time.monotonic()

    async def require(self) -> None:
        """Do nothing, while the key may be used.

        Raises:
            Refused: 401; it was revoked, half a second ago at most.
            EnvironmentFault: that cannot be told.
        """
        if time.monotonic() - self._asked_s < KEY_S:
            return
        self._asked_s = time.monotonic()
        if not await self._service.is_live(self._key):
            raise Refused(revoked())


def account(job: Job, way: Routed) -> dict[str, Any]:
    """The `assay` object of a searched answer: what was claimed, and what it cost."""
    solution = job.solution
    told: dict[str, Any] = {"route": way.route, "reason": way.reason, "solve": job.id}
    if way.expected is not None:
        told["expected"] = way.expected.as_json()
    if solution is None:
        return told
    spend, evidence = solution.spend, solution.evidence
    return told | {
        "status": solution.status,
        "evidence": evidence.sentence,
        "confidence": solution.confidence,
        "calibrated": solution.calibrated,
        "stopped": solution.stopped.partition(":")[0],  # a fault may tell of files
        "candidates": evidence.n_candidates,
        "spend": {
            "prompt_tokens": spend.usage.prompt_tokens,
            "completion_tokens": spend.usage.completion_tokens,
            "calls": spend.calls,
            "seconds": round(spend.seconds, 3),
            "sandbox_runs": spend.runs,
        },
    }


def unheeded(request: ChatRequest, way: Routed) -> tuple[str, ...]:
    """The sampling that a request asks for and its solve does not keep to.

    The first sample is drawn at temperature 0 whatever is asked: it is the likeliest
    program. So one sample heeds only a 0, and a search, whose further samples would
    then be much the same program, everything but a 0.
    """
    if way.route is Route.SEARCH:
        return ("temperature",) if request.temperature == 0 else ()
    named = {"temperature": request.temperature, "top_p": request.top_p}
    return tuple(name for name, value in named.items() if value)


def request_key(request: ChatRequest, way: Routed, asked_by: str) -> str:
    """Equal for requests that one solve answers: all but how the answer is sent."""
    body = {
        name: value
        for name, value in request.body.items()
        if name not in ("stream", "stream_options", "user", "stop", "n", "metadata")
    }
    options = replace(request.options, evidence=True)
    parts = [asked_by, way.route, repr(options), str(request.n)]
    parts.append(json_bytes(body).decode())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def patience(seconds: float | None) -> float | None:
    """How long a solve may take for a client that waits so long.

    >>> patience(600), patience(10), patience(None)
    (570.0, 9.0, None)
    """
    if seconds is None:
        return None
    return max(0.0, seconds - max(LEAST_MARGIN_S, MARGIN * seconds))


def least(*limits: N | None) -> N | None:
    """The smallest limit that there is; None where there is none.

    >>> least(3, None, 2), least(None)
    (2, None)
    """
    return min((each for each in limits if each is not None), default=None)


def until_tomorrow_s() -> float:
    """Until the next day of the keys' books begins, which are kept in UTC."""
    return A_DAY_S - time.time() % A_DAY_S


def guessed(text: str | bytes) -> int:
    """Tokens of a text where nobody can count them.

    >>> guessed("a short text")
    3
    """
    return -(-len(text) // 4)


def guessed_prompt(request: ChatRequest) -> int:
    """The same of all that a request says."""
    return sum(guessed(each.text) for each in request.messages)


def cut(text: str, stops: tuple[str, ...]) -> Choice:
    """A text up to the first of the sequences that end it.

    >>> cut("abcd", ("c", "x")).text
    'ab'
    """
    found = [(text.find(each), each) for each in stops if each in text]
    if not found:
        return Choice(text=text)
    place, stop = min(found)
    return Choice(text=text[:place], stop_sequence=stop)
