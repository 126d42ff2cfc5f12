"""The models that a server offers, and the way that each request takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from assay.serve.classify import MOST_CHARS, classify
from assay.serve.expected import Expectation, decided, expectation
from assay.serve.requests import ChatRequest, Route
from assay.serve.wire.errors import Refused, model_not_found
from assay.serve.wire.models import ServedModel
from assay.types import ModelIdentity, Problem


class Profile(StrEnum):
    """What a name asks for."""

    ROUTED = ""  # decided here, request by request
    FAST = "-fast"  # one sample
    QUALITY = "-quality"  # the whole search, tests or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Which way a request takes, and why."""

    route: Route
    reason: str
    is_open: bool = False  # nobody asked for it: the expected gain is to decide
    expected: Expectation | None = None  # of a way that is solved


class Offers:
    """One model under three names."""

    def __init__(self, identity: ModelIdentity, created: int) -> None:
        self.name = identity.name
        self._context_length = identity.context_length
        self._created = created

    def all(self) -> Iterator[ServedModel]:
        """The names, the one that routes by itself first."""
        for profile in Profile:
            yield self._served(profile)

    def find(self, name: str) -> tuple[ServedModel, Profile]:
        """The model of a name; an empty name is the model that routes by itself.

        Raises:
            Refused: 404; nothing of that name is offered.
        """
        for profile in Profile:
            if name in (
                f"{self.name}{profile}",
                "" if profile is Profile.ROUTED else 0,
            ):
                return self._served(profile), profile
        raise Refused(model_not_found(name))

    def _served(self, profile: Profile) -> ServedModel:
        return ServedModel(
            id=f"{self.name}{profile}",
            created=self._created,
            context_length=self._context_length,
        )


def routed(request: ChatRequest, profile: Profile) -> Routed:
    """Which way a request takes: its own wish, then what it is, then its model's name.

    What is left open by all three is a search until it was weighed.
    """
    wish = request.options.route
    if wish is Route.PASS:
        return Routed(route=wish, reason="the request asks for it")
    found = classify(request)
    if found.route is Route.PASS and wish is None:
        return Routed(route=Route.PASS, reason=found.reason)
    if len(request.messages[-1].text) > MOST_CHARS:  # reading it would take too long
        reason = f"more than {MOST_CHARS:,} characters are no task"
        return Routed(route=Route.PASS, reason=reason)
    if wish is not None:
        return Routed(route=wish, reason="the request asks for it")
    if profile is Profile.FAST:
        return Routed(route=Route.FAST, reason="the model's name asks for one sample")
    if profile is Profile.QUALITY:
        return Routed(route=Route.SEARCH, reason="the model's name asks for a search")
    return Routed(route=Route.SEARCH, reason=found.reason, is_open=True)


def weighed(
    way: Routed,
    problem: Problem,
    model: str,
    *,
    tokens_per_s: float | None,
    patience_s: float | None,
) -> Routed:
    """A way with what is expected of it, which decides where it is open.

    Args: as of `expectation`.
    """
    begun = time.perf_counter()
    expected = expectation(
        problem, model, tokens_per_s=tokens_per_s, patience_s=patience_s
    )
    route, reason = way.route, way.reason
    if way.is_open:
        route, why = decided(expected)
        reason = f"{reason}; {why}"
    cost_us = 1e6 * (time.perf_counter() - begun)
    return Routed(
        route=route, reason=reason, expected=replace(expected, cost_us=cost_us)
    )
