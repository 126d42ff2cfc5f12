"""What every request of a server shares, and the answer to one of them."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from assay.budget import Limit, parse_limit
from assay.conclusion import StateConfidence
from assay.errors import AssayError, ConfigError, EnvironmentFault, ProblemError
from assay.sampling.draw import SamplingSettings
from assay.serve.asked import Asked, asked
from assay.serve.contract import ranked_texts
from assay.serve.faults import refusal_for
from assay.serve.keys import Key, KeyFile
from assay.serve.metrics import ServerMetrics
from assay.serve.offers import Offers, Routed, routed
from assay.serve.queue import Turns
from assay.serve.requests import ChatRequest, Route
from assay.serve.solves import Asked as ToSolve
from assay.serve.solves import Cancelled, Job, Solves, Watch
from assay.serve.upstream import Upstream
from assay.serve.wire.apis import Api
from assay.serve.wire.errors import Refused, invalid, too_many_requests
from assay.serve.wire.events import Choice, Head, json_bytes
from assay.solve import Recipe
from assay.types import Message, Model, Request, Usage

HEARTBEAT_S = 5.0
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
    confidence: StateConfidence | None = None
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
        way = routed(request, profile, seconds=request.options.deadline_s)
        if way.route is Route.PASS:
            return way, None
        try:
            return way, asked(request)
        except ProblemError as error:
            reason = f"no task could be read in it ({error})"
            return Routed(route=Route.PASS, reason=reason), None

    def require_tokens(self, key: Key | None) -> None:
        """Refuse a key that has used up its tokens of today.

        Raises:
            Refused: 429, until the next day begins.
        """
        if key is None or self.keys is None:
            return
        left = self.keys.left_today(key)
        if left is not None and left <= 0:
            message = (
                f"the key {key.name!r} has used its {key.tokens_a_day} tokens of today"
            )
            wait = A_DAY_S - time.time() % A_DAY_S
            raise Refused(
                too_many_requests(
                    message, retry_after_s=wait, code="insufficient_quota"
                )
            )

    def is_live(self, key: Key | None) -> bool:
        """Whether a key was not revoked meanwhile."""
        return key is None or self.keys is None or self.keys.is_live(key)

    def charge(self, key: Key | None, usage: Usage) -> None:
        """Book what was spent for a key. An answer is not lost where that fails."""
        self.metrics.tokens.add(usage.tokens, kind="spent")
        if key is None or self.keys is None:
            return
        try:
            self.keys.charge(key, usage.tokens)
        except EnvironmentFault as fault:
            log.error("%d tokens were not booked: %s", usage.tokens, fault)

    def watching(
        self, request: ChatRequest, found: Asked, way: Routed, key: Key | None
    ) -> AbstractAsyncContextManager[Watch]:
        """Join or begin the solve that answers a request.

        Raises:
            Refused: 400; an option of the request is wrong.
        """
        name = key.name if key else ""
        to_solve = ToSolve(
            problem=found.problem,
            model=self.model,
            recipe=self._recipe(request, way),
            limit=self._limit(request, key),
            deadline_s=patience(request.options.deadline_s),
            asked_by=name,
            charge=partial(self.charge, key),
        )
        same = request_key(request, way, name)
        return self.solves.watching(same, to_solve, partial(self.turns.turn, name))

    def _recipe(self, request: ChatRequest, way: Routed) -> Recipe:
        usual = self.recipe.sampling
        sampling = SamplingSettings(
            temperature=request.temperature or usual.temperature,
            top_p=usual.top_p if request.top_p is None else request.top_p,
            max_tokens=min(request.max_tokens or usual.max_tokens, usual.max_tokens),
            seed=usual.seed if request.seed is None else abs(request.seed),
            hints=usual.hints,
        )
        recipe = replace(self.recipe, sampling=sampling, confidence=self.confidence)
        if way.route is Route.FAST:
            return replace(recipe, n_max=1, repair=None)
        return replace(recipe, n_max=max(recipe.n_max, request.n))

    def _limit(self, request: ChatRequest, key: Key | None) -> Limit:
        """The smallest of the server's ceiling, the request's and the key's."""
        own = Limit()
        if request.options.budget is not None:
            try:
                own = parse_limit(request.options.budget)
            except ConfigError as error:
                raise Refused(invalid(str(error), param="assay.budget")) from error
        left = self.keys.left_today(key) if key and self.keys else None
        return Limit(
            tokens=least(self.limit.tokens, own.tokens, left),
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
            prompt = sum(guessed(each.text) for each in request.messages)
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


def account(job: Job, way: Routed) -> dict[str, Any]:
    """The `assay` object of a searched answer: what was claimed, and what it cost."""
    solution = job.solution
    if solution is None:
        return {"route": way.route, "reason": way.reason, "solve": job.id}
    spend, evidence = solution.spend, solution.evidence
    return {
        "route": way.route,
        "reason": way.reason,
        "solve": job.id,
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


def request_key(request: ChatRequest, way: Routed, asked_by: str) -> str:
    """Equal for requests that one solve answers: all but how the answer is sent."""
    body = {
        name: value
        for name, value in request.body.items()
        if name not in ("stream", "stream_options", "user", "stop", "n", "metadata")
    }
    options = replace(request.options, evidence=True)
    parts = [asked_by, way.route, repr(options), json_bytes(body).decode()]
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


def guessed(text: str) -> int:
    """Tokens of a text where nobody can count them.

    >>> guessed("a short text")
    3
    """
    return -(-len(text) // 4)


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
